/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sessions: how they begin, go on and end. The gate before them, codes and their letters,
 * stands in login_challenge.c.
 */
#include "server/core/login.h"

#include "common/crypto/secret.h"
#include "server/core/audit.h"
#include "server/core/mailing.h"
#include "server/core/member.h"
#include "server/store/store_ssh_key.h"

static struct bytes or_empty(struct bytes text)
{
	return text.ptr ? text : bytes_text("");
}

/* The device @id of @account, made when it is not there. An id that is somebody else's is
 * not told from a free one: the log-in gets another. */
static enum err take_device(struct store *store, const struct keys *keys, int64_t account,
			    const struct id *id, struct bytes name, int64_t *ret_key,
			    bool *ret_new)
{
	struct device_row device;
	struct id fresh = *id;
	enum err err = ERR_NOT_FOUND;

	if (!id_is_zero(id))
		err = store_device_by_id(store, id, &device);
	if (err == ERR_OK && device.account == account && !device.revoked) {
		*ret_key = device.key;
		*ret_new = false;
		return store_device_seen(store, device.key, name);
	}
	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_OK || id_is_zero(id))
		random_fill(keys->random, fresh.bytes, ID_LEN);
	*ret_new = true;
	return store_device_add(store, account, &fresh, or_empty(name), ret_key);
}

static enum err add_session(struct store *store, const struct keys *keys, int64_t account,
			    int64_t device, enum session_kind kind,
			    const struct login_place *place,
			    struct session_row *ret_session)
{
	struct session_new new = {
		.account = account,
		.device = device,
		.kind = kind,
		.scope = SCOPE_ALL,
		.expires_ms = store_now(store) + REFRESH_LIFE_MS,
		.client = or_empty(place->client),
		.address = or_empty(place->address),
	};
	int64_t key;

	random_fill(keys->random, new.id.bytes, ID_LEN);
	enum err err = store_session_add(store, &new, &key);
	return err == ERR_OK ? store_session_get(store, key, ret_session) : err;
}

static enum err add_token(struct store *store, const struct refresh_token *token,
			  int64_t session, int64_t before)
{
	uint8_t hash[TOKEN_HASH_LEN];

	refresh_hash(token, hash);
	return store_refresh_add(store, session, hash, store_now(store) + REFRESH_LIFE_MS,
				 before);
}

static const char *how_word(enum session_kind kind)
{
	return kind == SESSION_SSH_KEY ? "key" : "password";
}

/* Into the log; and to the owner, when it is a device that was not used before, but for
 * the first of all. */
static enum err tell_entered(struct store *store, const struct keys *keys,
			     const struct login_proof *proof, enum session_kind kind,
			     bool new_device, const struct login_result *result)
{
	AUTO(str_done) struct str detail = STR_INIT;
	const struct account_row *account = &result->account;
	struct bytes name =
		proof->device_name.len ? proof->device_name : proof->place.client;

	str_addf(&detail, "how=%s device=%s session=%s", how_word(kind),
		 new_device ? "new" : "known", id_text(&result->session.id).text);
	enum err err = audit_self(store, AUDIT_LOGIN, &account->id, str_view(&detail),
				  proof->place.address);
	if (err != ERR_OK || !new_device || account->seen_ms == 0)
		return err;
	return notice_add(store, keys, account, LETTER_NEW_DEVICE, name, &proof->place);
}

enum err login_enter(struct store *store, const struct keys *keys,
		     const struct login_proof *proof, enum session_kind kind,
		     struct login_result *result)
{
	struct refresh_token token = refresh_draw(keys->random);
	int64_t device;
	bool new_device = false;
	enum err err = take_device(store, keys, result->account.key, &proof->device,
				   proof->device_name, &device, &new_device);

	if (err == ERR_OK)
		err = add_session(store, keys, result->account.key, device, kind,
				  &proof->place, &result->session);
	if (err == ERR_OK)
		err = add_token(store, &token, result->session.key, 0);
	if (err == ERR_OK)
		err = store_account_seen(store, result->account.key, store_now(store));
	if (err == ERR_OK)
		err = tell_entered(store, keys, proof, kind, new_device, result);
	if (err == ERR_OK)
		result->refresh = refresh_text(&token);
	wipe(&token, sizeof(token));
	return err;
}

/* Its address is verified: the account is active from now on. */
static enum err activate(struct store *store, const struct otp_row *row,
			 struct login_result *result, struct news *news)
{
	enum err err = store_email_verify(store, row->account, bytes_text(row->email));

