/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another e-mail address: the password first, then the codes from both mailboxes. */
#include "server/core/email_change.h"
#include "server/rest/answer.h"
#include "server/rest/reauth.h"

struct changing {
	struct reauth reauth; /* first */
	struct email email;
};

static enum err open_work(struct call *call, struct store *store)
{
	const struct body_email_change *args = call->args;
	struct changing *changing = call->data;
	struct login_place place = call_place(call);
	struct email_change change = {.retry_ms = 0};
	enum err err =
		email_change_open(store, &call->server->keys, &changing->reauth.account,
				  &changing->email, args->email, &place, &change);

	call->retry_ms = change.retry_ms;
	if (err == ERR_STATE)
		return call_blame(call, err, "email", N_("that is your address already"));
	if (err == ERR_OK)
		call_answer(call, &(struct body_email_challenge){
					  .challenge = change.challenge,
					  .old_challenge = change.old,
					  .expires_ms = change.expires_ms,
					  .now = store_now(store)});
	return err;
}

enum err rest_auth_email(struct call *call)
{
	const struct body_email_change *args = call->args;
	struct changing *changing = call_data(call, sizeof(*changing), NULL);

	if (email_fold(args->email, &changing->email) != ERR_OK)
		return call_blame(call, ERR_BAD, "email", EMAIL_RULE);
	return reauth_write(call, args->password, open_work);
}

static enum err confirm_work(struct call *call, struct store *store)
{
	const struct body_email_confirm *args = call->args;
	struct login_place place = call_place(call);
	struct email_proof proof = {.challenge = args->challenge,
				    .old = args->old_challenge,
				    .has_old = args->old_code.len > 0};
	enum err err = otp_parse(args->code, &proof.code);

	if (err == ERR_OK && proof.has_old)
		err = otp_parse(args->old_code, &proof.old_code);
	if (err == ERR_OK)
		err = email_change_confirm(store, &call->server->keys, &call->actor,
					   &proof, &place, &call->field, &call->refused);
	if (err == ERR_OK && call->refused == ERR_OK)
		call->field = NULL;
	return err;
}

enum err rest_auth_email_confirm(struct call *call)
{
	const struct body_email_confirm *args = call->args;
	struct otp_code code;

	if (otp_parse(args->code, &code) != ERR_OK)
		return call_blame(call, ERR_BAD_CODE, "code",
				  N_("a code has six digits"));
	if (args->old_code.len && otp_parse(args->old_code, &code) != ERR_OK)
		return call_blame(call, ERR_BAD_CODE, "old_code",
				  N_("a code has six digits"));
	return call_write(call, confirm_work, NULL);
}
