/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The one compound type of SSH's wire (RFC 4251 section 5): `string`, a 32-bit length and
 *  so many bytes. Read through the narrow reader with a bound at every place.
 *  Thread: any. */
#ifndef CHAT_CRYPTO_SSHWIRE_H
#define CHAT_CRYPTO_SSHWIRE_H

#include "common/base/bytes.h"

/** The next string, borrowed. More than @most bytes, or than there are, fails @rd. */
static inline struct bytes sshwire_get(struct rd *rd, size_t most)
{
	uint32_t len = rd_u32(rd);

	if (len > most)
		rd_fail(rd, ERR_TOO_BIG);
	return rd_bytes(rd, rd->err == ERR_OK ? len : 0);
}

/** Append a string. */
static inline void sshwire_put(struct buf *buf, struct bytes bytes)
{
	buf_add_u32(buf, (uint32_t)bytes.len);
	buf_add_bytes(buf, bytes);
}

#endif
