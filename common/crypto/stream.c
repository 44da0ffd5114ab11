/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libsodium's secretstream and Argon2id as they are; nothing is invented here.
 */
#include "common/crypto/stream.h"

#include <assert.h>
#include <sodium.h>

#define KEY_LEN crypto_secretstream_xchacha20poly1305_KEYBYTES

_Static_assert(STREAM_HEAD_LEN == crypto_secretstream_xchacha20poly1305_HEADERBYTES,
	       "the head");
_Static_assert(STREAM_MORE == crypto_secretstream_xchacha20poly1305_ABYTES, "the tag");
_Static_assert(STREAM_SALT_LEN == crypto_pwhash_SALTBYTES, "the salt");
_Static_assert(sizeof(crypto_secretstream_xchacha20poly1305_state) <=
		       sizeof(struct stream),
	       "the state fits");
_Static_assert(KEY_LEN <= SECRET_MAX, "the key fits");

static crypto_secretstream_xchacha20poly1305_state *state_of(struct stream *stream)
{
	return (crypto_secretstream_xchacha20poly1305_state *)stream->state;
}

enum err stream_key(struct bytes passphrase, const uint8_t salt[STREAM_SALT_LEN],
		    struct password_cost cost, struct secret *ret_key)
{
	uint8_t *key = secret_room(ret_key, KEY_LEN);

	if (crypto_pwhash(key, KEY_LEN, (const char *)passphrase.ptr, passphrase.len,
			  salt, cost.passes, cost.memory,
			  crypto_pwhash_ALG_ARGON2ID13) != 0)
		return ERR_BUSY;
	return ERR_OK;
}

void stream_seal_begin(struct stream *stream, const struct secret *key,
		       uint8_t ret_head[STREAM_HEAD_LEN])
{
	assert(key->len == KEY_LEN);
	crypto_secretstream_xchacha20poly1305_init_push(state_of(stream), ret_head,
							key->bytes);
}

void stream_seal(struct stream *stream, struct bytes ad, struct bytes plain, bool last,
		 struct buf *out)
{
	uint8_t *to = buf_room(out, plain.len + STREAM_MORE);

	crypto_secretstream_xchacha20poly1305_push(
		state_of(stream), to, NULL, plain.ptr, plain.len, ad.ptr, ad.len,
		last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
	out->len += plain.len + STREAM_MORE;
}

enum err stream_open_begin(struct stream *stream, const struct secret *key,
			   const uint8_t head[STREAM_HEAD_LEN])
{
	assert(key->len == KEY_LEN);
	return crypto_secretstream_xchacha20poly1305_init_pull(state_of(stream), head,
							       key->bytes) == 0
		       ? ERR_OK
		       : ERR_CORRUPT;
}

enum err stream_open(struct stream *stream, struct bytes ad, struct bytes sealed,
		     struct buf *out, bool *ret_last)
{
	unsigned char tag = 0;

	if (sealed.len < STREAM_MORE)
		return ERR_CORRUPT;
	uint8_t *to = buf_room(out, sealed.len - STREAM_MORE + 1);
	if (crypto_secretstream_xchacha20poly1305_pull(state_of(stream), to, NULL, &tag,
						       sealed.ptr, sealed.len, ad.ptr,
						       ad.len) != 0)
		return ERR_CORRUPT;
	out->len += sealed.len - STREAM_MORE;
	*ret_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	return ERR_OK;
}
