/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said: order, repetition, edit, deletion, reactions, mentions.
 */
#include "server/core/post.h"

#include <stdlib.h>

#include "tests/lib/check.h"
#include "tests/lib/hall.h"

static struct post text_post(struct hall *hall, const struct id *room, const char *text)
{
	return (struct post){
		.cid = hall_cid(hall), .room = *room, .text = bytes_text(text)};
}

static void numbers_in_a_room_are_dense_and_rise(void **state)
{
	struct hall *hall = *state;
	struct id one = hall_room(hall, ROOM_PUBLIC, "one", ALICE, WITH(BOB));
	struct id two = hall_room(hall, ROOM_PRIVATE, "two", BOB, WITH(ALICE));

	assert_int_equal(hall_say(hall, ALICE, &one, "a", NULL),
			 3); /* after two entries */
	assert_int_equal(hall_say(hall, BOB, &two, "b", NULL), 3);
	assert_int_equal(hall_say(hall, BOB, &one, "c", NULL), 4);
	assert_int_equal(hall->news.events.count, 1);
	assert_int_equal(hall->news.events.rows[0].seq, 4);
	assert_int_equal(hall->news.events.rows[0].ord, 2);
	assert_int_equal(hall_view(hall, ALICE, &one).room.head, 4);
	assert_int_equal(hall_view(hall, ALICE, &one).room.ord, 2);
}

static void time_in_a_room_never_goes_back(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, NOBODY_ELSE);
	uint64_t before;

	hall_say(hall, ALICE, &room, "now", NULL);
	before = hall->news.events.rows[0].ts;
	hall->clock.ms -= 60000;
	hall_say(hall, ALICE, &room, "the clock was set back", NULL);
	assert_int_equal(hall->news.events.rows[0].ts, before);
	hall->clock.ms += 60001;
	hall_say(hall, ALICE, &room, "and goes on", NULL);
	assert_int_equal(hall->news.events.rows[0].ts, before + 1);
}

static void a_repetition_gets_the_first_answer(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	struct post post = text_post(hall, &room, "once");
	struct post_ack first, again;

	check_ok(
		post_send(&hall->store, &hall->who[BOB], &post, &first, hall_news(hall)));
	assert_false(first.dup);
	hall_say(hall, ALICE, &room, "between", NULL);
	hall->clock.ms += 99;
	check_ok(
		post_send(&hall->store, &hall->who[BOB], &post, &again, hall_news(hall)));
	assert_true(again.dup);
	assert_int_equal(again.seq, first.seq);
	assert_int_equal(again.ts, first.ts);
	assert_int_equal(hall->news.events.count, 0);
	assert_int_equal(hall_view(hall, ALICE, &room).room.head, first.seq + 1);
}

static void a_repetition_is_answered_even_after_removal(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	struct post post = text_post(hall, &room, "my last words");
	struct member_act kick = {.room = room, .user = hall->who[BOB].user};
	struct post_ack first, again;

	check_ok(
		post_send(&hall->store, &hall->who[BOB], &post, &first, hall_news(hall)));
	check_ok(member_kick(&hall->store, &hall->who[ALICE], &kick, hall_news(hall)));
	check_ok(
		post_send(&hall->store, &hall->who[BOB], &post, &again, hall_news(hall)));
	assert_true(again.dup);
	assert_int_equal(again.seq, first.seq);
	post.cid = hall_cid(hall);
	check_err(
		post_send(&hall->store, &hall->who[BOB], &post, &again, hall_news(hall)),
		ERR_NOT_MEMBER);
}

static void a_cid_that_is_used_elsewhere_is_a_conflict(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	struct id other = hall_room(hall, ROOM_PUBLIC, "dev", ALICE, WITH(BOB));
	struct post post = text_post(hall, &room, "mine");
	struct post_ack ack;

	check_ok(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)));
	check_err(post_send(&hall->store, &hall->who[BOB], &post, &ack, hall_news(hall)),
		  ERR_CONFLICT); /* another sender */
	post.room = other;
	check_err(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)),
		ERR_CONFLICT); /* another room */
	post.room = room;
	post.target = post.cid;
	check_err(
		post_edit(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)),
		ERR_CONFLICT); /* another deed */
	assert_int_equal(hall_view(hall, ALICE, &room).room.head, 3);
	assert_int_equal(hall_view(hall, ALICE, &other).room.head, 2);
}

