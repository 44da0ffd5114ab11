/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The challenges of login.h: one row and one letter each. Where nobody may learn whether an
 * account is there, the row is made all the same, for a stand-in or with a code that nobody
 * was told, so that every later answer is that of a real one.
 */
#include <stdio.h>
#include <string.h>

#include "common/crypto/base64url.h"
#include "server/core/audit.h"
#include "server/core/challenge.h"
#include "server/core/login.h"
#include "server/core/mailing.h"

#define RESEND_MS 3600000 /* so long after its end a challenge may be asked for again */

const char *login_purpose_word(enum otp_purpose purpose)
{
	switch (purpose) {
	case OTP_SIGNUP: return "signup";
	case OTP_RESET: return "reset";
	case OTP_STEP_UP: return "step_up";
	default: return "login";
	}
}

const char *login_factor_word(enum login_factor factor)
{
	switch (factor) {
	case LOGIN_BY_APP: return "totp";
	case LOGIN_BY_NONE: return "none";
	default: return "mail";
	}
}

void login_device_key(const struct keys *keys, const struct account_row *account,
		      const struct id *device, struct str *text)
{
	AUTO(buf_done) struct buf form = BUF_INIT;
	uint8_t mac[SHA256_LEN];

	buf_add(&form, account->id.bytes, ID_LEN);
	buf_add(&form, device->bytes, ID_LEN);
	buf_add_bytes(&form, bytes_text(account->password)); /* its hash */
	hmac_sha256(root_view(keys->devices), buf_view(&form), mac);
	base64url_add(text, bytes_of(mac, sizeof(mac)));
}

/* Whom a challenge is for and what is written to whom about it. */
struct opening {
	enum otp_purpose purpose;
	int64_t account; /* 0: nobody */
	struct id user;
	enum login_factor factor;
	const struct email *email; /* what budgets are counted by */
	enum letter_kind kind;
	const char *to; /* NULL: there is nobody to write to */
	const char *name;
	const char *locale;
	const struct login_place *place;
	struct bytes key; /* fingerprint of the SSH key that came before, or {NULL, 0} */
};

/* A letter, or one to nobody where there is nobody to write to. */
static enum err queue_letter(struct store *store, const struct keys *keys,
			     const struct opening *opening, const struct otp_row *row,
			     const struct otp_code *code, uint64_t *ret_retry_ms)
{
	enum err err = mailing_add(
		store, keys,
		&(struct mailing){
			.kind = opening->kind,
			.to = opening->to,
			.name = opening->name,
			.locale = opening->locale,
			.code = opening->kind == LETTER_KNOWN ? NULL : code->text,
			.expires_ms = row->expires_ms,
			.place = *opening->place,
		});

	if (err == ERR_BUSY)
		*ret_retry_ms = MAILING_FULL_MS;
	return err;
}

static enum err open_challenge(struct store *store, const struct keys *keys,
			       const struct opening *opening,
			       struct login_challenge *ret_challenge)
{
	struct otp_row row = {.purpose = opening->purpose,
			      .account = opening->account,
			      .user = opening->user,
			      .payload = opening->key};
	struct bytes email = bytes_text(opening->email->text);
	struct otp_counts counts;
	struct otp_code code;
	int64_t key;
	enum err err = store_otp_counts(store, opening->purpose, email, &counts);

	if (err == ERR_OK)
		err = challenge_budget(&counts, &ret_challenge->retry_ms);
	if (err != ERR_OK)
		return err;
	snprintf(row.email, sizeof(row.email), "%s", opening->email->text);
	challenge_make(&row, root_view(keys->codes), store_now(store), keys->random,
		       &code);
	err = store_otp_add(store, &row, &key);
	if (err == ERR_OK && opening->factor == LOGIN_BY_MAIL)
		err = queue_letter(store, keys, opening, &row, &code,
				   &ret_challenge->retry_ms);
	wipe(&code, sizeof(code));
	if (err != ERR_OK)
		return err;
	ret_challenge->id = row.id;
	ret_challenge->purpose = row.purpose;
	ret_challenge->factor = opening->factor;
	ret_challenge->expires_ms = row.expires_ms;
	ret_challenge->tries = CHALLENGE_TRIES;
	return ERR_OK;
}

