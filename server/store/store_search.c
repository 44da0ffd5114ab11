/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The index says which messages hold the words; whether the account may see one, and
 * whether it fits the rest of the search, is asked of each, newest first, until the page is
 * full. A search that finds little of what it may see stops after LOOKS candidates and is
 * gone on with from there, so one request costs some milliseconds whatever was asked.
 *
 * meta.search_end is the newest key that is in the index, or would be; meta.search_dropped_ms
 * when the first word since the last merge was taken out. The engine gives the next event the
 * key behind the newest, so after the newest was cut off keys come back: search_end goes back
 * with them. An index without search_end is of a program that left it where it was
 * (search_upto), so nobody knows what is in it: it is made anew.
 */
#include "server/store/store_search.h"

#include "server/store/store_event.h"

#define LOOKS       2000   /* candidates of one request: about ten milliseconds */
#define STEP        200    /* candidates asked for at once */
#define SPAN        100000 /* keys scanned at once where there are no words */
#define MERGE_PAGES 64     /* one slice: some milliseconds */
#define PAUSE       8      /* steps without a merge, at most */

static enum err meta_num(struct store *store, const char *name, int64_t *ret_num)
{
	enum err err = store_num(store, STMT_meta_get,
				 VALUES(value_text(bytes_text(name))), ret_num);

	if (err == ERR_NOT_FOUND) {
		*ret_num = 0;
		return ERR_OK;
	}
	return err;
}

static enum err meta_set(struct store *store, const char *name, int64_t num)
{
	return store_run(store, STMT_meta_put,
			 VALUES(value_text(bytes_text(name)), value_int(num)), NULL,
			 NULL);
}

/* *ret_written: rows of the index, one when there was nothing to do (FTS5, section 6.8). */
static enum err merge(struct store *store, int64_t pages, int64_t *ret_written)
{
	uint64_t before = store->driver->written(store->db);
	enum err err =
		store_run(store, STMT_search_merge, VALUES(value_int(pages)), NULL, NULL);

	*ret_written = (int64_t)(store->driver->written(store->db) - before);
	return err;
}

/* Merge @pages more on the average: FTS5 stops only behind a whole word, and one of a
 * million messages may have hundreds. The pause after such a one is short enough that no
 * level gathers the 16 pieces which FTS5 merges in one go. */
static enum err merge_due(struct store *store, int64_t pages)
{
	int64_t written;

	store->merge_due += pages;
	if (store->merge_due <= 0)
		return ERR_OK;
	enum err err = merge(store, pages, &written);

	store->merge_due = written > 1 ? store->merge_due - written : 0;
	if (store->merge_due < -PAUSE * pages)
		store->merge_due = -PAUSE * pages;
	return err;
}

/* An index that is empty anyway costs nothing. */
static enum err begin_anew(struct store *store)
{
	enum err err = store_run(store, STMT_search_clear, NO_VALUES, NULL, NULL);

	if (!err)
		err = store_run(store, STMT_meta_remove,
				VALUES(value_text(bytes_text("search_upto"))), NULL,
				NULL);
	return err ? err : meta_set(store, "search_end", 0);
}

/* Each call leaves a piece of index, and pieces are merged so that a search asks few of
 * them. By itself FTS5 does that in one go now and then, which everybody waits for (10 ms
 * with a million messages); so that is off, and each call does its share. Three dozen
 * messages are two pages or so, and are merged once on each of up to seven levels. */
enum err store_search_index(struct store *store, size_t limit, bool *ret_more)
{
	int64_t upto = 0, end = 0;
	enum err err = store_num(store, STMT_meta_get,
				 VALUES(value_text(bytes_text("search_end"))), &upto);

	*ret_more = false;
	if (err == ERR_NOT_FOUND)
		err = begin_anew(store);
	if (!err)
		err = store_num(store, STMT_search_end,
				VALUES(value_int(upto), value_int((int64_t)limit)), &end);
	if (err || end == 0)
		return err;
	err = store_run(store, STMT_search_add_range,
			VALUES(value_int(upto), value_int(end)), NULL, NULL);
	if (!err)
		err = merge_due(store, (int64_t)limit / 2 + 1);
	/* A small step costs nearly what a full one does: the rest waits for company. */
	*ret_more = end - upto >= (int64_t)limit;
	return err ? err : meta_set(store, "search_end", end);
}

static enum err note_drop(struct store *store)
{
	int64_t since = 0;
	enum err err = meta_num(store, "search_dropped_ms", &since);

