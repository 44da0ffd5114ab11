/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Written when a session begins and when it ends: after a kill it is the beginning, which
 * is never too late. */
#include "client/fresh.h"

#include "client/cache/store_thread.h"
#include "common/base/mem.h"
#include "common/base/opt.h"

#define FRESH_NAME "link.fresh"

struct keep {
	struct store_job job; /* first */
	struct str text;
};

static enum err keep_run(struct store_job *job, struct cache *cache)
{
	struct keep *keep = CONTAINER_OF(job, struct keep, job);

	return cache_setting_put(cache, FRESH_NAME, keep->text.ptr);
}

static void keep_done(struct store_job *job, enum err err)
{
	struct keep *keep = CONTAINER_OF(job, struct keep, job);

	/* Nothing depends on it. */
	str_done(&keep->text);
	mem_free(keep);
}

void fresh_keep(struct app *app)
{
	struct keep *keep = mem_new(struct keep);

	app->fresh_ms = clock_now_ms(app->clock);
	*keep = (struct keep){.job = {.run = keep_run, .done = keep_done},
			      .text = STR_INIT};
	str_addf(&keep->text, "%llu", (unsigned long long)app->fresh_ms);
	store_submit(app->store, &keep->job);
}

enum err fresh_load(struct cache *cache, uint64_t *ret_ms)
{
	AUTO(str_done) struct str text = STR_INIT;
	int64_t ms = 0;
	enum err err = cache_setting_get(cache, FRESH_NAME, &text);

	*ret_ms = 0;
	if (err == ERR_OK && opt_parse_int(text.ptr, &ms) == ERR_OK && ms > 0)
		*ret_ms = (uint64_t)ms;
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}
