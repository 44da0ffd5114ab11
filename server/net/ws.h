/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One accepted socket as lws carries it, between loop_wire.c, ws.c and http.c: first HTTP,
 *  then maybe a WebSocket. Thread: loop. */
#ifndef CHAT_SERVER_NET_WS_H
#define CHAT_SERVER_NET_WS_H

/* OpenSSL, which lws brings along, has a type of this name. */
#define ERR_STATE OPENSSL_ERR_STATE
#include <libwebsockets.h>
#undef ERR_STATE

#include "server/net/loop.h"

struct wire {
	struct loop *loop;
	struct lws *wsi;
	struct peer peer;
	const struct request_router *router; /* who answers what it asks */
	bool counted;                        /* among the sockets of its address */

	/* Until it is a WebSocket: on the list of strangers, with a deadline */
	struct wire *next, **at;
	uint64_t until_ms;

	/* HTTP: the request that comes in or is being answered */
	struct request *request; /* until the router has it */
	struct request *asked;   /* while the router has it; tells us when it replies */
	uint64_t number;         /* of the last request, for X-Request-Id and the log */
	uint64_t body_len;
	struct buf out;        /* LWS_PRE bytes, then the answer or a piece of it */
	struct source *source; /* where the rest of the answer comes from */
	bool replied;
	bool bare;      /* HEAD: the answer goes without its body */
	bool completed; /* lws has told that the body is whole */
	bool flushing;  /* lws has all of the answer, the kernel has not */
	bool busy;      /* a request is worked on, or its answer not out yet */
	bool hang_up;   /* after the answer */

	/* WebSocket */
	struct upgrade_grant *grant; /* from the handshake until it is open */
	struct conn *conn;
	unsigned close_code;   /* 0 = stay open */
	const char *close_why; /* a text of the program */
	struct wire *closing_next;
	bool closing; /* to be closed, or being closed */
	bool queued;  /* on the list of those to be closed */
};

/** The wire of a wsi; NULL for lws's own. */
struct wire *wire_of(struct lws *wsi);
const struct loop_config *wire_config(const struct wire *wire);

/** The number of one more request: none has it, before a restart or after. */
uint64_t wire_number(struct wire *wire);

/** What those are told for whom there is no place. */
#define FULL_RETRY_MS 5000
/** Count it among the sockets of its address. Errors: ERR_RATE. */
enum err wire_count(struct wire *wire) MUST_CHECK;
/** What it is about must be done within @ms from now. */
void wire_until(struct wire *wire, unsigned ms);
/** It is a WebSocket: struct conn has its deadlines. */
void wire_known(struct wire *wire);
/** Count it among those that loop_answering() tells. */
void wire_busy(struct wire *wire, bool busy);
/** End it soon, outside of any callback of lws: a WebSocket with close_code, HTTP once
 *  its answer is out. */
void wire_close(struct wire *wire);

/** A header as text into @dst (terminated): {NULL, 0} when it was not sent, an empty text
 *  with ptr set when it does not fit. */
struct bytes wire_header(struct lws *wsi, enum lws_token_indexes token, char *dst,
			 size_t size);
/** The value of ?@name= into @dst, likewise. */
struct bytes wire_query(struct lws *wsi, const char *name, char *dst, size_t size);

/** Whether the head of the request means the same to any parser: no header that may stand
 *  there once twice, and a Host that is one. Errors: ERR_BAD. */
enum err wire_check_head(struct lws *wsi) MUST_CHECK;
/** Whether it is of HTTP/1.0. */
bool wire_is_old(struct lws *wsi);
/** Whether it announces a body. */
bool wire_has_body(struct lws *wsi);
/** Who sent it: the peer, or the client of a trusted proxy. */
void wire_peer(const struct wire *wire, struct lws *wsi, struct peer *ret_peer);

/** The parts of the callback. The results are lws's: 0 = go on, -1 = close. */
int http_event(struct wire *wire, enum lws_callback_reasons reason, void *in, size_t len);
int ws_event(struct wire *wire, enum lws_callback_reasons reason, void *in, size_t len);
/** Tell lws to close it now, a WebSocket with the code and reason of @wire. */
void ws_close(struct wire *wire);
/** The handshake. 0: switch; 1: refused and answered; -1: hang up. */
int ws_confirm(struct wire *wire, struct lws *wsi);
/** Send a whole HTTP answer now. False: the socket is broken. */
bool http_write(struct wire *wire, const struct reply *reply);
/** The socket is gone. */
void http_forget(struct wire *wire);
void ws_forget(struct wire *wire);

#endif
