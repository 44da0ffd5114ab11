/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "client/app_inside.h"
#include "client/change.h"
#include "tests/lib/check.h"
#include "tests/lib/world.h"

/* Alice and bob in the lobby. */
struct pair {
	struct world *world;
	struct world_client *alice, *bob;
};

static struct pair meet(uint64_t seed)
{
	struct pair pair = {.world = world_new(seed)};

	pair.alice = world_client(pair.world, "alice");
	pair.bob = world_client(pair.world, "bob");
	return pair;
}

static void what_one_says_the_other_hears(void **state)
{
	struct pair pair = meet(1);

	world_say(pair.alice, "#lobby", "hi");
	world_expect(pair.bob, "#lobby", "alice: hi");
	world_expect(pair.alice, "#lobby", "alice: hi");
	world_expect_unread(pair.bob, "#lobby", 1);
	world_expect_unread(pair.alice, "#lobby", 0);
	world_expect_sent(pair.alice);
	world_free(&pair.world);
}

static void the_first_word_to_somebody_opens_a_direct_chat(void **state)
{
	struct pair pair = meet(2);

	world_say(pair.alice, "@bob", "psst");
	world_expect(pair.bob, "@alice", "alice: psst");
	world_say(pair.bob, "@alice", "what?");
	world_expect_all(pair.alice, "@bob", "alice: psst | bob: what?");
	world_free(&pair.world);
}

static void edits_and_deletions_reach_everybody(void **state)
{
	struct pair pair = meet(3);

	world_say(pair.alice, "#lobby", "wnoderful");
	world_edit(pair.alice, "#lobby", "wonderful");
	world_expect(pair.bob, "#lobby", "alice: wonderful");
	world_say(pair.alice, "#lobby", "my password is hunter2");
	world_delete(pair.alice, "#lobby");
	world_expect_all(pair.bob, "#lobby", "alice: wonderful | alice: (deleted)");
	world_expect_all(pair.alice, "#lobby", "alice: wonderful | alice: (deleted)");
	world_free(&pair.world);
}

static void what_is_written_offline_is_sent_later_in_order(void **state)
{
	struct pair pair = meet(4);

	world_unplug(pair.alice);
	world_say(pair.alice, "#lobby", "one");
	world_say(pair.alice, "#lobby", "two");
	world_say(pair.bob, "#lobby", "meanwhile");
	world_plug(pair.alice);
	world_settle(pair.world);
	world_expect_all(pair.bob, "#lobby", "bob: meanwhile | alice: one | alice: two");
	world_expect_all(pair.alice, "#lobby",
			 "bob: meanwhile | alice: one | alice: two");
	world_free(&pair.world);
}

static void what_was_written_survives_a_kill(void **state)
{
	struct pair pair = meet(5);

	world_unplug(pair.alice);
	world_say(pair.alice, "#lobby", "last words");
	world_kill_client(pair.alice);
	world_plug(pair.alice);
	world_start_client(pair.alice);
	world_settle(pair.world);
	world_expect_all(pair.bob, "#lobby", "alice: last words");
	world_expect_sent(pair.alice);
	world_free(&pair.world);
}

/* The acknowledgement is lost on the way: the message was stored, and is sent again. */
static void a_lost_acknowledgement_doubles_nothing(void **state)
{
	struct pair pair = meet(6);

	world_delay(pair.alice, 2000);
	world_say(pair.alice, "#lobby", "once");
	world_drop(pair.alice);
	world_delay(pair.alice, 0);
	world_settle(pair.world);
	world_expect_all(pair.bob, "#lobby", "alice: once");
	world_expect_all(pair.alice, "#lobby", "alice: once");
	world_expect_sent(pair.alice);
	world_free(&pair.world);
}

static void nothing_is_lost_when_the_server_is_killed(void **state)
{
	struct pair pair = meet(7);

	world_say(pair.alice, "#lobby", "before");
	world_write(pair.alice, "#lobby", "during");
	world_stop_server(pair.world);
	world_say(pair.bob, "#lobby", "into the void");
	world_wait(pair.world, 30000);
	world_start_server(pair.world);
	world_settle(pair.world);
	world_expect_sent(pair.alice);
	world_expect_sent(pair.bob);
	world_say(pair.alice, "#lobby", "after");
	world_expect(pair.bob, "#lobby", "alice: after");
	world_free(&pair.world);
}

