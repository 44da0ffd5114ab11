/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only file of the client that knows libwebsockets. Its thread owns the lws context
 * and nothing else; the owner's calls become orders in a mailbox (lws_cancel_service() is
 * the one lws function that another thread may call), and what happens becomes notes in
 * the owner's inbox. A connection is a `struct wire`, an HTTP exchange a `struct exchange`;
 * each belongs to its wsi and dies with it, so an old connection that lingers in its
 * closing handshake cannot be taken for the new one.
 */
#include "client/net/transport_ws.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

/* OpenSSL's headers, which come along, have a type of the same name as one of our errors. */
#define ERR_STATE openssl_ERR_STATE
#include <libwebsockets.h>
#undef ERR_STATE

#include "common/base/base64.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/crypto/hash.h"
#include "common/proto/limits.h"

#define WS_PATH       "/v1/ws"
#define WS_PROTOCOL   "chat.v1"
#define LINGER_SECS   1                    /* for a closing handshake nobody waits for */
#define JOIN_MS       800                  /* for the thread; it may hang in a look-up */
#define FD_MOST       32                   /* two connections, the wake-up, look-ups */
#define CONNECT_SECS  15                   /* TCP, TLS and upgrade, each */
#define RX_CHUNK      4096                 /* what lws reads at a time */
#define HELD_RETRY_US (20 * LWS_US_PER_MS) /* while the owner is behind */
#define KEY_DER_MOST  4096                 /* a public key; RSA-16384 has 2 KiB */

enum order_what { ORDER_CONNECT, ORDER_SEND, ORDER_DISCONNECT, ORDER_REQUEST, ORDER_END };

/* What the owner wants done. */
struct order {
	struct mail mail;
	enum order_what what;
	uint32_t number; /* of the connection or the request */
	struct address address;
	char *method, *path, *token;
	uint8_t *data; /* LWS_PRE bytes of room, then len bytes */
	size_t len;
	const char *type; /* of the body; static text */
};

struct transport_ws {
	struct transport port; /* first */
	struct mailbox todo;
	_Atomic(struct lws_context *) context; /* NULL until the thread has made it */
	pthread_t thread;
	bool tls, pinned;
	uint8_t pin[TRANSPORT_PIN_LEN];

	pthread_mutex_t gate;
	struct transport_inbox *inbox; /* under gate; NULL once the owner is gone */

	/* The thread's own. */
	struct wire *wire; /* the current connection, or NULL */
	bool ending;
};

/* What a wsi carries. lws may hand it to the callback of either protocol (before an upgrade
 * a WebSocket is an HTTP exchange to it), so it says itself what it is. */
enum rider { RIDER_WIRE, RIDER_EXCHANGE };

/* One WebSocket connection. */
struct wire {
	enum rider rider; /* first */
	struct transport_ws *ws;
	struct lws *wsi;
	bool *gone; /* where to say that it died inside its own connect call */
	uint32_t number;
	struct mail *queue, **tail; /* orders to write */
	struct buf in;              /* fragments of one message */
	size_t fragments;
	enum err why;
	uint16_t code;
	bool shut; /* SHUT was put; only the closing handshake is left */
	lws_sorted_usec_list_t held;
};

/* One HTTP exchange. */
struct exchange {
	enum rider rider; /* first */
	struct transport_ws *ws;
	bool *gone;
	struct order *order;
	struct buf in;
	unsigned status;
	enum err why;
};

static const lws_retry_bo_t keep_alive = {
	.secs_since_valid_ping = LIMIT_PING_S,
	.secs_since_valid_hangup = LIMIT_PING_S + LIMIT_PONG_MS / 1000,
};

/* ---- orders and notes ---- */

static struct order *order_of(struct mail *mail)
{
	return mail ? CONTAINER_OF(mail, struct order, mail) : NULL;
}

