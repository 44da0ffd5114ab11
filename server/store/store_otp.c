/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Challenges as rows. The orders of columns are those of stmt_account.def; the rules are in
 * core/challenge.c.
 */
#include "server/store/store_otp.h"

#include <string.h>

#include "common/base/mem.h"

#define HOUR_MS 3600000
#define DAY_MS  86400000

static enum err on_key(const struct value *col, void *ctx)
{
	*(int64_t *)ctx = col_int(&col[0]);
	return ERR_OK;
}

void otp_done(struct otp_row *otp)
{
	mem_free((void *)(uintptr_t)otp->payload.ptr);
	*otp = (struct otp_row){0};
}

enum err store_otp_add(struct store *store, const struct otp_row *in, int64_t *ret_key)
{
	return store_one(
		store, STMT_challenge_add,
		VALUES(value_id(&in->id), value_int(in->purpose), value_id(&in->user),
		       value_int_opt(in->account), value_text(bytes_text(in->email)),
		       value_blob(bytes_of(in->mac, OTP_MAC_LEN)),
		       value_int((int64_t)in->created_ms),
		       value_int((int64_t)in->expires_ms), value_blob(in->payload)),
		on_key, ret_key);
}

static enum err on_otp(const struct value *col, void *ctx)
{
	struct otp_row *row = ctx;
	struct bytes mac = col_bytes(&col[5]);

	if (mac.len != OTP_MAC_LEN)
		return ERR_CORRUPT;
	*row = (struct otp_row){
		.key = col_int(&col[0]),
		.id = col_id(&col[1]),
		.purpose = (enum otp_purpose)col_int(&col[2]),
		.account = col_int(&col[3]),
		.user = col_id(&col[4]),
		.created_ms = (uint64_t)col_int(&col[6]),
		.expires_ms = (uint64_t)col_int(&col[7]),
		.used_ms = (uint64_t)col_int(&col[8]),
		.tries = (int)col_int(&col[9]),
		.payload = col_dup(&col[11]),
	};
	memcpy(row->mac, mac.ptr, OTP_MAC_LEN);
	col_text(&col[10], row->email, sizeof(row->email));
	return ERR_OK;
}

enum err store_otp_get(struct store *store, const struct id *id, struct otp_row *ret)
{
	return store_one(store, STMT_challenge_get, VALUES(value_id(id)), on_otp, ret);
}

enum err store_otp_newest(struct store *store, int64_t account, enum otp_purpose purpose,
			  struct otp_row *ret)
{
	return store_one(store, STMT_challenge_newest,
			 VALUES(value_int(account), value_int(purpose),
				value_int((int64_t)store_now(store))),
			 on_otp, ret);
}

enum err store_otp_try(struct store *store, int64_t key, int *ret_tries)
{
	int64_t tries;
	enum err err = store_one(store, STMT_challenge_try, VALUES(value_int(key)),
				 on_key, &tries);

	if (err == ERR_OK)
		*ret_tries = (int)tries;
	return err;
}

enum err store_otp_use(struct store *store, int64_t key)
{
	int64_t used;
	enum err err =
		store_one(store, STMT_challenge_use,
			  VALUES(value_int(key), value_int((int64_t)store_now(store))),
			  on_key, &used);

	return err == ERR_NOT_FOUND ? ERR_STATE : err;
}

static enum err on_counts(const struct value *col, void *ctx)
{
	*(struct otp_counts *)ctx = (struct otp_counts){
		.live = (uint64_t)col_int(&col[0]),
		.hour = (uint64_t)col_int(&col[1]),
		.day = (uint64_t)col_int(&col[2]),
	};
	return ERR_OK;
}

enum err store_otp_counts(struct store *store, enum otp_purpose purpose,
			  struct bytes email, struct otp_counts *ret)
{
	int64_t now = (int64_t)store_now(store);

	return store_one(store, STMT_challenge_counts,
			 VALUES(value_int(purpose), value_text(email), value_int(now),
				value_int(now - HOUR_MS), value_int(now - DAY_MS)),
			 on_counts, ret);
}

enum err store_otp_end(struct store *store, int64_t account, uint64_t at_ms)
{
	return store_run(store, STMT_challenge_end,
			 VALUES(value_int(account), value_int((int64_t)at_ms)), NULL,
			 NULL);
}

enum err store_otp_expire(struct store *store, uint64_t before_ms, size_t limit)
{
	return store_run(store, STMT_challenge_expire,
			 VALUES(value_int((int64_t)before_ms), value_int((int64_t)limit)),
			 NULL, NULL);
}
