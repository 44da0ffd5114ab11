/* SPDX-License-Identifier: GPL-3.0-or-later */
/** From flags, environment and file to struct server_config, with every mistake said in a
 *  sentence before anything is opened. Thread: before the threads. */
#ifndef CHAT_SERVER_CONFIG_H
#define CHAT_SERVER_CONFIG_H

#include "common/base/log.h"
#include "common/base/opt.h"
#include "server/obs/log_out.h"
#include "server/server.h"

enum option {
#define OPTION(id, ...) OPTION_##id,
#include "server/option.def"
#undef OPTION
	OPTION_COUNT
};

/** What was read, and what it comes to. Owns: the texts that `server` points at; ended
 *  with config_done(). */
struct config {
	struct opts opts;
	struct server_config server;
	enum log_level log_level;
	enum log_format log_format;
	struct str file; /**< that was read, or would have been */
	bool file_found;
	struct str data_dir, socket, spool, secrets;
	const char *origins[OPT_LIST_MAX + 1];
	const char *addresses[OPT_LIST_MAX + 1];
	struct net_range proxies[OPT_LIST_MAX];
	struct net_range hook_ranges[OPT_LIST_MAX];
	const char *hook_hosts[OPT_LIST_MAX + 1];
};

/** Read everything. Errors: ERR_USAGE, ERR_NOT_FOUND (--config names no file), those of
 *  file_read(); @why gets a sentence per mistake. */
enum err config_load(struct config *config, int argc, char *const argv[],
		     struct str *why) MUST_CHECK;
/** The same while a server runs with @first: a file that was there then must be there, or
 *  all of it would be as if nobody had set anything. Errors: ERR_NOT_FOUND, too. */
enum err config_load_again(const struct config *first, struct config *config, int argc,
			   char *const argv[], struct str *why) MUST_CHECK;
/** Call it after a struct config was copied to another place. */
void config_settle(struct config *config);
/** Also after a failure of config_load(). */
void config_done(struct config *config);
/** Would a server start with it? Checks what can be checked without starting one.
 *  Errors: ERR_USAGE, ERR_FORBIDDEN; @why says what is wrong. */
enum err config_check(const struct config *config, struct str *why) MUST_CHECK;
/** The help, translated; the commented file; the rows for the manual. */
void config_help(const struct config *config, unsigned width, struct str *out);
void config_sample(const struct config *config, struct str *out);
void config_mdoc(struct str *out);
void config_mdoc_file(struct str *out);

#endif
