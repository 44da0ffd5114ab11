/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rooms: how they begin. A room's first entry is its maker's; a direct room begins with
 * an empty log, since nobody had to join it.
 */
#include "server/core/room.h"

#include "server/core/member.h"
#include "server/core/name.h"
#include "server/core/seat.h"
#include "server/core/text.h"
#include "server/store/store_member.h"
#include "server/store/store_room.h"

/* An account that may act at all, with @scope. */
static enum err take_user(struct store *store, const struct actor *actor, unsigned scope,
			  struct user_row *ret_user)
{
	enum err err = store_user_by_id(store, &actor->user, ret_user);

	if (err) {
		return err;
	}
	if (ret_user->state == ACCOUNT_UNVERIFIED) {
		return ERR_UNVERIFIED;
	}
	if (ret_user->state != ACCOUNT_ACTIVE || (actor->scope & scope) != scope) {
		return ERR_FORBIDDEN;
	}
	return ERR_OK;
}

/* Public and broadcast rooms are called by their slug, the others by their name. */
static enum err check_new(const struct room_new *in)
{
	bool open = in->kind == ROOM_PUBLIC || in->kind == ROOM_BROADCAST;
	enum err err = text_check_line(in->name, LIMIT_DISPLAY);

	if (!err) {
		err = text_check_line(in->topic, LIMIT_TOPIC);
	}
	if (err) {
		return err;
	}
	if (in->kind < ROOM_DIRECT || in->kind > ROOM_BROADCAST ||
	    in->security > SECURITY_MLS || in->history > HISTORY_JOINED) {
		return ERR_BAD;
	}
	if (open != (in->slug.ptr != NULL) || (open && !name_is_valid(in->slug))) {
		return ERR_BAD;
	}
	if (in->security == SECURITY_MLS && (open || in->name.len || in->topic.len)) {
		return ERR_BAD; /* an open room is read by the server; names are sealed */
	}
	return in->member_count <= LIMIT_LIST ? ERR_OK : ERR_TOO_BIG;
}

static enum room_history history_of(const struct room_new *in)
{
	if (in->history) {
		return in->history;
	}
	return in->kind == ROOM_PRIVATE ? HISTORY_JOINED : HISTORY_ALL;
}

static enum err add_room(struct store *store, const struct room_new *in, int64_t by,
			 int64_t low, int64_t high, struct id *ret_id)
{
	struct room_add add = {
		.id = store_draw_id(store),
		.kind = in->kind,
		.security = in->security ? in->security : SECURITY_PLAIN,
		.history = history_of(in),
		.slug = in->slug,
		.name = in->name,
		.topic = in->topic,
		.low = low,
		.high = high,
		.by = by,
		.now_ms = store_now(store),
	};
	int64_t key;
	enum err err = store_room_add(store, &add, &key);

	if (!err) {
		*ret_id = add.id;
	}
	return err;
}

/* The maker's entry: owner from the first event on. */
static enum err enter_maker(struct store *store, const struct actor *actor,
			    const struct user_row *user, const struct id *room,
			    struct news *news)
{
	struct user_event_row told = {.kind = USER_EVENT_ROOM};
	struct seat_entry entry = {
		.event = {.kind = EVENT_MEMBER,
			  .change = MEMBER_JOIN,
			  .role = ROLE_OWNER},
		.subject = user,
	};
	struct seat_row seat;
	enum err err = store_seat_get(store, room, &actor->user, &seat);

	if (!err) {
		err = seat_append(store, &seat, &entry, news);
	}
	if (!err) {
		err = store_member_add(store, seat.room, user->key, ROLE_OWNER, seat.head,
				       seat.ord);
	}
	if (!err) {
		err = store_room_count(store, seat.room, 1);
	}
	return err ? err : seat_tell(store, &seat, user->key, &told, news);
}

static enum err enter_members(struct store *store, const struct actor *actor,
			      const struct room_new *in, const struct id *room,
			      struct news *news)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < in->member_count && !err; i++) {
		struct member_act act = {.room = *room, .user = in->members[i]};
		err = member_invite(store, actor, &act, news);
	}
	return err;
}

