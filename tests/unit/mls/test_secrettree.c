/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/mls/secrettree.h"

#include "tests/lib/check.h"

static void start(struct mls_secret_tree *tree, uint32_t leaves)
{
	struct secret secret = SECRET_INIT;

	check_ok(crypto_init());
	secret_set(&secret, "an encryption secret of 32 bytes", 32);
	mls_secret_tree_init(tree, &aead_chacha20, leaves, &secret);
	assert_true(secret_is_empty(&secret));
}

static struct mls_message_key find(struct mls_secret_tree *tree, uint32_t leaf,
				   uint32_t generation, bool use)
{
	struct mls_key_step step;

	check_ok(mls_secret_tree_find(tree, leaf, MLS_RATCHET_APPLICATION, generation,
				      &step));
	struct mls_message_key key = step.key;
	if (use)
		mls_secret_tree_use(tree, &step);
	mls_key_step_done(&step);
	return key;
}

static void gone(struct mls_secret_tree *tree, uint32_t leaf, uint32_t generation)
{
	struct mls_key_step step;

	check_err(mls_secret_tree_find(tree, leaf, MLS_RATCHET_APPLICATION, generation,
				       &step),
		  ERR_GONE);
}

static void looking_up_changes_nothing(void **state)
{
	AUTO(mls_secret_tree_done) struct mls_secret_tree tree = {0};
	start(&tree, 8);
	struct mls_message_key a = find(&tree, 3, 10, false);
	struct mls_message_key b = find(&tree, 3, 10, false);

	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(tree.changed.count, 0);
	assert_false(secret_is_empty(&tree.nodes[tree_root(8)]));
}

static void the_order_of_use_does_not_change_the_keys(void **state)
{
	AUTO(mls_secret_tree_done) struct mls_secret_tree a = {0};
	AUTO(mls_secret_tree_done) struct mls_secret_tree b = {0};
	start(&a, 4);
	start(&b, 4);
	struct mls_message_key a0 = find(&a, 2, 0, true), a5 = find(&a, 2, 5, true);
	struct mls_message_key b5 = find(&b, 2, 5, true), b0 = find(&b, 2, 0, true);

	assert_memory_equal(&a0, &b0, sizeof(a0));
	assert_memory_equal(&a5, &b5, sizeof(a5));
	assert_memory_not_equal(a0.key, a5.key, sizeof(a0.key));
}

static void rfc_9_2_what_was_used_is_gone(void **state)
{
	AUTO(mls_secret_tree_done) struct mls_secret_tree tree = {0};
	start(&tree, 4);

	find(&tree, 1, 1, true);
	gone(&tree, 1, 1);
	find(&tree, 1, 0, true);
	gone(&tree, 1, 0);
	/* The way from the root to the leaf is wiped, what others need is not. */
	assert_true(secret_is_empty(&tree.nodes[3]));
	assert_true(secret_is_empty(&tree.nodes[1]));
	assert_true(secret_is_empty(&tree.nodes[2]));
	assert_false(secret_is_empty(&tree.nodes[0]));
	assert_false(secret_is_empty(&tree.nodes[5]));
	find(&tree, 0, 0, true);
	find(&tree, 3, 0, true);
}

static void the_oldest_skipped_keys_are_given_up(void **state)
{
	AUTO(mls_secret_tree_done) struct mls_secret_tree tree = {0};
	start(&tree, 2);

	find(&tree, 0, 10, true);                   /* keeps 0 to 9 */
	find(&tree, 0, 10 + MLS_SKIPPED_MAX, true); /* keeps 63 newer ones and 9 */
	gone(&tree, 0, 8);
	find(&tree, 0, 9, true);
	find(&tree, 0, 11, true);
	find(&tree, 0, 500, true);
	gone(&tree, 0, 500 - MLS_SKIPPED_MAX - 1);
	find(&tree, 0, 500 - MLS_SKIPPED_MAX, true);
	assert_true(tree.senders[0]->kind[MLS_RATCHET_APPLICATION].skipped_count <=
		    MLS_SKIPPED_MAX);
}

