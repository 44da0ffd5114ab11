/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One WebSocket connection: frames of the owner go out in order, messages come in whole. */
#include "client/net/transport_ws_inside.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"

#define WS_PATH       "/v1/ws"
#define LINGER_SECS   1                    /* for a closing handshake nobody waits for */
#define HELD_RETRY_US (20 * LWS_US_PER_MS) /* while the owner is behind */

static void wire_put_shut(struct wire *wire)
{
	if (wire->shut)
		return;
	wire->shut = true;
	struct transport_note *note = transport_note_new(TRANSPORT_SHUT, NULL, 0);
	note->link = wire->number;
	note->err = wire->why;
	note->code = wire->code;
	ws_put(wire->ws, note);
}

static void wire_free(struct wire *wire)
{
	wire_put_shut(wire);
	if (wire->ws->wire == wire)
		wire->ws->wire = NULL;
	if (wire->gone)
		*wire->gone = true;
	lws_sul_cancel(&wire->held);
	orders_free(wire->queue);
	buf_done(&wire->in);
	mem_free(wire);
}

/* Let it end by itself: the owner hears SHUT now and nothing more. */
void wire_leave(struct wire *wire)
{
	wire->why = ERR_CLOSED;
	wire->code = TRANSPORT_NO_CODE;
	wire_put_shut(wire);
	wire->ws->wire = NULL;
	lws_callback_on_writable(wire->wsi);
	lws_set_timeout(wire->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LINGER_SECS);
}

void wire_connect(struct transport_ws *ws, struct order *order)
{
	struct lws_client_connect_info info;
	AUTO(str_done) struct str text = STR_INIT;
	struct wire *wire = mem_new(struct wire);
	bool gone = false;

	if (ws->wire)
		wire_leave(ws->wire);
	*wire = (struct wire){.rider = RIDER_WIRE,
			      .ws = ws,
			      .number = order->number,
			      .why = ERR_UNREACHABLE,
			      .code = TRANSPORT_NO_CODE,
			      .gone = &gone};
	wire->tail = &wire->queue;
	ws->wire = wire;
	ws_connect_info(ws, &order->address, &info, &text);
	info.path = WS_PATH;
	info.protocol = WS_PROTOCOL;
	info.local_protocol_name = WS_PROTOCOL;
	info.opaque_user_data = wire;
	info.pwsi = &wire->wsi;
	struct lws *wsi = NULL;
	if (order->address.kind != ADDRESS_TLS || ws->tls)
		wsi = lws_client_connect_via_info(&info);
	if (gone)
		return;
	wire->gone = NULL;
	if (!wsi)
		wire_free(wire);
}

void wire_send(struct transport_ws *ws, struct order *order)
{
	struct wire *wire = ws->wire;

	if (!wire || wire->number != order->number) {
		order_free(&order);
		return;
	}
	order->mail.next = NULL;
	*wire->tail = &order->mail;
	wire->tail = &order->mail.next;
	lws_callback_on_writable(wire->wsi);
}

/* Read on once the owner has caught up. */
static void held_again(lws_sorted_usec_list_t *sul)
{
	struct wire *wire = lws_container_of(sul, struct wire, held);

	if (ws_inbox_full(wire->ws))
		lws_sul_schedule(wire->ws->context, 0, sul, held_again, HELD_RETRY_US);
	else
		lws_rx_flow_control(wire->wsi, 1);
}

static int wire_refuse(struct wire *wire)
{
	wire->why = ERR_TOO_BIG;
	wire->code = LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE;
	wire_put_shut(wire);
	lws_close_reason(wire->wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
	return -1;
}

static int wire_receive(struct wire *wire, const void *in, size_t len)
{
	if (wire->shut)
		return 0;
	if (!lws_remaining_packet_payload(wire->wsi))
		wire->fragments++;
	if (wire->in.len + len > LIMIT_FRAME_SERVER ||
	    wire->fragments > LIMIT_FRAGMENTS || lws_frame_is_binary(wire->wsi))
		return wire_refuse(wire);
	buf_add(&wire->in, in, len);
	if (!lws_is_final_fragment(wire->wsi) || lws_remaining_packet_payload(wire->wsi))
		return 0;
	const char *text = wire->in.len ? (const char *)wire->in.ptr : "";
	struct transport_note *note =
		transport_note_new(TRANSPORT_TEXT, text, wire->in.len);
	note->link = wire->number;
	ws_put(wire->ws, note);
	wire->fragments = 0;
	/* Pages are large and rare: do not keep room for one while idle. */
	if (wire->in.cap > RX_CHUNK)
		buf_done(&wire->in);
	buf_clear(&wire->in);
	if (ws_inbox_full(wire->ws)) {
		lws_rx_flow_control(wire->wsi, 0);
		lws_sul_schedule(wire->ws->context, 0, &wire->held, held_again,
				 HELD_RETRY_US);
	}
	return 0;
}

/* One message for each time the socket takes one: lws would buffer more without bound. */
static int wire_write(struct wire *wire)
{
	struct order *order = order_of(wire->queue);

	if (!order) {
		if (!wire->shut)
			return 0;
		lws_close_reason(wire->wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
		return -1;
	}
	wire->queue = order->mail.next;
	if (!wire->queue)
		wire->tail = &wire->queue;
	/* Masking works in place: the buffer is this order's alone. */
	int wrote =
		lws_write(wire->wsi, order->data + LWS_PRE, order->len, LWS_WRITE_TEXT);
	bool failed = wrote < (int)order->len;
	order_free(&order);
	if (failed)
		return -1;
	if (wire->queue || wire->shut)
		lws_callback_on_writable(wire->wsi);
	return 0;
}

static void wire_open(struct wire *wire)
{
	if (wire->shut)
		return;
	wire->why = ERR_CLOSED;
	struct transport_note *note = transport_note_new(TRANSPORT_OPEN, NULL, 0);
	note->link = wire->number;
	ws_put(wire->ws, note);
	if (wire->queue)
		lws_callback_on_writable(wire->wsi);
}

int on_wire(struct wire *wire, struct lws *wsi, enum lws_callback_reasons reason,
	    void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		if (ws_pin_holds(wire->ws, wsi))
			return 0;
		wire->why = ERR_UNTRUSTED;
		return -1;
	case LWS_CALLBACK_CLIENT_ESTABLISHED: wire_open(wire); return 0;
	case LWS_CALLBACK_CLIENT_RECEIVE: return wire_receive(wire, in, len);
	case LWS_CALLBACK_CLIENT_WRITEABLE: return wire_write(wire);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		if (len >= 2)
			wire->code =
				(uint16_t)(((uint8_t *)in)[0] << 8 | ((uint8_t *)in)[1]);
		return 0;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		if (wire->why != ERR_UNTRUSTED)
			wire->why = ws_connect_error(wsi, in);
		wire_put_shut(wire);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		lws_set_opaque_user_data(wsi, NULL);
		wire_free(wire);
		return 0;
	default: return 0;
	}
}
