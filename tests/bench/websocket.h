/* SPDX-License-Identifier: GPL-3.0-or-later */
/** As much of WebSocket (RFC 6455) as a client under load needs. Thread: one. */
#ifndef CHAT_BENCH_WEBSOCKET_H
#define CHAT_BENCH_WEBSOCKET_H

#include "tests/bench/load.h"

/** Ask for a WebSocket at @path with further header lines (each ended by \r\n, or ""). */
void websocket_ask(struct line *line, const char *path, const char *headers);
/** Read the answer; 0 while it is not complete, else its length. A no is a fault. */
size_t websocket_answer(struct line *line, const char *data, size_t len);
/** Put one text message. */
void websocket_say(struct line *line, const void *text, size_t len);

typedef void websocket_fn(struct line *line, const char *text, size_t len);
/** Call @take for each whole text message; pings are answered, a close is a fault.
 *  Returns how many bytes were used up. */
size_t websocket_hear(struct line *line, const char *data, size_t len,
		      websocket_fn *take);
/** Both: read the answer first, say @hello once, then hear. */
size_t websocket_talk(struct line *line, const char *data, size_t len,
		      void (*hello)(struct line *line), websocket_fn *take);

#endif
