/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The memory behind a result: the texts that its rows point at. A result struct embeds
 *  one and its x_done() ends it. Results may be handed to another thread.
 *  Thread: one at a time. */
#ifndef CHAT_CLIENT_CACHE_ROWS_H
#define CHAT_CLIENT_CACHE_ROWS_H

#include <stddef.h>

#include "common/base/bytes.h"

struct rows_chunk;

struct rows {
	struct rows_chunk *chunks; /**< newest first */
};

/** A copy of @text that lives until rows_done(); followed by a terminator that the length
 *  does not count. {NULL, 0} stays {NULL, 0}. */
struct bytes rows_keep(struct rows *rows, struct bytes text);
void rows_done(struct rows *rows);

#endif
