/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one property that everything here is for: whatever happens to a device and to the
 * server, in the end it knows what a device knows to which nothing happened, and everybody
 * has every message once. Stories are drawn from a seed; a failure names it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/check.h"
#include "tests/lib/world.h"

#define STEPS 60

struct story {
	struct world *world;
	struct world_client *steady; /* alice's, to which nothing happens */
	struct world_client *flaky;  /* alice's, to which everything does */
	struct world_client *bob;
	bool flaky_alive;
	unsigned said; /* messages so far, for their texts */
};

static const char *any_room(struct story *story)
{
	return world_random(story->world, 3) ? "#lobby" : "#ops";
}

static void somebody_writes(struct story *story)
{
	struct world_client *who[] = {story->steady, story->bob, story->flaky};
	uint32_t which = world_random(story->world, story->flaky_alive ? 3 : 2);
	char text[20];

	snprintf(text, sizeof(text), "m%u", story->said++);
	if (world_random(story->world, 2))
		world_write(who[which], any_room(story), text);
	else
		world_say(who[which], any_room(story), text);
}

static void somebody_changes_it(struct story *story)
{
	struct world_client *who = world_random(story->world, 2) && story->flaky_alive
					   ? story->flaky
					   : story->bob;
	char text[20];

	snprintf(text, sizeof(text), "e%u", story->said++);
	if (world_random(story->world, 3))
		world_edit(who, any_room(story), text);
	else
		world_delete(who, any_room(story));
}

static void something_breaks(struct story *story)
{
	struct world *world = story->world;
	unsigned some = 1 + world_random(world, 3);

	switch (world_random(world, 9)) {
	case 0: world_drop(story->flaky); break;
	case 1: world_unplug(story->flaky); break;
	case 2: world_plug(story->flaky); break;
	case 3: world_delay(story->flaky, world_random(world, 3000)); break;
	case 4: world_duplicate(story->flaky, some); break;
	case 5: world_reorder(story->flaky, some); break;
	case 6: world_lose(story->flaky, some); break;
	case 7:
		if (story->flaky_alive)
			world_kill_client(story->flaky);
		else
			world_start_client(story->flaky);
		story->flaky_alive = !story->flaky_alive;
		break;
	case 8: world_restart_server(world); break;
	}
}

static void one_step(struct story *story)
{
	struct world *world = story->world;

	switch (world_random(world, 8)) {
	case 0:
	case 1:
	case 2: somebody_writes(story); break;
	case 3: somebody_changes_it(story); break;
	case 4: world_wait(world, world_random(world, 20000)); break;
	case 5:
		if (story->flaky_alive && world_random(world, 2))
			world_read(story->flaky, any_room(story));
		else
			world_read(story->steady, any_room(story));
		break;
	default: something_breaks(story); break;
	}
}

/* All faults end; the flaky device begins a session in which nothing is lost. */
static void calm_down(struct story *story)
{
	world_plug(story->flaky);
	world_delay(story->flaky, 0);
	world_duplicate(story->flaky, 0);
	world_reorder(story->flaky, 0);
	world_lose(story->flaky, 0);
	if (!story->flaky_alive)
		world_start_client(story->flaky);
	world_settle(story->world);
	world_drop(story->flaky);
	world_settle(story->world);
}

/* The first line that differs, and the room that it stands in. */
static void expect_same(const char *steady, const char *flaky, unsigned seed)
{
	const char *room = steady, *from = steady, *other = flaky;

	while (*steady && *steady == *flaky) {
		if (*steady == '\n' && steady[1] == 'r')
			room = steady + 1;
		from = *steady == '\n' ? steady + 1 : from;
		other = *steady == '\n' ? flaky + 1 : other;
		steady++;
		flaky++;
	}
	if (*steady != *flaky)
		fail_msg("seed %u, %.*s: %.*s, but the flaky one has %.*s", seed,
			 (int)strcspn(room, "\n"), room, (int)strcspn(from, "\n"), from,
			 (int)strcspn(other, "\n"), other);
}

static void compare(struct story *story, unsigned seed)
{
	AUTO(str_done) struct str steady = STR_INIT;
	AUTO(str_done) struct str flaky = STR_INIT;

	world_dump(story->steady, &steady);
	world_dump(story->flaky, &flaky);
	if (getenv("CHAT_DUMP"))
		printf("%s\n-----\n%s", steady.ptr, flaky.ptr);
	expect_same(steady.ptr, flaky.ptr, seed);
	world_expect_sent(story->steady);
	world_expect_sent(story->flaky);
	world_expect_sent(story->bob);
}

static void tell(unsigned seed)
{
	struct story story = {.world = world_new(seed), .flaky_alive = true};

	story.steady = world_client(story.world, "alice");
	story.flaky = world_client(story.world, "alice");
	story.bob = world_client(story.world, "bob");
	world_room(story.steady, "ops");
	world_join(story.bob, "ops");
	world_settle(story.world);
	for (int i = 0; i < STEPS; i++)
		one_step(&story);
	calm_down(&story);
	compare(&story, seed);
	world_free(&story.world);
}

static void a_device_that_suffered_knows_what_the_other_knows(void **state)
{
	const char *from = getenv("CHAT_SEED"), *count = getenv("CHAT_SEEDS");
	unsigned first = from ? (unsigned)strtoul(from, NULL, 10) : 1;
	unsigned stories = count ? (unsigned)strtoul(count, NULL, 10) : 20;

	for (unsigned seed = first; seed < first + stories; seed++)
		tell(seed);
}

CHECK_MAIN(TEST(a_device_that_suffered_knows_what_the_other_knows))
