/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two sources there are now. The key file holds the 32 bytes and nothing else; it
 * protects the store by file permissions alone, which the manual says.
 */
#include "client/cache/key.h"

#include <assert.h>

#include "common/base/str.h"
#include "common/crypto/random.h"
#include "common/os/file.h"

static enum err make_key(const char *path, struct secret *ret)
{
	AUTO(secret_done) struct secret key = SECRET_INIT;

	if (crypto_init() != ERR_OK)
		return ERR_INTERNAL;
	random_secret(&random_system, KEY_LEN, &key);
	enum err err = file_replace(path, secret_view(&key), 0600);
	if (err == ERR_OK)
		secret_move(ret, &key);
	return err;
}

static enum err load_file(const void *ctx, bool make, struct secret *ret)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(buf_wipe) struct buf content = BUF_INIT;

	str_addf(&path, "%s/key", (const char *)ctx);
	enum err err = file_read_secret(path.ptr, KEY_LEN, &content);
	if (err == ERR_NOT_FOUND && make)
		return make_key(path.ptr, ret);
	if (err == ERR_TOO_BIG || err == ERR_BAD ||
	    (err == ERR_OK && content.len != KEY_LEN))
		return ERR_CORRUPT;
	if (err == ERR_OK)
		secret_set(ret, content.ptr, content.len);
	return err;
}

struct key_source key_file(const char *dir)
{
	return (struct key_source){.load = load_file, .ctx = dir};
}

static enum err load_fixed(const void *ctx, bool make, struct secret *ret)
{
	const struct secret *key = ctx;

	secret_set(ret, key->bytes, key->len);
	return ERR_OK;
}

struct key_source key_fixed(const struct secret *key)
{
	assert(key->len == KEY_LEN);
	return (struct key_source){.load = load_fixed, .ctx = key};
}
