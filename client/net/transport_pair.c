/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop-back transport. Delay, loss and disorder are made by the far end (see
 * tests/lib/world), so that this file has no choice to make.
 */
#include "client/net/transport_pair.h"

#include "common/base/mem.h"

struct transport_pair {
	struct transport port; /* first: the port is the pair */
	struct transport_inbox *inbox;
	struct pair_far far;
	uint32_t link; /* the connection that stands or is coming up, 0 = none */
};

static struct transport_pair *pair_of(struct transport *port)
{
	return CONTAINER_OF(port, struct transport_pair, port);
}

static void put(struct transport_pair *pair, struct transport_note *note, uint32_t link)
{
	note->link = link;
	transport_inbox_put(pair->inbox, &note);
}

static void put_shut(struct transport_pair *pair, uint32_t link, enum err err,
		     uint16_t code)
{
	struct transport_note *note = transport_note_new(TRANSPORT_SHUT, NULL, 0);

	note->err = err;
	note->code = code;
	put(pair, note, link);
}

static void port_disconnect(struct transport *port, uint32_t link)
{
	struct transport_pair *pair = pair_of(port);

	if (!link || pair->link != link)
		return;
	pair->link = 0;
	if (pair->far.gone)
		pair->far.gone(link, pair->far.ctx);
	put_shut(pair, link, ERR_CLOSED, TRANSPORT_NO_CODE);
}

static void port_connect(struct transport *port, const struct address *address,
			 uint32_t link)
{
	struct transport_pair *pair = pair_of(port);

	port_disconnect(port, pair->link);
	pair->link = link;
	if (pair->far.connect)
		pair->far.connect(link, address, pair->far.ctx);
}

static void port_send(struct transport *port, uint32_t link, const char *text, size_t len)
{
	struct transport_pair *pair = pair_of(port);

	if (pair->link == link && pair->far.text)
		pair->far.text(link, text, len, pair->far.ctx);
}

static void port_request(struct transport *port, const struct transport_request *request)
{
	struct transport_pair *pair = pair_of(port);

	if (pair->far.request)
		pair->far.request(request, pair->far.ctx);
}

static void port_close(struct transport **port)
{
	struct transport_pair *pair = pair_of(*port);

	if (pair->link && pair->far.gone)
		pair->far.gone(pair->link, pair->far.ctx);
	mem_free(pair);
	*port = NULL;
}

static const struct transport_ops pair_ops = {
	.connect = port_connect,
	.send = port_send,
	.request = port_request,
	.disconnect = port_disconnect,
	.close = port_close,
};

struct transport_pair *transport_pair_new(struct transport_inbox *inbox,
					  const struct pair_far *far)
{
	struct transport_pair *pair = mem_new(struct transport_pair);

	pair->port.ops = &pair_ops;
	pair->inbox = inbox;
	pair->far = *far;
	return pair;
}

struct transport *transport_pair_port(struct transport_pair *pair)
{
	return &pair->port;
}

void pair_open(struct transport_pair *pair, uint32_t link)
{
	if (pair->link == link)
		put(pair, transport_note_new(TRANSPORT_OPEN, NULL, 0), link);
}

void pair_text(struct transport_pair *pair, uint32_t link, const char *text, size_t len)
{
	if (pair->link == link)
		put(pair, transport_note_new(TRANSPORT_TEXT, text, len), link);
}

void pair_shut(struct transport_pair *pair, uint32_t link, enum err err, uint16_t code)
{
	if (pair->link != link)
		return;
	pair->link = 0;
	put_shut(pair, link, err, code);
}

void pair_reply(struct transport_pair *pair, uint32_t request, uint16_t status,
		const char *text, size_t len)
{
	struct transport_note *note = transport_note_new(TRANSPORT_REPLY, text, len);

	note->request = request;
	note->code = status;
	note->err = status ? ERR_OK : ERR_UNREACHABLE;
	put(pair, note, 0);
}
