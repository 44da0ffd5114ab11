/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/core/cursor.h"

#include "tests/lib/check.h"

static void make_keys(struct keys *keys, uint8_t seed)
{
	uint8_t master[32] = {seed};

	check_ok(crypto_init());
	keys_init(keys, "test", bytes_of(master, sizeof(master)), &random_system);
}

static void a_cursor_comes_back_and_says_nothing(void **state)
{
	static const int64_t places[] = {0, 1, 2, 1000000, ((int64_t)1 << 53) - 1};
	struct keys keys;

	make_keys(&keys, 1);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		AUTO(str_done) struct str text = STR_INIT;
		AUTO(str_done) struct str next = STR_INIT;
		int64_t back, same = 0;
		cursor_seal(&keys, places[i], &text);
		cursor_seal(&keys, places[i] + 1, &next);
		assert_int_equal(text.len, 16);
		check_ok(cursor_open(&keys, str_view(&text), &back));
		assert_int_equal(back, places[i]);
		for (size_t k = 0; k < 16; k++) {
			same += text.ptr[k] == next.ptr[k];
		}
		assert_true(same < 8); /* neighbours have nothing in common */
	}
	keys_done(&keys);
}

static void what_others_made_is_refused(void **state)
{
	static const char *const wrong[] = {"",
					    "0",
					    "0123456789abcde",
					    "0123456789abcdefa",
					    "0123456789ABCDEF",
					    "0123456789abcdeg"};
	AUTO(str_done) struct str text = STR_INIT;
	struct keys ours, theirs;
	int refused = 0;
	int64_t back;

	make_keys(&ours, 1);
	make_keys(&theirs, 2);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		check_err(cursor_open(&ours, bytes_text(wrong[i]), &back), ERR_BAD);
	}
	for (int i = 0; i < 100; i++) { /* one of 2048 may pass as a place */
		str_clear(&text);
		cursor_seal(&theirs, i, &text);
		refused += cursor_open(&ours, str_view(&text), &back) == ERR_BAD;
	}
	assert_true(refused >= 97);
	keys_done(&ours);
	keys_done(&theirs);
}

CHECK_MAIN(TEST(a_cursor_comes_back_and_says_nothing), TEST(what_others_made_is_refused))
