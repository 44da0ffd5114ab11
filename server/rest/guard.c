/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counting tries. Each counts as a failure until it turns out well, so that a thousand
 * parallel ones do not all pass before the first has failed.
 */
#include "server/rest/guard.h"

#include "common/base/mem.h"
#include "server/net/rate.h"

#define SUBJECTS 16384 /* entries per throttle: 40 bytes each */

/* Nobody signs up a hundred people an hour, but a school behind one address may. */
static const struct throttle_rule signup_rule = {
	.free = 100, .first_ms = 6000, .most_ms = 36000, .forget_ms = 3600000};

enum err guard_new(const struct keys *keys, struct password_cost cost,
		   struct guard **ret_guard)
{
	struct guard *guard = mem_new(struct guard);
	struct secret password = SECRET_INIT;
	uint64_t seeds[3];

	guard->cost = cost;
	random_secret(keys->random, 32, &password);
	enum err err = password_hash(keys_pepper(keys), cost, secret_view(&password),
				     &guard->nobody);
	secret_done(&password);
	if (err != ERR_OK) {
		mem_free(guard);
		return err;
	}
	random_fill(keys->random, seeds, sizeof(seeds));
	guard->logins = throttle_new(&throttle_login, SUBJECTS, seeds[0]);
	guard->addresses = throttle_new(&throttle_address, SUBJECTS, seeds[1]);
	guard->signups = throttle_new(&signup_rule, SUBJECTS, seeds[2]);
	*ret_guard = guard;
	return ERR_OK;
}

void guard_free(struct guard **guard)
{
	if (!*guard)
		return;
	throttle_free(&(*guard)->logins);
	throttle_free(&(*guard)->addresses);
	throttle_free(&(*guard)->signups);
	mem_free(*guard);
	*guard = NULL;
}

static struct id address_of(const struct call *call)
{
	uint8_t key[16];

	return keys_subject(&call->server->keys, rate_peer(&call->request->peer, key));
}

static enum err take(struct call *call, struct throttle *throttle)
{
	struct id subject = address_of(call);

	if (call->request->peer.local)
		return ERR_OK;
	return throttle_try(throttle, &subject, clock_mono_ms(&call->server->clock),
			    &call->retry_ms);
}

enum err guard_try(struct call *call)
{
	return take(call, call->server->guard->addresses);
}

void guard_good(struct call *call)
{
	struct id subject = address_of(call);

	throttle_undo(call->server->guard->addresses, &subject);
}

enum err guard_signup(struct call *call)
{
	return take(call, call->server->guard->signups);
}
