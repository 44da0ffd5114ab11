/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Script commands in a whole conversation: what they answer, what they exit with, and that
 * a follower gets everything, in order, whatever happens in between.
 */
#include "client/script/script.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/world.h"

/* One command that runs in a client. */
struct run {
	struct app *app;
	struct script *script;
	int fd;
	struct str out; /* all its lines, once ended */
	int code;       /* -1: it runs */
};

static struct request request_of(enum request_kind kind)
{
	struct request request = REQUEST_INIT;

	request.kind = kind;
	request.json = true;
	request.timeout_ms = 10000;
	request.limit = 50;
	return request;
}

static struct request sending(const char *room, const char *text)
{
	static uint8_t number;
	struct request request = request_of(REQUEST_SEND);

	str_set(&request.room, room);
	str_set(&request.text, text);
	request.cid = id_v7(1700000000000, (const uint8_t[10]){77, ++number});
	return request;
}

static struct request following(const char *consumer)
{
	struct request request = request_of(REQUEST_FOLLOW);

	str_set(&request.name, consumer);
	request.since = SINCE_START;
	return request;
}

static void start(struct run *run, struct world_client *client, struct request request)
{
	*run = (struct run){.app = world_app(client), .out = STR_INIT, .code = -1};
	run->fd = memfd_create("out", MFD_CLOEXEC);
	run->app->quitting = false;
	run->script = script_new(run->app, NULL);
	script_run(run->script, &request, run->fd);
}

static const char *output(struct run *run)
{
	char part[4096];
	ssize_t got;

	str_clear(&run->out);
	assert_int_equal(lseek(run->fd, 0, SEEK_SET), 0);
	while ((got = read(run->fd, part, sizeof(part))) > 0)
		str_add_len(&run->out, part, (size_t)got);
	return run->out.ptr;
}

static void stop(struct run *run)
{
	run->code = run->app->quitting ? run->app->exit_code : -1;
	run->app->quitting = false;
	output(run);
	script_free(&run->script);
	close(run->fd);
}

static void done(struct run *run)
{
	str_done(&run->out);
}

static void check_has(struct run *run, const char *text)
{
	if (!strstr(run->out.ptr, text))
		fail_msg("\"%s\" is not in: %s", text, run->out.ptr);
}

/* Run it to its end, for at most a minute. */
static void finish(struct run *run, struct world *world, struct world_client *client,
		   struct request request)
{
	start(run, client, request);
	world_run(world);
	for (int i = 0; i < 60 && !run->app->quitting; i++)
		world_wait(world, 1000);
	assert_true(run->app->quitting);
	stop(run);
}

struct scene {
	struct world *world;
	struct world_client *alice, *bob;
};

static void open_scene(struct scene *scene)
{
	scene->world = world_new(7);
	scene->alice = world_client(scene->world, "alice");
	scene->bob = world_client(scene->world, "bob");
}

/* ---- --send ---- */

static void a_message_is_stored_and_heard(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	finish(&run, scene.world, scene.alice, sending("#lobby", "disk full"));
	assert_int_equal(run.code, 0);
	check_has(&run, "\"type\":\"sent\"");
	check_has(&run, "\"state\":\"stored\"");
	check_has(&run, "\"seq\":");
	world_expect(scene.bob, "#lobby", "alice: disk full");
	done(&run);
	world_free(&scene.world);
}

static void a_direct_chat_is_made_for_the_first_message(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	finish(&run, scene.world, scene.alice, sending("@bob", "psst"));
	assert_int_equal(run.code, 0);
	world_settle(scene.world);
	world_expect(scene.bob, "@alice", "alice: psst");
	done(&run);
	world_free(&scene.world);
}

