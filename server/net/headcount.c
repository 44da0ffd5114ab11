/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A map from addresses to counts; an address without sockets takes no memory, so the map is
 * as large as the number of sockets at most.
 */
#include "server/net/headcount.h"

#include "server/net/rate.h"

void headcount_init(struct headcount *heads, unsigned most, uint64_t seed)
{
	map_init(&heads->map, seed);
	heads->most = most;
}

void headcount_done(struct headcount *heads)
{
	map_done(&heads->map);
}

static struct id key_of(const struct peer *peer)
{
	struct id id = {{0}};
	struct bytes key = rate_peer(peer, id.bytes);

	id.bytes[ID_LEN - 1] = (uint8_t)key.len;
	return id;
}

enum err headcount_enter(struct headcount *heads, const struct peer *peer)
{
	struct id key = key_of(peer);
	uintptr_t count = (uintptr_t)map_get(&heads->map, &key);

	if (count >= heads->most) {
		return ERR_RATE;
	}
	map_put(&heads->map, &key, (void *)(count + 1));
	return ERR_OK;
}

void headcount_leave(struct headcount *heads, const struct peer *peer)
{
	struct id key = key_of(peer);
	uintptr_t count = (uintptr_t)map_get(&heads->map, &key);

	if (count > 1) {
		map_put(&heads->map, &key, (void *)(count - 1));
	} else {
		map_remove(&heads->map, &key);
	}
}
