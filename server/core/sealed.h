/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Values that must be read again but must not lie open in the database: seeds of
 *  authenticators. Sealed with a key from secrets/, bound to what they are and whose, so a
 *  value that was moved to another row does not open. Thread: any. */
#ifndef CHAT_CORE_SEALED_H
#define CHAT_CORE_SEALED_H

#include "server/core/keys.h"

/** Append the sealed form of @plain to @out. @what: a word for its kind; @whose: the row's
 *  owner. */
void sealed_add(const struct keys *keys, const char *what, const struct id *whose,
		struct bytes plain, struct buf *out);
/** Append what was sealed. Errors: ERR_CORRUPT: another key, kind or owner, or damaged. */
enum err sealed_open(const struct keys *keys, const char *what, const struct id *whose,
		     struct bytes sealed, struct buf *out) MUST_CHECK;

#endif
