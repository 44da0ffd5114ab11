/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "client/model/model.h"
#include "client/model/unread.h"

#include "tests/lib/check.h"

static struct id id_of(unsigned n)
{
	struct id id = {.bytes = {1}};

	id.bytes[14] = (uint8_t)(n >> 8);
	id.bytes[15] = (uint8_t)n;
	return id;
}

static const struct id alice = {.bytes = {0xa}};
static const struct id bob = {.bytes = {0xb}};

static struct message *text_of(unsigned n, uint64_t seq, const struct id *sender)
{
	struct id id = id_of(n);
	struct message *message = message_new(&id, sender, "hello", 5);

	message->seq = seq;
	message->ts_ms = 1000 + n;
	return message;
}

static void add(struct timeline *timeline, unsigned n, uint64_t seq)
{
	struct message *message = text_of(n, seq, &bob);

	message->state = seq ? MESSAGE_SENT : MESSAGE_PENDING;
	timeline_add(timeline, &message);
	assert_null(message);
}

static void check_order(const struct timeline *timeline, const unsigned *want,
			size_t count)
{
	assert_int_equal(timeline->count, count);
	assert_int_equal(timeline->by_cid.count, count);
	for (size_t i = 0; i < count; i++) {
		struct id id = id_of(want[i]);
		assert_true(id_equal(&timeline->rows[i]->cid, &id));
		assert_int_equal(timeline_index(timeline, &id), i);
	}
}

#define ORDER(timeline, ...) \
	check_order(timeline, (const unsigned[]){__VA_ARGS__}, \
		    ARRAY_LEN(((const unsigned[]){__VA_ARGS__})))

static void messages_stand_by_sequence_and_pending_ones_last(void **state)
{
	AUTO(timeline_done) struct timeline timeline;
	struct id six = id_of(6);

	timeline_init(&timeline, 7);
	add(&timeline, 5, 0);
	add(&timeline, 2, 20);
	add(&timeline, 6, 0);
	add(&timeline, 1, 10);
	add(&timeline, 3, 30);
	ORDER(&timeline, 1, 2, 3, 5, 6);
	assert_true(timeline_ack(&timeline, &six, 25, 99));
	ORDER(&timeline, 1, 2, 6, 3, 5);
	assert_int_equal(timeline_first_seq(&timeline), 10);
	assert_int_equal(timeline_last_seq(&timeline), 30);
}

static void a_second_copy_replaces_the_first(void **state)
{
	AUTO(timeline_done) struct timeline timeline;
	struct id id = id_of(1);

	timeline_init(&timeline, 7);
	add(&timeline, 1, 0);
	add(&timeline, 1, 12);
	add(&timeline, 1, 12);
	add(&timeline, 1, 0);
	ORDER(&timeline, 1);
	assert_int_equal(timeline_find(&timeline, &id)->state, MESSAGE_SENT);
}

static void an_acknowledged_message_cannot_fail_any_more(void **state)
{
	AUTO(timeline_done) struct timeline timeline;
	struct id id = id_of(1);

	timeline_init(&timeline, 7);
	add(&timeline, 1, 0);
	assert_true(timeline_ack(&timeline, &id, 3, 50));
	assert_false(timeline_fail(&timeline, &id, ERR_FORBIDDEN));
	assert_true(timeline_ack(&timeline, &id, 3, 50));
	assert_int_equal(timeline.rows[0]->seq, 3);
}

static void what_arrives_below_a_scrolled_view_is_counted_and_moves_nothing(void **state)
{
	AUTO(timeline_done) struct timeline timeline;
	struct id anchor = id_of(2);

	timeline_init(&timeline, 7);
	for (unsigned i = 1; i <= 3; i++)
		add(&timeline, i, i);
	timeline_anchor(&timeline, &anchor, 1);
	add(&timeline, 4, 4);
	add(&timeline, 5, 5);
	assert_int_equal(timeline.view.below, 2);
	assert_true(id_equal(&timeline.view.anchor, &anchor));
	struct message *page[] = {text_of(9, 0, &bob)};
	page[0]->seq = 1;
	timeline_add_page(&timeline, page, 1);
	assert_int_equal(timeline.view.below, 2);
	timeline_follow(&timeline);
	assert_int_equal(timeline.view.below, 0);
}

static void the_anchor_moves_to_a_neighbour_when_its_message_goes(void **state)
{
	AUTO(timeline_done) struct timeline timeline;
	struct id two = id_of(2), one = id_of(1);

	timeline_init(&timeline, 7);
	add(&timeline, 1, 1);
	add(&timeline, 2, 2);
	timeline_anchor(&timeline, &two, 0);
	assert_true(timeline_remove(&timeline, &two));
	assert_true(id_equal(&timeline.view.anchor, &one));
	assert_true(timeline_remove(&timeline, &one));
	assert_true(timeline.view.follow);
}

