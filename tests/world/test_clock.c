/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wall clocks of server and clients are put forward by a day and back by an hour, as
 * an operator or a bad battery does it: nobody is thrown out, nothing waits for an hour,
 * and the order of what was said stays.
 */
#include "client/app_inside.h"
#include "tests/lib/check.h"
#include "tests/lib/world.h"

#define HOUR_MS 3600000
#define DAY_MS  (24 * HOUR_MS)

static void a_clock_that_jumps_disturbs_no_conversation(void **state)
{
	struct world *world = world_new(1);
	struct world_client *alice = world_client(world, "alice");
	struct world_client *bob = world_client(world, "bob");

	world_say(alice, "#lobby", "one");
	world_jump(world, DAY_MS);
	world_say(bob, "#lobby", "two");
	world_wait(world, 60000);
	world_say(alice, "#lobby", "three");
	world_jump(world, -(DAY_MS + HOUR_MS));
	world_say(bob, "#lobby", "four");
	world_wait(world, 60000);
	world_say(alice, "#lobby", "five");
	static const char all[] = "alice: one | bob: two | alice: three | bob: four | "
				  "alice: five";
	world_expect_all(alice, "#lobby", all);
	world_expect_all(bob, "#lobby", all);
	world_expect_sent(alice);
	world_expect_sent(bob);
	world_free(&world);
}

static void what_is_on_its_way_survives_a_jump(void **state)
{
	static const int64_t jumps[] = {DAY_MS, -HOUR_MS};

	for (unsigned i = 0; i < 2; i++) {
		struct world *world = world_new(2 + i);
		struct world_client *alice = world_client(world, "alice");
		struct world_client *bob = world_client(world, "bob");
		world_say(bob, "#lobby", "hello");
		world_stop_server(world);
		world_write(alice, "#lobby", "written before");
		world_jump(world, jumps[i]);
		world_write(alice, "#lobby", "written after");
		world_drop(bob);
		world_start_server(world);
		world_settle(world);
		world_expect_all(bob, "#lobby",
				 "bob: hello | alice: written before | "
				 "alice: written after");
		world_expect_sent(alice);
		world_expect_unread(bob, "#lobby", 2);
		world_free(&world);
	}
}

static void typing_ends_in_its_time_whatever_the_clock_says(void **state)
{
	struct world *world = world_new(4);
	struct world_client *alice = world_client(world, "alice");
	struct world_client *bob = world_client(world, "bob");
	struct room *room;

	world_say(alice, "#lobby", "hello");
	check_ok(rooms_named(&world_app(bob)->model.rooms, &world_app(bob)->model.people,
			     "#lobby", &room));
	link_focus(world_app(bob)->link, &room->id);
	world_run(world);
	world_typing(alice, "#lobby", true);
	world_expect_typing(bob, "#lobby", "alice");
	world_jump(world, -HOUR_MS);
	world_wait(world, 8000);
	world_expect_typing(bob, "#lobby", "");
	world_free(&world);
}

CHECK_MAIN(TEST(a_clock_that_jumps_disturbs_no_conversation),
	   TEST(what_is_on_its_way_survives_a_jump),
	   TEST(typing_ends_in_its_time_whatever_the_clock_says))
