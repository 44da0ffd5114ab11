/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/os/file.h"
#include "tests/lib/check.h"

static const char *const files[] = {"server.key", "pepper-1.key", "pepper-2.key",
				    "token-1.key", "token-2.key"};

/* A folder that is not there yet, inside of one of our own. */
struct place {
	char top[64];
	char folder[80];
};

static void place_make(struct place *place)
{
	const char *tmp = getenv("TMPDIR");

	check_ok(crypto_init());
	snprintf(place->top, sizeof(place->top), "%s/test_secrets.XXXXXX",
		 tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(place->top));
	snprintf(place->folder, sizeof(place->folder), "%s/secrets", place->top);
}

static const char *place_file(const struct place *place, const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", place->folder, name);
	return path;
}

static void place_remove(struct place *place)
{
	char path[128];

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		unlink(place_file(place, files[i], path));
	rmdir(place->folder);
	assert_int_equal(rmdir(place->top), 0);
}

static enum err load(const struct place *place, struct keys *ret_keys)
{
	AUTO(str_done) struct str why = STR_INIT;
	enum err err = secrets_load(place->folder, "https://chat.example.org",
				    &random_system, ret_keys, &why);

	assert_true((err == ERR_OK) == (why.len == 0));
	return err;
}

static void the_first_start_makes_them_and_the_second_finds_them(void **state)
{
	struct place place;
	struct keys first, second;
	struct stat st;
	char path[128];

	place_make(&place);
	check_ok(load(&place, &first));
	check_ok(load(&place, &second));
	assert_true(bytes_equal(root_view(first.codes), root_view(second.codes)));
	assert_true(bytes_equal(keys_pepper(&first)->key, keys_pepper(&second)->key));
	assert_string_equal(first.tokens.keys[0].kid, second.tokens.keys[0].kid);
	assert_false(bytes_equal(root_view(first.codes), root_view(first.refresh)));
	assert_false(bytes_equal(root_view(first.codes), root_view(first.subjects)));
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (i == 2 || i == 4)
			continue;
		assert_int_equal(stat(place_file(&place, files[i], path), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	keys_done(&first);
	keys_done(&second);
	place_remove(&place);
}

static void a_second_pepper_is_the_one_for_new_hashes(void **state)
{
	static const char hex[] =
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
	struct place place;
	struct keys keys;
	char path[128];

	place_make(&place);
	check_ok(load(&place, &keys));
	keys_done(&keys);
	check_ok(file_replace(place_file(&place, "pepper-2.key", path), bytes_text(hex),
			      0600));
	check_ok(load(&place, &keys));
	assert_int_equal(keys.pepper_count, 2);
	assert_int_equal(keys_pepper(&keys)->number, 2);
	assert_int_equal(keys_pepper(&keys)->key.ptr[31], 0x1f);
	keys_done(&keys);
	place_remove(&place);
}

static void a_damaged_file_is_an_error_and_stays_as_it_is(void **state)
{
	static const char *const damaged[] = {"", "zz", "0001\n"};
	struct place place;
	struct keys keys;
	char path[128];

	place_make(&place);
	check_ok(load(&place, &keys));
	keys_done(&keys);
	for (size_t i = 0; i < ARRAY_LEN(damaged); i++) {
		AUTO(buf_done) struct buf text = BUF_INIT;
		place_file(&place, "pepper-1.key", path);
		check_ok(file_replace(path, bytes_text(damaged[i]), 0600));
		check_err(load(&place, &keys), ERR_CORRUPT);
		check_ok(file_read(path, 1000, &text));
		assert_true(bytes_equal(buf_view(&text), bytes_text(damaged[i])));
	}
	place_remove(&place);
}

static void a_file_that_others_may_read_is_refused(void **state)
{
	struct place place;
	struct keys keys;
	char path[128];

	place_make(&place);
	check_ok(load(&place, &keys));
	keys_done(&keys);
	assert_int_equal(chmod(place_file(&place, "token-1.key", path), 0644), 0);
	check_err(load(&place, &keys), ERR_FORBIDDEN);
	place_remove(&place);
}

static void a_new_signing_key_is_kept_and_the_old_one_goes_in_time(void **state)
{
	struct place place;
	struct keys keys, again;
	char path[128];
	uint64_t now = (uint64_t)time(NULL) * 1000;
	uint64_t end = now + TOKEN_LIFE_MS + TOKEN_SKEW_MS;

	place_make(&place);
	check_ok(load(&place, &keys));
	check_ok(secrets_rotate_token(place.folder, &keys, now));
	assert_int_equal(access(place_file(&place, "token-2.key", path), R_OK), 0);
	secrets_prune(place.folder, &keys, end - 1);
	check_ok(load(&place, &again));
	assert_int_equal(again.tokens.count, 2);
	assert_string_equal(again.tokens.keys[1].kid, keys.tokens.keys[1].kid);
	keys_done(&again);
	secrets_prune(place.folder, &keys, end);
	assert_int_not_equal(access(place_file(&place, "token-1.key", path), F_OK), 0);
	/* A start that finds no number 1 goes on with what is there. */
	check_ok(load(&place, &again));
	assert_int_equal(again.tokens.count, 1);
	assert_int_equal(token_ring_newest(&again.tokens), 2);
	keys_done(&again);
	keys_done(&keys);
	place_remove(&place);
}

CHECK_MAIN(TEST(a_new_signing_key_is_kept_and_the_old_one_goes_in_time),
	   TEST(the_first_start_makes_them_and_the_second_finds_them),
	   TEST(a_second_pepper_is_the_one_for_new_hashes),
	   TEST(a_damaged_file_is_an_error_and_stays_as_it_is),
	   TEST(a_file_that_others_may_read_is_refused))
