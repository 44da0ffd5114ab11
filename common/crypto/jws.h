/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Compact JSON Web Signatures (RFC 7515 section 7.1) with EdDSA over Ed25519 (RFC 8037),
 *  and with nothing else: the algorithm is a property of this file, not of the token (RFC
 *  8725 section 3.1). What the header and the payload say is the business of the caller;
 *  the payload cannot be had before the signature was verified.
 *  Thread: any. */
#ifndef CHAT_CRYPTO_JWS_H
#define CHAT_CRYPTO_JWS_H

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/str.h"

/** A token taken apart, not yet verified. Borrows the text it was split from. */
struct jws {
	struct buf header; /**< unverified; only its `kid` may be looked at */
	struct bytes signing_input;
	struct bytes payload_text;
	struct bytes signature_text;
};

/** Append "header.payload.signature". Errors: ERR_BAD when @secret is no signing key. */
enum err jws_sign(struct str *str, struct bytes header, struct bytes payload,
		  struct bytes secret) MUST_CHECK;

/** Errors: ERR_BAD when @text is not three parts, the first of them base64url.
 *  Owns: @ret_jws, ended with jws_done(), set only on success. */
enum err jws_split(struct bytes text, struct jws *ret_jws) MUST_CHECK;
void jws_done(struct jws *jws);

/** Append the payload to @ret_payload if the signature is that of @public_key.
 *  Errors: ERR_BAD when it is not, or when the payload is not base64url. */
enum err jws_open(const struct jws *jws, struct bytes public_key,
		  struct buf *ret_payload) MUST_CHECK;
/** The same for a token that was signed here, with the @secret that signed it: quicker. */
enum err jws_open_own(const struct jws *jws, struct bytes secret,
		      struct buf *ret_payload) MUST_CHECK;

#endif
