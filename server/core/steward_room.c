/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rooms under administration: the same verbs as those of owners and moderators, let through
 * the same gate by `steward`, and a row in the audit log for each.
 */
#include "server/core/audit.h"
#include "server/core/member.h"
#include "server/core/seat.h"
#include "server/core/steward.h"
#include "server/store/store_cut.h"

/* "room=ID @what" about @user (zero: about nobody). */
static enum err note(struct store *store, const struct actor *by, enum audit_verb verb,
		     const struct id *room, const struct id *user, const char *what)
{
	AUTO(str_done) struct str detail = STR_INIT;

	str_addf(&detail, "room=%s%s%s", id_text(room).text, *what ? " " : "", what);
	return audit_steward(store, by, verb, user, str_view(&detail));
}

enum err steward_room_make(struct store *store, const struct actor *by,
			   const struct room_new *in, const struct id *owner,
			   struct id *ret_room, struct news *news)
{
	struct actor actor;
	struct room_view view = {0};
	enum err err = steward_act(store, by, &actor);

	if (err == ERR_OK && in->kind != ROOM_BROADCAST)
		actor = (struct actor){.user = *owner, .scope = SCOPE_ALL};
	if (err == ERR_OK)
		err = room_create(store, &actor, in, &view, news);
	if (err != ERR_OK)
		return err;
	*ret_room = view.room.id;
	room_view_done(&view);
	return note(store, by, AUDIT_ROOM_MADE, ret_room, owner, "");
}

enum err steward_room_change(struct store *store, const struct actor *by,
			     const struct room_change *in, struct news *news)
{
	struct actor actor;
	enum err err = steward_act(store, by, &actor);

	if (err == ERR_OK)
		err = room_change(store, &actor, in, news);
	return err == ERR_OK ? note(store, by, AUDIT_ROOM_CHANGED, &in->room,
				    &(struct id){{0}}, "")
			     : err;
}

enum err steward_room_archive(struct store *store, const struct actor *by,
			      const struct id *room, bool on, struct news *news)
{
	struct seat_entry entry = {.event = {.kind = EVENT_ACL}};
	struct actor actor;
	struct seat_row seat;
	enum err err = steward_act(store, by, &actor);

	if (err == ERR_OK)
		err = seat_take(store, &actor, room, VERB_SETTINGS, &seat);
	if (err == ERR_OK && (seat.post_role >= ROOM_ARCHIVED) == on)
		err = ERR_STATE;
	if (err == ERR_OK)
		err = store_room_archive(store, seat.room, on);
	if (err == ERR_OK)
		err = seat_append(store, &seat, &entry, news);
	return err == ERR_OK ? note(store, by, AUDIT_ROOM_CHANGED, room,
				    &(struct id){{0}}, on ? "archived=1" : "archived=0")
			     : err;
}

enum err steward_room_delete(struct store *store, const struct actor *by,
			     const struct id *room, struct news *news)
{
	struct actor actor;
	enum err err = steward_act(store, by, &actor);

	if (err == ERR_OK)
		err = room_delete(store, &actor, room, news);
	return err == ERR_OK
		       ? note(store, by, AUDIT_ROOM_DELETED, room, &(struct id){{0}}, "")
		       : err;
}

enum err steward_room_clear(struct store *store, const struct actor *by,
			    const struct id *room, size_t limit, size_t *ret_count)
{
	AUTO(str_done) struct str what = STR_INIT;
	struct room_info info;
	enum err err = store_room_info(store, room, &info);

	if (err == ERR_OK && info.room.deleted)
		err = ERR_GONE;
	if (err != ERR_OK)
		return err;
	const struct cut_row row = {
		.room = info.room.key, .id = *room, .until_ms = INT64_MAX};
	err = store_cut(store, &row, store_now(store), limit, ret_count);
	if (err != ERR_OK || *ret_count == 0)
		return err;
	str_addf(&what, "events=%zu", *ret_count);
	return note(store, by, AUDIT_ROOM_CLEARED, room, &(struct id){{0}}, what.ptr);
}

enum err steward_member_put(struct store *store, const struct actor *by,
			    const struct id *room, const struct id *user, enum role role,
			    struct news *news)
{
	const struct member_act act = {.room = *room, .user = *user, .role = role};
	struct actor actor;
	struct seat_row seat;
	enum err err = steward_act(store, by, &actor);

	if (err == ERR_OK)
		err = store_seat_get(store, room, user, &seat);
	if (err != ERR_OK)
		return err;
	if (seat.role > 0)
		return member_set_role(store, &actor, &act, news);
	err = member_invite(store, &actor, &act, news);
	return err == ERR_OK ? note(store, by, AUDIT_MEMBER_CHANGED, room, user, "in=1")
			     : err;
}

enum err steward_member_remove(struct store *store, const struct actor *by,
			       const struct id *room, const struct id *user,
			       struct news *news)
{
	const struct member_act act = {.room = *room, .user = *user};
	struct actor actor;
	enum err err = steward_act(store, by, &actor);

	if (err == ERR_OK)
		err = member_kick(store, &actor, &act, news);
	return err == ERR_OK ? note(store, by, AUDIT_MEMBER_CHANGED, room, user, "in=0")
			     : err;
}
