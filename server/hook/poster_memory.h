/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A poster for tests and for servers without libcurl: it keeps what it is given, or refuses
 *  all of it. Thread: loop. */
#ifndef CHAT_SERVER_HOOK_POSTER_MEMORY_H
#define CHAT_SERVER_HOOK_POSTER_MEMORY_H

#include "server/hook/poster.h"

/** What the other side says to a request; fills in the answer. NULL: ERR_UNREACHABLE. */
typedef void poster_answer_fn(struct post_out *post, void *ctx);

struct poster *poster_memory_new(struct mailbox *back, poster_answer_fn *answer,
				 void *ctx) MUST_CHECK;

#endif
