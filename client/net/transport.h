/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The port to the network: one WebSocket at a time, and HTTP requests beside it. It moves
 *  text and knows no frame. Implementations: transport_ws (libwebsockets, a thread of its
 *  own) and transport_pair (loop-back for tests).
 *
 *  What happens is reported as notes in the owner's inbox, in order. A note of an older
 *  connection may still arrive after disconnect(): `link` tells them apart.
 *  Thread: the owner's; only the inbox is shared. */
#ifndef CHAT_CLIENT_NET_TRANSPORT_H
#define CHAT_CLIENT_NET_TRANSPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/net/address.h"
#include "common/base/err.h"
#include "common/base/mailbox.h"

#define TRANSPORT_NO_CODE  1006 /**< the close frame never came (RFC 6455 section 7.4.1) */
#define TRANSPORT_REPLY_MS 15000 /**< an HTTP answer that is later never comes */
#define TRANSPORT_HELD_MOST \
	4194304 /**< bytes in the inbox: 16 frames of the largest kind */

enum transport_what {
	TRANSPORT_OPEN, /**< the WebSocket stands */
	TRANSPORT_TEXT, /**< one whole message */
	TRANSPORT_SHUT, /**< the connection ended, or did not come about: err and code say why */
	TRANSPORT_REPLY, /**< an HTTP answer (code = status), or err why there is none */
};

struct transport_note {
	struct mail mail;
	enum transport_what what;
	uint32_t link;    /**< which connection, as given to connect() */
	uint32_t request; /**< which request, for TRANSPORT_REPLY */
	enum err err;
	uint16_t code;
	char *text; /**< terminated; NULL when there is none */
	size_t len;
	struct transport_inbox *inbox; /**< set by transport_inbox_put() */
};

/** Where notes arrive. The owner's; it outlives the transport. `held` counts the bytes put
 *  and not freed yet: a transport stops reading while that is more than
 *  TRANSPORT_HELD_MOST, so that a server cannot fill the client's memory. */
struct transport_inbox {
	struct mailbox box;
	_Atomic size_t held;
};

void transport_inbox_init(struct transport_inbox *inbox, mailbox_wake_fn *wake,
			  void *ctx);
/** Frees the notes that are still inside. */
void transport_inbox_done(struct transport_inbox *inbox);
/** Takes the note. Thread: any. */
void transport_inbox_put(struct transport_inbox *inbox, struct transport_note **note);
/** All notes, oldest first, linked by mail.next; NULL when there are none. */
struct transport_note *transport_inbox_take(struct transport_inbox *inbox) MUST_CHECK;
/** The note behind @note. */
struct transport_note *transport_note_next(const struct transport_note *note);

/** Owns: the caller, until transport_inbox_put(). @text (may be NULL) is copied. */
struct transport_note *transport_note_new(enum transport_what what, const char *text,
					  size_t len) MUST_CHECK;
/** Thread: any. */
void transport_note_free(struct transport_note **note);

/** One HTTP exchange. Borrowed during the call. */
struct transport_request {
	uint32_t request; /**< comes back in the note */
	const struct address *address;
	const char *method;
	const char *path;  /**< from the slash on, query included */
	const char *token; /**< sent as Bearer, or NULL */
	const char *body;  /**< or NULL */
	const char *type;  /**< its media type; NULL: JSON */
	size_t body_len;
};

struct transport;

struct transport_ops {
	/** Begin a connection under the number @link, after ending any other. OPEN or SHUT
	 *  follows. */
	void (*connect)(struct transport *transport, const struct address *address,
			uint32_t link);
	/** Queue one message, in order. What cannot be sent any more is dropped without a
	 *  word: SHUT has the last one, and whoever needs certainty waits for an answer. */
	void (*send)(struct transport *transport, uint32_t link, const char *text,
		     size_t len);
	/** Queue a request; a REPLY follows within TRANSPORT_REPLY_MS. */
	void (*request)(struct transport *transport,
			const struct transport_request *request);
	/** End connection @link; a SHUT follows unless it came before. */
	void (*disconnect)(struct transport *transport, uint32_t link);
	/** End everything; no note is put afterwards. Returns within a second even when
	 *  the network hangs. */
	void (*close)(struct transport **transport);
};

/** Embedded first in each implementation. */
struct transport {
	const struct transport_ops *ops;
};

static inline void transport_connect(struct transport *transport,
				     const struct address *address, uint32_t link)
{
	transport->ops->connect(transport, address, link);
}

static inline void transport_send(struct transport *transport, uint32_t link,
				  const char *text, size_t len)
{
	transport->ops->send(transport, link, text, len);
}

static inline void transport_request(struct transport *transport,
				     const struct transport_request *request)
{
	transport->ops->request(transport, request);
}

static inline void transport_disconnect(struct transport *transport, uint32_t link)
{
	transport->ops->disconnect(transport, link);
}

/** NULL is fine; sets it to NULL. */
static inline void transport_free(struct transport **transport)
{
	if (*transport)
		(*transport)->ops->close(transport);
}

#endif
