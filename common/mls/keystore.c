/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three short lists. Growing copies by hand and wipes what it leaves.
 */
#include "common/mls/keystore.h"

#include <string.h>

#include "common/base/mem.h"

/* One more zeroed element behind @count of @size at @list. */
static void *grow(void *list, size_t count, size_t size)
{
	void *grown = mem_alloc(count + 1, size);

	if (count) {
		memcpy(grown, list, count * size);
		wipe(list, count * size);
	}
	mem_free(list);
	return grown;
}

void mls_keystore_done(struct mls_keystore *store)
{
	for (size_t i = 0; i < store->sign_count; i++)
		secret_done(&store->signs[i].secret);
	for (size_t i = 0; i < store->psk_count; i++) {
		buf_done(&store->psks[i].id);
		secret_done(&store->psks[i].psk);
	}
	for (size_t i = 0; i < store->package_count; i++)
		mls_own_package_done(&store->packages[i]);
	mem_free(store->signs);
	mem_free(store->psks);
	mem_free(store->packages);
	*store = (struct mls_keystore){0};
}

enum err mls_keystore_add_sign(struct mls_keystore *store, struct bytes seed,
			       uint8_t ret_public[SIGN_PUBLIC_LEN])
{
	struct mls_keystore_sign key = {0};
	enum err err = sign_key(seed, &key.secret, key.public_key);

	if (err != ERR_OK)
		return err;
	if (ret_public)
		memcpy(ret_public, key.public_key, SIGN_PUBLIC_LEN);
	store->signs = grow(store->signs, store->sign_count, sizeof(*store->signs));
	store->signs[store->sign_count++] = key;
	secret_done(&key.secret);
	return ERR_OK;
}

enum err mls_keystore_add_psk(struct mls_keystore *store, struct bytes id,
			      struct bytes psk)
{
	if (psk.len > SECRET_MAX)
		return ERR_TOO_BIG;
	store->psks = grow(store->psks, store->psk_count, sizeof(*store->psks));
	struct mls_keystore_psk *it = &store->psks[store->psk_count++];
	buf_add_bytes(&it->id, id);
	secret_set(&it->psk, psk.ptr, psk.len);
	return ERR_OK;
}

void mls_keystore_add_package(struct mls_keystore *store, struct mls_own_package *own)
{
	store->packages =
		grow(store->packages, store->package_count, sizeof(*store->packages));
	store->packages[store->package_count++] = *own;
	wipe(own, sizeof(*own));
}

static struct mls_own_package *find_package(const struct mls_keystore *store,
					    struct bytes ref)
{
	for (size_t i = 0; i < store->package_count; i++) {
		struct mls_hash hash =
			mls_key_package_ref(buf_view(&store->packages[i].package));
		if (mls_hash_equal(&hash, ref))
			return &store->packages[i];
	}
	return NULL;
}

void mls_keystore_remove_package(struct mls_keystore *store, struct bytes ref)
{
	struct mls_own_package *it = find_package(store, ref);

	if (!it)
		return;
	mls_own_package_done(it);
	*it = store->packages[--store->package_count];
	wipe(&store->packages[store->package_count], sizeof(*it));
}

static enum err keystore_sign(void *ctx, struct bytes public_key, struct bytes message,
			      uint8_t ret_signature[SIGN_LEN])
{
	const struct mls_keystore *store = ctx;

	for (size_t i = 0; i < store->sign_count; i++) {
		const struct mls_keystore_sign *it = &store->signs[i];
		if (bytes_equal(public_key, bytes_of(it->public_key, SIGN_PUBLIC_LEN)))
			return sign_make(secret_view(&it->secret), message,
					 ret_signature);
	}
	return ERR_NOT_FOUND;
}

static enum err keystore_psk(void *ctx, const struct mls_psk_id *id, struct secret *ret)
{
	const struct mls_keystore *store = ctx;

	for (size_t i = 0; i < store->psk_count && id->type == MLS_PSK_EXTERNAL; i++) {
		if (bytes_equal(buf_view(&store->psks[i].id), id->id)) {
			*ret = store->psks[i].psk;
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}

static enum err keystore_package(void *ctx, struct bytes ref, struct mls_own_package *ret)
{
	const struct mls_own_package *it = find_package(ctx, ref);

	if (!it)
		return ERR_NOT_FOUND;
	*ret = (struct mls_own_package){.init_key = it->init_key,
					.leaf_key = it->leaf_key};
	buf_add_bytes(&ret->package, buf_view(&it->package));
	return ERR_OK;
}

struct mls_keys mls_keystore_keys(struct mls_keystore *store)
{
	return (struct mls_keys){.sign = keystore_sign,
				 .psk = keystore_psk,
				 .package = keystore_package,
				 .ctx = store};
}
