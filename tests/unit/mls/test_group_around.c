/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups and what is around them: the group that follows, proposals from outside, the hooks
 * that decide, a key store that locks. */
#include "common/mls/group.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mls/codec.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_party.h"

static void rfc_11_2_a_group_goes_on_in_another_one(void **state)
{
	struct trio *it = *state;
	const struct mls_proposal reinit = {
		.type = MLS_REINIT,
		.reinit = {.group_id = bytes_text("next group"),
			   .version = MLS_VERSION_1,
			   .suite = MLS_SUITE_CHACHA}};
	AUTO(buf_done) struct buf commit = party_change(&it->alice, &reinit, NULL);
	AUTO(buf_done) struct buf out = BUF_INIT;
	struct buf packages[2] = {party_package(&it->bob), party_package(&it->carol)};
	struct mls_key_package views[2];
	struct mls_staged *staged = NULL;
	struct mls_group *alice2 = NULL, *bob2 = NULL;
	AUTO(buf_done) struct buf tree = BUF_INIT;
	struct mls_hash used;

	party_take(&it->bob, &commit);
	party_take(&it->carol, &commit);
	assert_false(mls_group_is_active(it->bob.group));
	check_err(mls_group_protect(it->bob.group, &it->bob.env, bytes_text("x"),
				    bytes_text(""), 0, &out),
		  ERR_STATE);
	for (int i = 0; i < 2; i++)
		check_ok(mls_key_package_decode(buf_view(&packages[i]), &views[i]));
	check_ok(mls_group_continue(it->alice.group, &it->alice.env, true, bytes_text(""),
				    &it->alice.client, views, 2, &staged));
	AUTO(buf_done) struct buf welcome = staged->welcomes[0];
	staged->welcomes[0] = BUF_INIT;
	check_ok(mls_staged_start(&staged, &alice2));
	check_ok(mls_group_tree(alice2, &tree));
	/* Without the old group the new one cannot be judged. */
	check_err(mls_group_join(&it->bob.env, buf_view(&welcome), buf_view(&tree), NULL,
				 &bob2, &used),
		  ERR_STATE);
	check_ok(mls_group_join(&it->bob.env, buf_view(&welcome), buf_view(&tree),
				it->bob.group, &bob2, &used));
	assert_true(bytes_equal(mls_group_authenticator(alice2),
				mls_group_authenticator(bob2)));
	assert_true(bytes_equal(mls_group_view(bob2).context->group_id,
				bytes_text("next group")));
	mls_group_free(&alice2);
	mls_group_free(&bob2);
	for (int i = 0; i < 2; i++)
		buf_done(&packages[i]);
}

static void rfc_11_3_a_branch_has_some_of_the_members(void **state)
{
	struct trio *it = *state;
	AUTO(buf_done) struct buf package = party_package(&it->carol);
	AUTO(buf_done) struct buf tree = BUF_INIT;
	struct mls_group *alice2 = NULL, *carol2 = NULL;
	struct mls_staged *staged = NULL;
	struct mls_key_package view;
	struct mls_hash used;

	check_ok(mls_key_package_decode(buf_view(&package), &view));
	check_ok(mls_group_continue(it->alice.group, &it->alice.env, false,
				    bytes_text("a branch"), &it->alice.client, &view, 1,
				    &staged));
	AUTO(buf_done) struct buf welcome = staged->welcomes[0];
	staged->welcomes[0] = BUF_INIT;
	check_ok(mls_staged_start(&staged, &alice2));
	check_ok(mls_group_tree(alice2, &tree));
	check_ok(mls_group_join(&it->carol.env, buf_view(&welcome), buf_view(&tree),
				it->carol.group, &carol2, &used));
	assert_true(bytes_equal(mls_group_authenticator(alice2),
				mls_group_authenticator(carol2)));
	mls_group_free(&alice2);
	mls_group_free(&carol2);
	trio_agrees(it);
}

