/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Whom a message names: by the ids that came with it and by @names in its text, so that
 *  curl and webhooks can name people, too. @room is for everybody in the room and @here
 *  for those who are connected now; both take the right EVERYONE, and without it they are
 *  words. In the log the room's own id among the mentions stands for either.
 *  Thread: the store's (the writer). */
#ifndef CHAT_CORE_MENTION_H
#define CHAT_CORE_MENTION_H

#include "server/core/post.h"

struct mentions {
	struct id ids[LIMIT_MENTIONS];
	size_t count; /**< with the room's id, if that is among them */
	bool room;    /**< @room: it counts for everybody */
};

/** Whether there may be anybody at all, for the common case that there is not. */
bool mention_wanted(const struct post *in);

/** Find them. Errors: ERR_FORBIDDEN (everybody was asked for by id), those of the store. */
enum err mention_find(struct store *store, const struct actor *actor,
		      const struct seat_row *seat, const struct post *in,
		      struct mentions *ret_mentions) MUST_CHECK;

/** Note for each of them that @event names him, and tell those who want to know. */
enum err mention_note(struct store *store, const struct seat_row *seat,
		      const struct event_row *event, bool room,
		      struct news *news) MUST_CHECK;

#endif
