/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rows say about themselves: --help for a terminal, the options of the manual in
 * mdoc(7), a commented configuration file. One source, so that none of the three lies.
 */
#include "common/base/opt.h"

#include <string.h>

#include "common/base/opt_read.h"

#define FLAG_COLUMNS 28 /**< the help text starts here */
#define WIDTH_LEAST  50 /**< below that wrapping hurts more than it helps */

typedef void row_fn(const struct opts *opts, const struct opt_row *row, struct str *out);

/* Columns of @len bytes: code points are near enough for the scripts that help is in. */
static unsigned columns(const char *text, size_t len)
{
	unsigned count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static void add_spaces(struct str *out, unsigned count)
{
	str_addf(out, "%*s", (int)count, "");
}

/* One unbroken piece of text on a line that has reached column *@at. */
static void add_piece(struct str *out, const char *text, size_t len, unsigned width,
		      unsigned *at)
{
	unsigned need = columns(text, len);

	if (*at > FLAG_COLUMNS && *at + 1 + need > width) {
		str_add_char(out, '\n');
		add_spaces(out, FLAG_COLUMNS);
		*at = FLAG_COLUMNS;
	} else if (*at > FLAG_COLUMNS) {
		str_add_char(out, ' ');
		++*at;
	}
	str_add_len(out, text, len);
	*at += need;
}

/* @text in words, then @last as a whole. */
static void add_wrapped(struct str *out, const char *text, const struct str *last,
			unsigned width)
{
	unsigned at = FLAG_COLUMNS;

	while (*text) {
		size_t len = strcspn(text, " ");
		add_piece(out, text, len, width, &at);
		text += len + strspn(text + len, " ");
	}
	if (last->len)
		add_piece(out, last->ptr, last->len, width, &at);
	str_add_char(out, '\n');
}

/* That a switch is off needs no words. */
static bool shows_default(const struct opt_row *row)
{
	bool off = row->type == OPT_BOOL && row->fallback[0] != 'y';

	return row->fallback[0] && !off;
}

static void add_flag(const struct opt_row *row, struct str *out)
{
	if (row->letter)
		str_addf(out, "  -%c, ", row->letter);
	else
		str_add(out, "      ");
	bool switchable = row->type == OPT_BOOL && !(row->flags & OPT_NO_FILE);
	str_addf(out, "--%s%s", switchable ? "[no-]" : "", opt_flag_name(row).text);
	if (row->type != OPT_BOOL)
		str_addf(out, " %s", row->type == OPT_ENUM ? row->words : row->arg);
}

static void help_row(const struct opts *opts, const struct opt_row *row, unsigned width,
		     struct str *out)
{
	AUTO(str_done) struct str flag = STR_INIT;
	AUTO(str_done) struct str last = STR_INIT;

	add_flag(row, &flag);
	unsigned used = columns(flag.ptr, flag.len);
	str_add(out, flag.ptr);
	if (used + 2 > FLAG_COLUMNS) {
		str_add_char(out, '\n');
		used = 0;
	}
	add_spaces(out, FLAG_COLUMNS - used);
	if (shows_default(row))
		str_addf(&last, opt_say(opts, N_("(default: %s)")), row->fallback);
	add_wrapped(out, opt_say(opts, row->help), &last, width);
}

/* Whether @row stands under heading @group in a list that leaves out the flags @without. */
static bool is_listed(const struct opt_row *row, size_t group, unsigned without)
{
	return row->group == group && !(row->flags & (without | OPT_HIDDEN));
}

static bool has_rows(const struct opts *opts, size_t group, unsigned without)
{
	for (size_t i = 0; i < opts->count; i++) {
		if (is_listed(&opts->rows[i], group, without))
			return true;
	}
	return false;
}

void opts_help(const struct opts *opts, const char *const *headings, size_t heading_count,
	       unsigned width, struct str *out)
{
	if (width < WIDTH_LEAST)
		width = WIDTH_LEAST;
	for (size_t group = 0; group < heading_count; group++) {
		if (!has_rows(opts, group, OPT_NO_ARGV))
			continue;
		str_addf(out, "%s%s:\n", out->len ? "\n" : "",
			 opt_say(opts, headings[group]));
		for (size_t i = 0; i < opts->count; i++) {
			if (is_listed(&opts->rows[i], group, OPT_NO_ARGV))
				help_row(opts, &opts->rows[i], width, out);
		}
	}
}

/* @text so that mdoc takes it as it stands. */
static void add_mdoc_text(struct str *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		str_add(out, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			str_add(out, "\\e");
		else
			str_add_char(out, *text);
	}
}

static void mdoc_tag(const struct opt_row *row, struct str *out)
{
	if (row->flags & OPT_NO_ARGV) {
		str_addf(out, ".It Cm %s No = Ar %s\n", row->name, row->arg);
		return;
	}
	str_add(out, ".It ");
	if (row->letter)
		str_addf(out, "Fl %c , ", row->letter);
	str_addf(out, "Fl -%s", opt_flag_name(row).text);
	if (row->type == OPT_BOOL && !(row->flags & OPT_NO_FILE))
		str_addf(out, " , Fl -no-%s", opt_flag_name(row).text);
	else if (row->type == OPT_ENUM)
		str_addf(out, " Ar %s", row->words);
	else if (row->type != OPT_BOOL)
		str_addf(out, " Ar %s", row->arg);
	str_add_char(out, '\n');
}

/* The other places where it can be set, and what holds when it is not. */
static void mdoc_places(const struct opt_row *row, struct str *out)
{
	bool env = opt_in_env(row), file = !(row->flags & OPT_NO_FILE);

	if (env && file)
		str_addf(out, "Variable\n.Ev %s ,\nkey\n.Cm %s .\n",
			 opt_env_name(row).text, row->name);
	else if (env)
		str_addf(out, "Variable\n.Ev %s .\n", opt_env_name(row).text);
	else if (file && !(row->flags & OPT_NO_ARGV))
		str_addf(out, "Key\n.Cm %s ,\nnot taken from the environment.\n",
			 row->name);
	if (shows_default(row))
		str_addf(out, "The default is\n.Ql %s .\n", row->fallback);
	if (row->flags & OPT_RELOAD)
		str_add(out, "Changes at\n.Dv SIGHUP .\n");
	if (row->flags & OPT_SECRET)
		str_add(out,
			"Others than its owner must not be able to read the file.\n");
}

static void mdoc_row(const struct opts *opts, const struct opt_row *row, struct str *out)
{
	mdoc_tag(row, out);
	size_t start = out->len;
	add_mdoc_text(out, row->help);
	if (out->ptr[start] >= 'a' && out->ptr[start] <= 'z')
		out->ptr[start] = (char)(out->ptr[start] - 'a' + 'A');
	str_add(out, ".\n");
	mdoc_places(row, out);
}

static void for_rows(const struct opts *opts, size_t group, unsigned without, row_fn *fn,
		     struct str *out)
{
	for (size_t i = 0; i < opts->count; i++) {
		if (is_listed(&opts->rows[i], group, without))
			fn(opts, &opts->rows[i], out);
	}
}

void opts_mdoc(const struct opts *opts, const char *const *headings, size_t heading_count,
	       struct str *out)
{
	for (size_t group = 0; group < heading_count; group++) {
		if (!has_rows(opts, group, 0))
			continue;
		str_addf(out, ".Ss %s\n.Bl -tag -width Ds\n", headings[group]);
		for_rows(opts, group, 0, mdoc_row, out);
		str_add(out, ".El\n");
	}
}

static void add_bounds(const struct opt_row *row, struct str *out)
{
	switch (row->type) {
	case OPT_INT:
		if (row->max < INT64_MAX)
			str_addf(out, "From %lld to %lld.\n", (long long)row->min,
				 (long long)row->max);
		break;
	case OPT_TEXT:
		if (row->max < INT64_MAX)
			str_addf(out, "At most %lld bytes.\n", (long long)row->max);
		break;
	case OPT_DURATION: str_add(out, "A duration.\n"); break;
	case OPT_SIZE: str_add(out, "A size.\n"); break;
	case OPT_LIST: str_addf(out, "A list of at most %d.\n", OPT_LIST_MAX); break;
	case OPT_BOOL:
	case OPT_PATH:
	case OPT_ENUM: break;
	}
}

static void mdoc_key(const struct opts *opts, const struct opt_row *row, struct str *out)
{
	const char *value = row->type == OPT_BOOL   ? "yes|no"
			    : row->type == OPT_ENUM ? row->words
						    : row->arg;

	str_addf(out, ".It Cm %s No = Ar %s\n", row->name, value);
	size_t start = out->len;
	add_mdoc_text(out, row->help);
	if (out->ptr[start] >= 'a' && out->ptr[start] <= 'z')
		out->ptr[start] = (char)(out->ptr[start] - 'a' + 'A');
	str_add(out, ".\n");
	add_bounds(row, out);
	if (row->type == OPT_BOOL || shows_default(row))
		str_addf(out, "The default is\n.Ql %s .\n",
			 row->fallback[0] ? row->fallback : "no");
	if (row->flags & OPT_RELOAD)
		str_add(out, "Changes at\n.Dv SIGHUP .\n");
}

void opts_mdoc_file(const struct opts *opts, const char *const *headings,
		    size_t heading_count, struct str *out)
{
	for (size_t group = 0; group < heading_count; group++) {
		if (!has_rows(opts, group, OPT_NO_FILE))
			continue;
		str_addf(out, ".Ss %s\n.Bl -tag -width Ds\n", headings[group]);
		for_rows(opts, group, OPT_NO_FILE, mdoc_key, out);
		str_add(out, ".El\n");
	}
}

static void sample_row(const struct opts *opts, const struct opt_row *row,
		       struct str *out)
{
	str_addf(out, "\n# %s\n", opt_say(opts, row->help));
	str_addf(out, "#%s = %s\n", row->name,
		 row->type == OPT_BOOL && !row->fallback[0] ? "no" : row->fallback);
}

void opts_sample(const struct opts *opts, const char *const *headings,
		 size_t heading_count, struct str *out)
{
	for (size_t group = 0; group < heading_count; group++) {
		if (!has_rows(opts, group, OPT_NO_FILE))
			continue;
		str_addf(out, "%s# %s\n", out->len ? "\n\n" : "",
			 opt_say(opts, headings[group]));
		for_rows(opts, group, OPT_NO_FILE, sample_row, out);
	}
}
