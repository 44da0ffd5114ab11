/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many clients and a delivery service that orders one log but otherwise behaves badly: it
 * delivers late, twice, out of order, not at all, or another commit than to everybody else;
 * clients crash at any point and go on from what they stored.
 *
 * What must hold: whoever has read the whole log agrees with everybody else, or knows that
 * it is off; and no (epoch, leaf, generation) is seen twice on the wire. */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/mls/follow.h"
#include "common/mls/member.h"
#include "tests/lib/check.h"
#include "tests/lib/mls_party.h"

#define CLIENTS_MAX 50
#define LOG_MAX     4000

struct client {
	struct party party;
	struct buf stored; /* the group as of the last transaction */
	struct buf staged; /* own commit under way, packed */
	size_t cursor;     /* entries of the log that were read */
	bool in;           /* a member, as far as it knows */
	bool off;          /* knows that it lost track */
};

struct entry {
	bool is_commit;
	unsigned sender;
	struct buf message;
};

/* One key on the wire. */
struct used {
	struct mls_hash epoch; /* the interim hash, which also tells branches apart */
	uint32_t leaf, generation;
};

struct model {
	struct random_seeded seed;
	struct random random;
	struct client clients[CLIENTS_MAX];
	unsigned count;
	struct entry log[LOG_MAX];
	size_t log_len;
	struct party server;
	struct mls_follow *follow;
	struct buf info; /* GroupInfo of the newest epoch */
	struct used *used;
	size_t used_count, used_cap;
	unsigned crashes, forks, resyncs, lost, commits, messages, unreadable;
};

static uint32_t pick(struct model *model, uint32_t bound)
{
	return random_below(&model->random, bound);
}

/* Store the group as it is: the end of a transaction. */
static void store(struct client *client)
{
	buf_clear(&client->stored);
	mls_state_pack(client->party.group, &client->stored);
}

static void crash(struct model *model, struct client *client)
{
	mls_group_free(&client->party.group);
	check_ok(mls_state_unpack(&mls_suites_default, buf_view(&client->stored),
				  &client->party.group));
	model->crashes++;
}

static void maybe_crash(struct model *model, struct client *client)
{
	if (pick(model, 4) == 0)
		crash(model, client);
}

static struct client *pick_member(struct model *model)
{
	for (;;) {
		struct client *client = &model->clients[pick(model, model->count)];
		if (client->in && !client->off)
			return client;
	}
}

/* The leaf of a client in the tree that the server knows; MLS_NO_LEAF without one. */
static uint32_t leaf_of(const struct model *model, const struct client *client)
{
	const struct mls_tree *tree = mls_follow_view(model->follow).tree;

	for (uint32_t i = 0; i < tree->leaves; i++) {
		const struct mls_leaf *leaf = mls_tree_leaf(tree, i);
		if (leaf &&
		    bytes_equal(leaf->signature_key, client->party.client.signature_key))
			return i;
	}
	return MLS_NO_LEAF;
}

/* Whether a client is in the epoch that the server knows, on its branch: what devices find
 * out by telling each other their epoch authenticators. */
static bool on_branch(const struct model *model, const struct client *client)
{
	AUTO(buf_done) struct buf a = BUF_INIT;
	AUTO(buf_done) struct buf b = BUF_INIT;

	mls_context_encode(&a, mls_group_view(client->party.group).context);
	mls_context_encode(&b, mls_follow_view(model->follow).context);
	return bytes_equal(buf_view(&a), buf_view(&b));
}

static void post(struct model *model, struct client *from, bool is_commit,
		 const struct buf *message)
{
	assert_true(model->log_len < LOG_MAX);
	struct entry *entry = &model->log[model->log_len++];
	*entry = (struct entry){.is_commit = is_commit,
				.sender = (unsigned)(from - model->clients)};
	buf_add_bytes(&entry->message, buf_view(message));
}

/* The server's part for a commit: only in its epoch, only if it is valid. Who is on another
 * branch has signed another context and learns it here. */
static bool accept(struct model *model, struct client *client,
		   const struct mls_staged *staged)
{
	struct mls_follow_event event;
	enum err err = mls_follow_process(model->follow, &model->server.env,
					  buf_view(&staged->commit), &event);

	if (err != ERR_OK) {
		client->off = err != ERR_STALE_EPOCH;
		assert_true(err == ERR_STALE_EPOCH || !on_branch(model, client));
		model->lost++;
		return false;
	}
	check_ok(mls_follow_check_info(event.staged, buf_view(&staged->group_info)));
	check_ok(mls_follow_merge(model->follow, &event.staged));
	mls_follow_event_done(&event);
	buf_clear(&model->info);
	buf_add_bytes(&model->info, buf_view(&staged->group_info));
	model->commits++;
	return true;
}

