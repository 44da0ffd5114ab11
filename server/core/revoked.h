/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The sessions that ended while an access token of theirs may still be alive: what makes
 *  revocation hold at once although tokens are checked without the store.
 *  Thread: loop. */
#ifndef CHAT_CORE_REVOKED_H
#define CHAT_CORE_REVOKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/id.h"

struct revoked;

/** @seed: random bits. */
struct revoked *revoked_new(uint64_t seed) MUST_CHECK;
void revoked_free(struct revoked **revoked);
/** Refuse @session from now on. It is forgotten when its last token must have expired. */
void revoked_add(struct revoked *revoked, const struct id *session, uint64_t now_ms);
bool revoked_has(const struct revoked *revoked, const struct id *session);
/** Forget what is over. Now and then. */
void revoked_sweep(struct revoked *revoked, uint64_t now_ms);
size_t revoked_count(const struct revoked *revoked);

#endif
