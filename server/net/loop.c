/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One libuv loop, and libwebsockets as its guest ("foreign loop"): with a loop of its own
 * lws takes over SIGTERM and its service call never returns. We accept the sockets and
 * hand them over, so that limits per address hold before lws spends anything on a client.
 *
 * A turn of the loop: callbacks of sockets and timers fill queues; the prepare handle, just
 * before the loop blocks, flushes them once. That is what makes a message to a hundred
 * receivers one write each, however many messages the turn brought.
 */
#include "server/net/loop.h"

#include <assert.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "common/base/base64.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/crypto/hash.h"
#include "common/crypto/pem.h"
#include "server/net/headcount.h"
#include "server/net/listen.h"
#include "server/net/refusal.h"
#include "server/net/ws.h"

#define TICK_MS       1000
#define HURRY_MS      10
#define REST_SAY_MS   60000 /* it is tried again each tick, and said once a minute */
#define ACCEPT_MOST   64    /* clients taken per turn: those who are in come first */
#define SPARE_FDS     256   /* database, log, lws's own, files */
#define HEADER_POOL   8192
#define RX_BUFFER     1024
#define TX_PACKET     65536 /* else lws cuts a write into its receive buffer's size */
#define HANDSHAKE_S   10
#define CLOSING_MOST  500
#define FULL_RETRY_MS 5000 /* what those are told for whom there is no place */
#define KEEPALIVE_S   30
#define LISTENERS_MAX 8
#define KEY_DER_MOST \
	4096 /* a public key with its frame: RSA of 16384 bits has 2086 bytes */

struct listener {
	uv_poll_t poll;
	struct loop *loop;
	int fd;
	bool tls, open;
	const struct request_router *router; /* NULL: the one of the whole loop */
};

struct loop {
	struct loop_config config;
	uv_loop_t uv;
	uv_prepare_t prepare;
	uv_timer_t tick;
	uv_signal_t signals[3];
	struct listener listeners[LISTENERS_MAX];
	size_t listener_count;
	struct lws_context *lws;
	struct lws_vhost *plain, *secure;
	void *ssl_ctx; /* OpenSSL's, of `secure` */
	struct headcount heads;
	struct refusals refusals;
	struct wire *strangers; /* those that are no WebSocket (yet) */
	uint64_t number;        /* of the last request */
	size_t sockets, answering;
	struct wire *closing; /* to be closed before the loop blocks */
	bool resting;         /* out of descriptors: not accepting until the next tick */
	uint64_t rested_ms;   /* when that was last said, 0: never */
	size_t leaving;       /* closed by us, and not gone yet */
	size_t under_way;     /* of these those that lws has begun to close */
};

/* ---- wires ---- */

struct wire *wire_of(struct lws *wsi)
{
	return lws_get_opaque_user_data(wsi);
}

const struct loop_config *wire_config(const struct wire *wire)
{
	return &wire->loop->config;
}

uint64_t wire_number(struct wire *wire)
{
	return ++wire->loop->number;
}

void wire_busy(struct wire *wire, bool busy)
{
	wire->loop->answering += (size_t)busy - (size_t)wire->busy;
	wire->busy = busy;
}

/* ---- deadlines ---- */

/* lws has time-outs for each step, but starts some of them anew with every byte, and on an
 * idle loop looks at none. So whoever is no WebSocket has one deadline of ours. */
void wire_until(struct wire *wire, unsigned ms)
{
	wire->until_ms = clock_mono_ms(wire->loop->config.clock) + ms;
}

static void stranger_add(struct wire *wire)
{
	wire->next = wire->loop->strangers;
	wire->at = &wire->loop->strangers;
	if (wire->next) {
		wire->next->at = &wire->next;
	}
	wire->loop->strangers = wire;
}

void wire_known(struct wire *wire)
{
	if (wire->at) {
		*wire->at = wire->next;
		if (wire->next) {
			wire->next->at = wire->at;
		}
		wire->at = NULL;
	}
}