static struct order *order_new(enum order_what what, uint32_t number, const void *data,
			       size_t len)
{
	struct order *order = mem_new(struct order);

	order->what = what;
	order->number = number;
	order->address = ADDRESS_INIT;
	order->data = mem_alloc(LWS_PRE + len, 1);
	order->len = len;
	if (len)
		memcpy(order->data + LWS_PRE, data, len);
	return order;
}

/* Tokens and passwords go through orders, so they are wiped. */
static void order_free(struct order **order)
{
	if (!*order)
		return;
	address_done(&(*order)->address);
	mem_free((*order)->method);
	mem_free((*order)->path);
	if ((*order)->token)
		explicit_bzero((*order)->token, strlen((*order)->token));
	mem_free((*order)->token);
	explicit_bzero((*order)->data, LWS_PRE + (*order)->len);
	mem_free((*order)->data);
	mem_free(*order);
	*order = NULL;
}

static void orders_free(struct mail *mail)
{
	while (mail) {
		struct order *order = order_of(mail);
		mail = mail->next;
		order_free(&order);
	}
}

static void order_set_address(struct order *order, const struct address *address)
{
	order->address.kind = address->kind;
	order->address.port = address->port;
	str_set(&order->address.host, address->host.ptr);
}

static void put(struct transport_ws *ws, struct transport_note *note)
{
	pthread_mutex_lock(&ws->gate);
	if (ws->inbox)
		transport_inbox_put(ws->inbox, &note);
	else
		transport_note_free(&note);
	pthread_mutex_unlock(&ws->gate);
}

static void put_failure(struct transport_ws *ws, enum transport_what what,
			uint32_t number, enum err err)
{
	struct transport_note *note = transport_note_new(what, NULL, 0);

	note->err = err;
	note->code = what == TRANSPORT_SHUT ? TRANSPORT_NO_CODE : 0;
	*(what == TRANSPORT_SHUT ? &note->link : &note->request) = number;
	put(ws, note);
}

static bool inbox_full(struct transport_ws *ws)
{
	pthread_mutex_lock(&ws->gate);
	bool full = ws->inbox && atomic_load(&ws->inbox->held) > TRANSPORT_HELD_MOST;
	pthread_mutex_unlock(&ws->gate);
	return full;
}

/* ---- what connections and exchanges share ---- */

static void connect_info(struct transport_ws *ws, const struct address *address,
			 struct lws_client_connect_info *ret_info, struct str *text)
{
	bool local = address->kind == ADDRESS_UNIX;

	/* lws takes a leading plus for "a Unix socket". */
	str_addf(text, "%s%s", local ? "+" : "", address->host.ptr);
	*ret_info = (struct lws_client_connect_info){
		.context = ws->context,
		.address = text->ptr,
		.port = local ? 0 : address->port,
		.host = local ? "localhost" : address->host.ptr,
		.alpn = "http/1.1",
		.retry_and_idle_policy = &keep_alive,
		.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT,
	};
	if (address->kind != ADDRESS_TLS)
		return;
	ret_info->ssl_connection |= LCCSCF_USE_SSL;
	/* With a pin the key alone decides, before the first byte of ours is sent. */
	if (ws->pinned)
		ret_info->ssl_connection |= LCCSCF_ALLOW_SELFSIGNED |
					    LCCSCF_ALLOW_INSECURE | LCCSCF_ALLOW_EXPIRED |
					    LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK;
}

/* Called once TLS stands and before anything is written over it. */
static bool pin_holds(struct transport_ws *ws, struct lws *wsi)
{
	if (!ws->pinned || !lws_is_ssl(wsi))
		return true;
	_Alignas(union lws_tls_cert_info_results) char room[KEY_DER_MOST];
	union lws_tls_cert_info_results *key = (union lws_tls_cert_info_results *)room;
	uint8_t hash[SHA256_LEN];

	if (lws_tls_peer_cert_info(wsi, LWS_TLS_CERT_INFO_OPAQUE_PUBLIC_KEY, key,
				   sizeof(room) - sizeof(*key) + sizeof(key->ns.name)) !=
	    0)
		return false;
	sha256(bytes_of(key->ns.name, (size_t)key->ns.len), hash);
	return memcmp(hash, ws->pin, sizeof(hash)) == 0;
}

