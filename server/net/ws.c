/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * WebSockets of lws ↔ struct conn. The handshake is refused with an HTTP answer of our own
 * in HTTP_CONFIRM_UPGRADE: a plain refusal in FILTER_PROTOCOL_CONNECTION sends nothing at
 * all in lws 4.1.6. The `in` of that callback is never touched: for an unknown upgrade it
 * points at freed memory (CVE-2025-11677). No extensions are registered, so an offer of
 * deflate is not taken up.
 */
#include "server/net/ws.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"

#define CLOSE_WHY_MOST 123 /* RFC 6455 section 5.5: 125 with the code */

_Static_assert(PACKET_HEAD >= LWS_PRE, "lws writes its header in front of a packet");

/* What lws hands us of the request, in one place so that it lives as long as the check. */
struct texts {
	char path[256], upgrade[32], version[8], key[64], protocol[128];
	char origin[256], host[256], authorization[LIMIT_TOKEN + 16];
	char query[LIMIT_TOKEN + 16];
};

static void collect(struct lws *wsi, struct texts *texts, struct upgrade *ask)
{
	char *uri = NULL;
	int len = 0;
	int method = lws_http_get_uri_and_method(wsi, &uri, &len);

#define HEADER(field, token) wire_header(wsi, token, texts->field, sizeof(texts->field))
	ask->get = method == LWSHUMETH_GET;
	ask->path = method >= 0 && len > 0 ? bytes_of(uri, (size_t)len) : bytes_of("", 0);
	ask->upgrade = HEADER(upgrade, WSI_TOKEN_UPGRADE);
	ask->version = HEADER(version, WSI_TOKEN_VERSION);
	ask->key = HEADER(key, WSI_TOKEN_KEY);
	ask->protocol = HEADER(protocol, WSI_TOKEN_PROTOCOL);
	ask->origin = HEADER(origin, WSI_TOKEN_ORIGIN);
	ask->host = HEADER(host, WSI_TOKEN_HOST);
	ask->authorization = HEADER(authorization, WSI_TOKEN_HTTP_AUTHORIZATION);
#undef HEADER
	ask->query_token = wire_query(wsi, "token", texts->query, sizeof(texts->query));
}

static int refuse(struct wire *wire, enum err err, uint64_t retry_ms)
{
	static const struct request_field upgrade[] = {
		{FIELD_HEADER, (char *)(uintptr_t) "Upgrade",
		 (char *)(uintptr_t) "websocket"},
		{FIELD_HEADER, (char *)(uintptr_t) "Sec-WebSocket-Version",
		 (char *)(uintptr_t) "13"},
		{FIELD_HEADER, (char *)(uintptr_t) "Sec-WebSocket-Protocol",
		 (char *)(uintptr_t) "chat.v1"},
	};
	char seconds[24];
	const struct request_field retry = {FIELD_HEADER,
					    (char *)(uintptr_t) "Retry-After", seconds};
	struct buf text = BUF_INIT;

	snprintf(seconds, sizeof(seconds), "%llu",
		 (unsigned long long)(retry_ms + 999) / 1000);
	problem_text(&text, err, NULL, NULL, retry_ms);
	struct reply reply = {
		.status = err_row(err)->http,
		.content_type = "application/problem+json",
		.body = buf_view(&text),
		.headers = err == ERR_UPGRADE ? upgrade : &retry,
		.header_count = err == ERR_UPGRADE ? ARRAY_LEN(upgrade) : retry_ms > 0,
	};
	wire->hang_up = true;
	bool sent = http_write(wire, &reply);

	buf_done(&text);
	return sent ? 1 : -1;
}

/* A WebSocket has one client behind it for good, so from here on a proxy's counts as that
 * client. */
static enum err admit_forwarded(struct wire *wire, struct lws *wsi,
				uint64_t *ret_retry_ms)
{
	struct peer peer;
	uint8_t key[16];

	wire_peer(wire, wsi, &peer);
	if (memcmp(&peer, &wire->peer, sizeof(peer)) == 0) {
		return ERR_OK;
	}
	wire->peer = peer;
	enum err err = rate_take(wire_config(wire)->rates, RATE_CONNECT,
				 rate_peer(&peer, key), ret_retry_ms);

	if (err == ERR_OK && (err = wire_count(wire)) != ERR_OK) {
		*ret_retry_ms = FULL_RETRY_MS;
	}
	return err;
}

/* Room for what the handshake grants; an idle connection does not keep it. */
static struct upgrade_grant *grant_of(struct wire *wire)
{
	if (!wire->grant) {
		wire->grant = mem_new(struct upgrade_grant);
	}
	return wire->grant;
}

static enum err confirm(struct wire *wire, struct lws *wsi, uint64_t *ret_retry_ms)
{
	const struct loop_config *config = wire_config(wire);
	struct upgrade ask = {.local = wire->peer.local};
	struct texts texts;
	uint8_t key[16];
	enum err err = wire_check_head(wsi);

	if (err == ERR_OK && (wire_has_body(wsi) || wire_is_old(wsi))) {
		err = ERR_BAD; /* RFC 6455 section 4.1: HTTP/1.1 at least, and no body */
	}
	if (err == ERR_OK) {
		err = admit_forwarded(wire, wsi, ret_retry_ms);
	}
	if (err != ERR_OK) {
		return err;
	}
	struct bytes address = rate_peer(&wire->peer, key);

