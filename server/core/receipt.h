/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Read up to here, delivered up to here. Markers only move forward. Thread: the store's
 *  (the writer). */
#ifndef CHAT_CORE_RECEIPT_H
#define CHAT_CORE_RECEIPT_H

#include "server/core/actor.h"
#include "server/core/news.h"
#include "server/store/store_member.h"

/** Move the actor's read marker to @seq; behind it is no error and no news.
 *  Errors: ERR_BAD beyond the head; those of authorize(). */
enum err receipt_read(struct store *store, const struct actor *actor,
		      const struct id *room, uint64_t seq, struct news *news) MUST_CHECK;

/** The greatest seq whose time is at most @ts, for receipt_read() (the S2 form). */
enum err receipt_seq_at(struct store *store, const struct actor *actor,
			const struct id *room, uint64_t ts, uint64_t *ret_seq) MUST_CHECK;

struct got_row {
	struct id room;
	uint64_t seq;
};

/** A device of the actor has these on disk. Rooms that it is not in and positions beyond
 *  the head are skipped. News come for the first device of a user only. */
enum err receipt_got(struct store *store, const struct actor *actor,
		     const struct got_row *rows, size_t count,
		     struct news *news) MUST_CHECK;

/** Whether @seq is on at least one device of every other member, and read by all. */
enum err receipt_state(struct store *store, const struct actor *actor,
		       const struct id *room, uint64_t seq, bool *ret_delivered,
		       bool *ret_read) MUST_CHECK;

#endif