static void newcomers_and_servers_may_propose_from_outside(void **state)
{
	struct trio *it = *state;
	AUTO(party_done) struct party dave = {0};
	AUTO(buf_done) struct buf senders = BUF_INIT;
	AUTO(buf_done) struct buf list = BUF_INIT;
	AUTO(buf_done) struct buf message = BUF_INIT;
	AUTO(buf_done) struct buf added = BUF_INIT;

	/* Dave's key is the only external sender. */
	party_init(&dave, "dave", 4);
	size_t mark = buf_open_vec(&senders);
	buf_add_vec(&senders, dave.client.signature_key);
	mls_credential_encode(&senders, &dave.client.credential);
	buf_close_vec(&senders, mark);
	mls_extension_encode(&list, MLS_EXT_EXTERNAL_SENDERS, buf_view(&senders));
	const struct mls_proposal allow = {.type = MLS_GROUP_CONTEXT_EXTENSIONS,
					   .extensions = buf_view(&list)};
	AUTO(buf_done) struct buf commit = party_change(&it->alice, &allow, NULL);
	party_take(&it->bob, &commit);
	party_take(&it->carol, &commit);

	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 2};
	check_ok(mls_external_propose(&dave.env, bytes_text("a group"), 3,
				      &(struct mls_sender){MLS_SENDER_EXTERNAL, 0},
				      dave.client.signature_key, &remove, &message));
	party_take(&it->alice, &message);
	party_take(&it->bob, &message);
	AUTO(buf_done) struct buf package = party_package(&dave);
	struct mls_proposal add = party_add(&package);
	check_ok(mls_external_propose(&dave.env, bytes_text("a group"), 3,
				      &(struct mls_sender){MLS_SENDER_NEW_PROPOSAL, 0},
				      dave.client.signature_key, &add, &added));
	party_take(&it->alice, &added);
	party_take(&it->bob, &added);
	AUTO(buf_done) struct buf welcome = BUF_INIT;
	AUTO(buf_done) struct buf both = party_change(&it->bob, NULL, &welcome);
	party_take(&it->alice, &both);
	party_join(&dave, &welcome, &it->bob);
	assert_true(party_agree(&it->alice, &dave));
	assert_int_equal(mls_group_own_leaf(dave.group), 2);
}

static void a_member_may_change_its_signature_key(void **state)
{
	struct trio *it = *state;
	const uint8_t seed[32] = "another seed for the same client";
	uint8_t key[SIGN_PUBLIC_LEN];

	check_ok(mls_keystore_add_sign(&it->bob.store, bytes_of(seed, 32), key));
	struct mls_client client = it->bob.client;
	client.signature_key = bytes_of(key, sizeof(key));
	const struct mls_commit_options options = {.client = &client};
	struct mls_staged *staged = party_commit(&it->bob, &options);
	party_take(&it->alice, &staged->commit);
	party_take(&it->carol, &staged->commit);
	check_ok(mls_group_merge(it->bob.group, &staged));
	trio_agrees(it);
	AUTO(buf_done) struct buf said = party_say(&it->bob, "signed anew");
	party_hear(&it->alice, &said, 1, "signed anew");
}

static void the_hooks_decide(void **state)
{
	struct trio *it = *state;
	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 2};
	AUTO(buf_done) struct buf commit = party_change(&it->alice, &remove, NULL);
	AUTO(buf_done) struct buf before = party_state(&it->bob);

	it->bob.proposal_says = ERR_FORBIDDEN;
	check_err(party_try(&it->bob, buf_view(&commit)), ERR_FORBIDDEN);
	it->bob.proposal_says = ERR_OK;
	it->bob.commit_says = ERR_BANNED;
	check_err(party_try(&it->bob, buf_view(&commit)), ERR_BANNED);
	it->bob.commit_says = ERR_OK;
	it->bob.identity_says = ERR_UNVERIFIED;
	check_err(party_try(&it->bob, buf_view(&commit)), ERR_UNVERIFIED);
	it->bob.identity_says = ERR_OK;
	AUTO(buf_done) struct buf after = party_state(&it->bob);
	assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
	party_take(&it->bob, &commit);
	assert_true(party_agree(&it->alice, &it->bob));
	assert_true(it->bob.commit_asked > 0);
}

/* A second key store: it signs so many times and is locked then. */
struct locking {
	struct mls_keys inner;
	unsigned left;
};

static enum err sign_or_lock(void *ctx, struct bytes public_key, struct bytes message,
			     uint8_t ret_signature[SIGN_LEN])
{
	struct locking *it = ctx;

	if (it->left == 0)
		return ERR_LOCKED;
	it->left--;
	return it->inner.sign(it->inner.ctx, public_key, message, ret_signature);
}

