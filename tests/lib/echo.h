/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The network without the chat: a loop with a plain and a Unix listener (and a TLS one where
 *  a certificate is given) that sends every message back by way of a thread, and answers
 *  requests to /echo. For what the network itself must do, and must keep out.
 *  Thread: one, the test's. */
#ifndef CHAT_TESTS_ECHO_H
#define CHAT_TESTS_ECHO_H

#include <pthread.h>
#include <stdatomic.h>

#include "common/base/clock.h"
#include "common/base/mailbox.h"
#include "server/net/loop.h"
#include "tests/lib/peer.h"

struct echo_server {
	pthread_t loop_thread, worker;
	pthread_mutex_t lock;
	pthread_cond_t up;
	bool ready;
	unsigned port, tls_port; /**< tls_port 0: none */
	char socket_path[64];
	char cert_path[64], key_path[64]; /* "": no TLS */
	struct loop *loop;
	struct conns *conns;
	struct rates *rates;
	struct clock clock, real;
	struct net_range proxy; /* bits 0: none is trusted */
	atomic_uint_fast64_t skipped_ms;
	struct mailbox todo, done;
	atomic_bool stop;
	atomic_int requests;
};

#define ECHO_BODY_MOST   100 /**< bytes; /echo takes no more */
#define ECHO_CONNECTIONS 200

int echo_set_up(void **state);
/** The same, trusting X-Forwarded-For of 127.0.0.1. */
int echo_set_up_behind_proxy(void **state);
/** The same as echo_set_up(), and TLS on another port. */
int echo_set_up_with_tls(void **state);
int echo_tear_down(void **state);
#define WITH_ECHO(fn) cmocka_unit_test_setup_teardown(fn, echo_set_up, echo_tear_down)

/** Let the server's clocks jump ahead. */
void echo_skip(struct echo_server *server, uint64_t ms);
/** What it says to @bytes: a status, or 0 when it hangs up. */
int echo_status(struct echo_server *server, const char *bytes, size_t len);
/** It still serves. */
void echo_check_alive(struct echo_server *server);
/** A connection that is a WebSocket. */
void echo_open(struct echo_server *server, struct peer_socket *peer);

#endif
