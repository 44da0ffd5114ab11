/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Where requests to other servers may go. A user who names a URL must not reach through
 *  this server what only this server reaches: loopback, private networks, what a cloud tells
 *  its machines at link-local addresses. Checked when a URL is given and again for the very
 *  address of each connection, so a name that changes its mind in between gains nothing.
 *  Pure. Thread: any. */
#ifndef CHAT_SERVER_HOOK_TARGET_H
#define CHAT_SERVER_HOOK_TARGET_H

#include "common/base/bytes.h"
#include "server/net/range.h"

#define TARGET_HOST 253 /**< bytes of a host name */

/** What the operator lets through although it is private, and without TLS. */
struct target_allow {
	const struct net_range *ranges;
	size_t range_count;
	const char *const *hosts; /**< names, NULL-ended; or NULL */
};

struct target {
	char host[TARGET_HOST + 1]; /**< lower case, without brackets */
	bool allowed;               /**< the operator has listed it by name */
};

/** Take a URL apart: https://, or http:// to what is allowed, a host, maybe a port; no user,
 *  no fragment. Errors: ERR_BAD, ERR_TOO_BIG; ERR_FORBIDDEN: http to anywhere, or an address
 *  that target_may() refuses; *ret_why gets an English sentence for each. */
enum err target_check(const struct target_allow *allow, struct bytes url,
		      struct target *ret_target, const char **ret_why) MUST_CHECK;

/** Whether a connection to the numeric @address may be made for @target. */
bool target_may(const struct target_allow *allow, const struct target *target,
		const char *address);

#endif