	if (err == ERR_EXISTS || err == ERR_NOT_FOUND) {
		result->refused = err == ERR_EXISTS ? ERR_EXISTS : ERR_EXPIRED;
		return ERR_OK;
	}
	if (err == ERR_OK)
		err = store_account_set_state(store, row->account, ACCOUNT_ACTIVE);
	if (err == ERR_OK)
		err = audit_self(store, AUDIT_VERIFIED, &row->user, bytes_of(NULL, 0),
				 bytes_of(NULL, 0));
	if (err == ERR_OK)
		err = member_arrive(
			store, &(struct actor){.user = row->user, .scope = SCOPE_ALL},
			news);
	return err;
}

/* The key before the code; it may be gone by now. */
static enum err enter_by_key(struct store *store, const struct keys *keys,
			     const struct login_proof *proof, const struct otp_row *row,
			     struct login_result *result)
{
	struct ssh_key_row key;
	enum err err = store_ssh_key_of(store, row->account, row->payload.ptr, &key);

	if (err == ERR_NOT_FOUND) {
		result->refused = ERR_EXPIRED;
		return ERR_OK;
	}
	if (err == ERR_OK)
		err = login_enter(store, keys, proof, SESSION_SSH_KEY, result);
	return err == ERR_OK ? store_ssh_key_session(store, result->session.key, key.key)
			     : err;
}

enum err login_answer(struct store *store, const struct keys *keys,
		      const struct login_proof *proof, struct login_result *ret_result,
		      struct news *news)
{
	AUTO(otp_done) struct otp_row row = {0};
	struct login_result *result = ret_result;
	enum err err = login_spend(store, keys, &proof->challenge, &proof->code,
				   GATE_LOGIN, &proof->place, &row, &result->refused);

	if (err != ERR_OK || result->refused != ERR_OK)
		return err;
	if (row.purpose == OTP_SIGNUP)
		err = activate(store, &row, result, news);
	if (err != ERR_OK || result->refused != ERR_OK)
		return err;
	err = store_account_get(store, row.account, &result->account);
	if (err != ERR_OK)
		return err;
	if (result->account.state != ACCOUNT_ACTIVE) {
		result->refused = ERR_FORBIDDEN;
		return ERR_OK;
	}
	return row.payload.len == SSH_FINGERPRINT_LEN
		       ? enter_by_key(store, keys, proof, &row, result)
		       : login_enter(store, keys, proof, SESSION_PASSWORD, result);
}

/* The first use of the newest token of its family. */
static enum err rotate(struct store *store, const struct refresh_row *row,
		       const struct refresh_token *next)
{
	enum err err = store_refresh_used(store, row->key);

	return err == ERR_OK ? add_token(store, next, row->session, row->key) : err;
}

/* Somebody has a copy of the session: it ends, and its owner hears of it. */
static enum err end_reused(struct store *store, const struct keys *keys,
			   const struct session_row *session,
			   const struct login_place *place)
{
	AUTO(str_done) struct str detail = STR_INIT;
	struct account_row account;
	enum err err = store_session_revoke(store, session->key);

	str_addf(&detail, "session=%s", id_text(&session->id).text);
	if (err == ERR_OK)
		err = store_account_get(store, session->account, &account);
	if (err == ERR_OK)
		err = audit_nobody(store, AUDIT_SESSION_REUSED, &account.id,
				   str_view(&detail), place->address);
	if (err == ERR_OK)
		err = notice_add(store, keys, &account, LETTER_SESSION_REUSED,
				 bytes_of(NULL, 0), place);
	return err;
}

static enum err go_on(struct store *store, const struct keys *keys,
		      const struct refresh_row *row, const struct refresh_token *token,
		      const struct login_place *place, struct login_result *result)
{
	struct refresh_token next = refresh_next(token, root_view(keys->refresh));
	enum err err = ERR_OK;

	switch (refresh_judge(row, &result->session, store_now(store))) {
	case REFRESH_ROTATE: err = rotate(store, row, &next); break;
	case REFRESH_AGAIN: break;
	case REFRESH_REUSED:
		result->refused = ERR_REVOKED;
		result->ended = true;
		err = end_reused(store, keys, &result->session, place);
		break;
	case REFRESH_OVER: result->refused = ERR_EXPIRED; break;
	case REFRESH_ENDED: result->refused = ERR_REVOKED; break;
	}
	result->refresh = refresh_text(&next);
	wipe(&next, sizeof(next));
	return err;
}