static void what_is_no_text_is_refused(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, NOBODY_ELSE);
	struct post post = text_post(hall, &room, "");
	struct post_ack ack;
	char *big = calloc(1, LIMIT_TEXT + 2);
	static const struct {
		const char *text;
		enum err err;
	} rows[] = {
		{"", ERR_BAD},
		{"bell\a", ERR_BAD},
		{"\x1b[31mred", ERR_BAD},
		{"half \xc3", ERR_UTF8},
		{"\xed\xa0\x80", ERR_UTF8},
		{"cr\r\n", ERR_BAD},
		{"two\nlines\tok", ERR_OK},
		{"\xf0\x9f\x8e\x89", ERR_OK},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		post.cid = hall_cid(hall);
		post.text = bytes_text(rows[i].text);
		check_err(post_send(&hall->store, &hall->who[ALICE], &post, &ack,
				    hall_news(hall)),
			  rows[i].err);
	}
	for (size_t i = 0; i <= LIMIT_TEXT; i++) {
		big[i] = 'x';
	}
	post.cid = hall_cid(hall);
	post.text = bytes_text(big);
	check_err(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)),
		ERR_TOO_BIG);
	post.text.len--;
	check_ok(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)));
	free(big);
	post.cid = (struct id){.bytes = {1, 2, 3}};
	post.text = bytes_text("an id that is no UUIDv7");
	check_err(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)),
		ERR_BAD);
	post.cid = hall_cid(hall);
	post.sealed = bytes_text("sealed");
	check_err(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)),
		ERR_BAD);
}

static void a_sealed_room_takes_no_clear_word(void **state)
{
	struct hall *hall = *state;
	struct room_new in = {.kind = ROOM_PRIVATE, .security = SECURITY_MLS};
	struct room_view view;
	struct post_ack ack;

	check_ok(room_create(&hall->store, &hall->who[ALICE], &in, &view,
			     hall_news(hall)));
	struct post post = text_post(hall, &view.room.id, "clear");
	check_err(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)),
		ERR_MUST_SEAL);
	post.sealed = bytes_text("cipher");
	check_err(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)),
		ERR_MUST_SEAL);
	post.text = bytes_of(NULL, 0);
	check_ok(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)));
	assert_int_equal(ack.ord, 1);
	post.cid = hall_cid(hall);
	post.quiet = true;
	check_ok(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)));
	assert_int_equal(ack.ord, 1);
	post = (struct post){.cid = hall_cid(hall),
			     .room = view.room.id,
			     .target = post.cid,
			     .text = bytes_text("x")};
	check_err(
		post_edit(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)),
		ERR_MUST_SEAL);
	check_err(
		post_react(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)),
		ERR_MUST_SEAL);
	check_ok(post_delete(&hall->store, &hall->who[ALICE], &post, &ack,
			     hall_news(hall)));
	room_view_done(&view);
}

static void an_edit_takes_a_number_and_changes_the_message(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB)), cid;
	uint64_t seq = hall_say(hall, BOB, &room, "helo", &cid);
	struct post edit = text_post(hall, &room, "hello");
	struct event_row event;
	struct post_ack ack;

	edit.target = cid;
	check_ok(post_edit(&hall->store, &hall->who[BOB], &edit, &ack, hall_news(hall)));
	assert_int_equal(ack.seq, seq + 1);
	assert_int_equal(ack.ord, 1); /* not worth an unread mark */
	assert_int_equal(hall->news.events.rows[0].kind, EVENT_EDIT);
	check_ok(post_get(&hall->store, &hall->who[ALICE], &cid, &event));
	assert_true(bytes_equal(event.text, bytes_text("hello")));
	assert_true(event.edited);
	assert_int_equal(event.seq, seq);
	event_done(&event);
	check_ok(post_edit(&hall->store, &hall->who[BOB], &edit, &ack, hall_news(hall)));
	assert_true(ack.dup);
	edit.cid = hall_cid(hall);
	check_err(
		post_edit(&hall->store, &hall->who[ALICE], &edit, &ack, hall_news(hall)),
		ERR_FORBIDDEN); /* not even the owner edits another's words */
	edit.target = hall_cid(hall);
	check_err(post_edit(&hall->store, &hall->who[BOB], &edit, &ack, hall_news(hall)),
		  ERR_NOT_FOUND);
}

static void an_edit_without_a_text_is_refused(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB)), cid;
	struct event_row event;
	struct post_ack ack;

	hall_say(hall, BOB, &room, "still here", &cid);
	struct post edit = {.cid = hall_cid(hall), .room = room, .target = cid};
	check_err(post_edit(&hall->store, &hall->who[BOB], &edit, &ack, hall_news(hall)),
		  ERR_BAD);
	edit.sealed = bytes_text("sealed");
	check_err(post_edit(&hall->store, &hall->who[BOB], &edit, &ack, hall_news(hall)),
		  ERR_BAD);
	edit.text = bytes_text("both");
	check_err(post_edit(&hall->store, &hall->who[BOB], &edit, &ack, hall_news(hall)),
		  ERR_BAD);
	check_ok(post_get(&hall->store, &hall->who[ALICE], &cid, &event));
	assert_true(bytes_equal(event.text, bytes_text("still here")));
	assert_false(event.edited);
	event_done(&event);
}

