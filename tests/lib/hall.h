/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A hall: a store on a real file with alice, bob, carol and dave in it, and short words
 *  for what they do. What the hall does must succeed; what a test asks about, it asks the
 *  core itself. Thread: one. */
#ifndef CHAT_TESTS_HALL_H
#define CHAT_TESTS_HALL_H

#include "server/core/member.h"
#include "server/core/post.h"
#include "server/core/receipt.h"
#include "server/core/room.h"
#include "server/core/sync.h"
#include "server/store/store.h"
#include "server/store/writer.h"
#include "tests/lib/scratch.h"

enum { ALICE, BOB, CAROL, DAVE, PEOPLE };

struct hall {
	struct scratch scratch;
	struct fake_clock clock;
	struct str path;
	struct store store;
	struct actor who[PEOPLE];
	int64_t keys[PEOPLE];
	struct news news; /**< of the last call */
	uint64_t cids;    /**< drawn so far */
};

/** For cmocka_unit_test_setup_teardown(). */
int hall_set_up(void **state);
int hall_tear_down(void **state);
#define HALL_TEST(fn) cmocka_unit_test_setup_teardown(fn, hall_set_up, hall_tear_down)

/** A fresh cid. */
struct id hall_cid(struct hall *hall);
/** Forget the news of the call before. */
struct news *hall_news(struct hall *hall);

/** A room of @kind made by @owner, with @members (of the enum, ended by -1) brought in. */
struct id hall_room(struct hall *hall, enum room_kind kind, const char *slug, int owner,
		    const int *members);
#define WITH(...)   ((const int[]){__VA_ARGS__, -1})
#define NOBODY_ELSE ((const int[]){-1})

/** Say something; returns its seq. *ret_cid may be NULL. */
uint64_t hall_say(struct hall *hall, int who, const struct id *room, const char *text,
		  struct id *ret_cid);
/** Alice says @text, as a task of @writer, whose threads are off. *ret_seq is set when it is
 *  acknowledged. Errors: what the writer answers. */
enum err hall_write(struct hall *hall, struct writer *writer, const struct id *room,
		    const char *text, uint64_t *ret_seq);
/** @room as @who sees it; what hangs on the view is freed. */
struct room_view hall_view(struct hall *hall, int who, const struct id *room);

/** The texts of a list, joined by blanks: "1:hello 2:world", `-` where there is none. */
void hall_texts(const struct event_list *list, struct str *ret_text);

#endif
