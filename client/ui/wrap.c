/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over the clusters of a row, which ends with it: a word of a megabyte costs as
 * much as any other text of that size.
 */
#include "client/ui/wrap.h"

#include <stdbool.h>

#include "common/base/grapheme.h"
#include "common/base/width.h"

/* A blank by itself: one that a mark has joined is something to see. */
static bool is_blank(const char *text, size_t len, size_t at)
{
	return at < len && text[at] == ' ' && grapheme_next(text + at, len - at) == 1;
}

static size_t skip_blanks(const char *text, size_t len, size_t at)
{
	while (is_blank(text, len, at))
		at++;
	if (at < len && text[at] == '\n')
		at++;
	return at;
}

size_t wrap_row(const char *text, size_t len, size_t columns, size_t *ret_next)
{
	size_t used = 0;
	size_t at = 0;
	size_t end = 0;  /* of the row, were it broken at the last chance */
	size_t next = 0; /* and where it would go on; 0 = there was no chance */

	while (at < len && text[at] != '\n') {
		size_t step = grapheme_next(text + at, len - at);
		size_t width = (size_t)width_cluster(text + at, step);
		if (used + width > columns)
			break;
		used += width;
		bool blank = step == 1 && text[at] == ' ';
		if (blank && (at == 0 || next < at))
			end = at;
		at += step;
		if (blank)
			next = at;
		else if (width == 2)
			end = next = at;
	}
	if (at == len || text[at] == '\n') {
		*ret_next = at < len ? at + 1 : at;
		return at;
	}
	if (is_blank(text, len, at)) {
		*ret_next = skip_blanks(text, len, at);
		return at;
	}
	/* A row that is all indentation and one long word is broken in the word. */
	if (next > 0 && end > 0) {
		*ret_next = next;
		return end;
	}
	if (at == 0)
		at = grapheme_next(text, len);
	*ret_next = at;
	return at;
}

size_t wrap_code(const char *text, size_t len, size_t columns, size_t *ret_next)
{
	size_t used = 0;
	size_t at = 0;

	while (at < len && text[at] != '\n') {
		size_t step = grapheme_next(text + at, len - at);
		used += (size_t)width_cluster(text + at, step);
		if (used > columns && at > 0)
			break;
		at += step;
	}
	*ret_next = at < len && text[at] == '\n' ? at + 1 : at;
	return at;
}

size_t wrap_count(const char *text, size_t len, size_t columns)
{
	size_t rows = 0;
	size_t next;

	do {
		wrap_row(text, len, columns, &next);
		text += next;
		len -= next;
		rows++;
	} while (len > 0);
	return rows;
}
