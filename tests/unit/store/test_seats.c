/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the writing connection remembers between two sends is what the database holds: in
 * a group that changes rights half-way, after a savepoint or a group was undone, beside
 * another connection, and whatever statement fails.
 */
#include "server/store/seats.h"

#include <stdio.h>

#include "server/store/driver_fault.h"
#include "server/store/driver_sqlite.h"
#include "server/store/store_account.h"
#include "server/store/store_room.h"
#include "tests/lib/check.h"
#include "tests/lib/hall.h"

/* Say something, as a task of the group; returns what became of it. */
static enum err say(struct hall *hall, struct store *store, int who,
		    const struct id *room)
{
	struct post post = {
		.cid = hall_cid(hall), .room = *room, .text = bytes_text("hello")};
	struct post_ack ack;

	return post_send(store, &hall->who[who], &post, &ack, hall_news(hall));
}

/* The room by another connection, which can only see what is written. */
static struct room_view look(struct hall *hall, int who, const struct id *room)
{
	struct store_config config = {
		.driver = &driver_sqlite,
		.path = hall->path.ptr,
		.clock = &hall->clock.clock,
		.reader = true,
	};
	struct store store;
	struct room_view view;

	check_ok(store_open(&store, &config));
	check_ok(room_get(&store, &hall->who[who], room, &view));
	event_done(&view.last);
	store_close(&store);
	return view;
}

/* How many statements reached the driver since the last call. */
static int statements(struct fault *fault)
{
	return 1000000 - atomic_exchange(&fault->runs, 1000000);
}

static void open_faulty(struct hall *hall, struct fault *fault, struct store *ret_store)
{
	struct store_config config = {
		.driver = &fault->driver,
		.path = hall->path.ptr,
		.clock = &hall->clock.clock,
	};

	fault_init(fault, &driver_sqlite);
	check_ok(store_open(ret_store, &config));
}

static void a_send_is_one_statement_and_its_room_is_written_once(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	struct fault fault;
	struct store store;

	open_faulty(hall, &fault, &store);
	check_ok(store_begin(&store));
	statements(&fault);
	for (int i = 0; i < 10; i++) {
		check_ok(say(hall, &store, i < 7 ? ALICE : BOB, &room));
	}
	assert_int_equal(statements(&fault), 2 + 10);
	check_ok(store_commit(&store));
	assert_int_equal(statements(&fault), 1 + 2);
	struct room_view view = look(hall, ALICE, &room);
	assert_int_equal(view.room.head, 2 + 10); /* it and bob's joining came before */
	assert_int_equal(view.room.ord, 10);
	assert_int_equal(view.unread, 3);
	assert_int_equal(look(hall, BOB, &room).unread, 7);

	check_ok(store_begin(&store)); /* the next group remembers */
	check_ok(say(hall, &store, BOB, &room));
	assert_int_equal(statements(&fault), 1);
	check_ok(store_commit(&store));
	store_close(&store);
}

static void a_marker_moves_one_seat_and_no_other(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	struct fault fault;
	struct store store;
	struct seat_row seat;

	open_faulty(hall, &fault, &store);
	for (int marker = 0; marker < 2; marker++) {
		struct got_row at = {.room = room, .seq = 4};
		check_ok(store_begin(&store));
		check_ok(say(hall, &store, ALICE, &room));
		check_ok(say(hall, &store, BOB, &room));
		check_ok(store_begin(&store));
		check_ok(marker ? receipt_got(&store, &hall->who[BOB], &at, 1,
					      hall_news(hall))
				: receipt_read(&store, &hall->who[BOB], &room, 3,
					       hall_news(hall)));
		check_ok(store_commit(&store));
		statements(&fault);
		check_ok(say(hall, &store, ALICE, &room));
		assert_int_equal(statements(&fault), 1);
		check_ok(store_seat_get(&store, &room, &hall->who[BOB].user, &seat));
		assert_int_equal(statements(&fault), 1);
		assert_int_equal(seat.read_seq, 3);
		assert_int_equal(seat.got_seq, marker ? 4 : 3);
		check_ok(say(hall, &store, BOB, &room));
		assert_int_equal(statements(&fault), 1);
		check_ok(store_commit(&store));
	}
	assert_int_equal(look(hall, ALICE, &room).unread, 4);
	assert_int_equal(look(hall, BOB, &room).unread, 3);
	store_close(&store);
}

static enum err kick(struct hall *hall, struct store *store, const struct id *room)
{
	struct member_act act = {.room = *room, .user = hall->who[BOB].user};

	return member_kick(store, &hall->who[ALICE], &act, hall_news(hall));
}

static enum err ban(struct hall *hall, struct store *store, const struct id *room)
{
	struct member_act act = {.room = *room, .user = hall->who[BOB].user};

	return member_ban(store, &hall->who[ALICE], &act, hall_news(hall));
}

