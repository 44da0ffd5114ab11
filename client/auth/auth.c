/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing up and in: what is asked of the server and what its answers lead to. What of it is
 * kept stands in auth_store.c, what becomes of tokens in auth_token.c.
 */
#include "client/auth/auth_inside.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"

void auth_wipe(struct str *secret)
{
	wipe(secret->ptr, secret->len);
	str_clear(secret);
}

struct auth *auth_new(struct app *app)
{
	struct auth *auth = mem_new(struct auth);

	auth->app = app;
	auth->refresh = auth->access = auth->device_key = STR_INIT;
	auth->name = STR_INIT;
	auth->denial = DENIAL_INIT;
	return auth;
}

void auth_free(struct auth **auth)
{
	if (!*auth)
		return;
	auth_wipe(&(*auth)->refresh);
	auth_wipe(&(*auth)->access);
	str_wipe(&(*auth)->device_key);
	str_done(&(*auth)->refresh);
	str_done(&(*auth)->access);
	str_done(&(*auth)->name);
	denial_done(&(*auth)->denial);
	mem_free(*auth);
	*auth = NULL;
}

void auth_by_name(struct auth *auth)
{
	auth->by_name = true;
}

void auth_apart(struct auth *auth)
{
	auth->apart = true;
}

void auth_listen(struct auth *auth, auth_fn *fn, void *ctx)
{
	auth->fn = fn;
	auth->ctx = ctx;
}

enum auth_step auth_step(const struct auth *auth)
{
	return auth->step;
}

const struct denial *auth_denial(const struct auth *auth)
{
	return &auth->denial;
}

uint64_t auth_mono(const struct auth *auth)
{
	return clock_mono_ms(auth->app->clock);
}

void auth_enter(struct auth *auth, enum auth_step step, enum err err)
{
	auth->step = step;
	if (err != ERR_OK && auth->denial.err != err)
		denial_read(&auth->denial, err, bytes_of(NULL, 0));
	if (auth->fn)
		auth->fn(auth->app, step, err, auth->ctx);
	app_tell_state(auth->app);
}

/* ---- answers ---- */

bool auth_decode(enum err *err, struct bytes body, const struct body_def *def, void *ret,
		 struct json **ret_json)
{
	*ret_json = NULL;
	if (*err == ERR_OK)
		*err = json_parse(body, ret_json);
	if (*err == ERR_OK)
		*err = body_decode(def, *ret_json, json_root(*ret_json), ret, NULL);
	return *err == ERR_OK;
}

/* What a refusal says about the next try. */
static void take_refusal(struct auth *auth, enum err err, struct bytes body)
{
	denial_read(&auth->denial, err, body);
	if (err == ERR_BAD_CODE && auth->tries)
		auth->tries--;
	if (err == ERR_TOO_MANY_TRIES)
		auth->tries = 0;
	if (auth->denial.retry_ms)
		auth->again = auth_mono(auth) + auth->denial.retry_ms;
}

static void tokens_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct auth *auth = ctx;
	struct body_tokens tokens;
	struct json *json;

	if (auth_decode(&err, body, body_tokens_def(), &tokens, &json)) {
		auth_save_tokens(auth, &tokens);
	} else {
		take_refusal(auth, err, body);
		auth_enter(auth, auth->before, err);
	}
	json_free(&json);
}

static bool is_text(struct bytes text, const char *word)
{
	return text.len == strlen(word) && memcmp(text.ptr, word, text.len) == 0;
}

static void challenge_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct auth *auth = ctx;
	struct body_challenge challenge;
	struct json *json;

	if (auth_decode(&err, body, body_challenge_def(), &challenge, &json)) {
		uint64_t life = challenge.expires_ms > challenge.now
					? challenge.expires_ms - challenge.now
					: 0;
		auth->challenge = challenge.challenge;
		auth->by_app = bytes_equal(challenge.factor, bytes_text("totp"));
		auth->code_until = auth_mono(auth) + life;
		auth->tries = (unsigned)challenge.tries;
		auth->again = 0;
		if (is_text(challenge.factor, "none")) {
			auth_code(auth, ""); /* the server knows this device */
		} else {
			auth_keep_challenge(auth, life);
			auth_enter(auth, AUTH_CODE, ERR_OK);
		}
	} else {
		take_refusal(auth, err, body);
		auth_enter(auth, auth->before, err);
	}
	json_free(&json);
}

/* Tokens, or what is asked before them. */
static void entry_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct body_entry entry = {.now = 0};
	enum err read = err;
	struct json *json;

	bool asked = auth_decode(&read, body, body_entry_def(), &entry, &json) &&
		     !id_is_zero(&entry.challenge);
	json_free(&json);
	(asked ? challenge_came : tokens_came)(err, status, body, ctx);
}

