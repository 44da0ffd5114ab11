/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One connection that speaks frames, whatever carries it: the WebSocket of net/ws.c, or
 *  the loop-back of the tests. The idea: a frame in goes through one gate (size, state,
 *  rate) to the handler; a packet out is queued, and the dirty list is flushed once per
 *  loop turn, so that everything that a turn produced for a receiver leaves in one write.
 *
 *  Others hold a conn_ref, never a pointer, across a task: the slot may be taken by another
 *  connection meanwhile, and then the generation differs. Thread: loop. */
#ifndef CHAT_SERVER_NET_CONN_H
#define CHAT_SERVER_NET_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/str.h"
#include "server/net/packet.h"
#include "server/net/sendq.h"
#include "server/net/who.h"

struct conn;

/** States in the order of a connection's life; frame.def names the least one. */
enum conn_state {
	CONN_NEW,     /**< open; only hello is heard, once */
	CONN_JOINING, /**< hello is being worked on; frames wait unread */
	CONN_READY,   /**< welcomed */
	CONN_CLOSED,  /**< told to go; nothing is heard or queued any more */
};

/** What carries the bytes. All are called on the loop thread; none calls back. */
struct conn_io {
	/** Send @len bytes at @text as one text message; PACKET_HEAD bytes before @text may
	 *  be overwritten. Only after choked() said no. False: the transport is broken. */
	bool (*write)(struct conn *conn, uint8_t *text, size_t len);
	/** Whether a write now would have to be buffered. */
	bool (*choked)(struct conn *conn);
	/** Call conn_flush() when it is no longer choked. */
	void (*want_write)(struct conn *conn);
	/** Ask whether the peer lives; conn_alive() on its answer. */
	void (*ping)(struct conn *conn);
	/** Stop (or resume) reading: back-pressure on a sender. */
	void (*pause)(struct conn *conn, bool on);
	/** End it with the close code; conn_remove() follows from the transport, later. */
	void (*close)(struct conn *conn, unsigned code, const char *why);
};

/** What the messages mean; the server sets it, net does not know. */
struct conn_handler {
	/** The handshake is done; who and room are set. */
	void (*opened)(struct conn *conn);
	/** A whole message within the bounds: one frame, or several after hello {batch}. */
	void (*message)(struct conn *conn, struct bytes text);
	/** Every second or so, for what else has a deadline. */
	void (*tick)(struct conn *conn, uint64_t mono_ms);
	/** The connection ends: forget it. Its transport is gone already. */
	void (*ended)(struct conn *conn);
};

/** A connection, by value, for tasks. */
struct conn_ref {
	uint32_t slot;
	uint32_t generation;
};

/** A room whose events were withheld from a slow receiver. */
struct conn_lag {
	struct id room;
	uint64_t head;
};

struct conn {
	struct conns *table;
	const struct conn_io *io;
	void *carrier; /**< the transport's own: a struct lws *, a loop-back end */
	void *owner;   /**< the handler's own, from conns_config */
	void *session; /**< the handler's own: on/session.h */
	struct conn_ref ref;
	enum conn_state state;
	bool batch;   /**< hello {batch:true}: several frames may share a message */
	bool dirty;   /**< on the dirty list */
	bool waiting; /**< choked; want_write() was asked */
	bool pinged;
	bool single; /**< the per-room endpoint: S2 forms, never batched */
	struct conn *dirty_next;

	uint64_t born_ms;    /**< all of these on the monotonic clock */
	uint64_t heard_ms;   /**< last sign of life */
	uint64_t moved_ms;   /**< last time that something could be written */
	uint64_t partial_ms; /**< when the message in `partial` began */

	struct sendq queue;
	struct conn_lag *lag;
	size_t lag_count, lag_cap;
	struct str partial; /**< a message that is not complete yet */
	uint32_t fragments; /**< WebSocket fragments in it */

	struct who who;
	struct peer peer;
	struct id room; /**< default room of the per-room endpoint, else zero */
};

struct conns; /* conns.c: slots, dirty list, deadlines */

struct conns_config {
	const struct clock *clock;
	const struct conn_handler *handler;
	void *owner; /**< put into each connection for the handler */
	size_t most; /**< connections; beyond, conn_add() refuses */
};

struct conns *conns_new(const struct conns_config *config) MUST_CHECK;
/** Every connection must have been removed. */
void conns_free(struct conns **conns);
/** Errors: ERR_BUSY when the table is full. Owns: the table, until conn_remove(). */
enum err conn_add(struct conns *conns, const struct conn_io *io, void *carrier,
		  const struct peer *peer, struct conn **ret_conn) MUST_CHECK;
/** Who it is, as far as the handshake told, is known: tell the handler. */
void conn_opened(struct conn *conn);
/** The transport is gone: tell the handler, free. Sets the pointer to NULL. */
void conn_remove(struct conn **conn);
/** The connection of @ref, or NULL when it has ended. */
struct conn *conn_find(struct conns *conns, struct conn_ref ref);
size_t conns_count(const struct conns *conns);
/** What has happened to all connections since the start. Borrowed. */
struct conn_counts {
	uint64_t opened;
	uint64_t messages, frames,
		bytes;                  /**< written; a message may hold several frames */
	uint64_t dropped, lagged, slow; /**< slow receivers, in the order of severity */
};
const struct conn_counts *conns_counts(const struct conns *conns);
/** Call @fn on each. It may close them. */
void conns_each(struct conns *conns, void (*fn)(struct conn *conn, void *ctx), void *ctx);

/** Queue a reference to @packet, within the bounds of a slow receiver, and mark the
 *  connection dirty. Nothing happens on a closed one. */
void conn_push(struct conn *conn, struct packet *packet);
/** Queue @text as an answer (PACKET_SURE). */
void conn_say(struct conn *conn, struct bytes text);
/** Close with a WebSocket code (4000–4499 resumable, 4500–4999 final). What is queued is
 *  tried once before. Twice is once. @why is kept as it is: a text of the program. */
void conn_close(struct conn *conn, unsigned code, const char *why);

/** A piece of a message has arrived. @fragment_end: a WebSocket fragment ends with it;
 *  @message_end: the message does. False: the connection was closed. */
bool conn_input(struct conn *conn, struct bytes piece, bool fragment_end,
		bool message_end);
/** A pong or any other sign of life. */
void conn_alive(struct conn *conn);
/** The transport can write again. */
void conn_flush(struct conn *conn);
/** Once per loop turn: send what the turn has queued. */
void conns_flush(struct conns *conns);
/** About once per second: hello, message, stall and keep-alive deadlines. */
void conns_tick(struct conns *conns);

#endif
