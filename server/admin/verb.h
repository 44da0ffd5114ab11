/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Commands of several verbs, such as `user list` and `user delete NAME`: which words each
 *  takes, which ask before they destroy something, and lists that print page after page.
 *  Thread: one. */
#ifndef CHAT_ADMIN_VERB_H
#define CHAT_ADMIN_VERB_H

#include "server/admin/command.h"
#include "server/ask.h"

struct verb {
	const char *name;
	size_t least, most; /**< words behind it */
	command_fn *run;    /**< gets the words behind the verb */
	bool destroys;      /**< wants --yes, or an answer at the terminal */
};

/** Run the verb that is the first word of @admin.
 *  Errors: ERR_USAGE; why then says @command's words; else its own. */
enum err verb_run(struct admin *admin, const char *command, const struct verb *verbs,
		  size_t count) MUST_CHECK;

/** Words of the form name=value, which may stand in any order. */
struct verb_set {
	const char *name;
	const char **ret_value;
};

/** Read the words from @from on. Errors: ERR_USAGE names the word. */
enum err verb_settings(struct admin *admin, size_t from, const struct verb_set *sets,
		       size_t count) MUST_CHECK;
/** "yes" and "no" as in enum yes_no; NULL is 0. Errors: ERR_USAGE. */
enum err verb_yes_no(struct admin *admin, const char *text, int *ret_value) MUST_CHECK;

/** What a question says and gets. */
struct verb_ask {
	enum rest_op op;
	struct ask_word words[4]; /**< of path and query; unused ones are all zero */
	const void *args;         /**< of the body; NULL: none */
	void *ret_body;           /**< NULL: the answer is not looked at */
	struct json *json;        /**< what it points into; json_free() */
};

enum err verb_ask(struct admin *admin, struct verb_ask *ask) MUST_CHECK;
/** The same for answers that `--json` prints as they are. *ret_printed: it did. */
enum err verb_show(struct admin *admin, struct verb_ask *ask,
		   bool *ret_printed) MUST_CHECK;

typedef void verb_line_fn(const void *item, struct str *out);
/** Print the one list of @ask's answers, all pages of it: with --json an object per line,
 *  else what @line makes of each. */
enum err verb_list(struct admin *admin, struct verb_ask *ask,
		   verb_line_fn *line) MUST_CHECK;

/** A text from outside, made harmless, filled up to @width columns. */
void verb_column(struct str *out, struct bytes text, unsigned width);
/** A line of what is known of one thing; none for an absent text. */
void verb_fact(struct str *out, const char *name, struct bytes value);
void verb_fact_number(struct str *out, const char *name, uint64_t value);

#endif
