/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The rows of the table of peers, each from its own file. Thread: any. */
#ifndef CHAT_BENCH_PEER_ROWS_H
#define CHAT_BENCH_PEER_ROWS_H

#include "tests/bench/peer.h"

extern const struct peer peer_chat, peer_raw, peer_nats, peer_jetstream, peer_node,
	peer_fastapi, peer_mqtt, peer_irc;

#endif