static enum err mute(struct hall *hall, struct store *store, const struct id *room)
{
	struct member_act act = {.room = *room,
				 .user = hall->who[BOB].user,
				 .until_ms = hall->clock.ms + 1000};

	return member_mute(store, &hall->who[ALICE], &act, hall_news(hall));
}

static enum err leave(struct hall *hall, struct store *store, const struct id *room)
{
	struct member_act act = {.room = *room};

	return member_leave(store, &hall->who[BOB], &act, hall_news(hall));
}

static enum err slow(struct hall *hall, struct store *store, const struct id *room)
{
	struct seat_row seat;

	check_ok(store_seat_get(store, room, &hall->who[ALICE].user, &seat));
	return store_room_set_slow(store, seat.room, 1000);
}

static enum err suspend(struct hall *hall, struct store *store, const struct id *room)
{
	return store_account_set_state(store, hall->keys[BOB], ACCOUNT_SUSPENDED);
}

static enum err delete (struct hall *hall, struct store *store, const struct id *room) {
	return room_delete(store, &hall->who[ALICE], room, hall_news(hall));
}

/* What ends bob's right to speak, and what he hears then. */
static const struct change {
	enum err (*run)(struct hall *hall, struct store *store, const struct id *room);
	enum err then;
} changes[] = {
	{kick, ERR_NOT_MEMBER},  {ban, ERR_NOT_MEMBER}, {mute, ERR_MUTED},
	{leave, ERR_NOT_MEMBER}, {slow, ERR_RATE},      {suspend, ERR_FORBIDDEN},
	{delete, ERR_GONE},
};

static struct id room_for(struct hall *hall, size_t i)
{
	char slug[16];

	snprintf(slug, sizeof(slug), "room-%zu", i);
	check_ok(store_account_set_state(&hall->store, hall->keys[BOB], ACCOUNT_ACTIVE));
	return hall_room(hall, ROOM_PUBLIC, slug, ALICE, WITH(BOB));
}

static void what_changes_between_two_sends_of_a_group_counts_at_once(void **state)
{
	struct hall *hall = *state;
	struct store *store = &hall->store;

	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct id room = room_for(hall, i);
		check_ok(store_begin(store));
		check_ok(say(hall, store, BOB, &room));
		check_ok(store_begin(store));
		check_ok(changes[i].run(hall, store, &room));
		check_ok(store_commit(store));
		check_err(say(hall, store, BOB, &room), changes[i].then);
		check_ok(store_commit(store));
		check_err(say(hall, store, BOB, &room), changes[i].then);
	}
}

static void what_a_savepoint_undid_has_not_happened(void **state)
{
	struct hall *hall = *state;
	struct store *store = &hall->store;

	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct id room = room_for(hall, i);
		uint64_t head = look(hall, ALICE, &room).room.head;
		check_ok(store_begin(store));
		check_ok(say(hall, store, BOB, &room));
		check_ok(store_begin(store));
		check_ok(changes[i].run(hall, store, &room));
		check_err(say(hall, store, BOB, &room), changes[i].then);
		store_rollback(store);
		hall->clock.ms += 1;
		check_ok(say(hall, store, BOB, &room));
		check_ok(store_commit(store));
		assert_int_equal(look(hall, ALICE, &room).room.head, head + 2);
	}
}

static void what_another_connection_did_counts_in_the_next_group(void **state)
{
	struct hall *hall = *state;
	struct store_config config = {
		.driver = &driver_sqlite,
		.path = hall->path.ptr,
		.clock = &hall->clock.clock,
	};
	struct store other;

	check_ok(store_open(&other, &config));
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct id room = room_for(hall, i);
		check_ok(store_begin(&hall->store));
		check_ok(say(hall, &hall->store, BOB, &room));
		check_ok(store_commit(&hall->store));
		check_ok(changes[i].run(hall, &other, &room));
		check_ok(store_begin(&hall->store));
		check_err(say(hall, &hall->store, BOB, &room), changes[i].then);
		check_ok(store_commit(&hall->store));
	}
	store_close(&other);
}

static void a_group_that_failed_is_forgotten(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	uint64_t head = look(hall, ALICE, &room).room.head;
	struct fault fault;
	struct store store;

	open_faulty(hall, &fault, &store);
	for (int i = 0; i < 3; i++) {
		atomic_store(&fault.commits, 0);
		check_ok(store_begin(&store));
		check_ok(say(hall, &store, BOB, &room));
		check_ok(say(hall, &store, ALICE, &room));
		check_err(store_commit(&store), ERR_STORE);
		check_ok(store_begin(&store));
		check_ok(say(hall, &store, BOB, &room));
		store_rollback(&store);
	}
	assert_int_equal(look(hall, ALICE, &room).room.head, head);
	check_ok(store_begin(&store));
	check_ok(say(hall, &store, BOB, &room));
	check_ok(store_commit(&store));
	struct room_view view = look(hall, ALICE, &room);
	assert_int_equal(view.room.head, head + 1);
	assert_int_equal(view.room.ord, 1);
	assert_int_equal(view.unread, 1);
	store_close(&store);
}