static void end_late_strangers(struct loop *loop)
{
	uint64_t now = clock_mono_ms(loop->config.clock);

	for (struct wire *wire = loop->strangers; wire; wire = wire->next) {
		if (wire->wsi && now >= wire->until_ms) {
			wire_close(wire);
		}
	}
}

/* ---- closing ---- */

void wire_close(struct wire *wire)
{
	if (!wire->closing) {
		wire->closing = wire->queued = true;
		wire->closing_next = wire->loop->closing;
		wire->loop->closing = wire;
		wire->loop->leaving++;
	}
}

/* lws keeps one sorted list of all deadlines and walks it for each close: ten thousand at once
 * would take a drain many seconds, so some wait until others are gone. */
static void close_wires(struct loop *loop)
{
	while (loop->closing && loop->under_way < CLOSING_MOST) {
		struct wire *wire = loop->closing;

		loop->closing = wire->closing_next;
		wire->closing_next = NULL;
		wire->queued = false;
		loop->under_way++;
		ws_close(wire);
	}
}

static void forget_closing(struct loop *loop, struct wire *wire)
{
	struct wire **at = &loop->closing;

	if (!wire->closing) {
		return;
	}
	loop->leaving--;
	if (!wire->queued) {
		loop->under_way--;
		return;
	}
	while (*at != wire) {
		at = &(*at)->closing_next;
	}
	*at = wire->closing_next;
}

/* The Unix socket is not counted: its peers are limited by the accounts of this machine. Nor
 * is a proxy: those behind it are, when they become WebSockets. */
enum err wire_count(struct wire *wire)
{
	const struct loop_config *config = &wire->loop->config;

	if (wire->peer.local || net_ranges_have(&config->trusted, wire->peer.address)) {
		return ERR_OK;
	}
	enum err err = headcount_enter(&wire->loop->heads, &wire->peer);

	wire->counted = err == ERR_OK;
	return err;
}

static void wire_uncount(struct wire *wire)
{
	if (wire->counted) {
		headcount_leave(&wire->loop->heads, &wire->peer);
		wire->counted = false;
	}
}

static void wire_free(struct wire *wire)
{
	struct loop *loop = wire->loop;

	ws_forget(wire);
	http_forget(wire);
	wire_known(wire);
	wire_uncount(wire);
	forget_closing(loop, wire);
	wire_busy(wire, false);
	loop->sockets--;
	mem_free(wire->grant);
	mem_free(wire);
}

/* ---- lws ---- */

static int on_wire(struct wire *wire, enum lws_callback_reasons reason, void *in,
		   size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_HTTP:
	case LWS_CALLBACK_HTTP_BODY:
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
	case LWS_CALLBACK_HTTP_WRITEABLE:
	case LWS_CALLBACK_CLOSED_HTTP: return http_event(wire, reason, in, len);
	case LWS_CALLBACK_ESTABLISHED:
	case LWS_CALLBACK_RECEIVE:
	case LWS_CALLBACK_RECEIVE_PONG:
	case LWS_CALLBACK_SERVER_WRITEABLE:
	case LWS_CALLBACK_CLOSED: return ws_event(wire, reason, in, len);
	default: return 0;
	}
}

/* The one moment at which lws shows the context of a virtual host with TLS. */
static void keep_ssl(struct lws *wsi, void *ssl_ctx)
{
	struct loop *loop = lws_context_user(lws_get_context(wsi));

	loop->ssl_ctx = ssl_ctx;
}

