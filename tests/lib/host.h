/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A whole server in a thread of the test: store, sockets and all, in a private folder.
 *  Accounts are made through the server's own rules, with invented users of this machine.
 *  Thread: one, the test's. */
#ifndef CHAT_TESTS_HOST_H
#define CHAT_TESTS_HOST_H

#include <pthread.h>

#include "common/base/str.h"
#include "server/server.h"
#include "tests/lib/peer.h"
#include "tests/lib/scratch.h"

struct host {
	struct scratch folder;
	struct server *server;
	struct server_config config;
	pthread_t thread;
	bool running;
	struct clock real;
	atomic_uint_fast64_t skipped_ms;
	struct str data, socket, secrets, spool;
};

/** An account and its token. */
struct guest {
	struct actor actor;
	struct str token;
};

/** A folder and settings; nothing runs yet. */
void host_init(struct host *host);
/** Begin: the server is wired and listens, but nobody is served before host_run(). */
void host_open(struct host *host);
/** An account called @name, in the lobby, with a token for ten minutes. Between host_open()
 *  and host_run() only. */
void host_guest(struct host *host, const char *name, struct guest *guest);
/** The same for the one who runs the server: an administrator, and the first account. */
void host_operator(struct host *host, const char *name, struct guest *guest);
void guest_done(struct guest *guest);
/** The id of the public room @slug. Between host_open() and host_run() only. */
struct id host_room(struct host *host, const char *slug);
void host_run(struct host *host);
/** Let the server's clocks jump ahead. */
void host_skip(struct host *host, uint64_t ms);
/** SIGTERM's way out. */
void host_stop(struct host *host);
/** Stop and remove the folder. */
void host_done(struct host *host);

/** Connect over TCP, say hello with the token, hear welcome and digest. */
void host_login(struct host *host, struct peer_socket *peer, const struct guest *guest,
		const char *more);
/** {"type":…} from a format, as one message. */
void host_say(struct peer_socket *peer, const char *format, ...) PRINTF(2, 3);

#endif
