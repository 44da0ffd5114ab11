/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counting tries. Each counts as a failure until it turns out well, so that a thousand
 * parallel ones do not all pass before the first has failed.
 */
#include "server/rest/guard.h"

#include "common/base/mem.h"
#include "server/core/audit.h"
#include "server/net/rate.h"

#define SUBJECTS  16384 /* entries per throttle: 40 bytes each */
#define MINUTE_MS 60000
#define HOUR_MS   3600000

enum err guard_new(const struct keys *keys, struct password_cost cost,
		   struct guard **ret_guard)
{
	struct guard *guard = mem_new(struct guard);
	struct secret password = SECRET_INIT;
	const struct throttle_rule none = throttle_pace(0, 0);
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
	guard->passwords = throttle_new(&throttle_login, SUBJECTS, seeds[0]);
	guard->addresses = throttle_new(&none, SUBJECTS, seeds[1]);
	guard->signups = throttle_new(&none, SUBJECTS, seeds[2]);
	*ret_guard = guard;
	return ERR_OK;
}

void guard_pace(struct guard *guard, unsigned login_failures, unsigned signup_rate)
{
	struct throttle_rule login = throttle_pace(login_failures, MINUTE_MS);
	struct throttle_rule signup = throttle_pace(signup_rate, HOUR_MS);

	throttle_set(guard->addresses, &login);
	throttle_set(guard->signups, &signup);
}

void guard_free(struct guard **guard)
{
	if (!*guard)
		return;
	throttle_free(&(*guard)->passwords);
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

void guard_name(struct call *call, enum limiter_scope scope, struct bytes what,
		const struct id *user)
{
	AUTO(buf_done) struct buf name = BUF_INIT;

	buf_add_u8(&name, (uint8_t)scope);
	buf_add_bytes(&name, what);
	call->guarded.scope = scope;
	call->guarded.subject = keys_subject(&call->server->keys, buf_view(&name));
	call->guarded.user = user ? *user : call->guarded.subject;
}

enum err guard_recall(struct call *call, struct store *store)
{
	return store_limiter_get(store, call->guarded.scope, &call->guarded.subject,
				 &call->guarded.past);
}

enum err guard_password(struct call *call)
{
	struct server *server = call->server;
	struct throttle *throttle = server->guard->passwords;
	const struct guarded *guarded = &call->guarded;
	uint64_t wall_ms = clock_now_ms(&server->clock);
	uint64_t now_ms = clock_mono_ms(&server->clock);
	uint64_t age_ms =
		wall_ms > guarded->past.last_ms ? wall_ms - guarded->past.last_ms : 0;

	throttle_recall(throttle, &guarded->subject, guarded->past.failures, age_ms,
			now_ms);
	return throttle_try(throttle, &guarded->subject, now_ms, &call->retry_ms);
}

void guard_unlooked(struct call *call)
{
	throttle_undo(call->server->guard->passwords, &call->guarded.subject);
}

void guard_right(struct call *call)
{
	throttle_clear(call->server->guard->passwords, &call->guarded.subject);
}

enum err guard_forget(struct call *call, struct store *store)
{
	const struct guarded *guarded = &call->guarded;

	if (guarded->past.failures == 0)
		return ERR_OK;
	return store_limiter_clear(store, guarded->scope, &guarded->subject);
}

static enum err wrong_work(struct call *call, struct store *store)
{
	const struct guarded *guarded = &call->guarded;
	enum err err = store_limiter_put(store, guarded->scope, &guarded->subject,
					 guarded->past.failures);

	if (err == ERR_OK)
		err = audit_nobody(store, AUDIT_LOGIN_FAILED, &guarded->user,
				   bytes_of(NULL, 0), call_place(call).address);
	call->refused = ERR_BAD_LOGIN;
	return err;
}

void guard_wrong(struct call *call)
{
	call->guarded.past.failures =
		throttle_failures(call->server->guard->passwords, &call->guarded.subject);
	enum err err = call_write(call, wrong_work, NULL);
	if (err != ERR_OK)
		call_fail(call, err);
}
