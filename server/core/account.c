/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sign-up keeps one secret: whether an address is known. So a known one gets an account
 * row like any other, which reserves the name like any other and waits for a code that
 * nobody has; a day later it is forgotten, as is every account that was never verified.
 */
#include "server/core/account.h"

#include <string.h>

#include "server/core/audit.h"
#include "server/core/mailing.h"
#include "server/core/member.h"
#include "server/store/store_log.h"

/* A name that waits for nothing any more is free again. */
static enum err free_name(struct store *store, struct bytes name)
{
	struct account_row account;
	enum err err = store_account_by_name(store, name, &account);

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	uint64_t now_ms = store_now(store);
	if (account.state != ACCOUNT_UNVERIFIED ||
	    now_ms < account.created_ms + ACCOUNT_UNVERIFIED_MS)
		return ERR_EXISTS;
	return store_account_expire(store, now_ms - ACCOUNT_UNVERIFIED_MS + 1,
				    LIMIT_LIST);
}

enum err account_seen(struct store *store, const struct id *user)
{
	uint64_t uepoch, useq;
	int64_t account;
	enum err err = store_log_where(store, user, &account, &uepoch, &useq);

	return err == ERR_OK ? store_account_seen(store, account, store_now(store)) : err;
}

enum err account_signup(struct store *store, const struct keys *keys,
			const struct account_signup *in,
			struct login_challenge *ret_challenge)
{
	struct account_new new = {
		.kind = ACCOUNT_PERSON,
		.state = ACCOUNT_UNVERIFIED,
		.name = in->name,
		.display = in->display.ptr ? in->display : in->name,
		.password = in->password_hash,
		.locale = in->locale,
	};
	struct account_row account;
	int64_t key;
	enum err err = free_name(store, in->name);

	if (err != ERR_OK)
		return err;
	random_fill(keys->random, new.id.bytes, ID_LEN);
	err = store_account_add(store, &new, &key);
	if (err == ERR_OK)
		err = store_email_add(store, key, in->email, bytes_text(in->folded.text));
	if (err == ERR_OK)
		err = store_account_get(store, key, &account);
	if (err == ERR_OK)
		err = audit_nobody(store, AUDIT_SIGNED_UP, &account.id, bytes_of(NULL, 0),
				   in->place.address);
	if (err != ERR_OK)
		return err;
	return login_open_signup(store, keys, &account, &in->folded, &in->place,
				 ret_challenge);
}

static enum err add_verified(struct store *store, int64_t account,
			     const struct account_make *in)
{
	struct bytes folded = bytes_text(in->folded.text);
	enum err err = store_email_add(store, account, in->email, folded);

	return err == ERR_OK ? store_email_verify(store, account, folded) : err;
}

enum err account_make(struct store *store, const struct keys *keys,
		      const struct account_make *in, struct account_row *ret_account,
		      const char **ret_field, struct news *news)
{
	struct account_new new = {
		.kind = ACCOUNT_PERSON,
		.state = ACCOUNT_ACTIVE,
		.rights = in->rights,
		.name = in->name,
		.display = in->display.ptr ? in->display : in->name,
		.password = in->password_hash,
	};
	int64_t key;
	enum err err = free_name(store, in->name);

	random_fill(keys->random, new.id.bytes, ID_LEN);
	*ret_field = "name";
	if (err == ERR_OK)
		err = store_account_add(store, &new, &key);
	if (err != ERR_OK)
		return err;
	*ret_field = "email";
	if (in->email.ptr)
		err = add_verified(store, key, in);
	if (err == ERR_OK)
		err = store_account_get(store, key, ret_account);
	if (err == ERR_OK)
		err = audit_steward(store, &in->by, AUDIT_ACCOUNT_MADE, &new.id,
				    in->rights ? bytes_text("rights=admin")
					       : bytes_of(NULL, 0));
	if (err != ERR_OK)
		return err;
	return member_arrive(store, &(struct actor){.user = new.id, .scope = SCOPE_ALL},
			     news);
}

