/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/mls/follow.h"

#include <stdlib.h>

#include "common/mls/member.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_evil.h"

struct watched {
	struct party alice, bob,
		server; /* the server's keys are of no use, its hooks are */
	struct mls_follow *follow;
};

static int start(void **state)
{
	struct watched *it = calloc(1, sizeof(*it));
	AUTO(buf_done) struct buf info = BUF_INIT;

	party_init(&it->alice, "alice", 1);
	party_init(&it->bob, "bob", 2);
	party_init(&it->server, "server", 3);
	party_create(&it->alice, bytes_of(NULL, 0));
	check_ok(mls_group_info(it->alice.group, &it->alice.env, true, &info));
	check_ok(mls_follow_start(&it->server.env, buf_view(&info), bytes_of(NULL, 0),
				  &it->follow));
	*state = it;
	return 0;
}

static int end(void **state)
{
	struct watched *it = *state;

	mls_follow_free(&it->follow);
	party_done(&it->alice);
	party_done(&it->bob);
	party_done(&it->server);
	free(it);
	return 0;
}

static enum err watch(struct watched *it, const struct buf *message)
{
	struct mls_follow_event event;
	enum err err = mls_follow_process(it->follow, &it->server.env, buf_view(message),
					  &event);

	if (err != ERR_OK)
		return err;
	if (event.staged)
		check_ok(mls_follow_merge(it->follow, &event.staged));
	mls_follow_event_done(&event);
	return ERR_OK;
}

static void same_public_state(const struct watched *it)
{
	struct mls_view a = mls_group_view(it->alice.group),
			b = mls_follow_view(it->follow);
	AUTO(buf_done) struct buf x = BUF_INIT;
	AUTO(buf_done) struct buf y = BUF_INIT;

	mls_context_encode(&x, a.context);
	mls_context_encode(&y, b.context);
	assert_true(bytes_equal(buf_view(&x), buf_view(&y)));
}

static void invite_bob(struct watched *it)
{
	AUTO(buf_done) struct buf package = party_package(&it->bob);
	AUTO(buf_done) struct buf welcome = BUF_INIT;
	AUTO(buf_done) struct buf tree = BUF_INIT;
	struct mls_proposal add = party_add(&package);
	AUTO(buf_done) struct buf commit = party_change(&it->alice, &add, &welcome);
	struct mls_hash used;

	check_ok(watch(it, &commit));
	mls_follow_tree(it->follow, &tree);
	/* The joiner takes the server's tree. */
	check_ok(mls_group_join(&it->bob.env, buf_view(&welcome), buf_view(&tree), NULL,
				&it->bob.group, &used));
}

static void a_server_follows_commits_and_serves_the_tree(void **state)
{
	struct watched *it = *state;
	const struct mls_wrap wrap = {0};
	AUTO(buf_done) struct buf proposal = BUF_INIT;

	invite_bob(it);
	same_public_state(it);
	check_ok(mls_group_propose_update(it->bob.group, &it->bob.env, NULL, &wrap,
					  &proposal));
	check_ok(watch(it, &proposal));
	check_err(watch(it, &proposal), ERR_EXISTS);
	party_take(&it->alice, &proposal);
	AUTO(buf_done) struct buf commit = party_update(&it->alice);
	check_ok(watch(it, &commit));
	check_err(watch(it, &commit), ERR_STALE_EPOCH);
	party_take(&it->bob, &commit);
	same_public_state(it);
	AUTO(buf_done) struct buf said = party_say(&it->alice, "not for the server");
	check_ok(watch(it, &said));
}

static void an_invalid_commit_does_not_lock_the_room(void **state)
{
	struct watched *it = *state;
	AUTO(buf_done) struct buf room = BUF_INIT;

	invite_bob(it);
	struct mls_path path = evil_path(&it->bob, &room);
	const struct mls_proposal self = {.type = MLS_REMOVE, .remove = 1};
	const struct evil evil = {.proposals = &self, .count = 1, .path = &path};
	AUTO(buf_done) struct buf commit = evil_commit(&it->bob, &evil);
	check_err(watch(it, &commit), ERR_BAD);
	commit.ptr[commit.len / 2] ^= 1;
	assert_int_not_equal(watch(it, &commit), ERR_OK);
	same_public_state(it);
}

static void the_policy_of_the_server_counts(void **state)
{
	struct watched *it = *state;

	invite_bob(it);
	AUTO(buf_done) struct buf commit = party_update(&it->alice);
	it->server.commit_says = ERR_FORBIDDEN;
	check_err(watch(it, &commit), ERR_FORBIDDEN);
	it->server.commit_says = ERR_OK;
	check_ok(watch(it, &commit));
	same_public_state(it);
}

static void encrypted_handshakes_cannot_be_followed(void **state)
{
	struct watched *it = *state;
	const struct mls_commit_options options = {.wrap = {.encrypt = true}};

	invite_bob(it);
	struct mls_staged *staged = party_commit(&it->alice, &options);
	check_err(watch(it, &staged->commit), ERR_BAD);
	mls_staged_free(&staged);
}

