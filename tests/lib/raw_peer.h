/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A server made of bare sockets, driven step by step by a test: it says exactly the bytes
 *  that the test wants said, also wrong ones. Every wait ends after five seconds by failing
 *  the test. Thread: one. */
#ifndef CHAT_TESTS_RAW_PEER_H
#define CHAT_TESTS_RAW_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/str.h"

struct raw_peer {
	int listener;
	int fd;        /**< the accepted connection, -1 = none */
	uint16_t port; /**< on 127.0.0.1 */
	struct str in; /**< received and not taken yet */
};

void raw_peer_init(struct raw_peer *peer);
void raw_peer_done(struct raw_peer *peer);
/** Wait for a connection; an older one is closed. */
void raw_peer_accept(struct raw_peer *peer);
/** The head of an HTTP request, up to and with the empty line. */
void raw_peer_head(struct raw_peer *peer, struct str *ret_head);
/** Exactly @len bytes. */
void raw_peer_take(struct raw_peer *peer, size_t len, struct str *ret_bytes);
void raw_peer_say(struct raw_peer *peer, const char *bytes, size_t len);
/** Accept, read the upgrade request, agree to it. */
void raw_peer_upgrade(struct raw_peer *peer);
/** One frame of the client: its opcode; the payload unmasked. */
int raw_peer_frame(struct raw_peer *peer, struct str *ret_payload);
/** Say one frame; @first is its first byte (FIN, opcode). */
void raw_peer_say_frame(struct raw_peer *peer, uint8_t first, const char *bytes,
			size_t len);
/** True when the client has closed the connection. */
bool raw_peer_closed(struct raw_peer *peer);

#endif
