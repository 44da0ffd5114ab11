/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Coming and going, and what is done to a member. Each is an entry in the room's log, from
 * which the others learn it, and an entry in the log of the one concerned, which moves the
 * subscriptions of his devices.
 */
#include "server/core/member.h"
#include "server/core/audit.h"

#include "server/core/seat.h"
#include "server/core/text.h"
#include "server/store/store_notification.h"
#include "server/store/store_room.h"

#define FOR_GOOD ((uint64_t)1 << 53) /* beyond every time, and still a JSON integer */

/* A verb on somebody: the actor's seat and the other's place in the same room. */
struct act {
	struct seat_row seat;
	struct seat_row other;
	struct user_row user; /* the one it is done to */
};

static enum err tell(struct store *store, const struct act *act,
		     enum user_event_kind kind, struct news *news)
{
	struct user_event_row event = {.kind = kind};

	return seat_tell(store, &act->seat, act->user.key, &event, news);
}

static enum err append(struct store *store, struct act *act, enum member_change change,
		       enum role role, struct news *news)
{
	struct seat_entry entry = {
		.event = {.kind = EVENT_MEMBER, .change = change, .role = role},
		.subject = &act->user,
	};

	return seat_append(store, &act->seat, &entry, news);
}

/* Into the room: from the entry that says so on. */
static enum err admit(struct store *store, struct act *act, enum member_change change,
		      enum role role, struct news *news)
{
	const struct seat_row *seat = &act->seat;
	enum err err = append(store, act, change, role, news);

	if (!err) {
		err = store_member_add(store, seat->room, act->user.key, role, seat->head,
				       seat->ord);
	}
	if (!err) {
		err = store_room_count(store, seat->room, 1);
	}
	return err ? err : tell(store, act, USER_EVENT_ROOM, news);
}

/* Out of it: up to the entry that says so. */
static enum err dismiss(struct store *store, struct act *act, enum member_change change,
			struct news *news)
{
	const struct seat_row *seat = &act->seat;
	enum err err = append(store, act, change, 0, news);

	if (!err) {
		err = store_member_remove(store, seat->room, act->user.key, seat->head);
	}
	if (!err) {
		err = store_room_count(store, seat->room, -1);
	}
	return err ? err : tell(store, act, USER_EVENT_LEFT, news);
}

static enum err load_self(struct store *store, const struct actor *actor,
			  const struct id *room, struct act *act)
{
	enum err err = store_seat_get(store, room, &actor->user, &act->seat);

	return err ? err : store_user_by_key(store, act->seat.account, &act->user);
}

/* Who was banned does not come in, whatever brings him. */
static enum err admit_self(struct store *store, struct act *act, enum role role,
			   struct news *news)
{
	bool banned;
	enum err err =
		store_seat_banned(store, act->seat.room, act->seat.account, &banned);

	if (!err && banned) {
		err = ERR_BANNED;
	}
	return err ? err : admit(store, act, MEMBER_JOIN, role, news);
}

enum err member_enter(struct store *store, const struct actor *actor,
		      const struct member_act *in, bool *ret_entered, struct news *news)
{
	struct act act;
	enum err err = load_self(store, actor, &in->room, &act);

	if (err) {
		return err;
	}
	if (act.seat.deleted) {
		return ERR_GONE;
	}
	*ret_entered = act.seat.role == 0;
	return *ret_entered ? admit_self(store, &act, in->role, news) : ERR_OK;
}

enum err member_join(struct store *store, const struct actor *actor,
		     const struct member_act *in, struct news *news)
{
	struct act act;
	enum err err = load_self(store, actor, &in->room, &act);

	if (err) {
		return err;
	}
	if (act.seat.kind == ROOM_PRIVATE && act.seat.role == 0) {
		return ERR_NO_ROOM;
	}
	if (act.seat.role > 0 && !act.seat.deleted) {
		return ERR_OK;
	}
	err = seat_may(store, actor, &act.seat, VERB_JOIN);
	return err ? err : admit_self(store, &act, ROLE_MEMBER, news);
}

struct arrival {
	struct store *store;
	const struct actor *actor;
	struct news *news;
	struct id rooms[16]; /* nobody wants to be put into more */
	size_t count;
};

static enum err on_arrival(const struct id *room, int kind, void *ctx)
{
	struct arrival *arrival = ctx;

	if (kind == ROOM_PUBLIC && arrival->count < ARRAY_LEN(arrival->rooms)) {
		arrival->rooms[arrival->count++] = *room;
	}
	return ERR_OK;
}

