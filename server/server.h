/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The server as a whole: what hangs together is wired here, and nowhere is there another
 *  mutable global, so two servers can live in one test. Thread: loop. */
#ifndef CHAT_SERVER_SERVER_H
#define CHAT_SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/clock.h"
#include "common/base/err.h"

struct bus;
struct conns;
struct loop;
struct rates;

/** Settings, as option.def fills them. Texts are owned by whoever loaded them. */
struct server_config {
	const char *data_dir;    /**< chat.db, files/, secrets/, server.lock */
	const char *socket_path; /**< chat.sock; empty = none */
	const char *listen_host; /**< empty = no TCP */
	unsigned listen_port;    /**< 0 = any free one (tests) */
	const char *tls_cert, *tls_key;
	bool behind_proxy; /**< TLS is done in front: a public bind without it is meant */
	bool ws_query_token;       /**< ?token= on /v1/ws/rooms/… */
	const char *socket_signup; /**< "self" | "all" | "none" */
	unsigned max_connections;
	unsigned max_per_address;
	unsigned readers;
};

struct server {
	struct server_config config;
	struct clock clock;
	struct loop *loop; /**< NULL in the world tests */
	struct conns *conns;
	struct bus *bus;
	struct rates *rates;
};

#endif
