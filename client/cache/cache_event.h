/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The log of each room as far as this device has it: events by (room, seq), and the runs
 *  of seq that are held without a hole. Errors as in cache.h. Thread: store. */
#ifndef CHAT_CLIENT_CACHE_CACHE_EVENT_H
#define CHAT_CLIENT_CACHE_CACHE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/cache/cache.h"
#include "client/cache/rows.h"
#include "common/base/id.h"

/** One entry of a room's log. Enumerations are those of common/proto/kind.h. */
struct cache_event {
	struct id room;
	struct id id; /**< the cid: it is the message's id; zero where there is none */
	struct id from;
	struct id target; /**< of edit, delete, react, pin */
	struct id reply, thread;
	struct id user; /**< of member: who was changed */
	uint64_t seq, ord, ts_ms;
	uint64_t edited_ms;  /**< out only: 0 = never edited */
	uint64_t edit_count; /**< out only */
	int kind;            /**< enum event_kind */
	int change;          /**< enum member_change */
	int role;            /**< enum role */
	bool deleted;        /**< text is empty then */
	bool quiet;          /**< does not count as unread */
	bool mentions_me;
	struct bytes text;   /**< of message, edit, react, topic, rename */
	struct bytes sealed; /**< a record that could not be opened yet */
	struct bytes extra;  /**< JSON of what has no column (files, names) */
};

struct cache_reaction {
	struct id target; /**< the message */
	struct id from;
	struct bytes text;
};

/** Events of one room in rising order of seq, without a hole. Owns: ended with
 *  cache_page_done(). */
struct cache_page {
	struct cache_event *events;
	size_t count;
	struct cache_reaction *reactions; /**< to the messages among them */
	size_t reaction_count;
	uint64_t first, last; /**< run of seq that the page covers; 0,0 = nothing */
	bool complete_before; /**< nothing older exists */
	bool complete_after;  /**< nothing newer is known */
	struct rows rows;
};

#define CACHE_PAGE_INIT ((struct cache_page){0})
void cache_page_done(struct cache_page *page);

/** Store @event and what follows from it: an edit changes its target's text, a delete
 *  empties it, a reaction is counted, the room's newest message and head move, the run of
 *  held events grows by seq. Storing it again changes nothing. @ret_new (may be NULL):
 *  whether it was not there before. Errors: ERR_NO_ROOM. */
enum err cache_event_put(struct cache *cache, const struct cache_event *event,
			 bool *ret_new) MUST_CHECK;
/** Everything from @first to @last of @room is held now, also where there were no events
 *  to store; @start: nothing older exists. Call it after the events of a page. */
enum err cache_event_covered(struct cache *cache, const struct id *room, uint64_t first,
			     uint64_t last, bool start) MUST_CHECK;
/** The room's log was cut or restored: forget its events and take @epoch. */
enum err cache_event_reset(struct cache *cache, const struct id *room,
			   uint64_t epoch) MUST_CHECK;

/** The newest @limit events before seq @before (0: from the newest), as far down as the
 *  run without a hole goes: page.first > 1 and fewer events than asked means that the
 *  rest must be fetched. Only what a timeline shows (messages, members, topics, …) is
 *  counted and returned; edits, deletions and reactions are in what they changed. */
enum err cache_event_before(struct cache *cache, const struct id *room, uint64_t before,
			    unsigned limit, struct cache_page *ret_page) MUST_CHECK;
/** The oldest @limit events after seq @after, upwards, in the same way. */
enum err cache_event_after(struct cache *cache, const struct id *room, uint64_t after,
			   unsigned limit, struct cache_page *ret_page) MUST_CHECK;
/** Like cache_event_after(), but every event as it happened, edits included: for
 *  consumers that replay the log. */
enum err cache_event_replay(struct cache *cache, const struct id *room, uint64_t after,
			    unsigned limit, struct cache_page *ret_page) MUST_CHECK;
/** The page with the one event @id, as it is now. Errors: ERR_NOT_FOUND. */
enum err cache_event_get(struct cache *cache, const struct id *id,
			 struct cache_page *ret_page) MUST_CHECK;
/** How many unread-worthy events of others (and mentions among them) are held after seq
 *  @after; those that were deleted since count as they do on the server. */
enum err cache_event_count(struct cache *cache, const struct id *room, uint64_t after,
			   const struct id *self, uint64_t *ret_unread,
			   uint64_t *ret_mentions) MUST_CHECK;

#endif
