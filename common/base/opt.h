/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Options: one table of rows feeds flags, environment, configuration file, --help and
 *  the manual. A row has one name, `data_dir`; its flag is --data-dir, its variable
 *  CHAT_DATA_DIR, its key in the file data_dir.
 *
 *  Flags win over the environment, that over the file, that over the default of the row;
 *  the sources may be read in any order (flags first tells which file to read). Nothing
 *  is read from the system here: the caller brings argv, getenv() and the file's text.
 *
 *  A program has an option.def of rows, sorted by ID:
 *
 *	OPTION(ID, "name", 'letter' or 0, TYPE, range, "default", flags, group, "ARG",
 *	       N_("what it does, without a full stop"))
 *
 *  where range is OPT_ANY, OPT_RANGE(least, most), OPT_MOST(bytes) or OPT_WORDS("a|b|c"),
 *  and makes of it `enum { #define OPTION(id, ...) OPTION_##id, … }` and an array of
 *  `struct opt_row` with `#define OPTION OPT_ROW`.
 *
 *  The configuration file: `key = value` lines, `#` starts a comment at the beginning of
 *  a line only (a room is a value too), a value may stand in double quotes to keep blanks
 *  at its ends, `[profile NAME]` opens a section whose keys hold for that profile alone
 *  and win over those before the first section. A list's key may be repeated.
 *
 *  Owns: the struct, ended with opts_done(); argv is borrowed. Thread: one at a time. */
#ifndef CHAT_BASE_OPT_H
#define CHAT_BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/str.h"

#define OPT_FILE_MAX 65536 /**< bytes of a configuration file: a page has 80 to a line */
#define OPT_TEXT_MAX 4096  /**< bytes of one value where the row says nothing: PATH_MAX */
#define OPT_LIST_MAX 64    /**< items of one list */

enum opt_type {
	OPT_BOOL,     /**< --x and --no-x; elsewhere yes/no, true/false, on/off, 1/0 */
	OPT_INT,      /**< decimal, within the range */
	OPT_DURATION, /**< 500ms 10s 5m 2h 7d, bare numbers are seconds; kept in ms */
	OPT_SIZE,     /**< 4096, 64K, 10M, 2G (powers of 1024); kept in bytes */
	OPT_TEXT,     /**< valid UTF-8 without control characters */
	OPT_PATH,     /**< text; `~/` at its start becomes the home folder */
	OPT_ENUM,     /**< one of the row's words; kept as its index */
	OPT_LIST,     /**< texts: repeated, or separated by commas */
};

/** Flags of a row. */
#define OPT_NO_ARGV 0x01 /**< has no flag */
#define OPT_NO_ENV  0x02 /**< has no environment variable */
#define OPT_NO_FILE 0x04 /**< has no key in the file: it says what to do now */
#define OPT_RUNS    0x08 /**< runs programs: never from the environment, not when hosted */
#define OPT_SECRET  0x10 /**< names a file that holds a secret: file_read_secret() */
#define OPT_RELOAD  0x40 /**< of a server: changes at SIGHUP, without a restart */
#define OPT_HIDDEN  0x20 /**< not in --help: for tests and packagers */
#define OPT_WHOLE   0x80 /**< its flag is not cut: what it does is too much for a slip */

/** It is an action, not a setting. */
#define OPT_NOW (OPT_NO_ENV | OPT_NO_FILE)

struct opt_row {
	const char *name;     /**< lower case with underscores */
	char letter;          /**< of the short flag, or 0 */
	enum opt_type type;   /**< what a value looks like */
	int64_t min, max;     /**< of a number (ms, bytes), max alone of a text's bytes */
	const char *words;    /**< of an enum: "auto|dark|light" */
	const char *fallback; /**< the default as one would write it; "" = unset */
	unsigned flags;
	unsigned group;   /**< index of its heading in --help */
	const char *arg;  /**< how help calls the value: "FILE"; NULL for a bool */
	const char *help; /**< English; translated where it is shown */
};

#define OPT_ANY              .min = 0, .max = INT64_MAX
#define OPT_RANGE(low, high) .min = (low), .max = (high)
#define OPT_MOST(bytes)      .min = 0, .max = (bytes)
#define OPT_WORDS(list)      .words = (list)

#define OPT_ROW(id, word, short_flag, kind, range, value, bits, heading, meta, text) \
	{.name = (word), \
	 .letter = (short_flag), \
	 .type = OPT_##kind, \
	 range, \
	 .fallback = (value), \
	 .flags = (bits), \
	 .group = (heading), \
	 .arg = (meta), \
	 .help = (text)},