	if (err || since)
		return err;
	return meta_set(store, "search_dropped_ms", (int64_t)store_now(store));
}

enum err store_search_change(struct store *store, int64_t key, struct bytes before,
			     struct bytes now)
{
	int64_t upto = 0;
	enum err err = meta_num(store, "search_end", &upto);

	/* What is not in there yet goes in as it is then. */
	if (err || key > upto)
		return err;
	if (before.ptr)
		err = store_run(store, STMT_search_drop,
				VALUES(value_int(key), value_text(before)), NULL, NULL);
	if (!err && before.ptr)
		err = note_drop(store);
	if (!err && now.ptr)
		err = store_run(store, STMT_search_add,
				VALUES(value_int(key), value_text(now)), NULL, NULL);
	return err;
}

enum err store_search_cut(struct store *store, int64_t room, int64_t seq)
{
	int64_t upto = 0;
	enum err err = meta_num(store, "search_end", &upto);

	if (!err)
		err = store_run(store, STMT_search_cut,
				VALUES(value_int(room), value_int(seq), value_int(upto)),
				NULL, NULL);
	return err ? err : note_drop(store);
}

enum err store_search_back(struct store *store)
{
	return store_run(store, STMT_search_back, NO_VALUES, NULL, NULL);
}

enum err store_search_tidy(struct store *store, uint64_t after_ms, bool *ret_more)
{
	int64_t since = 0, written;
	enum err err = meta_num(store, "search_dropped_ms", &since);

	*ret_more = false;
	if (err || !since || store_now(store) < (uint64_t)since + after_ms)
		return err;
	/* A negative number begins a merge of everything, the next ones go on with it. */
	err = merge(store, -MERGE_PAGES, &written);
	*ret_more = written > 1;
	if (!err && !*ret_more)
		err = meta_set(store, "search_dropped_ms", 0);
	return err;
}

/* Candidates, newest first. */
struct hits {
	int64_t keys[STEP];
	size_t count;
};

static enum err on_hit(const struct value *col, void *ctx)
{
	struct hits *hits = ctx;

	hits->keys[hits->count++] = col_int(&col[0]);
	return ERR_OK;
}

/* The next candidates below @below. *ret_below moves on even when there are none, and is
 * 0 when nothing lies below. */
static enum err next_hits(struct store *store, const struct search_filter *filter,
			  int64_t *below, struct hits *hits)
{
	enum err err;

	hits->count = 0;
	if (*filter->match) {
		err = store_run(store, STMT_search_hits,
				VALUES(value_text(bytes_text(filter->match)),
				       value_int(*below), value_int(STEP)),
				on_hit, hits);
		*below = hits->count == STEP ? hits->keys[STEP - 1] : 0;
		return err == ERR_INTERNAL ? ERR_BAD : err;
	}
	int64_t from = *below > SPAN ? *below - SPAN : 0;
	err = store_run(store, STMT_search_keys,
			VALUES(value_int(*below), value_int(from),
			       value_int(filter->sender), value_int(filter->room),
			       value_int(STEP)),
			on_hit, hits);
	*below = hits->count == STEP ? hits->keys[STEP - 1] : from;
	return err;
}

static enum err look(struct store *store, int64_t account, int64_t key,
		     const struct search_filter *filter, struct event_list *list)
{
	int64_t before = filter->before_ms ? (int64_t)filter->before_ms : INT64_MAX;

	return store_event_look(store, STMT_search_look,
				VALUES(value_int(account), value_int(key),
				       value_int(filter->sender), value_int(filter->room),
				       value_int((int64_t)filter->after_ms),
				       value_int(before), value_int(filter->has_file)),
				list);
}

enum err store_search(struct store *store, int64_t account,
		      const struct search_filter *filter, size_t limit,
		      struct event_list *list, int64_t *ret_below)
{
	int64_t below = filter->below;
	size_t want = list->count + limit;
	struct hits hits;
	enum err err = ERR_OK;

	if (below == 0)
		err = store_num(store, STMT_event_newest, NULL, 0, &below);
	below += filter->below == 0;
	for (size_t looked = 0; !err && below > 0 && looked < LOOKS; looked += STEP) {
		err = next_hits(store, filter, &below, &hits);
		for (size_t i = 0; i < hits.count && !err; i++) {
			err = look(store, account, hits.keys[i], filter, list);
			if (list->count == want) {
				*ret_below = hits.keys[i];
				return err;
			}
		}
	}
	*ret_below = below;
	return err;
}
