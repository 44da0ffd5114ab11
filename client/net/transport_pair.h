/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A transport whose far end is in the same process: for tests, without threads, sockets
 *  or time. What the client does reaches the far end at once; what the far end does lies
 *  in the client's inbox until the owner takes it. Thread: one. */
#ifndef CHAT_CLIENT_NET_TRANSPORT_PAIR_H
#define CHAT_CLIENT_NET_TRANSPORT_PAIR_H

#include "client/net/transport.h"

/** What the far end wants to hear. @ctx comes last. Each may be NULL. */
struct pair_far {
	void (*connect)(uint32_t link, const struct address *address, void *ctx);
	void (*text)(uint32_t link, const char *text, size_t len, void *ctx);
	void (*request)(const struct transport_request *request, void *ctx);
	void (*gone)(uint32_t link, void *ctx); /**< the client ended the connection */
	void *ctx;
};

struct transport_pair;

/** Owns: the caller, ended with transport_free(). @far is copied. */
struct transport_pair *transport_pair_new(struct transport_inbox *inbox,
					  const struct pair_far *far) MUST_CHECK;
/** The port's view. */
struct transport *transport_pair_port(struct transport_pair *pair);

/** The far end's deeds. Those for a connection that is over do nothing. */
void pair_open(struct transport_pair *pair, uint32_t link);
void pair_text(struct transport_pair *pair, uint32_t link, const char *text, size_t len);
void pair_shut(struct transport_pair *pair, uint32_t link, enum err err, uint16_t code);
void pair_reply(struct transport_pair *pair, uint32_t request, uint16_t status,
		const char *text, size_t len);

#endif
