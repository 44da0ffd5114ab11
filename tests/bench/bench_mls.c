/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast the MLS library is, as rates and as ratios to the primitives that it stands on,
 * measured in the same run: a busy machine slows both. Sizes and memory beside them. Exits
 * with 1 when a bar is missed.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/mem.h"
#include "common/crypto/dh.h"
#include "common/mls/group.h"
#include "common/mls/keystore.h"
#include "common/mls/state.h"

#define MEMBERS 1000

struct person {
	struct mls_keystore store;
	struct mls_keys keys;
	struct mls_env env;
	struct mls_client client;
	uint8_t key[SIGN_PUBLIC_LEN];
	char name[24];
	struct mls_group *group;
};

static int missed;

static void need(enum err err, const char *what)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "bench_mls: %s: %s\n", what, err_word(err));
	exit(70);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void row(const char *what, double value, const char *unit, double bar,
		bool at_least, const char *peer)
{
	bool good = bar <= 0 || (at_least ? value >= bar : value <= bar);

	printf("%-44s %10.2f %-8s", what, value, unit);
	if (bar > 0)
		printf(" %s %8.2f %-6s", at_least ? ">=" : "<=", bar,
		       good ? "ok" : "MISSED");
	else
		printf(" %18s", "");
	printf("  %s\n", peer);
	missed += !good;
}

static void person_init(struct person *it, unsigned number)
{
	uint8_t seed[SIGN_SEED_LEN];

	*it = (struct person){0};
	snprintf(it->name, sizeof(it->name), "person %u", number);
	random_fill(&random_system, seed, sizeof(seed));
	need(mls_keystore_add_sign(&it->store, bytes_of(seed, sizeof(seed)), it->key),
	     "key");
	it->keys = mls_keystore_keys(&it->store);
	it->env = (struct mls_env){.suites = &mls_suites_default,
				   .random = &random_system,
				   .keys = &it->keys,
				   .identity = &mls_identity_any,
				   .policy = &mls_policy_any};
	it->client = (struct mls_client){
		.signature_key = bytes_of(it->key, SIGN_PUBLIC_LEN),
		.credential = {MLS_CREDENTIAL_BASIC, bytes_text(it->name)}};
}

static struct buf person_package(struct person *it)
{
	struct mls_own_package own;
	struct buf copy = BUF_INIT;

	need(mls_key_package_make(&it->env, &mls_suite_chacha, &it->client, 0, UINT64_MAX,
				  bytes_of(NULL, 0), &own),
	     "key package");
	buf_add_bytes(&copy, buf_view(&own.package));
	mls_keystore_add_package(&it->store, &own);
	return copy;
}

/* The seconds that one call takes. */
static double verify_seconds(void)
{
	uint8_t seed[32] = {1}, public_key[32], signature[64];
	struct secret secret = SECRET_INIT;
	const unsigned rounds = 2000;

	need(sign_key(bytes_of(seed, 32), &secret, public_key), "key");
	need(sign_make(secret_view(&secret), bytes_text("message"), signature), "sign");
	double start = now();
	for (unsigned i = 0; i < rounds; i++)
		need(sign_check(bytes_of(public_key, 32), bytes_text("message"),
				bytes_of(signature, 64)),
		     "verify");
	return (now() - start) / rounds;
}

static double sign_seconds(void)
{
	uint8_t seed[32] = {1}, public_key[32], signature[64];
	struct secret secret = SECRET_INIT;
	const unsigned rounds = 4000;

	need(sign_key(bytes_of(seed, 32), &secret, public_key), "key");
	double start = now();
	for (unsigned i = 0; i < rounds; i++)
		need(sign_make(secret_view(&secret), bytes_text("message"), signature),
		     "sign");
	return (now() - start) / rounds;
}

static double dh_seconds(void)
{
	struct hpke_key a, b;
	struct secret shared = SECRET_INIT;
	const unsigned rounds = 2000;

	hpke_key_random(&random_system, &a);
	hpke_key_random(&random_system, &b);
	double start = now();
	for (unsigned i = 0; i < rounds; i++)
		need(dh_shared(secret_view(&a.private_key), bytes_of(b.public_key, 32),
			       &shared),
		     "dh");
	return (now() - start) / rounds;
}

static void take(struct person *it, const struct buf *message)
{
	struct mls_event event;

	need(mls_group_process(it->group, &it->env, buf_view(message), &event),
	     "process");
	if (event.kind == MLS_EVENT_COMMIT)
		need(mls_group_merge(it->group, &event.staged), "merge");
	mls_event_done(&event);
}

