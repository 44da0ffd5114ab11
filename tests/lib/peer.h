/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A raw client for tests of the server: plain sockets and as much of WebSocket as it takes
 *  to say and hear frames, right ones and wrong ones. Every wait ends after five seconds
 *  with a failed test. */
#ifndef CHAT_TESTS_PEER_H
#define CHAT_TESTS_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/str.h"

struct peer_socket {
	int fd;
	struct buf in;  /**< read, not consumed */
	bool closed;    /**< the other side has closed */
	int close_code; /**< of its close frame, 0 = none */
	struct str close_why;
	struct buf *held; /**< what is sent goes here instead */
};

void peer_open_tcp(struct peer_socket *peer, unsigned port);
void peer_open_unix(struct peer_socket *peer, const char *path);
void peer_close(struct peer_socket *peer);

/** Send raw bytes or a text of them. */
void peer_send(struct peer_socket *peer, const void *data, size_t len);
void peer_print(struct peer_socket *peer, const char *format, ...) PRINTF(2, 3);

/** Collect what is sent in @held, so that it can leave in one piece; NULL: no more. */
void peer_hold(struct peer_socket *peer, struct buf *held);

/** An HTTP answer. */
struct answer {
	int status;
	struct str head, body;
};
void answer_done(struct answer *answer);
/** Read one; the status is 0 when the server closes without a word. */
void peer_answer(struct peer_socket *peer, struct answer *answer);
/** A header's value inside an answer's head, "" when it is not there. */
const char *answer_header(const struct answer *answer, const char *name, struct str *out);

/** Ask for a WebSocket at @path with further header lines (each ended by \r\n) and return
 *  the status: 101 is a yes. */
int peer_upgrade(struct peer_socket *peer, const char *path, const char *headers);
/** One frame with any first byte (FIN, RSV, opcode). */
void peer_frame(struct peer_socket *peer, uint8_t first, const void *data, size_t len);
/** A whole text message. */
void peer_say(struct peer_socket *peer, const char *text);
/** The next text message into @out; false when the server closed. Pings are answered. */
bool peer_hear(struct peer_socket *peer, struct str *out);
/** Ping, and wait for the pong: everything said before was read by the server. What
 *  comes before the pong is dropped. */
void peer_sync(struct peer_socket *peer);
/** Wait for a ping and leave it unanswered; what comes before it is dropped. */
void peer_wait_ping(struct peer_socket *peer);
/** Hear until the message has @part in it; fails the test on a close. */
void peer_expect(struct peer_socket *peer, const char *part, struct str *out);
/** Read what comes, of any kind, until the server closes. */
void peer_expect_end(struct peer_socket *peer);
/** Wait for the server to close; returns the code of its close frame, 0 without one. */
int peer_expect_close(struct peer_socket *peer);

#endif
