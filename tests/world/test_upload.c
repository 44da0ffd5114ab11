/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages with files: on the sender's disk at once, at the server piece by piece, and told
 * to others when they are whole, once, whatever happens on the way.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "client/cache/cache_event.h"
#include "client/cache/cache_outbox.h"
#include "client/transfer.h"
#include "client/upload.h"
#include "common/base/mem.h"
#include "common/os/file.h"
#include "common/proto/limits.h"
#include "server/server.h"
#include "server/store/store_account.h"
#include "server/store/store_upload.h"
#include "server/store/writer.h"
#include "tests/lib/check.h"
#include "tests/lib/world_inside.h"

#define PIECES   30 /* of a usual file here */
#define PIECE_MS 100

struct post_room {
	struct world *world;
	struct world_client *alice, *bob;
};

static void meet(struct post_room *at, uint64_t seed)
{
	at->world = world_new(seed);
	at->alice = world_client(at->world, "alice");
	at->bob = world_client(at->world, "bob");
	world_room(at->alice, "ops");
	world_join(at->bob, "ops");
	world_settle(at->world);
}

static void part(struct post_room *at)
{
	world_free(&at->world);
}

static void path_of(const struct post_room *at, const char *name, struct str *path)
{
	str_addf(path, "%s/%s", at->world->dir, name);
}

