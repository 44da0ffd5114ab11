/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The generic cell rate algorithm: a bucket is one time, at which it would be full again
 * ("theoretical arrival time", ITU-T I.371). Spending moves it on by one interval; it may
 * lie at most burst intervals ahead of now. A bucket whose time has passed is full and
 * needs no memory, so the table holds only who was busy lately.
 */
#include "server/net/rate.h"

#include <arpa/inet.h>
#include <string.h>

#include "common/base/map.h"
#include "common/base/mem.h"
#include "server/net/who.h"

enum full { FULL_OPEN, FULL_CLOSED };

struct row {
	uint32_t burst, per_minute;
	enum full full;
};

static const struct row rows[RATE_COUNT] = {
#define RATE(id, many, minute, full, reason) [RATE_##id] = {many, minute, FULL_##full},
#include "server/net/rate.def"
#undef RATE
};

struct bucket {
	struct id key;
	uint64_t full_us; /* when it is full again, monotonic */
};

struct rates {
	const struct clock *clock;
	struct row rows[RATE_COUNT];
	struct map map;
	struct bucket *buckets; /* dense, so that a sweep is a walk */
	size_t count, cap, most;
	uint64_t refused;
	uint64_t swept_us;
};

struct rates *rates_new(const struct clock *clock, size_t most, uint64_t seed)
{
	struct rates *rates = mem_new(struct rates);

	rates->clock = clock;
	rates->most = most;
	memcpy(rates->rows, rows, sizeof(rows));
	map_init(&rates->map, seed);
	return rates;
}

void rates_free(struct rates **rates)
{
	if (!*rates) {
		return;
	}
	map_done(&(*rates)->map);
	mem_free((*rates)->buckets);
	mem_free(*rates);
	*rates = NULL;
}

void rates_set(struct rates *rates, enum rate rate, uint32_t burst, uint32_t per_minute)
{
	rates->rows[rate].burst = burst;
	rates->rows[rate].per_minute = per_minute;
}

/* Row and key folded into one map key. Keys are peers, whom their address or uid leaves the
 * last bytes for the row and the length, or random ids, where it does not matter. */
static struct id fold(enum rate rate, struct bytes key)
{
	struct id id = {{0}};

	for (size_t i = 0; i < key.len; i++) {
		id.bytes[i % ID_LEN] ^= key.ptr[i];
	}
	id.bytes[ID_LEN - 1] ^= (uint8_t)(rate + 1);
	id.bytes[ID_LEN - 2] ^= (uint8_t)key.len;
	return id;
}

/* The map keeps indices into the dense array, plus one since NULL means none. */
static struct bucket *find(struct rates *rates, const struct id *key)
{
	uintptr_t at = (uintptr_t)map_get(&rates->map, key);

	return at ? &rates->buckets[at - 1] : NULL;
}

static void place(struct rates *rates, size_t at)
{
	map_put(&rates->map, &rates->buckets[at].key, (void *)(uintptr_t)(at + 1));
}

/* Forget the full buckets. At most once a second, so that a flood of new keys costs one
 * walk per second and not one each. */
static void sweep(struct rates *rates, uint64_t now_us)
{
	if (now_us - rates->swept_us < 1000000 && rates->swept_us != 0) {
		return;
	}
	rates->swept_us = now_us;
	for (size_t i = 0; i < rates->count;) {
		if (rates->buckets[i].full_us > now_us) {
			i++;
			continue;
		}
		map_remove(&rates->map, &rates->buckets[i].key);
		rates->buckets[i] = rates->buckets[--rates->count];
		if (i < rates->count) {
			place(rates, i);
		}
	}
}

static struct bucket *add(struct rates *rates, const struct id *key, uint64_t now_us)
{
	if (rates->count == rates->most) {
		sweep(rates, now_us);
	}
	if (rates->count == rates->most) {
		return NULL;
	}
	if (rates->count == rates->cap) {
		rates->cap = mem_grow(rates->cap, rates->count + 1);
		rates->buckets =
			mem_resize(rates->buckets, rates->cap, sizeof(*rates->buckets));
	}
	rates->buckets[rates->count] = (struct bucket){*key, now_us};
	place(rates, rates->count);
	return &rates->buckets[rates->count++];
}

static enum err ask(struct rates *rates, enum rate rate, struct bytes key, bool spend,
		    uint64_t *ret_retry_ms)
{
	const struct row *row = &rates->rows[rate];
	uint64_t now_us = clock_mono_ms(rates->clock) * 1000;

	if (row->per_minute == 0) {
		return ERR_OK;
	}
	uint64_t interval_us = 60000000 / row->per_minute;
	uint64_t ahead_us = interval_us * (row->burst > 0 ? row->burst - 1 : 0);
	struct id id = fold(rate, key);
	struct bucket *bucket = find(rates, &id);

	if (bucket && bucket->full_us > now_us + ahead_us) {
		if (ret_retry_ms) {
			*ret_retry_ms =
				(bucket->full_us - ahead_us - now_us + 999) / 1000;
		}
		return ERR_RATE;
	}
	if (!spend) {
		return ERR_OK;
	}
	if (!bucket) {
		bucket = add(rates, &id, now_us);
	}
	if (!bucket && row->full == FULL_OPEN) {
		return ERR_OK;
	}
	if (!bucket) {
		if (ret_retry_ms) {
			*ret_retry_ms = 1000;
		}
		return ERR_RATE;
	}
	if (bucket->full_us < now_us) {
		bucket->full_us = now_us;
	}
	bucket->full_us += interval_us;
	return ERR_OK;
}

enum err rate_take(struct rates *rates, enum rate rate, struct bytes key,
		   uint64_t *ret_retry_ms)
{
	enum err err = ask(rates, rate, key, true, ret_retry_ms);

	rates->refused += err == ERR_RATE;
	return err;
}

uint64_t rates_refused(const struct rates *rates)
{
	return rates->refused;
}

enum err rate_look(struct rates *rates, enum rate rate, struct bytes key,
		   uint64_t *ret_retry_ms)
{
	return ask(rates, rate, key, false, ret_retry_ms);
}

struct bytes rate_peer(const struct peer *peer, uint8_t key[16])
{
	memset(key, 0, 16);
	if (peer->local) {
		memcpy(key, &peer->uid, sizeof(peer->uid));
		return bytes_of(key, sizeof(peer->uid));
	}
	if (inet_pton(AF_INET, peer->address, key) == 1) {
		return bytes_of(key,
				5); /* one more than the address: no uid looks like it */
	}
	if (inet_pton(AF_INET6, peer->address, key) != 1) {
		memset(key, 0, 16);
	}
	memset(key + 8, 0, 8); /* a household has a whole /64 of them */
	return bytes_of(key, 8);
}
