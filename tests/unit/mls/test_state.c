/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/mls/state.h"

#include <stdlib.h>

#include "common/mls/codec.h"
#include "common/mls/limits.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_party.h"

/* A store of records that counts: the second sink beside the one of mls_state_pack(). */
struct record {
	enum mls_part part;
	uint32_t index;
	struct buf bytes;
};

struct shelf {
	struct record list[256];
	size_t count;
	size_t clears, puts, written; /* since shelf_reset() */
};

static void shelf_clear(void *ctx)
{
	struct shelf *shelf = ctx;

	for (size_t i = 0; i < shelf->count; i++)
		buf_done(&shelf->list[i].bytes);
	shelf->count = 0;
	shelf->clears++;
}

static void shelf_put(void *ctx, enum mls_part part, uint32_t index, struct bytes bytes)
{
	struct shelf *shelf = ctx;
	size_t i = 0;

	while (i < shelf->count &&
	       (shelf->list[i].part != part || shelf->list[i].index != index))
		i++;
	if (i == shelf->count) {
		assert_true(shelf->count < ARRAY_LEN(shelf->list));
		shelf->list[shelf->count++] =
			(struct record){.part = part, .index = index};
	}
	buf_clear(&shelf->list[i].bytes);
	buf_add_bytes(&shelf->list[i].bytes, bytes);
	shelf->puts++;
	shelf->written += bytes.len;
}

static void shelf_reset(struct shelf *shelf)
{
	shelf->clears = shelf->puts = shelf->written = 0;
}

static void shelf_done(struct shelf *shelf)
{
	shelf_clear(shelf);
}

static struct mls_sink sink_of(struct shelf *shelf)
{
	return (struct mls_sink){.clear = shelf_clear, .put = shelf_put, .ctx = shelf};
}

/* All records, or only those that sending needs. */
static struct mls_group *load(const struct shelf *shelf, bool to_send)
{
	struct mls_group *group = NULL;

	for (size_t i = 0; i < shelf->count; i++) {
		if (shelf->list[i].part == MLS_PART_CORE)
			check_ok(mls_state_load(&mls_suites_default,
						buf_view(&shelf->list[i].bytes), &group));
	}
	assert_non_null(group);
	for (size_t i = 0; i < shelf->count; i++) {
		const struct record *it = &shelf->list[i];
		bool wanted = it->part != MLS_PART_CORE && it->bytes.len;
		if (to_send)
			wanted = wanted && it->part == MLS_PART_SECRET &&
				 mls_state_is_own(group, it->index);
		if (wanted)
			check_ok(mls_state_load_part(group, it->part, it->index,
						     buf_view(&it->bytes)));
	}
	return group;
}

struct keeper {
	struct party alice, bob, carol;
	struct shelf shelf; /* bob's */
};

static int set_up(void **state)
{
	struct keeper *it = calloc(1, sizeof(*it));

	party_trio(&it->alice, &it->bob, &it->carol);
	*state = it;
	return 0;
}

static int tear_down(void **state)
{
	struct keeper *it = *state;

	party_done(&it->alice);
	party_done(&it->bob);
	party_done(&it->carol);
	shelf_done(&it->shelf);
	free(it);
	return 0;
}

static void save(struct keeper *it)
{
	const struct mls_sink sink = sink_of(&it->shelf);

	shelf_reset(&it->shelf);
	mls_state_save(it->bob.group, &sink);
}

static void what_was_saved_is_the_whole_group(void **state)
{
	struct keeper *it = *state;
	AUTO(buf_done) struct buf said = party_say(&it->alice, "before");
	party_hear(&it->bob, &said, 0, "before");
	save(it);
	AUTO(buf_done) struct buf before = party_state(&it->bob);

	assert_int_equal(it->shelf.clears, 1);
	mls_group_free(&it->bob.group);
	it->bob.group = load(&it->shelf, false);
	AUTO(buf_done) struct buf after = party_state(&it->bob);
	assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
	AUTO(buf_done) struct buf commit = party_update(&it->bob);
	party_take(&it->alice, &commit);
	assert_true(party_agree(&it->alice, &it->bob));
}

static void a_message_writes_little(void **state)
{
	struct keeper *it = *state;

	save(it);
	save(it);
	assert_int_equal(it->shelf.puts, 0);
	for (int i = 0; i < 5; i++) {
		AUTO(buf_done) struct buf said = party_say(&it->bob, "hello");
		AUTO(buf_done) struct buf heard = party_say(&it->alice, "hello");
		party_hear(&it->bob, &heard, 0, "hello");
		party_hear(&it->alice, &said, 1, "hello");
		save(it);
		assert_int_equal(it->shelf.clears, 0);
		assert_true(it->shelf.written < 1024);
	}
	mls_group_free(&it->bob.group);
	it->bob.group = load(&it->shelf, false);
	AUTO(buf_done) struct buf more = party_say(&it->bob, "after");
	party_hear(&it->alice, &more, 1, "after");
}

static void to_send_no_tree_is_needed(void **state)
{
	struct keeper *it = *state;
	for (int used = 0; used < 2; used++) {
		save(it);
		mls_group_free(&it->bob.group);
		it->bob.group = load(&it->shelf, true);
		AUTO(buf_done) struct buf said = party_say(&it->bob, "in a hurry");
		party_hear(&it->alice, &said, 1, "in a hurry");
		AUTO(buf_done) struct buf heard = party_say(&it->alice, "hello");
		check_err(party_try(&it->bob, buf_view(&heard)), ERR_STATE);
		/* What was used up is saved beside the rest. */
	}
}

