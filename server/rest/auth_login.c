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
	const struct body_login *args = call->args;
	const struct login_device device = {.id = args->device, .key = args->device_key};
	struct login_place place = call_place(call);
	struct bytes hash = bytes_text(login->hashed.hash.text);
	enum err err = guard_forget(call, store);

	if (err == ERR_OK)
		err = login_begin(store, &call->server->keys, login->account.key,
				  login->account.password,
				  call->server->config.otp_policy, &device, &place,
				  &login->challenge);
	if (err == ERR_OK && hash.len)
		err = account_rehash(store, login->account.key, login->account.password,
				     hash);
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
		guard_right(call);
		guard_good(call);
		err = call_write(call, begin_work, NULL);
	}
	if (err == ERR_BAD_LOGIN)
		guard_wrong(call);
	else if (err != ERR_OK)
		call_fail(call, err);
}

static enum err find_work(struct call *call, struct store *store)
{
	const struct body_login *args = call->args;
	struct login *login = call->data;
	struct email folded;

	enum err err = account_find(store, args->login, &login->account);
	if (err == ERR_NOT_FOUND)
		login->account = (struct account_row){.key = 0};
	else if (err != ERR_OK)
		return err;
	guard_name(call, LIMITER_LOGIN,
		   email_fold(args->login, &folded) == ERR_OK ? bytes_text(folded.text)
							      : args->login,
		   login->account.key ? &login->account.id : NULL);
	return guard_recall(call, store);
}

static void login_found(struct call *call)
{
	const struct body_login *args = call->args;
	struct guard *guard = call->server->guard;
	struct login *login = call->data;
	enum err err = guard_password(call);

	if (err == ERR_OK) {
		const char *stored = login->account.password;
		err = hashing_start(
			call,
			&(struct hashing){.stored = *stored ? stored : guard->nobody.text,
					  .password = args->password,
					  .renew = *stored != '\0'},
			login_hashed);
		if (err != ERR_OK)
			guard_unlooked(call);
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
