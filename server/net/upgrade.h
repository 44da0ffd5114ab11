/* SPDX-License-Identifier: GPL-3.0-or-later */
/** May this HTTP request become a WebSocket? Decided from memory alone, before the switch,
 *  so that the answer can still be an HTTP status. Knows no socket and no library.
 *  Thread: loop. */
#ifndef CHAT_SERVER_NET_UPGRADE_H
#define CHAT_SERVER_NET_UPGRADE_H

#include <stdbool.h>

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "server/net/who.h"

/** Is @token good? Fills *ret_who. Errors: ERR_BAD_TOKEN, ERR_EXPIRED. */
typedef enum err verify_fn(struct bytes token, struct who *ret_who, void *ctx);

struct upgrade_rules {
	verify_fn *verify;
	void *verify_ctx;
	const char *const
		*origins; /**< allowed Origin values beside our own host; NULL-ended */
	bool query_token; /**< ?token= on /v1/ws/rooms/… */
};

/** What the client sent; ptr NULL = not sent. Each is whole: a header that did not fit its
 *  bound arrives here as an empty text with ptr set. */
struct upgrade {
	struct bytes path;
	struct bytes upgrade;  /**< Upgrade */
	struct bytes version;  /**< Sec-WebSocket-Version */
	struct bytes key;      /**< Sec-WebSocket-Key */
	struct bytes protocol; /**< Sec-WebSocket-Protocol */
	struct bytes origin, host;
	struct bytes authorization;
	struct bytes query_token; /**< ?token= */
	bool get;
	bool local; /**< came over the Unix socket */
};

/** What the connection will start with. */
struct upgrade_grant {
	struct who who; /**< nobody, if the token is to come with hello */
	bool single;    /**< the per-room endpoint */
	struct id room;
};

/** The answer, as an error row: its http column is the status. ERR_OK: switch.
 *  Errors: ERR_NOT_FOUND (path), ERR_METHOD, ERR_UPGRADE (WebSocket version, sub-protocol,
 *  any upgrade but websocket), ERR_FORBIDDEN (origin), ERR_UNAUTHORIZED, ERR_BAD_TOKEN,
 *  ERR_EXPIRED, ERR_BAD. */
enum err upgrade_check(const struct upgrade *ask, const struct upgrade_rules *rules,
		       struct upgrade_grant *ret_grant) MUST_CHECK;

/** A header of digits only, at most @most. Errors: ERR_BAD (signs, blanks, lists: what
 *  request smuggling is made of), ERR_TOO_BIG. */
enum err header_length(struct bytes text, uint64_t most, uint64_t *ret_value) MUST_CHECK;

/** Whether @text is a host as a Host header may have it: a name, an IPv4 address or one of
 *  IPv6 in brackets, with or without a port (RFC 9110 section 7.2). */
bool header_host(struct bytes text);

/** The token of "Bearer …"; {NULL, 0} for another scheme. */
struct bytes header_bearer(struct bytes authorization);

#endif
