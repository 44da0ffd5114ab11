/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of our clients and of those of ts-mls, an unrelated implementation that runs as a
 * child process. Random operations by either side; after each commit all agree. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/lib/check.h"
#include "tests/lib/mls_party.h"
#include "tests/peer/ts_child.h"

#define OURS   4
#define THEIRS 4
#define ALL    (OURS + THEIRS)

/* Packages of today: theirs are checked against their own clock, ours against ours. */
#define HOUR 3600u

struct member {
	bool ours, in;
	char name[8];
	struct party party; /* of ours only */
};

struct world {
	struct ts_child child;
	struct member members[ALL];
	struct random_seeded seed;
	struct random random;
	unsigned commits, messages, faults;
};

static uint32_t pick(struct world *world, uint32_t bound)
{
	return random_below(&world->random, bound);
}

/* The first one is ours and always in: the one who knows. */
static struct party *witness(struct world *world)
{
	return &world->members[0].party;
}

static uint32_t leaf_of(struct world *world, const struct member *member)
{
	const struct mls_tree *tree = mls_group_view(witness(world)->group).tree;

	for (uint32_t i = 0; i < tree->leaves; i++) {
		const struct mls_leaf *leaf = mls_tree_leaf(tree, i);
		if (leaf && bytes_equal(leaf->credential.body, bytes_text(member->name)))
			return i;
	}
	return MLS_NO_LEAF;
}

static void agrees(struct world *world, const char *authenticator)
{
	AUTO(buf_done) struct buf theirs = ts_child_bytes(authenticator);

	assert_true(bytes_equal(buf_view(&theirs),
				mls_group_authenticator(witness(world)->group)));
}

/* Everybody in but @from takes a handshake; ours first, so that the witness knows. */
static void deliver(struct world *world, const struct member *from,
		    const struct buf *message, bool is_commit)
{
	char *words[3];

	for (unsigned i = 0; i < ALL; i++) {
		struct member *to = &world->members[i];
		if (!to->in || to == from)
			continue;
		if (to->ours) {
			party_take(&to->party, message);
			to->in = mls_group_is_active(to->party.group);
			continue;
		}
		/* Who is removed by it need not read it. */
		if (is_commit && leaf_of(world, to) == MLS_NO_LEAF) {
			to->in = false;
			continue;
		}
		ts_child_ask(&world->child, "process", to->name);
		ts_child_hex(&world->child, buf_view(message));
		ts_child_answer(&world->child, words);
		if (is_commit)
			agrees(world, words[0]);
	}
	for (unsigned i = 0; is_commit && i < OURS; i++) {
		if (world->members[i].in)
			assert_true(
				party_agree(witness(world), &world->members[i].party));
	}
	world->commits += is_commit;
}

/* The key package as MLSMessage, which is what they read. */
static struct buf package_of(struct world *world, struct member *member)
{
	struct buf out = BUF_INIT;
	char *words[3];

	if (member->ours) {
		AUTO(buf_done)
		struct buf package = party_package_of(
			&member->party, member->party.env.now_ms / 1000 - HOUR,
			member->party.env.now_ms / 1000 + 24 * HOUR);
		mls_message_head(&out, MLS_KEY_PACKAGE);
		buf_add_bytes(&out, buf_view(&package));
		return out;
	}
	ts_child_ask(&world->child, "package", member->name);
	ts_child_answer(&world->child, words);
	return ts_child_bytes(words[0]);
}

/* The witness removes who was added but could not join. */
static void expel(struct world *world, struct member *member)
{
	const struct mls_proposal remove = {.type = MLS_REMOVE,
					    .remove = leaf_of(world, member)};

	member->in = false;
	AUTO(buf_done) struct buf commit = party_change(witness(world), &remove, NULL);
	deliver(world, &world->members[0], &commit, true);
	world->faults++;
}

static void let_in(struct world *world, struct member *member, const struct buf *welcome)
{
	struct mls_hash used;
	char *words[3];

	member->in = true;
	if (member->ours) {
		mls_group_free(&member->party.group);
		check_ok(mls_group_join(&member->party.env, buf_view(welcome),
					bytes_of(NULL, 0), NULL, &member->party.group,
					&used));
		mls_keystore_remove_package(&member->party.store, mls_hash_view(&used));
		assert_true(party_agree(witness(world), &member->party));
		return;
	}
	ts_child_ask(&world->child, "join", member->name);
	ts_child_hex(&world->child, buf_view(welcome));
	if (ts_child_try(&world->child, words))
		agrees(world, words[0]);
	else
		expel(world, member);
}

