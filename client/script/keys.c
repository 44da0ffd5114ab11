/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SSH keys of the account in lines: as JSON of the server, or as people read them. */
#include "client/script/keys.h"

#include <string.h>

#include "client/auth/key_ring.h"
#include "common/os/lang.h"

static void put_key(struct task *task, const struct body_ssh_key *key)
{
	AUTO(str_done) struct str line = STR_INIT;
	AUTO(buf_done) struct buf text = BUF_INIT;
	struct json_out out = json_out_init(&text);

	if (task->request.json) {
		body_encode(body_ssh_key_def(), &out, key);
		task_line(task, buf_view(&text));
		return;
	}
	key_ring_line(key, &line);
	task_line(task, str_view(&line));
}

static void came(struct app *app, enum err err, const char *why,
		 const struct body_ssh_keys *keys, void *ctx)
{
	AUTO(str_done) struct str note = STR_INIT;
	struct task *task = ctx;

	if (!task->ended) {
		for (size_t i = 0; keys && i < keys->keys_count; i++)
			put_key(task, &keys->keys[i]);
		if (err == ERR_OK && !keys && !task->request.json)
			task_line(task, bytes_text(_("key removed")));
		str_addf(&note, "chat-client: %s", why ? why : "");
		if (err != ERR_OK && why)
			task_note(task, note.ptr);
		task_end(task, err);
	}
	task_unref(&task);
}

void keys_run(struct task *task)
{
	task_wait(task, task->request.timeout_ms);
	if (strcmp(task->request.name.ptr, "auth_keys") == 0)
		key_ring_list(task->app, came, task_ref(task));
	else
		key_ring_remove(task->app, task->request.text.ptr, came, task_ref(task));
}