static void proposals_and_the_keys_of_updates_are_saved(void **state)
{
	struct keeper *it = *state;
	const struct mls_wrap wrap = {0};
	AUTO(buf_done) struct buf update = BUF_INIT;

	save(it);
	check_ok(mls_group_propose_update(it->bob.group, &it->bob.env, NULL, &wrap,
					  &update));
	save(it);
	assert_int_equal(it->shelf.puts, 1);
	mls_group_free(&it->bob.group);
	it->bob.group = load(&it->shelf, false);
	party_take(&it->alice, &update);
	AUTO(buf_done) struct buf commit = party_update(&it->alice);
	party_take(&it->bob, &commit);
	assert_true(party_agree(&it->alice, &it->bob));
	save(it);
	assert_int_equal(it->shelf.clears, 1);
}

static void a_staged_commit_outlives_a_crash(void **state)
{
	struct keeper *it = *state;
	AUTO(party_done) struct party dave = {0};
	party_init(&dave, "dave", 4);
	AUTO(buf_done) struct buf package = party_package(&dave);
	struct mls_proposal add = party_add(&package);
	const struct mls_commit_options options = {.proposals = &add, .count = 1};
	AUTO(buf_done) struct buf record = BUF_INIT;
	struct mls_staged *staged = party_commit(&it->bob, &options), *again = NULL;

	save(it);
	mls_staged_pack(staged, &record);
	party_take(&it->alice, &staged->commit);
	mls_staged_free(&staged);
	mls_group_free(&it->bob.group);
	it->bob.group = load(&it->shelf, false);
	check_ok(mls_staged_unpack(&mls_suites_default, buf_view(&record), &again));
	assert_int_equal(again->summary.added.count, 1);
	assert_int_equal(again->summary.added.list[0], 3);
	AUTO(buf_done) struct buf welcome = again->welcomes[0];
	again->welcomes[0] = BUF_INIT;
	check_ok(mls_group_merge(it->bob.group, &again));
	assert_true(party_agree(&it->alice, &it->bob));
	party_join(&dave, &welcome, &it->bob);
	save(it);
	assert_int_equal(it->shelf.clears, 1);
	/* What was staged is for one state only. */
	check_ok(mls_staged_unpack(&mls_suites_default, buf_view(&record), &again));
	check_err(mls_group_merge(it->bob.group, &again), ERR_STALE_EPOCH);
	mls_staged_free(&again);
}

static void a_group_that_one_was_removed_from_stays_so(void **state)
{
	struct keeper *it = *state;
	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 1};
	AUTO(buf_done) struct buf commit = party_change(&it->alice, &remove, NULL);

	party_take(&it->bob, &commit);
	save(it);
	mls_group_free(&it->bob.group);
	it->bob.group = load(&it->shelf, false);
	assert_false(mls_group_is_active(it->bob.group));
	check_err(party_try(&it->bob, buf_view(&commit)), ERR_NOT_MEMBER);
}

static void damaged_states_are_refused(void **state)
{
	struct keeper *it = *state;
	AUTO(buf_done) struct buf packed = party_state(&it->bob);

	for (size_t len = 0; len < packed.len; len++) {
		struct mls_group *group = NULL;
		enum err err = mls_state_unpack(&mls_suites_default,
						bytes_of(packed.ptr, len), &group);
		/* A cut between two records is a partial load, which can do less. */
		if (err == ERR_OK)
			mls_group_free(&group);
	}
	for (size_t bit = 0; bit < packed.len * 8; bit += 5) {
		struct mls_group *group = NULL;
		packed.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (mls_state_unpack(&mls_suites_default, buf_view(&packed), &group) ==
		    ERR_OK)
			mls_group_free(&group);
		packed.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void a_newer_version_is_named_as_such(void **state)
{
	struct keeper *it = *state;
	AUTO(buf_done) struct buf core = BUF_INIT;
	struct mls_group *group = NULL;

	save(it);
	for (size_t i = 0; i < it->shelf.count; i++) {
		if (it->shelf.list[i].part == MLS_PART_CORE)
			buf_add_bytes(&core, buf_view(&it->shelf.list[i].bytes));
	}
	core.ptr[1]++;
	check_err(mls_state_load(&mls_suites_default, buf_view(&core), &group),
		  ERR_NEWER);
	core.ptr[1] = 0;
	check_err(mls_state_load(&mls_suites_default, buf_view(&core), &group), ERR_BAD);
}

static void a_tree_of_another_epoch_is_corrupt(void **state)
{
	struct keeper *it = *state;
	AUTO(buf_done) struct buf old = BUF_INIT;

	save(it);
	for (size_t i = 0; i < it->shelf.count; i++) {
		if (it->shelf.list[i].part == MLS_PART_TREE)
			buf_add_bytes(&old, buf_view(&it->shelf.list[i].bytes));
	}
	AUTO(buf_done) struct buf commit = party_update(&it->alice);
	party_take(&it->bob, &commit);
	save(it);
	struct mls_group *group = load(&it->shelf, true);
	check_err(mls_state_load_part(group, MLS_PART_TREE, 0, buf_view(&old)),
		  ERR_CORRUPT);
	mls_group_free(&group);
}

#define KEEPER(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(KEEPER(what_was_saved_is_the_whole_group), KEEPER(a_message_writes_little),
	   KEEPER(to_send_no_tree_is_needed),
	   KEEPER(proposals_and_the_keys_of_updates_are_saved),
	   KEEPER(a_staged_commit_outlives_a_crash),
	   KEEPER(a_group_that_one_was_removed_from_stays_so),
	   KEEPER(damaged_states_are_refused), KEEPER(a_newer_version_is_named_as_such),
	   KEEPER(a_tree_of_another_epoch_is_corrupt))
