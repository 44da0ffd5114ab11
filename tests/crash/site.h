/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A private folder with a real server's data in it, people and rooms to begin with, and
 *  the server itself, which is killed and started again. Thread: one. */
#ifndef CHAT_TESTS_CRASH_SITE_H
#define CHAT_TESTS_CRASH_SITE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "server/core/actor.h"
#include "server/core/keys.h"

enum { SITE_PEOPLE = 8, SITE_ROOMS = 4 };

struct site {
	const char *program; /**< chat-server */
	struct str folder, data, socket, log;
	uint16_t port;
	struct clock clock;
	struct keys keys;
	struct actor people[SITE_PEOPLE];
	struct id rooms[SITE_ROOMS];
	pid_t server; /**< 0: none runs */
	unsigned starts;
};

/** Make the folder (in @parent if it is not NULL, which stays) and fill a new store. */
void site_init(struct site *site, const char *program, const char *parent);
/** End the server and remove the folder; with @keep it stays and is named. */
void site_done(struct site *site, bool keep);
/** Start the server; site_wait() waits until it takes connections. */
void site_start(struct site *site);
void site_wait(struct site *site);
/** Whether somebody listens on the port now. */
bool site_answers(const struct site *site);
/** Send @signal; SIGKILL and SIGTERM wait for the end. */
void site_signal(struct site *site, int signal);
/** Append an access token of person @who. */
void site_token(struct site *site, unsigned who, struct str *out);
/** One REST question on a connection of its own: the status, 0 when nothing answers; the
 *  body into @ret_body (may be NULL). @who is whose token goes with it, -1: nobody's. */
int site_ask(struct site *site, const char *path, int who, struct str *ret_body);
/** The last lines of the server's log, for whoever has to find out what happened. */
void site_tell_log(const struct site *site);

#endif
