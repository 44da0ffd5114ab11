/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A short list in the order of time, from two sources that know the same messages. */
#include "client/model/hits.h"

#include <string.h>

#include "common/base/mem.h"

void hits_init(struct hits *hits)
{
	*hits = (struct hits){.words = STR_INIT};
}

static void clear(struct hits *hits)
{
	for (size_t i = 0; i < hits->count; i++)
		str_done(&hits->rows[i].text);
	hits->count = 0;
	hits->more = false;
}

void hits_done(struct hits *hits)
{
	clear(hits);
	mem_free(hits->rows);
	str_done(&hits->words);
	hits_init(hits);
}

void hits_begin(struct hits *hits, const char *words)
{
	clear(hits);
	str_set(&hits->words, words);
	if (!hits->rows)
		hits->rows = mem_alloc(HITS_MOST, sizeof(*hits->rows));
}

/* Of one millisecond the one with the lower number. */
static bool is_older(const struct hit *a, const struct hit *b)
{
	return a->ts_ms < b->ts_ms || (a->ts_ms == b->ts_ms && a->seq < b->seq);
}

void hits_add(struct hits *hits, const struct hit *hit, struct bytes text)
{
	size_t at = hits->count;

	for (size_t i = 0; i < hits->count; i++)
		if (id_equal(&hits->rows[i].cid, &hit->cid))
			return;
	while (at > 0 && is_older(&hits->rows[at - 1], hit))
		at--;
	hits->more |= hits->count == HITS_MOST;
	if (at == HITS_MOST)
		return;
	if (hits->count == HITS_MOST)
		str_done(&hits->rows[--hits->count].text);
	memmove(hits->rows + at + 1, hits->rows + at,
		(hits->count - at) * sizeof(*hits->rows));
	hits->count++;
	hits->rows[at] = *hit;
	hits->rows[at].text = STR_INIT;
	str_add_len(&hits->rows[at].text, (const char *)text.ptr, text.len);
}

void hits_put(struct hits *hits, const struct hit *hit, struct bytes text)
{
	if (hits->count == HITS_MOST)
		return;
	struct hit *row = &hits->rows[hits->count++];
	*row = *hit;
	row->text = STR_INIT;
	str_add_len(&row->text, (const char *)text.ptr, text.len);
}