/* Two plain sends, a change in a savepoint, two more; how many were taken in. */
static int mixed_group(struct hall *hall, struct store *store, const struct id *room)
{
	struct post_ack ack;
	struct id named = hall->who[ALICE].user;
	struct post post = {
		.cid = hall_cid(hall),
		.room = *room,
		.text = bytes_text("@alice"),
		.mentions = &named,
		.mention_count = 1,
	};
	int taken = 0;

	if (store_begin(store)) {
		return 0;
	}
	taken += say(hall, store, ALICE, room) == ERR_OK;
	taken += say(hall, store, BOB, room) == ERR_OK;
	taken +=
		post_send(store, &hall->who[BOB], &post, &ack, hall_news(hall)) == ERR_OK;
	taken += say(hall, store, BOB, room) == ERR_OK;
	return store_commit(store) ? 0 : taken;
}

static void whatever_statement_fails_the_log_stays_dense(void **state)
{
	struct hall *hall = *state;
	struct id room = hall_room(hall, ROOM_PUBLIC, "ops", ALICE, WITH(BOB));
	uint64_t head = look(hall, ALICE, &room).room.head;
	struct fault fault;
	struct store store;
	uint64_t taken = 0;
	bool struck = true;

	open_faulty(hall, &fault, &store);
	for (int at = 0; struck; at++) {
		struct sync_history history;
		struct sync_filter filter = {0};
		atomic_store(&fault.runs, at);
		taken += (uint64_t)mixed_group(hall, &store, &room);
		struck = atomic_exchange(&fault.runs, -1) < 0;
		struct room_view view = look(hall, ALICE, &room);
		assert_int_equal(view.room.head, head + taken);
		assert_int_equal(view.room.ord, taken);
		check_ok(sync_history(&store, &hall->who[CAROL], &filter, 0, &history));
		sync_history_done(&history);
	}
	assert_true(taken > 10);
	store_close(&store);
	check_ok(store_check(&hall->store));
}

/* The id that falls on the same key with @other as @room does with @user. */
static struct id twin_of(const struct id *room, const struct id *user,
			 const struct id *other)
{
	struct id twin = *room;

	for (size_t i = 0; i < ID_LEN; i++) {
		twin.bytes[i] ^=
			user->bytes[ID_LEN - 1 - i] ^ other->bytes[ID_LEN - 1 - i];
	}
	return twin;
}

static void a_room_named_to_collide_is_not_taken_for_another(void **state)
{
	struct hall *hall = *state;
	struct store *store = &hall->store;
	struct id room = hall_room(hall, ROOM_PRIVATE, "ops", ALICE, NOBODY_ELSE);
	struct id twin = twin_of(&room, &hall->who[ALICE].user, &hall->who[DAVE].user);
	struct seat_row seat;

	check_ok(store_begin(store));
	check_ok(say(hall, store, ALICE, &room));
	check_err(say(hall, store, DAVE, &twin), ERR_NO_ROOM);
	check_err(say(hall, store, DAVE, &room), ERR_NO_ROOM);
	struct room_add add = {
		.id = twin,
		.kind = ROOM_PRIVATE,
		.security = SECURITY_PLAIN,
		.history = HISTORY_JOINED,
		.now_ms = hall->clock.ms,
	};
	int64_t key;
	check_ok(store_room_add(store, &add, &key));
	check_ok(store_member_add(store, key, hall->keys[DAVE], ROLE_MEMBER, 0, 0));
	for (int i = 0; i < 3; i++) {
		check_ok(say(hall, store, ALICE, &room));
		check_ok(say(hall, store, DAVE, &twin));
	}
	check_ok(store_commit(store));
	check_ok(store_seat_get(store, &twin, &hall->who[DAVE].user, &seat));
	assert_int_equal(seat.room, key);
	assert_int_equal(seat.head, 3);
	assert_int_equal(seat.own, 3);
	assert_int_equal(look(hall, ALICE, &room).room.ord, 4);
}

CHECK_MAIN(HALL_TEST(a_send_is_one_statement_and_its_room_is_written_once),
	   HALL_TEST(a_marker_moves_one_seat_and_no_other),
	   HALL_TEST(what_changes_between_two_sends_of_a_group_counts_at_once),
	   HALL_TEST(what_a_savepoint_undid_has_not_happened),
	   HALL_TEST(what_another_connection_did_counts_in_the_next_group),
	   HALL_TEST(a_group_that_failed_is_forgotten),
	   HALL_TEST(whatever_statement_fails_the_log_stays_dense),
	   HALL_TEST(a_room_named_to_collide_is_not_taken_for_another))
