/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Most keys come from one master by HKDF: losing it costs open codes, log-ins and seeds. The
 * peppers stand alone, since losing one costs every password hashed with it.
 */
#include "server/core/keys.h"

#include <assert.h>
#include <string.h>

#include "common/crypto/kdf.h"

static struct root *derive(const struct secret *prk, const char *what)
{
	AUTO(secret_done) struct secret key = SECRET_INIT;

	hkdf_secret(secret_view(prk), bytes_text(what), KDF_LEN, &key);
	return root_new(key.bytes, key.len);
}

void keys_init(struct keys *keys, const char *issuer, struct bytes master,
	       const struct random *random)
{
	AUTO(secret_done) struct secret prk = SECRET_INIT;

	assert(master.len >= KDF_LEN);
	*keys = (struct keys){.random = random};
	token_ring_init(&keys->tokens, issuer);
	hkdf_extract(bytes_of(NULL, 0), master, &prk);
	keys->codes = derive(&prk, "chat one-time codes");
	keys->refresh = derive(&prk, "chat refresh tokens");
	keys->subjects = derive(&prk, "chat subjects");
	keys->audit = derive(&prk, "chat audit log");
	keys->nonces = derive(&prk, "chat key log-ins");
	keys->mail = derive(&prk, "chat mail queue");
	keys->devices = derive(&prk, "chat known devices");
	keys->seals[0] = (struct seal_key){0, derive(&prk, "chat sealed values")};
	atomic_init(&keys->seal_count, 1);
}

void keys_done(struct keys *keys)
{
	token_ring_done(&keys->tokens);
	for (size_t i = 0; i < keys->pepper_count; i++)
		root_free(&keys->pepper_roots[i]);
	root_free(&keys->codes);
	root_free(&keys->refresh);
	root_free(&keys->subjects);
	root_free(&keys->audit);
	root_free(&keys->nonces);
	root_free(&keys->mail);
	root_free(&keys->devices);
	for (size_t i = 0; i < keys_seal_count(keys); i++)
		root_free(&keys->seals[i].root);
	*keys = (struct keys){0};
}

enum err keys_add_pepper(struct keys *keys, uint32_t number, struct bytes pepper)
{
	if (keys->pepper_count == KEYS_PEPPERS_MOST)
		return ERR_TOO_BIG;
	struct root *root = root_new(pepper.ptr, pepper.len);
	keys->pepper_roots[keys->pepper_count] = root;
	keys->peppers[keys->pepper_count++] =
		(struct pepper){.number = number, .key = root_view(root)};
	return ERR_OK;
}

enum err keys_add_seal(struct keys *keys, uint32_t number, struct bytes key)
{
	size_t count = keys_seal_count(keys);

	if (count == KEYS_SEALS_MOST)
		return ERR_TOO_BIG;
	keys->seals[count] = (struct seal_key){number, root_new(key.ptr, key.len)};
	atomic_store(&keys->seal_count, count + 1); /* after what it counts */
	return ERR_OK;
}

size_t keys_seal_count(const struct keys *keys)
{
	return atomic_load(&keys->seal_count);
}

uint32_t keys_seal_newest(const struct keys *keys)
{
	return keys->seals[keys_seal_count(keys) - 1].number;
}

const struct pepper *keys_pepper(const struct keys *keys)
{
	assert(keys->pepper_count > 0);
	return &keys->peppers[keys->pepper_count - 1];
}

struct id keys_subject(const struct keys *keys, struct bytes text)
{
	uint8_t mac[SHA256_LEN];
	struct id id;

	hmac_sha256(root_view(keys->subjects), text, mac);
	memcpy(id.bytes, mac, ID_LEN);
	return id;
}