/* What a commit or a proposal is about. */
struct intent {
	const char *what; /* NULL: nothing */
	struct member *whom;
	struct buf package; /* MLSMessage */
	uint32_t leaf;
};

static struct intent intend(struct world *world, const struct member *actor)
{
	struct intent intent = {0};
	struct member *whom = &world->members[1 + pick(world, ALL - 1)];

	if (whom == actor)
		return intent;
	if (!whom->in) {
		intent = (struct intent){"add", whom, package_of(world, whom), 0};
	} else if (pick(world, 5) == 0) {
		intent = (struct intent){"remove", whom, BUF_INIT, leaf_of(world, whom)};
	} else if (pick(world, 4) == 0) {
		intent.what = "psk";
	}
	return intent;
}

static struct mls_proposal proposal_of(struct world *world, const struct intent *intent,
				       uint8_t nonce[32])
{
	struct mls_proposal out = {.type = MLS_REMOVE, .remove = intent->leaf};
	struct mls_message message;

	if (strcmp(intent->what, "add") == 0) {
		check_ok(mls_message_decode(buf_view(&intent->package), &message));
		out.type = MLS_ADD;
		out.add = message.key_package;
	} else if (strcmp(intent->what, "psk") == 0) {
		random_fill(&world->random, nonce, 32);
		out.type = MLS_PSK;
		out.psk = (struct mls_psk_id){.type = MLS_PSK_EXTERNAL,
					      .id = bytes_text("shared"),
					      .nonce = bytes_of(nonce, 32)};
	}
	return out;
}

static void intent_words(struct world *world, const struct intent *intent)
{
	if (!intent->what)
		return;
	ts_child_word(&world->child, intent->what);
	if (strcmp(intent->what, "add") == 0)
		ts_child_hex(&world->child, buf_view(&intent->package));
	else if (strcmp(intent->what, "remove") == 0)
		fprintf(world->child.to, " %u", intent->leaf);
	else
		ts_child_hex(&world->child, bytes_text("shared"));
}

static void we_commit(struct world *world, struct member *actor,
		      const struct intent *intent, bool encrypt)
{
	uint8_t nonce[32];
	struct mls_proposal proposal;
	struct mls_commit_options options = {.one_welcome = true,
					     .tree_in_welcome = true,
					     .no_path = pick(world, 3) == 0,
					     .wrap = {.encrypt = encrypt}};

	if (intent->what) {
		proposal = proposal_of(world, intent, nonce);
		options.proposals = &proposal;
		options.count = 1;
	}
	struct mls_staged *staged = party_commit(&actor->party, &options);
	AUTO(buf_done) struct buf message = staged->commit;
	AUTO(buf_done) struct buf welcome = BUF_INIT;
	if (staged->welcome_count) {
		welcome = staged->welcomes[0];
		staged->welcomes[0] = BUF_INIT;
	}
	staged->commit = BUF_INIT;
	check_ok(mls_group_merge(actor->party.group, &staged));
	deliver(world, actor, &message, true);
	for (unsigned i = 0; i < ALL && welcome.len; i++) {
		struct member *it = &world->members[i];
		if (!it->in && leaf_of(world, it) != MLS_NO_LEAF)
			let_in(world, it, &welcome);
	}
}

static void they_commit(struct world *world, struct member *actor,
			const struct intent *intent, bool encrypt)
{
	char *words[3];

	ts_child_ask(&world->child, "commit", actor->name);
	ts_child_word(&world->child, encrypt ? "private" : "public");
	intent_words(world, intent);
	ts_child_answer(&world->child, words);
	AUTO(buf_done) struct buf message = ts_child_bytes(words[0]);
	AUTO(buf_done) struct buf welcome = ts_child_bytes(words[1]);
	AUTO(buf_done) struct buf theirs = ts_child_bytes(words[2]);
	deliver(world, actor, &message, true);
	assert_true(bytes_equal(buf_view(&theirs),
				mls_group_authenticator(witness(world)->group)));
	for (unsigned i = 0; i < ALL && welcome.len; i++) {
		struct member *it = &world->members[i];
		if (!it->in && leaf_of(world, it) != MLS_NO_LEAF)
			let_in(world, it, &welcome);
	}
}