	collect(wsi, &texts, &ask);
	err = rate_look(config->rates, RATE_REFUSED, address, ret_retry_ms);
	if (err == ERR_OK && wire->router != config->router) {
		err = ERR_NOT_FOUND; /* a listener for something else */
	}
	if (err == ERR_OK) {
		err = upgrade_check(&ask, &config->rules, grant_of(wire));
	}
	if (err == ERR_BAD_TOKEN) {
		enum err rate =
			rate_take(config->rates, RATE_REFUSED, address, ret_retry_ms);

		err = rate == ERR_OK ? err : rate;
	}
	return err;
}

int ws_confirm(struct wire *wire, struct lws *wsi)
{
	uint64_t retry_ms = 0;

	if (lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE) <= 0) {
		return -1; /* answered by lws already: an upgrade that it does not know */
	}
	enum err err = confirm(wire, wsi, &retry_ms);

	return err == ERR_OK ? 0 : refuse(wire, err, retry_ms);
}

static bool io_write(struct conn *conn, uint8_t *text, size_t len)
{
	struct wire *wire = conn->carrier;

	return lws_write(wire->wsi, text, len, LWS_WRITE_TEXT) >= (int)len;
}

static bool io_choked(struct conn *conn)
{
	struct wire *wire = conn->carrier;

	/* Not lws_send_pipe_choked(), which polls the socket, a system call for each write.
	 * Without it the kernel says no at the write itself, and lws keeps the rest of that
	 * one message: after it the answer here is yes. */
	return lws_partial_buffered(wire->wsi) != 0;
}

static void io_want_write(struct conn *conn)
{
	struct wire *wire = conn->carrier;

	lws_callback_on_writable(wire->wsi);
}

static void io_ping(struct conn *conn)
{
	struct wire *wire = conn->carrier;
	/* With a payload: lws keeps the answer to an empty ping to itself. */
	uint8_t ping[LWS_PRE + 4] = {0};

	memcpy(ping + LWS_PRE, "chat", 4);
	if (!lws_send_pipe_choked(wire->wsi)) {
		lws_write(wire->wsi, ping + LWS_PRE, 4, LWS_WRITE_PING);
	}
}

static void io_pause(struct conn *conn, bool on)
{
	struct wire *wire = conn->carrier;

	lws_rx_flow_control(wire->wsi, !on);
}

static void close_with(struct wire *wire, unsigned code, const char *why)
{
	wire->close_code = code;
	wire->close_why = why;
	/* Else lws would not see the answer to its close frame. */
	lws_rx_flow_control(wire->wsi, 1);
	wire_close(wire);
}

static void io_close(struct conn *conn, unsigned code, const char *why)
{
	close_with(conn->carrier, code, why);
}

static const struct conn_io ws_io = {
	.write = io_write,
	.choked = io_choked,
	.want_write = io_want_write,
	.ping = io_ping,
	.pause = io_pause,
	.close = io_close,
};

/* Debian's lws is a debug build: returning -1 from the writeable callback closes twice,
 * to see whether that is harmless, and the second close drops the close frame. So it is
 * asked to close from outside of its callbacks, once. */
void ws_close(struct wire *wire)
{
	if (wire->close_code != 0) {
		lws_close_reason(wire->wsi, (enum lws_close_status)wire->close_code,
				 (unsigned char *)(uintptr_t)wire->close_why,
				 strnlen(wire->close_why, CLOSE_WHY_MOST));
	}
	lws_set_timeout(wire->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
}

static int on_open(struct wire *wire)
{
	const struct loop_config *config = wire_config(wire);

	wire_known(wire);
	if (conn_add(config->conns, &ws_io, wire, &wire->peer, &wire->conn) != ERR_OK) {
		close_with(wire, CLOSE_GOAWAY, "busy");
		return 0;
	}
	wire->conn->who = wire->grant->who;
	wire->conn->single = wire->grant->single;
	wire->conn->room = wire->grant->room;
	mem_free(wire->grant);
	wire->grant = NULL;
	conn_opened(wire->conn);
	return 0;
}

static int on_receive(struct wire *wire, const void *in, size_t len)
{
	if (!wire->conn) {
		return 0; /* being closed */
	}
	bool fragment_end = lws_remaining_packet_payload(wire->wsi) == 0;
	bool message_end = fragment_end && lws_is_final_fragment(wire->wsi);

	if (lws_frame_is_binary(wire->wsi)) {
		conn_close(wire->conn, CLOSE_PROTOCOL, "text frames only");
	}
	conn_input(wire->conn, bytes_of(in, len), fragment_end, message_end);
	return 0;
}

static int on_writeable(struct wire *wire)
{
	if (wire->conn) {
		conn_flush(wire->conn);
	}
	return 0;
}

void ws_forget(struct wire *wire)
{
	conn_remove(&wire->conn);
}

int ws_event(struct wire *wire, enum lws_callback_reasons reason, void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED: return on_open(wire);
	case LWS_CALLBACK_RECEIVE: return on_receive(wire, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE: return on_writeable(wire);
	case LWS_CALLBACK_RECEIVE_PONG:
		if (wire->conn) {
			conn_alive(wire->conn);
		}
		return 0;
	case LWS_CALLBACK_CLOSED: ws_forget(wire); return 0;
	default: return 0;
	}
}
