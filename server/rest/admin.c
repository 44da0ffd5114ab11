/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What whoever runs the server asks of it through chat-server's own commands. There is no
 * actor: it is the kernel's word that the socket's peer is the server's own user or root,
 * and route.c has checked it.
 */
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "server/core/audit.h"
#include "server/core/bots.h"
#include "server/core/farewell.h"
#include "server/feeder.h"
#include "server/rest/answer.h"
#include "server/rest/ended.h"
#include "server/rest/find.h"
#include "server/rest/hashing.h"
#include "server/secrets.h"

struct new_user {
	struct email email;
	struct hashed hashed;
};

static void new_user_done(void *data)
{
	struct new_user *new = data;

	wipe(&new->hashed, sizeof(new->hashed));
}

static enum err add_work(struct call *call, struct store *store)
{
	const struct body_admin_user *args = call->args;
	struct new_user *new = call->data;
	struct bytes hash = bytes_text(new->hashed.hash.text);
	struct account_row account;
	struct body_user body;
	const struct account_make in = {
		.name = args->name,
		.email = args->email,
		.folded = new->email,
		.display = args->display_name,
		.password_hash = hash.len ? hash : bytes_of(NULL, 0),
		.rights = args->admin ? SERVER_ADMIN | SERVER_BROADCAST : 0,
		.by = call->actor,
	};
	const char *field = NULL;
	enum err err = account_make(store, &call->server->keys, &in, &account, &field,
				    &call->news);

	if (err != ERR_OK)
		return err == ERR_EXISTS ? call_blame(call, err, field, NULL) : err;
	show_account(&account, &body);
	call_answer(call, &body);
	return ERR_OK;
}

static void add_hashed(struct call *call, const struct hashed *hashed)
{
	struct new_user *new = call->data;
	enum err err = hashed->err;

	new->hashed = *hashed;
	if (err == ERR_OK)
		err = call_write(call, add_work, NULL);
	if (err != ERR_OK)
		call_fail(call, err);
}

enum err rest_admin_user_add(struct call *call)
{
	const struct body_admin_user *args = call->args;
	struct new_user *new = call_data(call, sizeof(*new), new_user_done);
	const char *why = NULL;
	enum err err;

	if (!name_is_valid(args->name))
		return call_blame(call, ERR_BAD, "name", NAME_RULE);
	if (args->email.ptr && email_fold(args->email, &new->email) != ERR_OK)
		return call_blame(call, ERR_BAD, "email", EMAIL_RULE);
	if (args->display_name.ptr && !line_is_valid(args->display_name))
		return call_blame(call, ERR_BAD, "display_name", LINE_RULE);
	if (!args->password.ptr)
		return call_write(call, add_work, NULL);
	err = password_check(args->password, args->name, bytes_text(new->email.text),
			     &why);
	if (err != ERR_OK)
		return call_blame(call, err, "password", why);
	return hashing_start(call, &(struct hashing){.new_password = args->password},
			     add_hashed);
}

static enum err code_work(struct call *call, struct store *store)
{
	const struct body_user_ref *args = call->args;
	struct body_login_code body;
	struct otp_code code;
	struct id user;
	enum err err = find_user(call, store, args->user, &user);

	if (err == ERR_OK)
		err = login_admin_code(store, &call->server->keys, &user, &code,
				       &body.expires_ms);
	if (err == ERR_NO_USER)
		return call_blame(call, err, "user", NULL);
	if (err != ERR_OK)
		return err;
	body.code = bytes_of(code.text, OTP_DIGITS);
	call_answer(call, &body);
	wipe(&code, sizeof(code));
	log_info("admin: a log-in code was made, user=%s", id_text(&user).text);
	return ERR_OK;
}

enum err rest_admin_login_code(struct call *call)
{
	return call_write(call, code_work, NULL);
}

