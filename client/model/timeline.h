/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The messages of one room that are in memory, in order, and where the reader stands in
 *  them. A window over the whole history: it can grow at both ends and is trimmed at the
 *  end that the reader is not looking at.
 *
 *  Order: sequence number; what has none yet (pending, failed) comes last, in the order
 *  of adding. The view is anchored to a message, so nothing that is added, removed or
 *  re-wrapped elsewhere moves it.
 *  Thread: ui. */
#ifndef CHAT_MODEL_TIMELINE_H
#define CHAT_MODEL_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/model/message.h"
#include "common/base/map.h"

/** Messages kept in memory per room: ~1 MiB of usual ones; older ones are in the cache. */
#define TIMELINE_MOST 4000

/** What the bottom row of the view shows. */
struct timeline_view {
	bool follow;      /**< the newest message, whatever it is */
	struct id anchor; /**< else this one, … */
	size_t line;      /**< … with this many of its rows hidden below the edge */
	size_t below;     /**< messages that arrived since following ended */
};

struct timeline {
	struct message **rows; /**< owned */
	size_t count;
	size_t cap;
	struct map by_cid;
	bool at_start;     /**< there is nothing older, here or on the server */
	bool at_end;       /**< nothing newer was dropped; live messages are appended */
	bool loading;      /**< history was asked for and has not come */
	uint64_t mark_seq; /**< the new-messages line stands behind this one */
	bool marked;       /**< there is a new-messages line */
	uint64_t changes;  /**< counts every change, for caches of what was laid out */
	struct timeline_view view;
	uint64_t covered_seq; /**< up to here nothing is shown while the view follows */
	struct id picked;     /**< the message that the person has picked; zero = none */
};

/** @seed: random bits for the hash table. */
void timeline_init(struct timeline *timeline, uint64_t seed);
void timeline_done(struct timeline *timeline);
/** Forget all messages; at_start becomes false, at_end true, the view follows. */
void timeline_clear(struct timeline *timeline);

/** Put *@message where it belongs and take it. A cid that is already here is replaced: an
 *  event that answers a pending message, a page that overlaps. While newer messages are
 *  dropped (!at_end) a live one is not kept, only counted in view.below, and neither is an
 *  own one that was pending. Returns the row that is kept, or NULL. */
struct message *timeline_add(struct timeline *timeline, struct message **message);

/** A page of history, oldest first or newest first, all of one side. The caller still
 *  sets at_start or at_end when the page says that there is no more. */
void timeline_add_page(struct timeline *timeline, struct message **messages,
		       size_t count);

/** The acknowledgement of a pending message: it moves to its place, or away when that is
 *  behind newer messages that are dropped. False: not here. */
bool timeline_ack(struct timeline *timeline, const struct id *cid, uint64_t seq,
		  uint64_t ts_ms);
/** So much of the file of a pending message is on the server, in 1/100. False: it is not
 *  here, or that is shown already. */
bool timeline_part(struct timeline *timeline, const struct id *cid, unsigned part);
/** It will not be sent, because of @why. */
bool timeline_fail(struct timeline *timeline, const struct id *cid, enum err why);
bool timeline_edit(struct timeline *timeline, const struct id *cid, const char *text,
		   size_t len);
bool timeline_delete(struct timeline *timeline, const struct id *cid);
/** @from reacts to @cid with @text, or takes it back. */
bool timeline_react(struct timeline *timeline, const struct id *cid,
		    const struct id *from, struct bytes text, bool on);
/** Take one out as if it had never been there (a failed one that is sent again). */
bool timeline_remove(struct timeline *timeline, const struct id *cid);
/** Everyone has read up to @seq: own messages get their marks. */
void timeline_read_by_all(struct timeline *timeline, const struct id *self, uint64_t seq);

/** NULL: not in memory. */
struct message *timeline_find(const struct timeline *timeline, const struct id *cid);
/** Index of @cid in rows, or count. */
size_t timeline_index(const struct timeline *timeline, const struct id *cid);
/** The lowest and highest sequence number in memory; 0: none. */
uint64_t timeline_first_seq(const struct timeline *timeline);
uint64_t timeline_last_seq(const struct timeline *timeline);
/** The newest message of @sender that is not deleted and not a notice, or NULL. */
struct message *timeline_last_of(const struct timeline *timeline,
				 const struct id *sender);

/** The picked message, or NULL: none, or it is not in memory any more. */
struct message *timeline_picked(const struct timeline *timeline);
/** Pick the next message that somebody said and that is not deleted: above (@step -1) or
 *  below (1) the picked one, else the newest. NULL: there is none there. */
struct message *timeline_pick(struct timeline *timeline, int step);
void timeline_unpick(struct timeline *timeline);
/** Pick @cid, which is here, and look at it with some of what follows. */
void timeline_show(struct timeline *timeline, const struct id *cid);

/** The new-messages line goes behind @seq and stays there; false takes it away. */
void timeline_mark(struct timeline *timeline, bool on, uint64_t seq);
/** Look at the newest, and at nothing up to @seq: until who reads scrolls back. */
void timeline_cover(struct timeline *timeline, uint64_t seq);
/** False: nothing was covered. */
bool timeline_uncover(struct timeline *timeline);
/** Look at the newest again. */
void timeline_follow(struct timeline *timeline);
/** Anchor the bottom of the view. */
void timeline_anchor(struct timeline *timeline, const struct id *cid, size_t line);

#endif
