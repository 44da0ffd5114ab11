/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stored form is libsodium's, behind the number of its pepper: "p1$argon2id$v=19$...".
 * Peppering with a MAC before the slow hash, rather than encrypting its result, keeps the
 * stored form one that any tool understands and makes every password 32 bytes long, so
 * nothing is ever cut off and a zero byte in a password is just a byte.
 */
#include "common/crypto/password.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "common/crypto/hash.h"
#include "common/crypto/secret.h"

_Static_assert(PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES + 12, "number and form fit");

/* The password as the slow hash sees it: text, since its stored form is for text. */
struct peppered {
	char hex[SHA256_LEN * 2 + 1];
};

static void pepper_apply(const struct pepper *pepper, struct bytes password,
			 struct peppered *ret)
{
	uint8_t mac[SHA256_LEN];

	hmac_sha256(pepper->key, password, mac);
	sodium_bin2hex(ret->hex, sizeof(ret->hex), mac, sizeof(mac));
	wipe(mac, sizeof(mac));
}

enum err password_hash(const struct pepper *pepper, struct password_cost cost,
		       struct bytes password, struct password_hash *ret_hash)
{
	char form[crypto_pwhash_STRBYTES];
	struct peppered peppered;

	pepper_apply(pepper, password, &peppered);
	int failed = crypto_pwhash_str_alg(form, peppered.hex, sizeof(peppered.hex) - 1,
					   cost.passes, cost.memory,
					   crypto_pwhash_ALG_ARGON2ID13);
	wipe(&peppered, sizeof(peppered));
	if (failed)
		return ERR_BUSY;
	snprintf(ret_hash->text, sizeof(ret_hash->text), "p%u%s", pepper->number, form);
	return ERR_OK;
}

/* The form behind the pepper's number, or NULL. */
static const char *form_of(const char *hash, uint32_t *ret_number)
{
	uint64_t number = 0;

	if (*hash++ != 'p' || strlen(hash) >= PASSWORD_HASH_MAX)
		return NULL;
	for (; *hash >= '0' && *hash <= '9'; hash++) {
		number = number * 10 + (uint64_t)(*hash - '0');
		if (number > UINT32_MAX)
			return NULL;
	}
	*ret_number = (uint32_t)number;
	return strncmp(hash, crypto_pwhash_STRPREFIX, strlen(crypto_pwhash_STRPREFIX)) ==
			       0
		       ? hash
		       : NULL;
}

enum err password_verify(const struct pepper *peppers, size_t count, const char *hash,
			 struct bytes password)
{
	struct peppered peppered;
	uint32_t number;
	const char *form = form_of(hash, &number);
	const struct pepper *pepper = NULL;

	for (size_t i = 0; form && i < count; i++) {
		if (peppers[i].number == number)
			pepper = &peppers[i];
	}
	if (!pepper)
		return ERR_CORRUPT;
	pepper_apply(pepper, password, &peppered);
	int wrong =
		crypto_pwhash_str_verify(form, peppered.hex, sizeof(peppered.hex) - 1);
	wipe(&peppered, sizeof(peppered));
	return wrong ? ERR_BAD_LOGIN : ERR_OK;
}

bool password_is_dated(const struct pepper *pepper, struct password_cost cost,
		       const char *hash)
{
	uint32_t number;
	const char *form = form_of(hash, &number);

	return !form || number != pepper->number ||
	       crypto_pwhash_str_needs_rehash(form, cost.passes, cost.memory) != 0;
}
