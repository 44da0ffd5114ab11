/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A peer's WebSocket on a line of the load. Nobody measured here sends fragments; one that
 * does is told so.
 */
#include "tests/bench/websocket.h"

#include <string.h>

#include "tests/bench/frame.h"

void websocket_ask(struct line *line, const char *path, const char *headers)
{
	line_print(line,
		   "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
		   "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
		   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
		   path, headers);
}

size_t websocket_answer(struct line *line, const char *data, size_t len)
{
	const char *end = memmem(data, len, "\r\n\r\n", 4);

	if (!end)
		return 0;
	if (len < 12 || memcmp(data, "HTTP/1.1 101", 12) != 0)
		line_fault(line, "no WebSocket: %.*s", (int)strcspn(data, "\r"), data);
	return (size_t)(end + 4 - data);
}

static void put_frame(struct line *line, uint8_t first, const void *data, size_t len)
{
	uint8_t head[FRAME_HEAD];

	line_put(line, head, frame_head(first, len, head));
	line_put(line, data, len);
}

void websocket_say(struct line *line, const void *text, size_t len)
{
	put_frame(line, 0x81, text, len);
}

size_t websocket_hear(struct line *line, const char *data, size_t len, websocket_fn *take)
{
	size_t used = 0;

	for (;;) {
		const uint8_t *at = (const uint8_t *)data + used;
		uint64_t payload;
		size_t head = frame_read(at, len - used, &payload);
		if (head == 0 || len - used - head < payload)
			return used;
		const char *text = (const char *)at + head;
		if (at[0] == 0x81 || at[0] == 0x82) {
			take(line, text, payload);
		} else if (at[0] == 0x89) {
			put_frame(line, 0x8a, text, payload);
		} else if (at[0] == 0x88) {
			unsigned code = payload < 2 ? 0
						    : (unsigned)(uint8_t)text[0] << 8 |
							      (uint8_t)text[1];
			line_fault(line, "closed with code %u", code);
		} else if (at[0] != 0x8a) {
			line_fault(line, "a frame that begins with %#x", at[0]);
		}
		used += head + payload;
		if (line->load->fault.len)
			return used;
	}
}

size_t websocket_talk(struct line *line, const char *data, size_t len,
		      void (*hello)(struct line *line), websocket_fn *take)
{
	size_t used = 0;

	if (line->step == 0) {
		used = websocket_answer(line, data, len);
		if (!used)
			return 0;
		line->step = 1;
		hello(line);
	}
	return used + websocket_hear(line, data + used, len - used, take);
}
