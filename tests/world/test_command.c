/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that need a server: two people, what one enters and what the other sees. */
#include "client/cmd/cmd.h"

#include <stdio.h>

#include "client/app_inside.h"
#include "tests/lib/check.h"
#include "tests/lib/world.h"

/* alice owns #ops, bob is in it; both look at it. */
struct pair {
	struct world *world;
	struct world_client *alice, *bob;
	struct str notice; /* what was last said to alice */
	struct app_face face;
};

static struct room *ops(struct world_client *client)
{
	struct app *app = world_app(client);
	struct room *room = NULL;

	check_ok(rooms_named(&app->model.rooms, &app->model.people, "#ops", &room));
	return room;
}

static void look(struct pair *pair, struct world_client *client)
{
	app_open_room(world_app(client), &ops(client)->id);
	world_run(pair->world);
	app_history(world_app(client), &ops(client)->id, UI_NEWEST, 0);
	world_run(pair->world);
}

static void on_notice(struct app *app, const char *text, void *ctx)
{
	str_set(&((struct pair *)ctx)->notice, text);
}

static void meet(struct pair *pair, uint64_t seed)
{
	*pair = (struct pair){.world = world_new(seed), .notice = STR_INIT};
	pair->alice = world_client(pair->world, "alice");
	pair->bob = world_client(pair->world, "bob");
	world_room(pair->alice, "ops");
	world_join(pair->bob, "ops");
	look(pair, pair->alice);
	look(pair, pair->bob);
	pair->face = (struct app_face){.notice = on_notice, .ctx = pair};
	app_face_add(world_app(pair->alice), &pair->face);
}

static void part(struct pair *pair)
{
	app_face_remove(world_app(pair->alice), &pair->face);
	str_done(&pair->notice);
	world_free(&pair->world);
}

static void enter(struct pair *pair, struct world_client *client, const char *text)
{
	struct ui_line line = {
		.room = &ops(client)->id, .text = text, .len = strlen(text)};

	str_clear(&pair->notice);
	cmd_line(world_app(client), &line);
	world_run(pair->world);
	world_wait(pair->world, 1);
}

/* The newest message that somebody said, as @client has it in memory. */
static const struct message *newest(struct world_client *client)
{
	const struct timeline *timeline = &ops(client)->timeline;

	for (size_t i = timeline->count; i-- > 0;)
		if (!(timeline->rows[i]->flags & MESSAGE_NOTICE))
			return timeline->rows[i];
	fail_msg("nobody has said anything");
	return NULL;
}

static size_t count_of(struct world_client *client, const char *emoji, bool *ret_own)
{
	const struct reactions *reactions = &newest(client)->reactions;

	for (size_t i = 0; i < reactions->count; i++)
		if (strcmp(reactions->rows[i].text.ptr, emoji) == 0)
			return reactions_count(reactions, i,
					       &world_app(client)->model.self, ret_own);
	*ret_own = false;
	return 0;
}

static void check_reaction(struct world_client *client, const char *emoji, size_t want,
			   bool own)
{
	bool got_own;

	assert_int_equal(count_of(client, emoji, &got_own), want);
	assert_int_equal(got_own, own);
}

static void a_reaction_is_seen_by_both_and_taken_back(void **state)
{
	struct pair pair;

	meet(&pair, 1);
	world_say(pair.bob, "#ops", "lunch?");
	enter(&pair, pair.alice, "/react 🍕");
	check_reaction(pair.alice, "🍕", 1, true);
	check_reaction(pair.bob, "🍕", 1, false);
	enter(&pair, pair.alice, "/unreact 🍕");
	check_reaction(pair.alice, "🍕", 0, false);
	check_reaction(pair.bob, "🍕", 0, false);
	world_expect_sent(pair.alice);
	part(&pair);
}

