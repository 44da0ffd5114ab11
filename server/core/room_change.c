/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rooms that are there: found, looked at, changed, deleted.
 */
#include "common/base/mem.h"
#include "server/core/name.h"
#include "server/core/room.h"
#include "server/core/seat.h"
#include "server/core/text.h"
#include "server/store/store_member.h"
#include "server/store/store_room.h"

enum err room_get(struct store *store, const struct actor *actor, const struct id *room,
		  struct room_view *ret_view)
{
	struct seat_row seat;
	enum err err = seat_take(store, actor, room, VERB_VIEW, &seat);

	return err ? err : store_view_get(store, room, &actor->user, ret_view);
}

enum err room_find(struct store *store, const struct actor *actor, struct bytes slug,
		   struct id *ret_room)
{
	enum err err = store_room_by_slug(store, slug, ret_room);

	if (err == ERR_NOT_FOUND) {
		err = store_room_by_name(store, &actor->user, slug, ret_room);
	}
	return err == ERR_NOT_FOUND ? ERR_NO_ROOM : err;
}

static enum err append(struct store *store, struct seat_row *seat,
		       struct event_row *event, struct news *news)
{
	struct seat_entry entry = {.event = *event};

	return seat_append(store, seat, &entry, news);
}

static enum err change_topic(struct store *store, const struct actor *actor,
			     struct seat_row *seat, const struct room_change *in,
			     struct news *news)
{
	struct event_row event = {.kind = EVENT_TOPIC, .text = in->topic};
	enum err err = seat_may(store, actor, seat, VERB_TOPIC);

	if (!err) {
		err = text_check_line(in->topic, LIMIT_TOPIC);
	}
	if (!err) {
		err = store_room_set_topic(store, seat->room, in->topic);
	}
	return err ? err : append(store, seat, &event, news);
}

static enum err change_name(struct store *store, const struct actor *actor,
			    struct seat_row *seat, const struct room_change *in,
			    struct news *news)
{
	struct event_row event = {
		.kind = EVENT_RENAME, .slug = in->slug, .name = in->name};
	bool open = seat->kind == ROOM_PUBLIC || seat->kind == ROOM_BROADCAST;
	enum err err = seat_may(store, actor, seat, VERB_SETTINGS);

	if (!err) {
		err = text_check_line(in->name, LIMIT_DISPLAY);
	}
	if (!err && in->slug.ptr && (!open || !name_is_valid(in->slug))) {
		err = ERR_BAD;
	}
	if (!err && in->slug.ptr) {
		err = store_room_set_slug(store, seat->room, in->slug);
	}
	if (!err && in->name.ptr) {
		err = store_room_set_name(store, seat->room, in->name);
	}
	return err ? err : append(store, seat, &event, news);
}

static enum err may_change_acl(struct store *store, const struct actor *actor,
			       const struct seat_row *seat, const struct room_change *in)
{
	enum err err = ERR_OK;

	if (in->has_slow)
		err = seat_may(store, actor, seat, VERB_SLOW);
	if (!err && in->post_role)
		err = seat_may(store, actor, seat, VERB_SETTINGS);
	if (!err && in->slow_ms > LIMIT_SLOW_MS)
		err = ERR_BAD;
	return err;
}

/* The entry says all rules as they are now, so that the last one is enough. */
static enum err change_acl(struct store *store, const struct actor *actor,
			   struct seat_row *seat, const struct room_change *in,
			   struct news *news)
{
	struct event_row event = {
		.kind = EVENT_ACL,
		.slow_ms = in->has_slow ? in->slow_ms : seat->slow_ms,
		.role = in->post_role ? in->post_role : seat->post_role,
	};
	enum err err = may_change_acl(store, actor, seat, in);

	if (!err)
		err = store_room_set_slow(store, seat->room, event.slow_ms);
	if (!err)
		err = store_room_set_post_role(store, seat->room, event.role);
	return err ? err : append(store, seat, &event, news);
}

enum err room_change(struct store *store, const struct actor *actor,
		     const struct room_change *in, struct news *news)
{
	struct seat_row seat;
	enum err err = seat_take(store, actor, &in->room, VERB_VIEW, &seat);
	bool rename = in->slug.ptr || in->name.ptr;

	if (err) {
		return err;
	}
	if (seat.security == SECURITY_MLS && (rename || in->topic.ptr)) {
		return ERR_MUST_SEAL;
	}
	if (!err && in->topic.ptr) {
		err = change_topic(store, actor, &seat, in, news);
	}
	if (!err && rename) {
		err = change_name(store, actor, &seat, in, news);
	}
	if (!err && (in->has_slow || in->post_role)) {
		err = change_acl(store, actor, &seat, in, news);
	}
	return err;
}

enum err room_delete(struct store *store, const struct actor *actor,
		     const struct id *room, struct news *news)
{
	struct seat_row seat;
	int64_t *keys = NULL;
	size_t count = 0;
	enum err err = seat_take(store, actor, room, VERB_DELETE_ROOM, &seat);

	if (!err) {
		err = store_room_set_deleted(store, seat.room, store_now(store));
	}
	if (!err) {
		err = store_member_keys(store, seat.room, &keys, &count);
	}
	for (size_t i = 0; i < count && !err; i++) {
		struct user_event_row told = {.kind = USER_EVENT_LEFT};
		err = seat_tell(store, &seat, keys[i], &told, news);
	}
	mem_free(keys);
	return err;
}

enum err room_directory(struct store *store, const struct actor *actor,
			const struct room_cursor *cursor, size_t limit,
			struct room_list *ret_list)
{
	struct room_list list = {0};

	if (!(actor->scope & SCOPE_READ)) {
		return ERR_FORBIDDEN;
	}
	enum err err = store_view_public(store, &actor->user, cursor,
					 limit < LIMIT_LIST ? limit : LIMIT_LIST, &list);
	if (err) {
		room_list_done(&list);
		return err;
	}
	*ret_list = list;
	return ERR_OK;
}
