/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One name in three dresses, and finding a row by it. A name that no row has gets the
 * nearest one as a hint: most mistakes are one slip of a finger away.
 */
#include "common/base/opt_read.h"

#include <string.h>

#define SLIPS_MAX 2 /**< beyond that a hint guesses */

static char plain(char c)
{
	return c == '-' ? '_' : c;
}

bool opt_is_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool letter = (text[i] >= 'a' && text[i] <= 'z') ||
			      (text[i] >= 'A' && text[i] <= 'Z');
		bool digit = text[i] >= '0' && text[i] <= '9';
		if (!letter && !digit && plain(text[i]) != '_')
			return false;
	}
	return len > 0 && len < OPT_NAME_MAX;
}

static bool is_row(const struct opt_row *row, const char *name, size_t len)
{
	if (strlen(row->name) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (plain(name[i]) != row->name[i])
			return false;
	}
	return true;
}

const struct opt_row *opt_find(const struct opts *opts, const char *name, size_t len)
{
	for (size_t i = 0; i < opts->count; i++) {
		if (is_row(&opts->rows[i], name, len))
			return &opts->rows[i];
	}
	return NULL;
}

/* Damerau and Levenshtein's distance, in which two neighbours that changed places are one
 * slip (optimal string alignment): three rows of the matrix at a time, in turns. Both names
 * are within OPT_NAME_MAX. */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[3][OPT_NAME_MAX + 1];

	for (unsigned j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i - 1) % 3], *first = rows[(i + 1) % 3];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned best = above[j - 1] + (plain(a[i - 1]) != b[j - 1]);
			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && plain(a[i - 1]) == b[j - 2] &&
			    plain(a[i - 2]) == b[j - 1] && first[j - 2] + 1 < best)
				best = first[j - 2] + 1;
			row[j] = best;
		}
	}
	return rows[a_len % 3][b_len];
}

const struct opt_row *opt_nearest(const struct opts *opts, const char *name, size_t len,
				  unsigned without)
{
	const struct opt_row *best = NULL;
	unsigned least = SLIPS_MAX + 1;

	if (len >= OPT_NAME_MAX)
		return NULL;
	for (size_t i = 0; i < opts->count; i++) {
		const struct opt_row *row = &opts->rows[i];
		if (row->flags & without)
			continue;
		unsigned slips = distance(name, len, row->name, strlen(row->name));
		if (slips < least) {
			least = slips;
			best = row;
		}
	}
	return best;
}

struct opt_name opt_flag_name(const struct opt_row *row)
{
	struct opt_name flag = {0};

	for (size_t i = 0; row->name[i]; i++)
		flag.text[i] = row->name[i] == '_' ? '-' : row->name[i];
	return flag;
}

struct opt_name opt_env_name(const struct opt_row *row)
{
	struct opt_name env = {.text = "CHAT_"};
	size_t at = strlen(env.text);

	for (const char *c = row->name; *c; c++)
		env.text[at++] = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
	return env;
}

bool opt_in_env(const struct opt_row *row)
{
	return !(row->flags & (OPT_NO_ENV | OPT_RUNS));
}