static void a_reaction_made_offline_is_told_later_and_survives_a_kill(void **state)
{
	struct pair pair;

	meet(&pair, 2);
	world_say(pair.bob, "#ops", "lunch?");
	world_unplug(pair.alice);
	enter(&pair, pair.alice, "/react +1");
	check_reaction(pair.alice, "+1", 1, true);
	check_reaction(pair.bob, "+1", 0, false);
	app_face_remove(world_app(pair.alice), &pair.face);
	world_kill_client(pair.alice);
	world_start_client(pair.alice);
	world_plug(pair.alice);
	world_settle(pair.world);
	check_reaction(pair.bob, "+1", 1, false);
	look(&pair, pair.alice);
	check_reaction(pair.alice, "+1", 1, true);
	str_done(&pair.notice);
	world_free(&pair.world);
}

static void who_was_away_sees_reactions_on_older_messages(void **state)
{
	struct pair pair;

	meet(&pair, 3);
	world_say(pair.alice, "#ops", "released");
	world_unplug(pair.bob);
	world_say(pair.alice, "#ops", "and there is cake");
	world_plug(pair.bob);
	world_settle(pair.world);
	enter(&pair, pair.bob, "/react 🎂");
	world_unplug(pair.alice);
	enter(&pair, pair.bob, "/react 🎉");
	world_plug(pair.alice);
	world_settle(pair.world);
	check_reaction(pair.alice, "🎂", 1, false);
	check_reaction(pair.alice, "🎉", 1, false);
	part(&pair);
}

static void a_picked_message_is_what_a_command_is_about(void **state)
{
	struct pair pair;

	meet(&pair, 4);
	world_say(pair.alice, "#ops", "one");
	world_say(pair.alice, "#ops", "two");
	struct timeline *timeline = &ops(pair.alice)->timeline;
	assert_string_equal(timeline_pick(timeline, 0)->text.ptr, "two");
	assert_string_equal(timeline_pick(timeline, -1)->text.ptr, "one");
	assert_null(timeline_pick(timeline, -1));
	enter(&pair, pair.alice, "/edit uno");
	world_expect_all(pair.bob, "#ops", "alice: uno | alice: two");
	enter(&pair, pair.alice, "/delete");
	world_expect_all(pair.bob, "#ops", "alice: (deleted) | alice: two");
	/* What was deleted is not answered. */
	enter(&pair, pair.alice, "/reply hm");
	assert_true(pair.notice.len > 0);
	timeline_unpick(timeline);
	part(&pair);
}

static void a_thread_hangs_on_its_first_message(void **state)
{
	struct pair pair;

	meet(&pair, 5);
	world_say(pair.alice, "#ops", "the release");
	struct id root = newest(pair.alice)->cid;
	enter(&pair, pair.bob, "/thread which one?");
	assert_true(id_equal(&newest(pair.alice)->thread, &root));
	/* Answering an answer stays in the thread. */
	enter(&pair, pair.alice, "/thread the next one");
	assert_true(id_equal(&newest(pair.bob)->thread, &root));
	part(&pair);
}

static void moderators_have_their_way(void **state)
{
	struct pair pair;

	meet(&pair, 6);
	enter(&pair, pair.alice, "/mute @bob 10m");
	world_say(pair.bob, "#ops", "hm");
	world_expect_all(pair.alice, "#ops", "");
	enter(&pair, pair.alice, "/unmute @bob");
	world_say(pair.bob, "#ops", "ah");
	world_expect(pair.alice, "#ops", "bob: ah");
	enter(&pair, pair.alice, "/role @bob moderator");
	assert_int_equal(ops(pair.bob)->role, ROLE_MODERATOR);
	enter(&pair, pair.alice, "/pin");
	enter(&pair, pair.alice, "/ban @bob 2h too loud");
	assert_true(ops(pair.bob)->left);
	assert_string_equal(pair.notice.ptr, "");
	part(&pair);
}

static void what_was_refused_is_undone(void **state)
{
	struct pair pair;

	meet(&pair, 9);
	world_say(pair.bob, "#ops", "mine");
	enter(&pair, pair.bob, "/react +1");
	enter(&pair, pair.alice, "/role @bob owner");
	enter(&pair, pair.alice, "/role @alice member");
	timeline_show(&ops(pair.alice)->timeline, &newest(pair.alice)->cid);
	enter(&pair, pair.alice, "/delete");
	assert_non_null(strstr(pair.notice.ptr, "stays as it was"));
	assert_string_equal(newest(pair.alice)->text.ptr, "mine");
	assert_false(newest(pair.alice)->flags & MESSAGE_DELETED);
	enter(&pair, pair.bob, "/mute @alice 1h");
	enter(&pair, pair.alice, "/react x");
	check_reaction(pair.alice, "x", 0, false);
	world_expect_all(pair.bob, "#ops", "bob: mine");
	assert_int_equal(world_app(pair.alice)->model.waiting, 0);
	part(&pair);
}