/* `in` is passed on for the reasons where it is data of ours, never in CONFIRM_UPGRADE. */
static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user,
		    void *in, size_t len)
{
	if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED) {
		struct loop *loop = lws_context_user(lws_get_context(wsi));

		/* once per virtual host; an empty mailbox costs nothing */
		if (loop->lws) {
			loop->config.woken(loop->config.ctx);
		}
		return 0;
	}
	switch (reason) {
	case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS: keep_ssl(wsi, user);
	/* fall through */
	case LWS_CALLBACK_PROTOCOL_INIT:
	case LWS_CALLBACK_PROTOCOL_DESTROY:
	case LWS_CALLBACK_WSI_CREATE: return 0;
	default: break;
	}
	struct wire *wire = wire_of(wsi);

	if (!wire) {
		return 0;
	}
	wire->wsi = wsi;
	switch (reason) {
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: return ws_confirm(wire, wsi);
	case LWS_CALLBACK_WSI_DESTROY:
		lws_set_opaque_user_data(wsi, NULL);
		wire_free(wire);
		return 0;
	default: return on_wire(wire, reason, in, len);
	}
}

/* protocols[0] gets the connections that name no sub-protocol. */
static const struct lws_protocols protocols[] = {
	{.name = "chat.v1",
	 .callback = callback,
	 .per_session_data_size = sizeof(void *), /* lws tells of the end only with one */
	 .rx_buffer_size = RX_BUFFER,
	 .tx_packet_size = TX_PACKET},
	{0},
};

/* Once it runs, what it complains about is what peers do: no line of the log for each. */
static void lws_mutters(int level, const char *line)
{
	log_debug("lws: %.*s", (int)strcspn(line, "\n"), line);
}

static void lws_says(int level, const char *line)
{
	log_warn("lws: %.*s", (int)strcspn(line, "\n"), line);
}

static void lws_signal(void *handle, int signum)
{
}

/* Keep-alive is ours (conns.c): lws's own sorts a list of all connections per ping. */
static const lws_retry_bo_t no_keepalive = {0};

static struct lws_vhost *make_vhost(struct loop *loop, const char *name, bool tls)
{
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.vhost_name = name,
		.protocols = protocols,
		.extensions = NULL, /* fence: no permessage-deflate */
		.alpn = "http/1.1", /* fence: no HTTP/2 */
		.retry_and_idle_policy = &no_keepalive,
		.keepalive_timeout = KEEPALIVE_S,
		.timeout_secs = HANDSHAKE_S,
	};

	if (tls) {
		info.ssl_cert_filepath = loop->config.tls_cert;
		info.ssl_private_key_filepath = loop->config.tls_key;
		info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
			       LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
	}
	return lws_create_vhost(loop->lws, &info);
}

static enum err make_lws(struct loop *loop, struct str *why)
{
	void *foreign[] = {&loop->uv};
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.foreign_loops = foreign,
		.signal_cb =
			lws_signal, /* fence: else it waits for SIGTERM in our place */
		.user = loop,
		.max_http_header_data = HEADER_POOL,
		.timeout_secs = HANDSHAKE_S,
		.server_string = "chat",
	};

	if (loop->config.tls_cert) {
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
	}
	lws_set_log_level(LLL_ERR, lws_says);
	loop->lws = lws_create_context(&info);
	if (!loop->lws) {
		str_add(why,
			"libwebsockets does not start; is its libuv plugin installed "
			"(Debian: libwebsockets-evlib-uv)?");
		return ERR_INTERNAL;
	}
	loop->plain = make_vhost(loop, "plain", false);
	if (loop->config.tls_cert) {
		loop->secure = make_vhost(loop, "tls", true);
	}
	if (loop->config.tls_cert && !loop->secure) {
		str_addf(why, "cannot use the certificate %s with the key %s",
			 loop->config.tls_cert, loop->config.tls_key);
		return ERR_BAD;
	}
	lws_set_log_level(LLL_ERR, lws_mutters);
	return loop->plain ? ERR_OK : ERR_INTERNAL;
}

/* ---- libuv ---- */

