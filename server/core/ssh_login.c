/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order is: form, nonce, signature, and only then who that is. So the store is asked
 * about a key only by somebody who has it, and all others get the same answer in the same
 * time.
 */
#include "server/core/ssh_login.h"

#include <string.h>

#include "common/crypto/base64url.h"
#include "common/proto/key_login.h"
#include "server/core/audit.h"
#include "server/core/mailing.h"

#define TAG_LEN (SSH_NONCE_LEN - ID_LEN - 8)

_Static_assert(LIMIT_SSH_SIGNATURE == SSHSIG_TEXT_MOST, "what comes can be read");

static void tag_of(const struct keys *keys, struct bytes what, uint8_t ret_tag[TAG_LEN])
{
	uint8_t mac[SHA256_LEN];

	hmac_sha256(root_view(keys->nonces), what, mac);
	memcpy(ret_tag, mac, TAG_LEN);
}

void ssh_login_challenge(const struct keys *keys, uint64_t now_ms, struct str *ret_text,
			 uint64_t *ret_expires_ms)
{
	AUTO(buf_done) struct buf nonce = BUF_INIT;
	uint8_t tag[TAG_LEN];
	struct id id;

	random_fill(keys->random, id.bytes, ID_LEN);
	*ret_expires_ms = now_ms + SSH_LOGIN_LIFE_MS;
	buf_add(&nonce, id.bytes, ID_LEN);
	buf_add_u64(&nonce, *ret_expires_ms);
	tag_of(keys, buf_view(&nonce), tag);
	buf_add(&nonce, tag, TAG_LEN);
	base64url_add(ret_text, buf_view(&nonce));
}

static enum err read_nonce(const struct keys *keys, struct bytes text, uint64_t now_ms,
			   struct ssh_nonce *ret_nonce)
{
	uint8_t bytes[SSH_NONCE_LEN], tag[TAG_LEN];
	struct ssh_nonce nonce;

	if (base64url_parse_into(text, bytes, sizeof(bytes)) != ERR_OK)
		return ERR_EXPIRED;
	struct rd rd = rd_init(bytes_of(bytes, sizeof(bytes)));
	rd_copy(&rd, nonce.id.bytes, ID_LEN);
	nonce.expires_ms = rd_u64(&rd);
	tag_of(keys, bytes_of(bytes, sizeof(bytes) - TAG_LEN), tag);
	if (!bytes_equal_secret(rd_rest(&rd), bytes_of(tag, TAG_LEN)) ||
	    now_ms >= nonce.expires_ms)
		return ERR_EXPIRED;
	*ret_nonce = nonce;
	return ERR_OK;
}

void ssh_proof_done(struct ssh_proof *proof)
{
	buf_done(&proof->blob);
	*proof = (struct ssh_proof){.blob = BUF_INIT};
}

enum err ssh_login_check(const struct keys *keys, const struct ssh_answer *answer,
			 uint64_t now_ms, struct ssh_proof *ret_proof)
{
	AUTO(ssh_proof_done) struct ssh_proof proof = {.blob = BUF_INIT};
	AUTO(str_done) struct str message = STR_INIT;
	enum err err = read_nonce(keys, answer->nonce, now_ms, &proof.nonce);

	if (err == ERR_OK)
		err = sshsig_unarmour(answer->signature, &proof.blob);
	if (err == ERR_OK)
		err = sshsig_parse(buf_view(&proof.blob), &proof.sig);
	if (err != ERR_OK)
		return err;
	key_login_message(answer->server, answer->login, answer->nonce, &message);
	if (sshsig_check(&proof.sig, KEY_LOGIN_SPACE, str_view(&message)) != ERR_OK)
		return ERR_BAD_LOGIN;
	*ret_proof = proof;
	proof = (struct ssh_proof){.blob = BUF_INIT};
	return ERR_OK;
}

/* The account that is meant, and its key. */
static enum err find(struct store *store, struct bytes login, const uint8_t *fingerprint,
		     struct account_row *ret_account, struct ssh_key_row *ret_key)
{
	enum err err;

	if (!login.len) {
		err = store_ssh_key_proved(store, fingerprint, ret_key);
		return err == ERR_OK
			       ? store_account_get(store, ret_key->account, ret_account)
			       : err;
	}
	err = account_find(store, login, ret_account);
	return err == ERR_OK
		       ? store_ssh_key_of(store, ret_account->key, fingerprint, ret_key)
		       : err;
}

/* The nonce is good for one log-in; a second row with its id cannot be. */
static enum err spend(struct store *store, const struct ssh_nonce *nonce,
		      const struct account_row *account, enum err *ret_refused)
{
	struct otp_row row = {.id = nonce->id,
			      .purpose = OTP_SSH_KEY,
			      .account = account->key,
			      .user = account->id,
			      .created_ms = store_now(store),
			      .expires_ms = nonce->expires_ms};
	int64_t key;
	enum err err = store_otp_add(store, &row, &key);

	if (err == ERR_EXISTS)
		*ret_refused = ERR_EXPIRED;
	else if (err == ERR_OK)
		err = store_otp_use(store, key);
	return err == ERR_EXISTS ? ERR_OK : err;
}