static enum err rotate_work(struct call *call, struct store *store)
{
	struct server *server = call->server;
	uint64_t now_ms = store_now(store);
	/* The file first: what is on disk and in nobody's log harms less than the other. */
	enum err err =
		secrets_rotate_token(server->config.secrets_dir, &server->keys, now_ms);

	if (err != ERR_OK)
		return err;
	call_answer(call, &(struct body_rotated){
				  .number = token_ring_newest(&server->keys.tokens),
				  .until_ms = now_ms + TOKEN_LIFE_MS + TOKEN_SKEW_MS,
			  });
	log_info("admin: a new key signs tokens, number=%u",
		 token_ring_newest(&server->keys.tokens));
	return audit_operator(store, AUDIT_SECRET_CHANGED, &(struct id){{0}},
			      bytes_text("secret=token"));
}

enum err rest_admin_tokens_rotate(struct call *call)
{
	return call_write(call, rotate_work, NULL);
}

static enum err seal_work(struct call *call, struct store *store)
{
	struct server *server = call->server;
	enum err err = secrets_rotate_seal(server->config.secrets_dir, &server->keys);

	if (err == ERR_TOO_BIG)
		return call_blame(call, err, NULL,
				  N_("there are as many sealing keys as can be used"));
	if (err != ERR_OK)
		return err;
	uint32_t number = keys_seal_newest(&server->keys);
	call_answer(call, &(struct body_seal_rotated){.number = number});
	log_info("admin: a new key seals, number=%u", number);
	return audit_operator(store, AUDIT_SECRET_CHANGED, &(struct id){{0}},
			      bytes_text("secret=seal"));
}

enum err rest_admin_seal_rotate(struct call *call)
{
	return call_write(call, seal_work, NULL);
}

static enum err set_state(struct call *call, struct store *store, struct bytes name,
			  bool on, struct bytes why)
{
	struct id user;
	enum err err = find_user(call, store, name, &user);

	if (err == ERR_OK)
		err = farewell_suspend(store, &call->actor, &user, on, why, ended_add,
				       call->data);
	if (err == ERR_OK)
		log_info("admin: an account was %s, user=%s",
			 on ? "suspended" : "let in again", id_text(&user).text);
	return err == ERR_STATE ? call_blame(call, err, "user", NULL) : err;
}

static enum err disable_work(struct call *call, struct store *store)
{
	const struct body_user_state *args = call->args;

	return set_state(call, store, args->user, true, args->why);
}

enum err rest_admin_user_disable(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, disable_work, ended_tell);
}

/* The tokens of bots that are good again. */
struct again {
	struct bot_token_live *tokens;
	size_t count, cap;
};

static void again_done(void *data)
{
	struct again *again = data;

	mem_free(again->tokens);
}

static void again_add(const struct bot_token_live *live, void *ctx)
{
	struct again *again = ctx;

	if (again->count == again->cap) {
		again->cap = mem_grow(again->cap, again->count + 1);
		again->tokens = mem_resize(again->tokens, again->cap,
					   sizeof(struct bot_token_live));
	}
	again->tokens[again->count++] = *live;
}

static enum err enable_work(struct call *call, struct store *store)
{
	const struct body_user_ref *args = call->args;
	struct account_row account;
	struct id user;
	enum err err = set_state(call, store, args->user, false, bytes_of(NULL, 0));

	if (err == ERR_OK)
		err = find_user(call, store, args->user, &user);
	if (err == ERR_OK)
		err = store_account_by_id(store, &user, &account);
	return err == ERR_OK
		       ? store_bot_token_live(store, account.key, again_add, call->data)
		       : err;
}

static void enabled(struct call *call)
{
	const struct again *again = call->data;

	for (size_t i = 0; i < again->count; i++)
		bots_add(call->server->bots, &again->tokens[i]);
	feeder_look(call->server->feeder);
	call_finish(call);
}

enum err rest_admin_user_enable(struct call *call)
{
	(void)call_data(call, sizeof(struct again), again_done);
	return call_write(call, enable_work, enabled);
}
