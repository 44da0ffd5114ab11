/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chain: hash(n) = HMAC-SHA-256(key, canonical form of row n with hash(n - 1) in it).
 * The form is length-prefixed, so no two rows have the same one. The anchor in `meta` is a
 * keyed hash too, of the newest row's: with the key unknown, an end cannot be cut off and
 * the anchor moved back. A whole database of last week put in the place of today's shows
 * only to whoever kept a newer hash elsewhere, which is why the server prints it.
 */
#include "server/core/audit.h"

#include <string.h>

#include "common/crypto/hash.h"
#include "common/crypto/secret.h"

#define DOMAIN_ROW    "chat audit row 1"
#define DOMAIN_ANCHOR "chat audit end 1"

static void add_field(struct buf *form, struct bytes field)
{
	buf_add_u32(form, (uint32_t)field.len);
	buf_add_bytes(form, field);
}

static struct bytes id_bytes(const struct id *id)
{
	return id_is_zero(id) ? bytes_of(NULL, 0) : bytes_of(id->bytes, ID_LEN);
}

static void hash_row(const struct store *store, const struct audit_row *row,
		     const uint8_t before[AUDIT_HASH_LEN],
		     uint8_t ret_hash[AUDIT_HASH_LEN])
{
	AUTO(buf_done) struct buf form = BUF_INIT;

	add_field(&form, bytes_text(DOMAIN_ROW));
	add_field(&form, bytes_of(before, AUDIT_HASH_LEN));
	buf_add_u64(&form, (uint64_t)row->key);
	buf_add_u64(&form, row->ts);
	buf_add_u64(&form, (uint64_t)row->by);
	add_field(&form, id_bytes(&row->actor));
	add_field(&form, id_bytes(&row->object));
	add_field(&form, bytes_text(row->verb));
	add_field(&form, bytes_text(row->detail));
	add_field(&form, bytes_text(row->address));
	hmac_sha256(store->audit_key, buf_view(&form), ret_hash);
}

static void hash_anchor(const struct store *store, int64_t key,
			const uint8_t hash[AUDIT_HASH_LEN],
			uint8_t ret_anchor[AUDIT_HASH_LEN])
{
	AUTO(buf_done) struct buf form = BUF_INIT;

	add_field(&form, bytes_text(DOMAIN_ANCHOR));
	buf_add_u64(&form, (uint64_t)key);
	add_field(&form, bytes_of(hash, AUDIT_HASH_LEN));
	hmac_sha256(store->audit_key, buf_view(&form), ret_anchor);
}

static void take_text(char *dst, size_t size, struct bytes text)
{
	size_t len = text.len < size ? text.len : size - 1;

	if (len)
		memcpy(dst, text.ptr, len);
	dst[len] = '\0';
}

enum err audit_add(struct store *store, const struct audit *entry)
{
	uint8_t before[AUDIT_HASH_LEN], anchor[AUDIT_HASH_LEN];
	struct audit_row row = {
		.ts = store_now(store),
		.by = (int)entry->by,
		.actor = entry->actor,
		.object = entry->object,
	};
	enum err err = store_audit_last(store, &row.key, before);

	if (err != ERR_OK)
		return err;
	row.key++;
	take_text(row.verb, sizeof(row.verb), bytes_text(audit_word(entry->verb)));
	take_text(row.detail, sizeof(row.detail), entry->detail);
	take_text(row.address, sizeof(row.address), entry->address);
	hash_row(store, &row, before, row.hash);
	hash_anchor(store, row.key, row.hash, anchor);
	err = store_audit_add(store, &row);
	return err == ERR_OK ? store_audit_set_anchor(store, row.key, anchor) : err;
}

enum err audit_self(struct store *store, enum audit_verb verb, const struct id *user,
		    struct bytes detail, struct bytes address)
{
	return audit_add(store, &(struct audit){verb, AUDIT_BY_USER, *user, *user, detail,
						address});
}

enum err audit_nobody(struct store *store, enum audit_verb verb, const struct id *user,
		      struct bytes detail, struct bytes address)
{
	return audit_add(store, &(struct audit){.verb = verb,
						.by = AUDIT_BY_NOBODY,
						.object = *user,
						.detail = detail,
						.address = address});
}

enum err audit_operator(struct store *store, enum audit_verb verb, const struct id *user,
			struct bytes detail)
{
	return audit_add(store, &(struct audit){.verb = verb,
						.by = AUDIT_BY_OPERATOR,
						.object = *user,
						.detail = detail,
						.address = bytes_text("local")});
}

enum err audit_steward(struct store *store, const struct actor *actor,
		       enum audit_verb verb, const struct id *user, struct bytes detail)
{
	if (actor->steward != STEWARD_ADMIN)
		return audit_operator(store, verb, user, detail);
	return audit_add(store, &(struct audit){.verb = verb,
						.by = AUDIT_BY_USER,
						.actor = actor->user,
						.object = *user,
						.detail = detail});
}

/* ---- checking ---- */

struct walk {
	const struct store *store;
	struct audit_check *check;
	size_t rows;
};

static enum err on_row(const struct audit_row *row, void *ctx)
{
	struct walk *walk = ctx;
	struct audit_check *check = walk->check;
	uint8_t hash[AUDIT_HASH_LEN];

	walk->rows++;
	if (check->broken)
		return ERR_OK;
	hash_row(walk->store, row, check->hash, hash);
	if (row->key != check->last + 1 ||
	    !bytes_equal_secret(bytes_of(hash, sizeof(hash)),
				bytes_of(row->hash, sizeof(row->hash)))) {
		check->broken = check->last + 1;
		return ERR_OK;
	}
	check->checked++;
	check->last = row->key;
	memcpy(check->hash, hash, sizeof(hash));
	return ERR_OK;
}

/* All rows are sound: is the last one the last that was written? */
static enum err check_end(struct store *store, struct audit_check *check)
{
	uint8_t want[AUDIT_HASH_LEN], anchor[AUDIT_HASH_LEN];
	int64_t key = 0;
	enum err err = store_audit_anchor(store, &key, anchor);

	if (err == ERR_NOT_FOUND) {
		check->broken = check->last ? 1 : 0; /* no row was ever written */
		check->complete = !check->broken;
		return ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	hash_anchor(store, check->last, check->hash, want);
	check->complete = key == check->last &&
			  bytes_equal_secret(bytes_of(want, sizeof(want)),
					     bytes_of(anchor, sizeof(anchor)));
	if (!check->complete)
		check->broken = check->last + 1;
	return ERR_OK;
}

enum err audit_check(struct store *store, size_t limit, struct audit_check *check)
{
	struct walk walk = {.store = store, .check = check};
	enum err err = store_audit_walk(store, check->last, limit, on_row, &walk);

	if (err != ERR_OK || check->broken || walk.rows == limit)
		return err;
	return check_end(store, check);
}