static void the_group_info_must_be_of_the_commit(void **state)
{
	struct watched *it = *state;
	const struct mls_commit_options options = {0};
	AUTO(buf_done) struct buf old = BUF_INIT;
	struct mls_follow_event event;

	invite_bob(it);
	check_ok(mls_group_info(it->alice.group, &it->alice.env, false, &old));
	struct mls_staged *staged = party_commit(&it->alice, &options);
	check_ok(mls_follow_process(it->follow, &it->server.env,
				    buf_view(&staged->commit), &event));
	check_ok(mls_follow_check_info(event.staged, buf_view(&staged->group_info)));
	check_err(mls_follow_check_info(event.staged, buf_view(&old)), ERR_BAD);
	staged->group_info.ptr[staged->group_info.len - 1] ^= 1;
	check_err(mls_follow_check_info(event.staged, buf_view(&staged->group_info)),
		  ERR_CORRUPT);
	mls_follow_event_done(&event);
	mls_staged_free(&staged);
}

static void the_group_info_must_have_the_right_tag(void **state)
{
	struct watched *it = *state;
	const struct mls_commit_options options = {0};
	AUTO(buf_done) struct buf info = BUF_INIT;
	struct mls_follow_event event;

	invite_bob(it);
	struct mls_staged *staged = party_commit(&it->alice, &options);
	check_ok(mls_follow_process(it->follow, &it->server.env,
				    buf_view(&staged->commit), &event));
	staged->next->public.tag.bytes[0] ^= 1;
	check_ok(mls_group_info(staged->next, &it->alice.env, false, &info));
	check_err(mls_follow_check_info(event.staged, buf_view(&info)), ERR_BAD);
	mls_follow_event_done(&event);
	mls_staged_free(&staged);
}

static void rfc_12_4_3_1_the_tree_is_the_one_of_the_group_info(void **state)
{
	struct watched *it = *state;
	AUTO(buf_done) struct buf old = BUF_INIT;
	AUTO(buf_done) struct buf info = BUF_INIT;
	struct mls_follow *other = NULL;

	check_ok(mls_group_tree(it->alice.group, &old));
	invite_bob(it);
	check_ok(mls_group_info(it->alice.group, &it->alice.env, false, &info));
	check_err(mls_follow_start(&it->server.env, buf_view(&info), buf_view(&old),
				   &other),
		  ERR_BAD);
	check_err(mls_follow_start(&it->server.env, buf_view(&info), bytes_of(NULL, 0),
				   &other),
		  ERR_NOT_FOUND);
}

/* A member who gives out a tree with a key of its own in it, and signs for that. */
static void rfc_7_9_2_a_tree_that_nobody_vouches_for_is_refused(void **state)
{
	struct watched *it = *state;
	AUTO(buf_done) struct buf info = BUF_INIT;
	struct mls_follow *other = NULL;
	const uint8_t key[32] = {9};

	invite_bob(it);
	struct mls_public *public = &it->alice.group->public;
	struct mls_parent parent = *mls_tree_parent(&public->tree, 1);
	parent.encryption_key = bytes_of(key, 32);
	mls_tree_set_parent(&public->tree, 1, &parent);
	struct mls_hash hash = mls_tree_root_hash(&public->tree);
	struct mls_context context = public->context;
	context.tree_hash = mls_hash_view(&hash);
	mls_public_set_context(public, &context);
	check_ok(mls_group_info(it->alice.group, &it->alice.env, true, &info));
	check_err(mls_follow_start(&it->server.env, buf_view(&info), bytes_of(NULL, 0),
				   &other),
		  ERR_BAD);
}

static void what_was_packed_goes_on(void **state)
{
	struct watched *it = *state;
	AUTO(buf_done) struct buf packed = BUF_INIT;

	invite_bob(it);
	mls_follow_pack(it->follow, &packed);
	mls_follow_free(&it->follow);
	for (size_t len = 0; len < packed.len; len++)
		assert_int_not_equal(mls_follow_unpack(&mls_suites_default,
						       bytes_of(packed.ptr, len),
						       &it->follow),
				     ERR_OK);
	check_ok(mls_follow_unpack(&mls_suites_default, buf_view(&packed), &it->follow));
	AUTO(buf_done) struct buf commit = party_update(&it->bob);
	check_ok(watch(it, &commit));
	party_take(&it->alice, &commit);
	same_public_state(it);
}

#define WATCHED(fn) cmocka_unit_test_setup_teardown(fn, start, end)

CHECK_MAIN(WATCHED(a_server_follows_commits_and_serves_the_tree),
	   WATCHED(an_invalid_commit_does_not_lock_the_room),
	   WATCHED(the_policy_of_the_server_counts),
	   WATCHED(encrypted_handshakes_cannot_be_followed),
	   WATCHED(the_group_info_must_be_of_the_commit),
	   WATCHED(the_group_info_must_have_the_right_tag),
	   WATCHED(rfc_12_4_3_1_the_tree_is_the_one_of_the_group_info),
	   WATCHED(rfc_7_9_2_a_tree_that_nobody_vouches_for_is_refused),
	   WATCHED(what_was_packed_goes_on))
