/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log-in by SSH key: a challenge that is the same for everybody, then one signature, then
 * tokens or the challenge of a second factor. The signature is checked on a reader, where it
 * holds up nobody who writes.
 */
#include "common/crypto/secret.h"
#include "server/core/ssh_login.h"
#include "server/rest/answer.h"
#include "server/rest/dialled.h"
#include "server/rest/guard.h"
#include "server/rest/hashing.h"

enum err rest_auth_key_challenge(struct call *call)
{
	AUTO(str_done) struct str nonce = STR_INIT;
	uint64_t now_ms = clock_now_ms(&call->server->clock), expires_ms;

	ssh_login_challenge(&call->server->keys, now_ms, &nonce, &expires_ms);
	call_answer(call, &(struct body_key_challenge){.nonce = str_view(&nonce),
						       .expires_ms = expires_ms,
						       .now = now_ms});
	call_finish(call);
	return ERR_OK;
}

struct key_login {
	struct ssh_proof proof;
	struct ssh_entry entry;
};

static void key_login_done(void *data)
{
	struct key_login *login = data;

	ssh_proof_done(&login->proof);
	wipe(&login->entry, sizeof(login->entry));
}

static struct ssh_answer answer_of(const struct call *call)
{
	const struct body_key_login *args = call->args;

	return (struct ssh_answer){
		.nonce = args->nonce,
		.server = args->server,
		.login = args->login,
		.signature = args->signature,
		.proof = {.device = args->device,
			  .device_name = args->device_name,
			  .place = call_place(call)},
		.verify = call->server->config.key_verify,
		.factor = call->server->config.key_factor,
	};
}

static void entered(struct call *call)
{
	struct key_login *login = call->data;

	if (login->entry.login.refused != ERR_BAD_LOGIN)
		guard_good(call);
	call_finish(call);
}

static enum err enter_work(struct call *call, struct store *store)
{
	struct ssh_answer answer = answer_of(call);
	struct key_login *login = call->data;
	struct ssh_entry *entry = &login->entry;
	enum err err = ssh_login_enter(store, &call->server->keys, &answer, &login->proof,
				       entry);
	enum err refused = entry->login.refused;

	if (err != ERR_OK || entry->asked)
		return answer_opened(call, err, &entry->challenge, store_now(store));
	if (refused == ERR_OK)
		answer_tokens(call, &entry->login, store_now(store));
	else
		call->refused = call_blame(call, refused,
					   refused == ERR_EXPIRED ? "nonce" : "signature",
					   entry->why);
	return ERR_OK;
}

static enum err check_work(struct call *call, struct store *store)
{
	struct ssh_answer answer = answer_of(call);
	struct key_login *login = call->data;
	enum err err = ssh_login_check(&call->server->keys, &answer, store_now(store),
				       &login->proof);

	if (err == ERR_OK)
		return ERR_OK;
	return call_blame(call, err, err == ERR_EXPIRED ? "nonce" : "signature", NULL);
}

static void checked(struct call *call)
{
	enum err err = call_write(call, enter_work, entered);

	if (err != ERR_OK)
		call_fail(call, err);
}

enum err rest_auth_key_login(struct call *call)
{
	const struct body_key_login *args = call->args;

	if (!dialled_us(call->server, args->server))
		return call_blame(call, ERR_FORBIDDEN, "server",
				  N_("this server does not know that address as its own: "
				     "its setting `addresses` says them"));
	struct key_login *login = call_data(call, sizeof(*login), key_login_done);
	login->proof = (struct ssh_proof){.blob = BUF_INIT};
	enum err err = guard_try(call);
	return err == ERR_OK ? call_read(call, check_work, checked) : err;
}
