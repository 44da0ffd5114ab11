/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Log-in, sign-up and a forgotten password from the command line: --login or --signup ask
 *  for a code, which --code brings, maybe much later; --forgotten and --reset-code likewise.
 *  With --json each run answers with one object of receipt.h. Thread: ui. */
#ifndef CHAT_CLIENT_AUTH_FLAGS_H
#define CHAT_CLIENT_AUTH_FLAGS_H

#include "client/app.h"
#include "client/profile.h"
#include "client/unlock/source.h"

struct auth_flags;

/** Whether the command line asks for any of them. */
bool auth_flags_given(const struct profile *profile);
/** Whether one of them is a command of its own; --code may belong to another one. */
bool auth_flags_alone(const struct profile *profile);
/** Do it in @app, before app_start(); app_quit() with an exit code follows. Reads the
 *  password from its file or from the terminal. Errors: ERR_USAGE and those of
 *  file_read_secret(); @why says what is missing. */
enum err auth_flags_new(struct app *app, const struct profile *profile,
			struct auth_flags **ret, struct str *why) MUST_CHECK;
void auth_flags_free(struct auth_flags **flags);

/** Where the password comes from that the options name. */
struct source auth_password_source(const struct opts *opts);
/** A password, ended by a zero byte: from @source, or where that is not given what is typed
 *  at the terminal after @prompt. Errors: those of source_read(), ERR_USAGE (no terminal);
 *  @why gets a sentence. */
enum err auth_password_read(const struct source *source, const char *prompt,
			    struct buf *ret, struct str *why) MUST_CHECK;

#endif
