/* SPDX-License-Identifier: GPL-3.0-or-later */
/** After another key has begun to seal: what older ones have sealed is sealed anew, a slice
 *  at a time. Wherever it stops, everything opens, since older keys go on opening; whoever
 *  begins anew finds what is done. Thread: the store's (the writer). */
#ifndef CHAT_CORE_RESEAL_H
#define CHAT_CORE_RESEAL_H

#include "server/core/sealed.h"

/** How far it is. All zero: at the beginning. */
struct reseal {
	unsigned kind; /**< of enum sealed_kind; SEALED_COUNT: at the end */
	int64_t after;
	uint64_t seen, renewed;
	uint64_t unreadable; /**< no key opens them: they stay as they are */
};

/** Go on by up to @limit values. */
enum err reseal_step(struct store *store, const struct keys *keys, size_t limit,
		     struct reseal *reseal) MUST_CHECK;

#endif