static struct mls_staged *commit(struct person *it,
				 const struct mls_commit_options *options)
{
	struct mls_staged *staged;

	need(mls_group_commit(it->group, &it->env, options, &staged), "commit");
	return staged;
}

static void join(struct person *it, const struct buf *welcome, struct bytes tree)
{
	struct mls_hash used;

	need(mls_group_join(&it->env, buf_view(welcome), tree, NULL, &it->group, &used),
	     "join");
}

static void messages(struct person *from, struct person *to, double verify, double sign)
{
	const unsigned count = 5000;
	struct buf *sealed = mem_alloc(count, sizeof(*sealed));
	char text[100];

	memset(text, 'x', sizeof(text));
	double start = now();
	for (unsigned i = 0; i < count; i++)
		need(mls_group_protect(from->group, &from->env,
				       bytes_of(text, sizeof(text)), bytes_of(NULL, 0), 0,
				       &sealed[i]),
		     "protect");
	double protect = (now() - start) / count;
	start = now();
	for (unsigned i = 0; i < count; i++)
		take(to, &sealed[i]);
	double unprotect = (now() - start) / count;
	row("protect 100 bytes", 1 / protect / 1000, "k/s", 20, true, "mlspp 6-14 k/s");
	row("  in Ed25519 signatures", protect / sign, "x", 0, false, "");
	row("unprotect 100 bytes", 1 / unprotect / 1000, "k/s", 12, true,
	    "mlspp 4-6 k/s");
	row("  in Ed25519 verifications", unprotect / verify, "x", 2, false, "");
	row("message of 100 bytes", (double)sealed[0].len, "bytes", 246 * 1.05, false,
	    "mlspp 246");
	for (unsigned i = 0; i < count; i++)
		buf_done(&sealed[i]);
	mem_free(sealed);
}

#define EARLY 50 /* members of the fresh room that take part, from all over the tree */

static unsigned early(unsigned i)
{
	return i * 377 % MEMBERS;
}

static struct buf take_welcome(struct mls_staged *staged, size_t i)
{
	struct buf welcome = staged->welcomes[i];

	staged->welcomes[i] = BUF_INIT;
	return welcome;
}

/* Alice adds everybody at once; a few of them join. */
static void fresh_room(struct person *people, double verify)
{
	struct mls_proposal *adds = mem_alloc(MEMBERS, sizeof(*adds));
	struct buf *packages = mem_alloc(MEMBERS, sizeof(*packages));
	struct buf tree = BUF_INIT;
	double join_time = 1e9;

	for (unsigned i = 1; i < MEMBERS; i++) {
		packages[i] = person_package(&people[i]);
		adds[i - 1].type = MLS_ADD;
		need(mls_key_package_decode(buf_view(&packages[i]), &adds[i - 1].add),
		     "decode");
	}
	row("KeyPackage", (double)packages[1].len, "bytes", 340 * 1.05, false,
	    "mlspp 340");
	const struct mls_commit_options options = {.proposals = adds,
						   .count = MEMBERS - 1};
	double start = now();
	struct mls_staged *staged = commit(&people[0], &options);
	row("add 999 members in one commit", (now() - start) * 1000, "ms", 0, false, "");
	row("Welcome, tree beside it", (double)staged->welcomes[0].len, "bytes", 0, false,
	    "");
	need(mls_group_tree(staged->next, &tree), "tree");
	row("tree of 1,000 fresh leaves", (double)tree.len / 1000, "kB", 0, false, "");
	for (unsigned i = 1; i < EARLY; i++) {
		struct buf welcome = take_welcome(staged, early(i) - 1);
		start = now();
		join(&people[early(i)], &welcome, buf_view(&tree));
		double took = now() - start;
		join_time = took < join_time ? took : join_time;
		buf_done(&welcome);
	}
	need(mls_group_merge(people[0].group, &staged), "merge");
	row("join 1,000 fresh leaves", join_time * 1000, "ms", 60, false,
	    "mlspp 86-108 ms");
	row("  in verifications per leaf", join_time / MEMBERS / verify, "x", 1.5, false,
	    "");
	buf_done(&tree);
	for (unsigned i = 1; i < MEMBERS; i++)
		buf_done(&packages[i]);
	mem_free(packages);
	mem_free(adds);
}

/* The first commits of a fresh room are big: nobody shares a key yet. */
static void first_updates(struct person *people)
{
	static const char *const names[EARLY] = {
		[0] = "first update commit of a fresh room",
		[1] = "second",
		[2] = "third",
		[EARLY - 1] = "fiftieth"};
	const struct mls_commit_options options = {0};

	for (unsigned i = 0; i < EARLY; i++) {
		struct mls_staged *staged = commit(&people[early(i)], &options);
		if (names[i])
			row(names[i], (double)staged->commit.len / 1000, "kB", 0, false,
			    "");
		for (unsigned j = 0; j < EARLY; j++) {
			if (j != i)
				take(&people[early(j)], &staged->commit);
		}
		need(mls_group_merge(people[early(i)].group, &staged), "merge");
	}
}

