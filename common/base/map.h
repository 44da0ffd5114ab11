/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A hash map from ids to pointers. Ids are chosen by peers, so each map is seeded: the
 *  caller passes random bits. Values are borrowed. Thread: one at a time. */
#ifndef CHAT_BASE_MAP_H
#define CHAT_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/id.h"

struct map_slot {
	struct id key;
	void *value; /**< NULL = free */
};

struct map {
	struct map_slot *slots;
	size_t count;
	size_t cap; /**< power of two, or 0 */
	uint64_t seed;
};

void map_init(struct map *map, uint64_t seed);
/** Frees the table, not the values. */
void map_done(struct map *map);
/** The value of @key, or NULL. */
void *map_get(const struct map *map, const struct id *key);
/** Set @key to @value (not NULL); returns the value that stood there, or NULL. */
void *map_put(struct map *map, const struct id *key, void *value);
/** Remove @key; returns its value, or NULL. */
void *map_remove(struct map *map, const struct id *key);
/** Walk: start with *@at = 0; returns the next value or NULL at the end. The map must not
 *  change during the walk. */
void *map_next(const struct map *map, size_t *at);

#endif
