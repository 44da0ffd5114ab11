/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Places of which there are so many in all and so many for one key: what bounds things
 *  that last, as rate.h bounds what happens. Thread: loop. */
#ifndef CHAT_SERVER_NET_SLOTS_H
#define CHAT_SERVER_NET_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"

#define SLOT_KEY 16

struct slots;
struct slot;

struct slots *slots_new(size_t count, size_t each) MUST_CHECK;
/** Whoever still has a slot must not give it back any more. */
void slots_free(struct slots **slots);
/** NULL: all are taken, or @key has so many already. */
struct slot *slots_take(struct slots *slots, const uint8_t key[SLOT_KEY]) MUST_CHECK;
/** Give it back. NULL is nothing. */
void slot_give(struct slot *slot);

#endif