/** Where a value came from; a later one wins. */
enum opt_source {
	OPT_FROM_DEFAULT,
	OPT_FROM_FILE,
	OPT_FROM_PROFILE,
	OPT_FROM_ENV,
	OPT_FROM_ARGV
};

struct opt_value {
	enum opt_source source;
	unsigned line;  /**< in the file, where it came from there */
	int64_t number; /**< bool, int, duration (ms), size (bytes), index of an enum */
	char *text;     /**< as written, `~/` replaced; "" when unset */
	char **items;   /**< of a list */
	size_t count;
};

/** gettext(), or a function that returns its argument. */
typedef const char *opt_text_fn(const char *english) __attribute__((format_arg(1)));
/** getenv() with a context: the value of @name or NULL. */
typedef const char *opt_env_fn(const char *name, void *ctx);

struct opts {
	const struct opt_row *rows;
	size_t count;
	struct opt_value *values;
	opt_text_fn *translate;
	bool hosted;      /**< set by the caller: OPT_RUNS rows are refused everywhere */
	const char *home; /**< borrowed; for `~/`; NULL keeps it as written */
	const char **operands; /**< what is no option, borrowed from argv, in order */
	size_t operand_count;
};

/** Every value at its default. @translate (NULL: English) is for messages and help. A
 *  default that does not fit its own row is a bug and asserts. */
void opts_init(struct opts *opts, const struct opt_row *rows, size_t count,
	       opt_text_fn *translate);
void opts_done(struct opts *opts);

/* What the readers say in @why: sentences, a line each, without a newline at the end. */

/** Read flags and operands; argv[0] is the program. Long flags may be cut to a unique
 *  beginning (not those of OPT_WHOLE rows), `--` ends them, `-` is an operand.
 *  Errors: ERR_USAGE with a sentence in @why that names the flag and says what to do. */
enum err opts_read_argv(struct opts *opts, int argc, char *const argv[],
			struct str *why) MUST_CHECK;
/** Read CHAT_… variables through @get; unknown ones are not looked for.
 *  Errors: ERR_USAGE, @why has one line per wrong variable. */
enum err opts_read_env(struct opts *opts, opt_env_fn *get, void *ctx,
		       struct str *why) MUST_CHECK;
/** Read the @text of the file called @path; sections of other profiles than @profile
 *  (NULL or "": none) are checked but not used.
 *  Errors: ERR_USAGE, @why has one line `path:line: …` per mistake, ten at most. */
enum err opts_read_file(struct opts *opts, const char *path, struct bytes text,
			const char *profile, struct str *why) MUST_CHECK;

/** Whether @name can be that of a profile, which is a folder's name too. */
bool opt_is_profile(const char *name);

/** The value of row @id; the type must be the row's. Texts are never NULL. */
bool opts_bool(const struct opts *opts, unsigned id);
int64_t opts_number(const struct opts *opts, unsigned id);
unsigned opts_word(const struct opts *opts, unsigned id);
const char *opts_text(const struct opts *opts, unsigned id);
size_t opts_list_count(const struct opts *opts, unsigned id);
const char *opts_list_item(const struct opts *opts, unsigned id, size_t at);
/** Whether row @id has the same value in both. */
bool opts_same(const struct opts *a, const struct opts *b, unsigned id);
/** Whether anybody set it, and who. */
bool opts_given(const struct opts *opts, unsigned id);
enum opt_source opts_source(const struct opts *opts, unsigned id);

/** The flags with their help for a terminal of @width columns, translated, under
 *  @headings[group]; a group without rows has no heading. */
void opts_help(const struct opts *opts, const char *const *headings, size_t heading_count,
	       unsigned width, struct str *out);
/** The same in mdoc(7) and English, for the manual. */
void opts_mdoc(const struct opts *opts, const char *const *headings, size_t heading_count,
	       struct str *out);
/** The keys of the configuration file alone, with their values and bounds, in mdoc(7). */
void opts_mdoc_file(const struct opts *opts, const char *const *headings,
		    size_t heading_count, struct str *out);
/** A commented configuration file with every key at its default. */
void opts_sample(const struct opts *opts, const char *const *headings,
		 size_t heading_count, struct str *out);

/** Read a value as rows do, for other places that take one (a slash command's "2h").
 *  Errors: ERR_BAD for a form, ERR_TOO_BIG for an overflow. */
enum err opt_parse_int(const char *text, int64_t *ret_value) MUST_CHECK;
enum err opt_parse_duration(const char *text, int64_t *ret_ms) MUST_CHECK;
enum err opt_parse_size(const char *text, int64_t *ret_bytes) MUST_CHECK;
/** Errors: ERR_BAD. */
enum err opt_parse_bool(const char *text, bool *ret_value) MUST_CHECK;

#endif
