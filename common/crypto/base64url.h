/* SPDX-License-Identifier: GPL-3.0-or-later */
/** base64url without padding (RFC 4648 section 5, RFC 7515 section 2), in constant time.
 *  Thread: any. */
#ifndef CHAT_CRYPTO_BASE64URL_H
#define CHAT_CRYPTO_BASE64URL_H

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/str.h"

/** Append the text of @bytes. */
void base64url_add(struct str *str, struct bytes bytes);

/** Append to @buf what @text stands for; @buf is as before on failure.
 *  Errors: ERR_BAD for any form but the one base64url_add() writes: padding, spaces and
 *  non-zero spare bits are refused, so each value has exactly one text. */
enum err base64url_parse(struct bytes text, struct buf *buf) MUST_CHECK;

/** The same into exactly @len bytes at @dst. Errors: ERR_BAD. */
enum err base64url_parse_into(struct bytes text, void *dst, size_t len) MUST_CHECK;

#endif
