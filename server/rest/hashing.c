/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Jobs for the hash worker. One thread hashes: a hash fills a core and
 * 19 MiB, and messages must not wait for it. Passwords live in the job and are wiped
 * before it is freed.
 */
#include "server/rest/hashing.h"

#include <stdio.h>
#include <sys/resource.h>

#include "common/base/mem.h"
#include "server/rest/guard.h"

#define HASH_NICE 10

struct hash_job {
	struct server_job base;
	struct call *call;
	hashed_fn *done;
	struct password_hash stored;
	struct buf password, new_password;
	bool verify, renew, polite;
	const struct keys *keys;
	struct password_cost cost;
	struct hashed hashed;
};

static void run_hash(struct job *base, void *ctx)
{
	struct hash_job *job = CONTAINER_OF(base, struct hash_job, base.job);
	struct hashed *hashed = &job->hashed;
	const struct pepper *pepper = keys_pepper(job->keys);
	struct bytes next = buf_view(&job->new_password);

	/* Of this thread alone (Linux): where there is one core for all, messages go first. */
	if (job->polite)
		setpriority(PRIO_PROCESS, 0, HASH_NICE);
	if (job->verify)
		hashed->err = password_verify(job->keys->peppers, job->keys->pepper_count,
					      job->stored.text, buf_view(&job->password));
	if (hashed->err == ERR_OK && job->renew &&
	    password_is_dated(pepper, job->cost, job->stored.text))
		next = buf_view(&job->password);
	if (hashed->err == ERR_OK && next.len)
		hashed->err = password_hash(pepper, job->cost, next, &hashed->hash);
}

static void hash_done(struct server_job *base)
{
	struct hash_job *job = CONTAINER_OF(base, struct hash_job, base);

	job->done(job->call, &job->hashed);
	buf_wipe(&job->password);
	buf_wipe(&job->new_password);
	mem_free(job);
}

enum err hashing_start(struct call *call, const struct hashing *hashing, hashed_fn *done)
{
	struct hash_job *job = mem_new(struct hash_job);

	*job = (struct hash_job){
		.base = {.job = {.run = run_hash}, .done = hash_done},
		.call = call,
		.done = done,
		.verify = hashing->stored != NULL,
		.renew = hashing->renew,
		.polite = call->server->loop != NULL,
		.keys = &call->server->keys,
		.cost = call->server->guard->cost,
	};
	if (hashing->stored)
		snprintf(job->stored.text, sizeof(job->stored.text), "%s",
			 hashing->stored);
	buf_add_bytes(&job->password, hashing->password);
	buf_add_bytes(&job->new_password, hashing->new_password);
	enum err err = worker_submit(&call->server->hasher, &job->base.job);
	if (err != ERR_OK) {
		buf_wipe(&job->password);
		buf_wipe(&job->new_password);
		mem_free(job);
	}
	return err;
}
