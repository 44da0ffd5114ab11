/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The alphabet is that of ids: no 0, 1, 8, 9 that look like letters. Five bits a character,
 * so nothing is uneven.
 */
#include "server/core/recovery.h"

#include <string.h>

#define HALF 5 /* characters on each side of the hyphen */

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

struct recovery_code recovery_draw(const struct random *random)
{
	struct recovery_code code = {{0}};
	uint8_t bytes[2 * HALF];

	random_fill(random, bytes, sizeof(bytes));
	for (size_t i = 0, at = 0; i < sizeof(bytes); i++) {
		if (i == HALF)
			code.text[at++] = '-';
		code.text[at++] = alphabet[bytes[i] & 31];
	}
	wipe(bytes, sizeof(bytes));
	return code;
}

enum err recovery_parse(struct bytes text, struct recovery_code *ret_code)
{
	struct recovery_code code = {{0}};
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.ptr[i];
		if (c == ' ' || c == '-')
			continue;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 'a' - 'A');
		if (!c || !strchr(alphabet, c) || count == RECOVERY_TEXT_LEN)
			return ERR_BAD_CODE;
		if (count == HALF)
			code.text[count++] = '-';
		code.text[count++] = c;
	}
	if (count != RECOVERY_TEXT_LEN)
		return ERR_BAD_CODE;
	*ret_code = code;
	return ERR_OK;
}

void recovery_hash(struct bytes key, const struct id *user,
		   const struct recovery_code *code, uint8_t ret_hash[RECOVERY_HASH_LEN])
{
	struct hmac hmac;

	hmac_init(&hmac, key);
	hmac_add(&hmac, bytes_text("chat recovery code"));
	hmac_add(&hmac, bytes_of(user->bytes, ID_LEN));
	hmac_add(&hmac, bytes_of(code->text, RECOVERY_TEXT_LEN));
	hmac_final(&hmac, ret_hash);
}
