/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One room, and the list of all of them with its order on the screen.
 *  Thread: ui. */
#ifndef CHAT_MODEL_ROOM_H
#define CHAT_MODEL_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/model/draft.h"
#include "client/model/people.h"
#include "client/model/roster.h"
#include "client/model/timeline.h"
#include "common/base/map.h"
#include "common/base/str.h"

struct room {
	struct id id;
	enum room_kind kind;
	enum notify_level level; /**< LEVEL_NONE = muted */
	uint64_t muted_until_ms; /**< so long, too */
	uint64_t rang_ms;        /**< monotonic: when it rang last by itself; 0: never */
	enum role role;          /**< one's own */
	uint64_t slow_ms;        /**< members wait so long between two messages */
	enum role post_role;     /**< the least that may write */
	bool sealed;             /**< end-to-end encrypted; never goes back */
	bool left;               /**< no member any more; kept for reading */
	struct str name;  /**< slug or name, without '#'; empty for a direct chat */
	struct str topic; /**< raw */
	struct id peer;   /**< of a direct chat */
	uint64_t head_seq;
	uint64_t read_seq; /**< one's own read marker */
	size_t unread;
	size_t mentions;
	uint64_t last_ms;     /**< of the newest message */
	struct str last_text; /**< its head, for the list */
	unsigned
		logs; /**< how often its log began anew: seqs of the one before are void */
	struct timeline timeline;
	struct roster roster;
	struct draft draft;
};

/** Groups of the list, in the order shown. */
enum room_group { GROUP_UNREAD, GROUP_ROOMS, GROUP_DIRECT, GROUP_LEFT, GROUP_COUNT };

struct rooms {
	struct room **rows; /**< owned; in the order of rooms_sort() */
	size_t count;
	size_t cap;
	struct map by_id;
	struct id current; /**< zero = none */
	uint64_t seed;
};

void rooms_init(struct rooms *rooms, uint64_t seed);
void rooms_done(struct rooms *rooms);
struct room *rooms_find(const struct rooms *rooms, const struct id *id);
/** Found or made. */
struct room *rooms_get(struct rooms *rooms, const struct id *id, enum room_kind kind);
bool rooms_remove(struct rooms *rooms, const struct id *id);
/** The room on the screen, or NULL. */
struct room *rooms_current(const struct rooms *rooms);
/** Group first; in Unread mentions, then newest; in Rooms by name; in Direct newest.
 *  The room on the screen does not count as unread, so that it does not jump about. */
void rooms_sort(struct rooms *rooms, const struct people *people);
enum room_group room_group(const struct rooms *rooms, const struct room *room);
/** The direct chat with @user, or NULL. */
struct room *rooms_direct(const struct rooms *rooms, const struct id *user);
/** By name ("#ops", "ops") or person ("@bob"). Errors: ERR_NO_ROOM; ERR_AMBIGUOUS when
 *  more than one has it. */
enum err rooms_named(const struct rooms *rooms, const struct people *people,
		     const char *name, struct room **ret_room) MUST_CHECK;
/** The next unread room behind the current one, those with mentions first; with
 *  @mentions_only nothing else. NULL: nothing is unread. */
struct room *rooms_next_unread(const struct rooms *rooms, bool mentions_only);
/** "#ops" or the name of the peer; raw text, appended to @out. */
void room_title(const struct room *room, const struct people *people, struct str *out);

#endif
