/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gate. One function reads one table; nothing else in the server decides what a user
 * may do in a room. tests/unit/server/core/test_right.c holds the expected matrix, written
 * by hand and not made from the table.
 */
#include "server/core/right.h"

#include <assert.h>

/* Least roles: the numbers of enum role, and three that are not roles. */
enum least {
	LEAST_ANYONE = 0,
	LEAST_GUEST = ROLE_GUEST,
	LEAST_MEMBER = ROLE_MEMBER,
	LEAST_MODERATOR = ROLE_MODERATOR,
	LEAST_OWNER = ROLE_OWNER,
	LEAST_SERVER, /* whom the server as a whole trusts with it */
	LEAST_NOBODY,
};

enum { OWN = 1, LOWER = 2, SPEAK = 4, STEWARD = 8 };

struct verb_row {
	const char *word;
	unsigned scope;
	enum least least[ROOM_BROADCAST]; /* by enum room_kind - 1 */
	unsigned flags;
};

static const struct verb_row rows[] = {
#define VERB(id, scope, direct, private, public, broadcast, flags) \
	{#id, \
	 scope, \
	 {LEAST_##direct, LEAST_##private, LEAST_##public, LEAST_##broadcast}, \
	 flags},
#include "server/core/right.def"
#undef VERB
};

/* Who is not in a room learns of it only when it is public. */
static enum err stranger(const struct seat_row *seat)
{
	if (seat->kind == ROOM_DIRECT || seat->kind == ROOM_PRIVATE) {
		return ERR_NO_ROOM;
	}
	return ERR_NOT_MEMBER;
}

static enum err check_account(const struct seat_row *seat)
{
	if (seat->account_state == ACCOUNT_UNVERIFIED) {
		return ERR_UNVERIFIED;
	}
	return seat->account_state == ACCOUNT_ACTIVE ? ERR_OK : ERR_FORBIDDEN;
}

static enum err check_role(const struct seat_row *seat, enum least least)
{
	if (least == LEAST_ANYONE) {
		return ERR_OK;
	}
	if (seat->role == 0) {
		return stranger(seat);
	}
	if (least == LEAST_SERVER) {
		return seat->rights & (SERVER_ADMIN | SERVER_BROADCAST) ? ERR_OK
									: ERR_FORBIDDEN;
	}
	return least != LEAST_NOBODY && (enum least)seat->role >= least ? ERR_OK
									: ERR_FORBIDDEN;
}

static enum err check_flags(enum verb verb, unsigned flags, const struct object *object)
{
	const struct seat_row *seat = object->seat;

	if ((flags & OWN) && !object->own) {
		return ERR_FORBIDDEN;
	}
	if ((flags & LOWER) && object->target_role >= seat->role) {
		return ERR_FORBIDDEN;
	}
	if ((flags & SPEAK) && seat->blocked) {
		return ERR_FORBIDDEN;
	}
	if ((flags & SPEAK) && seat->muted_until_ms > object->now_ms) {
		return ERR_MUTED;
	}
	if ((flags & SPEAK) && seat->post_role >= ROOM_ARCHIVED) {
		return ERR_FORBIDDEN;
	}
	if (verb == VERB_POST && seat->role < seat->post_role) {
		return ERR_FORBIDDEN;
	}
	return ERR_OK;
}

/* What the administration of the server may do without a place in the room. */
static enum err check_steward(const struct verb_row *row, const struct seat_row *seat)
{
	if (seat->deleted) {
		return ERR_GONE;
	}
	return row->least[seat->kind - 1] == LEAST_NOBODY ? ERR_FORBIDDEN : ERR_OK;
}

enum err authorize(const struct actor *actor, enum verb verb, const struct object *object)
{
	const struct seat_row *seat = object->seat;

	assert(verb < VERB_COUNT && seat->kind >= ROOM_DIRECT &&
	       seat->kind <= ROOM_BROADCAST);
	assert(id_equal(&actor->user, &seat->user));
	const struct verb_row *row = &rows[verb];
	enum err err = check_account(seat);
	if (!err && actor->steward && (row->flags & STEWARD)) {
		return check_steward(row, seat);
	}
	if (!err) {
		err = check_role(seat, row->least[seat->kind - 1]);
	}
	if (err) {
		return err;
	}
	if (seat->deleted) {
		return ERR_GONE;
	}
	if ((actor->scope & row->scope) != row->scope) {
		return ERR_FORBIDDEN;
	}
	return check_flags(verb, row->flags, object);
}

const char *verb_word(enum verb verb)
{
	assert(verb < VERB_COUNT);
	return rows[verb].word;
}
