/* SPDX-License-Identifier: GPL-3.0-or-later */
/** base64url without padding (RFC 4648 section 5), for bytes inside JSON and tokens. Not
 *  for secrets where timing counts: common/crypto has its own. Thread: any. */
#ifndef CHAT_BASE_BASE64_H
#define CHAT_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/bytes.h"

/** Characters that @len bytes become. */
size_t base64_text_len(size_t len);
/** Append the text of @src to @dst. */
void base64_encode(struct buf *dst, struct bytes src);
/** The same in the alphabet of mail and headers, with padding (RFC 4648 section 4). */
void base64_encode_padded(struct buf *dst, struct bytes src);
/** Append the bytes of @text to @dst. Errors: ERR_BAD for a foreign character, padding, an
 *  impossible length or non-zero spare bits; @dst is then unchanged. */
enum err base64_decode(struct buf *dst, struct bytes text) MUST_CHECK;

#endif
