/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rotating the key that seals, cut short after every step. What a kill leaves is what was
 * committed and the files: so the keys are thrown away and loaded anew from the files.
 */
#include "server/core/reseal.h"

#include <stdio.h>

#include "server/secrets.h"
#include "server/store/store_factor.h"
#include "server/store/store_posting.h"
#include "tests/lib/check.h"
#include "tests/lib/hall.h"

enum { POSTINGS = 5, VALUES_ALL = PEOPLE + POSTINGS, STEP = 2 };

static void load(struct hall *hall, struct keys *ret_keys)
{
	AUTO(str_done) struct str folder = STR_INIT;
	AUTO(str_done) struct str why = STR_INIT;

	check_ok(crypto_init());
	scratch_file(&hall->scratch, "secrets", &folder);
	check_ok(secrets_load(folder.ptr, "test", &random_system, ret_keys, &why));
}

static void rotate(struct hall *hall, struct keys *keys)
{
	AUTO(str_done) struct str folder = STR_INIT;

	scratch_file(&hall->scratch, "secrets", &folder);
	check_ok(secrets_rotate_seal(folder.ptr, keys));
}

static struct bytes plain_of(struct id *whose)
{
	return bytes_of(whose->bytes, ID_LEN);
}

static void add_seed(struct hall *hall, const struct keys *keys, int who)
{
	AUTO(buf_done) struct buf sealed = BUF_INIT;
	struct id *whose = &hall->who[who].user;

	sealed_add(keys, SEALED_TOTP, whose, plain_of(whose), &sealed);
	check_ok(store_totp_put(&hall->store, hall->keys[who], buf_view(&sealed)));
}

static void add_posting(struct hall *hall, const struct keys *keys, uint8_t n)
{
	AUTO(buf_done) struct buf sealed = BUF_INIT;
	struct posting_row row = {.id = {.bytes = {n}}, .kind = 1, .owner = n};

	sealed_add(keys, SEALED_POSTING, &row.id, plain_of(&row.id), &sealed);
	row.payload = buf_view(&sealed);
	check_ok(store_posting_add(&hall->store, &row));
}

static void fill(struct hall *hall, const struct keys *keys)
{
	for (int who = 0; who < PEOPLE; who++)
		add_seed(hall, keys, who);
	for (uint8_t n = 1; n <= POSTINGS; n++)
		add_posting(hall, keys, n);
}

/* Every value says whose it is; returns how many the newest key has sealed. */
static size_t check_all_open(struct hall *hall, const struct keys *keys)
{
	size_t newest = 0, count = 0;

	for (unsigned kind = 0; kind < SEALED_COUNT; kind++) {
		AUTO(sealed_list_done) struct sealed_list list = {0};
		check_ok(store_sealed_list(&hall->store, (enum sealed_kind)kind, 0, 100,
					   &list));
		for (size_t i = 0; i < list.count; i++) {
			AUTO(buf_done) struct buf plain = BUF_INIT;
			AUTO(buf_done) struct buf fresh = BUF_INIT;
			struct sealed_row *row = &list.rows[i];
			check_ok(sealed_open(keys, (enum sealed_kind)kind, &row->whose,
					     row->sealed, &plain));
			assert_true(bytes_equal(buf_view(&plain), plain_of(&row->whose)));
			check_ok(sealed_renew(keys, (enum sealed_kind)kind, &row->whose,
					      row->sealed, &fresh));
			newest += fresh.len == 0;
		}
		count += list.count;
	}
	assert_int_equal(count, VALUES_ALL);
	return newest;
}

static void finish(struct hall *hall, const struct keys *keys, struct reseal *reseal)
{
	for (unsigned i = 0; reseal->kind < SEALED_COUNT; i++) {
		assert_true(i < 100);
		check_ok(reseal_step(&hall->store, keys, STEP, reseal));
	}
}

/* What everything was sealed with before key @number: it makes room for further ones. */
static void drop_before(struct hall *hall, uint32_t number, struct keys *keys)
{
	AUTO(str_done) struct str name = STR_INIT, path = STR_INIT;

	keys_done(keys);
	str_addf(&name, "secrets/seal-%u.key", number - 1);
	scratch_file(&hall->scratch, name.ptr, &path);
	if (number > 1)
		assert_int_equal(remove(path.ptr), 0);
	load(hall, keys);
}

