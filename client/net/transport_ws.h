/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The transport over libwebsockets: Unix sockets, loopback and TLS, on a thread of its
 *  own, because looking up a name blocks. Thread: the owner's. */
#ifndef CHAT_CLIENT_NET_TRANSPORT_WS_H
#define CHAT_CLIENT_NET_TRANSPORT_WS_H

#include "client/net/transport.h"

#define TRANSPORT_PIN_LEN 32 /**< SHA-256 of a public key (SubjectPublicKeyInfo) */

struct transport_ws_options {
	/** TLS may be used: costs a few MiB. Without it wss:// fails with ERR_UNREACHABLE. */
	bool tls;
	/** NULL: certificates are checked against the system's store. Else the server's key
	 *  must have this hash, and nothing else of its certificate counts. */
	const uint8_t *pin;
};

/** Owns: *ret_transport, ended with transport_free(). @inbox outlives it.
 *  Errors: ERR_INTERNAL when no thread can be made. */
enum err transport_ws_new(struct transport_inbox *inbox,
			  const struct transport_ws_options *options,
			  struct transport **ret_transport) MUST_CHECK;

/** Read `sha256/BASE64`, as the server prints it. Errors: ERR_BAD. */
enum err transport_pin_parse(const char *text,
			     uint8_t ret_pin[TRANSPORT_PIN_LEN]) MUST_CHECK;

#endif