/* @size bytes that depend on @salt. */
static void put_file(struct post_room *at, const char *name, size_t size, unsigned salt)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(buf_done) struct buf bytes = BUF_INIT;
	uint32_t state = salt * 2654435761u + 1;

	for (size_t i = 0; i < size; i++) {
		state = state * 1664525u + 1013904223u;
		buf_add_u8(&bytes, (uint8_t)(state >> 24));
	}
	path_of(at, name, &path);
	FILE *file = fopen(path.ptr, "w");
	assert_non_null(file);
	if (size)
		assert_int_equal(fwrite(bytes.ptr, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void kept(struct app *app, enum err err, const struct id *cid, void *ctx)
{
	check_ok(err);
	*(struct id *)ctx = *cid;
}

/* Nothing moves yet: it is on disk. */
static struct id write_file(struct post_room *at, const char *room, const char *name,
			    const char *text)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct app_message message = {.frame = FRAME_SEND,
				      .text = text,
				      .len = strlen(text),
				      .room = world_room_of(at->alice, room)->id};
	struct id cid = {{0}};

	path_of(at, name, &path);
	message.path = path.ptr;
	check_ok(app_post(&at->alice->app, &message, kept, &cid));
	while (id_is_zero(&cid))
		world_run(at->world);
	return cid;
}

/* ---- what came of it ---- */

struct newest {
	struct store_job job;
	struct id room, file;
};

static enum err newest_run(struct store_job *job, struct cache *cache)
{
	struct newest *newest = CONTAINER_OF(job, struct newest, job);
	AUTO(cache_page_done) struct cache_page page = CACHE_PAGE_INIT;
	AUTO(json_free) struct json *json = NULL;
	struct body_file_note note;
	enum err err = cache_event_before(cache, &newest->room, 0, 1, &page);

	if (err == ERR_OK)
		err = json_parse(page.events[0].extra, &json);
	if (err == ERR_OK)
		err = body_decode(body_file_note_def(), json,
				  json_first(json_get(json_root(json), "attached")),
				  &note, NULL);
	if (err == ERR_OK)
		newest->file = note.file;
	return err;
}

static void on_save(struct app *app, enum err err, const struct transferred *what,
		    void *ctx)
{
	if (what->done)
		str_set(ctx, what->path);
}

/* Whoever reads the newest message of @room at @client has the file @name, as it is. */
static void expect_file(struct post_room *at, struct world_client *client,
			const char *room, const char *name)
{
	AUTO(str_done) struct str saved = STR_INIT, folder = STR_INIT, path = STR_INIT;
	AUTO(buf_done) struct buf sent = BUF_INIT, got = BUF_INIT;
	struct newest newest = {.job = {.run = newest_run},
				.room = world_room_of(client, room)->id};

	world_job(client, &newest.job);
	assert_false(id_is_zero(&newest.file));
	path_of(at, "saved", &folder);
	check_ok(file_make_private(folder.ptr));
	transfer_save(&client->app, &newest.file, folder.ptr, on_save, &saved);
	world_wait(at->world, 60000);
	assert_true(saved.len > 0);
	path_of(at, name, &path);
	check_ok(file_read(path.ptr, 1 << 24, &sent));
	check_ok(file_read(saved.ptr, 1 << 24, &got));
	assert_true(bytes_equal(buf_view(&sent), buf_view(&got)));
}

struct usage {
	struct task task;
	uint64_t used;
	enum err err;
};

static enum err usage_run(struct task *task, struct store *store)
{
	struct usage *usage = CONTAINER_OF(task, struct usage, task);
	struct account_row row;
	int64_t quota;
	enum err err = store_account_by_name(store, bytes_text("alice"), &row);

	return err == ERR_OK ? store_file_usage(store, row.key, &usage->used, &quota)
			     : err;
}

static void usage_done(struct task *task, enum err err)
{
	CONTAINER_OF(task, struct usage, task)->err = err;
}

/* What counts on alice: no file is there twice, nor any that no message names. */
static uint64_t used(struct post_room *at)
{
	struct usage usage = {.task = {.run = usage_run, .done = usage_done},
			      .err = ERR_INTERNAL};
	struct writer *writer = world_server_inside(at->world->server)->writer;

	check_ok(writer_submit(writer, &usage.task));
	writer_reap(writer);
	check_ok(usage.err);
	return usage.used;
}

static struct message *shown(struct post_room *at, const char *room, const struct id *cid)
{
	return timeline_find(&world_room_of(at->alice, room)->timeline, cid);
}

static void expect_failed(struct post_room *at, const char *room, const struct id *cid,
			  enum err why)
{
	const struct message *message = shown(at, room, cid);

	assert_non_null(message);
	assert_int_equal(message->state, MESSAGE_FAILED);
	check_err(message->why, why);
}

/* ---- tests ---- */

static void a_file_comes_with_its_message_and_holds_nothing_up(void **state)
{
	struct post_room at;

	meet(&at, 1);
	put_file(&at, "plan.bin", PIECES * LIMIT_CHUNK_FRAME + 7, 1);
	world_delay(at.alice, PIECE_MS);
	struct id cid = write_file(&at, "#ops", "plan.bin", "the plan");
	world_say(at.alice, "#lobby", "elsewhere");
	world_say(at.alice, "#ops", "here");
	world_wait(at.world, PIECES * PIECE_MS / 2);
	world_expect(at.bob, "#lobby", "alice: elsewhere");
	world_expect(at.bob, "#ops", "alice: here");
	const struct message *message = shown(&at, "#ops", &cid);
	assert_int_equal(message->state, MESSAGE_PENDING);
	assert_in_range(message->part, 20, 80);
	assert_non_null(strstr(message->text.ptr, "plan.bin · 1.3 MiB"));
	assert_true(upload_waits(message));
	world_settle(at.world);
	world_expect_all(at.bob, "#ops", "alice: here | alice: the plan");
	expect_file(&at, at.bob, "#ops", "plan.bin");
	world_expect_all(at.alice, "#ops", "alice: here | alice: the plan");
	expect_file(&at, at.alice, "#ops", "plan.bin");
	part(&at);
}

static void an_empty_file_and_one_of_whole_pieces_come_too(void **state)
{
	struct post_room at;

	meet(&at, 2);
	put_file(&at, "empty", 0, 0);
	put_file(&at, "even", 2 * LIMIT_CHUNK_FRAME, 2);
	write_file(&at, "#ops", "empty", "");
	world_settle(at.world);
	expect_file(&at, at.bob, "#ops", "empty");
	write_file(&at, "#ops", "even", "");
	world_settle(at.world);
	expect_file(&at, at.bob, "#ops", "even");
	part(&at);
}

static void files_go_one_after_the_other_in_order(void **state)
{
	struct post_room at;

	meet(&at, 3);
	put_file(&at, "one", 20 * LIMIT_CHUNK_FRAME, 1);
	put_file(&at, "two", 100, 2);
	put_file(&at, "three", 100, 3);
	world_delay(at.alice, PIECE_MS);
	write_file(&at, "#ops", "one", "1");
	write_file(&at, "#lobby", "two", "2");
	write_file(&at, "#ops", "three", "3");
	world_settle(at.world);
	world_expect_all(at.bob, "#ops", "alice: 1 | alice: 3");
	world_expect(at.bob, "#lobby", "alice: 2");
	assert_int_equal(used(&at), 20 * LIMIT_CHUNK_FRAME + 200);
	part(&at);
}

static void an_upload_goes_on_where_it_stopped(void **state)
{
	enum { MANY = 120 }; /* so many that they are not hashed again in one turn */
	const size_t size = MANY * LIMIT_CHUNK_FRAME;
	struct post_room at;

	meet(&at, 4);
	put_file(&at, "plan.bin", size, 4);
	world_delay(at.alice, PIECE_MS);
	write_file(&at, "#ops", "plan.bin", "");
	world_wait(at.world, MANY * PIECE_MS * 2 / 3);
	world_kill_client(at.alice);
	world_restart_server(at.world);
	world_start_client(at.alice);
	/* a third is left: the whole of it would take longer */
	world_wait(at.world, MANY * PIECE_MS / 2);
	world_expect(at.bob, "#ops", "alice: ");
	expect_file(&at, at.bob, "#ops", "plan.bin");
	assert_int_equal(used(&at), size);
	part(&at);
}

static void something_breaks(struct post_room *at)
{
	struct world *world = at->world;

	switch (world_random(world, 6)) {
	case 0: world_drop(at->alice); break;
	case 1: world_lose(at->alice, 1 + world_random(world, 2)); break;
	case 2: world_duplicate(at->alice, 1 + world_random(world, 3)); break;
	case 3: world_restart_server(world); break;
	case 4:
		world_kill_client(at->alice);
		world_start_client(at->alice);
		break;
	case 5: world_delay(at->alice, world_random(world, 200)); break;
	}
}

static void whatever_happens_it_comes_once(void **state)
{
	const char *from = getenv("CHAT_SEED"), *count = getenv("CHAT_SEEDS");
	unsigned first = from ? (unsigned)strtoul(from, NULL, 10) : 1;
	unsigned stories = count ? (unsigned)strtoul(count, NULL, 10) : 10;
	const size_t size = 8 * LIMIT_CHUNK_FRAME + 5;

	for (unsigned seed = first; seed < first + stories; seed++) {
		struct post_room at;

		meet(&at, 1000 + seed);
		put_file(&at, "one", size, seed);
		put_file(&at, "two", size, seed + 1000);
		world_delay(at.alice, PIECE_MS);
		write_file(&at, "#ops", "one", "one");
		write_file(&at, "#ops", "two", "two");
		for (int i = 0; i < 12; i++) {
			world_wait(at.world, world_random(at.world, 700));
			something_breaks(&at);
		}
		world_delay(at.alice, 0);
		world_lose(at.alice, 0);
		world_duplicate(at.alice, 0);
		world_settle(at.world);
		world_drop(at.bob);
		world_settle(at.world);
		world_expect_all(at.bob, "#ops", "alice: one | alice: two");
		world_expect_sent(at.alice);
		expect_file(&at, at.bob, "#ops", "two");
		if (used(&at) != 2 * size)
			fail_msg("seed %u: %llu bytes", seed,
				 (unsigned long long)used(&at));
		part(&at);
	}
}

static void a_file_that_changed_is_refused_and_sent_anew_on_demand(void **state)
{
	struct post_room at;

	meet(&at, 5);
	put_file(&at, "plan", 10 * LIMIT_CHUNK_FRAME, 1);
	world_unplug(at.alice);
	struct id cid = write_file(&at, "#ops", "plan", "the plan");
	put_file(&at, "plan", 9 * LIMIT_CHUNK_FRAME, 2);
	world_plug(at.alice);
	world_settle(at.world);
	expect_failed(&at, "#ops", &cid, ERR_FILE_CHANGED);
	app_retry(&at.alice->app, &cid);
	world_settle(at.world);
	world_expect(at.bob, "#ops", "alice: the plan");
	expect_file(&at, at.bob, "#ops", "plan");
	part(&at);
}

static void a_file_that_changes_on_the_way_is_never_mixed(void **state)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct post_room at;
	struct stat before;

	meet(&at, 6);
	put_file(&at, "plan", PIECES * LIMIT_CHUNK_FRAME, 1);
	path_of(&at, "plan", &path);
	assert_int_equal(stat(path.ptr, &before), 0);
	world_delay(at.alice, PIECE_MS);
	struct id cid = write_file(&at, "#ops", "plan", "");
	world_wait(at.world, PIECES * PIECE_MS / 2);
	world_kill_client(at.alice);
	/* other bytes, and nothing tells it */
	put_file(&at, "plan", PIECES * LIMIT_CHUNK_FRAME, 2);
	const struct timespec times[] = {before.st_mtim, before.st_mtim};
	assert_int_equal(utimensat(AT_FDCWD, path.ptr, times, 0), 0);
	world_start_client(at.alice);
	world_settle(at.world);
	world_enter(at.alice, "#ops");
	expect_failed(&at, "#ops", &cid, ERR_FILE_CHANGED);
	assert_int_equal(used(&at), 0);
	app_retry(&at.alice->app, &cid);
	world_settle(at.world);
	expect_file(&at, at.bob, "#ops", "plan");
	assert_int_equal(used(&at), PIECES * LIMIT_CHUNK_FRAME);
	part(&at);
}

