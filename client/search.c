/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what was typed to the store and back. Days begin where the person lives. */
#include <time.h>

#include "client/app_inside.h"
#include "client/cache/cache_search.h"
#include "client/cache/store_thread.h"
#include "client/change.h"
#include "common/base/mem.h"
#include "common/proto/search.h"

struct lookup {
	struct store_job job; /* first */
	struct app *app;
	struct search search; /* owned: the job points into it */
	struct cache_search wanted;
	unsigned limit;
	struct cache_page page;
	uint64_t below;
	app_found_fn *found;
	void *ctx;
};

static enum err lookup_run(struct store_job *job, struct cache *cache)
{
	struct lookup *lookup = CONTAINER_OF(job, struct lookup, job);

	return cache_search(cache, &lookup->wanted, lookup->limit, &lookup->page,
			    &lookup->below);
}

static void lookup_free(struct lookup *lookup)
{
	cache_page_done(&lookup->page);
	search_done(&lookup->search);
	mem_free(lookup);
}

static void lookup_done(struct store_job *job, enum err err)
{
	struct lookup *lookup = CONTAINER_OF(job, struct lookup, job);

	lookup->found(lookup->app, err, &lookup->page, lookup->below != 0, lookup->ctx);
	lookup_free(lookup);
}

static int64_t seconds_east(const struct app *app)
{
	time_t now = (time_t)(clock_now_ms(app->clock) / 1000);
	struct tm tm;

	return localtime_r(&now, &tm) ? tm.tm_gmtoff : 0;
}

static enum err start(struct app *app, const char *text, struct lookup *lookup,
		      struct bytes *ret_part)
{
	struct search *search = &lookup->search;
	struct room *room = NULL;
	enum err err =
		search_parse(bytes_text(text), seconds_east(app), search, ret_part);

	if (err == ERR_OK && search->in.len)
		err = rooms_named(&app->model.rooms, &app->model.people, search->in.ptr,
				  &room);
	if (err != ERR_OK)
		return err;
	lookup->wanted = (struct cache_search){
		.match = search->match.ptr,
		.from = search->from.len ? search->from.ptr : NULL,
		.before_ms = search->before_ms,
		.after_ms = search->after_ms,
		.has_file = search->has_file,
	};
	if (room)
		lookup->wanted.room = room->id;
	return ERR_OK;
}

enum err app_search(struct app *app, const char *text, unsigned limit,
		    app_found_fn *found, void *ctx, struct bytes *ret_part)
{
	struct lookup *lookup = mem_new(struct lookup);

	*lookup = (struct lookup){
		.job = {.run = lookup_run, .done = lookup_done},
		.app = app,
		.search = SEARCH_INIT,
		.limit = limit,
		.page = CACHE_PAGE_INIT,
		.found = found,
		.ctx = ctx,
	};
	enum err err = start(app, text, lookup, ret_part);
	if (err != ERR_OK) {
		lookup_free(lookup);
		return err;
	}
	/* What this turn has brought is found, too. */
	changes_flush(app);
	store_submit(app->store, &lookup->job);
	return ERR_OK;
}
