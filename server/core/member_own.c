/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What members set for themselves in a room, and who is in it. Nothing here enters the
 * log of the room.
 */
#include "server/core/member.h"
#include "server/core/seat.h"
#include "server/store/store_room.h"

enum err member_hide(struct store *store, const struct actor *actor,
		     const struct id *room, struct news *news)
{
	struct seat_row seat;
	enum err err = seat_take(store, actor, room, VERB_HIDE, &seat);

	if (!err) {
		err = store_member_set_hidden(store, seat.room, seat.account, seat.head);
	}
	if (err) {
		return err;
	}
	struct user_event_row told = {.kind = USER_EVENT_HIDDEN, .seq = seat.head};
	return seat_tell(store, &seat, seat.account, &told, news);
}

static enum err put_notify(struct store *store, const struct seat_row *seat,
			   const struct member_notify *in)
{
	enum err err = seat->has_row ? ERR_OK
				     : store_member_ensure(store, seat->room,
							   seat->account, seat->role);

	if (!err && in->level) {
		err = store_member_set_level(store, seat->room, seat->account, in->level);
	}
	if (!err && in->silence) {
		err = store_member_set_silent(store, seat->room, seat->account,
					      in->until_ms);
	}
	return err;
}

enum err member_set_notify(struct store *store, const struct actor *actor,
			   const struct id *room, const struct member_notify *in,
			   struct news *news)
{
	struct user_event_row told = {.kind = USER_EVENT_LEVEL};
	struct room_view view;
	struct seat_row seat;
	enum err err = in->level || in->silence ? ERR_OK : ERR_BAD;

	if (!err) {
		err = seat_take(store, actor, room, VERB_RECEIPT, &seat);
	}
	if (!err) {
		err = put_notify(store, &seat, in);
	}
	if (!err) {
		err = store_view_get(store, room, &actor->user, &view);
	}
	if (err) {
		return err;
	}
	told.level = view.level;
	told.seq = view.silent_until_ms;
	room_view_done(&view);
	return seat_tell(store, &seat, seat.account, &told, news);
}

enum err member_list(struct store *store, const struct actor *actor,
		     const struct id *room, struct bytes after, size_t limit,
		     struct member_list *ret_list)
{
	struct seat_row seat;
	enum err err = seat_take(store, actor, room, VERB_MEMBERS, &seat);

	if (err) {
		return err;
	}
	return store_member_list(store, seat.room, after,
				 limit < LIMIT_LIST ? limit : LIMIT_LIST, ret_list);
}

enum err member_bans(struct store *store, const struct actor *actor,
		     const struct id *room, struct bytes after, size_t limit,
		     struct ban_list *ret_list)
{
	struct seat_row seat;
	enum err err = seat_take(store, actor, room, VERB_BAN, &seat);

	return err ? err : store_ban_list(store, seat.room, after, limit, ret_list);
}

enum err member_rooms(struct store *store, const struct id *user, struct id **ret_rooms,
		      size_t *ret_count)
{
	return store_member_rooms(store, user, ret_rooms, ret_count);
}

enum err member_may_type(struct store *store, const struct actor *actor,
			 const struct id *room, bool *ret_told)
{
	struct seat_row seat;
	enum err err = seat_take(store, actor, room, VERB_TYPE, &seat);

	if (!err) {
		*ret_told = seat.typing;
	}
	return err;
}
