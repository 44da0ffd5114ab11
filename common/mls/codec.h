/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The presentation language of RFC 9420 section 2.1 on top of the reader and the buffer
 *  of base: variable-size vectors with canonical length headers, optional values.
 *  Thread: any. */
#ifndef CHAT_MLS_CODEC_H
#define CHAT_MLS_CODEC_H

#include <stdbool.h>

#include "common/base/bytes.h"

#define VARINT_MAX ((1u << 30) - 1)

/** A length header; only the shortest form of each value is accepted (section 2.1.2). */
uint32_t rd_varint(struct rd *rd);
/** The content of a vector, borrowed from what the reader reads. */
struct bytes rd_vec(struct rd *rd);
/** A vector of at most @max bytes; longer ones fail with ERR_TOO_BIG. */
struct bytes rd_vec_max(struct rd *rd, size_t max);
/** The tag of an optional value (section 2.1.1): true when the value follows. */
bool rd_present(struct rd *rd);
/** Everything from @start, a former value of rd->ptr, to where the reader is. */
struct bytes rd_since(const struct rd *rd, const uint8_t *start);

void buf_add_varint(struct buf *buf, uint32_t value);
void buf_add_vec(struct buf *buf, struct bytes content);
/** Begin a vector of unknown length; returns the mark for buf_close_vec(). */
size_t buf_open_vec(struct buf *buf);
/** End it: everything behind @mark becomes its content. */
void buf_close_vec(struct buf *buf, size_t mark);

#endif