static void memory_is_bounded_at_the_end_nobody_looks_at(void **state)
{
	AUTO(timeline_done) struct timeline timeline;
	struct id first = id_of(1);
	unsigned n = 0;

	timeline_init(&timeline, 7);
	add(&timeline, 60000, 0);
	while (n++ < TIMELINE_MOST * 2)
		add(&timeline, n, n);
	assert_true(timeline.count <= TIMELINE_MOST);
	assert_false(timeline.at_start);
	assert_true(timeline.at_end);
	struct id newest = id_of(n - 1);
	assert_non_null(timeline_find(&timeline, &newest));

	timeline_clear(&timeline);
	add(&timeline, 60000, 0);
	for (n = 1; n < 100; n++)
		add(&timeline, n, n);
	timeline_anchor(&timeline, &first, 0);
	while (n++ < TIMELINE_MOST * 2)
		add(&timeline, n, n);
	assert_true(timeline.count <= TIMELINE_MOST);
	assert_non_null(timeline_find(&timeline, &first));
	assert_false(timeline.at_end);
	struct id pending = id_of(60000);
	assert_non_null(timeline_find(&timeline, &pending));
}

/* Else it would look as if nothing were missing between it and what is loaded. */
static void what_is_said_behind_a_hole_is_not_put_behind_it(void **state)
{
	AUTO(timeline_done) struct timeline timeline;
	struct id acked = id_of(4), next = id_of(6);

	timeline_init(&timeline, 7);
	for (unsigned n = 1; n <= 3; n++)
		add(&timeline, n, n);
	timeline.at_end = false;
	add(&timeline, 4, 0);
	assert_true(timeline_ack(&timeline, &acked, 1000, 50));
	ORDER(&timeline, 1, 2, 3);
	add(&timeline, 5, 0);
	add(&timeline, 5, 1001);
	ORDER(&timeline, 1, 2, 3);
	assert_int_equal(timeline_last_seq(&timeline), 3);
	add(&timeline, 6, 0);
	assert_true(timeline_ack(&timeline, &next, 4, 50));
	ORDER(&timeline, 1, 2, 3, 6);
}

static void random_histories_stay_sorted(void **state)
{
	AUTO(timeline_done) struct timeline timeline;
	unsigned seed = 3;

	timeline_init(&timeline, 7);
	for (int i = 0; i < 20000; i++) {
		unsigned n = (unsigned)rand_r(&seed) % 500 + 1;
		struct id id = id_of(n);
		switch (rand_r(&seed) % 6) {
		case 0: timeline_ack(&timeline, &id, n, n); break;
		case 1: timeline_remove(&timeline, &id); break;
		case 2: timeline_fail(&timeline, &id, ERR_GONE); break;
		case 3: timeline_anchor(&timeline, &id, 0); break;
		default: add(&timeline, n, rand_r(&seed) % 2 ? n : 0);
		}
		for (size_t j = 1; j < timeline.count; j++) {
			uint64_t before = timeline.rows[j - 1]->seq;
			uint64_t after = timeline.rows[j]->seq;
			assert_true(after == 0 || (before && before <= after));
		}
		assert_int_equal(timeline.by_cid.count, timeline.count);
	}
}

static struct room *room_of(struct model *model, unsigned n, enum room_kind kind,
			    const char *name)
{
	struct id id = id_of(n);
	struct room *room = rooms_get(&model->rooms, &id, kind);

	str_set(&room->name, name);
	return room;
}

static void rooms_are_grouped_and_the_one_on_the_screen_does_not_jump(void **state)
{
	AUTO(model_done) struct model model;

	model_init(&model, 7);
	struct room *ops = room_of(&model, 1, ROOM_PUBLIC, "ops");
	struct room *lobby = room_of(&model, 2, ROOM_PUBLIC, "lobby");
	struct room *direct = room_of(&model, 3, ROOM_DIRECT, "");
	struct room *muted = room_of(&model, 4, ROOM_PUBLIC, "zoo");
	direct->peer = bob;
	direct->unread = 5;
	ops->unread = 1;
	ops->mentions = 1;
	muted->unread = 9;
	muted->level = LEVEL_NONE;
	rooms_sort(&model.rooms, &model.people);
	assert_ptr_equal(model.rooms.rows[0], ops);
	assert_ptr_equal(model.rooms.rows[1], direct);
	assert_ptr_equal(model.rooms.rows[2], lobby);
	assert_ptr_equal(model.rooms.rows[3], muted);
	assert_ptr_equal(rooms_next_unread(&model.rooms, false), ops);
	model_enter(&model, ops);
	assert_int_equal(room_group(&model.rooms, ops), GROUP_ROOMS);
	assert_true(ops->timeline.marked);
	assert_ptr_equal(rooms_next_unread(&model.rooms, false), direct);
	assert_null(rooms_next_unread(&model.rooms, true));
	model_enter(&model, NULL);
	assert_false(ops->timeline.marked);
}

