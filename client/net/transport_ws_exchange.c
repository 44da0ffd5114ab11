/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One HTTP exchange: a request with its body in memory, and the whole answer. */
#include "client/net/transport_ws_inside.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"

static void exchange_free(struct exchange *exchange)
{
	bool answered = exchange->why == ERR_OK;
	struct transport_note *note = transport_note_new(
		TRANSPORT_REPLY, exchange->in.len ? (char *)exchange->in.ptr : "",
		answered ? exchange->in.len : 0);

	note->request = exchange->order->number;
	note->err = exchange->why;
	note->code = answered ? (uint16_t)exchange->status : 0;
	ws_put(exchange->ws, note);
	if (exchange->gone)
		*exchange->gone = true;
	if (exchange->in.len)
		explicit_bzero(exchange->in.ptr, exchange->in.len);
	buf_done(&exchange->in);
	order_free(&exchange->order);
	mem_free(exchange);
}

void exchange_start(struct transport_ws *ws, struct order *order)
{
	struct lws_client_connect_info info;
	AUTO(str_done) struct str text = STR_INIT;
	struct exchange *exchange = mem_new(struct exchange);
	bool gone = false;

	*exchange = (struct exchange){.rider = RIDER_EXCHANGE,
				      .ws = ws,
				      .order = order,
				      .why = ERR_UNREACHABLE,
				      .gone = &gone};
	ws_connect_info(ws, &order->address, &info, &text);
	info.path = order->path;
	info.method = order->method;
	info.protocol = "http";
	info.opaque_user_data = exchange;
	struct lws *wsi = NULL;
	if (order->address.kind != ADDRESS_TLS || ws->tls)
		wsi = lws_client_connect_via_info(&info);
	if (gone)
		return;
	exchange->gone = NULL;
	if (!wsi)
		exchange_free(exchange);
	else
		lws_set_timer_usecs(wsi, (lws_usec_t)TRANSPORT_REPLY_MS * LWS_US_PER_MS);
}

static int header_add(struct lws *wsi, enum lws_token_indexes token, const char *value,
		      uint8_t **at, uint8_t *end)
{
	return lws_add_http_header_by_token(wsi, token, (const uint8_t *)value,
					    (int)strlen(value), at, end);
}

static int exchange_headers(struct exchange *exchange, struct lws *wsi, uint8_t **at,
			    uint8_t *end)
{
	const struct order *order = exchange->order;

	if (!ws_pin_holds(exchange->ws, wsi)) {
		exchange->why = ERR_UNTRUSTED;
		return -1;
	}
	if (order->token) {
		AUTO(str_done) struct str value = STR_INIT;
		str_addf(&value, "Bearer %s", order->token);
		int failed =
			header_add(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, value.ptr, at, end);
		explicit_bzero(value.ptr, value.len);
		if (failed)
			return -1;
	}
	if (order->len == 0)
		return 0;
	AUTO(str_done) struct str length = STR_INIT;
	str_addf(&length, "%zu", order->len);
	if (header_add(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, order->type, at, end) ||
	    header_add(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, length.ptr, at, end))
		return -1;
	lws_client_http_body_pending(wsi, 1);
	lws_callback_on_writable(wsi);
	return 0;
}

static int exchange_write(struct exchange *exchange, struct lws *wsi)
{
	struct order *order = exchange->order;

	lws_client_http_body_pending(wsi, 0);
	int wrote =
		lws_write(wsi, order->data + LWS_PRE, order->len, LWS_WRITE_HTTP_FINAL);
	return wrote < (int)order->len ? -1 : 0;
}

/* The head of the answer. lws does not call an answer without content complete. */
static int exchange_begin(struct exchange *exchange, struct lws *wsi)
{
	char length[8] = "";

	exchange->status = lws_http_client_http_response(wsi);
	lws_hdr_copy(wsi, length, sizeof(length), WSI_TOKEN_HTTP_CONTENT_LENGTH);
	if (exchange->status != 204 && strcmp(length, "0") != 0)
		return 0;
	exchange->why = ERR_OK;
	return -1;
}

static int exchange_read(struct exchange *exchange, struct lws *wsi)
{
	char room[LWS_PRE + RX_CHUNK], *at = room + LWS_PRE;
	int len = RX_CHUNK;

	(void)exchange;
	return lws_http_client_read(wsi, &at, &len) < 0 ? -1 : 0;
}

static int exchange_take(struct exchange *exchange, const void *in, size_t len)
{
	if (exchange->in.len + len > LIMIT_FRAME_SERVER) {
		exchange->why = ERR_TOO_BIG;
		return -1;
	}
	buf_add(&exchange->in, in, len);
	return 0;
}

int on_exchange(struct exchange *exchange, struct lws *wsi,
		enum lws_callback_reasons reason, void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		return exchange_headers(exchange, wsi, in, *(uint8_t **)in + len);
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE: return exchange_write(exchange, wsi);
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP: return exchange_begin(exchange, wsi);
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP: return exchange_read(exchange, wsi);
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
		return exchange_take(exchange, in, len);
	case LWS_CALLBACK_COMPLETED_CLIENT_HTTP: exchange->why = ERR_OK; return -1;
	case LWS_CALLBACK_TIMER: exchange->why = ERR_TIMEOUT; return -1;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		if (exchange->why == ERR_UNREACHABLE)
			exchange->why = ws_connect_error(wsi, in);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		lws_set_opaque_user_data(wsi, NULL);
		exchange_free(exchange);
		return 0;
	default: return 0;
	}
}
