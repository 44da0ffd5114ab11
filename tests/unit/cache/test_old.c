/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store as an older client left it (schema/NNNN.sql and schema/NNNN_content.sql), sealed
 * like any other, in the hands of this one: what was heard is there, what waits to be sent
 * still waits. And no step that was released is edited afterwards.
 */
#include <stdlib.h>

#include "client/cache/cache_event.h"
#include "client/cache/cache_inside.h"
#include "client/cache/cache_outbox.h"
#include "client/cache/cache_room.h"
#include "client/cache/cache_search.h"
#include "common/os/file.h"
#include "common/proto/kind.h"
#include "tests/lib/check.h"
#include "tests/unit/cache/box.h"

#define SCRIPT_MOST (1 << 20)

static const struct {
	unsigned version;
	const char *sql;
} steps[] = {
#define MIGRATE(number, text) {number, text},
#include "client/cache/migrate.def"
#undef MIGRATE
};

static void read_script(const char *name, struct buf *ret_script)
{
	AUTO(str_done) struct str path = STR_INIT;
	const char *top = getenv("top_srcdir");

	str_addf(&path, "%s/tests/unit/cache/schema/%s", top ? top : ".", name);
	check_ok(file_read(path.ptr, SCRIPT_MOST, ret_script));
	buf_add_u8(ret_script, 0);
}

static void no_released_step_was_edited(void **state)
{
	AUTO(buf_done) struct buf then = BUF_INIT;
	AUTO(str_done) struct str now = STR_INIT;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i].version == 1)
			str_addf(&now, "%s;\n", steps[i].sql);
	read_script("0001.sql", &then);
	assert_string_equal(now.ptr, (const char *)then.ptr);
}

/* A store as the client of version 1 left it. */
static void make_old(struct box *box)
{
	AUTO(secret_done) struct secret key = SECRET_INIT;
	AUTO(buf_done) struct buf schema = BUF_INIT;
	AUTO(buf_done) struct buf content = BUF_INIT;
	struct key_source source = key_file(box->dir);
	struct vfs_seal *vfs;
	struct db *db;

	read_script("0001.sql", &schema);
	read_script("0001_content.sql", &content);
	check_ok(key_load(&source, true, &key));
	check_ok(vfs_seal_new(&key, NULL, &vfs));
	box_write(box, "store.db", bytes_of("", 0));
	check_ok(db_open(box_path(box, "store.db"), vfs, &db));
	check_ok(db_script(db, "BEGIN"));
	check_ok(db_script(db, (const char *)schema.ptr));
	check_ok(db_script(db, "PRAGMA defer_foreign_keys = ON"));
	check_ok(db_script(db, (const char *)content.ptr));
	check_ok(db_script(db, "PRAGMA user_version = 1"));
	check_ok(db_script(db, "COMMIT"));
	db_free(&db);
	vfs_seal_free(&vfs);
}

/* What was heard before there was an index is in it. */
static void check_found(struct cache *cache)
{
	const struct cache_search search = {.match = "\"tomatoes\""};
	struct cache_page page = CACHE_PAGE_INIT;
	uint64_t below;

	check_ok(cache_search(cache, &search, 10, &page, &below));
	assert_int_equal(page.count, 1);
	cache_page_done(&page);
}

static void check_heard(struct cache *cache)
{
	static const char *const want[] = {"The tomatoes are ripe.",
					   "I bring salt and bread. Grün, too: 🌿",
					   "At eight, under the tree.",
					   "",
					   "@bob, bring the ladder.",
					   "I come.",
					   "in a thread",
					   "you are named"};
	AUTO(cache_rooms_done) struct cache_rooms rooms = CACHE_ROOMS_INIT;
	AUTO(cache_page_done) struct cache_page page = CACHE_PAGE_INIT;
	size_t at = 0;

	check_ok(cache_room_find(cache, "#garden", &rooms));
	assert_int_equal(rooms.count, 1);
	assert_int_equal(rooms.rooms[0].head, 21);
	check_ok(cache_event_replay(cache, &rooms.rooms[0].id, 0, 100, &page));
	assert_int_equal(page.last, 21);
	for (size_t i = 0; i < page.count; i++) {
		if (page.events[i].kind != EVENT_MESSAGE)
			continue;
		assert_true(at < sizeof(want) / sizeof(want[0]));
		assert_int_equal(page.events[i].deleted, want[at][0] == '\0');
		if (!page.events[i].deleted)
			assert_true(
				bytes_equal(page.events[i].text, bytes_text(want[at])));
		at++;
	}
	assert_int_equal(at, sizeof(want) / sizeof(want[0]));
}

static void what_was_heard_and_what_waits_is_there(void **state)
{
	AUTO(cache_sends_done) struct cache_sends sends = {0};
	struct cache *cache;
	struct box box;

	box_init(&box);
	make_old(&box);
	struct key_source key = key_file(box.dir);
	check_ok(cache_open(box.dir, &key, &cache));
	check_found(cache);
	check_heard(cache);
	check_ok(cache_outbox_list(cache, &sends));
	assert_int_equal(sends.count, 1);
	assert_true(bytes_equal(sends.sends[0].text,
				bytes_text("written while nobody listened")));
	cache_free(&cache);
	box_done(&box);
}

static void a_newer_store_is_refused(void **state)
{
	AUTO(secret_done) struct secret key = SECRET_INIT;
	struct vfs_seal *vfs;
	struct cache *cache;
	struct db *db;
	struct box box;

	box_init(&box);
	make_old(&box);
	struct key_source source = key_file(box.dir);
	check_ok(key_load(&source, false, &key));
	check_ok(vfs_seal_new(&key, NULL, &vfs));
	check_ok(db_open(box_path(&box, "store.db"), vfs, &db));
	check_ok(db_script(db, "PRAGMA user_version = 999"));
	db_free(&db);
	vfs_seal_free(&vfs);
	check_err(cache_open(box.dir, &source, &cache), ERR_NEWER);
	box_done(&box);
}

CHECK_MAIN(TEST(no_released_step_was_edited),
	   TEST(what_was_heard_and_what_waits_is_there), TEST(a_newer_store_is_refused))
