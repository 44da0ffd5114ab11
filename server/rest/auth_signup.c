/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sign-up, and the second step that it has in common with the log-in: the code. The
 * password is hashed before the store is asked anything, so that a taken name, a known
 * address and a new account take the same time.
 */
#include "common/crypto/secret.h"
#include "server/rest/answer.h"
#include "server/rest/guard.h"
#include "server/rest/hashing.h"

/* What a sign-up, a log-in and a resend carry from step to step. */
struct opening {
	struct email email;
	struct hashed hashed;
	struct login_challenge challenge;
};

static void opening_done(void *data)
{
	struct opening *opening = data;

	wipe(&opening->hashed, sizeof(opening->hashed));
}

static struct opening *opening_new(struct call *call)
{
	return call_data(call, sizeof(struct opening), opening_done);
}

static enum err signup_work(struct call *call, struct store *store)
{
	const struct body_signup *args = call->args;
	struct opening *opening = call->data;
	const struct login_place place = call_place(call);
	const bool says = args->language.len > 0;
	const struct account_signup in = {
		.name = args->name,
		.email = args->email,
		.folded = opening->email,
		.display = args->display_name,
		.locale = says || !line_is_valid(place.language) ? args->language
								 : place.language,
		.password_hash = bytes_text(opening->hashed.hash.text),
		.place = place,
	};
	enum err err =
		account_signup(store, &call->server->keys, &in, &opening->challenge);

	if (err == ERR_EXISTS)
		return call_blame(call, err, "name", NULL);
	return answer_opened(call, err, &opening->challenge, store_now(store));
}

static void signup_hashed(struct call *call, const struct hashed *hashed)
{
	struct opening *opening = call->data;
	enum err err = hashed->err;

	opening->hashed = *hashed;
	if (err == ERR_OK)
		err = call_write(call, signup_work, NULL);
	if (err != ERR_OK)
		call_fail(call, err);
}

static enum err check_signup(struct call *call, struct email *ret_email)
{
	const struct body_signup *args = call->args;
	const char *why = NULL;

	if (!name_is_valid(args->name))
		return call_blame(call, ERR_BAD, "name", NAME_RULE);
	if (email_fold(args->email, ret_email) != ERR_OK)
		return call_blame(call, ERR_BAD, "email", EMAIL_RULE);
	if (args->display_name.ptr && !line_is_valid(args->display_name))
		return call_blame(call, ERR_BAD, "display_name", LINE_RULE);
	if (args->language.ptr && !line_is_valid(args->language))
		return call_blame(call, ERR_BAD, "language", LINE_RULE);
	enum err err = password_check(args->password, args->name,
				      bytes_text(ret_email->text), &why);
	return err == ERR_OK ? ERR_OK : call_blame(call, err, "password", why);
}

enum err rest_auth_signup(struct call *call)
{
	const struct body_signup *args = call->args;
	struct opening *opening = opening_new(call);
	enum err err = check_signup(call, &opening->email);

	if (err == ERR_OK)
		err = guard_signup(call);
	if (err != ERR_OK)
		return err;
	return hashing_start(call, &(struct hashing){.new_password = args->password},
			     signup_hashed);
}

static enum err resend_work(struct call *call, struct store *store)
{
	const struct body_otp_resend *args = call->args;
	struct opening *opening = call->data;
	struct login_place place = call_place(call);
	enum err err = login_resend(store, &call->server->keys, &args->challenge, &place,
				    &opening->challenge);

	return answer_opened(call, err, &opening->challenge, store_now(store));
}

enum err rest_auth_otp_resend(struct call *call)
{
	(void)opening_new(call);
	return call_write(call, resend_work, NULL);
}

/* None is an answer too, to a challenge that asks for none; else it is wrong. */
static enum err read_code(struct bytes text, struct factor_code *ret_code)
{
	*ret_code = (struct factor_code){.is_recovery = true};
	return text.len ? factor_parse(text, ret_code) : ERR_OK;
}

static enum err answer_work(struct call *call, struct store *store)
{
	const struct body_otp *args = call->args;
	struct login_result result = {.refused = ERR_OK};
	struct login_proof proof = {
		.challenge = args->challenge,
		.device = args->device,
		.device_name = args->device_name,
		.place = call_place(call),
	};
	enum err err = read_code(args->code, &proof.code);

	if (err == ERR_OK)
		err = login_answer(store, &call->server->keys, &proof, &result,
				   &call->news);
	if (err != ERR_OK)
		return err;
	call->refused = result.refused;
	if (result.refused == ERR_OK)
		answer_tokens(call, &result, store_now(store));
	else
		call->field = result.refused == ERR_EXISTS ? "email" : "code";
	wipe(&result, sizeof(result));
	return ERR_OK;
}

static void answered(struct call *call)
{
	if (call->refused == ERR_OK)
		guard_good(call);
	call_finish(call);
}

enum err rest_auth_otp(struct call *call)
{
	const struct body_otp *args = call->args;
	struct factor_code code;

	/* What is no code at all costs nobody a try. */
	if (read_code(args->code, &code) != ERR_OK)
		return call_blame(call, ERR_BAD_CODE, "code",
				  N_("a code has six digits"));
	if (args->device_name.ptr && !line_is_valid(args->device_name))
		return call_blame(call, ERR_BAD, "device_name", LINE_RULE);
	enum err err = guard_try(call);
	return err == ERR_OK ? call_write(call, answer_work, answered) : err;
}

enum err rest_auth_verify(struct call *call)
{
	return rest_auth_otp(call);
}
