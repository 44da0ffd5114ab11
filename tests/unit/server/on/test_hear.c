/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who hears what when things come in an order that threads bring rarely: connections are
 * function calls, and the test does what the writer and the loop would.
 */
#include "server/on/hear.h"

#include "common/base/mem.h"
#include "server/core/post.h"
#include "server/store/store_room.h"
#include "server/store/writer.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"
#include "tests/lib/world_server.h"

#define FAKE_NOW 1763640000000u

enum { ALICE_UID = 1, BOB_UID }; /* the first is the server's own: its administrator */

#define TURNS 4 /* more than any one frame takes */

struct ear {
	struct world_pipe *pipe;
	struct str heard; /* messages, a line each */
};

struct fixture {
	struct scratch scratch;
	struct fake_clock clock;
	struct random_seeded seeded;
	struct random random;
	struct world_server *server;
	struct ear alice, bob;
	struct id lobby;
};

static void on_text(const char *text, size_t len, void *ctx)
{
	struct ear *ear = ctx;

	str_add_len(&ear->heard, text, len);
	str_add_char(&ear->heard, '\n');
}

static void on_shut(unsigned code, void *ctx)
{
	struct ear *ear = ctx;

	ear->pipe = NULL;
	fail_msg("closed with %u after %s", code, ear->heard.ptr);
}

static PRINTF(3, 4) void say(struct fixture *f, struct ear *ear, const char *format, ...)
{
	AUTO(str_done) struct str text = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	assert_true(world_pipe_say(ear->pipe, text.ptr, text.len));
	for (unsigned i = 0; i < TURNS; i++)
		world_server_turn(f->server);
}

static void enter(struct fixture *f, struct ear *ear, uint32_t uid)
{
	const struct world_pipe_end end = {on_text, on_shut, ear};

	ear->heard = STR_INIT;
	ear->pipe = world_pipe_new(f->server, uid, &end);
	say(f, ear, "{\"type\":\"hello\",\"v\":1}");
	assert_non_null(strstr(ear->heard.ptr, "\"type\":\"digest\""));
	str_clear(&ear->heard);
}

/* How often @part was heard. */
static unsigned count(const struct ear *ear, const char *part)
{
	unsigned times = 0;

	for (const char *at = ear->heard.ptr; (at = strstr(at, part)); at++)
		times++;
	return times;
}

/* A message id, the @n-th of the test. */
static struct id cid(uint8_t n)
{
	uint8_t random[10] = {n};

	return id_v7(FAKE_NOW, random);
}

static struct id_text cid_text(uint8_t n)
{
	struct id id = cid(n);

	return id_text(&id);
}

/* ---- what the writer does ---- */

struct write {
	struct task task;
	struct fixture *f;
	struct actor actor;
	struct post_ack ack;
	struct news news;
};

static enum err find_lobby(struct task *task, struct store *store)
{
	struct write *write = CONTAINER_OF(task, struct write, task);

	return store_room_by_slug(store, bytes_text("lobby"), &write->f->lobby);
}

static enum err post(struct task *task, struct store *store)
{
	struct write *write = CONTAINER_OF(task, struct write, task);
	struct post in = {
		.cid = cid(7), .room = write->f->lobby, .text = bytes_text("late")};

	return post_send(store, &write->actor, &in, &write->ack, &write->news);
}

static void written(struct task *task, enum err err)
{
	check_ok(err);
}

static void run(struct fixture *f, struct write *write, task_run_fn *fn)
{
	struct writer *writer = world_server_inside(f->server)->writer;

	write->f = f;
	write->task = (struct task){.run = fn, .done = written};
	check_ok(writer_submit(writer, &write->task));
	writer_reap(writer);
}

/* ---- the scene ---- */

static int set_up(void **state)
{
	struct fixture *f = mem_new(struct fixture);
	struct write write = {0};

	check_ok(crypto_init());
	scratch_init(&f->scratch);
	fake_clock_init(&f->clock, FAKE_NOW);
	f->random = random_seeded(&f->seeded, 3);
	f->server = world_server_new(f->scratch.path, &f->clock.clock, &f->random);
	world_server_account(f->server, "alice", ALICE_UID);
	world_server_account(f->server, "bob", BOB_UID);
	run(f, &write, find_lobby);
	enter(f, &f->alice, ALICE_UID);
	enter(f, &f->bob, BOB_UID);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	world_server_kill(&f->server);
	str_done(&f->alice.heard);
	str_done(&f->bob.heard);
	scratch_done(&f->scratch);
	mem_free(f);
	return 0;
}

/* A reading thread sees what is committed, and may be back before the writer has told the
 * loop of its commit. */
static void what_a_replay_has_told_is_not_told_again(void **state)
{
	struct fixture *f = *state;
	struct write write = {.actor = {.scope = SCOPE_ALL}};
	struct id_text lobby = id_text(&f->lobby);

	say(f, &f->alice, "{\"type\":\"call\",\"id\":1,\"op\":\"auth_me\",\"args\":{}}");
	const char *user = strstr(f->alice.heard.ptr, "\"user\":\"");
	assert_non_null(user);
	check_ok(id_parse(user + 8, ID_TEXT_LEN, &write.actor.user));
	run(f, &write, post);

	say(f, &f->bob, "{\"type\":\"sub\",\"room\":\"%s\",\"epoch\":1,\"seq\":%llu}",
	    lobby.text, (unsigned long long)write.ack.seq - 1);
	assert_int_equal(count(&f->bob, "\"text\":\"late\""), 1);
	server_publish(world_server_inside(f->server), &write.news, NULL);
	world_server_turn(f->server);
	assert_int_equal(count(&f->bob, "\"text\":\"late\""), 1);
	assert_int_equal(count(&f->alice, "\"text\":\"late\""), 1);

	say(f, &f->alice,
	    "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"next\"}",
	    cid_text(1).text, lobby.text);
	assert_int_equal(count(&f->bob, "\"text\":\"next\""), 1);
	news_done(&write.news);
}

static void a_room_for_everybody_is_heard_from_its_first_message(void **state)
{
	struct fixture *f = *state;
	struct id_text room;

	say(f, &f->alice,
	    "{\"type\":\"call\",\"id\":1,\"op\":\"room_create\",\"args\":{\"kind\":"
	    "\"broadcast\",\"slug\":\"news\",\"name\":\"News\"}}");
	const char *at = strstr(f->alice.heard.ptr, "\"room\":\"");
	assert_non_null(at);
	memcpy(room.text, at + 8, ID_TEXT_LEN);
	room.text[ID_TEXT_LEN] = '\0';
	assert_int_equal(f->bob.heard.len, 0);
	say(f, &f->alice,
	    "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"hear ye\"}",
	    cid_text(1).text, room.text);
	assert_int_equal(count(&f->alice, "\"type\":\"ack\""), 1);
	assert_int_equal(count(&f->bob, "\"text\":\"hear ye\""), 1);
	/* and once only by whoever came in meanwhile */
	world_pipe_cut(&f->bob.pipe);
	str_done(&f->bob.heard);
	enter(f, &f->bob, BOB_UID);
	say(f, &f->alice,
	    "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"again\"}",
	    cid_text(2).text, room.text);
	assert_int_equal(count(&f->bob, "\"text\":\"again\""), 1);
}

#define SCENE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(SCENE(what_a_replay_has_told_is_not_told_again),
	   SCENE(a_room_for_everybody_is_heard_from_its_first_message))