/* lws says why in words only; the two that a person can act on are told apart. */
static enum err connect_error(struct lws *wsi, const char *words)
{
	switch (lws_http_client_http_response(wsi)) {
	case 401: return ERR_BAD_TOKEN;
	case 403: return ERR_FORBIDDEN;
	case 426: return ERR_UPGRADE;
	case 503: return ERR_BUSY;
	}
	/* A certificate that does not hold is "connect SSL err 1" to lws 4.1.6. */
	return words && (strstr(words, "cert") || strstr(words, "SSL err"))
		       ? ERR_UNTRUSTED
		       : ERR_UNREACHABLE;
}

/* ---- one WebSocket connection ---- */

static void wire_put_shut(struct wire *wire)
{
	if (wire->shut)
		return;
	wire->shut = true;
	struct transport_note *note = transport_note_new(TRANSPORT_SHUT, NULL, 0);
	note->link = wire->number;
	note->err = wire->why;
	note->code = wire->code;
	put(wire->ws, note);
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
static void wire_leave(struct wire *wire)
{
	wire->why = ERR_CLOSED;
	wire->code = TRANSPORT_NO_CODE;
	wire_put_shut(wire);
	wire->ws->wire = NULL;
	lws_callback_on_writable(wire->wsi);
	lws_set_timeout(wire->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LINGER_SECS);
}

static void wire_connect(struct transport_ws *ws, struct order *order)
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
	connect_info(ws, &order->address, &info, &text);
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

static void wire_send(struct transport_ws *ws, struct order *order)
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

	if (inbox_full(wire->ws))
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
	put(wire->ws, note);
	wire->fragments = 0;
	/* Pages are large and rare: do not keep room for one while idle. */
	if (wire->in.cap > RX_CHUNK)
		buf_done(&wire->in);
	buf_clear(&wire->in);
	if (inbox_full(wire->ws)) {
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
	put(wire->ws, note);
	if (wire->queue)
		lws_callback_on_writable(wire->wsi);
}

static int on_wire(struct wire *wire, struct lws *wsi, enum lws_callback_reasons reason,
		   void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		if (pin_holds(wire->ws, wsi))
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
			wire->why = connect_error(wsi, in);
		wire_put_shut(wire);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		lws_set_opaque_user_data(wsi, NULL);
		wire_free(wire);
		return 0;
	default: return 0;
	}
}

/* ---- one HTTP exchange ---- */

static void exchange_free(struct exchange *exchange)
{
	bool answered = exchange->why == ERR_OK;
	struct transport_note *note = transport_note_new(
		TRANSPORT_REPLY, exchange->in.len ? (char *)exchange->in.ptr : "",
		answered ? exchange->in.len : 0);

	note->request = exchange->order->number;
	note->err = exchange->why;
	note->code = answered ? (uint16_t)exchange->status : 0;
	put(exchange->ws, note);
	if (exchange->gone)
		*exchange->gone = true;
	if (exchange->in.len)
		explicit_bzero(exchange->in.ptr, exchange->in.len);
	buf_done(&exchange->in);
	order_free(&exchange->order);
	mem_free(exchange);
}

static void exchange_start(struct transport_ws *ws, struct order *order)
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
	connect_info(ws, &order->address, &info, &text);
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

	if (!pin_holds(exchange->ws, wsi)) {
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

static int on_exchange(struct exchange *exchange, struct lws *wsi,
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
			exchange->why = connect_error(wsi, in);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		lws_set_opaque_user_data(wsi, NULL);
		exchange_free(exchange);
		return 0;
	default: return 0;
	}
}

