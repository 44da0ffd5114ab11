/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Databases of chat-server for measurements, made with the store's own functions: people
 *  with tokens in hand, rooms, and logs of any length in them. Failures end the program.
 *  Thread: one. */
#ifndef CHAT_BENCH_STOCK_H
#define CHAT_BENCH_STOCK_H

#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/str.h"
#include "tests/bench/scene.h"

struct stock_person {
	struct id user, session, room;
	char *token; /**< good for ten minutes */
};

struct stock {
	struct clock clock;
	struct stock_person *people;
	unsigned count;
	uint64_t made_ms; /**< of the ids that are drawn for messages */
};

/** Put the people and rooms of @scene into the data folder @folder, onto a copy of the
 *  database @base (NULL: an empty one). Owns: stock_free(). */
struct stock *stock_new(const char *folder, const char *base, const struct scene *scene);
void stock_free(struct stock **stock);
/** New tokens, good for ten minutes from now. */
void stock_renew(struct stock *stock, const char *folder);

/** Make a database at @path with @events messages: the first room has half of them, or all
 *  where @rooms is 1; the others share the rest. */
void stock_fill(const char *path, unsigned rooms, uint64_t events);

/** Copy a file. */
void stock_copy(const char *from, const char *to);

#endif
