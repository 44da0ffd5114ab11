/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three steps: the server's nonce, the agent's signature over the address that was dialled,
 * the server's tokens, or the question for a code before them. What is signed names the
 * address as the person gave it to us, never as a server says that it is called.
 */
#include "client/auth/key_login.h"

#include "client/app_inside.h"
#include "client/auth/agent.h"
#include "common/base/mem.h"
#include "common/crypto/sshsig.h"
#include "common/os/lang.h"
#include "common/proto/key_login.h"

#define LOOK_MS 5000
#define SIGN_MS 90000 /* to find a token, type its PIN, touch it */

struct key_login {
	struct app *app;
	struct agent_call *call;
	struct agent_keys keys;
	key_login_fn *fn;
	void *ctx;
	struct str account, server, nonce;
	struct buf blob;
};

struct key_login *key_login_new(struct app *app)
{
	struct key_login *login = mem_new(struct key_login);

	login->app = app;
	login->account = login->server = login->nonce = STR_INIT;
	return login;
}

void key_login_free(struct key_login **at)
{
	struct key_login *login = *at;

	if (!login)
		return;
	agent_cancel(&login->call);
	agent_keys_done(&login->keys);
	str_done(&login->account);
	str_done(&login->server);
	str_done(&login->nonce);
	buf_done(&login->blob);
	mem_free(login);
	*at = NULL;
}

const char *key_login_why(enum err err)
{
	switch (err) {
	case ERR_OK:
		return _("the ssh-agent has no key that could log in: ssh-add adds one");
	case ERR_NOT_FOUND:
		return _("there is no ssh-agent here: SSH_AUTH_SOCK names none that "
			 "answers");
	case ERR_FORBIDDEN:
		return _(
			"the ssh-agent refused: is it locked (ssh-add -X), or did nobody "
			"confirm?");
	case ERR_TIMEOUT: return _("the ssh-agent did not answer in time");
	default: return _("the ssh-agent answered something that is not understood");
	}
}

/* ---- what the agent has ---- */

static void looked(struct app *app, enum err err, struct bytes reply, void *ctx)
{
	struct key_login *login = ctx;

	if (err == ERR_OK)
		err = agent_read_keys(reply, &login->keys);
	login->fn(app, err, &login->keys, login->ctx);
}

void key_login_look(struct key_login *login, key_login_fn *fn, void *ctx)
{
	AUTO(buf_done) struct buf frame = BUF_INIT;

	agent_keys_done(&login->keys);
	login->fn = fn;
	login->ctx = ctx;
	agent_ask_keys(&frame);
	agent_ask(login->app, buf_view(&frame), LOOK_MS, looked, login, &login->call);
}

/* ---- one attempt ---- */

static void fail(struct key_login *login, enum err err, const char *why)
{
	if (why)
		app_notice(login->app, why);
	auth_failed(login->app->auth, err);
}

static void send_answer(struct key_login *login, const struct str *signature)
{
	struct body_key_login body = {
		.nonce = str_view(&login->nonce),
		.server = str_view(&login->server),
		.signature = str_view(signature),
		.device_name = bytes_text("chat-client"),
		.device = login->app->device,
	};

	if (login->account.len)
		body.login = str_view(&login->account);
	auth_ask_entry(login->app->auth, "auth_key_login", body_key_login_def(), &body);
}

static void is_signed(struct app *app, enum err err, struct bytes reply, void *ctx)
{
	AUTO(str_done) struct str armour = STR_INIT;
	AUTO(buf_done) struct buf whole = BUF_INIT;
	struct key_login *login = ctx;
	struct bytes signature;

	if (err == ERR_OK)
		err = agent_read_signature(reply, &signature);
	if (err == ERR_OK)
		err = sshsig_wrap(buf_view(&login->blob), KEY_LOGIN_SPACE, signature,
				  &whole);
	if (err != ERR_OK) {
		fail(login, err == ERR_NOT_FOUND ? ERR_CLOSED : err, key_login_why(err));
		return;
	}
	sshsig_armour(buf_view(&whole), &armour);
	send_answer(login, &armour);
}

static void sign(struct key_login *login)
{
	AUTO(buf_done) struct buf data = BUF_INIT, frame = BUF_INIT;
	AUTO(str_done) struct str message = STR_INIT;

	key_login_message(str_view(&login->server), str_view(&login->account),
			  str_view(&login->nonce), &message);
	sshsig_data(KEY_LOGIN_SPACE, str_view(&message), &data);
	agent_ask_signature(buf_view(&login->blob), buf_view(&data), &frame);
	agent_ask(login->app, buf_view(&frame), SIGN_MS, is_signed, login, &login->call);
}

/* A nonce is base64url: anything else could be lines of what is signed. */
static bool is_plain(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
			return false;
	return text.len > 0;
}

static void nonce_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct key_login *login = ctx;
	struct body_key_challenge challenge;
	struct json *json = NULL;

	if (err == ERR_OK)
		err = body_parse(body_key_challenge_def(), body, &json, &challenge);
	if (err == ERR_OK && !is_plain(challenge.nonce))
		err = ERR_BAD;
	if (err == ERR_OK) {
		str_set_len(&login->nonce, (const char *)challenge.nonce.ptr,
			    challenge.nonce.len);
		sign(login);
	} else {
		fail(login, err, NULL);
	}
	json_free(&json);
}

void key_login_try(struct key_login *login, const char *account, struct bytes blob)
{
	str_set(&login->account, account);
	str_clear(&login->server);
	address_print(&login->app->address, &login->server);
	buf_clear(&login->blob);
	buf_add_bytes(&login->blob, blob);
	auth_asking(login->app->auth);
	app_call(login->app, "auth_key_challenge", bytes_text("{}"), nonce_came, login);
}