/* A screen asks for thousands of names with each key: the processor's time, so that it does
 * not matter what else the machine does. */
static void a_name_does_not_cost_a_walk_over_everybody(void **state)
{
	struct people people;
	struct id_text text;
	char name[16];

	people_init(&people, 1);
	for (unsigned i = 0; i < 2000; i++) {
		struct id id = {.bytes = {1, (uint8_t)(i >> 8), (uint8_t)i}};
		snprintf(name, sizeof(name), "p%u", i);
		people_set(&people, &id, name, name + 1);
	}
	const clock_t begun = clock();
	for (unsigned i = 0; i < 200000; i++) {
		struct id id = {.bytes = {1, 0, (uint8_t)(i % 200)}};
		snprintf(name, sizeof(name), "%u", i % 200);
		assert_string_equal(people_name(&people, &id, &text), name);
	}
	assert_true(clock() - begun < 5 * CLOCKS_PER_SEC);
	people_done(&people);
}

static void a_room_is_found_by_what_people_call_it(void **state)
{
	AUTO(model_done) struct model model;
	struct room *found = NULL;

	model_init(&model, 7);
	struct room *ops = room_of(&model, 1, ROOM_PUBLIC, "ops");
	room_of(&model, 2, ROOM_PRIVATE, "team");
	room_of(&model, 3, ROOM_PRIVATE, "team");
	room_of(&model, 5, ROOM_PRIVATE, "ops");
	struct room *direct = room_of(&model, 4, ROOM_DIRECT, "");
	direct->peer = bob;
	people_set(&model.people, &bob, "bob", "Bob B.");
	check_ok(rooms_named(&model.rooms, &model.people, "#ops", &found));
	assert_ptr_equal(found, ops);
	check_ok(rooms_named(&model.rooms, &model.people, "@bob", &found));
	assert_ptr_equal(found, direct);
	check_err(rooms_named(&model.rooms, &model.people, "team", &found),
		  ERR_AMBIGUOUS);
	check_err(rooms_named(&model.rooms, &model.people, "@carol", &found),
		  ERR_NO_ROOM);
	check_err(rooms_named(&model.rooms, &model.people, "#", &found), ERR_NO_ROOM);
	check_ok(
		rooms_named(&model.rooms, &model.people, id_text(&ops->id).text, &found));
	assert_ptr_equal(found, ops);
}

static void unread_counts_others_behind_the_marker_only(void **state)
{
	AUTO(model_done) struct model model;

	model_init(&model, 7);
	struct room *room = room_of(&model, 1, ROOM_PUBLIC, "ops");
	for (unsigned seq = 1; seq <= 4; seq++) {
		struct message *message = text_of(seq, seq, seq == 2 ? &alice : &bob);
		message->flags = seq == 3   ? MESSAGE_NOTICE
				 : seq == 4 ? MESSAGE_MENTION
					    : 0;
		unread_arrived(room, message, &alice);
		unread_arrived(room, message, &alice);
		timeline_add(&room->timeline, &message);
	}
	assert_int_equal(room->unread, 2);
	assert_int_equal(room->mentions, 1);
	assert_true(unread_read_all(room));
	assert_int_equal(room->unread + room->mentions, 0);
	assert_false(unread_read_all(room));
	unread_read(room, 1, 9, 9);
	assert_int_equal(room->unread, 0);
	unread_back(room, 4, &alice);
	assert_int_equal(room->unread, 1);
	assert_int_equal(room->read_seq, 3);
}

static void a_mention_is_a_whole_name(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{"@bob", true},        {"hi @bob!", true},    {"hi @Bob.", true},
		{"@bob.smith", false}, {"mail@bob", false},   {"@bobby", false},
		{"@bo", false},        {"@alice @bob", true}, {"", false},
		{"@bob's", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
			unread_mentions(rows[i].text, strlen(rows[i].text), "bob"),
			rows[i].want);
	assert_false(unread_mentions("@", 1, ""));
}

