/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes into one connection: pieces, put together into a message within hard bounds.
 * Nothing is allocated from a length that the peer claims; only what has arrived is kept.
 */
#include "common/proto/frame.h"
#include "common/proto/limits.h"
#include "server/net/conns.h"

static size_t most_bytes(const struct conn *conn)
{
	return conn->state == CONN_NEW ? LIMIT_FRAME_LOGIN : LIMIT_FRAME_CLIENT;
}

void conn_alive(struct conn *conn)
{
	conn->heard_ms = clock_mono_ms(conn->table->clock);
	conn->pinged = false;
}

/* Nothing can be read from a message that is cut off, so the answer names none. */
static void refuse_size(struct conn *conn)
{
	struct body_error body = {.code = bytes_text(err_word(ERR_TOO_BIG))};
	struct buf text = BUF_INIT;

	frame_write_error(&text, &body);
	conn_say(conn, buf_view(&text));
	buf_done(&text);
	conn_close(conn, CLOSE_PROTOCOL, "message too big");
}

bool conn_input(struct conn *conn, struct bytes piece, bool fragment_end,
		bool message_end)
{
	if (conn->state == CONN_CLOSED) {
		return false;
	}
	conn_alive(conn);
	if (conn->partial.len + piece.len > most_bytes(conn)) {
		refuse_size(conn);
		return false;
	}
	if (message_end && conn->partial.len == 0 && conn->fragments == 0) {
		conn->table->handler->message(conn, piece);
		return conn->state != CONN_CLOSED;
	}
	if (conn->partial.len == 0 && conn->fragments == 0) {
		conn->partial_ms = conn->heard_ms;
	}
	conn->fragments += fragment_end;
	if (conn->fragments > LIMIT_FRAGMENTS) {
		conn_close(conn, CLOSE_PROTOCOL, "too many fragments");
		return false;
	}
	str_add_len(&conn->partial, (const char *)piece.ptr, piece.len);
	if (!message_end) {
		return true;
	}
	struct str whole = conn->partial;

	conn->partial = STR_INIT;
	conn->fragments = 0;
	conn->table->handler->message(conn, str_view(&whole));
	str_done(&whole);
	return conn->state != CONN_CLOSED;
}
