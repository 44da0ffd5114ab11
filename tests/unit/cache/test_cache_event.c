/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log of a room in the store: pages and holes, edits and deletions in whatever order
 * they come.
 */
#include "client/cache/cache_event.h"

#include "client/cache/cache_draft.h"
#include "client/cache/cache_room.h"
#include "client/cache/cache_user.h"
#include "common/proto/kind.h"
#include "tests/lib/check.h"
#include "tests/unit/cache/case.h"

static struct cache_event about(int kind, unsigned seq, unsigned target, const char *text)
{
	struct cache_event event = case_message(seq, text);

	event.kind = kind;
	event.target = case_id(1000 + target);
	return event;
}

static struct cache_page page_before(struct case_store *fixture, uint64_t before,
				     unsigned limit)
{
	struct cache_page page;
	const struct id ops = OPS;

	check_ok(cache_event_before(fixture->cache, &ops, before, limit, &page));
	return page;
}

static struct cache_event event_of(struct case_store *fixture, unsigned seq,
				   struct cache_page *page)
{
	const struct id id = case_id(1000 + seq);

	check_ok(cache_event_get(fixture->cache, &id, page));
	return page->events[0];
}

static void a_page_holds_the_newest_in_rising_order(void **state)
{
	struct case_store fixture;

	case_init(&fixture);
	case_put_messages(&fixture, 1, 500);
	case_reopen(&fixture);
	struct cache_page page = page_before(&fixture, 0, 200);
	assert_int_equal(page.count, 200);
	assert_int_equal(page.first, 301);
	assert_int_equal(page.last, 500);
	assert_int_equal(page.events[0].seq, 301);
	check_text(page.events[199].text, "message 500");
	assert_false(page.complete_before);
	assert_true(page.complete_after);
	cache_page_done(&page);
	page = page_before(&fixture, 101, 200);
	assert_int_equal(page.count, 100);
	assert_true(page.complete_before);
	assert_false(page.complete_after);
	cache_page_done(&page);
	const struct id ops = OPS;
	check_ok(cache_event_after(fixture.cache, &ops, 490, 200, &page));
	assert_int_equal(page.count, 10);
	assert_int_equal(page.events[0].seq, 491);
	assert_true(page.complete_after);
	cache_page_done(&page);
	check_ok(cache_event_after(fixture.cache, &ops, 500, 200, &page));
	assert_int_equal(page.count, 0);
	assert_true(page.complete_after);
	cache_page_done(&page);
	case_done(&fixture);
}

static void a_page_ends_at_a_hole(void **state)
{
	struct case_store fixture;
	const struct id ops = OPS;

	case_init(&fixture);
	case_put_messages(&fixture, 1, 20);
	case_put_messages(&fixture, 31, 40);
	struct cache_page page = page_before(&fixture, 0, 200);
	assert_int_equal(page.count, 10);
	assert_int_equal(page.first, 31);
	assert_false(page.complete_before);
	cache_page_done(&page);
	page = page_before(&fixture, 31, 200);
	assert_int_equal(page.count, 0);
	assert_int_equal(page.first, 0);
	assert_false(page.complete_before);
	cache_page_done(&page);
	check_ok(cache_event_after(fixture.cache, &ops, 18, 200, &page));
	assert_int_equal(page.count, 2);
	assert_int_equal(page.last, 20);
	assert_false(page.complete_after);
	cache_page_done(&page);
	check_ok(cache_event_after(fixture.cache, &ops, 20, 200, &page));
	assert_int_equal(page.count, 0);
	assert_false(page.complete_after);
	cache_page_done(&page);
	/* The server said: between 21 and 30 there is but one that may be seen. */
	struct cache_event event = case_message(25, "in the hole");
	case_put(&fixture, &event);
	check_ok(cache_event_covered(fixture.cache, &ops, 21, 30, false));
	page = page_before(&fixture, 0, 200);
	assert_int_equal(page.count, 31);
	assert_int_equal(page.first, 1);
	cache_page_done(&page);
	case_done(&fixture);
}

static void history_that_begins_late_is_complete_where_it_begins(void **state)
{
	struct case_store fixture;
	const struct id ops = OPS;

	case_init(&fixture);
	case_put_messages(&fixture, 50, 60);
	check_ok(cache_event_covered(fixture.cache, &ops, 50, 60, true));
	struct cache_page page = page_before(&fixture, 0, 200);
	assert_int_equal(page.count, 11);
	assert_true(page.complete_before);
	cache_page_done(&page);
	case_done(&fixture);
}

