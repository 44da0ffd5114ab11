/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/core/posting.h"

#include "common/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/hall.h"

#define MASTER bytes_text("a master key of thirty-two bytes")

struct scene {
	struct hall *hall;
	struct keys keys;
	struct random_seeded seeded;
	struct random random;
};

static int set_up(void **state)
{
	struct scene *scene = mem_new(struct scene);
	void *hall = NULL;

	check_ok(crypto_init());
	assert_int_equal(hall_set_up(&hall), 0);
	scene->hall = hall;
	scene->random = random_seeded(&scene->seeded, 7);
	keys_init(&scene->keys, "test", MASTER, &scene->random);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	void *hall = scene->hall;

	keys_done(&scene->keys);
	hall_tear_down(&hall);
	mem_free(scene);
	return 0;
}

static enum err add(struct scene *scene, int64_t owner, const char *body)
{
	return posting_add(&scene->hall->store, &scene->keys,
			   &(struct posting){
				   .kind = POSTING_PUSH,
				   .owner = owner,
				   .url = bytes_text("https://example.org/secret"),
				   .headers = bytes_text("Content-Type: text/plain\n"),
				   .body = bytes_text(body),
			   });
}

static size_t due(struct scene *scene, struct due_posting *dues)
{
	size_t count;

	check_ok(posting_due(&scene->hall->store, &scene->keys, dues, POSTING_BATCH,
			     &count));
	return count;
}

/* The bodies that are due, joined. */
static void due_bodies(struct scene *scene, const char *want)
{
	struct due_posting dues[POSTING_BATCH];
	size_t count = due(scene, dues);
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < count; i++) {
		str_add_len(&text, (const char *)dues[i].body.ptr, dues[i].body.len);
		due_posting_done(&dues[i]);
	}
	assert_string_equal(text.ptr, want);
}

/* Settle the only one that is due. */
static enum posting_fate settle(struct scene *scene, const struct posting_try *tried)
{
	struct due_posting dues[POSTING_BATCH];
	enum posting_fate fate;

	assert_int_equal(due(scene, dues), 1);
	check_ok(posting_settle(&scene->hall->store, &scene->random, &dues[0], tried,
				&fate));
	due_posting_done(&dues[0]);
	return fate;
}

static const struct posting_try good = {.err = ERR_OK, .status = 204};
static const struct posting_try broken = {.err = ERR_STATE, .status = 500};

static void a_queue_goes_one_after_the_other(void **state)
{
	struct scene *scene = *state;

	check_ok(add(scene, 1, "a"));
	check_ok(add(scene, 1, "b"));
	check_ok(add(scene, 2, "x"));
	check_ok(add(scene, 1, "c"));
	due_bodies(scene, "ax");
	check_ok(posting_clear(&scene->hall->store, POSTING_PUSH, 2));
	assert_int_equal(settle(scene, &good), POSTING_SENT);
	due_bodies(scene, "b");
	assert_int_equal(settle(scene, &good), POSTING_SENT);
	assert_int_equal(settle(scene, &good), POSTING_SENT);
	due_bodies(scene, "");
}

/* The queue of what is under way is cleared, and somebody else's request takes its key. */
static void an_answer_settles_what_was_sent_and_nothing_else(void **state)
{
	static const struct posting_try gone = {.err = ERR_STATE, .status = 410};
	const struct posting_try *const answers[] = {&good, &broken, &gone};
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct due_posting dues[POSTING_BATCH];
		enum posting_fate fate;
		check_ok(add(scene, 1, "a"));
		assert_int_equal(due(scene, dues), 1);
		check_ok(posting_clear(&scene->hall->store, POSTING_PUSH, 1));
		check_ok(add(scene, 2, "x"));
		check_ok(add(scene, 2, "y"));
		check_ok(posting_settle(&scene->hall->store, &scene->random, &dues[0],
					answers[i], &fate));
		due_posting_done(&dues[0]);
		due_bodies(scene, "x");
		assert_int_equal(settle(scene, &good), POSTING_SENT);
		due_bodies(scene, "y");
		assert_int_equal(settle(scene, &good), POSTING_SENT);
	}
}

static void a_failure_keeps_those_behind_waiting(void **state)
{
	struct scene *scene = *state;

	check_ok(add(scene, 1, "a"));
	check_ok(add(scene, 1, "b"));
	assert_int_equal(settle(scene, &broken), POSTING_LATER);
	due_bodies(scene, "");
	scene->hall->clock.ms += 3000;
	due_bodies(scene, "a");
}

static void it_waits_longer_each_time_and_is_given_up(void **state)
{
	struct scene *scene = *state;
	uint64_t first = scene->hall->clock.ms, began;

	check_ok(add(scene, 1, "a"));
	check_ok(add(scene, 1, "b"));
	for (unsigned i = 1; i < POSTING_TRIES; i++) {
		began = scene->hall->clock.ms;
		assert_int_equal(settle(scene, &broken), POSTING_LATER);
		struct due_posting dues[POSTING_BATCH];
		while (due(scene, dues) == 0)
			scene->hall->clock.ms += 500;
		due_posting_done(&dues[0]);
		if (i == 1)
			assert_in_range(scene->hall->clock.ms - began, 1000, 3500);
		if (i > 8)
			assert_in_range(scene->hall->clock.ms - began, 600000, 1200000);
	}
	assert_in_range(scene->hall->clock.ms - first, 3 * 3600000, 8 * 3600000);
	assert_int_equal(settle(scene, &broken), POSTING_LOST);
	due_bodies(scene, "b");
}