static void a_deleted_message_leaves_its_place_and_nothing_else(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB)), cid;
	uint64_t seq = hall_say(hall, BOB, &room, "secret", &cid);
	struct post post = text_post(hall, &room, "also secret");
	AUTO(str_done) struct str texts = STR_INIT;
	struct sync_page page;
	struct post_ack ack;

	post.target = cid;
	check_ok(post_edit(&hall->store, &hall->who[BOB], &post, &ack, hall_news(hall)));
	post = text_post(hall, &room, "+1");
	post.target = cid;
	check_ok(post_react(&hall->store, &hall->who[ALICE], &post, &ack,
			    hall_news(hall)));
	post = text_post(hall, &room, "ignored");
	post.target = cid;
	check_ok(
		post_delete(&hall->store, &hall->who[BOB], &post, &ack, hall_news(hall)));
	check_ok(
		post_delete(&hall->store, &hall->who[BOB], &post, &ack, hall_news(hall)));
	assert_true(ack.dup);
	check_ok(sync_fetch(&hall->store, &hall->who[ALICE], &room, FETCH_AFTER, seq - 1,
			    10, &page));
	hall_texts(&page.events, &texts);
	assert_string_equal(texts.ptr, "3:- 4:- 5:+1 6:-");
	assert_true(page.events.rows[0].deleted);
	sync_page_done(&page);
	post.cid = hall_cid(hall);
	check_err(
		post_react(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)),
		ERR_GONE);
}

static void a_reaction_stands_once_and_can_be_taken_back(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB)), cid;
	struct post post = text_post(hall, &room, "+1");
	struct post_ack ack;

	hall_say(hall, BOB, &room, "good news", &cid);
	post.target = cid;
	check_ok(post_react(&hall->store, &hall->who[ALICE], &post, &ack,
			    hall_news(hall)));
	check_ok(post_react(&hall->store, &hall->who[ALICE], &post, &ack,
			    hall_news(hall)));
	assert_true(ack.dup);
	struct post twice = post;
	twice.cid = hall_cid(hall);
	check_ok(store_begin(&hall->store));
	check_err(post_react(&hall->store, &hall->who[ALICE], &twice, &ack,
			     hall_news(hall)),
		  ERR_ALREADY);
	store_rollback(&hall->store);
	check_ok(post_unreact(&hall->store, &hall->who[ALICE], &twice, &ack,
			      hall_news(hall)));
	twice.cid = hall_cid(hall);
	check_ok(store_begin(&hall->store));
	check_err(post_unreact(&hall->store, &hall->who[ALICE], &twice, &ack,
			       hall_news(hall)),
		  ERR_NOT_FOUND);
	store_rollback(&hall->store);
	/* The first one comes late a second time: it was taken back, and stays so. */
	check_ok(post_react(&hall->store, &hall->who[ALICE], &post, &ack,
			    hall_news(hall)));
	assert_true(ack.dup);
	check_ok(post_react(&hall->store, &hall->who[ALICE], &twice, &ack,
			    hall_news(hall)));
	assert_false(ack.dup);
}

static void a_mention_counts_until_it_is_read(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB, CAROL));
	struct id named[] = {hall->who[BOB].user, hall->who[DAVE].user,
			     hall->who[ALICE].user};
	struct post post = text_post(hall, &room, "@bob @dave @alice");
	struct post_ack ack;

	post.mentions = named;
	post.mention_count = 3;
	check_ok(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)));
	assert_int_equal(hall->news.users.count, 1); /* dave is not here, alice said it */
	assert_true(id_equal(&hall->news.users.rows[0].user, &hall->who[BOB].user));
	assert_int_equal(hall->news.users.rows[0].kind, USER_EVENT_NOTIFY);
	assert_string_equal(hall->news.users.rows[0].key, "mention");
	assert_int_equal(hall_view(hall, BOB, &room).mentions, 1);
	assert_int_equal(hall_view(hall, CAROL, &room).mentions, 0);
	assert_int_equal(hall_view(hall, ALICE, &room).mentions, 0);
	post = text_post(hall, &room, "@room");
	post.everyone = true;
	check_ok(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)));
	assert_int_equal(hall_view(hall, BOB, &room).mentions, 2);
	assert_int_equal(hall_view(hall, CAROL, &room).mentions, 1);
	post.cid = hall_cid(hall);
	check_err(post_send(&hall->store, &hall->who[BOB], &post, &ack, hall_news(hall)),
		  ERR_FORBIDDEN);
	check_ok(receipt_read(&hall->store, &hall->who[BOB], &room, ack.seq,
			      hall_news(hall)));
	assert_int_equal(hall_view(hall, BOB, &room).mentions, 0);
}

