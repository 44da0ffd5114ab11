/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log-in, first step: name or address, and password. The way is the same for an account
 * that is there and for one that is not: look, count, hash, compare. Only who gave the
 * right password ever hears anything about the account.
 */
#include "common/crypto/secret.h"
#include "server/rest/answer.h"
#include "server/rest/guard.h"
#include "server/rest/hashing.h"

struct login {
	struct account_row account; /* key 0: there is none */
	struct id subject;          /* under which tries are counted */
	struct hashed hashed;
	struct login_challenge challenge;
};

static void login_done(void *data)
{
	struct login *login = data;

	wipe(&login->hashed, sizeof(login->hashed));
	wipe(&login->account.password, sizeof(login->account.password));
}

static enum err begin_work(struct call *call, struct store *store)
{
	struct login *login = call->data;
	struct login_place place = call_place(call);
	struct bytes hash = bytes_text(login->hashed.hash.text);
	enum err err = ERR_OK;

	if (hash.len)
		err = account_rehash(store, login->account.key, login->account.password,
				     hash);
	if (err == ERR_OK)
		err = login_begin(store, &call->server->keys, login->account.key, &place,
				  &login->challenge);
	return answer_opened(call, err, &login->challenge, store_now(store));
}

static void login_hashed(struct call *call, const struct hashed *hashed)
{
	struct login *login = call->data;
	enum err err = hashed->err;

	login->hashed = *hashed;
	if (err == ERR_OK && !login->account.password[0])
		err = ERR_BAD_LOGIN; /* nobody's hash was verified, so nobody comes in */
	if (err == ERR_OK) {
		throttle_clear(call->server->guard->logins, &login->subject);
		guard_good(call);
		err = call_write(call, begin_work, NULL);
	}
	if (err != ERR_OK)
		call_fail(call, err);
}

static enum err find_work(struct call *call, struct store *store)
{
	const struct body_login *args = call->args;
	struct login *login = call->data;
	struct email folded;

	enum err err = account_find(store, args->login, &login->account);
	if (err == ERR_OK) {
		login->subject = login->account.id;
		return ERR_OK;
	}
	if (err != ERR_NOT_FOUND)
		return err;
	login->account = (struct account_row){.key = 0};
	login->subject = keys_subject(&call->server->keys,
				      email_fold(args->login, &folded) == ERR_OK
					      ? bytes_text(folded.text)
					      : args->login);
	return ERR_OK;
}

static void login_found(struct call *call)
{
	const struct body_login *args = call->args;
	struct guard *guard = call->server->guard;
	struct login *login = call->data;
	enum err err = throttle_try(guard->logins, &login->subject,
				    clock_mono_ms(&call->server->clock), &call->retry_ms);

	if (err == ERR_OK) {
		const char *stored = login->account.password;
		err = hashing_start(
			call,
			&(struct hashing){.stored = *stored ? stored : guard->nobody.text,
					  .password = args->password,
					  .renew = *stored != '\0'},
			login_hashed);
		if (err != ERR_OK)
			throttle_undo(guard->logins, &login->subject);
	}
	if (err != ERR_OK) {
		guard_good(call); /* it was not let try, so it has not failed */
		call_fail(call, err);
	}
}

enum err rest_auth_login(struct call *call)
{
	(void)call_data(call, sizeof(struct login), login_done);
	enum err err = guard_try(call);

	return err == ERR_OK ? call_read(call, find_work, login_found) : err;
}
