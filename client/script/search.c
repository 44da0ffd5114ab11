/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --search: what this profile has on its disk, newest first, without waiting for anybody.
 */
#include "client/cache/cache_event.h"
#include "client/script/line.h"
#include "client/script/task.h"
#include "common/base/mem.h"
#include "common/os/lang.h"

static void found(struct app *app, enum err err, const struct cache_page *page, bool more,
		  void *ctx)
{
	struct task *task = ctx;
	AUTO(str_done) struct str line = STR_INIT;

	for (size_t i = 0; err == ERR_OK && i < page->count && !task->ended; i++) {
		str_clear(&line);
		if (line_event(&app->model, &page->events[i], task->request.json, &line))
			task_line(task, str_view(&line));
	}
	/* Nobody of that name is here, so nothing was said by him. */
	if (err == ERR_NO_USER)
		err = ERR_OK;
	if (!task->ended && err == ERR_OK && page->count == 0)
		err = ERR_NOT_FOUND;
	if (!task->ended && more)
		task_note(task,
			  _("there is more: see --limit, or narrow it with before:"));
	if (!task->ended)
		task_end(task, err);
	task_unref(&task);
}

static void search_start(struct task *task)
{
	struct task *held = task_ref(task);
	struct bytes part;
	enum err err = app_search(task->app, task->request.text.ptr,
				  (unsigned)task->request.limit, found, held, &part);

	if (err == ERR_OK)
		return;
	AUTO(str_done) struct str text = STR_INIT;
	if (part.len) {
		str_addf(&text, _("that is not understood: %.*s"), (int)part.len,
			 (const char *)part.ptr);
		task_note(task, text.ptr);
	}
	task_end(task, err);
	task_unref(&held);
}

const struct task_ops task_search = {.size = sizeof(struct task), .start = search_start};
