/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Open addressing with linear probing and backward-shift deletion, at most 3/4 full. No
 * tombstones, so lookups do not slow down with age.
 */
#include "common/base/map.h"

#include <assert.h>
#include <string.h>

#include "common/base/mem.h"

static uint64_t fold(uint64_t a, uint64_t b)
{
	__uint128_t wide = (__uint128_t)a * b;

	return (uint64_t)wide ^ (uint64_t)(wide >> 64);
}

static size_t home(const struct map *map, const struct id *key)
{
	uint64_t a, b;

	memcpy(&a, key->bytes, 8);
	memcpy(&b, key->bytes + 8, 8);
	uint64_t hash = fold(a ^ map->seed, b ^ 0x9e3779b97f4a7c15u);
	return (size_t)(fold(hash ^ map->seed, 0xd6e8feb86659fd93u)) & (map->cap - 1);
}

/* The slot that holds @key, or the free one where it would go. */
static struct map_slot *find(const struct map *map, const struct id *key)
{
	size_t at = home(map, key);

	while (map->slots[at].value && !id_equal(&map->slots[at].key, key))
		at = (at + 1) & (map->cap - 1);
	return &map->slots[at];
}

static void grow(struct map *map)
{
	struct map old = *map;

	map->cap = old.cap ? old.cap * 2 : 16;
	map->slots = mem_alloc(map->cap, sizeof(*map->slots));
	for (size_t i = 0; i < old.cap; i++) {
		if (old.slots[i].value)
			*find(map, &old.slots[i].key) = old.slots[i];
	}
	mem_free(old.slots);
}

void map_init(struct map *map, uint64_t seed)
{
	*map = (struct map){.seed = seed};
}

void map_done(struct map *map)
{
	mem_free(map->slots);
	*map = (struct map){0};
}

void *map_get(const struct map *map, const struct id *key)
{
	return map->cap ? find(map, key)->value : NULL;
}

void *map_put(struct map *map, const struct id *key, void *value)
{
	assert(value);
	if ((map->count + 1) * 4 > map->cap * 3)
		grow(map);
	struct map_slot *slot = find(map, key);
	void *old = slot->value;
	if (!old)
		map->count++;
	slot->key = *key;
	slot->value = value;
	return old;
}

void *map_remove(struct map *map, const struct id *key)
{
	if (!map->cap)
		return NULL;
	struct map_slot *slot = find(map, key);
	void *old = slot->value;
	if (!old)
		return NULL;
	map->count--;
	size_t mask = map->cap - 1;
	size_t hole = (size_t)(slot - map->slots);
	for (size_t at = (hole + 1) & mask; map->slots[at].value; at = (at + 1) & mask) {
		size_t want = home(map, &map->slots[at].key);
		if (((at - want) & mask) >= ((at - hole) & mask)) {
			map->slots[hole] = map->slots[at];
			hole = at;
		}
	}
	map->slots[hole].value = NULL;
	return old;
}

void *map_next(const struct map *map, size_t *at)
{
	while (*at < map->cap) {
		void *value = map->slots[(*at)++].value;
		if (value)
			return value;
	}
	return NULL;
}