static enum err create(struct store *store, const struct actor *actor,
		       const struct room_new *in, struct id *ret_id, struct news *news)
{
	struct user_row user;
	enum err err = take_user(store, actor, SCOPE_ROOMS, &user);

	if (err) {
		return err;
	}
	if (user.kind == ACCOUNT_GUEST) {
		return ERR_FORBIDDEN;
	}
	if (in->kind == ROOM_BROADCAST && !actor->steward &&
	    !(user.rights & (SERVER_ADMIN | SERVER_BROADCAST))) {
		return ERR_FORBIDDEN;
	}
	err = add_room(store, in, user.key, 0, 0, ret_id);
	if (err) {
		return err;
	}
	if (in->kind == ROOM_BROADCAST) {
		news->broadcast = *ret_id;
		return ERR_OK;
	}
	err = enter_maker(store, actor, &user, ret_id, news);
	return err ? err : enter_members(store, actor, in, ret_id, news);
}

enum err room_create(struct store *store, const struct actor *actor,
		     const struct room_new *in, struct room_view *ret_view,
		     struct news *news)
{
	struct id id;
	enum err err = check_new(in);

	if (err) {
		return err;
	}
	if (in->kind == ROOM_DIRECT) {
		err = in->member_count == 1
			      ? room_direct(store, actor, &in->members[0], &id, news)
			      : ERR_BAD;
	} else {
		err = create(store, actor, in, &id, news);
	}
	if (err || !ret_view) {
		return err;
	}
	return store_view_get(store, &id, &actor->user, ret_view);
}

/* One of a pair is a member from the start, and hears of it. */
static enum err enter_direct(struct store *store, const struct seat_row *seat,
			     int64_t account, struct news *news)
{
	struct user_event_row told = {.kind = USER_EVENT_ROOM};
	enum err err = store_member_add(store, seat->room, account, ROLE_MEMBER, 0, 0);

	if (!err) {
		err = store_room_count(store, seat->room, 1);
	}
	return err ? err : seat_tell(store, seat, account, &told, news);
}

static enum err make_direct(struct store *store, const struct actor *actor, int64_t self,
			    int64_t peer, struct id *ret_room, struct news *news)
{
	static const struct room_new direct = {.kind = ROOM_DIRECT};
	int64_t low = self < peer ? self : peer;
	int64_t high = self < peer ? peer : self;
	struct seat_row seat;
	bool blocked;
	enum err err = store_blocked(store, self, peer, &blocked);

	if (err) {
		return err;
	}
	if (blocked) {
		return ERR_FORBIDDEN;
	}
	err = add_room(store, &direct, self, low, high, ret_room);
	if (!err) {
		err = store_seat_get(store, ret_room, &actor->user, &seat);
	}
	if (!err) {
		err = enter_direct(store, &seat, self, news);
	}
	if (!err && peer != self) {
		err = enter_direct(store, &seat, peer, news);
	}
	return err;
}

enum err room_direct(struct store *store, const struct actor *actor,
		     const struct id *user, struct id *ret_room, struct news *news)
{
	struct user_row self, peer;
	enum err err = take_user(store, actor, SCOPE_WRITE, &self);

	if (!err) {
		err = store_user_by_id(store, user, &peer);
	}
	if (err) {
		return err;
	}
	err = store_room_pair(store, self.key, peer.key, ret_room);
	if (err != ERR_NOT_FOUND) {
		return err;
	}
	if (peer.state != ACCOUNT_ACTIVE) {
		return ERR_NO_USER;
	}
	return make_direct(store, actor, self.key, peer.key, ret_room, news);
}

static enum err found_one(struct store *store, enum room_kind kind, struct bytes slug,
			  bool everyone)
{
	struct room_add add = {
		.id = store_draw_id(store),
		.kind = kind,
		.security = SECURITY_PLAIN,
		.history = HISTORY_ALL,
		.slug = slug,
		.everyone = everyone,
		.now_ms = store_now(store),
	};
	int64_t key;

	return store_room_add(store, &add, &key);
}

enum err room_found(struct store *store, struct bytes lobby_slug)
{
	struct id id;
	enum err err = store_room_broadcast(store, &id);

	if (err == ERR_NOT_FOUND) {
		err = found_one(store, ROOM_BROADCAST, bytes_text("announcements"),
				false);
		err = err == ERR_EXISTS ? ERR_OK : err; /* it was deleted on purpose */
	}
	if (err) {
		return err;
	}
	/* After it, so that it stands above it in the list of rooms. */
	err = store_room_by_slug(store, lobby_slug, &id);
	if (err == ERR_NOT_FOUND) {
		err = found_one(store, ROOM_PUBLIC, lobby_slug, true);
		err = err == ERR_EXISTS ? ERR_OK : err;
	}
	return err;
}
