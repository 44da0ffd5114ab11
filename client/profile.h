/* SPDX-License-Identifier: GPL-3.0-or-later */
/** From flags, environment and file to a profile: one server, one account, one folder. And
 *  from a profile to a running app.
 *  Thread: ui, before the other threads. */
#ifndef CHAT_CLIENT_PROFILE_H
#define CHAT_CLIENT_PROFILE_H

#include "client/app.h"
#include "client/net/address.h"
#include "client/unlock/unlock.h"
#include "common/base/opt.h"

enum help_group { HELP_NOW, HELP_SCREEN, HELP_ACCOUNT, HELP_SCRIPT, HELP_COUNT };

enum option {
#define OPTION(id, ...) OPTION_##id,
#include "client/option.def"
#undef OPTION
	OPTION_COUNT
};

struct profile {
	struct opts opts;
	struct str dir;  /**< of its store, made when the store is opened */
	struct str file; /**< the configuration that was read, or would have been */
	struct address address;
	uint8_t pin[32];
	bool pinned;
	struct unlock unlock; /**< the key of the store, once it is known */
};

/** Read everything. Errors: ERR_USAGE, ERR_BAD, ERR_FORBIDDEN (ws:// to another machine),
 *  those of file_read(); @why gets a sentence per mistake. Owns: also after a failure,
 *  ended with profile_done(). */
enum err profile_load(struct profile *profile, int argc, char *const argv[],
		      struct str *why) MUST_CHECK;
void profile_done(struct profile *profile);
/** What --help prints, translated; the rows for the manual. */
void profile_help(const struct profile *profile, unsigned width, struct str *out);
void profile_mdoc(struct str *out);

/** Get the key of its store, asking at the terminal if there is one. The caller holds the
 *  lock. Errors: those of unlock_open(); @why says what to do about it. */
enum err profile_unlock(struct profile *profile, struct str *why) MUST_CHECK;

/** A new passphrase (asked for twice), or the PIN of a token; nothing for other methods.
 *  Errors: ERR_SHUT (nobody to ask), ERR_BAD (two different ones), those of
 *  file_read_secret(). */
enum err profile_new_secret(const struct profile *profile, enum unlock_method method,
			    struct buf *ret, struct str *why) MUST_CHECK;

/** Open the store of @profile, whose lock the caller holds, and start @app, which app_init()
 *  made, on it and its server. Errors: those of cache_open(), ERR_INTERNAL; @why says what
 *  to do about it. */
enum err profile_open(struct profile *profile, struct app *app,
		      struct str *why) MUST_CHECK;

#endif