static void the_other_side_may_ask_for_time(void **state)
{
	struct scene *scene = *state;
	const struct posting_try later = {
		.err = ERR_STATE, .status = 429, .retry_after_ms = 120000};

	check_ok(add(scene, 1, "a"));
	assert_int_equal(settle(scene, &later), POSTING_LATER);
	scene->hall->clock.ms += 119000;
	due_bodies(scene, "");
	scene->hall->clock.ms += 1000;
	due_bodies(scene, "a");
}

static void what_is_gone_is_gone(void **state)
{
	struct scene *scene = *state;

	check_ok(add(scene, 1, "a"));
	assert_int_equal(settle(scene, &(struct posting_try){ERR_STATE, 410, 0}),
			 POSTING_LOST);
	due_bodies(scene, "");
}

static void a_queue_that_was_cleared_meanwhile_stays_so(void **state)
{
	struct scene *scene = *state;
	struct due_posting dues[POSTING_BATCH];
	enum posting_fate fate;

	check_ok(add(scene, 1, "a"));
	assert_int_equal(due(scene, dues), 1);
	check_ok(posting_clear(&scene->hall->store, POSTING_PUSH, 1));
	check_ok(posting_settle(&scene->hall->store, &scene->random, &dues[0], &broken,
				&fate));
	assert_int_equal(fate, POSTING_SENT);
	due_posting_done(&dues[0]);
	due_bodies(scene, "");
}

static void a_queue_is_bounded(void **state)
{
	struct scene *scene = *state;
	size_t room;

	check_ok(store_begin(&scene->hall->store));
	for (int i = 0; i < POSTING_QUEUE; i++)
		check_ok(add(scene, 1, "a"));
	check_err(add(scene, 1, "a"), ERR_BUSY);
	check_ok(add(scene, 2, "a"));
	check_ok(posting_room(&scene->hall->store, POSTING_PUSH, 2, &room));
	assert_int_equal(room, POSTING_QUEUE - 1);
	check_ok(store_commit(&scene->hall->store));
}

static void another_key_does_not_open_it(void **state)
{
	struct scene *scene = *state;
	struct due_posting dues[POSTING_BATCH];

	check_ok(add(scene, 1, "a"));
	keys_done(&scene->keys);
	keys_init(&scene->keys, "test", bytes_text("another key of some thirty bytes"),
		  &scene->random);
	assert_int_equal(due(scene, dues), 1);
	assert_true(dues[0].unreadable);
	assert_int_equal(dues[0].url.len, 0);
	due_posting_done(&dues[0]);
}

/* The example of the specification's libraries. */
static void the_signature_is_that_of_standard_webhooks(void **state)
{
	static const uint8_t secret[] = {0x31, 0xf2, 0x90, 0xf6, 0xbf, 0x06, 0x29, 0x8a,
					 0xab, 0x4f, 0x08, 0xd4, 0x3c, 0x3f, 0x08, 0x2c,
					 0xf6, 0x48, 0xa3, 0x62, 0xda, 0x2d, 0xa4, 0xb0};
	AUTO(str_done) struct str out = STR_INIT;

	posting_sign(bytes_of(secret, sizeof(secret)), "msg_p5jXN8AQM9LWM0D4loKWxJek",
		     1614265330, bytes_text("{\"test\": 2432232314}"), &out);
	assert_string_equal(out.ptr, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void headers_are_added_where_it_is_signed(void **state)
{
	struct due_posting signed_due = {.url = STR_INIT, .headers = STR_INIT};
	AUTO(str_done) struct str out = STR_INIT;

	str_set(&signed_due.headers, "A: b\n");
	posting_headers(&signed_due, 5000, &out);
	assert_string_equal(out.ptr, "A: b\n");
	str_clear(&out);
	buf_add(&signed_due.secret, "secret", 6);
	buf_add(&signed_due.old_secret, "before", 6);
	posting_headers(&signed_due, 5999, &out);
	assert_non_null(strstr(out.ptr, "A: b\nwebhook-id: aaaaaaaaaaaaaaaaaaaaaaaaaa\n"
					"webhook-timestamp: 5\nwebhook-signature: v1,"));
	assert_non_null(strstr(out.ptr, "= v1,"));
	due_posting_done(&signed_due);
}

#define SCENE_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(SCENE_TEST(a_queue_goes_one_after_the_other),
	   SCENE_TEST(an_answer_settles_what_was_sent_and_nothing_else),
	   SCENE_TEST(a_failure_keeps_those_behind_waiting),
	   SCENE_TEST(it_waits_longer_each_time_and_is_given_up),
	   SCENE_TEST(the_other_side_may_ask_for_time), SCENE_TEST(what_is_gone_is_gone),
	   SCENE_TEST(a_queue_that_was_cleared_meanwhile_stays_so),
	   SCENE_TEST(a_queue_is_bounded), SCENE_TEST(another_key_does_not_open_it),
	   TEST(the_signature_is_that_of_standard_webhooks),
	   TEST(headers_are_added_where_it_is_signed))