static enum err no_psk(void *ctx, const struct mls_psk_id *id, struct secret *ret)
{
	return ERR_LOCKED;
}

static enum err no_package(void *ctx, struct bytes ref, struct mls_own_package *ret)
{
	return ERR_LOCKED;
}

/* Everything that signs, with a store that locks after @left signatures. */
static bool try_all(struct party *party, unsigned left)
{
	struct locking store = {.inner = party->keys};
	const struct mls_keys keys = {sign_or_lock, no_psk, no_package, &store};
	const struct mls_wrap wrap = {.encrypt = true};
	const struct mls_commit_options options = {.wrap = wrap};
	struct mls_env env = party->env;
	AUTO(buf_done) struct buf out = BUF_INIT;
	struct mls_staged *staged = NULL;
	bool locked = false;

	env.keys = &keys;
	store.left = left;
	locked |= mls_group_commit(party->group, &env, &options, &staged) != ERR_OK;
	mls_staged_free(&staged);
	store.left = left;
	locked |= mls_group_info(party->group, &env, true, &out) != ERR_OK;
	store.left = left;
	locked |= mls_group_protect(party->group, &env, bytes_text("x"), bytes_text(""),
				    0, &out) != ERR_OK;
	store.left = left;
	locked |=
		mls_group_propose_update(party->group, &env, NULL, &wrap, &out) != ERR_OK;
	return locked;
}

static void a_key_store_that_locks_leaves_no_trace(void **state)
{
	struct trio *it = *state;
	AUTO(buf_done) struct buf before = party_state(&it->bob);
	AUTO(buf_done) struct buf after = BUF_INIT;

	assert_true(try_all(&it->bob, 0));
	after = party_state(&it->bob);
	assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
	/* The leaf of the path, then the message, then the GroupInfo. */
	for (unsigned left = 1; left < 3; left++) {
		struct locking store = {.inner = it->bob.keys, .left = left};
		const struct mls_keys keys = {sign_or_lock, no_psk, no_package, &store};
		const struct mls_commit_options options = {0};
		struct mls_env env = it->bob.env;
		struct mls_staged *staged = NULL;
		env.keys = &keys;
		check_err(mls_group_commit(it->bob.group, &env, &options, &staged),
			  ERR_LOCKED);
		buf_done(&after);
		after = party_state(&it->bob);
		assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
	}
	assert_false(try_all(&it->bob, 10));
}

static void a_commit_takes_what_fits_together(void **state)
{
	struct trio *it = *state;
	const struct mls_wrap wrap = {0};
	const struct mls_proposal remove = {.type = MLS_REMOVE, .remove = 1};
	AUTO(buf_done) struct buf update = BUF_INIT;
	AUTO(buf_done) struct buf removal = BUF_INIT;
	AUTO(buf_done) struct buf own = BUF_INIT;

	/* Bob updates, carol wants bob out, alice wants to update herself. */
	check_ok(mls_group_propose_update(it->bob.group, &it->bob.env, NULL, &wrap,
					  &update));
	check_ok(mls_group_propose(it->carol.group, &it->carol.env, &remove, &wrap,
				   &removal));
	check_ok(mls_group_propose_update(it->alice.group, &it->alice.env, NULL, &wrap,
					  &own));
	party_take(&it->alice, &update);
	party_take(&it->alice, &removal);
	const struct mls_commit_options options = {0};
	struct mls_staged *staged = party_commit(&it->alice, &options);
	assert_int_equal(staged->summary.removed.count, 1);
	assert_int_equal(staged->summary.updated.count, 0);
	party_take(&it->carol, &update);
	party_take(&it->carol, &staged->commit);
	check_ok(mls_group_merge(it->alice.group, &staged));
	assert_true(party_agree(&it->alice, &it->carol));
	assert_int_equal(mls_group_pending(it->alice.group), 0);
}

CHECK_MAIN(TRIO(rfc_11_2_a_group_goes_on_in_another_one),
	   TRIO(rfc_11_3_a_branch_has_some_of_the_members),
	   TRIO(newcomers_and_servers_may_propose_from_outside),
	   TRIO(a_member_may_change_its_signature_key), TRIO(the_hooks_decide),
	   TRIO(a_key_store_that_locks_leaves_no_trace),
	   TRIO(a_commit_takes_what_fits_together))
