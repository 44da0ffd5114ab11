/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Script commands inside the process that owns the profile: its own one, and those that
 *  other processes hand over. It hears of the app beside other faces, so a TUI serves
 *  scripts as well. Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_SCRIPT_H
#define CHAT_CLIENT_SCRIPT_SCRIPT_H

#include <stdbool.h>

#include "client/app.h"
#include "client/script/owner.h"
#include "client/script/request.h"

struct script;

/** Serve those who come to @owner (borrowed; NULL: nobody can come). Commands begin when the
 *  app has read its store. Owns: the caller, script_free() before app_done(); the owner is
 *  freed after that, when the store is closed: the next one opens it at once. */
struct script *script_new(struct app *app, struct owner *owner) MUST_CHECK;
/** Drops the commands that run; those who handed them over go on by themselves. */
void script_free(struct script **script);
/** Run @request (taken), once: lines go to @fd, words for a person to stderr; app_quit()
 *  with its exit code follows. */
void script_run(struct script *script, struct request *request, int fd);

/** Our own command was a follower that steps back, because a screen wants to be the owner
 *  (app_quit() was called): *@ret is the request with which it goes on through
 *  hand_over(), once *@ret_rest (the caller's), lines that were told already, has left.
 *  False: nothing of that kind. */
bool script_yielded(struct script *script, struct request *ret, struct buf *ret_rest);

#endif
