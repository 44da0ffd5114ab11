/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A seat: the room, the actor and the actor's place in it, loaded and through the gate.
 *  Every verb of the core begins here. Thread: the store's. */
#ifndef CHAT_CORE_SEAT_H
#define CHAT_CORE_SEAT_H

#include "server/core/news.h"
#include "server/core/right.h"
#include "server/store/store.h"

/** Load the actor's seat in @room and let @verb through the gate, for verbs that need no
 *  more of an object than that. Errors: ERR_NO_ROOM and those of authorize(). */
enum err seat_take(struct store *store, const struct actor *actor, const struct id *room,
		   enum verb verb, struct seat_row *ret_seat) MUST_CHECK;
/** One more verb on a seat that was taken. */
enum err seat_may(struct store *store, const struct actor *actor,
		  const struct seat_row *seat, enum verb verb) MUST_CHECK;

/** What an append takes beside the event. */
struct seat_entry {
	struct event_row event;         /**< kind and content; texts are borrowed */
	struct id device;               /**< zero: none */
	const struct user_row *subject; /**< of member events */
};

/** Append to the log of the seat's room, as the actor: number, time, head of the room. The
 *  seat moves on; the finished event is added to @news and left in entry->event.
 *  Errors: ERR_EXISTS when the cid was used before; then nothing has changed. */
enum err seat_append(struct store *store, struct seat_row *seat, struct seat_entry *entry,
		     struct news *news) MUST_CHECK;

/** Add a copy of @event, which stands in a log already, to @news; @subject may be NULL. */
void seat_tell_room(struct news *news, const struct event_row *event,
		    const struct user_row *subject);

/** Append to the log of @account: something about @seat's room (NULL: none). A ROOM entry
 *  gets the room as that user sees it. @event: kind and content, moved from. */
enum err seat_tell(struct store *store, const struct seat_row *seat, int64_t account,
		   struct user_event_row *event, struct news *news) MUST_CHECK;

#endif
