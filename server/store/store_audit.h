/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The rows of the audit log; core/audit.h makes and checks them. They cannot be changed
 *  or removed: triggers of the schema refuse it. Errors, Thread: see store.h. */
#ifndef CHAT_STORE_AUDIT_H
#define CHAT_STORE_AUDIT_H

#include "common/proto/limits.h"
#include "server/store/store.h"

#define AUDIT_HASH_LEN    32
#define AUDIT_ADDRESS_MAX 64

struct audit_row {
	int64_t key; /**< 1, 2, 3 … without a gap */
	uint64_t ts;
	int by; /**< enum audit_by */
	struct id actor, object;
	char verb[LIMIT_WORD + 1];
	char detail[LIMIT_DETAIL + 1];
	char address[AUDIT_ADDRESS_MAX];
	uint8_t hash[AUDIT_HASH_LEN];
};

/** A function for each row. */
typedef enum err audit_row_fn(const struct audit_row *row, void *ctx);

enum err store_audit_add(struct store *store, const struct audit_row *row) MUST_CHECK;
/** Number and hash of the newest row; zeroes when there is none. */
enum err store_audit_last(struct store *store, int64_t *ret_key,
			  uint8_t ret_hash[AUDIT_HASH_LEN]) MUST_CHECK;
enum err store_audit_set_anchor(struct store *store, int64_t key,
				const uint8_t anchor[AUDIT_HASH_LEN]) MUST_CHECK;
/** ERR_NOT_FOUND: there never was a row. */
enum err store_audit_anchor(struct store *store, int64_t *ret_key,
			    uint8_t ret_anchor[AUDIT_HASH_LEN]) MUST_CHECK;
/** At most @limit rows after number @after, oldest first. */
enum err store_audit_walk(struct store *store, int64_t after, size_t limit,
			  audit_row_fn *row, void *ctx) MUST_CHECK;
/** At most @limit rows before number @before (0: from the newest on), newest first: those
 *  about @object, or all (NULL). */
enum err store_audit_list(struct store *store, const struct id *object, int64_t before,
			  size_t limit, audit_row_fn *row, void *ctx) MUST_CHECK;

#endif