enum err login_open_signup(struct store *store, const struct keys *keys,
			   const struct account_row *account, const struct email *email,
			   const struct login_place *place,
			   struct login_challenge *ret_challenge)
{
	struct opening opening = {
		.purpose = OTP_SIGNUP,
		.account = account->key,
		.user = account->id,
		.email = email,
		.kind = LETTER_SIGNUP,
		.to = account->email,
		.name = account->name,
		.locale = account->locale,
		.place = place,
	};
	struct account_row known;
	enum err err = store_account_by_email(store, bytes_text(email->text), &known);

	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_OK && known.key != account->key) {
		opening.kind = LETTER_KNOWN;
		opening.to = known.email;
		opening.name = known.name;
		opening.locale = known.locale;
	}
	return open_challenge(store, keys, &opening, ret_challenge);
}

/* Challenges are counted by address; an account without one by its name, which no address
 * is like. */
static void count_by(const struct account_row *account, struct email *ret_email)
{
	if (!account->email_verified ||
	    email_fold(bytes_text(account->email), ret_email) != ERR_OK)
		snprintf(ret_email->text, sizeof(ret_email->text), "%s", account->name);
}

/* Whether it was told the key at an earlier log-in, and is nobody's who was sent away. */
static bool is_known(struct store *store, const struct keys *keys,
		     const struct account_row *account, const struct login_device *device)
{
	AUTO(str_wipe) struct str key = STR_INIT;
	struct device_row row;

	if (!device->key.len || id_is_zero(&device->id))
		return false;
	login_device_key(keys, account, &device->id, &key);
	return bytes_equal_secret(str_view(&key), device->key) &&
	       store_device_by_id(store, &device->id, &row) == ERR_OK &&
	       row.account == account->key && !row.revoked;
}

static bool needs_code(struct store *store, const struct keys *keys,
		       const struct account_row *account, enum otp_policy policy,
		       const struct login_device *device)
{
	return policy == OTP_ALWAYS ||
	       (policy == OTP_NEW_DEVICE && !is_known(store, keys, account, device));
}

/* A letter with a code, until something else is said; @email is filled in later. */
static struct opening login_opening(const struct account_row *account,
				    const struct email *email,
				    const struct login_place *place)
{
	return (struct opening){
		.purpose = OTP_LOGIN,
		.account = account->key,
		.user = account->id,
		.email = email,
		.kind = LETTER_LOGIN,
		.to = account->email,
		.name = account->name,
		.locale = account->locale,
		.place = place,
	};
}

static void ask_app(struct opening *opening)
{
	opening->purpose = OTP_TOTP;
	opening->factor = LOGIN_BY_APP;
	opening->to = NULL;
}

static enum err open_login(struct store *store, const struct keys *keys,
			   const struct account_row *account, enum otp_policy policy,
			   const struct login_device *device,
			   const struct login_place *place,
			   struct login_challenge *ret_challenge)
{
	struct email email;
	struct opening opening = login_opening(account, &email, place);

	if (account->totp && account->state == ACCOUNT_ACTIVE) {
		count_by(account, &email);
		ask_app(&opening);
		return open_challenge(store, keys, &opening, ret_challenge);
	}
	if (email_fold(bytes_text(account->email), &email) != ERR_OK)
		return ERR_UNVERIFIED;
	if (account->state == ACCOUNT_UNVERIFIED)
		return login_open_signup(store, keys, account, &email, place,
					 ret_challenge);
	if (account->state != ACCOUNT_ACTIVE)
		return ERR_FORBIDDEN;
	if (!account->email_verified)
		return ERR_UNVERIFIED;
	if (!needs_code(store, keys, account, policy, device)) {
		opening.purpose = OTP_TRUSTED;
		opening.factor = LOGIN_BY_NONE;
	}
	return open_challenge(store, keys, &opening, ret_challenge);
}

