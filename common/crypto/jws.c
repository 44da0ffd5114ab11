/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compact JWS. Two steps on purpose: jws_split() gives the header, which a caller needs to
 * find the key, and jws_open() gives the payload, which nobody may see unverified. There
 * is no way to choose an algorithm, so there is none to confuse.
 */
#include "common/crypto/jws.h"

#include <string.h>

#include "common/crypto/base64url.h"
#include "common/crypto/sign.h"

enum err jws_sign(struct str *str, struct bytes header, struct bytes payload,
		  struct bytes secret)
{
	uint8_t signature[SIGN_LEN];
	size_t start = str->len;

	base64url_add(str, header);
	str_add_char(str, '.');
	base64url_add(str, payload);
	enum err err = sign_make(secret, bytes_of(str->ptr + start, str->len - start),
				 signature);
	if (err != ERR_OK) {
		str_cut(str, start);
		return err;
	}
	str_add_char(str, '.');
	base64url_add(str, bytes_of(signature, sizeof(signature)));
	return ERR_OK;
}

/* Cut what stands before the next dot off @rest. */
static bool next_part(struct bytes *rest, struct bytes *ret_part)
{
	const uint8_t *dot = rest->len ? memchr(rest->ptr, '.', rest->len) : NULL;

	if (!dot)
		return false;
	size_t len = (size_t)(dot - rest->ptr);
	*ret_part = bytes_of(rest->ptr, len);
	*rest = bytes_of(dot + 1, rest->len - len - 1);
	return true;
}

enum err jws_split(struct bytes text, struct jws *ret_jws)
{
	struct jws jws = {.header = BUF_INIT};
	struct bytes header, rest = text;

	if (!next_part(&rest, &header) || !next_part(&rest, &jws.payload_text))
		return ERR_BAD;
	jws.signature_text = rest;
	jws.signing_input = bytes_of(text.ptr, (size_t)(rest.ptr - text.ptr) - 1);
	if (base64url_parse(header, &jws.header) != ERR_OK) {
		jws_done(&jws);
		return ERR_BAD;
	}
	*ret_jws = jws;
	return ERR_OK;
}

void jws_done(struct jws *jws)
{
	buf_done(&jws->header);
}

static bool read_signature(const struct jws *jws, uint8_t ret_signature[SIGN_LEN])
{
	return base64url_parse_into(jws->signature_text, ret_signature, SIGN_LEN) ==
	       ERR_OK;
}

enum err jws_open(const struct jws *jws, struct bytes public_key, struct buf *ret_payload)
{
	uint8_t signature[SIGN_LEN];

	if (!read_signature(jws, signature) ||
	    sign_check(public_key, jws->signing_input, bytes_of(signature, SIGN_LEN)) !=
		    ERR_OK)
		return ERR_BAD;
	return base64url_parse(jws->payload_text, ret_payload);
}

enum err jws_open_own(const struct jws *jws, struct bytes secret, struct buf *ret_payload)
{
	uint8_t signature[SIGN_LEN];

	if (!read_signature(jws, signature) ||
	    sign_is_own(secret, jws->signing_input, bytes_of(signature, SIGN_LEN)) !=
		    ERR_OK)
		return ERR_BAD;
	return base64url_parse(jws->payload_text, ret_payload);
}
