/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SSH keys of whoever asks. A key is a way in that outlives every session, so a token
 * alone does not add one. Every change is told to the owner by mail.
 */
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/crypto/sshkey.h"
#include "server/core/ssh_key.h"
#include "server/rest/ended.h"
#include "server/rest/reauth.h"

static void fill(const struct ssh_key_row *row, struct str *fingerprint,
		 struct body_ssh_key *body)
{
	struct sshkey key = {.sk = false};

	sshkey_fingerprint_text(row->fingerprint, fingerprint);
	/* What was stored was read before; a damaged row shows as what it is not. */
	if (sshkey_parse(bytes_of(row->blob, row->blob_len), &key) != ERR_OK)
		key = (struct sshkey){.sk = false};
	*body = (struct body_ssh_key){
		.key = ssh_key_id(row),
		.type = bytes_text(sshkey_type(&key)),
		.fingerprint = str_view(fingerprint),
		.name = bytes_text(row->name),
		.verify = row->verify,
		.counter = row->counter,
		.made_ts = row->created_ms,
		.used_ts = row->used_ms,
	};
}

/* ---- the list ---- */

struct key_list {
	struct body_ssh_key bodies[LIMIT_SSH_KEYS];
	struct ssh_key_row rows[LIMIT_SSH_KEYS];
	struct str fingerprints[LIMIT_SSH_KEYS];
	size_t count;
};

static void add_row(const struct ssh_key_row *row, void *ctx)
{
	struct key_list *list = ctx;
	size_t at = list->count;

	if (at == LIMIT_SSH_KEYS)
		return;
	list->rows[at] = *row;
	list->fingerprints[at] = STR_INIT;
	fill(&list->rows[at], &list->fingerprints[at], &list->bodies[at]);
	list->count++;
}

static enum err list_work(struct call *call, struct store *store)
{
	struct key_list *list = mem_new(struct key_list);
	struct account_row account;
	enum err err = call->actor.scope & SCOPE_ACCOUNT
			       ? account_own(store, &call->actor, &account)
			       : ERR_FORBIDDEN;

	if (err == ERR_OK)
		err = store_ssh_key_list(store, account.key, add_row, list);
	if (err == ERR_OK)
		call_answer(call, &(struct body_ssh_keys){.keys = list->bodies,
							  .keys_count = list->count});
	for (size_t i = 0; i < list->count; i++)
		str_done(&list->fingerprints[i]);
	mem_free(list);
	return err;
}

enum err rest_auth_keys(struct call *call)
{
	return call_read(call, list_work, NULL);
}

/* ---- adding ---- */

static enum err add_work(struct call *call, struct store *store)
{
	const struct body_ssh_key_add *args = call->args;
	AUTO(str_done) struct str fingerprint = STR_INIT;
	struct account_row account;
	struct body_ssh_key body;
	struct ssh_key_row row;
	const char *why = NULL;
	const struct keys *keys = &call->server->keys;
	enum err err = account_own(store, &call->actor, &account);

	wipe(&account.password, sizeof(account.password));
	if (err != ERR_OK)
		return err;
	err = ssh_key_add(store, keys, &account,
			  &(struct ssh_key_add){.line = args->key,
						.name = args->name,
						.verify = args->verify,
						.place = call_place(call)},
			  &row, &why);
	if (err != ERR_OK)
		return call_blame(call, err, "key", why);
	fill(&row, &fingerprint, &body);
	call_answer(call, &body);
	return ERR_OK;
}

enum err rest_auth_key_add(struct call *call)
{
	const struct body_ssh_key_add *args = call->args;

	if (args->name.ptr && !line_is_valid(args->name))
		return call_blame(call, ERR_BAD, "name", LINE_RULE);
	(void)call_data(call, sizeof(struct reauth), NULL);
	return reauth_write(call, args->password, add_work);
}

/* ---- removing ---- */

static enum err remove_work(struct call *call, struct store *store)
{
	const struct body_ssh_key_ref *args = call->args;
	struct login_place place = call_place(call);
	struct account_row account;
	enum err err = call->actor.scope & SCOPE_ACCOUNT
			       ? account_own(store, &call->actor, &account)
			       : ERR_FORBIDDEN;

	if (err == ERR_OK)
		err = ssh_key_remove(store, &call->server->keys, &account, &args->key,
				     &place, ended_add, call->data);
	if (err == ERR_STATE)
		return call_blame(call, err, "key",
				  N_("it is the last way into this account"));
	return err == ERR_NOT_FOUND ? call_blame(call, err, "key", NULL) : err;
}

enum err rest_auth_key_remove(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, remove_work, ended_tell);
}
