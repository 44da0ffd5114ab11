/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What was typed into a room and not sent, and what Enter would do with it.
 *  Thread: ui. */
#ifndef CHAT_MODEL_DRAFT_H
#define CHAT_MODEL_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/id.h"
#include "common/base/str.h"

enum draft_kind { DRAFT_NEW, DRAFT_EDIT, DRAFT_REPLY, DRAFT_THREAD };

struct draft {
	struct str text;
	size_t point;         /**< the cursor, in bytes */
	enum draft_kind kind; /**< a new message, … */
	struct id target;     /**< … or about this one */
	bool unsaved;         /**< differs from what the cache has */
};

void draft_done(struct draft *draft);
/** True: it is another text than before, and `unsaved` was set. */
bool draft_set(struct draft *draft, const char *text, size_t len, size_t point);
void draft_about(struct draft *draft, enum draft_kind kind, const struct id *target);

#endif
