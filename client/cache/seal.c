/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * XChaCha20-Poly1305 with random nonces: 192 bits are enough never to count them, so no
 * counter has to survive a crash. Nonces are drawn in bulk, since asking the system for
 * each costs as much as sealing a small page.
 */
#include "client/cache/seal.h"

#include <assert.h>
#include <string.h>

#include "client/cache/key.h"
#include "common/base/mem.h"
#include "common/crypto/aead.h"
#include "common/crypto/kdf.h"
#include "common/crypto/random.h"

#define NONCES 64

struct seal {
	struct root *key;
	uint8_t id[SEAL_ID];
	uint8_t nonces[NONCES][SEAL_NONCE];
	unsigned nonces_left;
};

struct seal *seal_new(const struct secret *key)
{
	AUTO(secret_done)
	struct secret prk = SECRET_INIT, page = SECRET_INIT, id = SECRET_INIT;
	struct seal *seal = mem_new(struct seal);

	assert(key->len == KEY_LEN);
	hkdf_extract(bytes_text("chat store v1"), secret_view(key), &prk);
	hkdf_secret(secret_view(&prk), bytes_text("pages"), AEAD_KEY_MAX, &page);
	hkdf_secret(secret_view(&prk), bytes_text("key id"), SEAL_ID, &id);
	seal->key = root_new(page.bytes, page.len);
	memcpy(seal->id, id.bytes, SEAL_ID);
	return seal;
}

void seal_free(struct seal **seal)
{
	if (!*seal)
		return;
	root_free(&(*seal)->key);
	mem_free(*seal);
	*seal = NULL;
}

const uint8_t *seal_id(const struct seal *seal)
{
	return seal->id;
}

static const uint8_t *next_nonce(struct seal *seal)
{
	if (seal->nonces_left == 0) {
		random_fill(&random_system, seal->nonces, sizeof(seal->nonces));
		seal->nonces_left = NONCES;
	}
	return seal->nonces[--seal->nonces_left];
}

/* role, number and salt as the associated data */
struct place_bytes {
	uint8_t bytes[1 + 8 + 8];
};

static struct bytes place_view(const struct seal_place *place, struct place_bytes *room)
{
	room->bytes[0] = (uint8_t)place->role;
	for (int i = 0; i < 8; i++)
		room->bytes[1 + i] = (uint8_t)(place->number >> (56 - 8 * i));
	memcpy(room->bytes + 9, place->salt, sizeof(place->salt));
	return bytes_of(room->bytes, sizeof(room->bytes));
}

void seal_close(struct seal *seal, const struct seal_place *place, const uint8_t *plain,
		size_t len, uint8_t *ret)
{
	struct place_bytes room;
	uint8_t *nonce = ret + len + SEAL_TAG;

	memcpy(nonce, next_nonce(seal), SEAL_NONCE);
	aead_xchacha20.seal(root_view(seal->key).ptr, nonce, place_view(place, &room),
			    bytes_of(plain, len), ret);
}

enum err seal_open(struct seal *seal, const struct seal_place *place,
		   const uint8_t *piece, size_t len, uint8_t *ret)
{
	struct place_bytes room;
	const uint8_t *nonce = piece + len + SEAL_TAG;

	return aead_xchacha20.open(root_view(seal->key).ptr, nonce,
				   place_view(place, &room),
				   bytes_of(piece, len + SEAL_TAG), ret);
}
