/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A folder of its own for one test, and what tests do to the files in it. */
#ifndef CHAT_TESTS_CACHE_BOX_H
#define CHAT_TESTS_CACHE_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/bytes.h"

struct box {
	char dir[256];
};

void box_init(struct box *box);
/** Removes the folder with all that is in it. */
void box_done(struct box *box);
/** The path of @name in the box; valid until the next call. */
const char *box_path(struct box *box, const char *name);
/** The whole file; empty when there is none. */
struct buf box_read(struct box *box, const char *name);
void box_write(struct box *box, const char *name, struct bytes content);
bool box_has(struct box *box, const char *name);
/** Copy every file of @from to @to. */
void box_copy(struct box *from, struct box *to);
/** How often a 4-byte run of @text stands in any file of the box. */
size_t box_leaks(struct box *box, const char *text);

#endif
