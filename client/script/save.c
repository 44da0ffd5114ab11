/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --save: a file that a message names into a folder here. What is printed is the path: the
 * name may have been taken, and then it has a number.
 */
#include <string.h>

#include "client/script/task.h"
#include "client/transfer.h"
#include "common/base/mem.h"
#include "common/proto/json_out.h"

struct save {
	struct task task; /* first */
	bool asked;
};

static void put_path(struct task *task, const struct transferred *what)
{
	AUTO(buf_done) struct buf line = BUF_INIT;
	struct json_out out = json_out_init(&line);

	if (!task->request.json) {
		task_line(task, bytes_text(what->path));
		return;
	}
	json_out_open(&out, '{');
	json_out_put_word(&out, "type", "saved");
	json_out_put_word(&out, "file", id_text(&what->file).text);
	json_out_put_word(&out, "path", what->path);
	json_out_put_uint(&out, "size", what->size);
	json_out_close(&out, '}');
	task_line(task, buf_view(&line));
}

static void on_save(struct app *app, enum err err, const struct transferred *what,
		    void *ctx)
{
	struct task *task = ctx;
	bool over = what->done || (err != ERR_OK && err != ERR_QUEUED);

	if (!task->ended && what->done) {
		put_path(task, what);
		task_end(task, ERR_OK);
	} else if (!task->ended && over) {
		task_end(task, err);
	} else if (!task->ended && err == ERR_OK) {
		task_progress(task, what->name, what->at, what->size);
		task_wait(task, task->request.timeout_ms);
	}
	if (over)
		task_unref(&task);
}

static void save_state(struct task *task, bool fresh)
{
	struct save *save = CONTAINER_OF(task, struct save, task);
	enum err err = task_session(task);
	struct id file;

	if (save->asked)
		return;
	if (err != ERR_OK) {
		task_end(task, err);
		return;
	}
	if (id_is_zero(app_user(task->app)))
		return;
	save->asked = true;
	if (id_parse(task->request.room.ptr, task->request.room.len, &file) == ERR_OK)
		transfer_save(task->app, &file, task->request.text.ptr, on_save,
			      task_ref(task));
	else
		task_end(task, ERR_NOT_FOUND);
}

static void save_start(struct task *task)
{
	task_wait(task, task->request.timeout_ms);
	save_state(task, false);
}

static void save_late(struct task *task)
{
	task_end(task, ERR_UNREACHABLE);
}

const struct task_ops task_save = {.size = sizeof(struct save),
				   .start = save_start,
				   .state = save_state,
				   .late = save_late};
