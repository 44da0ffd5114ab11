/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clients come in here. We accept the sockets and hand them over to lws, so that limits per
 * address hold before it spends anything on a client.
 */
#include <assert.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "server/net/listen.h"
#include "server/net/loop_in.h"

#define REST_SAY_MS 60000 /* it is tried again each tick, and said once a minute */
#define ACCEPT_MOST 64    /* clients taken per turn: those who are in come first */

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
	wire_strange(wire);
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

void loop_go_on(struct loop *loop)
{
	loop->resting = false;
	for (size_t i = 0; i < loop->listener_count; i++) {
		if (loop->listeners[i].open) {
			uv_poll_start(&loop->listeners[i].poll, UV_READABLE, on_client);
		}
	}
}

void loop_listen(struct loop *loop, int fd, bool tls)
{
	assert(loop->listener_count < LOOP_LISTENERS_MAX);
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
