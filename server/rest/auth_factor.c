/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Authenticator apps and recovery codes, and the step-up that stands before removing them:
 * the password (see reauth.h for who has none), then a code. Adding an app needs no code
 * but the app's own first.
 */
#include "common/crypto/secret.h"
#include "server/rest/answer.h"
#include "server/rest/guard.h"
#include "server/rest/reauth.h"

/* ---- step-up ---- */

struct step_up {
	struct reauth reauth; /* first */
	struct login_challenge challenge;
};

static enum err open_work(struct call *call, struct store *store)
{
	struct step_up *step_up = call->data;
	struct login_place place = call_place(call);
	enum err err = login_open_step_up(store, &call->server->keys,
					  step_up->reauth.account.key, &place,
					  &step_up->challenge);

	return answer_opened(call, err, &step_up->challenge, store_now(store));
}

enum err rest_auth_step_up(struct call *call)
{
	const struct body_password *args = call->args;

	(void)call_data(call, sizeof(struct step_up), NULL);
	return reauth_write(call, args->password, open_work);
}

/* ---- enrolment ---- */

static enum err enrol_work(struct call *call, struct store *store)
{
	struct reauth *reauth = call->data;
	AUTO(str_done) struct str secret = STR_INIT, url = STR_INIT;
	enum err err =
		factor_enrol(store, &call->server->keys, &reauth->account, &secret, &url);

	if (err == ERR_EXISTS)
		return call_blame(call, err, NULL,
				  N_("there is an authenticator already"));
	if (err == ERR_OK)
		call_answer(call, &(struct body_totp_offer){.secret = str_view(&secret),
							    .url = str_view(&url)});
	wipe(secret.ptr, secret.len);
	wipe(url.ptr, url.len);
	return err;
}

enum err rest_auth_totp_enrol(struct call *call)
{
	const struct body_password *args = call->args;

	(void)call_data(call, sizeof(struct reauth), NULL);
	return reauth_write(call, args->password, enrol_work);
}

static void answer_codes(struct call *call, struct factor_recovery *recovery)
{
	struct bytes codes[RECOVERY_CODES];

	for (size_t i = 0; i < RECOVERY_CODES; i++)
		codes[i] = bytes_of(recovery->codes[i].text, RECOVERY_TEXT_LEN);
	call_answer(call, &(struct body_recovery_codes){.codes = codes,
							.codes_count = RECOVERY_CODES});
	wipe(recovery, sizeof(*recovery));
}

static enum err own(struct call *call, struct store *store,
		    struct account_row *ret_account)
{
	return call->actor.scope & SCOPE_ACCOUNT
		       ? account_own(store, &call->actor, ret_account)
		       : ERR_FORBIDDEN;
}

static enum err confirm_work(struct call *call, struct store *store)
{
	const struct body_totp_code *args = call->args;
	struct factor_recovery recovery;
	struct account_row account;
	struct login_place place = call_place(call);
	struct otp_code code;
	enum err err = otp_parse(args->code, &code);

	if (err == ERR_OK)
		err = own(call, store, &account);
	if (err == ERR_OK)
		err = factor_confirm(store, &call->server->keys, &account, &code, &place,
				     &recovery, &call->refused);
	if (err != ERR_OK)
		return err;
	if (call->refused == ERR_OK)
		answer_codes(call, &recovery);
	else
		call->field = "code";
	return ERR_OK;
}

enum err rest_auth_totp_confirm(struct call *call)
{
	const struct body_totp_code *args = call->args;
	struct otp_code code;

	if (otp_parse(args->code, &code) != ERR_OK)
		return call_blame(call, ERR_BAD_CODE, "code",
				  N_("a code has six digits"));
	return call_write(call, confirm_work, NULL);
}

/* ---- what a step-up opens ---- */

static enum err renew_work(struct call *call, struct store *store)
{
	const struct body_step_up *args = call->args;
	struct factor_recovery recovery;
	struct login_place place = call_place(call);
	struct account_row account;
	enum err err =
		reauth_step_up(call, store, &args->challenge, args->code, &account);

	if (err != ERR_OK || call->refused != ERR_OK)
		return err;
	err = factor_renew(store, &call->server->keys, &account, &place, &recovery);
	if (err == ERR_OK)
		answer_codes(call, &recovery);
	return err;
}

enum err rest_auth_recovery_codes(struct call *call)
{
	return call_write(call, renew_work, NULL);
}

static enum err remove_work(struct call *call, struct store *store)
{
	const struct body_step_up *args = call->args;
	struct login_place place = call_place(call);
	struct account_row account;
	enum err err =
		reauth_step_up(call, store, &args->challenge, args->code, &account);

	if (err != ERR_OK || call->refused != ERR_OK)
		return err;
	return factor_remove(store, &call->server->keys, &account, &place);
}

enum err rest_auth_totp_remove(struct call *call)
{
	return call_write(call, remove_work, NULL);
}
