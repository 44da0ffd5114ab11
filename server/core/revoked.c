/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A set of session ids in order of ending: the oldest are forgotten first. It cannot be
 * flooded: an entry costs whoever makes it a log-in.
 */
#include "server/core/revoked.h"

#include "common/base/map.h"
#include "common/base/mem.h"
#include "server/core/token.h"

struct ended {
	struct id session;
	uint64_t until_ms;
	struct ended *next;
};

struct revoked {
	struct map map;
	struct ended *oldest;
	struct ended **newest;
};

struct revoked *revoked_new(uint64_t seed)
{
	struct revoked *revoked = mem_new(struct revoked);

	map_init(&revoked->map, seed);
	revoked->newest = &revoked->oldest;
	return revoked;
}

static void forget_oldest(struct revoked *revoked)
{
	struct ended *ended = revoked->oldest;

	revoked->oldest = ended->next;
	if (!revoked->oldest)
		revoked->newest = &revoked->oldest;
	(void)map_remove(&revoked->map, &ended->session);
	mem_free(ended);
}

void revoked_free(struct revoked **revoked)
{
	if (!*revoked)
		return;
	while ((*revoked)->oldest)
		forget_oldest(*revoked);
	map_done(&(*revoked)->map);
	mem_free(*revoked);
	*revoked = NULL;
}

void revoked_add(struct revoked *revoked, const struct id *session, uint64_t now_ms)
{
	if (revoked_has(revoked, session))
		return;
	struct ended *ended = mem_new(struct ended);
	*ended = (struct ended){.session = *session, .until_ms = now_ms + TOKEN_LIFE_MS};
	(void)map_put(&revoked->map, session, ended);
	*revoked->newest = ended;
	revoked->newest = &ended->next;
}

bool revoked_has(const struct revoked *revoked, const struct id *session)
{
	return map_get(&revoked->map, session) != NULL;
}

void revoked_sweep(struct revoked *revoked, uint64_t now_ms)
{
	while (revoked->oldest && now_ms >= revoked->oldest->until_ms)
		forget_oldest(revoked);
}

size_t revoked_count(const struct revoked *revoked)
{
	return revoked->map.count;
}