static void forward_has_an_end(void **state)
{
	AUTO(mls_secret_tree_done) struct mls_secret_tree tree = {0};
	struct mls_key_step step;
	start(&tree, 2);

	check_err(mls_secret_tree_find(&tree, 0, MLS_RATCHET_APPLICATION,
				       MLS_FORWARD_MAX + 1, &step),
		  ERR_TOO_BIG);
	check_err(mls_secret_tree_find(&tree, 0, MLS_RATCHET_APPLICATION, UINT32_MAX,
				       &step),
		  ERR_TOO_BIG);
	find(&tree, 0, MLS_FORWARD_MAX, true);
	check_err(mls_secret_tree_find(&tree, 2, MLS_RATCHET_APPLICATION, 0, &step),
		  ERR_BAD);
}

static void the_last_generation_is_never_used(void **state)
{
	AUTO(mls_secret_tree_done) struct mls_secret_tree tree = {0};
	start(&tree, 2);

	find(&tree, 0, 0, true);
	tree.senders[0]->kind[MLS_RATCHET_APPLICATION].generation = UINT32_MAX - 1;
	find(&tree, 0, UINT32_MAX - 1, true);
	gone(&tree, 0, UINT32_MAX);
}

static void handshakes_and_application_have_ratchets_of_their_own(void **state)
{
	AUTO(mls_secret_tree_done) struct mls_secret_tree tree = {0};
	struct mls_key_step a, b;
	start(&tree, 2);

	check_ok(mls_secret_tree_next(&tree, 0, MLS_RATCHET_HANDSHAKE, &a));
	check_ok(mls_secret_tree_next(&tree, 0, MLS_RATCHET_APPLICATION, &b));
	assert_memory_not_equal(a.key.key, b.key.key, 32);
	mls_secret_tree_use(&tree, &a);
	assert_int_equal(tree.senders[0]->kind[MLS_RATCHET_APPLICATION].generation, 0);
	mls_key_step_done(&b);
}

static void records_say_what_changed_and_come_back(void **state)
{
	AUTO(mls_secret_tree_done) struct mls_secret_tree tree = {0};
	AUTO(mls_secret_tree_done) struct mls_secret_tree copy = {0};
	start(&tree, 8);

	find(&tree, 5, 3, true);
	assert_int_equal(tree.changed.count,
			 7); /* three levels with both children, the leaf */
	mls_secret_tree_saved(&tree);
	find(&tree, 5, 4, true);
	assert_int_equal(tree.changed.count, 1);
	mls_secret_tree_init(&copy, &aead_chacha20, 8, NULL);
	for (uint32_t node = 0; node < tree_width(8); node++) {
		AUTO(buf_done) struct buf record = BUF_INIT;
		mls_secret_tree_write(&tree, node, &record);
		if (record.len)
			check_ok(mls_secret_tree_read(&copy, node, buf_view(&record)));
	}
	for (uint32_t leaf = 0; leaf < 8; leaf++) {
		for (uint32_t generation = 0; generation < 3; generation++) {
			struct mls_message_key a = find(&tree, leaf, generation, false);
			struct mls_message_key b = find(&copy, leaf, generation, false);
			assert_memory_equal(&a, &b, sizeof(a));
		}
	}
	gone(&copy, 5, 3);
}

static void damaged_records_are_refused(void **state)
{
	AUTO(mls_secret_tree_done) struct mls_secret_tree tree = {0};
	AUTO(buf_done) struct buf record = BUF_INIT;
	start(&tree, 2);

	find(&tree, 0, 3, true);
	mls_secret_tree_write(&tree, 0, &record);
	for (size_t len = 0; len < record.len; len++) {
		AUTO(mls_secret_tree_done) struct mls_secret_tree copy = {0};
		mls_secret_tree_init(&copy, &aead_chacha20, 2, NULL);
		assert_int_not_equal(
			mls_secret_tree_read(&copy, 0, bytes_of(record.ptr, len)),
			ERR_OK);
	}
	check_err(mls_secret_tree_read(&tree, 9, buf_view(&record)), ERR_BAD);
	check_err(mls_secret_tree_read(&tree, 1, buf_view(&record)), ERR_BAD);
}

CHECK_MAIN(TEST(looking_up_changes_nothing),
	   TEST(the_order_of_use_does_not_change_the_keys),
	   TEST(rfc_9_2_what_was_used_is_gone),
	   TEST(the_oldest_skipped_keys_are_given_up), TEST(forward_has_an_end),
	   TEST(the_last_generation_is_never_used),
	   TEST(handshakes_and_application_have_ratchets_of_their_own),
	   TEST(records_say_what_changed_and_come_back),
	   TEST(damaged_records_are_refused))