/* A room that grew one by one, each newcomer renewing its keys: the tree is full of keys.
 * Only alice and the last one are up to date at the end. */
static double grown_room(struct person *people)
{
	const struct mls_commit_options empty = {0};
	double join_time = 0;

	for (unsigned i = 1; i < MEMBERS; i++) {
		struct buf package = person_package(&people[i]), tree = BUF_INIT;
		struct mls_proposal add = {.type = MLS_ADD};
		const struct mls_commit_options options = {.proposals = &add, .count = 1};
		need(mls_key_package_decode(buf_view(&package), &add.add), "decode");
		struct mls_staged *staged = commit(&people[0], &options);
		struct buf welcome = take_welcome(staged, 0);
		need(mls_group_merge(people[0].group, &staged), "merge");
		need(mls_group_tree(people[0].group, &tree), "tree");
		double start = now();
		join(&people[i], &welcome, buf_view(&tree));
		join_time = now() - start;
		staged = commit(&people[i], &empty);
		take(&people[0], &staged->commit);
		need(mls_group_merge(people[i].group, &staged), "merge");
		if (i < MEMBERS - 1)
			mls_group_free(&people[i].group);
		buf_done(&package);
		buf_done(&welcome);
		buf_done(&tree);
	}
	return join_time;
}

/* Alice and the last one take turns. */
static void timed_updates(struct person *people, double dh)
{
	const struct mls_commit_options options = {0};
	const unsigned rounds = 100;
	double create = 0, process = 0;
	size_t bytes[2] = {0};

	for (unsigned i = 0; i < rounds; i++) {
		struct person *maker = &people[i % 2 ? 0 : MEMBERS - 1];
		struct person *reader = &people[i % 2 ? MEMBERS - 1 : 0];
		double start = now();
		struct mls_staged *staged = commit(maker, &options);
		create += now() - start;
		start = now();
		struct mls_event event;
		need(mls_group_process(reader->group, &reader->env,
				       buf_view(&staged->commit), &event),
		     "process");
		process += now() - start;
		need(mls_group_merge(reader->group, &event.staged), "merge");
		mls_event_done(&event);
		bytes[i % 2] = staged->commit.len;
		need(mls_group_merge(maker->group, &staged), "merge");
	}
	/* Eight nodes on the path of the last leaf, ten on that of the first. */
	row("update commit at 1,000, last leaf", (double)bytes[0], "bytes", 1350 * 1.05,
	    false, "mlspp 1.35 kB");
	row("update commit at 1,000, first leaf", (double)bytes[1], "bytes", 0, false,
	    "");
	row("update commit at 1,000: create", create / rounds * 1000, "ms", 4, false,
	    "mlspp 7-17 ms");
	row("  in X25519", create / rounds / dh, "x", 0, false, "");
	row("update commit at 1,000: process", process / rounds * 1000, "ms", 4, false,
	    "mlspp 23-53 ms");
	row("  in X25519", process / rounds / dh, "x", 0, false, "");
}

