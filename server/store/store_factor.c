/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Second factors as rows. Conditions that decide about a race (spent, used, confirmed) are
 * part of the statements, not of what was read before.
 */
#include "server/store/store_factor.h"

#include "common/base/mem.h"

void totp_row_done(struct totp_row *row)
{
	mem_free((void *)(uintptr_t)row->sealed.ptr);
	*row = (struct totp_row){.created_ms = 0};
}

static struct value now(const struct store *store)
{
	return value_int((int64_t)store_now(store));
}

enum err store_totp_put(struct store *store, int64_t account, struct bytes sealed)
{
	int64_t key;
	enum err err = store_num(
		store, STMT_totp_put,
		VALUES(value_int(account), value_blob(sealed), now(store)), &key);

	return err == ERR_NOT_FOUND ? ERR_EXISTS : err;
}

static enum err on_totp(const struct value *col, void *ctx)
{
	*(struct totp_row *)ctx = (struct totp_row){
		.sealed = col_dup(&col[0]),
		.created_ms = (uint64_t)col_int(&col[1]),
		.confirmed_ms = (uint64_t)col_int(&col[2]),
		.last_step = (uint64_t)col_int(&col[3]),
	};
	return ERR_OK;
}

enum err store_totp_get(struct store *store, int64_t account, struct totp_row *ret)
{
	return store_one(store, STMT_totp_get, VALUES(value_int(account)), on_totp, ret);
}

enum err store_totp_confirm(struct store *store, int64_t account)
{
	return store_run(store, STMT_totp_confirm, VALUES(value_int(account), now(store)),
			 NULL, NULL);
}

enum err store_totp_spend(struct store *store, int64_t account, uint64_t step)
{
	int64_t key;
	enum err err =
		store_num(store, STMT_totp_spend,
			  VALUES(value_int(account), value_int((int64_t)step)), &key);

	return err == ERR_NOT_FOUND ? ERR_STATE : err;
}

enum err store_totp_drop(struct store *store, int64_t account)
{
	enum err err =
		store_run(store, STMT_totp_drop, VALUES(value_int(account)), NULL, NULL);

	return err == ERR_OK ? store_recovery_put(store, account, NULL, 0) : err;
}

enum err store_recovery_put(struct store *store, int64_t account,
			    const uint8_t (*hashes)[FACTOR_HASH_LEN], size_t count)
{
	enum err err = store_run(store, STMT_recovery_drop, VALUES(value_int(account)),
				 NULL, NULL);

	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = store_run(store, STMT_recovery_add,
				VALUES(value_int(account),
				       value_blob(bytes_of(hashes[i], FACTOR_HASH_LEN))),
				NULL, NULL);
	return err;
}

enum err store_recovery_use(struct store *store, int64_t account,
			    const uint8_t hash[FACTOR_HASH_LEN])
{
	int64_t key;

	return store_num(store, STMT_recovery_use,
			 VALUES(value_int(account),
				value_blob(bytes_of(hash, FACTOR_HASH_LEN)), now(store)),
			 &key);
}

enum err store_recovery_left(struct store *store, int64_t account, int64_t *ret_count)
{
	return store_num(store, STMT_recovery_left, VALUES(value_int(account)),
			 ret_count);
}
