/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A server, and alice and bob connected to it over TCP, logged in, both in #lobby: the
 *  scene of the tests that talk to a server over raw sockets. Thread: one. */
#ifndef CHAT_TESTS_DUET_H
#define CHAT_TESTS_DUET_H

#include "tests/lib/check.h"
#include "tests/lib/host.h"

struct duet {
	struct host host;
	struct guest alice, bob;
	struct id lobby;
	struct peer_socket a, b;
	struct str text; /**< heard last */
};

/** cmocka's set-up and tear-down. */
int duet_set_up(void **state);
int duet_tear_down(void **state);
#define WITH_DUET(fn) cmocka_unit_test_setup_teardown(fn, duet_set_up, duet_tear_down)

/** A UUIDv7 that is the @n-th of the test. */
struct id_text cid(unsigned n);
/** Say @text in the lobby, as the cid number @n. */
void duet_say(struct duet *f, struct peer_socket *peer, unsigned n, const char *text);
/** Fails the test unless @part is in @text. */
void check_part(const struct str *text, const char *part);

#define LOBBY(f) id_text(&(f)->lobby).text

#endif
