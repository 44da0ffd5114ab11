/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An entry per subject, found by a map, in an array that is bounded. A full array gives up
 * the entry that matters least: one that may be forgotten, else the one with the fewest
 * failures; so whoever floods it with names evicts his own entries, not those that wait.
 */
#include "server/core/throttle.h"

#include <limits.h>
#include <stdbool.h>

#include "common/base/map.h"
#include "common/base/mem.h"

#define SECOND_MS 1000u
#define MINUTE_MS 60000u

const struct throttle_rule throttle_login = {.free = 5,
					     .first_ms = SECOND_MS,
					     .most_ms = 15 * MINUTE_MS,
					     .forget_ms = 60 * MINUTE_MS};

struct throttle_rule throttle_pace(unsigned count, uint64_t span_ms)
{
	uint64_t wait_ms = count ? span_ms / count : 0;

	return (struct throttle_rule){.free = count ? count : UINT_MAX,
				      .first_ms = wait_ms,
				      .most_ms = wait_ms,
				      .forget_ms = span_ms};
}

struct entry {
	struct id subject;
	unsigned failures;
	uint64_t last_ms;
};

struct throttle {
	struct throttle_rule rule;
	struct map map;
	struct entry *entries;
	size_t count, cap, most;
};

struct throttle *throttle_new(const struct throttle_rule *rule, size_t most,
			      uint64_t seed)
{
	struct throttle *throttle = mem_new(struct throttle);

	throttle->rule = *rule;
	throttle->most = most;
	map_init(&throttle->map, seed);
	return throttle;
}

void throttle_free(struct throttle **throttle)
{
	if (!*throttle)
		return;
	map_done(&(*throttle)->map);
	mem_free((*throttle)->entries);
	mem_free(*throttle);
	*throttle = NULL;
}

void throttle_set(struct throttle *throttle, const struct throttle_rule *rule)
{
	throttle->rule = *rule;
}

static bool is_forgotten(const struct throttle *throttle, const struct entry *entry,
			 uint64_t now_ms)
{
	return entry->failures == 0 ||
	       now_ms >= entry->last_ms + throttle->rule.forget_ms;
}

/* The array may move when it grows, so the map holds indices, from 1. */
static struct entry *find(struct throttle *throttle, const struct id *subject)
{
	uintptr_t index = (uintptr_t)map_get(&throttle->map, subject);

	return index ? &throttle->entries[index - 1] : NULL;
}

static struct entry *least_guilty(struct throttle *throttle, uint64_t now_ms)
{
	struct entry *least = &throttle->entries[0];

	for (size_t i = 0; i < throttle->count; i++) {
		struct entry *entry = &throttle->entries[i];
		if (is_forgotten(throttle, entry, now_ms))
			return entry;
		if (entry->failures < least->failures ||
		    (entry->failures == least->failures &&
		     entry->last_ms < least->last_ms))
			least = entry;
	}
	return least;
}

static struct entry *take_place(struct throttle *throttle, const struct id *subject,
				uint64_t now_ms)
{
	struct entry *entry;

	if (throttle->count == throttle->most) {
		entry = least_guilty(throttle, now_ms);
		(void)map_remove(&throttle->map, &entry->subject);
	} else {
		if (throttle->count == throttle->cap) {
			throttle->cap = mem_grow(throttle->cap, throttle->count + 1);
			throttle->entries = mem_resize(throttle->entries, throttle->cap,
						       sizeof(struct entry));
		}
		entry = &throttle->entries[throttle->count++];
	}
	*entry = (struct entry){.subject = *subject};
	(void)map_put(&throttle->map, subject, (void *)(entry - throttle->entries + 1));
	return entry;
}

static uint64_t wait_ms(const struct throttle_rule *rule, unsigned failures)
{
	uint64_t wait = rule->first_ms;

	if (failures < rule->free)
		return 0;
	for (unsigned i = rule->free; i < failures && wait < rule->most_ms; i++)
		wait *= 2;
	return wait < rule->most_ms ? wait : rule->most_ms;
}

enum err throttle_try(struct throttle *throttle, const struct id *subject,
		      uint64_t now_ms, uint64_t *ret_retry_ms)
{
	struct entry *entry = find(throttle, subject);

	if (!entry)
		entry = take_place(throttle, subject, now_ms);
	else if (is_forgotten(throttle, entry, now_ms))
		entry->failures = 0;
	uint64_t until_ms = entry->last_ms + wait_ms(&throttle->rule, entry->failures);
	if (now_ms < until_ms) {
		*ret_retry_ms = until_ms - now_ms;
		return ERR_RATE;
	}
	entry->failures++;
	entry->last_ms = now_ms;
	return ERR_OK;
}

void throttle_recall(struct throttle *throttle, const struct id *subject,
		     unsigned failures, uint64_t age_ms, uint64_t now_ms)
{
	if (failures == 0 || find(throttle, subject))
		return;
	struct entry *entry = take_place(throttle, subject, now_ms);
	entry->failures = failures;
	entry->last_ms = age_ms < now_ms ? now_ms - age_ms : 0;
}

unsigned throttle_failures(struct throttle *throttle, const struct id *subject)
{
	const struct entry *entry = find(throttle, subject);

	return entry ? entry->failures : 0;
}

void throttle_undo(struct throttle *throttle, const struct id *subject)
{
	struct entry *entry = find(throttle, subject);

	if (entry && entry->failures > 0)
		entry->failures--;
}

void throttle_clear(struct throttle *throttle, const struct id *subject)
{
	struct entry *entry = find(throttle, subject);

	if (entry)
		entry->failures = 0;
}