static void storing_an_event_twice_changes_nothing(void **state)
{
	struct case_store fixture;
	struct cache_event event = case_message(1, "once");

	case_init(&fixture);
	assert_true(case_put(&fixture, &event));
	event.text = TEXT("twice");
	assert_false(case_put(&fixture, &event));
	struct cache_page page = page_before(&fixture, 0, 10);
	assert_int_equal(page.count, 1);
	check_text(page.events[0].text, "once");
	cache_page_done(&page);
	case_done(&fixture);
}

/* Store the message and what changes it, in one order or the other. */
static void check_edited(bool message_first)
{
	struct case_store fixture;
	struct cache_page page;
	const struct cache_event events[] = {
		case_message(1, "helo"),           about(EVENT_EDIT, 2, 1, "hello"),
		about(EVENT_EDIT, 3, 1, "hello!"), about(EVENT_REACT, 4, 1, "+1"),
		about(EVENT_REACT, 5, 1, "wave"),  about(EVENT_UNREACT, 6, 1, "+1")};

	case_init(&fixture);
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		case_put(&fixture,
			 &events[message_first ? i : ARRAY_LEN(events) - 1 - i]);
	struct cache_event event = event_of(&fixture, 1, &page);
	check_text(event.text, "hello!");
	assert_int_equal(event.edit_count, 2);
	assert_int_equal(event.edited_ms, 1700000000003);
	assert_int_equal(page.reaction_count, 1);
	check_text(page.reactions[0].text, "wave");
	cache_page_done(&page);
	page = page_before(&fixture, 0, 10);
	assert_int_equal(page.count, 1);
	assert_true(page.complete_before && page.complete_after);
	cache_page_done(&page);
	case_done(&fixture);
}

static void edits_and_reactions_count_in_any_order(void **state)
{
	check_edited(true);
	check_edited(false);
}

static void an_edit_by_another_is_not_believed(void **state)
{
	struct case_store fixture;
	struct cache_page page;
	struct cache_event edit = about(EVENT_EDIT, 2, 1, "forged");
	struct cache_event event = case_message(1, "mine");

	case_init(&fixture);
	edit.from = BOB;
	case_put(&fixture, &event);
	case_put(&fixture, &edit);
	check_text(event_of(&fixture, 1, &page).text, "mine");
	cache_page_done(&page);
	case_done(&fixture);
}

static void check_deleted(bool message_first)
{
	struct case_store fixture;
	struct cache_page page;
	const struct id ops = OPS;
	const struct cache_event events[] = {case_message(1, "secret"),
					     about(EVENT_EDIT, 2, 1, "secret too"),
					     about(EVENT_DELETE, 3, 1, "")};

	case_init(&fixture);
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		case_put(&fixture,
			 &events[message_first ? i : ARRAY_LEN(events) - 1 - i]);
	struct cache_event event = event_of(&fixture, 1, &page);
	assert_true(event.deleted);
	assert_int_equal(event.text.len, 0);
	cache_page_done(&page);
	check_ok(cache_event_replay(fixture.cache, &ops, 0, 10, &page));
	assert_int_equal(page.count, 3);
	for (size_t i = 0; i < page.count; i++)
		assert_int_equal(page.events[i].text.len, 0);
	cache_page_done(&page);
	struct cache_rooms rooms;
	check_ok(cache_room_get(fixture.cache, &ops, &rooms));
	assert_int_equal(rooms.rooms[0].last_text.len, 0);
	cache_rooms_done(&rooms);
	case_done(&fixture);
}

static void a_deleted_message_keeps_no_text_in_any_order(void **state)
{
	check_deleted(true);
	check_deleted(false);
}

static void an_id_that_is_used_again_is_the_newer_ones(void **state)
{
	struct case_store fixture;
	struct cache_page page;
	const struct id id = case_id(1001);
	struct cache_event again = case_message(9, "again");
	const struct cache_event about_old[] = {
		about(EVENT_EDIT, 2, 1, "old, edited"),
		about(EVENT_REACT, 3, 1, "+1"),
	};
	const struct cache_event about_new[] = {
		about(EVENT_REACT, 10, 1, "wave"),
		about(EVENT_EDIT, 11, 1, "again, edited"),
	};

	case_init(&fixture);
	case_put_messages(&fixture, 1, 1);
	for (size_t i = 0; i < ARRAY_LEN(about_old); i++)
		case_put(&fixture, &about_old[i]);
	again.id = id;
	assert_true(case_put(&fixture, &again));
	check_ok(cache_event_get(fixture.cache, &id, &page));
	assert_int_equal(page.events[0].seq, 9);
	check_text(page.events[0].text, "again");
	assert_int_equal(page.reaction_count, 0);
	cache_page_done(&page);
	for (size_t i = 0; i < ARRAY_LEN(about_new); i++)
		case_put(&fixture, &about_new[i]);
	page = page_before(&fixture, 0, 10);
	assert_int_equal(page.events[page.count - 1].seq, 9);
	check_text(page.events[page.count - 1].text, "again, edited");
	assert_int_equal(page.reaction_count, 1);
	cache_page_done(&page);
	page = page_before(&fixture, 4, 10);
	assert_int_equal(page.count, 1);
	check_text(page.events[0].text, "old, edited");
	assert_true(id_is_zero(&page.events[0].id));
	cache_page_done(&page);
	case_done(&fixture);
}

