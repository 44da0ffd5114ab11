/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Inside the loop: what its files share. loop.c has libuv's handles and the turns,
 *  loop_clients.c takes clients, loop_wire.c keeps their sockets, loop_lws.c is the guest.
 *  Not for others. Thread: loop. */
#ifndef CHAT_SERVER_NET_LOOP_IN_H
#define CHAT_SERVER_NET_LOOP_IN_H

#include <uv.h>

#include "server/net/headcount.h"
#include "server/net/refusal.h"
#include "server/net/ws.h"

#define HANDSHAKE_S 10

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
	struct listener listeners[LOOP_LISTENERS_MAX];
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

/** Start libwebsockets on the loop. Errors: ERR_INTERNAL, ERR_BAD; @why gets a sentence. */
enum err loop_make_lws(struct loop *loop, struct str *why) MUST_CHECK;
/** Take clients again after a pause for want of descriptors. */
void loop_go_on(struct loop *loop);
/** Close those whose turn it is, of those that are to be closed. */
void loop_close_wires(struct loop *loop);
/** Close who is no WebSocket and late. */
void loop_end_strangers(struct loop *loop);

/** It is no WebSocket yet: it has a deadline. */
void wire_strange(struct wire *wire);
/** Its socket is gone, or was never lws's. */
void wire_free(struct wire *wire);

#endif
