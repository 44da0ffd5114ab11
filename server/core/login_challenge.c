/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The challenges of login.h: one row and one letter each. Where nobody may learn whether an
 * account is there, the row is made all the same, for a stand-in or with a code that nobody
 * was told, so that every later answer is that of a real one.
 */
#include <stdio.h>

#include "server/core/challenge.h"
#include "server/core/login.h"
#include "server/mail/letter.h"

#define RESEND_MS 3600000 /* so long after its end a challenge may be asked for again */

void login_challenge_done(struct login_challenge *challenge)
{
	letter_done(&challenge->letter);
	*challenge = LOGIN_CHALLENGE_INIT;
}

const char *login_purpose_word(enum otp_purpose purpose)
{
	switch (purpose) {
	case OTP_SIGNUP: return "signup";
	case OTP_RESET: return "reset";
	default: return "login";
	}
}

/* Whom a challenge is for and what is written to whom about it. */
struct opening {
	enum otp_purpose purpose;
	int64_t account; /* 0: nobody */
	struct id user;
	const struct email *email;
	enum letter_kind kind;
	const char *to; /* NULL: nothing is written */
	const char *name;
	const struct login_place *place;
};

static void write_letter(const struct keys *keys, const struct opening *opening,
			 const struct otp_code *code, struct letter *letter)
{
	AUTO(str_done) struct str address = STR_INIT;

	str_add_len(&address, (const char *)opening->place->address.ptr,
		    opening->place->address.len);
	str_set(&letter->to, opening->to);
	letter_write(letter, opening->kind,
		     &(struct letter_facts){
			     .server = keys->tokens.issuer,
			     .name = opening->name,
			     .code = code->text,
			     .place = address.ptr,
			     .minutes = CHALLENGE_LIFE_MS / 60000,
		     });
}

static enum err open_challenge(struct store *store, const struct keys *keys,
			       const struct opening *opening,
			       struct login_challenge *ret_challenge)
{
	struct otp_row row = {.purpose = opening->purpose,
			      .account = opening->account,
			      .user = opening->user};
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
	if (err != ERR_OK)
		return err;
	ret_challenge->id = row.id;
	ret_challenge->purpose = row.purpose;
	ret_challenge->expires_ms = row.expires_ms;
	ret_challenge->tries = CHALLENGE_TRIES;
	ret_challenge->mail = opening->to != NULL;
	if (ret_challenge->mail)
		write_letter(keys, opening, &code, &ret_challenge->letter);
	wipe(&code, sizeof(code));
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
		.place = place,
	};
	struct account_row known;
	enum err err = store_account_by_email(store, bytes_text(email->text), &known);

	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_OK && known.key != account->key) {
		opening.kind = LETTER_KNOWN;
		opening.name = known.name;
	}
	return open_challenge(store, keys, &opening, ret_challenge);
}

static enum err open_login(struct store *store, const struct keys *keys,
			   const struct account_row *account,
			   const struct login_place *place,
			   struct login_challenge *ret_challenge)
{
	struct email email;
	struct opening opening = {
		.purpose = OTP_LOGIN,
		.account = account->key,
		.user = account->id,
		.email = &email,
		.kind = LETTER_LOGIN,
		.to = account->email,
		.name = account->name,
		.place = place,
	};

	if (email_fold(bytes_text(account->email), &email) != ERR_OK)
		return ERR_UNVERIFIED;
	if (account->state == ACCOUNT_UNVERIFIED)
		return login_open_signup(store, keys, account, &email, place,
					 ret_challenge);
	if (account->state != ACCOUNT_ACTIVE)
		return ERR_FORBIDDEN;
	if (!account->email_verified)
		return ERR_UNVERIFIED;
	return open_challenge(store, keys, &opening, ret_challenge);
}

enum err login_begin(struct store *store, const struct keys *keys, int64_t account,
		     const struct login_place *place,
		     struct login_challenge *ret_challenge)
{
	struct account_row row;
	enum err err = store_account_get(store, account, &row);

	if (err != ERR_OK)
		return err;
	if (row.state == ACCOUNT_SUSPENDED || row.state == ACCOUNT_DELETED)
		return ERR_FORBIDDEN;
	return open_login(store, keys, &row, place, ret_challenge);
}

enum err login_open_reset(struct store *store, const struct keys *keys,
			  const struct email *email, const struct login_place *place,
			  struct login_challenge *ret_challenge)
{
	struct account_row account;
	struct opening opening = {.purpose = OTP_RESET,
				  .email = email,
				  .kind = LETTER_RESET,
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
	}
	return open_challenge(store, keys, &opening, ret_challenge);
}

static enum err reopen(struct store *store, const struct keys *keys,
		       const struct otp_row *row, const struct login_place *place,
		       struct login_challenge *ret_challenge)
{
	struct email email;

	if (row->used_ms || store_now(store) >= row->expires_ms + RESEND_MS ||
	    email_fold(bytes_text(row->email), &email) != ERR_OK)
		return ERR_EXPIRED;
	if (row->purpose == OTP_RESET)
		return login_open_reset(store, keys, &email, place, ret_challenge);
	if (row->purpose != OTP_LOGIN && row->purpose != OTP_SIGNUP)
		return ERR_EXPIRED;
	return login_begin(store, keys, row->account, place, ret_challenge);
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
	return store_otp_add(store, &row, &key);
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

/* The code is not the one that was mailed. */
static enum err spend_other(struct store *store, const struct keys *keys,
			    const struct otp_row *row, const struct otp_code *code,
			    enum err *ret_refused)
{
	bool good = false;
	int tries;
	enum err err = ERR_OK;

	if (row->account && row->purpose != OTP_RESET)
		err = spend_admin_code(store, keys, row, code, &good);
	if (err != ERR_OK)
		return err;
	if (!good)
		return store_otp_try(store, row->key, &tries);
	*ret_refused = ERR_OK;
	return store_otp_use(store, row->key);
}

enum err login_spend(struct store *store, const struct keys *keys, const struct id *id,
		     const struct otp_code *code, bool reset, struct otp_row *ret_row,
		     enum err *ret_refused)
{
	struct otp_row row = {0};
	enum err err = store_otp_get(store, id, &row), refused = ERR_EXPIRED;

	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_OK && (row.purpose == OTP_RESET) == reset &&
	    row.purpose <= OTP_RESET)
		refused = challenge_answer(&row, root_view(keys->codes), code,
					   store_now(store));
	err = ERR_OK;
	if (refused == ERR_BAD_CODE)
		err = spend_other(store, keys, &row, code, &refused);
	else if (refused == ERR_OK)
		err = store_otp_use(store, row.key);
	if (err == ERR_OK && refused == ERR_OK)
		*ret_row = row;
	else
		otp_done(&row);
	*ret_refused = refused;
	return err;
}