/* The administrators of the server keep the rooms that nobody has made. */
static enum err arrive_at(struct store *store, const struct actor *actor,
			  const struct id *room, struct news *news)
{
	struct act act;
	bool banned;
	enum err err = load_self(store, actor, room, &act);

	if (err || act.seat.role > 0) {
		return err;
	}
	err = store_seat_banned(store, act.seat.room, act.seat.account, &banned);
	if (err || banned) {
		return err;
	}
	enum role role = act.seat.rights & SERVER_ADMIN ? ROLE_OWNER : ROLE_MEMBER;
	return admit(store, &act, MEMBER_JOIN, role, news);
}

enum err member_arrive(struct store *store, const struct actor *actor, struct news *news)
{
	struct arrival arrival = {.store = store, .actor = actor, .news = news};
	enum err err = store_room_of_all(store, on_arrival, &arrival);

	for (size_t i = 0; i < arrival.count && !err; i++) {
		err = arrive_at(store, actor, &arrival.rooms[i], news);
	}
	return err;
}

/* The actor's seat, and the one of whom it is done to, who need not be in the room. */
static enum err load_both(struct store *store, const struct actor *actor,
			  const struct member_act *in, struct act *act)
{
	const struct id *user = id_is_zero(&in->user) ? &actor->user : &in->user;
	enum err err = store_seat_get(store, &in->room, &actor->user, &act->seat);

	if (!err) {
		err = store_user_by_id(store, user, &act->user);
	}
	return err ? err : store_seat_get(store, &in->room, user, &act->other);
}

static enum err may_do(struct store *store, const struct actor *actor,
		       const struct act *act, enum verb verb)
{
	struct object object = {
		.seat = &act->seat,
		.target_role = act->other.role,
		.now_ms = store_now(store),
	};

	return authorize(actor, verb, &object);
}

/* What must hold before somebody is brought in by another. */
static enum err check_invite(struct store *store, const struct actor *actor,
			     const struct act *act, enum role role)
{
	bool banned;
	bool high = role > ROLE_MEMBER;
	enum err err = may_do(store, actor, act, VERB_INVITE);

	if (!err && high) {
		err = seat_may(store, actor, &act->seat, VERB_ROLE);
	}
	if (!err) {
		err = store_seat_banned(store, act->seat.room, act->user.key, &banned);
	}
	if (err) {
		return err;
	}
	return banned ? ERR_BANNED : ERR_OK;
}

static enum err note_invited(struct store *store, const struct act *act)
{
	struct notification_new new = {.account = act->user.key,
				       .why = WHY_INVITE,
				       .room = act->seat.room,
				       .sender = act->seat.account};

	return store_notification_add(store, &new);
}

enum err member_invite(struct store *store, const struct actor *actor,
		       const struct member_act *in, struct news *news)
{
	struct user_event_row told = {.kind = USER_EVENT_NOTIFY, .key = "invite"};
	enum role role = in->role ? in->role : ROLE_MEMBER;
	struct act act;
	bool blocked;
	enum err err = load_both(store, actor, in, &act);

	if (!err) {
		err = check_invite(store, actor, &act, role);
	}
	if (!err && act.user.state != ACCOUNT_ACTIVE) {
		err = ERR_NO_USER;
	}
	if (!err) {
		err = store_blocked(store, act.seat.account, act.user.key, &blocked);
	}
	if (err) {
		return err;
	}
	if (blocked) {
		return ERR_FORBIDDEN;
	}
	if (act.other.role > 0) {
		return ERR_OK;
	}
	err = admit(store, &act, MEMBER_INVITE, role, news);
	if (!err) {
		err = note_invited(store, &act);
	}
	return err ? err : seat_tell(store, &act.seat, act.user.key, &told, news);
}

/* Whether the room would be left to members without an owner. */
static enum err check_last_owner(struct store *store, const struct act *act)
{
	int64_t owners, members;

	if (act->other.role != ROLE_OWNER) {
		return ERR_OK;
	}
	enum err err = store_member_owners(store, act->seat.room, &owners);
	if (!err) {
		err = store_member_count(store, act->seat.room, &members);
	}
	if (err) {
		return err;
	}
	return owners == 1 && members > 1 ? ERR_STATE : ERR_OK;
}

enum err member_leave(struct store *store, const struct actor *actor,
		      const struct member_act *in, struct news *news)
{
	struct member_act self = *in;
	struct act act;

	self.user = actor->user;
	enum err err = load_both(store, actor, &self, &act);
	if (!err) {
		err = seat_may(store, actor, &act.seat, VERB_LEAVE);
	}
	if (!err) {
		err = check_last_owner(store, &act);
	}
	return err ? err : dismiss(store, &act, MEMBER_LEAVE, news);
}

