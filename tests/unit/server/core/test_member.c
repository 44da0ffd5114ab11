/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Coming and going: who hears of it, what is left of it, who may do it to whom.
 */
#include "server/core/member.h"

#include "common/base/mem.h"
#include "server/store/store_account.h"
#include "tests/lib/check.h"
#include "tests/lib/hall.h"

static struct member_act act_on(struct hall *hall, const struct id *room, int who)
{
	return (struct member_act){.room = *room, .user = hall->who[who].user};
}

static void who_joins_is_heard_and_has_nothing_unread(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, NOBODY_ELSE);
	struct member_act join = {.room = room};

	hall_say(hall, ALICE, &room, "before", NULL);
	check_ok(member_join(&hall->store, &hall->who[BOB], &join, hall_news(hall)));
	assert_int_equal(hall->news.events.count, 1);
	const struct event_row *event = &hall->news.events.rows[0];
	assert_int_equal(event->kind, EVENT_MEMBER);
	assert_int_equal(event->change, MEMBER_JOIN);
	assert_string_equal(event->user->name, "bob");
	assert_int_equal(hall->news.users.count, 1);
	assert_int_equal(hall->news.users.rows[0].kind, USER_EVENT_ROOM);
	assert_string_equal(hall->news.users.rows[0].info->room.slug, "ops");
	assert_int_equal(hall_view(hall, BOB, &room).unread, 0);
	assert_int_equal(hall_view(hall, BOB, &room).room.members, 2);
	check_ok(member_join(&hall->store, &hall->who[BOB], &join, hall_news(hall)));
	assert_int_equal(hall->news.events.count, 0); /* once is enough */
	hall_say(hall, ALICE, &room, "after", NULL);
	assert_int_equal(hall_view(hall, BOB, &room).unread, 1);
}

static void a_private_room_is_not_there_for_others(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PRIVATE, "plans", ALICE, WITH(BOB));
	struct member_act join = {.room = room}, leave = join;
	struct room_view view;
	struct id found;

	check_err(member_join(&hall->store, &hall->who[CAROL], &join, hall_news(hall)),
		  ERR_NO_ROOM);
	check_err(room_get(&hall->store, &hall->who[CAROL], &room, &view), ERR_NO_ROOM);
	check_err(member_leave(&hall->store, &hall->who[CAROL], &leave, hall_news(hall)),
		  ERR_NO_ROOM);
	check_err(room_find(&hall->store, &hall->who[CAROL], bytes_text("plans"), &found),
		  ERR_NO_ROOM);
	check_ok(room_find(&hall->store, &hall->who[BOB], bytes_text("plans"), &found));
	struct member_act invite = act_on(hall, &room, DAVE);
	check_err(member_invite(&hall->store, &hall->who[BOB], &invite, hall_news(hall)),
		  ERR_FORBIDDEN); /* members of private rooms do not bring others */
	check_ok(
		member_invite(&hall->store, &hall->who[ALICE], &invite, hall_news(hall)));
	assert_int_equal(hall->news.users.count, 2); /* the room, and why */
	assert_string_equal(hall->news.users.rows[1].key, "invite");
	check_ok(member_join(&hall->store, &hall->who[DAVE], &join, hall_news(hall)));
}

static void two_private_rooms_of_one_name_are_ambiguous(void **state)
{
	struct hall *hall = *state;
	struct id found;

	hall_room(hall, ROOM_PRIVATE, "plans", ALICE, WITH(BOB));
	hall_room(hall, ROOM_PRIVATE, "plans", BOB, NOBODY_ELSE);
	check_ok(room_find(&hall->store, &hall->who[ALICE], bytes_text("plans"), &found));
	check_err(room_find(&hall->store, &hall->who[BOB], bytes_text("plans"), &found),
		  ERR_AMBIGUOUS);
}

static void who_is_banned_stays_out_until_it_ends(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB, CAROL));
	struct member_act ban = act_on(hall, &room, BOB), join = {.room = room};

	ban.until_ms = hall->clock.ms + 1000;
	check_err(member_ban(&hall->store, &hall->who[CAROL], &ban, hall_news(hall)),
		  ERR_FORBIDDEN);
	check_ok(member_ban(&hall->store, &hall->who[ALICE], &ban, hall_news(hall)));
	assert_int_equal(hall->news.events.rows[0].change, MEMBER_BAN);
	assert_int_equal(hall->news.users.rows[0].kind, USER_EVENT_LEFT);
	check_err(member_join(&hall->store, &hall->who[BOB], &join, hall_news(hall)),
		  ERR_BANNED);
	struct member_act invite = act_on(hall, &room, BOB);
	check_err(
		member_invite(&hall->store, &hall->who[CAROL], &invite, hall_news(hall)),
		ERR_BANNED);
	hall->clock.ms += 1000;
	check_ok(member_join(&hall->store, &hall->who[BOB], &join, hall_news(hall)));
	ban.until_ms = 0;
	check_ok(member_ban(&hall->store, &hall->who[ALICE], &ban, hall_news(hall)));
	hall->clock.ms += (uint64_t)1000 * 86400 * 365;
	check_err(member_join(&hall->store, &hall->who[BOB], &join, hall_news(hall)),
		  ERR_BANNED);
	check_ok(member_unban(&hall->store, &hall->who[ALICE], &ban, hall_news(hall)));
	check_err(member_unban(&hall->store, &hall->who[ALICE], &ban, hall_news(hall)),
		  ERR_NOT_FOUND);
	check_ok(member_join(&hall->store, &hall->who[BOB], &join, hall_news(hall)));
}

