/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A short list: a message has few reactions, and one person gives each of them once. */
#include "client/model/reaction.h"

#include <string.h>

#include "common/base/mem.h"

void reactions_done(struct reactions *reactions)
{
	for (size_t i = 0; i < reactions->count; i++)
		str_done(&reactions->rows[i].text);
	mem_free(reactions->rows);
	*reactions = (struct reactions){0};
}

static bool same_text(const struct reaction *row, struct bytes text)
{
	return bytes_equal(str_view(&row->text), text);
}

static size_t find(const struct reactions *reactions, const struct id *from,
		   struct bytes text)
{
	size_t at = 0;

	while (at < reactions->count && !(id_equal(&reactions->rows[at].from, from) &&
					  same_text(&reactions->rows[at], text)))
		at++;
	return at;
}

static void add(struct reactions *reactions, const struct id *from, struct bytes text)
{
	if (reactions->count == reactions->cap) {
		reactions->cap = mem_grow(reactions->cap, reactions->count + 1);
		reactions->rows = mem_resize(reactions->rows, reactions->cap,
					     sizeof(*reactions->rows));
	}
	struct reaction *row = &reactions->rows[reactions->count++];
	*row = (struct reaction){.from = *from, .text = STR_INIT};
	str_add_len(&row->text, (const char *)text.ptr, text.len);
}

bool reactions_set(struct reactions *reactions, const struct id *from, struct bytes text,
		   bool on)
{
	size_t at = find(reactions, from, text);

	if (on == (at < reactions->count))
		return false;
	if (on) {
		add(reactions, from, text);
		return true;
	}
	str_done(&reactions->rows[at].text);
	reactions->count--;
	memmove(reactions->rows + at, reactions->rows + at + 1,
		(reactions->count - at) * sizeof(*reactions->rows));
	return true;
}

size_t reactions_count(const struct reactions *reactions, size_t at,
		       const struct id *self, bool *ret_own)
{
	struct bytes text = str_view(&reactions->rows[at].text);
	size_t count = 0;

	*ret_own = false;
	for (size_t i = 0; i < reactions->count; i++) {
		if (!same_text(&reactions->rows[i], text))
			continue;
		if (i < at)
			return 0;
		count++;
		*ret_own |= id_equal(&reactions->rows[i].from, self);
	}
	return count;
}