static void delivered_means_that_the_others_have_it(void **state)
{
	struct scene scene;
	struct run run;
	struct request request = sending("@bob", "psst");

	open_scene(&scene);
	request.wait = WAIT_DELIVERED;
	finish(&run, scene.world, scene.alice, request);
	assert_int_equal(run.code, 0);
	check_has(&run, "\"state\":\"delivered\"");
	done(&run);
	world_unplug(scene.bob);
	request = sending("@bob", "are you there?");
	request.wait = WAIT_DELIVERED;
	finish(&run, scene.world, scene.alice, request);
	assert_int_equal(run.code, err_row(ERR_TIMEOUT)->exit_code);
	check_has(&run, "\"state\":\"stored\"");
	done(&run);
	world_free(&scene.world);
}

static void read_means_that_the_others_have_looked(void **state)
{
	struct scene scene;
	struct run run;
	struct request request = sending("@bob", "psst");

	open_scene(&scene);
	request.wait = WAIT_READ;
	start(&run, scene.alice, request);
	world_wait(scene.world, 2000);
	assert_string_equal(output(&run), "");
	world_read(scene.bob, "@alice");
	world_wait(scene.world, 2000);
	stop(&run);
	assert_int_equal(run.code, 0);
	check_has(&run, "\"state\":\"read\"");
	done(&run);
	world_free(&scene.world);
}

static struct request once_more(struct request request)
{
	str_set(&request.name, "job 9");
	request.wait = WAIT_READ;
	return request;
}

static void what_was_stored_before_is_waited_for_all_the_same(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	for (int i = 0; i < 2; i++) {
		finish(&run, scene.world, scene.alice,
		       once_more(sending("@bob", "psst")));
		assert_int_equal(run.code, err_row(ERR_TIMEOUT)->exit_code);
		check_has(&run, "\"state\":\"stored\"");
		done(&run);
	}
	start(&run, scene.alice, once_more(sending("@bob", "psst")));
	world_wait(scene.world, 1000);
	world_read(scene.bob, "@alice");
	world_wait(scene.world, 1000);
	stop(&run);
	assert_int_equal(run.code, 0);
	check_has(&run, "\"state\":\"read\",\"dup\":true");
	done(&run);
	/* and what is known already counts */
	finish(&run, scene.world, scene.alice, once_more(sending("@bob", "psst")));
	assert_int_equal(run.code, 0);
	check_has(&run, "\"state\":\"read\",\"dup\":true");
	done(&run);
	world_free(&scene.world);
}

static void without_a_server_it_is_queued_and_sent_later(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	world_stop_server(scene.world);
	finish(&run, scene.world, scene.alice, sending("#lobby", "later"));
	assert_int_equal(run.code, err_row(ERR_QUEUED)->exit_code);
	check_has(&run, "\"state\":\"queued\"");
	done(&run);
	world_start_server(scene.world);
	world_settle(scene.world);
	world_expect(scene.bob, "#lobby", "alice: later");
	finish(&run, scene.world, scene.alice, request_of(REQUEST_FLUSH));
	assert_int_equal(run.code, 0);
	done(&run);
	world_free(&scene.world);
}

static void what_waited_and_is_refused_is_no_success(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	world_stop_server(scene.world);
	finish(&run, scene.world, scene.alice, sending("#nowhere", "lost"));
	assert_int_equal(run.code, err_row(ERR_QUEUED)->exit_code);
	done(&run);
	world_start_server(scene.world);
	struct request flush = request_of(REQUEST_FLUSH);
	finish(&run, scene.world, scene.alice, flush);
	assert_int_equal(run.code, err_row(ERR_NO_ROOM)->exit_code);
	check_has(&run, "\"code\":\"no_room\"");
	done(&run);
	world_free(&scene.world);
}

static void what_must_not_be_queued_is_not(void **state)
{
	struct scene scene;
	struct run run;
	struct request request = sending("#lobby", "now or never");

	open_scene(&scene);
	world_say(scene.bob, "#lobby", "before");
	world_stop_server(scene.world);
	request.no_queue = true;
	finish(&run, scene.world, scene.alice, request);
	assert_int_equal(run.code, err_row(ERR_UNREACHABLE)->exit_code);
	done(&run);
	world_start_server(scene.world);
	world_settle(scene.world);
	world_expect(scene.bob, "#lobby", "bob: before");
	world_free(&scene.world);
}

