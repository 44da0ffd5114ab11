/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two challenges. The one at the old address is bound to the new one by its payload, so a
 * code that allowed one change cannot be used for another.
 */
#include "server/core/email_change.h"

#include <stdio.h>

#include "common/crypto/secret.h"
#include "server/core/account.h"
#include "server/core/audit.h"
#include "server/core/challenge.h"
#include "server/core/mailing.h"

struct half {
	enum otp_purpose purpose;
	enum letter_kind kind;
	const char *to, *name, *locale;
	struct email counted; /* by which budgets are counted */
	struct bytes payload; /* the new address, as typed */
};

static enum err open_half(struct store *store, const struct keys *keys,
			  const struct account_row *account, const struct half *half,
			  const struct login_place *place, struct email_change *change,
			  struct id *ret_id)
{
	struct otp_row row = {.purpose = half->purpose,
			      .account = account->key,
			      .user = account->id,
			      .payload = half->payload};
	struct otp_counts counts;
	struct otp_code code;
	int64_t key;
	enum err err = store_otp_counts(store, half->purpose,
					bytes_text(half->counted.text), &counts);

	if (err == ERR_OK)
		err = challenge_budget(&counts, &change->retry_ms);
	if (err != ERR_OK)
		return err;
	snprintf(row.email, sizeof(row.email), "%s", half->counted.text);
	challenge_make(&row, root_view(keys->codes), store_now(store), keys->random,
		       &code);
	err = store_otp_add(store, &row, &key);
	if (err == ERR_OK)
		err = mailing_add(
			store, keys,
			&(struct mailing){
				.kind = half->kind,
				.to = half->to,
				.name = half->name,
				.locale = half->locale,
				.code = half->kind == LETTER_KNOWN ? NULL : code.text,
				.what = half->payload,
				.expires_ms = row.expires_ms,
				.place = *place,
			});
	wipe(&code, sizeof(code));
	if (err == ERR_BUSY)
		change->retry_ms = MAILING_FULL_MS;
	change->expires_ms = row.expires_ms;
	*ret_id = row.id;
	return err;
}

enum err email_change_open(struct store *store, const struct keys *keys,
			   const struct account_row *account, const struct email *email,
			   struct bytes typed, const struct login_place *place,
			   struct email_change *ret_change)
{
	AUTO(str_done) struct str address = STR_INIT;
	struct account_row known;
	struct half new = {.purpose = OTP_EMAIL_NEW,
			   .kind = LETTER_EMAIL_NEW,
			   .name = account->name,
			   .locale = account->locale,
			   .counted = *email,
			   .payload = typed};
	struct half old = {.purpose = OTP_EMAIL_OLD,
			   .kind = LETTER_EMAIL_OLD,
			   .to = account->email,
			   .name = account->name,
			   .locale = account->locale,
			   .payload = typed};
	enum err err = store_account_by_email(store, bytes_text(email->text), &known);

	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_OK && known.key == account->key)
		return ERR_STATE;
	str_add_len(&address, (const char *)typed.ptr, typed.len);
	new.to = address.ptr;
	if (err == ERR_OK) {
		new.kind = LETTER_KNOWN;
		new.to = known.email;
		new.name = known.name;
		new.locale = known.locale;
	}
	err = open_half(store, keys, account, &new, place, ret_change,
			&ret_change->challenge);
	if (err == ERR_OK && account->email_verified) {
		err = email_fold(bytes_text(account->email), &old.counted);
		if (err == ERR_OK)
			err = open_half(store, keys, account, &old, place, ret_change,
					&ret_change->old);
	}
	return err == ERR_OK ? audit_self(store, AUDIT_EMAIL_ASKED, &account->id,
					  bytes_of(NULL, 0), place->address)
			     : err;
}

/* Look at one half; a wrong code is counted. */
static enum err look(struct store *store, const struct keys *keys,
		     const struct actor *actor, const struct id *id,
		     enum otp_purpose purpose, const struct otp_code *code,
		     struct otp_row *ret_row, enum err *ret_refused)
{
	int tries;
	enum err err = store_otp_get(store, id, ret_row);

	*ret_refused = ERR_EXPIRED;
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	if (ret_row->purpose != purpose || !id_equal(&ret_row->user, &actor->user))
		return ERR_OK;
	*ret_refused =
		challenge_answer(ret_row, root_view(keys->codes), code, store_now(store));
	return *ret_refused == ERR_BAD_CODE ? store_otp_try(store, ret_row->key, &tries)
					    : ERR_OK;
}

/* Both codes are right: put the new address in the place of the old one. */
static enum err change(struct store *store, const struct keys *keys,
		       const struct account_row *account, const struct otp_row *new,
		       const struct otp_row *old, const struct login_place *place,
		       enum err *ret_refused)
{
	struct bytes folded = bytes_text(new->email);
	enum err err = store_otp_use(store, new->key);

	if (err == ERR_OK && old->key)
		err = store_otp_use(store, old->key);
	if (err == ERR_OK)
		err = store_email_add(store, account->key, new->payload, folded);
	if (err == ERR_OK)
		err = store_email_verify(store, account->key, folded);
	if (err == ERR_EXISTS) {
		*ret_refused = ERR_EXISTS;
		return ERR_OK;
	}
	/* What was mailed to the old address opens nothing from now on. */
	if (err == ERR_OK)
		err = login_end_challenges(store, account->key);
	if (err == ERR_OK)
		err = audit_self(store, AUDIT_EMAIL_CHANGED, &account->id,
				 bytes_of(NULL, 0), place->address);
	/* @account still has the old address: that is where somebody must hear of it. */
	return err == ERR_OK ? notice_add(store, keys, account, LETTER_EMAIL_CHANGED,
					  new->payload, place)
			     : err;
}

static bool is_bound(const struct otp_row *new, const struct otp_row *old)
{
	return bytes_equal(new->payload, old->payload);
}

enum err email_change_confirm(struct store *store, const struct keys *keys,
			      const struct actor *actor, const struct email_proof *proof,
			      const struct login_place *place, const char **ret_field,
			      enum err *ret_refused)
{
	AUTO(otp_done) struct otp_row new = {0};
	AUTO(otp_done) struct otp_row old = {0};
	struct account_row account;
	enum err err = actor->scope & SCOPE_ACCOUNT ? account_own(store, actor, &account)
						    : ERR_FORBIDDEN;

	*ret_field = "code";
	if (err == ERR_OK)
		err = look(store, keys, actor, &proof->challenge, OTP_EMAIL_NEW,
			   &proof->code, &new, ret_refused);
	if (err != ERR_OK || *ret_refused != ERR_OK)
		return err;
	if (account.email_verified) {
		*ret_field = "old_code";
		*ret_refused = ERR_BAD_CODE;
		if (proof->has_old)
			err = look(store, keys, actor, &proof->old, OTP_EMAIL_OLD,
				   &proof->old_code, &old, ret_refused);
		if (err != ERR_OK || *ret_refused != ERR_OK)
			return err;
		if (!is_bound(&new, &old)) {
			*ret_refused = ERR_EXPIRED;
			return ERR_OK;
		}
	}
	*ret_field = "email";
	return change(store, keys, &account, &new, &old, place, ret_refused);
}