/* Load both and let @verb on the other through the gate. */
static enum err begin(struct store *store, const struct actor *actor,
		      const struct member_act *in, enum verb verb, struct act *act)
{
	enum err err = load_both(store, actor, in, act);

	return err ? err : may_do(store, actor, act, verb);
}

enum err member_kick(struct store *store, const struct actor *actor,
		     const struct member_act *in, struct news *news)
{
	struct act act;
	enum err err = begin(store, actor, in, VERB_KICK, &act);

	if (!err && act.other.role == 0) {
		err = ERR_NOT_FOUND;
	}
	return err ? err : dismiss(store, &act, MEMBER_KICK, news);
}

enum err member_ban(struct store *store, const struct actor *actor,
		    const struct member_act *in, struct news *news)
{
	struct act act;
	enum err err = begin(store, actor, in, VERB_BAN, &act);

	if (!err) {
		err = text_check_line(in->why, LIMIT_DETAIL);
	}
	if (!err) {
		err = store_ban_put(store, act.seat.room, act.user.key, act.seat.account,
				    in->why, in->until_ms);
	}
	if (err) {
		return err;
	}
	return act.other.role > 0 ? dismiss(store, &act, MEMBER_BAN, news)
				  : append(store, &act, MEMBER_BAN, 0, news);
}

enum err member_unban(struct store *store, const struct actor *actor,
		      const struct member_act *in, struct news *news)
{
	struct act act;
	enum err err = begin(store, actor, in, VERB_BAN, &act);

	if (!err) {
		err = store_ban_remove(store, act.seat.room, act.user.key);
	}
	return err ? err : append(store, &act, MEMBER_UNBAN, 0, news);
}

static enum err set_muted(struct store *store, const struct actor *actor,
			  const struct member_act *in, uint64_t until_ms,
			  enum member_change change, struct news *news)
{
	struct act act;
	enum err err = begin(store, actor, in, VERB_MUTE, &act);

	if (!err && act.other.role == 0) {
		err = ERR_NOT_FOUND;
	}
	if (!err) {
		err = store_member_set_muted(store, act.seat.room, act.user.key,
					     until_ms);
	}
	if (!err) {
		err = append(store, &act, change, 0, news);
	}
	return err ? err : tell(store, &act, USER_EVENT_ROOM, news);
}

enum err member_mute(struct store *store, const struct actor *actor,
		     const struct member_act *in, struct news *news)
{
	uint64_t until_ms = in->until_ms ? in->until_ms : FOR_GOOD;

	return set_muted(store, actor, in, until_ms, MEMBER_MUTE, news);
}

enum err member_unmute(struct store *store, const struct actor *actor,
		       const struct member_act *in, struct news *news)
{
	return set_muted(store, actor, in, 0, MEMBER_UNMUTE, news);
}

static enum err note_role(struct store *store, const struct actor *actor,
			  const struct act *act, enum role role)
{
	AUTO(str_done) struct str detail = STR_INIT;

	str_addf(&detail, "room=%s role=%s", id_text(&act->seat.room_id).text,
		 kind_word(&role_words, (int)role));
	if (actor->steward)
		return audit_steward(store, actor, AUDIT_ROLE_CHANGED, &act->user.id,
				     str_view(&detail));
	return audit_add(store, &(struct audit){.verb = AUDIT_ROLE_CHANGED,
						.by = AUDIT_BY_USER,
						.actor = actor->user,
						.object = act->user.id,
						.detail = str_view(&detail)});
}

enum err member_set_role(struct store *store, const struct actor *actor,
			 const struct member_act *in, struct news *news)
{
	struct act act;
	enum err err = load_both(store, actor, in, &act);

	if (err) {
		return err;
	}
	bool self = act.other.account == act.seat.account;
	struct object object = {
		.seat = &act.seat,
		/* Owners do not unseat each other, but each may step down. */
		.target_role = self ? 0 : act.other.role,
		.now_ms = store_now(store),
	};
	err = authorize(actor, VERB_ROLE, &object);
	if (err) {
		return err;
	}
	if (act.other.role == 0) {
		return ERR_NOT_FOUND;
	}
	if (in->role < ROLE_GUEST || in->role > ROLE_OWNER) {
		return ERR_BAD;
	}
	if (in->role == act.other.role) {
		return ERR_OK;
	}
	err = check_last_owner(store, &act);
	if (!err) {
		err = store_member_set_role(store, act.seat.room, act.user.key, in->role);
	}
	if (!err) {
		err = note_role(store, actor, &act, in->role);
	}
	if (!err) {
		err = append(store, &act, MEMBER_ROLE, in->role, news);
	}
	return err ? err : tell(store, &act, USER_EVENT_ROOM, news);
}
