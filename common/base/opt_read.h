/* SPDX-License-Identifier: GPL-3.0-or-later */
/** For the readers of options only (argv, environment, file): how one value is set and
 *  how a mistake is told. Programs use opt.h. Thread: as opt.h. */
#ifndef CHAT_BASE_OPT_READ_H
#define CHAT_BASE_OPT_READ_H

#include "common/base/opt.h"

#define OPT_NAME_MAX 64 /**< bytes of a row's name; asserted */

/** Where a value stands, in the words of its source. */
struct opt_place {
	enum opt_source source;
	const char *where; /**< "--timeout", "CHAT_TIMEOUT", "client.conf:12: timeout" */
	unsigned line;     /**< in the file, or 0 */
	struct str *why;   /**< what is wrong is added here, a line each */
};

/** Check @text against row @id and store it, unless a stronger source has set it already;
 *  then it is only checked. A list gets one more item, or one for each comma.
 *  Errors: ERR_USAGE, with the reason in place->why. */
enum err opt_set(struct opts *opts, unsigned id, const char *text,
		 const struct opt_place *place) MUST_CHECK;
/** At the end of a reader: take the newline off the last line of @why. */
void opt_told(struct str *why);
/** Check only. */
enum err opt_check(const struct opts *opts, unsigned id, const char *text,
		   const struct opt_place *place) MUST_CHECK;

/** The row called @name (@len bytes; dashes count as underscores), or NULL. */
const struct opt_row *opt_find(const struct opts *opts, const char *name, size_t len);
/** The row, without any of the flags @without, whose name is most like @name, or NULL. */
const struct opt_row *opt_nearest(const struct opts *opts, const char *name, size_t len,
				  unsigned without);

/** Whether it could be the name of a row in some spelling: safe to repeat in a message. */
bool opt_is_name(const char *text, size_t len);

/** A name in the dress of its source: data-dir, CHAT_DATA_DIR. */
struct opt_name {
	char text[OPT_NAME_MAX + 8];
};
struct opt_name opt_flag_name(const struct opt_row *row);
struct opt_name opt_env_name(const struct opt_row *row);

/** The text in the user's language. */
const char *opt_say(const struct opts *opts, const char *english)
	__attribute__((format_arg(2)));

/** Whether the row may come from the environment, by its flags. */
bool opt_in_env(const struct opt_row *row);

#endif