static void what_was_said_is_found_here_and_on_the_server(void **state)
{
	struct pair pair;

	meet(&pair, 8);
	world_say(pair.bob, "#ops", "the disk is full");
	world_say(pair.alice, "#ops", "which disk?");
	world_say(pair.bob, "#ops", "東京都庁の");
	const struct hits *hits = &world_app(pair.alice)->model.hits;
	enter(&pair, pair.alice, "/search disk ");
	assert_int_equal(hits->count, 2);
	assert_string_equal(hits->rows[0].text.ptr, "which disk?");
	enter(&pair, pair.alice, "/search 東京 from:bob");
	assert_int_equal(hits->count, 1);
	enter(&pair, pair.alice, "/goto 1");
	assert_true(id_equal(&ops(pair.alice)->timeline.picked, &hits->rows[0].cid));
	enter(&pair, pair.alice, "/goto 2");
	assert_true(pair.notice.len > 0);
	enter(&pair, pair.alice, "/search before:soon");
	assert_non_null(strstr(pair.notice.ptr, "before:soon"));
	enter(&pair, pair.alice, "/search nothing like it");
	assert_string_equal(pair.notice.ptr, "Nothing was found.");
	part(&pair);
}

static void an_answer_from_the_past_is_said_at_the_end(void **state)
{
	struct pair pair;
	char text[20];

	meet(&pair, 9);
	world_say(pair.bob, "#ops", "long ago");
	const struct message *old = newest(pair.alice);
	struct id cid = old->cid;
	uint64_t seq = old->seq;
	for (int i = 0; i < 300; i++) {
		snprintf(text, sizeof(text), "word %d", i);
		world_say(pair.bob, "#ops", text);
	}
	struct timeline *timeline = &ops(pair.alice)->timeline;
	timeline_clear(timeline);
	app_goto(world_app(pair.alice), &ops(pair.alice)->id, &cid, seq);
	world_run(pair.world);
	assert_false(timeline->at_end);
	enter(&pair, pair.alice, "I remember");
	assert_string_equal(newest(pair.alice)->text.ptr, "I remember");
	assert_true(timeline->at_end);
	assert_true(timeline->count > 2);
	for (size_t i = 1; i < timeline->count; i++)
		assert_int_equal(timeline->rows[i]->seq, timeline->rows[i - 1]->seq + 1);
	part(&pair);
}

static void what_is_not_allowed_or_not_understood_is_said(void **state)
{
	static const char *const wrong[] = {
		"/ban",          "/mute @bob soon", "/role @bob king",
		"/slow",         "/slow quickly",   "/level loud",
		"/react",        "/react a b",      "/accept nothing",
		"/kick @nobody", "/unban @bob",
	};
	struct pair pair;

	meet(&pair, 7);
	world_say(pair.bob, "#ops", "hello");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		enter(&pair, pair.alice, wrong[i]);
		if (pair.notice.len == 0)
			fail_msg("nothing was said about %s", wrong[i]);
	}
	part(&pair);
}

CHECK_MAIN(TEST(a_reaction_is_seen_by_both_and_taken_back),
	   TEST(a_reaction_made_offline_is_told_later_and_survives_a_kill),
	   TEST(who_was_away_sees_reactions_on_older_messages),
	   TEST(a_picked_message_is_what_a_command_is_about),
	   TEST(a_thread_hangs_on_its_first_message), TEST(moderators_have_their_way),
	   TEST(what_was_refused_is_undone),
	   TEST(what_was_said_is_found_here_and_on_the_server),
	   TEST(an_answer_from_the_past_is_said_at_the_end),
	   TEST(what_is_not_allowed_or_not_understood_is_said))
