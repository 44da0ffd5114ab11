/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A random nonce of 24 bytes, then the AEAD's output. The kind has a fixed place in front
 * of the owner's 16 bytes, so no two pairs of them read alike.
 */
#include "server/core/sealed.h"

#include <string.h>

#include "common/crypto/aead.h"

static void describe(const char *what, const struct id *whose, struct buf *out)
{
	buf_add(out, what, strlen(what) + 1);
	buf_add(out, whose->bytes, ID_LEN);
}

void sealed_add(const struct keys *keys, const char *what, const struct id *whose,
		struct bytes plain, struct buf *out)
{
	AUTO(buf_done) struct buf about = BUF_INIT;
	uint8_t nonce[AEAD_NONCE_MAX];

	describe(what, whose, &about);
	random_fill(keys->random, nonce, sizeof(nonce));
	buf_add(out, nonce, sizeof(nonce));
	aead_seal(&aead_xchacha20, root_view(keys->sealing),
		  bytes_of(nonce, sizeof(nonce)), buf_view(&about), plain, out);
}

enum err sealed_open(const struct keys *keys, const char *what, const struct id *whose,
		     struct bytes sealed, struct buf *out)
{
	AUTO(buf_done) struct buf about = BUF_INIT;

	if (sealed.len < AEAD_NONCE_MAX + AEAD_TAG_LEN)
		return ERR_CORRUPT;
	describe(what, whose, &about);
	return aead_open(
		&aead_xchacha20, root_view(keys->sealing),
		bytes_of(sealed.ptr, AEAD_NONCE_MAX), buf_view(&about),
		bytes_of(sealed.ptr + AEAD_NONCE_MAX, sealed.len - AEAD_NONCE_MAX), out);
}