/* A page of old history, while the event that deletes is still on its way. */
static void an_edit_of_what_comes_deleted_already_is_passed_over(void **state)
{
	struct case_store fixture;
	struct cache_page page;
	const struct cache_event edit = about(EVENT_EDIT, 7, 2, "too late");
	struct cache_event gone = case_message(2, "");

	case_init(&fixture);
	case_put(&fixture, &edit);
	gone.deleted = true;
	assert_true(case_put(&fixture, &gone));
	const struct cache_event event = event_of(&fixture, 2, &page);
	assert_true(event.deleted);
	assert_int_equal(event.text.len, 0);
	cache_page_done(&page);
	case_done(&fixture);
}

static void a_reset_forgets_the_log_and_nothing_else(void **state)
{
	struct case_store fixture;
	struct cache_rooms rooms;
	const struct id ops = OPS;
	const struct id bob = BOB;
	const struct cache_draft draft = {.text = TEXT("unsent"), .changed_ms = 1};
	struct cache_users members;

	case_init(&fixture);
	case_put_messages(&fixture, 1, 30);
	check_ok(cache_member_put(fixture.cache, &ops, &bob, ROLE_MEMBER, 0));
	check_ok(cache_room_receipt(fixture.cache, &ops, &bob, 30, false));
	check_ok(cache_draft_put(fixture.cache, &ops, &draft));
	check_ok(cache_event_reset(fixture.cache, &ops, 2));
	struct cache_page page = page_before(&fixture, 0, 10);
	assert_int_equal(page.count, 0);
	cache_page_done(&page);
	check_ok(cache_room_get(fixture.cache, &ops, &rooms));
	assert_int_equal(rooms.rooms[0].epoch, 2);
	assert_int_equal(rooms.rooms[0].seq, 0);
	assert_true(rooms.rooms[0].draft);
	cache_rooms_done(&rooms);
	case_put_messages(&fixture, 1, 3);
	check_ok(cache_member_list(fixture.cache, &ops, &members));
	assert_int_equal(members.count, 1);
	assert_int_equal(members.users[0].read, 0);
	cache_users_done(&members);
	case_done(&fixture);
}

static void unread_are_the_messages_of_others(void **state)
{
	struct case_store fixture;
	const struct id ops = OPS, alice = ALICE;
	uint64_t unread, mentions;

	case_init(&fixture);
	case_put_messages(&fixture, 1, 4);
	for (unsigned seq = 5; seq <= 8; seq++) {
		struct cache_event event = case_message(seq, "hi");
		event.from = BOB;
		event.mentions_me = seq == 6;
		event.quiet = seq == 8;
		case_put(&fixture, &event);
	}
	check_ok(cache_event_count(fixture.cache, &ops, 4, &alice, &unread, &mentions));
	assert_int_equal(unread, 3);
	assert_int_equal(mentions, 1);
	check_ok(cache_event_count(fixture.cache, &ops, 6, &alice, &unread, &mentions));
	assert_int_equal(unread, 1);
	assert_int_equal(mentions, 0);
	case_done(&fixture);
}

CHECK_MAIN(TEST(a_page_holds_the_newest_in_rising_order), TEST(a_page_ends_at_a_hole),
	   TEST(history_that_begins_late_is_complete_where_it_begins),
	   TEST(storing_an_event_twice_changes_nothing),
	   TEST(edits_and_reactions_count_in_any_order),
	   TEST(an_edit_by_another_is_not_believed),
	   TEST(a_deleted_message_keeps_no_text_in_any_order),
	   TEST(an_id_that_is_used_again_is_the_newer_ones),
	   TEST(an_edit_of_what_comes_deleted_already_is_passed_over),
	   TEST(a_reset_forgets_the_log_and_nothing_else),
	   TEST(unread_are_the_messages_of_others))
