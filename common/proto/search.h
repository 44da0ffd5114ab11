/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What people type to find a message: words, "exact words", and
 *      from:bob  in:#ops  before:2026-10  after:2026-09-15  has:file  has:link
 *  Words all have to be there, in any order; the last one may be a beginning. The day, month
 *  or year that before: and after: name is left out. The same words search the cache of a
 *  client and the server. Thread: any. */
#ifndef CHAT_PROTO_SEARCH_H
#define CHAT_PROTO_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/str.h"
#include "common/proto/limits.h"

struct search {
	struct str match; /**< an expression of FTS5; "": no words were given */
	struct str from;  /**< account name, without '@'; "": anybody */
	struct str in;    /**< room as typed, without '#'; "": any */
	uint64_t before_ms, after_ms; /**< after_ms <= ts < before_ms; 0: open */
	bool has_file;
};

#define SEARCH_INIT \
	{ \
		.match = STR_INIT, .from = STR_INIT, .in = STR_INIT \
	}

void search_done(struct search *search);

/** Read @text into a search that is SEARCH_INIT. @east_s: seconds by which the days of
 *  before: and after: begin earlier than in UTC. *ret_part points at what is not
 *  understood, in @text.
 *  Errors: ERR_BAD (an unknown date or has:, nothing to look for), ERR_TOO_BIG, ERR_UTF8. */
enum err search_parse(struct bytes text, int64_t east_s, struct search *search,
		      struct bytes *ret_part) MUST_CHECK;

#endif
