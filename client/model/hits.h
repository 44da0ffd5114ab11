/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the last search has found, by number. Thread: ui. */
#ifndef CHAT_MODEL_HITS_H
#define CHAT_MODEL_HITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/id.h"
#include "common/base/str.h"

#define HITS_MOST 50 /* two screens: who needs more says more */

struct hit {
	struct id room, cid, from;
	uint64_t seq, ts_ms;
	struct str text;
};

/** Newest first. All zero is empty. */
struct hits {
	struct hit *rows; /**< HITS_MOST of them, NULL before the first */
	size_t count;
	bool more;        /**< there are others */
	struct str words; /**< as typed */
};

void hits_init(struct hits *hits);
void hits_done(struct hits *hits);
/** Forget what was found and begin with @words. */
void hits_begin(struct hits *hits, const char *words);
/** Put a copy of @hit with @text at the end; a full list takes no more. */
void hits_put(struct hits *hits, const struct hit *hit, struct bytes text);
/** Put a copy of @hit with @text where its time belongs. One that is there already is not
 *  added again, nor one that is older than a full list; hit->text is not looked at. */
void hits_add(struct hits *hits, const struct hit *hit, struct bytes text);

#endif