enum err account_find(struct store *store, struct bytes login,
		      struct account_row *ret_account)
{
	struct email email;

	/* A name has no @, an address has one: nobody can be named like another's address. */
	if (name_is_valid(login))
		return store_account_by_name(store, login, ret_account);
	if (email_fold(login, &email) != ERR_OK)
		return ERR_NOT_FOUND;
	return store_account_by_email(store, bytes_text(email.text), ret_account);
}

enum err account_own(struct store *store, const struct actor *actor,
		     struct account_row *ret_account)
{
	enum err err = store_account_by_id(store, &actor->user, ret_account);

	return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
}

enum err account_set_profile(struct store *store, const struct actor *actor,
			     struct bytes display, struct bytes about,
			     struct bytes status)
{
	struct account_row account;
	enum err err = actor->scope & SCOPE_ACCOUNT ? account_own(store, actor, &account)
						    : ERR_FORBIDDEN;

	if (err != ERR_OK)
		return err;
	return store_account_set_profile(store, account.key, display, about, status);
}

static enum err tell_changed(struct store *store, const struct keys *keys,
			     const struct account_row *account,
			     const struct login_place *place)
{
	return notice_add(store, keys, account, LETTER_PASSWORD, bytes_of(NULL, 0),
			  place);
}

enum err account_set_password(struct store *store, const struct keys *keys,
			      const struct actor *actor, const char *before,
			      struct bytes hash, const struct login_place *place,
			      login_ended_fn *ended, void *ctx)
{
	struct account_row account;
	enum err err = actor->scope & SCOPE_ACCOUNT ? account_own(store, actor, &account)
						    : ERR_FORBIDDEN;

	if (err != ERR_OK)
		return err;
	if (strcmp(account.password, before) != 0)
		return ERR_STATE;
	err = store_account_set_password(store, account.key, hash);
	if (err == ERR_OK)
		err = login_end_challenges(store, account.key);
	if (err == ERR_OK)
		err = login_end_all(store, actor, true, place, ended, ctx);
	if (err == ERR_OK)
		err = audit_self(store, AUDIT_PASSWORD_CHANGED, &account.id,
				 bytes_of(NULL, 0), place->address);
	if (err == ERR_OK)
		err = tell_changed(store, keys, &account, place);
	return err;
}

enum err account_rehash(struct store *store, int64_t account, const char *before,
			struct bytes hash)
{
	struct account_row row;
	enum err err = store_account_get(store, account, &row);

	if (err != ERR_OK || strcmp(row.password, before) != 0)
		return err;
	return store_account_set_password(store, account, hash);
}

enum err account_reset(struct store *store, const struct keys *keys,
		       const struct id *challenge, const struct otp_code *code,
		       struct bytes hash, const struct login_place *place,
		       login_ended_fn *ended, void *ctx, enum err *ret_refused)
{
	AUTO(otp_done) struct otp_row row = {0};
	struct account_row account;
	const struct factor_code typed = {.digits = *code};
	enum err err = login_spend(store, keys, challenge, &typed, GATE_RESET, place,
				   &row, ret_refused);

	if (err != ERR_OK || *ret_refused != ERR_OK)
		return err;
	err = store_account_get(store, row.account, &account);
	if (err == ERR_OK)
		err = store_account_set_password(store, account.key, hash);
	if (err == ERR_OK)
		err = login_end_challenges(store, account.key);
	if (err == ERR_OK)
		err = store_session_revoke_all(store, account.key, 0, ended, ctx);
	if (err == ERR_OK)
		err = audit_self(store, AUDIT_PASSWORD_RESET, &account.id,
				 bytes_of(NULL, 0), place->address);
	if (err == ERR_OK)
		err = tell_changed(store, keys, &account, place);
	return err;
}
