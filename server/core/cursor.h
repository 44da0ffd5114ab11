/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A key of the database as a text for a client to hand back: where a list goes on. Keys of the
 *  database never leave it: the text says nothing, not even how much lies between two.
 *  Thread: any. */
#ifndef CHAT_CORE_CURSOR_H
#define CHAT_CORE_CURSOR_H

#include "common/base/str.h"
#include "server/core/keys.h"

/** Append 16 hexadecimal digits that stand for @at (0 to 2^53-1). */
void cursor_seal(const struct keys *keys, int64_t at, struct str *out);
/** Errors: ERR_BAD for what cursor_seal() with these keys has not made. */
enum err cursor_open(const struct keys *keys, struct bytes text,
		     int64_t *ret_at) MUST_CHECK;

#endif