static void a_rotation_may_be_cut_short_anywhere(void **state)
{
	struct hall *hall = *state;
	struct keys keys;
	bool over = false;

	load(hall, &keys);
	fill(hall, &keys);
	for (unsigned cut = 0; !over; cut++) {
		struct reseal reseal = {0};
		assert_true(cut < 100);
		rotate(hall, &keys);
		assert_int_equal(check_all_open(hall, &keys), 0);
		for (unsigned i = 0; i < cut && !over; i++) {
			check_ok(reseal_step(&hall->store, &keys, STEP, &reseal));
			over = reseal.kind == SEALED_COUNT;
		}
		keys_done(&keys); /* killed */
		load(hall, &keys);
		assert_int_equal(keys_seal_newest(&keys), cut + 1);
		assert_int_equal(check_all_open(hall, &keys), reseal.renewed);
		reseal = (struct reseal){0};
		finish(hall, &keys, &reseal);
		assert_int_equal(reseal.seen, VALUES_ALL);
		assert_int_equal(reseal.unreadable, 0);
		assert_int_equal(check_all_open(hall, &keys), VALUES_ALL);
		drop_before(hall, cut + 1, &keys);
	}
	keys_done(&keys);
}

static void older_keys_are_needed_no_more(void **state)
{
	struct hall *hall = *state;
	AUTO(str_done) struct str path = STR_INIT;
	struct reseal reseal = {0};
	struct keys keys;

	load(hall, &keys);
	rotate(hall, &keys);
	fill(hall, &keys);
	rotate(hall, &keys);
	finish(hall, &keys, &reseal);
	assert_int_equal(reseal.renewed, VALUES_ALL);
	keys_done(&keys);
	scratch_file(&hall->scratch, "secrets/seal-1.key", &path);
	assert_int_equal(remove(path.ptr), 0);
	load(hall, &keys);
	assert_int_equal(keys_seal_newest(&keys), 2);
	assert_int_equal(check_all_open(hall, &keys), VALUES_ALL);
	/* one that is there already costs no place: numbers go on, they are never used again */
	rotate(hall, &keys);
	assert_int_equal(keys_seal_newest(&keys), 3);
	keys_done(&keys);
}

static void a_value_that_no_key_opens_stays_and_is_counted(void **state)
{
	struct hall *hall = *state;
	struct reseal reseal = {0};
	struct keys keys;

	load(hall, &keys);
	fill(hall, &keys);
	check_ok(store_sealed_put(&hall->store, SEALED_TOTP, hall->keys[BOB],
				  bytes_text("what a bad disk makes of a sealed value")));
	rotate(hall, &keys);
	finish(hall, &keys, &reseal);
	assert_int_equal(reseal.seen, VALUES_ALL);
	assert_int_equal(reseal.renewed, VALUES_ALL - 1);
	assert_int_equal(reseal.unreadable, 1);
	keys_done(&keys);
}

static void there_is_an_end_of_keys(void **state)
{
	struct hall *hall = *state;
	AUTO(str_done) struct str folder = STR_INIT;
	struct keys keys;

	load(hall, &keys);
	for (unsigned i = 1; i < KEYS_SEALS_MOST; i++)
		rotate(hall, &keys);
	scratch_file(&hall->scratch, "secrets", &folder);
	check_err(secrets_rotate_seal(folder.ptr, &keys), ERR_TOO_BIG);
	keys_done(&keys);
	load(hall, &keys);
	assert_int_equal(keys_seal_count(&keys), KEYS_SEALS_MOST);
	keys_done(&keys);
}

CHECK_MAIN(HALL_TEST(a_rotation_may_be_cut_short_anywhere),
	   HALL_TEST(older_keys_are_needed_no_more),
	   HALL_TEST(a_value_that_no_key_opens_stays_and_is_counted),
	   HALL_TEST(there_is_an_end_of_keys))