static void an_answer_belongs_to_a_message_of_the_room(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB)), here;
	struct id other = hall_room(hall, ROOM_PUBLIC, "dev", ALICE, WITH(BOB)), there;
	struct post post = text_post(hall, &room, "yes");
	struct post_ack ack;

	hall_say(hall, BOB, &room, "well?", &here);
	hall_say(hall, BOB, &other, "elsewhere", &there);
	post.reply = there;
	check_err(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)),
		ERR_NOT_FOUND);
	post.reply = here;
	post.thread = here;
	check_ok(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)));
	assert_true(id_equal(&hall->news.events.rows[0].reply, &here));
	assert_true(id_equal(&hall->news.events.rows[0].thread, &here));
}

static void the_first_message_makes_the_direct_room(void **state)
{
	struct hall *hall = *state;
	struct post post = {.cid = hall_cid(hall), .text = bytes_text("hi bob")};
	struct post_ack ack, back;
	struct room_list list;

	check_ok(post_send_user(&hall->store, &hall->who[ALICE], &hall->who[BOB].user,
				&post, &ack, hall_news(hall)));
	assert_int_equal(ack.seq, 1);
	assert_int_equal(hall->news.users.count, 2); /* both hear of a new room */
	assert_non_null(hall->news.users.rows[1].info);
	assert_string_equal(hall->news.users.rows[1].info->peer.name, "alice");
	check_ok(sync_digest(&hall->store, &hall->who[BOB], NULL, 50, &list));
	assert_int_equal(list.count, 1);
	assert_int_equal(list.rows[0].unread, 1);
	assert_string_equal(list.rows[0].peer.name, "alice");
	assert_true(bytes_equal(list.rows[0].last.text, bytes_text("hi bob")));
	room_list_done(&list);
	post.cid = hall_cid(hall);
	check_ok(post_send_user(&hall->store, &hall->who[BOB], &hall->who[ALICE].user,
				&post, &back, hall_news(hall)));
	assert_true(id_equal(&back.room, &ack.room));
	assert_int_equal(back.seq, 2);
	assert_int_equal(hall->news.users.count, 0);
	check_ok(post_send_user(&hall->store, &hall->who[BOB], &hall->who[ALICE].user,
				&post, &back, hall_news(hall)));
	assert_true(back.dup);
	post.cid = hall_cid(hall);
	check_ok(post_send_user(&hall->store, &hall->who[CAROL], &hall->who[CAROL].user,
				&post, &back, hall_news(hall))); /* notes to oneself */
	struct id nobody = {.bytes = {9}};
	check_err(post_send_user(&hall->store, &hall->who[CAROL], &nobody, &post, &back,
				 hall_news(hall)),
		  ERR_NO_USER);
}

static void slow_mode_holds_for_members_only(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	struct room_change slow = {.room = room, .has_slow = true, .slow_ms = 5000};
	struct post post = text_post(hall, &room, "again");
	struct post_ack ack;

	check_ok(room_change(&hall->store, &hall->who[ALICE], &slow, hall_news(hall)));
	hall_say(hall, BOB, &room, "first", NULL);
	check_err(post_send(&hall->store, &hall->who[BOB], &post, &ack, hall_news(hall)),
		  ERR_RATE);
	assert_int_equal(ack.retry_ms, 5000);
	hall_say(hall, ALICE, &room, "one", NULL);
	hall_say(hall, ALICE, &room, "two", NULL);
	hall->clock.ms += 5000;
	check_ok(post_send(&hall->store, &hall->who[BOB], &post, &ack, hall_news(hall)));
}

CHECK_MAIN(HALL_TEST(numbers_in_a_room_are_dense_and_rise),
	   HALL_TEST(time_in_a_room_never_goes_back),
	   HALL_TEST(a_repetition_gets_the_first_answer),
	   HALL_TEST(a_repetition_is_answered_even_after_removal),
	   HALL_TEST(a_cid_that_is_used_elsewhere_is_a_conflict),
	   HALL_TEST(what_is_no_text_is_refused),
	   HALL_TEST(a_sealed_room_takes_no_clear_word),
	   HALL_TEST(an_edit_takes_a_number_and_changes_the_message),
	   HALL_TEST(an_edit_without_a_text_is_refused),
	   HALL_TEST(a_deleted_message_leaves_its_place_and_nothing_else),
	   HALL_TEST(a_reaction_stands_once_and_can_be_taken_back),
	   HALL_TEST(a_mention_counts_until_it_is_read),
	   HALL_TEST(an_answer_belongs_to_a_message_of_the_room),
	   HALL_TEST(the_first_message_makes_the_direct_room),
	   HALL_TEST(slow_mode_holds_for_members_only))
