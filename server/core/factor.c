/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Enrolment in two steps, since a picture that was not scanned must not lock anybody out.
 * Recovery codes are drawn only with the confirmation: whoever sees them has the app.
 */
#include "server/core/factor.h"

#include "common/crypto/totp.h"
#include "server/core/audit.h"
#include "server/core/mailing.h"
#include "server/core/sealed.h"
#include "server/store/store_factor.h"

_Static_assert(FACTOR_HASH_LEN == RECOVERY_HASH_LEN, "the column holds the hash");

enum err factor_parse(struct bytes text, struct factor_code *ret_code)
{
	struct factor_code code = {.is_recovery = false};
	enum err err = otp_parse(text, &code.digits);

	if (err != ERR_OK) {
		code.is_recovery = true;
		err = recovery_parse(text, &code.recovery);
	}
	if (err == ERR_OK)
		*ret_code = code;
	return err;
}

enum err factor_enrol(struct store *store, const struct keys *keys,
		      const struct account_row *account, struct str *ret_secret,
		      struct str *ret_url)
{
	AUTO(buf_done) struct buf sealed = BUF_INIT;
	AUTO(secret_done) struct secret seed = SECRET_INIT;

	random_secret(keys->random, TOTP_SEED_LEN, &seed);
	sealed_add(keys, SEALED_TOTP, &account->id, secret_view(&seed), &sealed);
	enum err err = store_totp_put(store, account->key, buf_view(&sealed));
	if (err != ERR_OK)
		return err;
	totp_secret(secret_view(&seed), ret_secret);
	totp_url(secret_view(&seed), keys->tokens.issuer, account->name, ret_url);
	return ERR_OK;
}

/* The owner and the log hear of it. */
static enum err tell(struct store *store, const struct keys *keys,
		     const struct account_row *account, enum audit_verb verb,
		     enum letter_kind letter, const struct login_place *place)
{
	enum err err =
		audit_self(store, verb, &account->id, bytes_of(NULL, 0), place->address);

	return err == ERR_OK ? notice_add(store, keys, account, letter, bytes_of(NULL, 0),
					  place)
			     : err;
}

/* Whether @code is one of the app's that was not spent; then it is. */
static enum err spend_digits(struct store *store, const struct keys *keys,
			     const struct account_row *account,
			     const struct totp_row *row, const struct otp_code *code,
			     enum err *ret_refused)
{
	AUTO(buf_wipe) struct buf seed = BUF_INIT;
	uint64_t step;
	enum err err = sealed_open(keys, SEALED_TOTP, &account->id, row->sealed, &seed);

	if (err != ERR_OK)
		return err;
	*ret_refused = totp_check(buf_view(&seed), code, store_now(store), row->last_step,
				  &step);
	if (*ret_refused == ERR_OK)
		err = store_totp_spend(store, account->key, step);
	return err;
}

static enum err spend_recovery(struct store *store, const struct keys *keys,
			       const struct account_row *account,
			       const struct recovery_code *code, enum err *ret_refused)
{
	uint8_t hash[RECOVERY_HASH_LEN];

	recovery_hash(root_view(keys->codes), &account->id, code, hash);
	enum err err = store_recovery_use(store, account->key, hash);
	*ret_refused = err == ERR_NOT_FOUND ? ERR_BAD_CODE : ERR_OK;
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	return tell(store, keys, account, AUDIT_RECOVERY_USED, LETTER_RECOVERY_USED,
		    &(struct login_place){.client = {NULL, 0}});
}

static enum err draw_codes(struct store *store, const struct keys *keys,
			   const struct account_row *account,
			   struct factor_recovery *ret_recovery)
{
	uint8_t hashes[RECOVERY_CODES][FACTOR_HASH_LEN];

	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		ret_recovery->codes[i] = recovery_draw(keys->random);
		recovery_hash(root_view(keys->codes), &account->id,
			      &ret_recovery->codes[i], hashes[i]);
	}
	return store_recovery_put(store, account->key,
				  (const uint8_t(*)[FACTOR_HASH_LEN])hashes,
				  RECOVERY_CODES);
}

enum err factor_confirm(struct store *store, const struct keys *keys,
			const struct account_row *account, const struct otp_code *code,
			const struct login_place *place,
			struct factor_recovery *ret_recovery, enum err *ret_refused)
{
	AUTO(totp_row_done) struct totp_row row = {.created_ms = 0};
	enum err err = store_totp_get(store, account->key, &row);

	if (err == ERR_NOT_FOUND || (err == ERR_OK && row.confirmed_ms))
		return ERR_STATE;
	if (err == ERR_OK)
		err = spend_digits(store, keys, account, &row, code, ret_refused);
	if (err != ERR_OK || *ret_refused != ERR_OK)
		return err;
	err = store_totp_confirm(store, account->key);
	if (err == ERR_OK)
		err = draw_codes(store, keys, account, ret_recovery);
	return err == ERR_OK ? tell(store, keys, account, AUDIT_FACTOR_ADDED,
				    LETTER_FACTOR_ADDED, place)
			     : err;
}

enum err factor_spend(struct store *store, const struct keys *keys,
		      const struct account_row *account, const struct factor_code *code,
		      enum err *ret_refused)
{
	AUTO(totp_row_done) struct totp_row row = {.created_ms = 0};
	enum err err = store_totp_get(store, account->key, &row);

	if (err == ERR_NOT_FOUND || (err == ERR_OK && !row.confirmed_ms)) {
		*ret_refused = ERR_EXPIRED;
		return ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	if (code->is_recovery)
		return spend_recovery(store, keys, account, &code->recovery, ret_refused);
	return spend_digits(store, keys, account, &row, &code->digits, ret_refused);
}

enum err factor_renew(struct store *store, const struct keys *keys,
		      const struct account_row *account, const struct login_place *place,
		      struct factor_recovery *ret_recovery)
{
	enum err err = account->totp ? draw_codes(store, keys, account, ret_recovery)
				     : ERR_STATE;

	return err == ERR_OK ? tell(store, keys, account, AUDIT_RECOVERY_MADE,
				    LETTER_RECOVERY_MADE, place)
			     : err;
}

enum err factor_remove(struct store *store, const struct keys *keys,
		       const struct account_row *account, const struct login_place *place)
{
	enum err err = account->totp ? store_totp_drop(store, account->key) : ERR_STATE;

	return err == ERR_OK ? tell(store, keys, account, AUDIT_FACTOR_REMOVED,
				    LETTER_FACTOR_REMOVED, place)
			     : err;
}
