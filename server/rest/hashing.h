/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Passwords go to the hash worker: the job that a call hands to a thread beside the
 *  store. Thread: loop. */
#ifndef CHAT_REST_HASHING_H
#define CHAT_REST_HASHING_H

#include "server/rest/call.h"

/** What the hash worker shall do: verify, or make, or first the one and then the other. */
struct hashing {
	const char *stored;    /**< the form to verify against; NULL: nothing to verify */
	struct bytes password; /**< to verify */
	struct bytes new_password; /**< to hash when that went well, or {NULL, 0} */
	bool renew;                /**< hash `password` anew when its form is dated */
};

struct hashed {
	enum err err;              /**< ERR_OK, ERR_BAD_LOGIN, ERR_CORRUPT, ERR_BUSY */
	struct password_hash hash; /**< "" when none was made */
};

/** Called on the loop when it is done. Takes the call. */
typedef void hashed_fn(struct call *call, const struct hashed *hashed);

/** Errors: ERR_BUSY when 64 wait already; the call stays the caller's. The texts are
 *  copied and wiped. */
enum err hashing_start(struct call *call, const struct hashing *hashing,
		       hashed_fn *done) MUST_CHECK;

#endif
