/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the files of the transport over libwebsockets share: they, and no other file of the
 *  client, know lws. A connection is a `struct wire`, an HTTP exchange a `struct exchange`;
 *  each belongs to its wsi and dies with it, so an old connection that lingers in its
 *  closing handshake cannot be taken for the new one.
 *  Thread: the transport's own, where not said otherwise. */
#ifndef CHAT_CLIENT_NET_TRANSPORT_WS_INSIDE_H
#define CHAT_CLIENT_NET_TRANSPORT_WS_INSIDE_H

#include <pthread.h>

/* OpenSSL's headers, which come along, have a type of the same name as one of our errors. */
#define ERR_STATE openssl_ERR_STATE
#include <libwebsockets.h>
#undef ERR_STATE

#include "client/net/transport_ws.h"
#include "common/base/str.h"

#define WS_PROTOCOL "chat.v1"
#define RX_CHUNK    4096 /* what lws reads at a time */

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

/** Wiped and freed: tokens and passwords go through orders. Thread: any. */
void order_free(struct order **order);
void orders_free(struct mail *mail);
struct order *order_of(struct mail *mail);
/** To the owner, unless it is gone. Takes @note. Thread: any. */
void ws_put(struct transport_ws *ws, struct transport_note *note);
/** The owner is behind: read no more for now. */
bool ws_inbox_full(struct transport_ws *ws);
/** What to connect to; @text holds the address as long as @ret_info is used. */
void ws_connect_info(struct transport_ws *ws, const struct address *address,
		     struct lws_client_connect_info *ret_info, struct str *text);
/** Whether the key of the server is the one that was pinned, if one was. Called once TLS
 *  stands and before anything is written over it. */
bool ws_pin_holds(struct transport_ws *ws, struct lws *wsi);
/** Why a connection did not come about, of the answer and of lws's own @words. */
enum err ws_connect_error(struct lws *wsi, const char *words);

/** Leave the current connection, if any, and begin another one. */
void wire_connect(struct transport_ws *ws, struct order *order);
/** Takes @order. */
void wire_send(struct transport_ws *ws, struct order *order);
/** The current connection is no longer: its end is told, its handshake lingers. */
void wire_leave(struct wire *wire);
int on_wire(struct wire *wire, struct lws *wsi, enum lws_callback_reasons reason,
	    void *in, size_t len);

/** Takes @order. */
void exchange_start(struct transport_ws *ws, struct order *order);
int on_exchange(struct exchange *exchange, struct lws *wsi,
		enum lws_callback_reasons reason, void *in, size_t len);

#endif
