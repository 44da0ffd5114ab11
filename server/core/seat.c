/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The three steps that every change of a room shares: the gate, the log of the room, the
 * logs of the users concerned. Only one thread writes, so the head that was loaded is the
 * head that is written.
 */
#include "server/core/seat.h"

#include <string.h>

#include "common/base/mem.h"
#include "server/store/store_event.h"
#include "server/store/store_log.h"
#include "server/store/store_room.h"
#include "server/store/store_upload.h"

enum err seat_may(struct store *store, const struct actor *actor,
		  const struct seat_row *seat, enum verb verb)
{
	struct object object = {.seat = seat, .now_ms = store_now(store)};

	return authorize(actor, verb, &object);
}

enum err seat_take(struct store *store, const struct actor *actor, const struct id *room,
		   enum verb verb, struct seat_row *ret_seat)
{
	struct seat_row seat;
	enum err err = store_seat_get(store, room, &actor->user, &seat);

	if (!err) {
		err = seat_may(store, actor, &seat, verb);
	}
	if (!err) {
		*ret_seat = seat;
	}
	return err;
}

static struct bytes copy_bytes(struct bytes from)
{
	if (!from.ptr) {
		return from;
	}
	return bytes_of(mem_strndup((const char *)from.ptr, from.len), from.len);
}

/* The event for the news: it outlives the request that it borrows from. */
void seat_tell_room(struct news *news, const struct event_row *event,
		    const struct user_row *subject)
{
	struct event_row *copy = event_list_add(&news->events);

	*copy = *event;
	copy->text = copy_bytes(event->text);
	copy->sealed = copy_bytes(event->sealed);
	copy->slug = copy_bytes(event->slug);
	copy->name = copy_bytes(event->name);
	copy->author = copy_bytes(event->author);
	copy->mentions =
		mem_dup(event->mentions, event->mention_count * sizeof(struct id));
	copy->files = mem_dup(event->files, event->file_count * sizeof(struct id));
	copy->attached = file_notes_copy(event->attached, event->attached_count);
	copy->user = mem_dup(subject, subject ? sizeof(*subject) : 0);
}

enum err seat_append(struct store *store, struct seat_row *seat, struct seat_entry *entry,
		     struct news *news)
{
	struct event_row *event = &entry->event;
	bool worthy = event->kind == EVENT_MESSAGE && !event->quiet;
	uint64_t now_ms = store_now(store);
	struct event_add add = {
		.event = event,
		.room = seat->room,
		.sender = seat->account,
		.subject = entry->subject ? entry->subject->key : 0,
		.device = entry->device,
	};

	event->room = seat->room_id;
	event->from = seat->user;
	event->seq = seat->head + 1;
	event->ord = seat->ord + worthy;
	event->ts = now_ms > seat->last_ts ? now_ms : seat->last_ts;
	enum err err = store_event_add(store, &add);
	if (err) {
		return err;
	}
	seat->head = event->seq;
	seat->ord = event->ord;
	seat->last_ts = event->ts;
	err = store_seat_head(store, seat, event->kind == EVENT_MESSAGE);
	if (err) {
		return err;
	}
	seat_tell_room(news, event, entry->subject);
	return ERR_OK;
}

enum err seat_tell(struct store *store, const struct seat_row *seat, int64_t account,
		   struct user_event_row *event, struct news *news)
{
	enum err err = store_log_add(store, account, seat ? seat->room : 0,
				     event->kind == USER_EVENT_NOTIFY ? seat->account : 0,
				     event);

	if (err) {
		return err;
	}
	if (seat) {
		event->room = seat->room_id;
	}
	if (event->kind == USER_EVENT_NOTIFY) {
		event->from = seat->user;
	}
	if (event->kind == USER_EVENT_ROOM) {
		event->info = mem_new(struct room_view);
		err = store_view_get(store, &seat->room_id, &event->user, event->info);
		if (err) {
			mem_free(event->info);
			event->info = NULL;
			return err;
		}
	}
	*user_event_list_add(&news->users) = *event;
	return ERR_OK;
}
