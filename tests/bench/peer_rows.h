/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The rows of the table of peers, each from its own file. Thread: any. */
#ifndef CHAT_BENCH_PEER_ROWS_H
#define CHAT_BENCH_PEER_ROWS_H

#include "tests/bench/peer.h"

extern const struct peer peer_chat, peer_raw, peer_nats, peer_jetstream, peer_node,
	peer_fastapi, peer_mqtt, peer_irc;

/** Start chat-server on what is in the daemon's folder. */
void chat_run(struct daemon *daemon, const struct place *place);

#endif
