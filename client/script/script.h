/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Script commands inside the process that owns the profile: its own one, and those that
 *  other processes hand over. It hears of the app beside other faces, so a TUI serves
 *  scripts as well. Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_SCRIPT_H
#define CHAT_CLIENT_SCRIPT_SCRIPT_H

#include "client/app.h"
#include "client/script/owner.h"
#include "client/script/request.h"

struct script;

/** Takes *@owner (may be NULL: nobody can come) and serves those who come to it. Commands
 *  begin when the app has read its store. Owns: the caller, script_free() before
 *  app_done(). */
struct script *script_new(struct app *app, struct owner **owner) MUST_CHECK;
/** Drops the commands that run; those who handed them over go on by themselves. */
void script_free(struct script **script);
/** Run @request (taken), once: lines go to @fd, words for a person to stderr; app_quit()
 *  with its exit code follows. */
void script_run(struct script *script, struct request *request, int fd);

#endif