static void a_file_that_is_gone_is_said_and_the_next_goes(void **state)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct post_room at;

	meet(&at, 7);
	put_file(&at, "plan", 100, 1);
	put_file(&at, "other", 100, 2);
	path_of(&at, "plan", &path);
	world_unplug(at.alice);
	struct id cid = write_file(&at, "#ops", "plan", "gone");
	write_file(&at, "#ops", "other", "here");
	assert_int_equal(remove(path.ptr), 0);
	world_plug(at.alice);
	world_settle(at.world);
	expect_failed(&at, "#ops", &cid, ERR_FILE_GONE);
	world_expect_all(at.bob, "#ops", "alice: here");
	app_retry(&at.alice->app, &cid);
	world_settle(at.world);
	expect_failed(&at, "#ops", &cid, ERR_FILE_GONE);
	app_discard(&at.alice->app, &cid);
	world_settle(at.world);
	assert_null(shown(&at, "#ops", &cid));
	part(&at);
}

static void one_that_is_under_way_can_be_taken_back(void **state)
{
	struct post_room at;

	meet(&at, 8);
	put_file(&at, "plan", PIECES * LIMIT_CHUNK_FRAME, 1);
	put_file(&at, "other", 100, 2);
	world_delay(at.alice, PIECE_MS);
	struct id cid = write_file(&at, "#ops", "plan", "never");
	write_file(&at, "#ops", "other", "instead");
	world_wait(at.world, PIECES * PIECE_MS / 2);
	app_discard(&at.alice->app, &cid);
	world_settle(at.world);
	assert_null(shown(&at, "#ops", &cid));
	world_expect_all(at.bob, "#ops", "alice: instead");
	assert_int_equal(used(&at), 100);
	part(&at);
}

