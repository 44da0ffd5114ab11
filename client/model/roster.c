/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members of one room in an array: rooms that show their members are small, and large
 * ones list only those who spoke. */
#include "client/model/roster.h"

#include <string.h>

#include "common/base/mem.h"

void roster_done(struct roster *roster)
{
	mem_free(roster->rows);
	*roster = (struct roster){0};
}

struct member *roster_find(const struct roster *roster, const struct id *user)
{
	for (size_t i = 0; i < roster->count; i++)
		if (id_equal(&roster->rows[i].user, user))
			return &roster->rows[i];
	return NULL;
}

static struct member *add(struct roster *roster, const struct id *user)
{
	if (roster->count == roster->cap) {
		roster->cap = mem_grow(roster->cap, roster->count + 1);
		roster->rows =
			mem_resize(roster->rows, roster->cap, sizeof(*roster->rows));
	}
	struct member *member = &roster->rows[roster->count++];
	*member = (struct member){.user = *user};
	if (roster->total < roster->count)
		roster->total = roster->count;
	return member;
}

struct member *roster_set(struct roster *roster, const struct id *user, enum role role)
{
	struct member *member = roster_find(roster, user);

	if (!member)
		member = add(roster, user);
	member->role = role;
	return member;
}

bool roster_remove(struct roster *roster, const struct id *user)
{
	struct member *member = roster_find(roster, user);

	if (!member)
		return false;
	size_t at = (size_t)(member - roster->rows);
	memmove(member, member + 1, (roster->count - at - 1) * sizeof(*member));
	roster->count--;
	roster->total -= roster->total > 0;
	return true;
}

void roster_typing(struct roster *roster, const struct id *user, uint64_t until_ms)
{
	struct member *member = roster_find(roster, user);

	if (!member && until_ms == 0)
		return;
	if (!member)
		member = add(roster, user);
	member->typing_until_ms = until_ms;
}

bool roster_expire(struct roster *roster, uint64_t mono_ms)
{
	bool changed = false;

	for (size_t i = 0; i < roster->count; i++) {
		struct member *member = &roster->rows[i];
		if (!member->typing_until_ms || member->typing_until_ms > mono_ms)
			continue;
		member->typing_until_ms = 0;
		changed = true;
	}
	return changed;
}

uint64_t roster_next_ms(const struct roster *roster)
{
	uint64_t next = 0;

	for (size_t i = 0; i < roster->count; i++) {
		uint64_t until = roster->rows[i].typing_until_ms;
		if (until && (!next || until < next))
			next = until;
	}
	return next;
}

void roster_begin_anew(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		roster->rows[i].read_seq = 0;
}

uint64_t roster_read_by_all(const struct roster *roster, const struct id *self)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < roster->count; i++) {
		const struct member *member = &roster->rows[i];
		if (!id_equal(&member->user, self) && member->read_seq < least)
			least = member->read_seq;
	}
	return least == UINT64_MAX ? 0 : least;
}
