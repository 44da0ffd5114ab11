/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who reacted to one message, and with what. Thread: ui. */
#ifndef CHAT_MODEL_REACTION_H
#define CHAT_MODEL_REACTION_H

#include <stdbool.h>

#include "common/base/bytes.h"
#include "common/base/id.h"
#include "common/base/str.h"

struct reaction {
	struct id from;
	struct str text; /**< as sent: an emoji, or a short word */
};

/** In the order in which they came. All zero is empty. */
struct reactions {
	struct reaction *rows;
	size_t count;
	size_t cap;
};

void reactions_done(struct reactions *reactions);
/** @from reacts with @text, or takes it back. Saying it again changes nothing. Returns
 *  whether anything changed. */
bool reactions_set(struct reactions *reactions, const struct id *from, struct bytes text,
		   bool on);
/** How many have reacted like row @at; 0 when an earlier row says the same. @ret_own:
 *  @self is among them. */
size_t reactions_count(const struct reactions *reactions, size_t at,
		       const struct id *self, bool *ret_own);

#endif