static void commit(struct world *world, struct member *actor, bool bare)
{
	struct intent intent = {0};
	bool encrypt = pick(world, 2);

	if (!bare)
		intent = intend(world, actor);
	if (actor->ours)
		we_commit(world, actor, &intent, encrypt);
	else
		they_commit(world, actor, &intent, encrypt);
	buf_done(&intent.package);
}

/* A proposal, and somebody else's commit that covers it. */
static void propose(struct world *world, struct member *actor, struct member *committer)
{
	struct intent intent = intend(world, actor);
	bool encrypt = pick(world, 2);
	AUTO(buf_done) struct buf message = BUF_INIT;
	uint8_t nonce[32];
	char *words[3];

	/* The committer does not remove itself. */
	if (actor == committer || (intent.whom == committer && intent.what) ||
	    (!intent.what && !actor->ours)) {
		buf_done(&intent.package);
		return;
	}
	const struct mls_wrap wrap = {.encrypt = encrypt};
	if (!actor->ours) {
		ts_child_ask(&world->child, "propose", actor->name);
		ts_child_word(&world->child, encrypt ? "private" : "public");
		intent_words(world, &intent);
		ts_child_answer(&world->child, words);
		message = ts_child_bytes(words[0]);
	} else if (intent.what) {
		struct mls_proposal proposal = proposal_of(world, &intent, nonce);
		check_ok(mls_group_propose(actor->party.group, &actor->party.env,
					   &proposal, &wrap, &message));
	} else {
		check_ok(mls_group_propose_update(actor->party.group, &actor->party.env,
						  NULL, &wrap, &message));
	}
	deliver(world, actor, &message, false);
	commit(world, committer, true);
	buf_done(&intent.package);
}

static struct buf said_by(struct world *world, struct member *actor, const char *text)
{
	struct buf out = BUF_INIT;
	char *words[3];

	if (actor->ours) {
		check_ok(mls_group_protect(actor->party.group, &actor->party.env,
					   bytes_text(text), bytes_of(NULL, 0),
					   pick(world, 50), &out));
		return out;
	}
	ts_child_ask(&world->child, "say", actor->name);
	ts_child_hex(&world->child, bytes_text(text));
	ts_child_answer(&world->child, words);
	return ts_child_bytes(words[0]);
}

static void heard_by(struct world *world, struct member *to, const struct buf *message,
		     const char *text)
{
	char *words[3];
	struct mls_event event;

	if (to->ours) {
		check_ok(mls_group_process(to->party.group, &to->party.env,
					   buf_view(message), &event));
		assert_true(bytes_equal(buf_view(&event.data), bytes_text(text)));
		mls_event_done(&event);
		return;
	}
	ts_child_ask(&world->child, "process", to->name);
	ts_child_hex(&world->child, buf_view(message));
	ts_child_answer(&world->child, words);
	assert_string_equal(words[0], "message");
	AUTO(buf_done) struct buf plain = ts_child_bytes(words[1]);
	assert_true(bytes_equal(buf_view(&plain), bytes_text(text)));
}

/* A few messages, read by everybody in another order. */
static void talk(struct world *world, struct member *actor)
{
	struct buf said[3];
	char text[3][24];
	unsigned turn = pick(world, 3);

	for (unsigned i = 0; i < 3; i++) {
		snprintf(text[i], sizeof(text[i]), "message %u", i);
		said[i] = said_by(world, actor, text[i]);
	}
	for (unsigned to = 0; to < ALL; to++) {
		struct member *it = &world->members[to];
		for (unsigned i = 0; it->in && it != actor && i < 3; i++) {
			unsigned which = (i * 2 + turn) % 3;
			heard_by(world, it, &said[which], text[which]);
		}
	}
	for (unsigned i = 0; i < 3; i++)
		buf_done(&said[i]);
	world->messages += 3;
}

