/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Values that must be read again but must not lie open in the database: seeds of
 *  authenticators, requests to others. Sealed with the newest key of secrets/ for that, bound
 *  to what they are and whose, so a value that was moved to another row does not open. What
 *  an older key has sealed opens as well. Thread: any. */
#ifndef CHAT_CORE_SEALED_H
#define CHAT_CORE_SEALED_H

#include "server/core/keys.h"
#include "server/store/store_seal.h"

/** Append the sealed form of @plain to @out. @whose: the row's owner. */
void sealed_add(const struct keys *keys, enum sealed_kind kind, const struct id *whose,
		struct bytes plain, struct buf *out);
/** Append what was sealed. Errors: ERR_CORRUPT: another key, kind or owner, or damaged. */
enum err sealed_open(const struct keys *keys, enum sealed_kind kind,
		     const struct id *whose, struct bytes sealed,
		     struct buf *out) MUST_CHECK;
/** Append @sealed as the newest key seals it; nothing when it is that key's already.
 *  Errors: as sealed_open(). */
enum err sealed_renew(const struct keys *keys, enum sealed_kind kind,
		      const struct id *whose, struct bytes sealed,
		      struct buf *out) MUST_CHECK;

#endif
