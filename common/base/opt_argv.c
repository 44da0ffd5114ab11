/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flags, the way GNU programs take them: --name value, --name=value, --no-name, -n value,
 * -nvalue, -abc, a unique beginning of a long name, -- as the end, operands anywhere.
 * getopt_long() is not used: it keeps its state in globals and prints on its own.
 */
#include "common/base/opt.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/opt_read.h"

/* The walk over argv. */
struct walk {
	struct opts *opts;
	char *const *argv;
	int argc;
	int at;
	struct str *why;
};

static enum err set(struct walk *walk, const struct opt_row *row, const char *where,
		    const char *text)
{
	struct opt_place place = {OPT_FROM_ARGV, where, 0, walk->why};

	return opt_set(walk->opts, (unsigned)(row - walk->opts->rows), text, &place);
}

/* Tell what is wrong; the value of the expression is the error. */
#define FAIL(walk, english, ...) \
	(str_addf((walk)->why, opt_say((walk)->opts, english), __VA_ARGS__), ERR_USAGE)

/* The value of @row: what is glued to the flag, else the next argument. */
static enum err set_with_value(struct walk *walk, const struct opt_row *row,
			       const char *where, const char *glued)
{
	if (!glued && walk->at + 1 < walk->argc)
		glued = walk->argv[++walk->at];
	if (!glued)
		return FAIL(walk, N_("%s: needs a value: %s\n"), where, row->arg);
	return set(walk, row, where, glued);
}

/* Rows whose flag begins with @name; the exact one alone counts as one. */
static size_t find_long(const struct opts *opts, const char *name, size_t len,
			const struct opt_row **ret_row)
{
	size_t count = 0;

	for (size_t i = 0; i < opts->count; i++) {
		const struct opt_row *row = &opts->rows[i];
		struct opt_name flag = opt_flag_name(row);
		if ((row->flags & OPT_NO_ARGV) || strncmp(flag.text, name, len) != 0)
			continue;
		*ret_row = row;
		if (!flag.text[len])
			return 1;
		count++;
	}
	return count;
}

static enum err refuse_long(struct walk *walk, const char *name, size_t len, size_t count)
{
	if (count > 1)
		return FAIL(walk, N_("--%.*s: more than one option begins like that\n"),
			    (int)len, name);
	const struct opt_row *near =
		opt_nearest(walk->opts, name, len, OPT_NO_ARGV | OPT_HIDDEN);
	if (!opt_is_name(name, len))
		return FAIL(walk, N_("%s: there is no such option; see --help\n"), "--");
	if (near)
		return FAIL(walk,
			    N_("--%.*s: there is no such option; did you mean --%s?\n"),
			    (int)len, name, opt_flag_name(near).text);
	return FAIL(walk, N_("--%.*s: there is no such option; see --help\n"), (int)len,
		    name);
}

/* Whoever cuts a flag may have had another one in mind. */
static enum err check_whole(struct walk *walk, const struct opt_row *row,
			    const char *name, size_t len, bool negated)
{
	struct opt_name flag = opt_flag_name(row);

	if (!(row->flags & OPT_WHOLE) || strlen(flag.text) == len - (negated ? 3 : 0))
		return ERR_OK;
	return FAIL(walk, N_("--%.*s: that could be --%s, which must be written whole\n"),
		    (int)len, name, flag.text);
}

static enum err read_long(struct walk *walk, const char *name)
{
	const struct opt_row *row = NULL;
	const char *end = strchrnul(name, '=');
	const char *glued = *end ? end + 1 : NULL;
	size_t len = (size_t)(end - name);
	bool negated = false;

	size_t count = find_long(walk->opts, name, len, &row);
	if (count == 0 && len > 3 && strncmp(name, "no-", 3) == 0) {
		count = find_long(walk->opts, name + 3, len - 3, &row);
		negated = count == 1 && row->type == OPT_BOOL;
		if (!negated)
			count = 0;
	}
	if (count != 1)
		return refuse_long(walk, name, len, count);
	enum err err = check_whole(walk, row, name, len, negated);
	if (err != ERR_OK)
		return err;
	AUTO(str_done) struct str where = STR_INIT;
	str_addf(&where, "--%s%s", negated ? "no-" : "", opt_flag_name(row).text);
	if (negated && glued)
		return FAIL(walk, N_("%s: takes no value\n"), where.ptr);
	if (row->type == OPT_BOOL)
		return set(walk, row, where.ptr, glued ? glued : negated ? "no" : "yes");
	return set_with_value(walk, row, where.ptr, glued);
}

static const struct opt_row *find_short(const struct opts *opts, char letter)
{
	for (size_t i = 0; i < opts->count; i++) {
		if (opts->rows[i].letter == letter &&
		    !(opts->rows[i].flags & OPT_NO_ARGV))
			return &opts->rows[i];
	}
	return NULL;
}

static enum err read_short(struct walk *walk, const char *letters)
{
	for (; *letters; letters++) {
		const struct opt_row *row = find_short(walk->opts, *letters);
		char where[] = {'-', *letters, '\0'};

		if (!row)
			return FAIL(walk, N_("%s: there is no such option; see --help\n"),
				    opt_is_name(letters, 1) ? where : "-");
		if (row->type != OPT_BOOL)
			return set_with_value(walk, row, where,
					      letters[1] ? letters + 1 : NULL);
		enum err err = set(walk, row, where, "yes");
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static void add_operand(struct opts *opts, const char *text)
{
	opts->operands[opts->operand_count++] = text;
}

enum err opts_read_argv(struct opts *opts, int argc, char *const argv[], struct str *why)
{
	struct walk walk = {opts, argv, argc, 1, why};
	enum err err = ERR_OK;

	mem_free(opts->operands);
	opts->operands = mem_alloc((size_t)argc + 1, sizeof(*opts->operands));
	opts->operand_count = 0;
	for (; walk.at < argc && err == ERR_OK; walk.at++) {
		const char *arg = argv[walk.at];
		if (strcmp(arg, "--") == 0)
			break;
		if (arg[0] != '-' || !arg[1])
			add_operand(opts, arg);
		else if (arg[1] == '-')
			err = read_long(&walk, arg + 2);
		else
			err = read_short(&walk, arg + 1);
	}
	for (walk.at++; walk.at < argc && err == ERR_OK; walk.at++)
		add_operand(opts, argv[walk.at]);
	opt_told(why);
	return err;
}
