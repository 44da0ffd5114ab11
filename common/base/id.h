/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ids: 16 bytes, written as 26 lower-case base32 characters (RFC 4648 section 6, no
 *  padding). Users, rooms and devices are random; events are UUIDv7 (RFC 9562 section
 *  5.7) made by the client. Thread: any. */
#ifndef CHAT_BASE_ID_H
#define CHAT_BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

#define ID_LEN      16
#define ID_TEXT_LEN 26 /**< without the terminator */

struct id {
	uint8_t bytes[ID_LEN];
};

/** An id as text, by value, so that it can stand in an argument list. */
struct id_text {
	char text[ID_TEXT_LEN + 1];
};

struct id_text id_text(const struct id *id);
/** Errors: ERR_BAD for any form but the canonical one (upper case, wrong length or a
 *  non-zero spare bit). */
enum err id_parse(const char *text, size_t len, struct id *ret_id) MUST_CHECK;
bool id_equal(const struct id *a, const struct id *b);
/** Order of the bytes: <0, 0, >0. UUIDv7 ids sort by time. */
int id_compare(const struct id *a, const struct id *b);
bool id_is_zero(const struct id *id);

/** A UUIDv7 of @now_ms (48 bits are used) and ten random bytes. */
struct id id_v7(uint64_t now_ms, const uint8_t random[10]);
/** The milliseconds inside a UUIDv7. */
uint64_t id_v7_ms(const struct id *id);
/** Whether the version and variant bits are those of a UUIDv7. */
bool id_is_v7(const struct id *id);

#endif