/* ---- deeds ---- */

void auth_ask(struct auth *auth, const char *op, const struct body_def *def,
	      const void *body, link_result_fn *done)
{
	AUTO(buf_wipe) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	auth_asking(auth);
	body_encode(def, &out, body);
	app_call(auth->app, op, buf_view(&args), done, auth);
}

void auth_asking(struct auth *auth)
{
	auth->before = auth->step == AUTH_ASKING ? auth->before : auth->step;
	auth->step = AUTH_ASKING;
	auth->denial.err = ERR_OK;
}

void auth_failed(struct auth *auth, enum err err)
{
	auth_enter(auth, auth->before, err);
}

void auth_ask_entry(struct auth *auth, const char *op, const struct body_def *def,
		    const void *body)
{
	auth->signup = auth->reset = false;
	auth_ask(auth, op, def, body, entry_came);
}

void auth_signup(struct auth *auth, const char *account, const char *email,
		 const char *display, const char *password)
{
	struct body_signup signup = {.name = bytes_text(account),
				     .email = bytes_text(email),
				     .password = bytes_text(password)};

	if (*display)
		signup.display_name = bytes_text(display);
	if (*lang_tag())
		signup.language = bytes_text(lang_tag());
	auth->signup = true;
	auth->reset = false;
	auth_ask(auth, "auth_signup", body_signup_def(), &signup, challenge_came);
}

void auth_login(struct auth *auth, const char *login, const char *password)
{
	struct body_login body = {
		.login = bytes_text(login),
		.password = bytes_text(password),
	};

	if (auth->device_key.len) {
		body.device = auth->app->device;
		body.device_key = str_view(&auth->device_key);
	}
	auth->signup = auth->reset = false;
	auth_ask(auth, "auth_login", body_login_def(), &body, challenge_came);
}

void auth_code(struct auth *auth, const char *code)
{
	struct body_otp otp = {.challenge = auth->challenge,
			       .code = bytes_text(code),
			       .device_name = bytes_text("chat-client"),
			       .device = auth->app->device};

	auth_ask(auth, auth->signup ? "auth_verify" : "auth_otp", body_otp_def(), &otp,
		 tokens_came);
}

void auth_again(struct auth *auth)
{
	struct body_otp_resend again = {auth->challenge};

	auth_ask(auth, "auth_otp_resend", body_otp_resend_def(), &again, challenge_came);
}

void auth_forgotten(struct auth *auth, const char *email)
{
	struct body_reset_password body = {bytes_text(email)};

	auth->signup = false;
	auth->reset = true;
	auth_ask(auth, "auth_reset_password", body_reset_password_def(), &body,
		 challenge_came);
}

static void renewed_password(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct auth *auth = ctx;

	if (err != ERR_OK) {
		take_refusal(auth, err, body);
		auth_enter(auth, auth->before, err);
		return;
	}
	auth->reset = false;
	auth->code_until = 0;
	auth_keep_challenge(auth, 0);
	auth_enter(auth, AUTH_OUT, ERR_OK);
}

void auth_new_password(struct auth *auth, const char *code, const char *password)
{
	struct body_confirm_password body = {.challenge = auth->challenge,
					     .code = bytes_text(code),
					     .new_password = bytes_text(password)};

	auth_ask(auth, "auth_confirm_password", body_confirm_password_def(), &body,
		 renewed_password);
}

const struct id *auth_user(const struct auth *auth)
{
	return &auth->user;
}

const char *auth_name(const struct auth *auth)
{
	return auth->name.ptr;
}

const struct id *auth_challenge(const struct auth *auth)
{
	return &auth->challenge;
}

void auth_take_up(struct auth *auth, const struct id *challenge)
{
	auth->challenge = *challenge;
	auth->signup = auth->by_app = auth->reset = false;
	auth->step = AUTH_CODE;
}

bool auth_resets(const struct auth *auth)
{
	return auth->reset;
}

bool auth_signs_up(const struct auth *auth)
{
	return auth->signup;
}

unsigned auth_tries(const struct auth *auth)
{
	return auth->tries;
}

uint64_t auth_again_from(const struct auth *auth)
{
	return auth->again;
}

void auth_cancel(struct auth *auth)
{
	if (auth->step != AUTH_CODE)
		return;
	auth->reset = false;
	auth->code_until = 0;
	auth_keep_challenge(auth, 0);
	auth_enter(auth, AUTH_OUT, ERR_OK);
}

bool auth_by_app(const struct auth *auth)
{
	return auth->by_app;
}

uint64_t auth_code_until(const struct auth *auth)
{
	return auth->step == AUTH_CODE ? auth->code_until : 0;
}