static void remember_key(struct model *model, const struct mls_group *group)
{
	const struct mls_ratchets *ratchets = group->secrets.senders[group->private.leaf];
	const struct used used = {
		.epoch = group->public.interim,
		.leaf = group->private.leaf,
		.generation = ratchets
				      ? ratchets->kind[MLS_RATCHET_APPLICATION].generation
				      : 0};

	for (size_t i = 0; i < model->used_count; i++)
		assert_memory_not_equal(&model->used[i], &used, sizeof(used));
	if (model->used_count == model->used_cap) {
		model->used_cap = mem_grow(model->used_cap, model->used_count + 1);
		model->used =
			mem_resize(model->used, model->used_cap, sizeof(*model->used));
	}
	model->used[model->used_count++] = used;
}

static void catch_up(struct model *model, struct client *client, size_t most);

static void say(struct model *model, struct client *client)
{
	AUTO(buf_done) struct buf message = BUF_INIT;
	struct mls_follow_event event;

	if (pick(model, 10) < 6)
		catch_up(model, client, SIZE_MAX);
	if (!client->in || client->off)
		return;
	if (mls_group_protect(client->party.group, &client->party.env, bytes_text("text"),
			      bytes_of(NULL, 0), 0, &message) != ERR_OK)
		return;
	/* Crashing before it is stored is as if it had never been said. */
	if (pick(model, 5) == 0) {
		crash(model, client);
		return;
	}
	AUTO(mls_group_free) struct mls_group *before = NULL;
	check_ok(mls_state_unpack(&mls_suites_default, buf_view(&client->stored),
				  &before));
	remember_key(model, before);
	store(client);
	maybe_crash(model, client);
	enum err err = mls_follow_process(model->follow, &model->server.env,
					  buf_view(&message), &event);
	if (err == ERR_OK) {
		post(model, client, false, &message);
		model->messages++;
	} else {
		check_err(err, ERR_STALE_EPOCH);
	}
}

static void welcome(struct model *model, struct client *client, const struct buf *message)
{
	AUTO(buf_done) struct buf tree = BUF_INIT;
	struct mls_hash used;

	mls_follow_tree(model->follow, &tree);
	mls_group_free(&client->party.group);
	check_ok(mls_group_join(&client->party.env, buf_view(message), buf_view(&tree),
				NULL, &client->party.group, &used));
	mls_keystore_remove_package(&client->party.store, mls_hash_view(&used));
	client->in = true;
	client->off = false;
	client->cursor = model->log_len;
	buf_clear(&client->staged);
	store(client);
}

/* Something for a commit to do: nothing, adding, removing. Returns who is added. */
static struct client *intent(struct model *model, const struct client *client,
			     struct buf *package, struct mls_proposal *ret, size_t *count)
{
	struct client *other = &model->clients[pick(model, model->count)];
	uint32_t leaf = leaf_of(model, other);

	*count = 0;
	if (other == client)
		return NULL;
	if (leaf == MLS_NO_LEAF) {
		*package = party_package(&other->party);
		*ret = party_add(package);
		*count = 1;
		return other;
	}
	if (pick(model, 6) == 0 &&
	    mls_tree_leaf(mls_group_view(client->party.group).tree, leaf) &&
	    leaf != mls_group_own_leaf(client->party.group)) {
		*ret = (struct mls_proposal){.type = MLS_REMOVE, .remove = leaf};
		*count = 1;
	}
	return NULL;
}

static void commit(struct model *model, struct client *client)
{
	AUTO(buf_done) struct buf package = BUF_INIT;
	struct mls_commit_options options = {.no_path = pick(model, 4) == 0};
	struct mls_staged *staged = NULL;
	struct mls_proposal proposal;

	/* Mostly after catching up; the others are the races. What became of a commit of
	 * one's own is known before the next one is made. */
	if (client->staged.len || pick(model, 10) < 7)
		catch_up(model, client, SIZE_MAX);
	if (!client->in || client->off || client->staged.len)
		return;
	struct client *added = intent(model, client, &package, &proposal, &options.count);
	options.proposals = &proposal;
	if (mls_group_commit(client->party.group, &client->party.env, &options,
			     &staged) != ERR_OK)
		return;
	/* Stored before it is sent, so that a crash in between is survived. */
	buf_clear(&client->staged);
	mls_staged_pack(staged, &client->staged);
	maybe_crash(model, client);
	if (accept(model, client, staged)) {
		post(model, client, true, &staged->commit);
		if (added)
			welcome(model, added, &staged->welcomes[0]);
	}
	mls_staged_free(&staged);
}