static size_t heap(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

struct weight {
	size_t written;
};

static void weigh_clear(void *ctx)
{
}

static void weigh_put(void *ctx, enum mls_part part, uint32_t index, struct bytes record)
{
	((struct weight *)ctx)->written += record.len;
}

static void weights(struct person *from, struct person *to)
{
	struct weight weight = {0};
	const struct mls_sink sink = {weigh_clear, weigh_put, &weight};
	struct buf packed = BUF_INIT;
	struct mls_group *copy;

	mls_state_save(from->group, &sink);
	mls_state_save(to->group, &sink);
	weight.written = 0;
	struct buf message = BUF_INIT;
	need(mls_group_protect(from->group, &from->env, bytes_text("hello"),
			       bytes_of(NULL, 0), 0, &message),
	     "protect");
	mls_state_save(from->group, &sink);
	row("written for a first message sent", (double)weight.written / 1024, "KiB", 96,
	    false, "");
	take(to, &message);
	mls_state_save(to->group, &sink);
	weight.written = 0;
	for (unsigned i = 0; i < 100; i++) {
		buf_clear(&message);
		need(mls_group_protect(from->group, &from->env, bytes_text("hello"),
				       bytes_of(NULL, 0), 0, &message),
		     "protect");
		take(to, &message);
	}
	mls_state_save(to->group, &sink);
	row("written per message received in 100s", (double)weight.written / 100 / 1024,
	    "KiB", 4, false, "");
	buf_done(&message);
	mls_state_pack(to->group, &packed);
	size_t before = heap();
	double start = now();
	need(mls_state_unpack(&mls_suites_default, buf_view(&packed), &copy), "load");
	row("load a group of 1,000", (now() - start) * 1000, "ms", 0, false, "");
	row("memory of a group of 1,000", (double)(heap() - before) / 1e6, "MB", 2, false,
	    "");
	mls_group_free(&copy);
	buf_done(&packed);
}

/* Ten thousand operations in a room of eight. */
static void growth(struct person *people)
{
	const struct mls_commit_options options = {0};
	size_t before = 0;

	for (unsigned i = 0; i < 10000; i++) {
		struct person *from = &people[i % 8];
		struct buf message = BUF_INIT;
		if (i == 2000)
			before = heap();
		if (i % 10 == 0) {
			struct mls_staged *staged = commit(from, &options);
			buf_add_bytes(&message, buf_view(&staged->commit));
			need(mls_group_merge(from->group, &staged), "merge");
		} else {
			need(mls_group_protect(from->group, &from->env,
					       bytes_text("hello"), bytes_of(NULL, 0), 0,
					       &message),
			     "protect");
		}
		for (unsigned j = 0; j < 8; j++) {
			if (&people[j] != from)
				take(&people[j], &message);
		}
		buf_done(&message);
	}
	double more = (double)heap() - (double)before;
	row("growth over 8,000 operations", more / 1024, "KiB", 64, false, "");
}

static void small_room(struct person *people)
{
	struct buf packages[8], tree = BUF_INIT;
	struct mls_proposal adds[7];

	for (unsigned i = 0; i < 8; i++)
		person_init(&people[i], i);
	need(mls_group_create(&people[0].env, MLS_SUITE_CHACHA,
			      bytes_text("0123456789abcdef"), &people[0].client,
			      bytes_of(NULL, 0), &people[0].group),
	     "create");
	for (unsigned i = 1; i < 8; i++) {
		packages[i] = person_package(&people[i]);
		adds[i - 1].type = MLS_ADD;
		need(mls_key_package_decode(buf_view(&packages[i]), &adds[i - 1].add),
		     "decode");
	}
	const struct mls_commit_options options = {
		.proposals = adds, .count = 7, .one_welcome = true};
	struct mls_staged *staged = commit(&people[0], &options);
	struct buf welcome = staged->welcomes[0];
	staged->welcome_count = 0;
	need(mls_group_merge(people[0].group, &staged), "merge");
	need(mls_group_tree(people[0].group, &tree), "tree");
	for (unsigned i = 1; i < 8; i++) {
		join(&people[i], &welcome, buf_view(&tree));
		buf_done(&packages[i]);
	}
	buf_done(&welcome);
	buf_done(&tree);
}

static void people_done(struct person *people, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		mls_group_free(&people[i].group);
		mls_keystore_done(&people[i].store);
	}
}

static void begin_big(struct person *people)
{
	for (unsigned i = 0; i < MEMBERS; i++)
		person_init(&people[i], i);
	need(mls_group_create(&people[0].env, MLS_SUITE_CHACHA,
			      bytes_text("0123456789abcdef"), &people[0].client,
			      bytes_of(NULL, 0), &people[0].group),
	     "create");
}

int main(void)
{
	struct person *people = calloc(MEMBERS, sizeof(*people));

	setvbuf(stdout, NULL, _IOLBF, 0);
	need(crypto_init(), "crypto");
	const double verify = verify_seconds(), sign = sign_seconds(), dh = dh_seconds();
	row("Ed25519 sign", sign * 1e6, "us", 0, false, "");
	row("Ed25519 verify", verify * 1e6, "us", 0, false, "");
	row("X25519", dh * 1e6, "us", 0, false, "");

	small_room(people);
	messages(&people[0], &people[1], verify, sign);
	growth(people);
	people_done(people, 8);

	begin_big(people);
	fresh_room(people, verify);
	weights(&people[0], &people[early(1)]);
	first_updates(people);
	people_done(people, MEMBERS);

	begin_big(people);
	double join_time = grown_room(people);
	row("join 1,000 leaves, filled tree", join_time * 1000, "ms", 60, false,
	    "mlspp 86-108 ms");
	row("  in verifications per leaf", join_time / MEMBERS / verify, "x", 1.5, false,
	    "");
	timed_updates(people, dh);
	people_done(people, MEMBERS);
	free(people);
	printf("%d bars missed\n", missed);
	return missed ? 1 : 0;
}