/* What a token must have said. */
static const char *missing(const struct sshsig *sig, const struct ssh_key_row *key,
			   bool verify)
{
	if (!sig->key.sk)
		return NULL;
	if (!(sig->flags & SSHSIG_TOUCHED))
		return N_("the token was not touched");
	if ((verify || key->verify) && !(sig->flags & SSHSIG_VERIFIED))
		return N_("the token must ask for its PIN or finger: ssh-keygen -t "
			  "ed25519-sk -O verify-required makes such a key");
	return NULL;
}

/* WebAuthn section 6.1.1: it only grows, unless the token does not count at all. */
static bool went_back(const struct sshsig *sig, const struct ssh_key_row *key)
{
	return sig->key.sk && key->used_ms && (sig->counter || key->counter) &&
	       sig->counter <= key->counter;
}

static enum err note_suspect(struct store *store, const struct keys *keys,
			     const struct account_row *account,
			     const struct ssh_key_row *key, const struct sshsig *sig,
			     const struct login_place *place)
{
	AUTO(str_done) struct str detail = STR_INIT, what = STR_INIT;

	str_add(&detail, "key=");
	sshkey_fingerprint_text(key->fingerprint, &detail);
	str_addf(&detail, " counter=%u before=%u", (unsigned)sig->counter,
		 (unsigned)key->counter);
	ssh_key_describe(key, &what);
	enum err err = audit_nobody(store, AUDIT_KEY_SUSPECT, &account->id,
				    str_view(&detail), place->address);
	return err == ERR_OK ? notice_add(store, keys, account, LETTER_KEY_SUSPECT,
					  str_view(&what), place)
			     : err;
}

/* Whether a code is asked for after the key; decision 0073. */
static bool wants_code(const struct ssh_answer *answer, const struct sshsig *sig,
		       const struct account_row *account)
{
	if (sig->key.sk && (sig->flags & SSHSIG_VERIFIED))
		return false;
	return answer->factor == KEY_FACTOR_ALWAYS ||
	       (answer->factor == KEY_FACTOR_ENROLLED && account->totp);
}

static enum err ask_code(struct store *store, const struct keys *keys,
			 const struct ssh_answer *answer, const struct ssh_key_row *key,
			 struct ssh_entry *entry)
{
	enum err err = login_open_key(store, keys, &entry->login.account,
				      bytes_of(key->fingerprint, SSH_FINGERPRINT_LEN),
				      &answer->proof.place, &entry->challenge);

	entry->asked = err == ERR_OK;
	if (err != ERR_UNVERIFIED)
		return err;
	entry->why = N_("a code is asked for after an SSH key, and this account has "
			"neither an authenticator nor a verified address");
	entry->login.refused = ERR_FORBIDDEN;
	return ERR_OK;
}

/* It is allowed: from now on the key is proved, and the session hangs on it. */
static enum err let_in(struct store *store, const struct keys *keys,
		       const struct ssh_answer *answer, const struct ssh_proof *proof,
		       const struct ssh_key_row *key, struct ssh_entry *entry)
{
	struct login_result *result = &entry->login;
	uint32_t counter = proof->sig.counter;
	enum err err = ERR_OK;

	if (went_back(&proof->sig, key))
		err = note_suspect(store, keys, &result->account, key, &proof->sig,
				   &answer->proof.place);
	if (err == ERR_OK)
		err = store_ssh_key_used(store, key->key,
					 counter > key->counter ? counter : key->counter);
	if (err == ERR_EXISTS) {
		/* Another account proved it before: to log in there needs no name. */
		result->refused = ERR_BAD_LOGIN;
		return ERR_OK;
	}
	if (err == ERR_OK && wants_code(answer, &proof->sig, &result->account))
		return ask_code(store, keys, answer, key, entry);
	if (err == ERR_OK)
		err = login_enter(store, keys, &answer->proof, SESSION_SSH_KEY, result);
	if (err == ERR_OK)
		err = store_ssh_key_session(store, result->session.key, key->key);
	return err;
}

enum err ssh_login_enter(struct store *store, const struct keys *keys,
			 const struct ssh_answer *answer, const struct ssh_proof *proof,
			 struct ssh_entry *ret_entry)
{
	uint8_t fingerprint[SHA256_LEN];
	struct ssh_entry *entry = ret_entry;
	struct login_result *result = &entry->login;
	struct ssh_key_row key;

	entry->asked = false;
	result->refused = ERR_OK;
	sshkey_fingerprint(proof->sig.key.blob, fingerprint);
	enum err err = find(store, answer->login, fingerprint, &result->account, &key);
	if (err == ERR_NOT_FOUND || err == ERR_NO_USER) {
		result->refused = ERR_BAD_LOGIN;
		return ERR_OK;
	}
	if (err == ERR_OK)
		err = spend(store, &proof->nonce, &result->account, &result->refused);
	if (err != ERR_OK || result->refused != ERR_OK)
		return err;
	entry->why = missing(&proof->sig, &key, answer->verify);
	if (entry->why || result->account.state != ACCOUNT_ACTIVE) {
		result->refused = ERR_FORBIDDEN;
		return ERR_OK;
	}
	return let_in(store, keys, answer, proof, &key, entry);
}
