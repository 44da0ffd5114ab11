/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A store in a folder of its own, with alice, bob and #ops in it: what the tests of the
 *  cache start from. */
#ifndef CHAT_TESTS_CACHE_CASE_H
#define CHAT_TESTS_CACHE_CASE_H

#include "client/cache/cache_event.h"
#include "tests/unit/cache/box.h"

struct case_store {
	struct box box;
	struct cache *cache;
};

#define TEXT(literal) bytes_text(literal)
#define ALICE         case_id(1)
#define BOB           case_id(2)
#define OPS           case_id(100)

/** An id like no other number's. */
struct id case_id(unsigned n);
void case_init(struct case_store *fixture);
void case_done(struct case_store *fixture);
/** Open it with the key that lies beside it. */
void case_open(struct case_store *fixture);
void case_reopen(struct case_store *fixture);
/** A public room. */
void case_put_room(struct case_store *fixture, struct id id, const char *slug);
/** The message number @seq of #ops: its id, time and order follow from the number. */
struct cache_event case_message(unsigned seq, const char *text);
/** Store it; whether it was new. */
bool case_put(struct case_store *fixture, const struct cache_event *event);
/** Messages @first to @last of #ops, "message N" each. */
void case_put_messages(struct case_store *fixture, unsigned first, unsigned last);
void check_text(struct bytes got, const char *want);

#endif