static void doubled_and_disordered_frames_change_nothing(void **state)
{
	struct pair pair = meet(8);

	world_duplicate(pair.bob, 3);
	world_say(pair.alice, "#lobby", "a");
	world_say(pair.alice, "#lobby", "b");
	world_delay(pair.bob, 100);
	world_reorder(pair.bob, 2);
	world_say(pair.alice, "#lobby", "c");
	world_say(pair.alice, "#lobby", "d");
	world_settle(pair.world);
	world_expect_all(pair.bob, "#lobby", "alice: a | alice: b | alice: c | alice: d");
	world_free(&pair.world);
}

static void a_lost_event_is_fetched_with_the_next_one(void **state)
{
	struct pair pair = meet(9);

	world_lose(pair.bob, 1);
	world_say(pair.alice, "#lobby", "lost");
	world_say(pair.alice, "#lobby", "found");
	world_settle(pair.world);
	world_expect_all(pair.bob, "#lobby", "alice: lost | alice: found");
	world_free(&pair.world);
}

static void who_was_away_for_long_gets_everything(void **state)
{
	struct pair pair = meet(10);
	AUTO(str_done) struct str all = STR_INIT;
	char text[20];

	world_unplug(pair.bob);
	for (int i = 0; i < 350; i++) {
		snprintf(text, sizeof(text), "n%d", i);
		world_say(pair.alice, "#lobby", text);
		str_addf(&all, "%salice: n%d", i ? " | " : "", i);
		/* no faster than an account may */
		world_wait(pair.world, 100);
	}
	world_plug(pair.bob);
	world_settle(pair.world);
	world_expect_all(pair.bob, "#lobby", all.ptr);
	world_expect_unread(pair.bob, "#lobby", 350);
	world_free(&pair.world);
}

static void reading_on_one_device_is_read_on_the_other(void **state)
{
	struct pair pair = meet(11);
	struct world_client *second = world_client(pair.world, "bob");

	world_say(pair.alice, "#lobby", "hi");
	world_expect_unread(second, "#lobby", 1);
	world_read(pair.bob, "#lobby");
	world_wait(pair.world, 3000);
	world_expect_unread(pair.bob, "#lobby", 0);
	world_expect_unread(second, "#lobby", 0);
	world_free(&pair.world);
}

static void a_marker_moved_offline_is_told_later(void **state)
{
	struct pair pair = meet(12);
	struct world_client *second = world_client(pair.world, "bob");

	world_say(pair.alice, "#lobby", "hi");
	world_unplug(pair.bob);
	world_read(pair.bob, "#lobby");
	world_plug(pair.bob);
	world_settle(pair.world);
	world_expect_unread(second, "#lobby", 0);
	world_free(&pair.world);
}

static void typing_shows_and_ends(void **state)
{
	struct pair pair = meet(13);
	struct room *room;

	check_ok(rooms_named(&world_app(pair.bob)->model.rooms,
			     &world_app(pair.bob)->model.people, "#lobby", &room));
	link_focus(world_app(pair.bob)->link, &room->id);
	world_run(pair.world);
	world_typing(pair.alice, "#lobby", true);
	world_expect_typing(pair.bob, "#lobby", "alice");
	world_wait(pair.world, 7000);
	world_expect_typing(pair.bob, "#lobby", "");
	world_typing(pair.alice, "#lobby", true);
	world_expect_typing(pair.bob, "#lobby", "alice");
	world_unplug(pair.alice);
	world_expect_typing(pair.bob, "#lobby", "");
	world_free(&pair.world);
}

static void a_room_that_is_joined_is_there_with_its_past(void **state)
{
	struct pair pair = meet(14);

	world_room(pair.alice, "ops");
	world_say(pair.alice, "#ops", "before bob");
	world_join(pair.bob, "ops");
	world_settle(pair.world);
	world_expect_all(pair.bob, "#ops", "alice: before bob");
	world_say(pair.bob, "#ops", "here");
	world_expect(pair.alice, "#ops", "bob: here");
	world_leave(pair.bob, "#ops");
	world_say(pair.alice, "#ops", "gone?");
	world_settle(pair.world);
	world_expect(pair.bob, "#ops", "bob: here");
	world_free(&pair.world);
}