/* ---- the thread ---- */

static void orders_run(struct transport_ws *ws);

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		  size_t len)
{
	enum rider *rider = lws_get_opaque_user_data(wsi);

	if (!rider)
		return 0;
	return *rider == RIDER_WIRE
		       ? on_wire((struct wire *)rider, wsi, reason, in, len)
		       : on_exchange((struct exchange *)rider, wsi, reason, in, len);
}

/* Mail has come: lws tells each protocol, so only the first one listens. */
static int on_first(struct lws *wsi, enum lws_callback_reasons reason, void *user,
		    void *in, size_t len)
{
	if (reason != LWS_CALLBACK_EVENT_WAIT_CANCELLED)
		return on_lws(wsi, reason, user, in, len);
	orders_run(lws_context_user(lws_get_context(wsi)));
	return 0;
}

static const struct lws_protocols protocols[] = {
	{.name = "http", .callback = on_first, .rx_buffer_size = RX_CHUNK},
	{.name = WS_PROTOCOL,
	 .callback = on_lws,
	 .rx_buffer_size = RX_CHUNK,
	 .tx_packet_size = LIMIT_FRAME_CLIENT},
	{0},
};

static void orders_run(struct transport_ws *ws)
{
	for (struct mail *mail = mailbox_take(&ws->todo); mail;) {
		struct order *order = order_of(mail);

		mail = mail->next;
		switch (order->what) {
		case ORDER_CONNECT: wire_connect(ws, order); break;
		case ORDER_SEND: wire_send(ws, order); continue;
		case ORDER_DISCONNECT:
			if (ws->wire && ws->wire->number == order->number)
				wire_leave(ws->wire);
			break;
		case ORDER_REQUEST: exchange_start(ws, order); continue;
		case ORDER_END: ws->ending = true; break;
		}
		order_free(&order);
	}
}

static struct lws_context *context_new(struct transport_ws *ws)
{
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = protocols,
		.user = ws,
		.fd_limit_per_thread = FD_MOST,
		.timeout_secs = CONNECT_SECS,
		.connect_timeout_secs = CONNECT_SECS,
		.options = ws->tls ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0,
	};

	return lws_create_context(&info);
}

static void ws_free(struct transport_ws *ws)
{
	if (ws->context)
		lws_context_destroy(ws->context);
	orders_free(mailbox_take(&ws->todo));
	mailbox_done(&ws->todo);
	pthread_mutex_destroy(&ws->gate);
	mem_free(ws);
}

/* There is no network for us: say so to whoever asks. */
static void refuse_until_end(struct transport_ws *ws)
{
	while (!ws->ending) {
		for (struct mail *mail = mailbox_wait(&ws->todo); mail;) {
			struct order *order = order_of(mail);
			bool ask = order->what == ORDER_REQUEST;

			mail = mail->next;
			ws->ending |= order->what == ORDER_END;
			if (ask || order->what == ORDER_CONNECT)
				put_failure(ws, ask ? TRANSPORT_REPLY : TRANSPORT_SHUT,
					    order->number, ERR_UNREACHABLE);
			order_free(&order);
		}
	}
}

/* The context is destroyed by close(), after this thread: close() itself wakes it. */
static void *thread_main(void *arg)
{
	struct transport_ws *ws = arg;
	struct lws_context *context = context_new(ws);

	if (context) {
		/* Whoever put mail before this store is served by the line below it;
		 * whoever puts after it sees the context and wakes it. */
		atomic_store(&ws->context, context);
		orders_run(ws);
		while (!ws->ending && lws_service(context, 0) >= 0)
			continue;
	}
	refuse_until_end(ws);
	return NULL;
}

static void wake(void *ctx)
{
	struct transport_ws *ws = ctx;
	struct lws_context *context = atomic_load(&ws->context);

	if (context)
		lws_cancel_service(context);
}

