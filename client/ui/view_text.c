/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of one message. Styles change between clusters only: a sign that a combining
 * mark has joined stays one cell, whatever the markup says of its bytes.
 */
#include "client/ui/view_text.h"

#include "client/ui/markup.h"
#include "client/ui/wrap.h"
#include "common/base/grapheme.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/base/width.h"
#include "common/os/lang.h"

void view_text_done(struct view_text *said)
{
	str_done(&said->text);
	mem_free(said->marks);
}

static void add_marks(struct str *text, const struct message *message)
{
	if ((message->flags & MESSAGE_EDITED) && !(message->flags & MESSAGE_DELETED))
		str_add(text, " ✎");
	if (message->state == MESSAGE_PENDING)
		str_add(text, " ◌");
	if (message->state == MESSAGE_PENDING && message->part)
		str_addf(text, " %u %%", message->part);
	if (message->state == MESSAGE_FAILED)
		str_addf(text, " ! %s", _(err_text(message->why)));
	if (message->flags & MESSAGE_READ)
		str_add(text, " ✓✓");
}

void view_text_make(const struct view *view, const struct message *message, bool named,
		    struct view_text *ret_said)
{
	struct str text = STR_INIT;

	if (named) {
		view_name(view, &message->sender, 12, &text);
		str_add(&text, ": ");
	}
	size_t own = text.len;
	if (message->flags & MESSAGE_DELETED)
		str_add(&text, _("(deleted)"));
	else
		neutral_add(&text, message->text.ptr, message->text.len, NEUTRAL_TEXT);
	/* A text that ends with newlines would put the marks onto a row of their own. */
	while (text.len && text.ptr[text.len - 1] == '\n')
		str_cut(&text, text.len - 1);
	if (own > text.len)
		own = text.len;
	uint8_t *marks = mem_alloc(text.len + 1, 1);
	markup_links(text.ptr + own, text.len - own, marks + own);
	if (!view->no_markdown && !(message->flags & (MESSAGE_DELETED | MESSAGE_NOTICE)))
		markup_scan(text.ptr + own, text.len - own, marks + own);
	*ret_said = (struct view_text){.end = text.len, .marks = marks};
	add_marks(&text, message);
	ret_said->text = text;
}

size_t view_text_row(const struct view_text *said, size_t at, size_t columns,
		     size_t *ret_next)
{
	const char *text = said->text.ptr + at;
	size_t len = said->text.len - at;

	if (at < said->end && said->marks[at] & MARKUP_BLOCK)
		return wrap_code(text, len, columns, ret_next);
	return wrap_row(text, len, columns, ret_next);
}

static struct style text_style(const struct view *view, const struct message *message)
{
	enum role_style style = STYLE_TEXT;

	if (message->flags & MESSAGE_DELETED)
		style = STYLE_DELETED;
	else if (message->flags & MESSAGE_NOTICE)
		style = STYLE_NOTICE;
	else if (message->flags & MESSAGE_MENTION)
		style = STYLE_MENTION;
	else if (message->state == MESSAGE_PENDING)
		style = STYLE_PENDING;
	return view->theme->styles[style];
}

/* How bytes with @marks look in a text that looks like @plain. */
static struct style marked_style(const struct view *view, struct style plain,
				 unsigned marks)
{
	const struct style *styles = view->theme->styles;
	struct style style = marks & MARKUP_LINK    ? styles[STYLE_LINK]
			     : marks & MARKUP_SIGN  ? styles[STYLE_HINT]
			     : marks & MARKUP_CODE  ? styles[STYLE_CODE]
			     : marks & MARKUP_QUOTE ? styles[STYLE_QUOTE]
						    : plain;

	if (marks & MARKUP_BOLD)
		style.attrs |= ATTR_BOLD;
	if (marks & MARKUP_ITALIC)
		style.attrs |= ATTR_ITALIC;
	if (marks & MARKUP_STRIKE)
		style.attrs |= ATTR_STRIKE;
	return style;
}

/* The address around @at, in printable form for the terminal. */
static char *address_at(const struct view_text *said, size_t at)
{
	size_t from = at, end = at;

	while (from > 0 && said->marks[from - 1] & MARKUP_LINK)
		from--;
	while (end < said->end && said->marks[end] & MARKUP_LINK)
		end++;
	return mem_strndup(said->text.ptr + from, end - from);
}

/* Where the clusters end whose marks are those of @at, as far as @mask goes. */
static size_t run_end(const struct view_text *said, size_t at, size_t end, unsigned mask)
{
	const unsigned marks = said->marks[at] & mask;

	while (at < end && (said->marks[at] & mask) == marks)
		at += grapheme_next(said->text.ptr + at, end - at);
	return at;
}

/* One address, or what is between two. It is put down as one field, since a field with
 * letters from right to left must not be cut where a style changes, and coloured then. */
static int draw_piece(struct view *view, struct area area, int y, int col,
		      struct style plain, const struct view_text *said, size_t at,
		      size_t end)
{
	const char *text = said->text.ptr;
	AUTO(mem_freep)
	char *address = said->marks[at] & MARKUP_LINK ? address_at(said, at) : NULL;
	int used =
		address ? screen_put_link(view->screen, area.row + y, area.col + col,
					  area.cols - col, plain, text + at, end - at,
					  address)
			: view_put_style(view, area, y, col, plain, text + at, end - at);
	int from = col;

	while (at < end) {
		size_t stop = run_end(said, at, end, UINT8_MAX);
		int width = (int)width_text(text + at, stop - at);
		if (said->marks[at])
			screen_tint(view->screen, area.row + y, area.col + from,
				    width < col + used - from ? width : col + used - from,
				    marked_style(view, plain, said->marks[at]));
		from += width;
		at = stop;
	}
	return used;
}

void view_text_draw(struct view *view, struct area area, int y, int col,
		    const struct message *message, const struct view_text *said,
		    size_t at, size_t len)
{
	size_t end = at + len;
	size_t body = end < said->end ? end : said->end;

	while (at < body) {
		size_t stop = run_end(said, at, body, MARKUP_LINK);
		col += draw_piece(view, area, y, col, text_style(view, message), said, at,
				  stop);
		at = stop;
	}
	if (at < end)
		view_put_style(view, area, y, col,
			       view->theme->styles[message->state == MESSAGE_FAILED
							   ? STYLE_FAILED
							   : STYLE_HINT],
			       said->text.ptr + at, end - at);
}
