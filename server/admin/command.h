/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The commands of chat-server: a row in command.def and a function command_NAME().
 *  Thread: one. */
#ifndef CHAT_ADMIN_COMMAND_H
#define CHAT_ADMIN_COMMAND_H

#include "server/config.h"
#include "server/server.h"

/** What a command gets. */
struct admin {
	const struct config *config;
	const struct server_setup *setup;
	const char *const *words; /**< behind its name */
	size_t count;
	struct str *said; /**< for the standard output, at the end */
	struct str *why;  /**< a sentence when it fails */
};

/** Errors: any; @why says what is wrong and what helps. */
typedef enum err command_fn(struct admin *admin);

#define COMMAND(name, flags, least, most, words, help) command_fn command_##name;
#include "server/admin/command.def"
#undef COMMAND

/** Run the command @name. Errors: ERR_USAGE for an unknown one, for flags and words that it
 *  does not take; else its own. */
enum err command_run(const char *name, struct admin *admin) MUST_CHECK;
/** Say in @why that there is no command @name, and which there are. Returns ERR_USAGE. */
enum err command_unknown(const char *name, struct str *why) MUST_CHECK;
/** When root runs this for another user's data folder, be that user from here on. */
enum err command_become_owner(const struct admin *admin) MUST_CHECK;
/** Whether there is one called @name; its help goes to @out then. */
bool command_help(const char *name, unsigned width, struct str *out);
/** A line per command. */
void command_list(unsigned width, struct str *out);

/** Say on a terminal how far it is; nothing elsewhere. @total 0: wipe it away. */
void command_progress(const char *what, uint64_t done, uint64_t total);

#endif
