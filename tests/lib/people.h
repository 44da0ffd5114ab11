/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Many accounts that log in by a password that costs something. Thread: one. */
#ifndef CHAT_TESTS_PEOPLE_H
#define CHAT_TESTS_PEOPLE_H

#include "common/crypto/password.h"
#include "tests/lib/host.h"

#define PEOPLE_PASSWORD "a quiet meadow"

struct people {
	const char *stem; /**< "user": user00@example.org, user01@example.org … */
	unsigned count;
	struct password_cost cost; /**< of all hashes from here on, nobody's as well */
	uint32_t first_uid; /**< user of this machine that is the first one; 0: none */
};

/** Make them, and let nobody be held up by rates, which have tests of their own. Between
 *  host_open() and host_run() only. */
void people_move_in(struct host *host, const struct people *people);

#endif