/* More than a page of what bob was not there for lies between his two stays. */
static void what_was_heard_before_an_absence_is_found_by_a_new_device(void **state)
{
	struct pair pair = meet(16);
	AUTO(str_done) struct str lines = STR_INIT;
	char text[20];

	world_call(pair.alice, "room_create",
		   "\"kind\":\"public\",\"slug\":\"ops\",\"history\":\"joined\"");
	world_join(pair.bob, "ops");
	for (int i = 0; i < 160; i++) {
		snprintf(text, sizeof(text), "word %d", i);
		if (i == 30)
			world_leave(pair.bob, "ops");
		if (i == 157)
			world_join(pair.bob, "ops");
		world_say(pair.alice, "#ops", text);
		if (i < 30 || i >= 157)
			str_addf(&lines, "%salice: %s", i ? " | " : "", text);
	}
	struct world_client *phone = world_client(pair.world, "bob");
	world_settle(pair.world);
	world_expect_all(phone, "#ops",
			 "alice: word 157 | alice: word 158 | alice: word 159");
	world_scroll(phone, "#ops");
	world_expect_all(phone, "#ops", lines.ptr);
	world_free(&pair.world);
}

static struct room *lobby(struct world_client *client)
{
	struct model *model = &world_app(client)->model;
	struct room *room = NULL;

	check_ok(rooms_named(&model->rooms, &model->people, "#lobby", &room));
	return room;
}

static void what_waits_for_a_room_that_was_sealed_meanwhile_stays_here(void **state)
{
	struct pair pair = meet(17);
	struct app *app = world_app(pair.alice);

	world_say(pair.alice, "#lobby", "in the clear");
	world_unplug(pair.alice);
	world_write(pair.alice, "#lobby", "a secret by now");
	world_run(pair.world);
	assert_int_equal(link_posts(app->link), 1);
	struct room *room = lobby(pair.alice);
	const struct body_event event = {
		.kind = EVENT_SECURITY, .room = room->id, .from = app->model.self};
	app_show_event(app, room, &event);
	world_run(pair.world);
	assert_int_equal(link_posts(app->link), 0);
	world_plug(pair.alice);
	world_settle(pair.world);
	assert_int_equal(app->model.waiting, 0);
	world_expect(pair.bob, "#lobby", "alice: in the clear");
	/* The disk knows it as well, whatever the server says after this. */
	world_kill_client(pair.alice);
	world_start_client(pair.alice);
	world_settle(pair.world);
	assert_true(lobby(pair.alice)->sealed);
	world_expect(pair.bob, "#lobby", "alice: in the clear");
	world_free(&pair.world);
}

static void what_cannot_be_so_is_passed_over(void **state)
{
	struct pair pair = meet(15);
	struct app *app = world_app(pair.bob);
	struct body_event event = {.kind = EVENT_MESSAGE, .text = bytes_text("nowhere")};

	world_say(pair.alice, "#lobby", "one");
	event.room = lobby(pair.bob)->id;
	event.from = app->model.self;
	change_event(app, &event, false);
	change_covered(app, &event.room, 9, 2);
	world_say(pair.alice, "#lobby", "two");
	assert_false(app->quitting);
	world_kill_client(pair.bob);
	world_start_client(pair.bob);
	world_expect_all(pair.bob, "#lobby", "alice: one | alice: two");
	world_free(&pair.world);
}

CHECK_MAIN(TEST(what_one_says_the_other_hears),
	   TEST(the_first_word_to_somebody_opens_a_direct_chat),
	   TEST(edits_and_deletions_reach_everybody),
	   TEST(what_is_written_offline_is_sent_later_in_order),
	   TEST(what_was_written_survives_a_kill),
	   TEST(a_lost_acknowledgement_doubles_nothing),
	   TEST(nothing_is_lost_when_the_server_is_killed),
	   TEST(doubled_and_disordered_frames_change_nothing),
	   TEST(a_lost_event_is_fetched_with_the_next_one),
	   TEST(who_was_away_for_long_gets_everything),
	   TEST(reading_on_one_device_is_read_on_the_other),
	   TEST(a_marker_moved_offline_is_told_later), TEST(typing_shows_and_ends),
	   TEST(a_room_that_is_joined_is_there_with_its_past),
	   TEST(what_was_heard_before_an_absence_is_found_by_a_new_device),
	   TEST(what_waits_for_a_room_that_was_sealed_meanwhile_stays_here),
	   TEST(what_cannot_be_so_is_passed_over))
