/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Look, count, hash, go on: the same way as a log-in, for somebody who is known already.
 * It is counted apart from log-ins: whoever fails to log in as somebody must not stop that
 * somebody, who is in, from changing the password.
 */
#include "server/rest/reauth.h"

#include "common/crypto/secret.h"
#include "server/core/account.h"
#include "server/rest/guard.h"
#include "server/rest/hashing.h"

#define FRESH_MS 600000 /* a log-in is a fresh proof for ten minutes */

static enum err find_work(struct call *call, struct store *store)
{
	struct reauth *reauth = call->data;
	enum err err = account_own(store, &call->actor, &reauth->account);

	guard_name(call, LIMITER_REAUTH, bytes_of(call->actor.user.bytes, ID_LEN),
		   &call->actor.user);
	return err == ERR_OK ? guard_recall(call, store) : err;
}

static void write_work(struct call *call, call_work_fn *work)
{
	enum err err = call_write(call, work, NULL);

	if (err != ERR_OK)
		call_fail(call, err);
}

/* An account without a password has shown who it is by the log-in itself. */
static enum err fresh_work(struct call *call, struct store *store)
{
	const struct reauth *reauth = call->data;
	struct session_row session;
	enum err err = store_session_by_id(store, &call->actor.session, &session);

	if (err != ERR_OK)
		return err;
	/* On the machine's own socket the kernel says anew each time who that is. */
	bool here = session.kind == SESSION_SOCKET && call->request->peer.local;
	if (!here && store_now(store) - session.created_ms > FRESH_MS)
		return call_blame(call, ERR_UNAUTHORIZED, NULL,
				  N_("log in anew first: that is asked for within ten "
				     "minutes of a log-in"));
	return reauth->work(call, store);
}

static void go_on(struct call *call)
{
	const struct reauth *reauth = call->data;

	write_work(call, reauth->work);
}

static void hashed(struct call *call, const struct hashed *hashed)
{
	enum err err = hashed->err;

	if (err == ERR_BAD_LOGIN) {
		call->field = "password";
		guard_wrong(call);
		return;
	}
	if (err == ERR_OK)
		guard_right(call);
	if (err == ERR_OK && call->guarded.past.failures) {
		err = call_write(call, guard_forget, go_on);
	} else if (err == ERR_OK) {
		go_on(call);
		return;
	}
	if (err != ERR_OK)
		call_fail(call, err);
}

static void found(struct call *call)
{
	struct reauth *reauth = call->data;
	char *stored = reauth->account.password;

	if (!stored[0]) {
		write_work(call, fresh_work);
		return;
	}
	enum err err = reauth->password.len
			       ? guard_password(call)
			       : call_blame(call, ERR_BAD_LOGIN, "password", NULL);
	if (err == ERR_OK) {
		err = hashing_start(
			call,
			&(struct hashing){.stored = stored, .password = reauth->password},
			hashed);
		if (err != ERR_OK)
			guard_unlooked(call);
	}
	wipe(stored, sizeof(reauth->account.password));
	if (err != ERR_OK)
		call_fail(call, err);
}

enum err reauth_write(struct call *call, struct bytes password, call_work_fn *work)
{
	struct reauth *reauth = call->data;

	if (!(call->actor.scope & SCOPE_ACCOUNT))
		return ERR_FORBIDDEN;
	reauth->password = password;
	reauth->work = work;
	return call_read(call, find_work, found);
}

enum err reauth_step_up(struct call *call, struct store *store,
			const struct id *challenge, struct bytes text,
			struct account_row *ret_account)
{
	struct login_place place = call_place(call);
	struct factor_code code = {.is_recovery = true}; /* none: is no code of anybody */
	enum err err = text.len ? factor_parse(text, &code) : ERR_OK;

	if (err == ERR_OK)
		err = login_step_up(store, &call->server->keys, &call->actor, challenge,
				    &code, &place, ret_account, &call->refused);
	if (err != ERR_OK || call->refused != ERR_OK)
		call->field = "code";
	return err;
}