/* What everybody does who meets a commit of its own in the log. */
static bool merge_own(struct client *client)
{
	struct mls_staged *staged = NULL;

	if (!client->staged.len)
		return false;
	check_ok(mls_staged_unpack(&mls_suites_default, buf_view(&client->staged),
				   &staged));
	enum err err = mls_group_merge(client->party.group, &staged);
	mls_staged_free(&staged);
	return err == ERR_OK;
}

static enum err read_entry(struct client *client, const struct buf *message)
{
	struct mls_event event;
	enum err err = mls_group_process(client->party.group, &client->party.env,
					 buf_view(message), &event);

	if (err != ERR_OK)
		return err;
	if (event.kind == MLS_EVENT_COMMIT) {
		check_ok(mls_group_merge(client->party.group, &event.staged));
		buf_clear(&client->staged);
	}
	mls_event_done(&event);
	return ERR_OK;
}

static void take_commit(struct model *model, struct client *client,
			const struct entry *entry)
{
	bool own = &model->clients[entry->sender] == client;
	bool good =
		own ? merge_own(client) : read_entry(client, &entry->message) == ERR_OK;

	buf_clear(&client->staged);
	if (!good) {
		client->off = true;
		return;
	}
	client->in = mls_group_is_active(client->party.group);
	store(client);
	maybe_crash(model, client);
}

/* A run of messages of one epoch: in any order, some not, some twice. */
static void take_messages(struct model *model, struct client *client, size_t from,
			  size_t to)
{
	size_t order[64];
	size_t count = to - from;

	for (size_t i = 0; i < count; i++)
		order[i] = from + i;
	for (size_t i = count; i > 1; i--) {
		size_t j = pick(model, (uint32_t)i), swap = order[i - 1];
		order[i - 1] = order[j];
		order[j] = swap;
	}
	for (size_t i = 0; i < count; i++) {
		const struct entry *entry = &model->log[order[i]];
		if (&model->clients[entry->sender] == client || pick(model, 10) == 0)
			continue;
		enum err err = read_entry(client, &entry->message);
		/* From another branch, ours or the sender's: a gap that is shown. */
		if (err == ERR_CORRUPT) {
			model->unreadable++;
			continue;
		}
		check_ok(err);
		store(client);
		if (pick(model, 3) == 0)
			check_err(read_entry(client, &entry->message), ERR_GONE);
		maybe_crash(model, client);
	}
}

static void catch_up(struct model *model, struct client *client, size_t most)
{
	while (client->in && !client->off && client->cursor < model->log_len && most--) {
		size_t at = client->cursor, end = at;
		if (model->log[at].is_commit) {
			take_commit(model, client, &model->log[at]);
			client->cursor++;
			continue;
		}
		while (end < model->log_len && !model->log[end].is_commit &&
		       end - at < 40)
			end++;
		take_messages(model, client, at, end);
		client->cursor = end;
	}
}

/* The server shows one client a commit that lost. */
static void split(struct model *model)
{
	struct client *liar = pick_member(model), *victim = pick_member(model);
	const struct mls_commit_options options = {0};
	struct mls_staged *staged = NULL;

	catch_up(model, liar, SIZE_MAX);
	catch_up(model, victim, SIZE_MAX);
	if (liar == victim || !liar->in || !victim->in || liar->off || victim->off ||
	    !on_branch(model, liar) || !on_branch(model, victim))
		return;
	check_ok(
		mls_group_commit(liar->party.group, &liar->party.env, &options, &staged));
	check_ok(read_entry(victim, &staged->commit));
	store(victim);
	victim->cursor = model->log_len + 1; /* the winner that it is not shown */
	mls_staged_free(&staged);
	do
		commit(model, liar);
	while (victim->cursor > model->log_len);
	model->forks++;
}

/* Who is off rejoins by itself and replaces what is left of it. */
static void resync(struct model *model, struct client *client)
{
	AUTO(buf_done) struct buf tree = BUF_INIT;
	struct mls_staged *staged = NULL;

	mls_follow_tree(model->follow, &tree);
	check_ok(mls_group_join_external(&client->party.env, buf_view(&model->info),
					 buf_view(&tree), &client->party.client,
					 leaf_of(model, client), bytes_of(NULL, 0),
					 &staged));
	assert_true(accept(model, client, staged));
	post(model, client, true, &staged->commit);
	mls_group_free(&client->party.group);
	check_ok(mls_staged_start(&staged, &client->party.group));
	client->cursor = model->log_len;
	client->in = true;
	client->off = false;
	buf_clear(&client->staged);
	store(client);
	model->resyncs++;
}