enum err login_begin(struct store *store, const struct keys *keys, int64_t account,
		     const char *verified, enum otp_policy policy,
		     const struct login_device *device, const struct login_place *place,
		     struct login_challenge *ret_challenge)
{
	struct account_row row;
	enum err err = store_account_get(store, account, &row);

	if (err != ERR_OK)
		return err;
	if (verified && strcmp(row.password, verified) != 0)
		return ERR_BUSY;
	if (row.state == ACCOUNT_SUSPENDED || row.state == ACCOUNT_DELETED)
		return ERR_FORBIDDEN;
	return open_login(store, keys, &row, policy, device, place, ret_challenge);
}

enum err login_open_reset(struct store *store, const struct keys *keys,
			  const struct email *email, const struct login_place *place,
			  struct login_challenge *ret_challenge)
{
	struct account_row account;
	struct opening opening = {.purpose = OTP_RESET,
				  .email = email,
				  .kind = LETTER_RESET,
				  .name = "",
				  .locale = "",
				  .user = keys_subject(keys, bytes_text(email->text)),
				  .place = place};
	enum err err = store_account_by_email(store, bytes_text(email->text), &account);

	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_OK && account.state == ACCOUNT_ACTIVE) {
		opening.account = account.key;
		opening.user = account.id;
		opening.to = account.email;
		opening.name = account.name;
		opening.locale = account.locale;
	}
	/* About a stand-in where there is nobody: the writes are the same. */
	err = audit_nobody(store, AUDIT_RESET_ASKED, &opening.user, bytes_of(NULL, 0),
			   place->address);
	return err == ERR_OK ? open_challenge(store, keys, &opening, ret_challenge) : err;
}

enum err login_open_step_up(struct store *store, const struct keys *keys, int64_t account,
			    const struct login_place *place,
			    struct login_challenge *ret_challenge)
{
	struct account_row row;
	struct email email;
	struct opening opening = {.purpose = OTP_STEP_UP,
				  .account = account,
				  .email = &email,
				  .kind = LETTER_STEP_UP,
				  .place = place};
	enum err err = store_account_get(store, account, &row);

	if (err != ERR_OK)
		return err;
	count_by(&row, &email);
	opening.user = row.id;
	opening.name = row.name;
	opening.locale = row.locale;
	if (row.totp)
		opening.factor = LOGIN_BY_APP;
	else if (row.email_verified)
		opening.to = row.email;
	else
		opening.factor = LOGIN_BY_NONE;
	return open_challenge(store, keys, &opening, ret_challenge);
}

enum err login_open_key(struct store *store, const struct keys *keys,
			const struct account_row *account, struct bytes fingerprint,
			const struct login_place *place,
			struct login_challenge *ret_challenge)
{
	struct email email;
	struct opening opening = login_opening(account, &email, place);

	opening.key = fingerprint;
	if (!account->totp && !account->email_verified)
		return ERR_UNVERIFIED;
	count_by(account, &email);
	if (account->totp)
		ask_app(&opening);
	return open_challenge(store, keys, &opening, ret_challenge);
}

/* The letter after an SSH key once more: it still is a log-in by that key. */
static enum err reopen_key(struct store *store, const struct keys *keys,
			   const struct otp_row *row, const struct login_place *place,
			   struct login_challenge *ret_challenge)
{
	struct account_row account;
	enum err err = store_account_get(store, row->account, &account);

	if (err == ERR_OK && account.state != ACCOUNT_ACTIVE)
		err = ERR_FORBIDDEN;
	return err == ERR_OK ? login_open_key(store, keys, &account, row->payload, place,
					      ret_challenge)
			     : err;
}

enum err login_end_challenges(struct store *store, int64_t account)
{
	return store_otp_end(store, account, store_now(store) - RESEND_MS);
}

static enum err reopen(struct store *store, const struct keys *keys,
		       const struct otp_row *row, const struct login_place *place,
		       struct login_challenge *ret_challenge)
{
	struct email email;

