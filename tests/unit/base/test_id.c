/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/id.h"

#include <stdio.h>

#include "common/base/map.h"
#include "tests/lib/check.h"

static void text_and_bytes_are_the_same_id(void **state)
{
	struct id id, back;

	for (unsigned i = 0; i < ID_LEN; i++)
		id.bytes[i] = (uint8_t)(i * 37 + 5);
	check_ok(id_parse(id_text(&id).text, ID_TEXT_LEN, &back));
	assert_true(id_equal(&id, &back));
}

static void the_text_is_base32_of_rfc_4648(void **state)
{
	struct id id = {"foobarfoobarfoob"};

	assert_string_equal(id_text(&id).text, "mzxw6ytbojtg633cmfzgm33pmi");
}

static void only_the_canonical_text_is_read(void **state)
{
	struct id id;

	check_err(id_parse("mzxw6ytbojtg633cmfzgm33pm", 25, &id), ERR_BAD);
	check_err(id_parse("MZXW6YTBOJTG633CMFZGM33PMI", 26, &id), ERR_BAD);
	check_err(id_parse("mzxw6ytbojtg633cmfzgm33pmj", 26, &id), ERR_BAD);
	check_err(id_parse("mzxw6ytbojtg633cmfzgm33p1i", 26, &id), ERR_BAD);
}

static void a_v7_id_carries_its_time_and_sorts_by_it(void **state)
{
	static const uint8_t random[10] = {0xff, 0xff, 0xff, 0xff, 0xff,
					   0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t zeros[10];
	struct id early = id_v7(1700000000000, random),
		  late = id_v7(1700000000001, zeros);

	assert_true(id_is_v7(&early));
	assert_int_equal(id_v7_ms(&early), 1700000000000);
	assert_true(id_compare(&early, &late) < 0);
}

static struct id numbered(unsigned n)
{
	struct id id = {{0}};

	memcpy(id.bytes, &n, sizeof(n));
	return id;
}

static void a_map_keeps_what_was_put_and_forgets_what_was_removed(void **state)
{
	enum { N = 5000 };
	static int values[N];
	struct map map;

	map_init(&map, 42);
	assert_null(map_get(&map, &(struct id){{1}}));
	for (unsigned i = 0; i < N; i++) {
		struct id id = numbered(i);
		assert_null(map_put(&map, &id, &values[i]));
	}
	for (unsigned i = 0; i < N; i += 3) {
		struct id id = numbered(i);
		assert_ptr_equal(map_remove(&map, &id), &values[i]);
		assert_null(map_remove(&map, &id));
	}
	for (unsigned i = 0; i < N; i++) {
		struct id id = numbered(i);
		assert_ptr_equal(map_get(&map, &id), i % 3 ? &values[i] : NULL);
	}
	size_t at = 0, seen = 0;
	while (map_next(&map, &at))
		seen++;
	assert_int_equal(seen, map.count);
	assert_int_equal(seen, N - (N + 2) / 3);
	map_done(&map);
}

CHECK_MAIN(TEST(text_and_bytes_are_the_same_id), TEST(the_text_is_base32_of_rfc_4648),
	   TEST(only_the_canonical_text_is_read),
	   TEST(a_v7_id_carries_its_time_and_sorts_by_it),
	   TEST(a_map_keeps_what_was_put_and_forgets_what_was_removed))