static void the_last_owner_hands_over_before_leaving(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	struct member_act leave = {.room = room}, role = act_on(hall, &room, BOB);

	check_err(member_leave(&hall->store, &hall->who[ALICE], &leave, hall_news(hall)),
		  ERR_STATE);
	struct member_act down = act_on(hall, &room, ALICE);
	down.role = ROLE_MEMBER;
	check_err(
		member_set_role(&hall->store, &hall->who[ALICE], &down, hall_news(hall)),
		ERR_STATE);
	role.role = ROLE_OWNER;
	check_err(member_set_role(&hall->store, &hall->who[BOB], &role, hall_news(hall)),
		  ERR_FORBIDDEN);
	check_ok(
		member_set_role(&hall->store, &hall->who[ALICE], &role, hall_news(hall)));
	role.role = ROLE_GUEST; /* owners do not unseat each other … */
	check_err(
		member_set_role(&hall->store, &hall->who[ALICE], &role, hall_news(hall)),
		ERR_FORBIDDEN);
	check_ok(
		member_set_role(&hall->store, &hall->who[ALICE], &down, hall_news(hall)));
	check_ok(member_leave(&hall->store, &hall->who[ALICE], &leave, hall_news(hall)));
	assert_int_equal(hall->news.users.rows[0].kind, USER_EVENT_LEFT);
	check_ok(member_leave(&hall->store, &hall->who[BOB], &leave, hall_news(hall)));
	assert_int_equal(hall_view(hall, BOB, &room).room.members, 0);
}

static void roles_that_do_not_exist_are_refused(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	struct member_act role = act_on(hall, &room, BOB);

	role.role = (enum role)9;
	check_err(
		member_set_role(&hall->store, &hall->who[ALICE], &role, hall_news(hall)),
		ERR_BAD);
	role.role = ROLE_MODERATOR;
	check_err(member_invite(&hall->store, &hall->who[BOB], &role, hall_news(hall)),
		  ERR_FORBIDDEN); /* only who gives roles brings somebody in with one */
	role.user = hall->who[DAVE].user;
	check_err(
		member_set_role(&hall->store, &hall->who[ALICE], &role, hall_news(hall)),
		ERR_NOT_FOUND);
	role.user = (struct id){.bytes = {99}};
	check_err(member_kick(&hall->store, &hall->who[ALICE], &role, hall_news(hall)),
		  ERR_NO_USER);
}

static void a_muted_member_reads_on(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	struct member_act mute = act_on(hall, &room, BOB), leave = {.room = room};
	struct post post = {.cid = hall_cid(hall), .room = room, .text = bytes_text("?")};
	struct post_ack ack;

	mute.until_ms = hall->clock.ms + 1000;
	check_ok(member_mute(&hall->store, &hall->who[ALICE], &mute, hall_news(hall)));
	check_err(post_send(&hall->store, &hall->who[BOB], &post, &ack, hall_news(hall)),
		  ERR_MUTED);
	bool told;
	check_err(member_may_type(&hall->store, &hall->who[BOB], &room, &told),
		  ERR_MUTED);
	check_ok(member_leave(&hall->store, &hall->who[BOB], &leave, hall_news(hall)));
	check_ok(member_join(&hall->store, &hall->who[BOB], &leave, hall_news(hall)));
	check_err(post_send(&hall->store, &hall->who[BOB], &post, &ack, hall_news(hall)),
		  ERR_MUTED); /* leaving does not lift it */
	hall->clock.ms += 1000;
	check_ok(post_send(&hall->store, &hall->who[BOB], &post, &ack, hall_news(hall)));
}

static void a_hidden_chat_comes_back_with_the_next_message(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_DIRECT, NULL, ALICE, WITH(BOB));
	struct room_list list;

	hall_say(hall, ALICE, &room, "hi", NULL);
	check_ok(member_hide(&hall->store, &hall->who[BOB], &room, hall_news(hall)));
	assert_int_equal(hall->news.users.rows[0].kind, USER_EVENT_HIDDEN);
	check_ok(sync_digest(&hall->store, &hall->who[BOB], NULL, 50, &list));
	assert_int_equal(list.count, 0);
	room_list_done(&list);
	check_ok(sync_digest(&hall->store, &hall->who[ALICE], NULL, 50, &list));
	assert_int_equal(list.count, 1);
	room_list_done(&list);
	hall_say(hall, ALICE, &room, "are you there?", NULL);
	check_ok(sync_digest(&hall->store, &hall->who[BOB], NULL, 50, &list));
	assert_int_equal(list.count, 1);
	room_list_done(&list);
}

