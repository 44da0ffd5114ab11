/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How a device catches up: the list of rooms, the tail of a log, pages of history, the
 *  log of the user. All of it reads; it runs on reading connections. A reply is whole or
 *  says that it is not. Thread: the store's. */
#ifndef CHAT_CORE_SYNC_H
#define CHAT_CORE_SYNC_H

#include "server/core/actor.h"
#include "server/core/news.h"
#include "server/core/room.h"
#include "server/store/store.h"

/** The actor's rooms, most recently active first, @limit at a time (LIMIT_DIGEST_ROOMS).
 *  @cursor NULL: from the start. Owns: room_list_done(). */
enum err sync_digest(struct store *store, const struct actor *actor,
		     const struct room_cursor *cursor, size_t limit,
		     struct room_list *ret_list) MUST_CHECK;

struct sync_resume {
	uint64_t epoch, head;     /**< taken before the read */
	bool recovered;           /**< the events after the asked seq are all here */
	const char *why;          /**< of a reset: "epoch", "gap", "ahead" */
	struct event_list events; /**< owned */
};

void sync_resume_done(struct sync_resume *resume);
/** What followed (@epoch, @seq) in @room: at most LIMIT_REPLAY events and about
 *  LIMIT_FRAME_SERVER bytes, else a reset. @epoch 0: nothing is known, never a replay. */
enum err sync_resume(struct store *store, const struct actor *actor,
		     const struct id *room, uint64_t epoch, uint64_t seq,
		     struct sync_resume *ret_resume) MUST_CHECK;

enum fetch_where { FETCH_BEFORE = 1, FETCH_AFTER, FETCH_AROUND };

struct sync_page {
	uint64_t epoch, head;
	struct event_list events; /**< rising seq; owned */
	uint64_t first, last;     /**< the range that this page covers, 0 when empty */
	bool complete_before, complete_after; /**< nothing visible lies beyond */
};

void sync_page_done(struct sync_page *page);
/** A page of one room. BEFORE: seq < @at (0: from the head); AFTER: seq > @at; AROUND: half
 *  on each side, @at included. A page ends early at about LIMIT_FRAME_SERVER bytes. Events
 *  outside of the actor's intervals are left out; the flags say whether any are left. */
enum err sync_fetch(struct store *store, const struct actor *actor, const struct id *room,
		    enum fetch_where where, uint64_t at, size_t limit,
		    struct sync_page *ret_page) MUST_CHECK;

/** Which part of everything visible. */
struct sync_filter {
	struct id peer;      /**< only the direct room with this user; zero: any */
	enum room_kind kind; /**< only rooms of this kind; 0: any */
	int64_t before;      /**< cursor: page->next of the page before; 0: newest */
};

struct sync_history {
	struct event_list events; /**< messages, newest first; owned */
	int64_t next;             /**< cursor of the next page */
	bool complete;            /**< nothing older is visible */
};

void sync_history_done(struct sync_history *history);
/** Messages of all rooms that the actor may see, in one stream, newest first. */
enum err sync_history(struct store *store, const struct actor *actor,
		      const struct sync_filter *filter, size_t limit,
		      struct sync_history *ret_history) MUST_CHECK;

struct sync_log {
	uint64_t uepoch, useq; /**< where the log stands, taken before the read */
	bool reset; /**< what was asked for is not there any more: start over */
	struct user_event_list events; /**< owned */
};

void sync_log_done(struct sync_log *log);
/** The actor's own log after (@uepoch, @useq), at most LIMIT_REPLAY entries, else a reset.
 *  @uepoch 0: only where it stands. */
enum err sync_log(struct store *store, const struct actor *actor, uint64_t uepoch,
		  uint64_t useq, struct sync_log *ret_log) MUST_CHECK;

#endif
