/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Where a server is: `unix:/path`, `ws://127.0.0.1:port` (this machine only) or
 *  `wss://host[:port]`. Nothing of it is looked up here. Thread: any. */
#ifndef CHAT_CLIENT_NET_ADDRESS_H
#define CHAT_CLIENT_NET_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/str.h"

#define ADDRESS_PORT 8377 /**< the server's default for REST and WebSocket */

enum address_kind { ADDRESS_UNIX, ADDRESS_PLAIN, ADDRESS_TLS };

struct address {
	enum address_kind kind;
	struct str host; /**< the path of the socket for ADDRESS_UNIX; no brackets */
	uint16_t port;   /**< 0 for ADDRESS_UNIX */
};

#define ADDRESS_INIT ((struct address){.host = STR_INIT})

void address_done(struct address *address);
/** Errors: ERR_BAD for another form; ERR_FORBIDDEN for ws:// to another machine, where
 *  anybody on the way could read along; ERR_TOO_BIG for a socket path that the system
 *  cannot take. @ret_address is changed on success only. */
enum err address_parse(const char *text, struct address *ret_address) MUST_CHECK;
/** The canonical form; equal addresses give equal texts. */
void address_print(const struct address *address, struct str *out);

#endif
