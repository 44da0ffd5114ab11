/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An array that is searched: a few hundred places, taken a few times a second.
 */
#include "server/net/slots.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/mem.h"

struct slot {
	uint8_t key[SLOT_KEY];
	bool taken;
};

struct slots {
	size_t count, each;
	struct slot list[];
};

struct slots *slots_new(size_t count, size_t each)
{
	struct slots *slots = mem_alloc(1, sizeof(*slots) + count * sizeof(struct slot));

	slots->count = count;
	slots->each = each;
	return slots;
}

void slots_free(struct slots **slots)
{
	mem_free(*slots);
	*slots = NULL;
}

struct slot *slots_take(struct slots *slots, const uint8_t key[SLOT_KEY])
{
	struct slot *free_one = NULL;
	size_t same = 0;

	for (size_t i = 0; i < slots->count; i++) {
		struct slot *slot = &slots->list[i];
		if (!slot->taken)
			free_one = slot;
		else
			same += memcmp(slot->key, key, SLOT_KEY) == 0;
	}
	if (!free_one || same >= slots->each)
		return NULL;
	memcpy(free_one->key, key, SLOT_KEY);
	free_one->taken = true;
	return free_one;
}

void slot_give(struct slot *slot)
{
	if (slot)
		slot->taken = false;
}
