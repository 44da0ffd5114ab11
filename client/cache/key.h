/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The port through which the store's key comes. Here: a file of 0600 beside the store.
 *  Passphrase, keyring and FIDO2 are further sources with the same face.
 *  Thread: store; load() may block. */
#ifndef CHAT_CLIENT_CACHE_KEY_H
#define CHAT_CLIENT_CACHE_KEY_H

#include <stdbool.h>

#include "common/base/err.h"
#include "common/crypto/secret.h"

#define KEY_LEN 32

struct key_source {
	/** Put the KEY_LEN bytes of the key into @ret. @make: there is no store yet, a source
	 *  that has no key makes one, durably, before it returns.
	 *  Errors: ERR_NOT_FOUND (no key, and @make is false), ERR_CORRUPT (not a key),
	 *  ERR_FORBIDDEN (others may read it), ERR_IO. */
	enum err (*load)(const void *ctx, bool make, struct secret *ret);
	const void *ctx;
};

static inline enum err MUST_CHECK key_load(const struct key_source *source, bool make,
					   struct secret *ret)
{
	return source->load(source->ctx, make, ret);
}

/** The file `key` in the folder @dir, which must outlive the port. */
struct key_source key_file(const char *dir);

/** A fixed key, for tests; @key has KEY_LEN bytes and must outlive the port. */
struct key_source key_fixed(const struct secret *key);

#endif
