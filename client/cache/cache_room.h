/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The rooms of the account, their read marks, receipts, drafts' owners and members.
 *  Errors as in cache.h. Thread: store. */
#ifndef CHAT_CLIENT_CACHE_CACHE_ROOM_H
#define CHAT_CLIENT_CACHE_CACHE_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/cache/cache.h"
#include "client/cache/rows.h"
#include "common/base/id.h"

/** Enumerations are those of common/proto/kind.h. */
struct cache_room {
	struct id id;
	struct id peer; /**< the other one of a direct room */
	int kind, security, history, role, level;
	struct bytes slug, name, topic;
	uint64_t members;
	uint64_t epoch; /**< of the log; see seq */
	uint64_t head;  /**< newest seq the server told of */
	uint64_t ord;   /**< of head */
	uint64_t read;  /**< read marker, a seq */
	uint64_t unread, mentions;
	uint64_t hidden; /**< a direct room hidden up to this seq */
	uint64_t muted_until_ms;
	uint64_t slow_ms; /**< members wait so long between two messages */
	int post_role;    /**< the least that may write, 0: any */
	bool joined;      /**< false: left, or never entered */
	uint64_t seq; /**< out only: everything up to here was applied (resume from it) */
	uint64_t last_seq, last_ts_ms; /**< of the newest message */
	struct id last_from;
	struct bytes last_text;
	bool draft; /**< out only: an unsent text waits */
};

/** Owns: ended with cache_rooms_done(). */
struct cache_rooms {
	struct cache_room *rooms;
	size_t count;
	struct rows rows;
};

#define CACHE_ROOMS_INIT ((struct cache_rooms){0})
void cache_rooms_done(struct cache_rooms *rooms);

/** Add the room or change it. `seq` is not touched; head, ord and read never go back
 *  within an epoch; last_* are taken when they are newer. An epoch other than the stored
 *  one forgets the room's events. Security never goes back from mls (the store pins it). */
enum err cache_room_put(struct cache *cache, const struct cache_room *room) MUST_CHECK;
/** All rooms, newest message first. */
enum err cache_room_list(struct cache *cache, struct cache_rooms *ret_rooms) MUST_CHECK;
/** One room. Errors: ERR_NO_ROOM. */
enum err cache_room_get(struct cache *cache, const struct id *id,
			struct cache_rooms *ret_rooms) MUST_CHECK;
/** The rooms that the user may mean by @text: an id, "#slug", "slug", a private name, or
 *  "@account" for the direct room. Joined ones come first; more than one is for the caller
 *  to refuse. An empty result is no error. */
enum err cache_room_find(struct cache *cache, const char *text,
			 struct cache_rooms *ret_rooms) MUST_CHECK;
/** Left, removed or deleted. Its events stay readable. Errors: ERR_NO_ROOM. */
enum err cache_room_left(struct cache *cache, const struct id *id) MUST_CHECK;
/** Move the read marker (never back) and set the counts that remain.
 *  Errors: ERR_NO_ROOM. */
enum err cache_room_read(struct cache *cache, const struct id *id, uint64_t read,
			 uint64_t unread, uint64_t mentions) MUST_CHECK;
/** Notification level (enum notify_level) and mute. Errors: ERR_NO_ROOM. */
enum err cache_room_level(struct cache *cache, const struct id *id, int level,
			  uint64_t muted_until_ms) MUST_CHECK;
/** What a room is called and about from now on; {NULL, 0}: as before.
 *  Errors: ERR_NO_ROOM. */
enum err cache_room_texts(struct cache *cache, const struct id *id, struct bytes topic,
			  struct bytes slug, struct bytes name) MUST_CHECK;
/** Who may write, and how often. Errors: ERR_NO_ROOM. */
enum err cache_room_rules(struct cache *cache, const struct id *id, uint64_t slow_ms,
			  int post_role) MUST_CHECK;
/** Its messages are encrypted from now on. Errors: ERR_NO_ROOM. */
enum err cache_room_sealed(struct cache *cache, const struct id *id) MUST_CHECK;
/** @user has read (or, @got, received) up to @seq; only forward. Errors: ERR_NO_ROOM. */
enum err cache_room_receipt(struct cache *cache, const struct id *room,
			    const struct id *user, uint64_t seq, bool got) MUST_CHECK;

/** A resume position; those of the rooms with the newest messages come first. */
struct cache_position {
	struct id room;
	uint64_t epoch, seq;
};

/** At most @limit positions of joined rooms into @ret; returns how many in @ret_count. */
enum err cache_room_positions(struct cache *cache, struct cache_position *ret,
			      size_t limit, size_t *ret_count) MUST_CHECK;

#endif