	if (row->purpose == OTP_TOTP)
		return ERR_STATE;
	if (row->used_ms || store_now(store) >= row->expires_ms + RESEND_MS ||
	    email_fold(bytes_text(row->email), &email) != ERR_OK)
		return ERR_EXPIRED;
	if (row->purpose == OTP_RESET)
		return login_open_reset(store, keys, &email, place, ret_challenge);
	if (row->purpose == OTP_STEP_UP)
		return login_open_step_up(store, keys, row->account, place,
					  ret_challenge);
	if (row->purpose != OTP_LOGIN && row->purpose != OTP_SIGNUP)
		return ERR_EXPIRED;
	if (row->payload.len)
		return reopen_key(store, keys, row, place, ret_challenge);
	return login_begin(store, keys, row->account, NULL, OTP_ALWAYS,
			   &(struct login_device){.key = bytes_of(NULL, 0)}, place,
			   ret_challenge);
}

enum err login_resend(struct store *store, const struct keys *keys, const struct id *id,
		      const struct login_place *place,
		      struct login_challenge *ret_challenge)
{
	AUTO(otp_done) struct otp_row row = {0};
	enum err err = store_otp_get(store, id, &row);

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_EXPIRED : err;
	return reopen(store, keys, &row, place, ret_challenge);
}

enum err login_admin_code(struct store *store, const struct keys *keys,
			  const struct id *user, struct otp_code *ret_code,
			  uint64_t *ret_expires_ms)
{
	struct account_row account;
	int64_t key;
	enum err err = store_account_by_id(store, user, &account);

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
	if (account.state != ACCOUNT_ACTIVE && account.state != ACCOUNT_UNVERIFIED)
		return ERR_FORBIDDEN;
	struct otp_row row = {
		.purpose = OTP_LOGIN_CODE, .account = account.key, .user = account.id};
	challenge_make(&row, root_view(keys->codes), store_now(store), keys->random,
		       ret_code);
	*ret_expires_ms = row.expires_ms;
	err = store_otp_add(store, &row, &key);
	return err == ERR_OK ? audit_operator(store, AUDIT_LOGIN_CODE, &account.id,
					      bytes_of(NULL, 0))
			     : err;
}

/* Whether @code is the administrator's for the account of @row; then it is spent. */
static enum err spend_admin_code(struct store *store, const struct keys *keys,
				 const struct otp_row *row, const struct otp_code *code,
				 bool *ret_good)
{
	AUTO(otp_done) struct otp_row admin = {0};
	enum err err = store_otp_newest(store, row->account, OTP_LOGIN_CODE, &admin);

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	if (challenge_answer(&admin, root_view(keys->codes), code, store_now(store)) !=
	    ERR_OK)
		return ERR_OK;
	*ret_good = true;
	return store_otp_use(store, admin.key);
}

/* The code is not the right one. */
static enum err spend_other(struct store *store, const struct keys *keys,
			    const struct otp_row *row, const struct factor_code *code,
			    enum err *ret_refused)
{
	bool good = false;
	int tries;
	enum err err = ERR_OK;

	if (row->account && row->purpose != OTP_RESET && !code->is_recovery)
		err = spend_admin_code(store, keys, row, &code->digits, &good);
	if (err != ERR_OK)
		return err;
	if (!good)
		return store_otp_try(store, row->key, &tries);
	*ret_refused = ERR_OK;
	return store_otp_use(store, row->key);
}

static bool is_of(enum login_gate gate, enum otp_purpose purpose)
{
	switch (purpose) {
	case OTP_SIGNUP:
	case OTP_LOGIN:
	case OTP_TRUSTED:
	case OTP_TOTP: return gate == GATE_LOGIN;
	case OTP_RESET: return gate == GATE_RESET;
	case OTP_STEP_UP: return gate == GATE_STEP_UP;
	default: return false;
	}
}

/* What answers a step-up is decided by what the account has now: an app that was added
 * meanwhile counts, and nothing is weaker than when it was asked. */
static enum err answer_step_up(struct store *store, const struct keys *keys,
			       const struct otp_row *row, const struct factor_code *code,
			       enum err *ret_refused)
{
	struct account_row account;
	enum err err = store_account_get(store, row->account, &account);

