/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a device finds in what it has. */
#include "client/cache/cache_search.h"

#include <stdio.h>

#include "client/cache/cache_room.h"
#include "common/base/str.h"
#include "common/proto/kind.h"
#include "common/proto/search.h"
#include "tests/lib/check.h"
#include "tests/unit/cache/case.h"

/* The seqs found, newest first: "3 1". */
static const char *found(struct case_store *fixture, const struct cache_search *search,
			 unsigned limit, uint64_t *ret_below)
{
	static char seqs[128];
	struct cache_page page = CACHE_PAGE_INIT;
	uint64_t below;
	size_t len = 0;

	check_ok(cache_search(fixture->cache, search, limit, &page, &below));
	seqs[0] = '\0';
	for (size_t i = 0; i < page.count; i++)
		len += (size_t)snprintf(seqs + len, sizeof(seqs) - len, "%s%u",
					i ? " " : "", (unsigned)page.events[i].seq);
	cache_page_done(&page);
	if (ret_below)
		*ret_below = below;
	return seqs;
}

static const char *words(struct case_store *fixture, const char *match)
{
	return found(fixture, &(struct cache_search){.match = match}, 10, NULL);
}

static void say(struct case_store *fixture, unsigned seq, const char *text)
{
	struct cache_event event = case_message(seq, text);

	assert_true(case_put(fixture, &event));
}

static void messages_are_found_newest_first(void **state)
{
	struct case_store fixture;

	case_init(&fixture);
	say(&fixture, 1, "the disk is full");
	say(&fixture, 2, "lunch");
	say(&fixture, 3, "which disk? 東京都庁の");
	assert_string_equal(words(&fixture, "\"disk\""), "3 1");
	assert_string_equal(words(&fixture, "\"DISK\" AND \"full\""), "1");
	assert_string_equal(words(&fixture, "\"東京\""), "3");
	assert_string_equal(words(&fixture, "\"庁\"*"), "3");
	assert_string_equal(words(&fixture, "\"dis\""), "");
	case_done(&fixture);
}

static void what_is_no_word_is_no_hindrance(void **state)
{
	struct case_store fixture;
	struct search search = SEARCH_INIT;
	struct bytes part;

	case_init(&fixture);
	say(&fixture, 1, "pizza 🍕 – yes ✓");
	check_ok(search_parse(bytes_text("pizza 🍕 – yes ✓"), 0, &search, &part));
	assert_string_equal(words(&fixture, search.match.ptr), "1");
	search_done(&search);
	case_done(&fixture);
}

static void what_came_before_the_index_is_found_after_a_restart(void **state)
{
	struct case_store fixture;

	case_init(&fixture);
	say(&fixture, 1, "needle");
	case_reopen(&fixture);
	assert_string_equal(words(&fixture, "\"needle\""), "1");
	case_done(&fixture);
}

static void edits_deletions_and_resets_are_followed(void **state)
{
	struct case_store fixture;
	struct cache_event edit = case_message(3, "a rose");
	struct cache_event gone = case_message(4, "");

	case_init(&fixture);
	say(&fixture, 1, "hunter2");
	say(&fixture, 2, "needle");
	edit.kind = EVENT_EDIT;
	edit.target = case_message(1, "").id;
	edit.from = case_message(1, "").from;
	assert_true(case_put(&fixture, &edit));
	assert_string_equal(words(&fixture, "\"hunter2\""), "");
	assert_string_equal(words(&fixture, "\"rose\""), "1");
	gone.kind = EVENT_DELETE;
	gone.target = case_message(2, "").id;
	gone.from = case_message(2, "").from;
	assert_true(case_put(&fixture, &gone));
	assert_string_equal(words(&fixture, "\"needle\""), "");
	struct id ops = OPS;
	check_ok(cache_event_reset(fixture.cache, &ops, 2));
	assert_string_equal(words(&fixture, "\"rose\""), "");
	case_done(&fixture);
}

static void people_rooms_and_times_narrow_it(void **state)
{
	struct case_store fixture;
	struct id lobby = case_id(101);
	struct cache_event other = case_message(9, "needle");

	case_init(&fixture);
	for (unsigned i = 1; i <= 4; i++)
		say(&fixture, i, "needle");
	case_put_room(&fixture, lobby, "lobby");
	other.room = lobby;
	other.id = case_id(999);
	assert_true(case_put(&fixture, &other));
	uint64_t second = case_message(2, "").ts_ms, third = case_message(3, "").ts_ms;
	assert_true(second < third);
	struct cache_search search = {.match = "\"needle\"", .room = OPS};
	assert_string_equal(found(&fixture, &search, 10, NULL), "4 3 2 1");
	search.before_ms = third;
	search.after_ms = second;
	assert_string_equal(found(&fixture, &search, 10, NULL), "2");
	search = (struct cache_search){.match = "", .room = lobby};
	assert_string_equal(found(&fixture, &search, 10, NULL), "9");
	search = (struct cache_search){.match = "", .from = "alice"};
	assert_non_null(strstr(found(&fixture, &search, 10, NULL), "1"));
	search = (struct cache_search){.match = "\"needle\"", .has_file = true};
	assert_string_equal(found(&fixture, &search, 10, NULL), "");
	search = (struct cache_search){.match = "", .from = "nobody"};
	struct cache_page page = CACHE_PAGE_INIT;
	uint64_t below;
	check_err(cache_search(fixture.cache, &search, 1, &page, &below), ERR_NO_USER);
	case_done(&fixture);
}

static void pages_go_on_until_the_end(void **state)
{
	struct case_store fixture;
	struct cache_search search = {.match = "\"needle\""};
	AUTO(str_done) struct str all = STR_INIT;
	unsigned pages = 0;

	case_init(&fixture);
	for (unsigned i = 1; i <= 7; i++)
		say(&fixture, i, i == 4 ? "hay" : "needle");
	do {
		str_add(&all, found(&fixture, &search, 2, &search.below));
		str_add(&all, "|");
	} while (search.below && ++pages < 9);
	assert_string_equal(all.ptr, "7 6|5 3|2 1||");
	case_done(&fixture);
}

static void a_rare_one_behind_many_candidates_is_found_in_the_end(void **state)
{
	struct case_store fixture;
	struct cache_search search = {.match = "\"needle\"", .room = OPS};
	struct id lobby = case_id(101);

	case_init(&fixture);
	say(&fixture, 1, "needle");
	case_put_room(&fixture, lobby, "lobby");
	for (unsigned i = 1; i <= 2500; i++) {
		struct cache_event event = case_message(i + 1, "needle");
		event.room = lobby;
		event.id = case_id(10000 + i);
		assert_true(case_put(&fixture, &event));
	}
	assert_string_equal(found(&fixture, &search, 5, &search.below), "1");
	assert_int_equal(search.below, 0);
	case_done(&fixture);
}

CHECK_MAIN(TEST(messages_are_found_newest_first), TEST(what_is_no_word_is_no_hindrance),
	   TEST(what_came_before_the_index_is_found_after_a_restart),
	   TEST(edits_deletions_and_resets_are_followed),
	   TEST(people_rooms_and_times_narrow_it), TEST(pages_go_on_until_the_end),
	   TEST(a_rare_one_behind_many_candidates_is_found_in_the_end))
