/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the server keeps of an account, as records of JSON for its owner (GDPR articles 15
 *  and 20): all of it but what would open the account (hashes, seeds, tokens) and what
 *  others have said. Encrypted messages come as the server has them. Thread: reader. */
#ifndef CHAT_CORE_EXPORT_H
#define CHAT_CORE_EXPORT_H

#include "common/base/str.h"
#include "server/core/actor.h"
#include "server/core/keys.h"
#include "server/store/store_export.h"

/** Append a page of records to @records as a JSON array. @cursor: {NULL, 0}, or that of the
 *  page before; that of the next page is appended to @ret_cursor, nothing at the end.
 *  Errors: ERR_BAD (cursor), ERR_NO_USER, ERR_FORBIDDEN (scope). */
enum err export_page(struct store *store, const struct keys *keys,
		     const struct actor *actor, struct bytes cursor, struct buf *records,
		     struct str *ret_cursor) MUST_CHECK;

#endif
