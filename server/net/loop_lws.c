/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libwebsockets as a guest of our loop ("foreign loop"): with one of its own it takes over
 * SIGTERM and its service call never returns. It does framing, TLS and HTTP; what it tells
 * goes on to ws.c and http.c (doc/decisions/0021-lws-as-a-guest.md).
 */
#include <string.h>

#include "common/base/base64.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/crypto/hash.h"
#include "common/crypto/pem.h"
#include "server/net/loop_in.h"

#define HEADER_POOL 8192
#define RX_BUFFER   512 /* each WebSocket keeps so much; longer messages come in pieces */
#define TX_PACKET   65536 /* else lws cuts a write into its receive buffer's size */
#define KEEPALIVE_S 30
#define KEY_DER_MOST \
	4096 /* a public key with its frame: RSA of 16384 bits has 2086 bytes */

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
	case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
		keep_ssl(wsi, user);
		return 0;
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

enum err loop_make_lws(struct loop *loop, struct str *why)
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

bool loop_has_tls(const struct loop *loop)
{
	return loop->secure != NULL;
}

enum err loop_renew_tls(struct loop *loop, const char *cert, const char *key,
			struct str *why)
{
	return pem_install(loop->ssl_ctx, cert, key, why);
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

const char *loop_version(void)
{
	return lws_get_library_version();
}
