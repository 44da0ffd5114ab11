/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who stands behind a connection or a request: decided once, at the handshake or from the
 *  token, and taken from here ever after; never from what a frame or a body says.
 *  Thread: any; it is a value. */
#ifndef CHAT_SERVER_NET_WHO_H
#define CHAT_SERVER_NET_WHO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/id.h"

struct who {
	struct id user; /**< zero = nobody yet */
	struct id device;
	struct id session;
	uint32_t scope; /**< enum who_scope, or-ed; 0 = nobody yet */
	uint64_t
		expires_ms; /**< end of the access token; 0 = does not expire (Unix socket) */
};

/** Where the bytes come from, as far as limits and the socket login care. */
struct peer {
	char address[46]; /**< numeric, without port; empty on a Unix socket */
	bool local;       /**< a Unix socket: uid is what the kernel says */
	uid_t uid;
};

static inline bool who_is_known(const struct who *who)
{
	return who->scope != 0;
}

#endif
