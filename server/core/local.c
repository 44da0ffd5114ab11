/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts of this machine. A uid belongs to one account for ever; the binding is made at
 * the first log-in. The device of a client that keeps nothing (a cron job) is derived from
 * the account, and its session goes on until somebody ends it, so that a thousand runs are
 * one row and not a thousand, before a log-out and after.
 */
#include "server/core/local.h"

#include <string.h>

#include "common/crypto/hash.h"
#include "server/core/audit.h"
#include "server/core/member.h"
#include "server/core/name.h"
#include "server/store/store_account.h"
#include "server/store/store_session.h"

#define SEEN_MS 60000 /* "last seen" to the minute: a script in a loop writes no more */

static struct id derive(const char *what, const struct id *one, const struct id *other)
{
	uint8_t hash[BLAKE2B_LEN];
	struct buf text = BUF_INIT;
	struct id id;

	buf_add(&text, what, strlen(what));
	buf_add(&text, one->bytes, ID_LEN);
	buf_add(&text, other->bytes, ID_LEN);
	blake2b(buf_view(&text), hash);
	memcpy(id.bytes, hash, ID_LEN);
	buf_done(&text);
	return id;
}

/* Make the account, or bind an account without a password that waits under that name. */
static enum err make(struct store *store, const struct local_ask *ask,
		     struct account_row *ret_account, bool *ret_new)
{
	bool own = ask->uid == ask->own_uid;
	char name[LIMIT_NAME + 1];
	uint64_t count;
	int64_t key;
	enum err err;

	if (ask->signup == LOCAL_NONE || (ask->signup == LOCAL_SELF && !own) ||
	    !ask->name_of(ask->uid, name, sizeof(name)) ||
	    !name_is_valid(bytes_text(name))) {
		return ERR_FORBIDDEN;
	}
	*ret_new = false;
	err = store_account_by_name(store, bytes_text(name), ret_account);
	if (err == ERR_OK) {
		if (ret_account->kind != ACCOUNT_PERSON || ret_account->password[0] ||
		    ret_account->email_verified) {
			return ERR_EXISTS;
		}
		return store_account_set_uid(store, ret_account->key, ask->uid);
	}
	if (err != ERR_NOT_FOUND && err != ERR_NO_USER) {
		return err;
	}
	err = store_account_count(store, &count);
	if (err != ERR_OK) {
		return err;
	}
	struct account_new row = {
		.kind = ACCOUNT_PERSON,
		.state = ACCOUNT_ACTIVE,
		.rights = own && count == 0 ? SERVER_ADMIN | SERVER_BROADCAST : 0,
		.name = bytes_text(name),
	};

	random_fill(ask->random, row.id.bytes, ID_LEN);
	*ret_new = true;
	err = store_account_add(store, &row, &key);
	if (err == ERR_OK) {
		err = store_account_set_uid(store, key, ask->uid);
	}
	return err == ERR_OK ? store_account_get(store, key, ret_account) : err;
}

/* The device that the client names, if it is this account's, else the one of the account
 * on this machine. */
static enum err find_device(struct store *store, const struct local_ask *ask,
			    const struct account_row *account,
			    struct device_row *ret_device)
{
	struct id id = ask->device;
	int64_t key;
	enum err err = ERR_NOT_FOUND;

	if (!id_is_zero(&id)) {
		err = store_device_by_id(store, &id, ret_device);
		if (err == ERR_OK && ret_device->account != account->key) {
			return ERR_CONFLICT;
		}
		if (err == ERR_OK && ret_device->revoked) {
			return ERR_BAD_TOKEN;
		}
	} else {
		id = derive("device", &account->id, &id);
		err = store_device_by_id(store, &id, ret_device);
	}
	if (err != ERR_NOT_FOUND) {
		return err;
	}
	err = store_device_add(store, account->key, &id, ask->client, &key);
	if (err == ERR_OK) {
		*ret_device = (struct device_row){.key = key, .id = id};
	}
	return err;
}

static enum err find_session(struct store *store, const struct local_ask *ask,
			     const struct account_row *account,
			     const struct device_row *device, struct id *ret_id)
{
	struct session_row row;
	struct id id;
	int64_t key;
	enum err err = store_session_current(store, account->key, device->key,
					     SESSION_SOCKET, &row);

	if (err == ERR_OK) {
		*ret_id = row.id;
		if (store_now(store) - row.seen_ms < SEEN_MS) {
			return ERR_OK;
		}
		return store_session_seen(store, row.key, ask->client,
					  bytes_text("local"));
	}
	if (err != ERR_NOT_FOUND) {
		return err;
	}
	random_fill(ask->random, id.bytes, ID_LEN);
	struct session_new add = {
		.id = id,
		.account = account->key,
		.device = device->key,
		.kind = SESSION_SOCKET,
		.scope = SCOPE_ALL,
		.client = ask->client,
		.address = bytes_text("local"),
	};

	*ret_id = id;
	err = store_session_add(store, &add, &key);
	return err == ERR_OK ? audit_self(store, AUDIT_LOGIN, &account->id,
					  bytes_text("how=socket"), bytes_text("local"))
			     : err;
}

enum err local_login(struct store *store, const struct local_ask *ask,
		     struct actor *ret_actor, struct news *news)
{
	struct account_row account;
	struct device_row device;
	struct id session;
	bool born = false;
	enum err err = store_account_by_uid(store, ask->uid, &account);

	if (err == ERR_NOT_FOUND || err == ERR_NO_USER) {
		err = make(store, ask, &account, &born);
	}
	if (err == ERR_OK && account.state != ACCOUNT_ACTIVE) {
		err = ERR_NO_USER;
	}
	if (err == ERR_OK) {
		err = find_device(store, ask, &account, &device);
	}
	if (err == ERR_OK) {
		err = find_session(store, ask, &account, &device, &session);
	}
	if (err != ERR_OK) {
		return err;
	}
	*ret_actor = (struct actor){.user = account.id,
				    .device = device.id,
				    .session = session,
				    .scope = SCOPE_ALL};
	return born ? member_arrive(store, ret_actor, news) : ERR_OK;
}

enum err local_resume(struct store *store, struct actor *actor)
{
	struct session_row row;
	enum err err = store_session_by_id(store, &actor->session, &row);

	if (err == ERR_NOT_FOUND) {
		return ERR_BAD_TOKEN;
	}
	if (err != ERR_OK) {
		return err;
	}
	if (row.revoked || row.account_state != ACCOUNT_ACTIVE ||
	    !id_equal(&row.user, &actor->user)) {
		return ERR_BAD_TOKEN;
	}
	if (row.expires_ms != 0 && row.expires_ms <= store_now(store)) {
		return ERR_EXPIRED;
	}
	return ERR_OK;
}