static void the_same_id_is_the_same_message(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	for (int i = 0; i < 3; i++) {
		struct request request = sending("#lobby", "once");
		str_set(&request.name, "job 7");
		finish(&run, scene.world, scene.alice, request);
		assert_int_equal(run.code, 0);
		if (i > 0)
			check_has(&run, "\"dup\":true");
		done(&run);
	}
	world_expect_all(scene.bob, "#lobby", "alice: once");
	world_free(&scene.world);
}

static void the_same_id_while_it_waits_is_the_same_message(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	world_stop_server(scene.world);
	for (int i = 0; i < 2; i++) {
		struct request request = sending("#lobby", "once");
		str_set(&request.name, "job 8");
		request.timeout_ms = 100;
		finish(&run, scene.world, scene.alice, request);
		assert_int_equal(run.code, err_row(ERR_QUEUED)->exit_code);
		done(&run);
	}
	world_start_server(scene.world);
	world_settle(scene.world);
	world_expect_all(scene.bob, "#lobby", "alice: once");
	world_free(&scene.world);
}

static void a_room_that_is_not_there_is_said_and_nothing_stays(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	finish(&run, scene.world, scene.alice, sending("#nowhere", "hello?"));
	assert_int_equal(run.code, err_row(ERR_NO_ROOM)->exit_code);
	check_has(&run, "\"code\":\"no_room\"");
	done(&run);
	finish(&run, scene.world, scene.alice, sending("@nobody", "hello?"));
	assert_int_equal(run.code, err_row(ERR_NO_USER)->exit_code);
	done(&run);
	world_settle(scene.world);
	world_expect_sent(scene.alice);
	world_free(&scene.world);
}

/* ---- lists ---- */

static void lists_say_what_is_there(void **state)
{
	struct scene scene;
	struct run run;
	struct request request = request_of(REQUEST_HISTORY);

	open_scene(&scene);
	world_say(scene.bob, "#lobby", "one");
	world_say(scene.alice, "#lobby", "two");
	finish(&run, scene.world, scene.alice, request_of(REQUEST_ROOMS_LIST));
	assert_int_equal(run.code, 0);
	check_has(&run, "\"room_name\":\"#lobby\"");
	check_has(&run, "\"unread\":1");
	done(&run);
	finish(&run, scene.world, scene.alice, request_of(REQUEST_WHOAMI));
	assert_int_equal(run.code, 0);
	check_has(&run, "\"name\":\"alice\"");
	check_has(&run, "\"online\":true");
	done(&run);
	str_set(&request.room, "#lobby");
	request.json = false;
	finish(&run, scene.world, scene.alice, request);
	assert_int_equal(run.code, 0);
	check_has(&run, "\n#lobby\tbob\tone\n#lobby\talice\ttwo\n");
	done(&run);
	world_free(&scene.world);
}

static void a_list_catches_up_first(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	world_kill_client(scene.alice);
	world_say(scene.bob, "#lobby", "one");
	world_say(scene.bob, "#lobby", "two");
	world_start_client(scene.alice);
	finish(&run, scene.world, scene.alice, request_of(REQUEST_ROOMS_LIST));
	assert_int_equal(run.code, 0);
	check_has(&run, "\"last_text\":\"two\"");
	check_has(&run, "\"unread\":2");
	done(&run);
	world_stop_server(scene.world);
	world_wait(scene.world, 1000);
	finish(&run, scene.world, scene.alice, request_of(REQUEST_ROOMS_LIST));
	assert_int_equal(run.code, 0);
	check_has(&run, "\"last_text\":\"two\"");
	done(&run);
	world_free(&scene.world);
}

