/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clients for tests. Everything random comes from a seed, so that a failure comes again.
 */
#include "tests/lib/mls_party.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/check.h"

static enum err say_identity(void *ctx, const struct mls_leaf *leaf,
			     const struct mls_leaf *old)
{
	struct party *party = ctx;

	party->identity_asked++;
	return party->identity_says;
}

static enum err say_sender(void *ctx, const struct mls_external_sender *sender)
{
	return ((struct party *)ctx)->identity_says;
}

static enum err say_proposal(void *ctx, const struct mls_view *before,
			     const struct mls_sender *sender,
			     const struct mls_proposal *proposal)
{
	struct party *party = ctx;

	party->proposal_asked++;
	return party->proposal_says;
}

static enum err say_commit(void *ctx, const struct mls_view *before,
			   const struct mls_view *after, const struct mls_change *change)
{
	struct party *party = ctx;

	party->commit_asked++;
	return party->commit_says;
}

void party_init(struct party *party, const char *name, uint64_t seed)
{
	uint8_t bytes[SIGN_SEED_LEN];

	check_ok(crypto_init());
	*party = (struct party){0};
	snprintf(party->name, sizeof(party->name), "%s", name);
	party->random = random_seeded(&party->seed, seed);
	party->keys = mls_keystore_keys(&party->store);
	party->identity = (struct mls_identity){say_identity, say_sender, party};
	party->policy = (struct mls_policy){say_proposal, say_commit, party};
	party->env = (struct mls_env){.suites = &mls_suites_default,
				      .random = &party->random,
				      .keys = &party->keys,
				      .identity = &party->identity,
				      .policy = &party->policy,
				      .now_ms = PARTY_NOW_MS,
				      .lifetime_max_ms = 91 * PARTY_DAY_S * 1000};
	random_fill(&party->random, bytes, sizeof(bytes));
	check_ok(mls_keystore_add_sign(&party->store, bytes_of(bytes, sizeof(bytes)),
				       party->sign_key));
	party->client = (struct mls_client){
		.signature_key = bytes_of(party->sign_key, SIGN_PUBLIC_LEN),
		.credential = {MLS_CREDENTIAL_BASIC, bytes_text(party->name)}};
}

void party_done(struct party *party)
{
	mls_group_free(&party->group);
	mls_keystore_done(&party->store);
}

struct buf party_package_of(struct party *party, uint64_t not_before, uint64_t not_after)
{
	struct mls_own_package own;
	struct buf copy = BUF_INIT;

	check_ok(mls_key_package_make(&party->env, &mls_suite_chacha, &party->client,
				      not_before, not_after, bytes_of(NULL, 0), &own));
	buf_add_bytes(&copy, buf_view(&own.package));
	mls_keystore_add_package(&party->store, &own);
	return copy;
}

struct buf party_package(struct party *party)
{
	const uint64_t now = PARTY_NOW_MS / 1000;

	return party_package_of(party, now - PARTY_DAY_S, now + 29 * PARTY_DAY_S);
}

void party_create(struct party *party, struct bytes extensions)
{
	check_ok(mls_group_create(&party->env, MLS_SUITE_CHACHA, bytes_text("a group"),
				  &party->client, extensions, &party->group));
}

struct mls_proposal party_add(const struct buf *package)
{
	struct mls_proposal proposal = {.type = MLS_ADD};

	check_ok(mls_key_package_decode(buf_view(package), &proposal.add));
	return proposal;
}

struct mls_staged *party_commit(struct party *party,
				const struct mls_commit_options *options)
{
	struct mls_staged *staged = NULL;

	check_ok(mls_group_commit(party->group, &party->env, options, &staged));
	return staged;
}

static struct buf copy_of(const struct buf *buf)
{
	struct buf copy = BUF_INIT;

	buf_add_bytes(&copy, buf_view(buf));
	return copy;
}

