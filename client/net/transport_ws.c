/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The thread that owns the lws context, and nothing else does. The owner's calls become
 * orders in a mailbox (lws_cancel_service() is the one lws function that another thread
 * may call), and what happens becomes notes in the owner's inbox.
 */
#include "client/net/transport_ws_inside.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#include "common/base/base64.h"
#include "common/base/mem.h"
#include "common/crypto/hash.h"
#include "common/proto/limits.h"

#define JOIN_MS      800  /* for the thread; it may hang in a look-up */
#define FD_MOST      32   /* two connections, the wake-up, look-ups */
#define CONNECT_SECS 15   /* TCP, TLS and upgrade, each */
#define KEY_DER_MOST 4096 /* a public key; RSA-16384 has 2 KiB */

static const lws_retry_bo_t keep_alive = {
	.secs_since_valid_ping = LIMIT_PING_S,
	.secs_since_valid_hangup = LIMIT_PING_S + LIMIT_PONG_MS / 1000,
};

/* ---- orders and notes ---- */

struct order *order_of(struct mail *mail)
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
void order_free(struct order **order)
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

void orders_free(struct mail *mail)
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

void ws_put(struct transport_ws *ws, struct transport_note *note)
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
	ws_put(ws, note);
}

bool ws_inbox_full(struct transport_ws *ws)
{
	pthread_mutex_lock(&ws->gate);
	bool full = ws->inbox && atomic_load(&ws->inbox->held) > TRANSPORT_HELD_MOST;
	pthread_mutex_unlock(&ws->gate);
	return full;
}

/* ---- what connections and exchanges share ---- */

void ws_connect_info(struct transport_ws *ws, const struct address *address,
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
bool ws_pin_holds(struct transport_ws *ws, struct lws *wsi)
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
enum err ws_connect_error(struct lws *wsi, const char *words)
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

/* Left to itself lws asks the environment's http_proxy about every connection: also those
 * to this machine, which are in the clear because they do not leave it, and to Unix sockets.
 * Port 0 is "none", and an address that is given is not looked up. */
static struct lws_context *context_new(struct transport_ws *ws)
{
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.http_proxy_address = ":0",
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