/* A day and more without a connection: what the server had is collected meanwhile. */
static void an_upload_that_the_server_forgot_begins_anew(void **state)
{
	struct post_room at;

	meet(&at, 9);
	put_file(&at, "plan", PIECES * LIMIT_CHUNK_FRAME, 1);
	world_delay(at.alice, PIECE_MS);
	write_file(&at, "#ops", "plan", "late");
	world_wait(at.world, PIECES * PIECE_MS / 2);
	world_unplug(at.alice);
	world_wait(at.world, 26 * 3600 * 1000);
	world_plug(at.alice);
	world_settle(at.world);
	world_expect(at.bob, "#ops", "alice: late");
	expect_file(&at, at.bob, "#ops", "plan");
	part(&at);
}

CHECK_MAIN(TEST(a_file_comes_with_its_message_and_holds_nothing_up),
	   TEST(an_empty_file_and_one_of_whole_pieces_come_too),
	   TEST(files_go_one_after_the_other_in_order),
	   TEST(an_upload_goes_on_where_it_stopped), TEST(whatever_happens_it_comes_once),
	   TEST(a_file_that_changed_is_refused_and_sent_anew_on_demand),
	   TEST(a_file_that_changes_on_the_way_is_never_mixed),
	   TEST(a_file_that_is_gone_is_said_and_the_next_goes),
	   TEST(one_that_is_under_way_can_be_taken_back),
	   TEST(an_upload_that_the_server_forgot_begins_anew))