struct buf party_change(struct party *party, const struct mls_proposal *proposal,
			struct buf *ret_welcome)
{
	const struct mls_commit_options options = {.proposals = proposal,
						   .count = proposal ? 1 : 0};
	struct mls_staged *staged = party_commit(party, &options);
	struct buf message = copy_of(&staged->commit);

	if (ret_welcome)
		*ret_welcome = copy_of(&staged->welcomes[0]);
	check_ok(mls_group_merge(party->group, &staged));
	return message;
}

struct buf party_update(struct party *party)
{
	return party_change(party, NULL, NULL);
}

void party_join(struct party *party, const struct buf *welcome, const struct party *from)
{
	AUTO(buf_done) struct buf tree = BUF_INIT;
	struct mls_hash used;

	check_ok(mls_group_tree(from->group, &tree));
	check_ok(mls_group_join(&party->env, buf_view(welcome), buf_view(&tree), NULL,
				&party->group, &used));
	mls_keystore_remove_package(&party->store, mls_hash_view(&used));
}

void party_take(struct party *party, const struct buf *message)
{
	struct mls_event event;

	check_ok(mls_group_process(party->group, &party->env, buf_view(message), &event));
	if (event.kind == MLS_EVENT_COMMIT)
		check_ok(mls_group_merge(party->group, &event.staged));
	mls_event_done(&event);
}

enum err party_try(struct party *party, struct bytes message)
{
	struct mls_event event;
	enum err err = mls_group_process(party->group, &party->env, message, &event);

	if (err == ERR_OK)
		mls_event_done(&event);
	return err;
}

void party_invite(struct party *from, struct party *to, struct party *const *others,
		  size_t count)
{
	AUTO(buf_done) struct buf package = party_package(to);
	AUTO(buf_done) struct buf welcome = BUF_INIT;
	struct mls_proposal add = party_add(&package);
	AUTO(buf_done) struct buf commit = party_change(from, &add, &welcome);

	for (size_t i = 0; i < count; i++)
		party_take(others[i], &commit);
	party_join(to, &welcome, from);
}

bool party_agree(const struct party *a, const struct party *b)
{
	return bytes_equal(mls_group_authenticator(a->group),
			   mls_group_authenticator(b->group));
}

struct buf party_say(struct party *party, const char *text)
{
	struct buf out = BUF_INIT;

	check_ok(mls_group_protect(party->group, &party->env, bytes_text(text),
				   bytes_text("aad"), 3, &out));
	return out;
}

void party_hear(struct party *party, const struct buf *message, uint32_t sender,
		const char *text)
{
	struct mls_event event;

	check_ok(mls_group_process(party->group, &party->env, buf_view(message), &event));
	assert_int_equal(event.kind, MLS_EVENT_APPLICATION);
	assert_int_equal(event.sender.index, sender);
	assert_true(bytes_equal(buf_view(&event.data), bytes_text(text)));
	assert_true(bytes_equal(buf_view(&event.authenticated_data), bytes_text("aad")));
	mls_event_done(&event);
}

struct buf party_state(const struct party *party)
{
	struct buf out = BUF_INIT;

	mls_state_pack(party->group, &out);
	return out;
}

void party_trio(struct party *alice, struct party *bob, struct party *carol)
{
	party_init(alice, "alice", 1);
	party_init(bob, "bob", 2);
	party_init(carol, "carol", 3);
	party_create(alice, bytes_of(NULL, 0));
	party_invite(alice, bob, NULL, 0);
	party_invite(alice, carol, &bob, 1);
}

int trio_set_up(void **state)
{
	struct trio *trio = calloc(1, sizeof(*trio));

	party_trio(&trio->alice, &trio->bob, &trio->carol);
	*state = trio;
	return 0;
}

int trio_tear_down(void **state)
{
	struct trio *trio = *state;

	party_done(&trio->alice);
	party_done(&trio->bob);
	party_done(&trio->carol);
	free(trio);
	return 0;
}

void trio_agrees(const struct trio *trio)
{
	assert_true(party_agree(&trio->alice, &trio->bob));
	assert_true(party_agree(&trio->alice, &trio->carol));
}
