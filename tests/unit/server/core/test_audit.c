/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/core/audit.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/driver_sqlite.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

static const struct id alice = {{'a'}}, bob = {{'b'}};

struct scene {
	struct scratch_db db;
	struct store store;
};

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	check_ok(crypto_init());
	scratch_db_init(&scene->db);
	check_ok(store_open(&scene->store,
			    &(struct store_config){
				    .driver = &driver_sqlite,
				    .path = scene->db.path.ptr,
				    .clock = &scene->db.clock.clock,
				    .audit_key = bytes_text("the key of this test"),
			    }));
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	store_close(&scene->store);
	scratch_db_done(&scene->db);
	free(scene);
	return 0;
}

#define SCENE_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

static void fill(struct store *store)
{
	struct bytes none = bytes_of(NULL, 0), here = bytes_text("192.0.2.7");

	check_ok(audit_nobody(store, AUDIT_LOGIN_FAILED, &alice, none, here));
	check_ok(
		audit_self(store, AUDIT_LOGIN, &alice, bytes_text("how=password"), here));
	check_ok(audit_self(store, AUDIT_LOGIN, &bob, none, here));
	check_ok(audit_operator(store, AUDIT_LOGIN_CODE, &alice, none));
	check_ok(audit_self(store, AUDIT_LOGOUT, &alice, none, here));
}

static struct audit_check checked(struct store *store, size_t slice)
{
	struct audit_check check = {0};

	while (!check.complete && !check.broken)
		check_ok(audit_check(store, slice, &check));
	return check;
}

/* What somebody does who has the file, and so may drop the triggers too. */
static void tamper(struct store *store, const char *sql)
{
	check_ok(store->driver->script(store->db,
				       "drop trigger if exists audit_no_update;"
				       "drop trigger if exists audit_no_delete;"));
	check_ok(store->driver->script(store->db, sql));
}

static void a_log_that_nobody_touched_is_sound(void **state)
{
	struct scene *scene = *state;

	assert_true(checked(&scene->store, 100).complete);
	fill(&scene->store);
	for (size_t slice = 1; slice < 8; slice++) {
		struct audit_check check = checked(&scene->store, slice);
		assert_true(check.complete);
		assert_int_equal(check.checked, 5);
	}
}

static void rows_cannot_be_changed_or_removed(void **state)
{
	struct scene *scene = *state;
	const struct driver *driver = scene->store.driver;

	fill(&scene->store);
	assert_int_not_equal(
		driver->script(scene->store.db, "update audit set detail = 'x'"), ERR_OK);
	assert_int_not_equal(
		driver->script(scene->store.db, "delete from audit where key = 5"),
		ERR_OK);
	assert_int_equal(checked(&scene->store, 100).checked, 5);
}

static void the_first_row_that_was_tampered_with_is_named(void **state)
{
	struct scene *scene = *state;
	static const struct {
		const char *sql;
		int64_t broken;
	} cases[] = {
		{"update audit set detail = 'how=key' where key = 2", 2},
		{"update audit set address = '' where key = 1", 1},
		{"update audit set ts = ts + 1 where key = 3", 3},
		{"update audit set actor = object where key = 4", 4},
		{"update audit set actor_kind = 2 where key = 4", 4},
		{"update audit set verb = 'login' where key = 5", 5},
		{"update audit set object = null where key = 5", 5},
		{"update audit set hash = zeroblob(32) where key = 2", 2},
		{"update audit set hash = x'00' where key = 2", 2},
		{"delete from audit where key = 3", 3},
		{"delete from audit where key = 5", 5}, /* a cut end */
		{"delete from audit", 1},
		{"delete from audit; delete from meta where name = 'audit';"
		 "insert into audit (key, ts, actor_kind, verb, hash)"
		 " values (1, 1, 4, 'login', zeroblob(32))",
		 1},
		{"update meta set num = 4 where name = 'audit';"
		 "delete from audit where key = 5",
		 5},
		{"insert into audit (key, ts, actor_kind, verb, hash)"
		 " select 6, ts, actor_kind, verb, hash from audit where key = 5",
		 6},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (i == 0)
			fill(&scene->store);
		check_ok(store_begin(&scene->store));
		tamper(&scene->store, cases[i].sql);
		assert_int_equal(checked(&scene->store, 100).broken, cases[i].broken);
		assert_int_equal(checked(&scene->store, 2).broken, cases[i].broken);
		store_rollback(&scene->store);
	}
	assert_true(checked(&scene->store, 100).complete);
}

static void another_key_opens_no_chain(void **state)
{
	struct scene *scene = *state;

	fill(&scene->store);
	scene->store.audit_key = bytes_text("a guess");
	assert_int_equal(checked(&scene->store, 100).broken, 1);
}

static enum err count_row(const struct audit_row *row, void *ctx)
{
	struct str *text = ctx;

	str_addf(text, "%d:%s ", (int)row->key, row->verb);
	return ERR_OK;
}

static void who_it_is_about_finds_it_newest_first(void **state)
{
	struct scene *scene = *state;
	AUTO(str_done) struct str text = STR_INIT;

	fill(&scene->store);
	check_ok(store_audit_list(&scene->store, &alice, 0, 3, count_row, &text));
	assert_string_equal(text.ptr, "5:logout 4:login_code 2:login ");
	str_clear(&text);
	check_ok(store_audit_list(&scene->store, &alice, 2, 3, count_row, &text));
	assert_string_equal(text.ptr, "1:login_failed ");
	str_clear(&text);
	check_ok(store_audit_list(&scene->store, NULL, 0, 2, count_row, &text));
	assert_string_equal(text.ptr, "5:logout 4:login_code ");
}

static void what_is_too_long_is_cut_and_still_sound(void **state)
{
	struct scene *scene = *state;
	char word[2 * LIMIT_DETAIL];

	memset(word, 'x', sizeof(word));
	check_ok(audit_self(&scene->store, AUDIT_LOGIN, &alice,
			    bytes_of(word, sizeof(word)), bytes_of(word, sizeof(word))));
	assert_true(checked(&scene->store, 100).complete);
}

CHECK_MAIN(SCENE_TEST(a_log_that_nobody_touched_is_sound),
	   SCENE_TEST(rows_cannot_be_changed_or_removed),
	   SCENE_TEST(the_first_row_that_was_tampered_with_is_named),
	   SCENE_TEST(another_key_opens_no_chain),
	   SCENE_TEST(who_it_is_about_finds_it_newest_first),
	   SCENE_TEST(what_is_too_long_is_cut_and_still_sound))