static void step(struct model *model)
{
	struct client *client;

	do
		client = &model->clients[pick(model, model->count)];
	while (!client->in && !client->off);
	if (client->off) {
		resync(model, client);
		return;
	}
	uint32_t what = pick(model, 100);
	if (what < 45)
		say(model, client);
	else if (what < 65)
		commit(model, client);
	else if (what < 98)
		catch_up(model, client, 1 + pick(model, 6));
	else
		split(model);
}

static void model_start(struct model *model, unsigned count, uint64_t seed)
{
	model->random = random_seeded(&model->seed, seed);
	model->count = count;
	for (unsigned i = 0; i < count; i++) {
		char name[24];
		snprintf(name, sizeof(name), "client %u", i);
		party_init(&model->clients[i].party, name, seed * 1000 + i);
	}
	party_init(&model->server, "server", seed * 1000 + 999);
	struct client *first = &model->clients[0];
	party_create(&first->party, bytes_of(NULL, 0));
	check_ok(mls_group_info(first->party.group, &first->party.env, true,
				&model->info));
	check_ok(mls_follow_start(&model->server.env, buf_view(&model->info),
				  bytes_of(NULL, 0), &model->follow));
	first->in = true;
	store(first);
}

static void model_done(struct model *model)
{
	for (unsigned i = 0; i < model->count; i++) {
		party_done(&model->clients[i].party);
		buf_done(&model->clients[i].stored);
		buf_done(&model->clients[i].staged);
	}
	for (size_t i = 0; i < model->log_len; i++)
		buf_done(&model->log[i].message);
	party_done(&model->server);
	mls_follow_free(&model->follow);
	buf_done(&model->info);
	mem_free(model->used);
}

/* Everybody reads to the end; who was off comes back. */
static void settle(struct model *model)
{
	for (bool again = true; again;) {
		again = false;
		for (unsigned i = 0; i < model->count; i++) {
			struct client *client = &model->clients[i];
			catch_up(model, client, SIZE_MAX);
			if (client->in && !on_branch(model, client))
				client->off = true;
			if (client->off) {
				resync(model, client);
				again = true;
			}
		}
	}
}

static void all_agree(struct model *model)
{
	const struct client *first = NULL;
	unsigned members = 0;

	for (unsigned i = 0; i < model->count; i++) {
		struct client *client = &model->clients[i];
		assert_int_equal(client->in, leaf_of(model, client) != MLS_NO_LEAF);
		if (!client->in)
			continue;
		assert_int_equal(leaf_of(model, client),
				 mls_group_own_leaf(client->party.group));
		if (!first)
			first = client;
		assert_true(party_agree(&first->party, &client->party));
		members++;
	}
	assert_int_equal(members, mls_tree_members(mls_follow_view(model->follow).tree));
}

static void run(unsigned clients, unsigned steps, uint64_t seed)
{
	struct model *model = calloc(1, sizeof(*model));

	model_start(model, clients, seed);
	for (unsigned i = 0; i < steps; i++)
		step(model);
	settle(model);
	all_agree(model);
	print_message(
		"# %u clients: %u commits, %u lost, %u messages, %u crashes, %u forks, "
		"%u resyncs, %u unreadable\n",
		clients, model->commits, model->lost, model->messages, model->crashes,
		model->forks, model->resyncs, model->unreadable);
	assert_true(model->crashes > 0 && model->commits > 0 && model->messages > 0);
	if (clients > 4)
		assert_true(model->forks > 0 && model->resyncs > 0);
	model_done(model);
	free(model);
}

static void two_clients_agree(void **state)
{
	for (uint64_t seed = 1; seed <= 4; seed++)
		run(2, 300, seed);
}

static void seven_clients_agree(void **state)
{
	for (uint64_t seed = 11; seed <= 13; seed++)
		run(7, 600, seed);
}

static void twenty_clients_agree(void **state)
{
	run(20, 900, 21);
}

static void fifty_clients_agree(void **state)
{
	run(50, 1200, 31);
}

CHECK_MAIN(TEST(two_clients_agree), TEST(seven_clients_agree), TEST(twenty_clients_agree),
	   TEST(fifty_clients_agree))