/* ---- the port: the owner's thread ---- */

static struct transport_ws *ws_from(struct transport *port)
{
	return CONTAINER_OF(port, struct transport_ws, port);
}

static void submit(struct transport_ws *ws, struct order *order)
{
	if (!mailbox_put(&ws->todo, &order->mail))
		order_free(&order);
}

static void port_connect(struct transport *port, const struct address *address,
			 uint32_t link)
{
	struct order *order = order_new(ORDER_CONNECT, link, NULL, 0);

	order_set_address(order, address);
	submit(ws_from(port), order);
}

static void port_send(struct transport *port, uint32_t link, const char *text, size_t len)
{
	submit(ws_from(port), order_new(ORDER_SEND, link, text, len));
}

static void port_request(struct transport *port, const struct transport_request *request)
{
	struct order *order = order_new(ORDER_REQUEST, request->request, request->body,
					request->body_len);

	order_set_address(order, request->address);
	order->method = mem_strdup(request->method);
	order->path = mem_strdup(request->path);
	order->token = request->token ? mem_strdup(request->token) : NULL;
	order->type = request->type ? request->type : "application/json";
	submit(ws_from(port), order);
}

static void port_disconnect(struct transport *port, uint32_t link)
{
	submit(ws_from(port), order_new(ORDER_DISCONNECT, link, NULL, 0));
}

/* A thread that hangs in a name look-up cannot be stopped: it is left behind with what it
 * uses, silent because the inbox is taken from it. */
static void port_close(struct transport **port)
{
	struct transport_ws *ws = ws_from(*port);
	struct timespec until;

	*port = NULL;
	pthread_mutex_lock(&ws->gate);
	ws->inbox = NULL;
	pthread_mutex_unlock(&ws->gate);
	submit(ws, order_new(ORDER_END, 0, NULL, 0));
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += JOIN_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	if (pthread_timedjoin_np(ws->thread, NULL, &until) == 0)
		ws_free(ws);
	else
		pthread_detach(ws->thread);
}

enum err transport_pin_parse(const char *text, uint8_t ret_pin[TRANSPORT_PIN_LEN])
{
	AUTO(buf_done) struct buf pin = BUF_INIT;
	AUTO(str_done) struct str safe = STR_INIT;

	if (strncmp(text, "sha256/", 7) != 0)
		return ERR_BAD;
	/* The usual alphabet (RFC 4648 section 4) in, ours out. */
	for (text += 7; *text && strcmp(text, "=") != 0; text++)
		str_add_char(&safe, *text == '+' ? '-' : *text == '/' ? '_' : *text);
	if (base64_decode(&pin, str_view(&safe)) != ERR_OK ||
	    pin.len != TRANSPORT_PIN_LEN)
		return ERR_BAD;
	memcpy(ret_pin, pin.ptr, TRANSPORT_PIN_LEN);
	return ERR_OK;
}

static const struct transport_ops ws_ops = {
	.connect = port_connect,
	.send = port_send,
	.request = port_request,
	.disconnect = port_disconnect,
	.close = port_close,
};

enum err transport_ws_new(struct transport_inbox *inbox,
			  const struct transport_ws_options *options,
			  struct transport **ret_transport)
{
	struct transport_ws *ws = mem_new(struct transport_ws);
	sigset_t all, before;

	lws_set_log_level(0, NULL);
	ws->port.ops = &ws_ops;
	ws->inbox = inbox;
	ws->tls = options->tls;
	ws->pinned = options->pin != NULL;
	if (options->pin)
		memcpy(ws->pin, options->pin, sizeof(ws->pin));
	mailbox_init(&ws->todo, 0, wake, ws);
	pthread_mutex_init(&ws->gate, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&ws->thread, NULL, thread_main, ws);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		ws_free(ws);
		return ERR_INTERNAL;
	}
	*ret_transport = &ws->port;
	return ERR_OK;
}
