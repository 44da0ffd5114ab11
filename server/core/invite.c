/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The right to invite is asked twice: of its maker when the code is made, and of its maker
 * again when it is used, as if he brought the other in at that moment.
 */
#include "server/core/invite.h"

#include "server/core/member.h"
#include "server/core/seat.h"
#include "server/store/store_room.h"

static void hash_code(const struct id *code, uint8_t ret_hash[SHA256_LEN])
{
	sha256(bytes_of(code->bytes, ID_LEN), ret_hash);
}

static enum err may_invite(struct store *store, const struct actor *actor,
			   const struct seat_row *seat, enum role role)
{
	enum err err = seat_may(store, actor, seat, VERB_INVITE);

	return !err && role > ROLE_MEMBER ? seat_may(store, actor, seat, VERB_ROLE) : err;
}

static enum err check_new(struct store *store, const struct invite_new *in,
			  const struct seat_row *seat)
{
	int64_t open;

	if (in->role > ROLE_OWNER || in->for_ms > LIMIT_INVITE_MS ||
	    in->uses > LIMIT_INVITE_USES)
		return ERR_BAD;
	enum err err = store_invite_count(store, seat->room, &open);
	if (err)
		return err;
	return open < LIMIT_INVITES ? ERR_OK : ERR_STATE;
}

enum err invite_create(struct store *store, const struct actor *actor,
		       const struct invite_new *in, struct id *ret_code,
		       struct invite_row *ret_row)
{
	struct id code = store_draw_id(store);
	struct seat_row seat;
	enum err err = seat_take(store, actor, &in->room, VERB_INVITE, &seat);
	enum role role = in->role ? in->role : ROLE_MEMBER;

	if (!err)
		err = check_new(store, in, &seat);
	if (!err)
		err = may_invite(store, actor, &seat, role);
	if (err)
		return err;
	struct invite_add add = {
		.id = store_draw_id(store),
		.room = seat.room,
		.inviter = seat.account,
		.role = role,
		.uses = in->uses,
		.expires_ms =
			store_now(store) + (in->for_ms ? in->for_ms : INVITE_USUAL_MS),
	};
	hash_code(&code, add.hash);
	err = store_invite_add(store, &add);
	if (!err)
		err = store_invite_by_id(store, &add.id, ret_row);
	if (!err)
		*ret_code = code;
	return err;
}

/* The maker as an actor who may do everything that the account may. */
static enum err check_maker(struct store *store, const struct invite_row *row)
{
	struct actor maker = {.user = row->inviter, .scope = SCOPE_ALL};
	struct seat_row seat;
	enum err err = store_seat_get(store, &row->room, &row->inviter, &seat);

	if (err)
		return err;
	return may_invite(store, &maker, &seat, row->role) ? ERR_GONE : ERR_OK;
}

enum err invite_look(struct store *store, const struct id *code,
		     struct invite_row *ret_row)
{
	uint8_t hash[SHA256_LEN];
	struct invite_row row;

	hash_code(code, hash);
	enum err err = store_invite_by_hash(store, hash, &row);
	if (err)
		return err;
	if (row.revoked || (row.counted && row.uses_left == 0) ||
	    (row.expires_ms && row.expires_ms <= store_now(store)))
		return ERR_GONE;
	err = check_maker(store, &row);
	if (!err)
		*ret_row = row;
	return err;
}

enum err invite_accept(struct store *store, const struct actor *actor,
		       const struct id *code, struct id *ret_room, struct news *news)
{
	struct member_act act = {.role = 0};
	struct invite_row row;
	bool entered;
	enum err err = actor->scope & SCOPE_ROOMS ? invite_look(store, code, &row)
						  : ERR_FORBIDDEN;

	if (err)
		return err;
	act.room = row.room;
	act.role = row.role;
	err = member_enter(store, actor, &act, &entered, news);
	if (!err && entered)
		err = store_invite_take(store, row.key);
	if (!err)
		*ret_room = row.room;
	return err;
}

enum err invite_list(struct store *store, const struct actor *actor,
		     const struct id *room, int64_t before, size_t limit,
		     struct invite_list *ret_list)
{
	struct seat_row seat;
	enum err err = seat_take(store, actor, room, VERB_INVITE, &seat);

	if (err)
		return err;
	bool all = seat_may(store, actor, &seat, VERB_KICK) == ERR_OK;
	return store_invite_list(store, seat.room, all ? 0 : seat.account, before, limit,
				 ret_list);
}

enum err invite_revoke(struct store *store, const struct actor *actor,
		       const struct id *room, const struct id *invite)
{
	struct seat_row seat;
	struct invite_row row;
	enum err err = seat_take(store, actor, room, VERB_INVITE, &seat);

	if (!err)
		err = store_invite_by_id(store, invite, &row);
	if (err)
		return err;
	bool mine = id_equal(&row.inviter, &actor->user);
	if (!id_equal(&row.room, &seat.room_id) ||
	    (!mine && seat_may(store, actor, &seat, VERB_KICK) != ERR_OK))
		return ERR_NOT_FOUND;
	return store_invite_revoke(store, row.key);
}
