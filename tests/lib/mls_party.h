/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A client of the MLS library for tests: keys in memory, seeded randomness, a clock that
 *  stands, hooks that count and can be told to refuse. Failures end the test. */
#ifndef CHAT_TESTS_MLS_PARTY_H
#define CHAT_TESTS_MLS_PARTY_H

#include "common/mls/group.h"
#include "common/mls/keystore.h"
#include "common/mls/state.h"

#define PARTY_NOW_MS 1800000000000ull
#define PARTY_DAY_S  86400ull

struct party {
	char name[24];
	struct mls_keystore store;
	struct mls_keys keys;
	struct random_seeded seed;
	struct random random;
	struct mls_identity identity;
	struct mls_policy policy;
	struct mls_env env;
	uint8_t sign_key[SIGN_PUBLIC_LEN];
	struct mls_client client;
	struct mls_group *group;
	/* The hooks: what they answer and how often they were asked. */
	enum err identity_says, proposal_says, commit_says;
	unsigned identity_asked, proposal_asked, commit_asked;
};

/** @party must stay where it is: its env points into it. */
void party_init(struct party *party, const char *name, uint64_t seed);
void party_done(struct party *party);

/** A key package of @party, whose keys it keeps; valid for 30 days around the clock. */
struct buf party_package(struct party *party);
/** The same with a lifetime and extensions of one's choice. */
struct buf party_package_of(struct party *party, uint64_t not_before, uint64_t not_after);
/** Begin a group with a fixed id and the context extensions @extensions. */
void party_create(struct party *party, struct bytes extensions);
/** An Add of @package, which must outlive it. */
struct mls_proposal party_add(const struct buf *package);
/** A commit that must succeed. */
struct mls_staged *party_commit(struct party *party,
				const struct mls_commit_options *options);
/** A commit of one by-value proposal, merged; returns the message, with the first Welcome
 *  in @ret_welcome if not NULL. */
struct buf party_change(struct party *party, const struct mls_proposal *proposal,
			struct buf *ret_welcome);
/** A commit with a path and nothing else, merged. */
struct buf party_update(struct party *party);
/** Join by @welcome with the tree of @from, and drop the key package. */
void party_join(struct party *party, const struct buf *welcome, const struct party *from);
/** Process a handshake and merge it if it is a commit. */
void party_take(struct party *party, const struct buf *message);
/** What processing gives; what it returns is thrown away. */
enum err party_try(struct party *party, struct bytes message);
/** @from adds @to; everybody in @others takes the commit. */
void party_invite(struct party *from, struct party *to, struct party *const *others,
		  size_t count);
/** All three begin: @alice makes a group and adds @bob, then @carol: leaves 0, 1, 2. */
void party_trio(struct party *alice, struct party *bob, struct party *carol);
/** Whether both are in the same state. */
bool party_agree(const struct party *a, const struct party *b);
/** Seal @text. */
struct buf party_say(struct party *party, const char *text);
/** Open @message; it must be @text of leaf @sender. */
void party_hear(struct party *party, const struct buf *message, uint32_t sender,
		const char *text);
/** The whole state as bytes. */
struct buf party_state(const struct party *party);

/** The fixture of most tests of groups. */
struct trio {
	struct party alice, bob, carol;
};

/** For cmocka_unit_test_setup_teardown(). */
int trio_set_up(void **state);
int trio_tear_down(void **state);
#define TRIO(fn) cmocka_unit_test_setup_teardown(fn, trio_set_up, trio_tear_down)
/** Bob and carol are in the same state as alice. */
void trio_agrees(const struct trio *trio);

#endif