/* Somebody who is out comes in by an external commit, with the GroupInfo of @from. */
static void come_in(struct world *world, struct member *from)
{
	struct member *actor = &world->members[1 + pick(world, ALL - 1)];
	AUTO(buf_done) struct buf info = BUF_INIT;
	AUTO(buf_done) struct buf message = BUF_INIT;
	struct mls_staged *staged = NULL;
	char *words[3];

	if (actor->in)
		return;
	if (from->ours) {
		check_ok(
			mls_group_info(from->party.group, &from->party.env, true, &info));
	} else {
		ts_child_ask(&world->child, "info", from->name);
		ts_child_answer(&world->child, words);
		info = ts_child_bytes(words[0]);
	}
	if (actor->ours) {
		mls_group_free(&actor->party.group);
		check_ok(mls_group_join_external(
			&actor->party.env, buf_view(&info), bytes_of(NULL, 0),
			&actor->party.client, MLS_NO_LEAF, bytes_of(NULL, 0), &staged));
		buf_add_bytes(&message, buf_view(&staged->commit));
		check_ok(mls_staged_start(&staged, &actor->party.group));
		deliver(world, actor, &message, true);
		actor->in = true;
		assert_true(party_agree(witness(world), &actor->party));
		return;
	}
	ts_child_ask(&world->child, "external", actor->name);
	ts_child_hex(&world->child, buf_view(&info));
	if (!ts_child_try(&world->child, words))
		return;
	message = ts_child_bytes(words[0]);
	AUTO(buf_done) struct buf theirs = ts_child_bytes(words[1]);
	deliver(world, actor, &message, true);
	actor->in = true;
	assert_true(bytes_equal(buf_view(&theirs),
				mls_group_authenticator(witness(world)->group)));
}

static struct member *pick_in(struct world *world)
{
	for (;;) {
		struct member *it = &world->members[pick(world, ALL)];
		if (it->in)
			return it;
	}
}

static void step(struct world *world)
{
	uint32_t what = pick(world, 100);

	if (what < 40)
		commit(world, pick_in(world), false);
	else if (what < 60)
		propose(world, pick_in(world), pick_in(world));
	else if (what < 70)
		come_in(world, pick_in(world));
	else
		talk(world, pick_in(world));
}

static void world_start(struct world *world, uint64_t seed)
{
	const uint64_t now_ms = (uint64_t)time(NULL) * 1000;
	char *words[3];

	world->random = random_seeded(&world->seed, seed);
	ts_child_start(&world->child);
	fputs("psk", world->child.to);
	ts_child_hex(&world->child, bytes_text("shared"));
	ts_child_hex(&world->child, bytes_text("a secret that all have"));
	ts_child_answer(&world->child, words);
	for (unsigned i = 0; i < ALL; i++) {
		struct member *it = &world->members[i];
		it->ours = i < OURS;
		snprintf(it->name, sizeof(it->name), "%s%u", it->ours ? "us" : "ts",
			 i % 10);
		if (!it->ours)
			continue;
		party_init(&it->party, it->name, seed * 100 + i);
		it->party.env.now_ms = now_ms;
		check_ok(mls_keystore_add_psk(&it->party.store, bytes_text("shared"),
					      bytes_text("a secret that all have")));
	}
}

static void world_end(struct world *world)
{
	ts_child_end(&world->child);
	for (unsigned i = 0; i < OURS; i++)
		party_done(&world->members[i].party);
	free(world);
}

static unsigned steps(void)
{
	const char *text = getenv("CHAT_PEER_STEPS");

	return text ? (unsigned)strtoul(text, NULL, 10) : 300;
}

/* Ours begin the group, or theirs do. */
static void run(uint64_t seed, bool we_begin)
{
	struct world *world = calloc(1, sizeof(*world));
	struct member *first;
	char *words[3];

	world_start(world, seed);
	if (we_begin) {
		first = &world->members[0];
		party_create(&first->party, bytes_of(NULL, 0));
		first->in = true;
	} else {
		/* Theirs invites the witness at once. */
		first = &world->members[OURS];
		ts_child_ask(&world->child, "create", first->name);
		ts_child_hex(&world->child, bytes_text("their group"));
		ts_child_answer(&world->child, words);
		first->in = true;
		AUTO(buf_done) struct buf package = package_of(world, &world->members[0]);
		ts_child_ask(&world->child, "commit", first->name);
		ts_child_word(&world->child, "public add");
		ts_child_hex(&world->child, buf_view(&package));
		ts_child_answer(&world->child, words);
		AUTO(buf_done) struct buf welcome = ts_child_bytes(words[1]);
		let_in(world, &world->members[0], &welcome);
	}
	for (unsigned i = 0; i < steps(); i++)
		step(world);
	print_message(
		"# %u operations: %u commits, %u messages, %u joins refused by ts-mls\n",
		steps(), world->commits, world->messages, world->faults);
	assert_true(world->commits > steps() / 4 && world->messages > steps() / 4);
	world_end(world);
}

static void groups_that_we_begin_stay_together(void **state)
{
	run(1, true);
}

static void groups_that_they_begin_stay_together(void **state)
{
	run(2, false);
}

CHECK_MAIN(TEST(groups_that_we_begin_stay_together),
	   TEST(groups_that_they_begin_stay_together))
