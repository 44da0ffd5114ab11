/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What was typed: an unsent text per room, and the lines of the input history.
 *  Errors as in cache.h. Thread: store. */
#ifndef CHAT_CLIENT_CACHE_CACHE_DRAFT_H
#define CHAT_CLIENT_CACHE_CACHE_DRAFT_H

#include <stddef.h>
#include <stdint.h>

#include "client/cache/cache.h"
#include "client/cache/rows.h"
#include "common/base/id.h"

/** Owns: ended with cache_draft_done(). */
struct cache_draft {
	struct bytes text;
	uint64_t cursor; /**< byte offset in text */
	struct id reply; /**< what it answers; zero: nothing */
	uint64_t changed_ms;
	struct rows rows;
};

#define CACHE_DRAFT_INIT ((struct cache_draft){0})
void cache_draft_done(struct cache_draft *draft);

/** Errors: ERR_NOT_FOUND. */
enum err cache_draft_get(struct cache *cache, const struct id *room,
			 struct cache_draft *ret) MUST_CHECK;
/** An empty text removes it. Errors: ERR_NO_ROOM. */
enum err cache_draft_put(struct cache *cache, const struct id *room,
			 const struct cache_draft *draft) MUST_CHECK;

/** Lines of the input history, oldest first. Owns: ended with cache_lines_done(). */
struct cache_lines {
	struct bytes *lines;
	size_t count;
	struct rows rows;
};

#define CACHE_LINES_INIT ((struct cache_lines){0})
void cache_lines_done(struct cache_lines *lines);

/** A line entered in @room (zero: in none). The same as the one before: not added. Only
 *  the newest CACHE_LINES_MOST of a room stay. */
enum err cache_line_add(struct cache *cache, const struct id *room, struct bytes line,
			uint64_t now_ms) MUST_CHECK;
/** The newest @limit lines of @room. */
enum err cache_line_list(struct cache *cache, const struct id *room, unsigned limit,
			 struct cache_lines *ret) MUST_CHECK;

#define CACHE_LINES_MOST 500 /**< per room: years of going back with the up key */

#endif
