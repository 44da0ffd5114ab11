/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The loop thread: our libuv loop with libwebsockets on it. Sockets, signals, the tick and
 *  the wake-up from other threads come in here and go on as plain calls; nothing beyond
 *  loop*.c, ws.c and http.c knows either library.
 *  Thread: loop, but loop_wake(). */
#ifndef CHAT_SERVER_NET_LOOP_H
#define CHAT_SERVER_NET_LOOP_H

#include "common/base/clock.h"
#include "server/net/conn.h"
#include "server/net/forwarded.h"
#include "server/net/rate.h"
#include "server/net/request.h"
#include "server/net/upgrade.h"

struct loop;

struct loop_config {
	struct server *server; /**< for the requests */
	const struct clock *clock;
	struct conns *conns;
	struct rates *rates;
	const struct request_router *router;
	struct upgrade_rules rules;
	struct net_ranges trusted; /**< proxies whose X-Forwarded-For is believed */
	uint64_t seed;             /**< random bits, for the table of addresses */
	unsigned max_connections;  /**< sockets at once; the descriptor limit follows */
	unsigned max_per_address;
	const char *tls_cert, *tls_key;        /**< PEM files; NULL: plain */
	void (*woken)(void *ctx);              /**< loop_wake() was called */
	void (*turned)(void *ctx);             /**< a turn is over: before it blocks */
	void (*tick)(void *ctx);               /**< once per second */
	void (*signal)(int signal, void *ctx); /**< SIGTERM, SIGINT, SIGHUP */
	void *ctx;
};

/** Raises (or lowers) the descriptor limit to what @max_connections needs, since lws takes
 *  memory for every possible one.
 *  Errors: ERR_INTERNAL, ERR_BAD (certificate or key); @why gets a sentence. */
enum err loop_new(const struct loop_config *config, struct loop **ret_loop,
		  struct str *why) MUST_CHECK;
/** Closes what is open and waits until it is. */
void loop_free(struct loop **loop);
#define LOOP_LISTENERS_MAX 11 /**< of which the caller takes care */

/** Take clients from the listening socket @fd. @tls: they speak TLS. Takes @fd. */
void loop_listen(struct loop *loop, int fd, bool tls);
/** The same, plain, for requests that @router alone answers; no WebSockets. */
void loop_listen_for(struct loop *loop, int fd, const struct request_router *router);
/** Another bound for one address, and other web pages that may connect. @origins is
 *  borrowed. */
void loop_set_limits(struct loop *loop, unsigned max_per_address,
		     const char *const *origins);
/** Whether it began with a certificate; one cannot be added or taken away later. */
bool loop_has_tls(const struct loop *loop);
/** Take certificate and key from these files for handshakes from here on; connections stay.
 *  Errors: those of pem_install(), and then nothing has changed. */
enum err loop_renew_tls(struct loop *loop, const char *cert, const char *key,
			struct str *why) MUST_CHECK;
/** From here on tick often, since somebody waits for the end. */
void loop_hurry(struct loop *loop);
/** Close the listening sockets; connections stay. */
void loop_deafen(struct loop *loop);
/** Run until loop_quit(). */
void loop_run(struct loop *loop);
void loop_quit(struct loop *loop);
/** Call config.woken soon. Thread: any, while the loop exists. */
void loop_wake(void *loop);
/** Sockets that are open now, HTTP and WebSocket. */
size_t loop_sockets(const struct loop *loop);

/** Append the pin of the TLS key, `sha256/…` over its SubjectPublicKeyInfo (as RFC 7469
 *  section 2.4 writes it); nothing without TLS. */
void loop_pin(const struct loop *loop, struct str *out);
/** HTTP requests that wait for their answer. */
size_t loop_answering(const struct loop *loop);
/** What libwebsockets calls itself. */
const char *loop_version(void);

#endif
