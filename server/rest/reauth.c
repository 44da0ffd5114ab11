/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Look, count, hash, go on: the same way as a log-in, for somebody who is known already.
 * The throttle is that of log-ins, so a stolen session is no better place to guess from.
 */
#include "server/rest/reauth.h"

#include "common/crypto/secret.h"
#include "server/core/account.h"
#include "server/rest/guard.h"
#include "server/rest/hashing.h"

static enum err find_work(struct call *call, struct store *store)
{
	struct reauth *reauth = call->data;

	return account_own(store, &call->actor, &reauth->account);
}

static void hashed(struct call *call, const struct hashed *hashed)
{
	struct reauth *reauth = call->data;
	enum err err = hashed->err;

	if (err == ERR_OK)
		throttle_clear(call->server->guard->logins, &call->actor.user);
	else if (err == ERR_BAD_LOGIN)
		err = call_blame(call, err, "password", NULL);
	if (err == ERR_OK)
		reauth->next(call);
	else
		call_fail(call, err);
}

static void found(struct call *call)
{
	struct guard *guard = call->server->guard;
	struct reauth *reauth = call->data;
	char *stored = reauth->account.password;

	if (!stored[0]) {
		reauth->next(call);
		return;
	}
	enum err err = reauth->password.len
			       ? throttle_try(guard->logins, &call->actor.user,
					      clock_mono_ms(&call->server->clock),
					      &call->retry_ms)
			       : call_blame(call, ERR_BAD_LOGIN, "password", NULL);
	if (err == ERR_OK) {
		err = hashing_start(
			call,
			&(struct hashing){.stored = stored, .password = reauth->password},
			hashed);
		if (err != ERR_OK)
			throttle_undo(guard->logins, &call->actor.user);
	}
	wipe(stored, sizeof(reauth->account.password));
	if (err != ERR_OK)
		call_fail(call, err);
}

enum err reauth_start(struct call *call, struct bytes password, call_next_fn *next)
{
	struct reauth *reauth = call->data;

	if (!(call->actor.scope & SCOPE_ACCOUNT))
		return ERR_FORBIDDEN;
	reauth->password = password;
	reauth->next = next;
	return call_read(call, find_work, found);
}

enum err reauth_step_up(struct call *call, struct store *store,
			const struct id *challenge, struct bytes text,
			struct account_row *ret_account)
{
	struct factor_code code = {.is_recovery = true}; /* none: is no code of anybody */
	enum err err = text.len ? factor_parse(text, &code) : ERR_OK;

	if (err == ERR_OK)
		err = login_step_up(store, &call->server->keys, &call->actor, challenge,
				    &code, ret_account, &call->refused);
	if (err != ERR_OK || call->refused != ERR_OK)
		call->field = "code";
	return err;
}
