/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The key belongs to the account, and is kept with a digest of operation and body, so that
 * a key that is used for two different things is told instead of answered wrongly.
 */
#include "server/rest/idempotency.h"

#include <string.h>

#include "common/crypto/hash.h"
#include "server/store/store_idempotency.h"

static struct bytes key_of(const struct call *call)
{
	const char *key = request_header(call->request, "idempotency-key");

	return key ? bytes_text(key) : bytes_of(NULL, 0);
}

static bool is_cid(struct bytes key, struct id *ret_id)
{
	return key.ptr && id_parse((const char *)key.ptr, key.len, ret_id) == ERR_OK &&
	       id_is_v7(ret_id);
}

static bool sends(const struct call *call)
{
	return call->row == rest_row(REST_room_send) ||
	       call->row == rest_row(REST_user_send);
}

bool idempotency_wanted(const struct call *call)
{
	struct bytes key = key_of(call);
	struct id id;

	return key.len > 0 && !id_is_zero(&call->actor.user) &&
	       rest_takes_key(call->row) && !(sends(call) && is_cid(key, &id));
}

static void digest_of(const struct call *call, uint8_t ret_digest[SHA256_LEN])
{
	struct sha256 hash;

	sha256_init(&hash);
	sha256_add(&hash, bytes_text(call->row->op));
	sha256_add(&hash, bytes_of("", 1));
	sha256_add(&hash, str_view(&call->request->path));
	sha256_add(&hash, bytes_of("", 1));
	sha256_add(&hash, str_view(&call->request->body));
	sha256_final(&hash, ret_digest);
}

static enum err check_key(struct bytes key)
{
	if (key.len > LIMIT_IDEMPOTENCY)
		return ERR_TOO_BIG;
	for (size_t i = 0; i < key.len; i++) {
		if (key.ptr[i] < 0x20 || key.ptr[i] >= 0x7f)
			return ERR_BAD;
	}
	return ERR_OK;
}

enum err idempotency_find(struct call *call, struct store *store, bool *ret_again)
{
	struct idempotency_row row = {0};
	uint8_t digest[SHA256_LEN];
	enum err err = check_key(key_of(call));

	if (err != ERR_OK)
		return call_blame(call, err, "idempotency-key", NULL);
	err = store_idempotency_get(store, &call->actor.user, key_of(call), &row);
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	digest_of(call, digest);
	if (memcmp(digest, row.digest, sizeof(digest)) == 0) {
		buf_add_bytes(&call->answer, row.reply);
		*ret_again = true;
	} else {
		err = call_blame(call, ERR_CONFLICT, "idempotency-key",
				 N_("the key was used for another request"));
	}
	idempotency_done(&row);
	return err;
}

enum err idempotency_keep(struct call *call, struct store *store)
{
	struct idempotency_row row = {.reply = buf_view(&call->answer)};

	digest_of(call, row.digest);
	return store_idempotency_put(store, &call->actor.user, key_of(call), &row);
}

struct id idempotency_cid(const struct call *call, const struct id *given,
			  uint64_t now_ms)
{
	uint8_t random[10];
	struct id id;

	if (!id_is_zero(given))
		return *given;
	if (is_cid(key_of(call), &id))
		return id;
	random_fill(call->server->keys.random, random, sizeof(random));
	return id_v7(now_ms, random);
}