static void on_prepare(uv_prepare_t *handle)
{
	struct loop *loop = handle->data;

	/* Other threads begin while what there is to say goes out, and once more on what
	 * that brought. */
	loop->config.turned(loop->config.ctx);
	conns_flush(loop->config.conns);
	close_wires(loop);
	loop->config.turned(loop->config.ctx);
}

static void on_client(uv_poll_t *handle, int status, int events);

static void go_on(struct loop *loop)
{
	loop->resting = false;
	for (size_t i = 0; i < loop->listener_count; i++) {
		if (loop->listeners[i].open) {
			uv_poll_start(&loop->listeners[i].poll, UV_READABLE, on_client);
		}
	}
}

static void on_tick(uv_timer_t *handle)
{
	struct loop *loop = handle->data;

	if (loop->resting) {
		go_on(loop);
	}

	conns_tick(loop->config.conns);
	refusals_tick(&loop->refusals, clock_mono_ms(loop->config.clock));
	end_late_strangers(loop);
	close_wires(loop);
	if (loop->leaving > 0) {
		/* lws looks at its own deadlines (a close that is not answered) only
		 * after an event */
		lws_cancel_service(loop->lws);
	}
	loop->config.tick(loop->config.ctx);
}

static void on_signal(uv_signal_t *handle, int signum)
{
	struct loop *loop = handle->data;

	loop->config.signal(signum, loop->config.ctx);
}

/* lws sizes its tables by the limit, so an inherited "unlimited" would cost gigabytes, and
 * a low one connections. */
static void limit_descriptors(unsigned connections)
{
	struct rlimit limit;
	rlim_t want = (rlim_t)connections + SPARE_FDS;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
		return;
	}
	if (limit.rlim_max < want) {
		struct rlimit raised = {want, want};

		if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
			return;
		}
		log_warn(
			"net: the descriptor limit allows fewer connections, limit=%llu, "
			"wanted=%llu",
			(unsigned long long)limit.rlim_max, (unsigned long long)want);
		want = limit.rlim_max;
	}
	limit.rlim_cur = want;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void start_handles(struct loop *loop)
{
	static const int wanted[] = {SIGTERM, SIGINT, SIGHUP};

	uv_prepare_init(&loop->uv, &loop->prepare);
	loop->prepare.data = loop;
	uv_prepare_start(&loop->prepare, on_prepare);
	uv_timer_init(&loop->uv, &loop->tick);
	loop->tick.data = loop;
	uv_timer_start(&loop->tick, on_tick, TICK_MS, TICK_MS);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		uv_signal_init(&loop->uv, &loop->signals[i]);
		loop->signals[i].data = loop;
		uv_signal_start(&loop->signals[i], on_signal, wanted[i]);
	}
}

enum err loop_new(const struct loop_config *config, struct loop **ret_loop,
		  struct str *why)
{
	struct loop *loop = mem_new(struct loop);

	loop->config = *config;
	loop->number = clock_now_ms(config->clock) << 12;
	limit_descriptors(config->max_connections);
	if (uv_loop_init(&loop->uv) != 0) {
		mem_free(loop);
		str_add(why, "libuv does not start");
		return ERR_INTERNAL;
	}
	headcount_init(&loop->heads, config->max_per_address, config->seed);
	start_handles(loop);
	enum err err = make_lws(loop, why);

	if (err != ERR_OK) {
		loop_free(&loop);
		return err;
	}
	*ret_loop = loop;
	return ERR_OK;
}

static void close_handle(uv_handle_t *handle, void *ctx)
{
	struct loop *loop = ctx;
	bool ours = handle == (uv_handle_t *)&loop->prepare ||
		    handle == (uv_handle_t *)&loop->tick;

	for (size_t i = 0; i < ARRAY_LEN(loop->signals); i++) {
		ours = ours || handle == (uv_handle_t *)&loop->signals[i];
	}
	if (ours && !uv_is_closing(handle)) {
		uv_close(handle, NULL);
	}
}