enum err login_refresh(struct store *store, const struct keys *keys,
		       const struct refresh_token *token, const struct login_place *place,
		       struct login_result *ret_result)
{
	struct login_result *result = ret_result;
	struct refresh_row row;
	uint8_t hash[TOKEN_HASH_LEN];

	refresh_hash(token, hash);
	enum err err = store_refresh_get(store, hash, &row);
	if (err == ERR_NOT_FOUND) {
		result->refused = ERR_BAD_TOKEN;
		return ERR_OK;
	}
	if (err == ERR_OK)
		err = store_session_get(store, row.session, &result->session);
	if (err == ERR_OK)
		err = go_on(store, keys, &row, token, place, result);
	if (err != ERR_OK || result->refused != ERR_OK)
		return err;
	err = store_session_stretch(store, row.session,
				    store_now(store) + REFRESH_LIFE_MS);
	if (err == ERR_OK)
		err = store_session_seen(store, row.session, place->client,
					 place->address);
	if (err == ERR_OK)
		err = store_account_get(store, result->session.account, &result->account);
	return err;
}

/* Tokens of bots need not be good for their account. */
static enum err may(const struct actor *actor)
{
	return actor->scope & SCOPE_ACCOUNT ? ERR_OK : ERR_FORBIDDEN;
}

static enum err find_own(struct store *store, const struct actor *actor,
			 struct account_row *ret_account)
{
	if (may(actor) != ERR_OK)
		return ERR_FORBIDDEN;
	enum err err = store_account_by_id(store, &actor->user, ret_account);

	return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
}

static enum err own_session(struct store *store, const struct actor *actor,
			    const struct id *session, struct session_row *ret_row)
{
	enum err err = may(actor);

	if (err == ERR_OK)
		err = store_session_by_id(store, session, ret_row);
	if (err != ERR_OK)
		return err;
	return id_equal(&ret_row->user, &actor->user) ? ERR_OK : ERR_NOT_FOUND;
}

enum err login_end(struct store *store, const struct actor *actor,
		   const struct id *session, const struct login_place *place)
{
	AUTO(str_done) struct str detail = STR_INIT;
	struct session_row row;
	enum err err = own_session(store, actor, session, &row);

	if (err != ERR_OK || row.revoked)
		return err;
	str_addf(&detail, "session=%s", id_text(session).text);
	err = store_session_revoke(store, row.key);
	if (err != ERR_OK)
		return err;
	return audit_self(store,
			  id_equal(session, &actor->session) ? AUDIT_LOGOUT
							     : AUDIT_SESSION_REVOKED,
			  &actor->user, str_view(&detail), place->address);
}

enum err login_rename(struct store *store, const struct actor *actor,
		      const struct id *session, struct bytes name)
{
	struct session_row row;
	enum err err = own_session(store, actor, session, &row);

	if (err != ERR_OK)
		return err;
	if (row.revoked || id_is_zero(&row.device))
		return ERR_NOT_FOUND;
	return store_device_rename(store, &row.device, name);
}

enum err login_end_all(struct store *store, const struct actor *actor, bool keep,
		       const struct login_place *place, login_ended_fn *ended, void *ctx)
{
	struct account_row account;
	struct session_row own = {.key = 0};
	enum err err = find_own(store, actor, &account);

	if (err == ERR_OK && keep)
		err = store_session_by_id(store, &actor->session, &own);
	if (err == ERR_OK)
		err = audit_self(store, AUDIT_SESSIONS_REVOKED, &actor->user,
				 keep ? bytes_text("but=own") : bytes_of(NULL, 0),
				 place->address);
	if (err != ERR_OK)
		return err;
	return store_session_revoke_all(store, account.key, own.key, ended, ctx);
}

enum err login_sessions(struct store *store, const struct actor *actor, int64_t before,
			size_t limit, struct session_list *ret_list)
{
	struct account_row account;
	enum err err = find_own(store, actor, &account);

	return err == ERR_OK
		       ? store_session_list(store, account.key, before, limit, ret_list)
		       : err;
}

struct token_claims login_claims(const struct session_row *session, uint64_t now_ms)
{
	return (struct token_claims){
		.actor = {.user = session->user,
			  .device = session->device,
			  .session = session->id,
			  .scope = session->scope},
		.expires_ms = now_ms + TOKEN_LIFE_MS,
	};
}
