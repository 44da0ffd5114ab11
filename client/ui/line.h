/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The input line: readline with the user's own inputrc, fed with whole keys, drawn by
 *  somebody else. Readline is one per process, and so is struct line.
 *  Thread: ui. */
#ifndef CHAT_UI_LINE_H
#define CHAT_UI_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/id.h"

struct line;

/** A candidate that Tab offers. */
struct line_word {
	char *word;
	char *help; /**< "" = none */
};

struct line_hooks {
	/** Enter. The line is empty afterwards. */
	void (*on_enter)(void *ctx, const char *text, size_t len);
	/** A key that was bound with line_bind(). */
	void (*on_command)(void *ctx, const char *command);
	/** Ctrl-D on an empty line. */
	void (*on_eof)(void *ctx);
	/** Add with line_word() what may stand at @word…@point of @text. */
	void (*complete)(void *ctx, const char *text, size_t word, size_t point);
	/** Readline wants to be drawn anew. */
	void (*on_change)(void *ctx);
};

/** @name: for "$if" in an inputrc. Reads the inputrc. */
struct line *line_new(const char *name, const struct line_hooks *hooks,
		      void *ctx) MUST_CHECK;
void line_free(struct line **line);

/** One key of input.h. */
void line_key(struct line *line, const char *bytes, size_t len);
/** Put @text in at the cursor, as one step of undo. */
void line_insert(struct line *line, const char *text, size_t len);
/** Replace everything; no undo beyond. */
void line_set(struct line *line, const char *text, size_t len, size_t point);

const char *line_text(const struct line *line);
size_t line_len(const struct line *line);
size_t line_point(const struct line *line);
/** What stands in front: @plain, or what readline says while it searches or counts. */
const char *line_prompt(const struct line *line, const char *plain);
/** Whether Esc alone means something to readline now: in the maps of vi, and while it
 *  searches. Elsewhere it would make the next key, however late, another one. */
bool line_wants_esc(const struct line *line);
void line_width(struct line *line, int cols);

/** A key of ours, unless the user's inputrc has bound it. Sequences that begin with Esc
 *  and a letter are not bound in the maps of vi, where Esc is a key of its own. */
void line_bind(struct line *line, const char *keys, const char *command);

/** Whether readline's emacs map, and its maps of vi where line_bind() binds there, have
 *  nothing at @keys. For the test of key.def. */
bool line_is_free(const char *keys);

/** Lines of @room are what the up key brings from now on. */
void line_history(struct line *line, const struct id *room);
/** Remember @text, unless it is the newest already. */
void line_remember(struct line *line, const char *text);

/** Only inside `complete`. */
void line_word(struct line *line, const char *word, const char *help);
/** What the last Tab offered, until the next key; 0 = nothing to show. */
size_t line_words(const struct line *line, const struct line_word **ret_words);

#endif
