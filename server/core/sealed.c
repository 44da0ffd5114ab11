/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A random nonce of 24 bytes, then the AEAD's output. The kind has a fixed place in front
 * of the owner's 16 bytes, so no two pairs of them read alike. A value does not say which
 * key sealed it: they are tried, the newest first, and all but the right one refuse.
 */
#include "server/core/sealed.h"

#include <string.h>

#include "common/crypto/aead.h"

static const char *const words[SEALED_COUNT] = {
#define SEALED(id, name, word) [SEALED_##id] = word,
#include "server/store/sealed.def"
#undef SEALED
};

static void describe(enum sealed_kind kind, const struct id *whose, struct buf *out)
{
	buf_add(out, words[kind], strlen(words[kind]) + 1);
	buf_add(out, whose->bytes, ID_LEN);
}

void sealed_add(const struct keys *keys, enum sealed_kind kind, const struct id *whose,
		struct bytes plain, struct buf *out)
{
	AUTO(buf_done) struct buf about = BUF_INIT;
	uint8_t nonce[AEAD_NONCE_MAX];
	size_t newest = keys_seal_count(keys) - 1;

	describe(kind, whose, &about);
	random_fill(keys->random, nonce, sizeof(nonce));
	buf_add(out, nonce, sizeof(nonce));
	aead_seal(&aead_xchacha20, root_view(keys->seals[newest].root),
		  bytes_of(nonce, sizeof(nonce)), buf_view(&about), plain, out);
}

/* *ret_at: which key it was. */
static enum err find_key(const struct keys *keys, enum sealed_kind kind,
			 const struct id *whose, struct bytes sealed, struct buf *out,
			 size_t *ret_at)
{
	AUTO(buf_done) struct buf about = BUF_INIT;
	enum err err = ERR_CORRUPT;

	if (sealed.len < AEAD_NONCE_MAX + AEAD_TAG_LEN)
		return ERR_CORRUPT;
	describe(kind, whose, &about);
	for (size_t at = keys_seal_count(keys); at-- > 0 && err != ERR_OK;) {
		err = aead_open(&aead_xchacha20, root_view(keys->seals[at].root),
				bytes_of(sealed.ptr, AEAD_NONCE_MAX), buf_view(&about),
				bytes_of(sealed.ptr + AEAD_NONCE_MAX,
					 sealed.len - AEAD_NONCE_MAX),
				out);
		*ret_at = at;
	}
	return err;
}

enum err sealed_open(const struct keys *keys, enum sealed_kind kind,
		     const struct id *whose, struct bytes sealed, struct buf *out)
{
	size_t at;

	return find_key(keys, kind, whose, sealed, out, &at);
}

enum err sealed_renew(const struct keys *keys, enum sealed_kind kind,
		      const struct id *whose, struct bytes sealed, struct buf *out)
{
	AUTO(buf_wipe) struct buf plain = BUF_INIT;
	size_t at;
	enum err err = find_key(keys, kind, whose, sealed, &plain, &at);

	if (err == ERR_OK && at + 1 < keys_seal_count(keys))
		sealed_add(keys, kind, whose, buf_view(&plain), out);
	return err;
}