static void everybody_is_in_the_lobby_and_hears_broadcasts(void **state)
{
	struct hall *hall = *state;
	struct id lobby, *rooms;
	size_t count;

	check_ok(room_found(&hall->store, bytes_text("lobby")));
	check_ok(room_found(&hall->store, bytes_text("lobby"))); /* at every start */
	check_ok(member_arrive(&hall->store, &hall->who[BOB], hall_news(hall)));
	check_ok(member_arrive(&hall->store, &hall->who[BOB], hall_news(hall)));
	assert_int_equal(hall->news.events.count, 0);
	check_ok(room_find(&hall->store, &hall->who[BOB], bytes_text("lobby"), &lobby));
	assert_int_equal(hall_view(hall, BOB, &lobby).role, ROLE_MEMBER);
	check_ok(member_rooms(&hall->store, &hall->who[BOB].user, &rooms, &count));
	assert_int_equal(count, 2);
	mem_free(rooms);
	check_ok(member_rooms(&hall->store, &hall->who[CAROL].user, &rooms, &count));
	assert_int_equal(count, 1); /* the announcements */
	struct post post = {
		.cid = hall_cid(hall), .room = rooms[0], .text = bytes_text("!")};
	mem_free(rooms);
	struct post_ack ack;
	check_err(
		post_send(&hall->store, &hall->who[CAROL], &post, &ack, hall_news(hall)),
		ERR_FORBIDDEN);
	check_ok(store_account_set_rights(&hall->store, hall->keys[ALICE],
					  SERVER_BROADCAST));
	check_ok(
		post_send(&hall->store, &hall->who[ALICE], &post, &ack, hall_news(hall)));
	assert_int_equal(hall_view(hall, CAROL, &post.room).unread, 1);
	assert_int_equal(hall_view(hall, ALICE, &post.room).unread, 0);
	check_ok(receipt_read(&hall->store, &hall->who[CAROL], &post.room, ack.seq,
			      hall_news(hall)));
	assert_int_equal(hall_view(hall, CAROL, &post.room).unread, 0);
	struct member_act leave = {.room = post.room};
	check_err(member_leave(&hall->store, &hall->who[CAROL], &leave, hall_news(hall)),
		  ERR_FORBIDDEN);
}

static void a_deleted_room_leaves_a_tombstone(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB)), found;
	struct room_new again = {.kind = ROOM_PUBLIC, .slug = bytes_text("ops")};
	struct sync_page page;

	check_err(room_delete(&hall->store, &hall->who[BOB], &room, hall_news(hall)),
		  ERR_FORBIDDEN);
	check_ok(room_delete(&hall->store, &hall->who[ALICE], &room, hall_news(hall)));
	assert_int_equal(hall->news.users.count, 2);
	check_err(sync_fetch(&hall->store, &hall->who[BOB], &room, FETCH_BEFORE, 0, 10,
			     &page),
		  ERR_GONE);
	check_err(room_find(&hall->store, &hall->who[BOB], bytes_text("ops"), &found),
		  ERR_NO_ROOM);
	check_ok(store_begin(&hall->store));
	check_err(room_create(&hall->store, &hall->who[ALICE], &again, NULL,
			      hall_news(hall)),
		  ERR_EXISTS);
	store_rollback(&hall->store);
}

static void a_member_list_is_paged_by_name(void **state)
{
	struct hall *hall = *state;
	struct id room =
		hall_room(hall, ROOM_PUBLIC, "ops", DAVE, WITH(ALICE, BOB, CAROL));
	struct member_list list;

	check_ok(member_list(&hall->store, &hall->who[BOB], &room, bytes_of(NULL, 0), 3,
			     &list));
	assert_int_equal(list.count, 3);
	assert_true(list.more);
	assert_string_equal(list.rows[2].user.name, "carol");
	member_list_done(&list);
	check_ok(member_list(&hall->store, &hall->who[BOB], &room, bytes_text("carol"), 3,
			     &list));
	assert_int_equal(list.count, 1);
	assert_false(list.more);
	assert_int_equal(list.rows[0].role, ROLE_OWNER);
	member_list_done(&list);
}

CHECK_MAIN(HALL_TEST(who_joins_is_heard_and_has_nothing_unread),
	   HALL_TEST(a_private_room_is_not_there_for_others),
	   HALL_TEST(two_private_rooms_of_one_name_are_ambiguous),
	   HALL_TEST(who_is_banned_stays_out_until_it_ends),
	   HALL_TEST(the_last_owner_hands_over_before_leaving),
	   HALL_TEST(roles_that_do_not_exist_are_refused),
	   HALL_TEST(a_muted_member_reads_on),
	   HALL_TEST(a_hidden_chat_comes_back_with_the_next_message),
	   HALL_TEST(everybody_is_in_the_lobby_and_hears_broadcasts),
	   HALL_TEST(a_deleted_room_leaves_a_tombstone),
	   HALL_TEST(a_member_list_is_paged_by_name))
