/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Slash commands: rows of cmd.def, one function each. A line that starts with "/" or with
 *  blanks and "/" is a command or nothing, never a message; "//x" says "/x".
 *  Thread: ui. */
#ifndef CHAT_CMD_CMD_H
#define CHAT_CMD_CMD_H

#include <stddef.h>

#include "client/ui/ui.h"

struct app;

/** Where a command makes sense. */
enum cmd_where {
	CMD_ANYWHERE,
	CMD_ONLINE, /**< somebody is logged in */
	CMD_ROOM,   /**< a room is on the screen */
};

struct cmd_row {
	const char *name;
	const char *args; /**< as the help shows them; "" = none */
	enum cmd_where where;
	const char *help; /**< English; translate with _() */
	enum ui_taken (*run)(struct app *app, const struct ui_line *line,
			     const char *args);
};

/** All rows, sorted by name. */
const struct cmd_row *cmd_rows(size_t *ret_count);
/** By name, without the slash; NULL: there is none. */
const struct cmd_row *cmd_find(const char *name, size_t len);

/** The hook ui.on_line: run the command, or say the text. */
enum ui_taken cmd_line(struct app *app, const struct ui_line *line);
/** The hook ui.on_command: a command of key.def. */
void cmd_run(struct app *app, const char *command);
/** The hook ui.complete. */
void cmd_complete(struct app *app, const char *line, size_t word, size_t point,
		  struct ui_words *words);
/** Bind the rows of key.def. */
void cmd_bind(struct ui *ui);

#endif