static void history_is_fetched_where_the_store_has_none(void **state)
{
	struct scene scene;
	struct run run;
	struct request request = request_of(REQUEST_HISTORY);
	char text[32];

	open_scene(&scene);
	for (int i = 1; i <= 700; i++) {
		snprintf(text, sizeof(text), "m%d", i);
		world_write(scene.bob, "#lobby", text);
	}
	world_settle(scene.world);
	struct world_client *late = world_client(scene.world, "carol");
	str_set(&request.room, "#lobby");
	request.limit = 500;
	finish(&run, scene.world, late, request);
	assert_int_equal(run.code, 0);
	/* 500 lines: 499 messages, and that carol came. */
	check_has(&run, "\"text\":\"m202\"");
	check_has(&run, "\"text\":\"m700\"");
	assert_null(strstr(run.out.ptr, "\"text\":\"m201\""));
	done(&run);
	world_free(&scene.world);
}

/* ---- --follow ---- */

/* The numbers of the messages "m…" in lines: each one more than the one before. */
static int count_messages(const char *lines, int last)
{
	const char *at = lines;

	while ((at = strstr(at, "\"text\":\"m"))) {
		int number = 0;
		at += strlen("\"text\":\"m");
		assert_int_equal(sscanf(at, "%d", &number), 1);
		assert_int_equal(number, last + 1);
		last = number;
	}
	return last;
}

static void say_numbers(struct scene *scene, int first, int last)
{
	char text[32];

	for (int i = first; i <= last; i++) {
		snprintf(text, sizeof(text), "m%d", i);
		world_say(scene->bob, "#lobby", text);
	}
}

static void a_follower_goes_on_where_it_stopped(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	say_numbers(&scene, 1, 3);
	start(&run, scene.alice, following("log"));
	world_settle(scene.world);
	say_numbers(&scene, 4, 6);
	world_settle(scene.world);
	stop(&run);
	assert_int_equal(count_messages(run.out.ptr, 0), 6);
	done(&run);
	/* While nobody follows, and with another process. */
	say_numbers(&scene, 7, 9);
	world_kill_client(scene.alice);
	say_numbers(&scene, 10, 150);
	world_start_client(scene.alice);
	start(&run, scene.alice, following("log"));
	world_settle(scene.world);
	say_numbers(&scene, 151, 152);
	world_settle(scene.world);
	stop(&run);
	assert_int_equal(count_messages(run.out.ptr, 6), 152);
	done(&run);
	world_free(&scene.world);
}

static void a_follower_loses_nothing_over_a_server_that_is_killed(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	start(&run, scene.alice, following("log"));
	for (int i = 0; i < 8; i++) {
		say_numbers(&scene, i * 5 + 1, i * 5 + 4);
		char text[32];
		snprintf(text, sizeof(text), "m%d", i * 5 + 5);
		world_write(scene.bob, "#lobby", text);
		world_restart_server(scene.world);
		world_settle(scene.world);
	}
	stop(&run);
	assert_int_equal(count_messages(run.out.ptr, 0), 40);
	done(&run);
	world_free(&scene.world);
}

/* More than the server replays: the store begins anew behind a hole. */
static void a_hole_is_fetched_for_the_follower(void **state)
{
	struct scene scene;
	struct run run;
	char text[32];

	open_scene(&scene);
	say_numbers(&scene, 1, 2);
	start(&run, scene.alice, following("log"));
	world_settle(scene.world);
	stop(&run);
	assert_int_equal(count_messages(run.out.ptr, 0), 2);
	done(&run);
	world_kill_client(scene.alice);
	for (int i = 3; i <= 900; i++) {
		snprintf(text, sizeof(text), "m%d", i);
		world_write(scene.bob, "#lobby", text);
	}
	world_settle(scene.world);
	world_start_client(scene.alice);
	start(&run, scene.alice, following("log"));
	world_settle(scene.world);
	stop(&run);
	assert_null(strstr(run.out.ptr, "\"gap\""));
	assert_int_equal(count_messages(run.out.ptr, 2), 900);
	done(&run);
	world_free(&scene.world);
}