void loop_free(struct loop **loop)
{
	struct loop *gone = *loop;

	*loop = NULL;
	if (!gone) {
		return;
	}
	loop_deafen(gone);
	refusals_done(&gone->refusals);
	if (gone->lws) {
		lws_context_destroy(gone->lws);
	}
	uv_walk(&gone->uv, close_handle, gone);
	/* The library closes its handles through the loop; on a foreign one it then waits for
	 * a second call to free the rest. pcontext tells when it has. */
	uv_run(&gone->uv, UV_RUN_DEFAULT);
	if (gone->lws) {
		lws_context_destroy(gone->lws);
		uv_run(&gone->uv, UV_RUN_DEFAULT);
	}
	uv_loop_close(&gone->uv);
	headcount_done(&gone->heads);
	mem_free(gone);
}

/* ---- clients ---- */

static void adopt(struct loop *loop, struct listener *listener, struct wire *wire, int fd)
{
	lws_adopt_desc_t desc = {
		.vh = listener->tls ? loop->secure : loop->plain,
		.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP |
			(listener->tls ? LWS_ADOPT_ALLOW_SSL : 0),
		.fd = {.sockfd = fd},
		.opaque = wire,
	};

	wire_until(wire, HANDSHAKE_S * 1000);
	stranger_add(wire);
	/* Also when it fails at once (a client that does not speak TLS), the wire is freed by
	 * WSI_DESTROY, which comes once libuv has closed the handle. */
	wire->wsi = lws_adopt_descriptor_vhost_via_info(&desc);
	if (!wire->wsi) {
		log_debug("net: a client was not taken, tls=%d", listener->tls);
	}
}

/* An answer in plain text is noise to who speaks TLS, and a handshake is what a server that
 * is full cannot afford: there the socket is closed without a word. */
static void turn_away(struct listener *listener, int fd, enum err err, const char *detail,
		      uint64_t retry_ms)
{
	struct loop *loop = listener->loop;

	if (listener->tls) {
		close(fd);
		return;
	}
	refusal_say(&loop->refusals, fd, err, detail, retry_ms,
		    clock_mono_ms(loop->config.clock));
}

static void welcome(struct listener *listener, int fd, const struct peer *peer)
{
	struct loop *loop = listener->loop;

	if (loop->sockets >= loop->config.max_connections) {
		turn_away(listener, fd, ERR_BUSY, "no place for one more connection",
			  FULL_RETRY_MS);
		return;
	}
	struct wire *wire = mem_new(struct wire);

	wire->loop = loop;
	wire->peer = *peer;
	wire->router = listener->router ? listener->router : loop->config.router;
	loop->sockets++;
	if (wire_count(wire) != ERR_OK) {
		turn_away(listener, fd, ERR_RATE, "too many connections of this address",
			  FULL_RETRY_MS);
		wire_free(wire);
		return;
	}
	adopt(loop, listener, wire, fd);
}

/* Out of descriptors the sockets stay readable: without a pause the loop would spin. */
static void rest(struct loop *loop)
{
	uint64_t now = uv_now(&loop->uv);

	if (!loop->rested_ms || now - loop->rested_ms >= REST_SAY_MS) {
		log_warn("net: out of descriptors, clients wait, sockets=%zu",
			 loop->sockets);
		loop->rested_ms = now;
	}
	loop->resting = true;
	for (size_t i = 0; i < loop->listener_count; i++) {
		if (loop->listeners[i].open) {
			uv_poll_stop(&loop->listeners[i].poll);
		}
	}
}

/* Users of this machine are limited by its accounts; proxies not at all. */
static enum err loop_pace(struct loop *loop, const struct peer *peer,
			  uint64_t *ret_retry_ms)
{
	uint8_t key[16];

	if (peer->local || net_ranges_have(&loop->config.trusted, peer->address)) {
		return ERR_OK;
	}
	return rate_take(loop->config.rates, RATE_CONNECT, rate_peer(peer, key),
			 ret_retry_ms);
}