static void a_name_cannot_be_borrowed(void **state)
{
	AUTO(model_done) struct model model;
	static const struct id carol = {.bytes = {0xc}};
	struct id_text text;

	model_init(&model, 7);
	people_set(&model.people, &alice, "alice", "Alice A.");
	people_set(&model.people, &bob, "bob", "B");
	people_set(&model.people, &carol, "carol", "");
	assert_string_equal(people_name(&model.people, &bob, &text), "B");
	people_set(&model.people, &bob, NULL, "ALICE");
	assert_string_equal(people_name(&model.people, &bob, &text), "bob");
	people_set(&model.people, &bob, NULL, "alice a.");
	assert_string_equal(people_name(&model.people, &bob, &text), "bob");
	assert_string_equal(people_name(&model.people, &alice, &text), "alice");
	people_set(&model.people, &bob, NULL, "#lobby");
	assert_string_equal(people_name(&model.people, &bob, &text), "bob");
	assert_string_equal(people_name(&model.people, &carol, &text), "carol");
}

static void typing_ends_by_itself(void **state)
{
	AUTO(model_done) struct model model;

	model_init(&model, 7);
	struct room *room = room_of(&model, 1, ROOM_PUBLIC, "ops");
	roster_typing(&room->roster, &bob, 6000);
	assert_int_equal(model_next_ms(&model), 6000);
	assert_false(model_expire(&model, 5999));
	assert_true(model_expire(&model, 6000));
	assert_int_equal(model_next_ms(&model), 0);
}

static void a_reaction_is_counted_once_for_each_person(void **state)
{
	struct reactions reactions = {0};
	struct id carol = {.bytes = {2}};
	bool own;

	assert_true(reactions_set(&reactions, &bob, bytes_text("+1"), true));
	assert_false(reactions_set(&reactions, &bob, bytes_text("+1"), true));
	assert_true(reactions_set(&reactions, &bob, bytes_text("ok"), true));
	assert_true(reactions_set(&reactions, &carol, bytes_text("+1"), true));
	assert_int_equal(reactions_count(&reactions, 0, &carol, &own), 2);
	assert_true(own);
	assert_int_equal(reactions_count(&reactions, 1, &carol, &own), 1);
	assert_false(own);
	assert_int_equal(reactions_count(&reactions, 2, &carol, &own), 0);
	assert_true(reactions_set(&reactions, &bob, bytes_text("+1"), false));
	assert_false(reactions_set(&reactions, &bob, bytes_text("+1"), false));
	assert_int_equal(reactions_count(&reactions, 1, &bob, &own), 1);
	assert_false(own);
	reactions_done(&reactions);
}

static void a_message_is_read_by_all_when_the_last_one_has_read_it(void **state)
{
	AUTO(model_done) struct model model;

	model_init(&model, 7);
	struct room *room = room_of(&model, 1, ROOM_DIRECT, "");
	roster_set(&room->roster, &alice, ROLE_MEMBER);
	assert_int_equal(roster_read_by_all(&room->roster, &alice), 0);
	roster_set(&room->roster, &bob, ROLE_MEMBER)->read_seq = 2;
	for (unsigned seq = 1; seq <= 3; seq++) {
		struct message *message = text_of(seq, seq, &alice);
		timeline_add(&room->timeline, &message);
	}
	timeline_read_by_all(&room->timeline, &alice,
			     roster_read_by_all(&room->roster, &alice));
	assert_true(room->timeline.rows[1]->flags & MESSAGE_READ);
	assert_false(room->timeline.rows[2]->flags & MESSAGE_READ);
	roster_begin_anew(&room->roster);
	assert_int_equal(roster_read_by_all(&room->roster, &alice), 0);
}

CHECK_MAIN(TEST(messages_stand_by_sequence_and_pending_ones_last),
	   TEST(a_second_copy_replaces_the_first),
	   TEST(an_acknowledged_message_cannot_fail_any_more),
	   TEST(what_arrives_below_a_scrolled_view_is_counted_and_moves_nothing),
	   TEST(the_anchor_moves_to_a_neighbour_when_its_message_goes),
	   TEST(memory_is_bounded_at_the_end_nobody_looks_at),
	   TEST(what_is_said_behind_a_hole_is_not_put_behind_it),
	   TEST(random_histories_stay_sorted),
	   TEST(rooms_are_grouped_and_the_one_on_the_screen_does_not_jump),
	   TEST(a_name_does_not_cost_a_walk_over_everybody),
	   TEST(a_room_is_found_by_what_people_call_it),
	   TEST(unread_counts_others_behind_the_marker_only),
	   TEST(a_mention_is_a_whole_name), TEST(a_name_cannot_be_borrowed),
	   TEST(typing_ends_by_itself), TEST(a_reaction_is_counted_once_for_each_person),
	   TEST(a_message_is_read_by_all_when_the_last_one_has_read_it))
