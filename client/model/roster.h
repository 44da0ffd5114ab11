/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who is in one room, in which role, and who is typing there.
 *  Thread: ui. */
#ifndef CHAT_MODEL_ROSTER_H
#define CHAT_MODEL_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/id.h"
#include "common/proto/kind.h"

struct member {
	struct id user;
	enum role role;           /**< 0 = not known */
	uint64_t read_seq;        /**< has read up to here; 0 = not known */
	uint64_t typing_until_ms; /**< monotonic; 0 = is not typing */
};

struct roster {
	struct member *rows; /**< in the order of adding */
	size_t count;
	size_t cap;
	size_t total;  /**< members the server counts; may be more than are listed */
	bool complete; /**< every member is listed */
};

void roster_done(struct roster *roster);
/** NULL: not in. Valid until the next change. */
struct member *roster_find(const struct roster *roster, const struct id *user);
/** Found or made, with that role. */
struct member *roster_set(struct roster *roster, const struct id *user, enum role role);
bool roster_remove(struct roster *roster, const struct id *user);
/** @until_ms 0: stopped typing. Somebody who is not listed is listed without a role. */
void roster_typing(struct roster *roster, const struct id *user, uint64_t until_ms);
/** Forget those whose time is over. True: somebody was. */
bool roster_expire(struct roster *roster, uint64_t mono_ms);
/** When the next one's time is over, 0 = nobody is typing. */
uint64_t roster_next_ms(const struct roster *roster);
/** The log begins anew: nobody has read anything of it, as far as known. */
void roster_begin_anew(struct roster *roster);
/** The least read_seq of all members but @self; 0 as long as one is unknown. */
uint64_t roster_read_by_all(const struct roster *roster, const struct id *self);

#endif