static void on_client(uv_poll_t *handle, int status, int events)
{
	struct listener *listener = handle->data;
	struct loop *loop = listener->loop;

	for (int i = 0; i < ACCEPT_MOST; i++) {
		struct peer peer;
		enum err err;
		uint64_t retry_ms = 0;
		int fd = listen_accept(listener->fd, &peer, &err);

		if (fd < 0) {
			if (err == ERR_BUSY) {
				rest(loop);
			}
			return;
		}
		err = loop_pace(loop, &peer, &retry_ms);
		if (err != ERR_OK) {
			turn_away(listener, fd, err, "connecting too often", retry_ms);
			continue;
		}
		welcome(listener, fd, &peer);
	}
}

void loop_listen(struct loop *loop, int fd, bool tls)
{
	assert(loop->listener_count < LISTENERS_MAX);
	struct listener *listener = &loop->listeners[loop->listener_count++];

	*listener = (struct listener){.loop = loop, .fd = fd, .tls = tls, .open = true};
	uv_poll_init(&loop->uv, &listener->poll, fd);
	listener->poll.data = listener;
	uv_poll_start(&listener->poll, UV_READABLE, on_client);
}

void loop_listen_for(struct loop *loop, int fd, const struct request_router *router)
{
	loop_listen(loop, fd, false);
	loop->listeners[loop->listener_count - 1].router = router;
}

void loop_set_limits(struct loop *loop, unsigned max_per_address,
		     const char *const *origins)
{
	loop->heads.most = max_per_address;
	loop->config.rules.origins = origins;
}

bool loop_has_tls(const struct loop *loop)
{
	return loop->secure != NULL;
}

enum err loop_renew_tls(struct loop *loop, const char *cert, const char *key,
			struct str *why)
{
	return pem_install(loop->ssl_ctx, cert, key, why);
}

static void on_deaf(uv_handle_t *handle)
{
	struct listener *listener = handle->data;

	close(listener->fd);
}

void loop_deafen(struct loop *loop)
{
	for (size_t i = 0; i < loop->listener_count; i++) {
		struct listener *listener = &loop->listeners[i];

		if (listener->open) {
			listener->open = false;
			uv_close((uv_handle_t *)&listener->poll, on_deaf);
		}
	}
}

void loop_hurry(struct loop *loop)
{
	uv_timer_start(&loop->tick, on_tick, HURRY_MS, HURRY_MS);
}

void loop_run(struct loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_quit(struct loop *loop)
{
	uv_stop(&loop->uv);
}

void loop_wake(void *arg)
{
	struct loop *loop = arg;

	lws_cancel_service(loop->lws);
}

void loop_pin(const struct loop *loop, struct str *out)
{
	_Alignas(union lws_tls_cert_info_results) char room[KEY_DER_MOST];
	union lws_tls_cert_info_results *key = (union lws_tls_cert_info_results *)room;
	uint8_t hash[SHA256_LEN];
	struct buf text = BUF_INIT;

	if (!loop->secure ||
	    lws_tls_vhost_cert_info(
		    loop->secure, LWS_TLS_CERT_INFO_OPAQUE_PUBLIC_KEY, key,
		    sizeof(room) - sizeof(*key) + sizeof(key->ns.name)) != 0) {
		return;
	}
	sha256(bytes_of(key->ns.name, (size_t)key->ns.len), hash);
	base64_encode(&text, bytes_of(hash, sizeof(hash)));
	str_add(out, "sha256/");
	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.ptr[i];

		str_add_char(out, c == '-' ? '+' : c == '_' ? '/' : c);
	}
	str_add_char(out, '=');
	buf_done(&text);
}

size_t loop_answering(const struct loop *loop)
{
	return loop->answering;
}

size_t loop_sockets(const struct loop *loop)
{
	return loop->sockets;
}

const char *loop_version(void)
{
	return lws_get_library_version();
}
