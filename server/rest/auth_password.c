/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * New passwords: by the old one, or by a code that was mailed. Other sessions end, the
 * owner is told by mail, and nobody is logged in by a reset.
 */
#include <stdio.h>

#include "common/crypto/secret.h"
#include "server/rest/answer.h"
#include "server/rest/ended.h"
#include "server/rest/guard.h"
#include "server/rest/hashing.h"

static enum err change_work(struct call *call, struct store *store)
{
	struct ended *ended = call->data;
	struct login_place place = call_place(call);
	enum err err = guard_forget(call, store);

	if (err != ERR_OK)
		return err;
	return account_set_password(store, &call->server->keys, &call->actor,
				    ended->before.text, bytes_text(ended->hash.text),
				    &place, ended_add, ended);
}

static void change_hashed(struct call *call, const struct hashed *hashed)
{
	struct ended *ended = call->data;
	enum err err = hashed->err;

	ended->hash = hashed->hash;
	if (err == ERR_OK) {
		guard_right(call);
		err = call_write(call, change_work, ended_tell);
	}
	call->field = err == ERR_BAD_LOGIN ? "password" : NULL;
	if (err == ERR_BAD_LOGIN)
		guard_wrong(call);
	else if (err != ERR_OK)
		call_fail(call, err);
}

static enum err own_work(struct call *call, struct store *store)
{
	const struct body_change_password *args = call->args;
	struct ended *ended = call->data;
	struct account_row account;
	const char *why = NULL;
	enum err err = account_own(store, &call->actor, &account);

	if (err != ERR_OK)
		return err;
	snprintf(ended->before.text, sizeof(ended->before.text), "%s", account.password);
	wipe(&account.password, sizeof(account.password));
	err = password_check(args->new_password, bytes_text(account.name),
			     bytes_text(account.email), &why);
	if (err != ERR_OK)
		return call_blame(call, err, "new_password", why);
	guard_name(call, LIMITER_REAUTH, bytes_of(call->actor.user.bytes, ID_LEN),
		   &call->actor.user);
	return guard_recall(call, store);
}

static void change_found(struct call *call)
{
	const struct body_change_password *args = call->args;
	struct ended *ended = call->data;
	enum err err = guard_password(call);

	if (err == ERR_OK && !ended->before.text[0])
		err = call_blame(call, ERR_STATE, "password",
				 N_("this account has no password"));
	if (err == ERR_OK)
		err = hashing_start(call,
				    &(struct hashing){.stored = ended->before.text,
						      .password = args->password,
						      .new_password = args->new_password},
				    change_hashed);
	if (err == ERR_BUSY)
		guard_unlooked(call);
	if (err != ERR_OK)
		call_fail(call, err);
}

enum err rest_auth_change_password(struct call *call)
{
	(void)ended_new(call);
	return call_read(call, own_work, change_found);
}

struct reset {
	struct email email;
	struct login_challenge challenge;
};

static enum err reset_work(struct call *call, struct store *store)
{
	struct login_place place = call_place(call);
	struct reset *reset = call->data;
	enum err err = login_open_reset(store, &call->server->keys, &reset->email, &place,
					&reset->challenge);

	return answer_opened(call, err, &reset->challenge, store_now(store));
}

enum err rest_auth_reset_password(struct call *call)
{
	const struct body_reset_password *args = call->args;
	struct reset *reset = call_data(call, sizeof(*reset), NULL);

	if (email_fold(args->email, &reset->email) != ERR_OK)
		return call_blame(call, ERR_BAD, "email", EMAIL_RULE);
	return call_write(call, reset_work, NULL);
}

static enum err confirm_work(struct call *call, struct store *store)
{
	const struct body_confirm_password *args = call->args;
	struct ended *ended = call->data;
	struct login_place place = call_place(call);
	struct otp_code code;
	enum err err = otp_parse(args->code, &code);

	if (err != ERR_OK)
		return err;
	err = account_reset(store, &call->server->keys, &args->challenge, &code,
			    bytes_text(ended->hash.text), &place, ended_add, ended,
			    &call->refused);
	call->field = call->refused == ERR_OK ? NULL : "code";
	return err;
}

static void confirmed(struct call *call)
{
	if (call->refused == ERR_OK)
		guard_good(call);
	ended_tell(call);
}

static void confirm_hashed(struct call *call, const struct hashed *hashed)
{
	struct ended *ended = call->data;
	enum err err = hashed->err;

	ended->hash = hashed->hash;
	if (err == ERR_OK)
		err = call_write(call, confirm_work, confirmed);
	if (err != ERR_OK)
		call_fail(call, err);
}

enum err rest_auth_confirm_password(struct call *call)
{
	const struct body_confirm_password *args = call->args;
	const char *why = NULL;
	struct otp_code code;

	(void)ended_new(call);
	if (otp_parse(args->code, &code) != ERR_OK)
		return call_blame(call, ERR_BAD_CODE, "code",
				  N_("a code has six digits"));
	enum err err = password_check(args->new_password, bytes_of(NULL, 0),
				      bytes_of(NULL, 0), &why);
	if (err != ERR_OK)
		return call_blame(call, err, "new_password", why);
	err = guard_try(call);
	if (err != ERR_OK)
		return err;
	return hashing_start(call, &(struct hashing){.new_password = args->new_password},
			     confirm_hashed);
}
