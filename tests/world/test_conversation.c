/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/check.h"
#include "tests/lib/world.h"

static void what_one_says_the_other_hears(void **state)
{
	struct world *world = world_new(1);
	struct world_client *alice = world_client(world, "alice");
	struct world_client *bob = world_client(world, "bob");

	world_say(alice, "#lobby", "hi");
	world_expect(bob, "#lobby", "alice: hi");
	world_expect(alice, "#lobby", "alice: hi");
	world_expect_unread(bob, "#lobby", 1);
	world_expect_sent(alice);
	world_free(&world);
}

CHECK_MAIN(TEST(what_one_says_the_other_hears))
