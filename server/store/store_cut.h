/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Retention: the beginnings of logs that are old enough are cut off, rows and all, a slice
 *  at a time. What is left of a log stays dense. Who asks for what was cut learns it by a
 *  `reset` or by a page that is complete. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_CUT_H
#define CHAT_STORE_CUT_H

#include "server/store/store.h"

/** A room with events from before @until_ms. */
struct cut_row {
	int64_t room;
	struct id id;
	uint64_t until_ms;
};

/** Up to @limit rooms, by key, with a key above @after, that have something to cut at
 *  @now_ms. @usual_ms holds where the room says nothing; 0: for ever. */
enum err store_cut_due(struct store *store, uint64_t now_ms, uint64_t usual_ms,
		       int64_t after, size_t limit, struct cut_row *rows,
		       size_t *ret_count) MUST_CHECK;
/** Cut the oldest events of that room, at most @limit: text, versions, reactions, pins,
 *  threads that begin there, mentions, uses of files (a file used nowhere else expires at
 *  @now_ms). *ret_count: events that are gone; 0: there is nothing left to cut. */
enum err store_cut(struct store *store, const struct cut_row *row, uint64_t now_ms,
		   size_t limit, size_t *ret_count) MUST_CHECK;
/** How many events store_cut() would cut in the end. */
enum err store_cut_size(struct store *store, const struct cut_row *row,
			uint64_t *ret_count) MUST_CHECK;

/** How long @room keeps messages: *ret_ms, 0 for ever, -1 as the server. ERR_NO_ROOM. */
enum err store_room_retention(struct store *store, const struct id *room,
			      int64_t *ret_ms) MUST_CHECK;
enum err store_room_set_retention(struct store *store, const struct id *room,
				  int64_t ms) MUST_CHECK;

#endif