	if (err != ERR_OK)
		return err;
	if (account.totp)
		return factor_spend(store, keys, &account, code, ret_refused);
	if (!account.email_verified)
		*ret_refused = ERR_OK;
	else if (code->is_recovery)
		*ret_refused = ERR_BAD_CODE;
	else
		*ret_refused = challenge_answer(row, root_view(keys->codes),
						&code->digits, store_now(store));
	return ERR_OK;
}

/* Look at @code, by the means that @row asks for; changes nothing but the app's codes. */
static enum err answer(struct store *store, const struct keys *keys,
		       const struct otp_row *row, const struct factor_code *code,
		       enum err *ret_refused)
{
	struct account_row account;

	*ret_refused = challenge_state(row, store_now(store));
	if (*ret_refused != ERR_OK)
		return ERR_OK;
	if (row->purpose == OTP_TRUSTED)
		return ERR_OK; /* who knows the challenge has given the password */
	if (row->purpose == OTP_STEP_UP)
		return answer_step_up(store, keys, row, code, ret_refused);
	if (row->purpose != OTP_TOTP) {
		*ret_refused =
			code->is_recovery
				? ERR_BAD_CODE
				: challenge_answer(row, root_view(keys->codes),
						   &code->digits, store_now(store));
		return ERR_OK;
	}
	enum err err = store_account_get(store, row->account, &account);
	return err == ERR_OK ? factor_spend(store, keys, &account, code, ret_refused)
			     : err;
}

/* Into the log of whom the challenge is about, be it nobody's: the writes are the same. */
static enum err note_wrong(struct store *store, const struct otp_row *row,
			   const struct login_place *place)
{
	AUTO(str_done) struct str detail = STR_INIT;

	str_addf(&detail, "purpose=%s", login_purpose_word(row->purpose));
	return audit_nobody(store, AUDIT_CODE_FAILED, &row->user, str_view(&detail),
			    place->address);
}

enum err login_spend(struct store *store, const struct keys *keys, const struct id *id,
		     const struct factor_code *code, enum login_gate gate,
		     const struct login_place *place, struct otp_row *ret_row,
		     enum err *ret_refused)
{
	struct otp_row row = {0};
	enum err err = store_otp_get(store, id, &row), refused = ERR_EXPIRED;

	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_OK && is_of(gate, row.purpose))
		err = answer(store, keys, &row, code, &refused);
	else
		err = ERR_OK;
	if (err == ERR_OK && refused == ERR_BAD_CODE)
		err = spend_other(store, keys, &row, code, &refused);
	else if (err == ERR_OK && refused == ERR_OK)
		err = store_otp_use(store, row.key);
	if (err == ERR_OK && refused == ERR_BAD_CODE)
		err = note_wrong(store, &row, place);
	if (err == ERR_OK && refused == ERR_OK)
		*ret_row = row;
	else
		otp_done(&row);
	*ret_refused = refused;
	return err;
}

enum err login_step_up(struct store *store, const struct keys *keys,
		       const struct actor *actor, const struct id *id,
		       const struct factor_code *code, const struct login_place *place,
		       struct account_row *ret_account, enum err *ret_refused)
{
	AUTO(otp_done) struct otp_row row = {0};
	struct otp_row asked = {0};

	if (!(actor->scope & SCOPE_ACCOUNT))
		return ERR_FORBIDDEN;
	/* Somebody else's is left alone: no tries are spent on it. */
	enum err err = store_otp_get(store, id, &asked);
	bool own = err == ERR_OK && id_equal(&asked.user, &actor->user);
	otp_done(&asked);
	if (err == ERR_NOT_FOUND || (err == ERR_OK && !own)) {
		*ret_refused = ERR_EXPIRED;
		return ERR_OK;
	}
	if (err == ERR_OK)
		err = login_spend(store, keys, id, code, GATE_STEP_UP, place, &row,
				  ret_refused);
	if (err != ERR_OK || *ret_refused != ERR_OK)
		return err;
	return store_account_get(store, row.account, ret_account);
}
