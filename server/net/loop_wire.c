/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sockets of clients, as long as they live: their deadlines until they are WebSockets,
 * their places among those of their address, and their ends. lws closes one when and where
 * we say, never inside of its callbacks.
 */
#include "common/base/mem.h"
#include "server/net/loop_in.h"

#define CLOSING_MOST 500

struct wire *wire_of(struct lws *wsi)
{
	return lws_get_opaque_user_data(wsi);
}

const struct loop_config *wire_config(const struct wire *wire)
{
	return &wire->loop->config;
}

uint64_t wire_number(struct wire *wire)
{
	return ++wire->loop->number;
}

void wire_busy(struct wire *wire, bool busy)
{
	wire->loop->answering += (size_t)busy - (size_t)wire->busy;
	wire->busy = busy;
}

/* ---- deadlines ---- */

/* lws has time-outs for each step, but starts some of them anew with every byte, and on an
 * idle loop looks at none. So whoever is no WebSocket has one deadline of ours. */
void wire_until(struct wire *wire, unsigned ms)
{
	wire->until_ms = clock_mono_ms(wire->loop->config.clock) + ms;
}

void wire_strange(struct wire *wire)
{
	wire->next = wire->loop->strangers;
	wire->at = &wire->loop->strangers;
	if (wire->next) {
		wire->next->at = &wire->next;
	}
	wire->loop->strangers = wire;
}

void wire_known(struct wire *wire)
{
	if (wire->at) {
		*wire->at = wire->next;
		if (wire->next) {
			wire->next->at = wire->at;
		}
		wire->at = NULL;
	}
}

void loop_end_strangers(struct loop *loop)
{
	uint64_t now = clock_mono_ms(loop->config.clock);

	for (struct wire *wire = loop->strangers; wire; wire = wire->next) {
		if (wire->wsi && now >= wire->until_ms) {
			wire_close(wire);
		}
	}
}

/* ---- closing ---- */

void wire_close(struct wire *wire)
{
	if (!wire->closing) {
		wire->closing = wire->queued = true;
		wire->closing_next = wire->loop->closing;
		wire->loop->closing = wire;
		wire->loop->leaving++;
	}
}

/* lws keeps one sorted list of all deadlines and walks it for each close: ten thousand at once
 * would take a drain many seconds, so some wait until others are gone. */
void loop_close_wires(struct loop *loop)
{
	while (loop->closing && loop->under_way < CLOSING_MOST) {
		struct wire *wire = loop->closing;

		loop->closing = wire->closing_next;
		wire->closing_next = NULL;
		wire->queued = false;
		loop->under_way++;
		ws_close(wire);
	}
}

static void forget_closing(struct loop *loop, struct wire *wire)
{
	struct wire **at = &loop->closing;

	if (!wire->closing) {
		return;
	}
	loop->leaving--;
	if (!wire->queued) {
		loop->under_way--;
		return;
	}
	while (*at != wire) {
		at = &(*at)->closing_next;
	}
	*at = wire->closing_next;
}

/* The Unix socket is not counted: its peers are limited by the accounts of this machine. Nor
 * is a proxy: those behind it are, when they become WebSockets. */
enum err wire_count(struct wire *wire)
{
	const struct loop_config *config = &wire->loop->config;

	if (wire->peer.local || net_ranges_have(&config->trusted, wire->peer.address)) {
		return ERR_OK;
	}
	enum err err = headcount_enter(&wire->loop->heads, &wire->peer);

	wire->counted = err == ERR_OK;
	return err;
}

static void wire_uncount(struct wire *wire)
{
	if (wire->counted) {
		headcount_leave(&wire->loop->heads, &wire->peer);
		wire->counted = false;
	}
}

void wire_free(struct wire *wire)
{
	struct loop *loop = wire->loop;

	ws_forget(wire);
	http_forget(wire);
	wire_known(wire);
	wire_uncount(wire);
	forget_closing(loop, wire);
	wire_busy(wire, false);
	loop->sockets--;
	mem_free(wire->grant);
	mem_free(wire);
}