static void a_new_follower_begins_now_or_at_the_start(void **state)
{
	struct scene scene;
	struct run run;
	struct request request = following("now");

	open_scene(&scene);
	say_numbers(&scene, 1, 3);
	request.since = SINCE_NOW;
	start(&run, scene.alice, request);
	world_settle(scene.world);
	say_numbers(&scene, 4, 4);
	world_settle(scene.world);
	stop(&run);
	assert_int_equal(count_messages(run.out.ptr, 3), 4);
	done(&run);
	/* A place was kept though nothing had come at first. */
	say_numbers(&scene, 5, 6);
	request = following("now");
	request.since = SINCE_NOW;
	start(&run, scene.alice, request);
	world_settle(scene.world);
	stop(&run);
	assert_int_equal(count_messages(run.out.ptr, 4), 6);
	done(&run);
	world_free(&scene.world);
}

static void a_place_that_is_brought_along_is_where_it_goes_on(void **state)
{
	struct scene scene;
	struct run run;
	struct request request = following("");

	open_scene(&scene);
	say_numbers(&scene, 1, 9);
	struct app *app = world_app(scene.alice);
	struct room *lobby = NULL;
	check_ok(rooms_named(&app->model.rooms, &app->model.people, "#lobby", &lobby));
	request_put_place(&request, &lobby->id, lobby->head_seq - 4);
	start(&run, scene.alice, request);
	world_settle(scene.world);
	stop(&run);
	assert_int_equal(count_messages(run.out.ptr, 5), 9);
	done(&run);
	world_free(&scene.world);
}

static void only_the_rooms_asked_for_are_followed(void **state)
{
	struct scene scene;
	struct run run;
	struct request request = following("");

	open_scene(&scene);
	world_room(scene.bob, "ops");
	world_join(scene.alice, "ops");
	request_add_room(&request, "#ops");
	start(&run, scene.alice, request);
	world_settle(scene.world);
	world_say(scene.bob, "#lobby", "elsewhere");
	world_say(scene.bob, "#ops", "here");
	world_settle(scene.world);
	stop(&run);
	check_has(&run, "\"text\":\"here\"");
	assert_null(strstr(run.out.ptr, "elsewhere"));
	done(&run);
	request = following("");
	request_add_room(&request, "#nowhere");
	finish(&run, scene.world, scene.alice, request);
	assert_int_equal(run.code, err_row(ERR_NO_ROOM)->exit_code);
	done(&run);
	world_free(&scene.world);
}

static void edits_and_deletions_are_told_as_they_happen(void **state)
{
	struct scene scene;
	struct run run;

	open_scene(&scene);
	start(&run, scene.alice, following(""));
	world_settle(scene.world);
	world_say(scene.bob, "#lobby", "helo");
	world_edit(scene.bob, "#lobby", "hello");
	world_delete(scene.bob, "#lobby");
	world_settle(scene.world);
	stop(&run);
	check_has(&run, "\"type\":\"edit\"");
	check_has(&run, "\"type\":\"delete\"");
	done(&run);
	world_free(&scene.world);
}

CHECK_MAIN(TEST(a_message_is_stored_and_heard),
	   TEST(a_direct_chat_is_made_for_the_first_message),
	   TEST(delivered_means_that_the_others_have_it),
	   TEST(read_means_that_the_others_have_looked),
	   TEST(what_was_stored_before_is_waited_for_all_the_same),
	   TEST(without_a_server_it_is_queued_and_sent_later),
	   TEST(what_waited_and_is_refused_is_no_success),
	   TEST(what_must_not_be_queued_is_not), TEST(the_same_id_is_the_same_message),
	   TEST(the_same_id_while_it_waits_is_the_same_message),
	   TEST(a_room_that_is_not_there_is_said_and_nothing_stays),
	   TEST(lists_say_what_is_there), TEST(a_list_catches_up_first),
	   TEST(history_is_fetched_where_the_store_has_none),
	   TEST(a_follower_goes_on_where_it_stopped),
	   TEST(a_follower_loses_nothing_over_a_server_that_is_killed),
	   TEST(a_hole_is_fetched_for_the_follower),
	   TEST(a_new_follower_begins_now_or_at_the_start),
	   TEST(a_place_that_is_brought_along_is_where_it_goes_on),
	   TEST(only_the_rooms_asked_for_are_followed),
	   TEST(edits_and_deletions_are_told_as_they_happen))
