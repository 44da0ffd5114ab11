/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /v1/ws/rooms/{room}. A frame that comes this way is about this room whatever it says: the
 * member "room" is put in front, and of a doubled key the first counts. The dialect has
 * `typing` with a value, answered by typing_ack, and `read_upto` with a time, answered by
 * read_ack; messages arrive as `message`.
 */
#include "server/on/single.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/proto/json.h"
#include "common/proto/json_out.h"
#include "server/core/receipt.h"

struct upto_task {
	struct on_task base;
	struct id room;
	uint64_t upto;
};

static enum err upto_run(struct task *base, struct store *store)
{
	struct upto_task *task = CONTAINER_OF(base, struct upto_task, base.task);
	const struct actor *actor = &task->base.actor;
	uint64_t seq;
	enum err err = receipt_seq_at(store, actor, &task->room, task->upto, &seq);

	return err == ERR_OK
		       ? receipt_read(store, actor, &task->room, seq, &task->base.news)
		       : err;
}

static void say_ack(struct session *session, const char *type, const char *key,
		    const uint64_t *number, bool on)
{
	struct buf text = BUF_INIT;
	struct json_out out = json_out_init(&text);

	json_out_open(&out, '{');
	json_out_put_word(&out, "type", type);
	json_out_key(&out, key);
	if (number) {
		json_out_uint(&out, *number);
	} else {
		json_out_bool(&out, on);
	}
	json_out_close(&out, '}');
	conn_say(session->conn, buf_view(&text));
	buf_done(&text);
}

static void upto_done(struct task *base, enum err err)
{
	struct upto_task *task = CONTAINER_OF(base, struct upto_task, base.task);
	struct session *session = on_task_back(&task->base);

	if (err == ERR_OK) {
		server_publish(task->base.server, &task->base.news, &task->base.from);
	}
	if (session && err == ERR_OK) {
		say_ack(session, "read_ack", "upto", &task->upto, false);
	} else if (session) {
		session_error(session, err, NULL, "created_at_ms", NULL, 0);
	}
	news_done(&task->base.news);
	mem_free(task);
}

static enum err read_upto(struct session *session, uint64_t upto)
{
	struct upto_task *task = mem_new(struct upto_task);

	on_task_init(&task->base, session, upto_run, upto_done);
	task->base.task.size = sizeof(*task);
	task->room = session->conn->room;
	task->upto = upto;
	enum err err = on_task_write(&task->base);

	if (err != ERR_OK) {
		mem_free(task);
	}
	return err;
}

/* Whether it was a word of the dialect; *ret_err is then what became of it. */
static bool dialect(struct session *session, struct json_node root, enum err *ret_err)
{
	struct json_node value = json_get(root, "value");
	struct bytes type;
	uint64_t upto;
	bool on;

	if (!json_text(json_get(root, "type"), &type)) {
		return false;
	}
	if (bytes_equal(type, bytes_text("typing")) && json_bool(value, &on)) {
		*ret_err = typing_set(session, &session->conn->room, on);
		if (*ret_err == ERR_OK) {
			say_ack(session, "typing_ack", "value", NULL, on);
		}
		return true;
	}
	if (bytes_equal(type, bytes_text("read_upto"))) {
		*ret_err = json_uint(json_get(root, "created_at_ms"), &upto)
				   ? read_upto(session, upto)
				   : ERR_BAD;
		return true;
	}
	return false;
}

void single_message(struct session *session, struct bytes text,
		    void (*frame)(struct session *, struct bytes))
{
	struct json *json = NULL;
	enum err err = ERR_OK;
	bool done = false;

	if (session->conn->state == CONN_READY && json_parse(text, &json) == ERR_OK) {
		done = dialect(session, json_root(json), &err);
	}
	json_free(&json);
	if (done) {
		if (err != ERR_OK) {
			session_error(session, err, NULL, NULL, NULL, 0);
		}
		return;
	}
	struct buf named = BUF_INIT;
	const uint8_t *brace = text.len > 0 ? memchr(text.ptr, '{', text.len) : NULL;

	if (!brace) {
		frame(session, text);
		return;
	}
	size_t skip = (size_t)(brace - text.ptr) + 1;
	struct str room = STR_INIT;

	str_addf(&room, "{\"room\":\"%s\",", id_text(&session->conn->room).text);
	buf_add(&named, text.ptr, skip - 1);
	buf_add(&named, room.ptr, room.len);
	buf_add(&named, text.ptr + skip, text.len - skip);
	frame(session, buf_view(&named));
	str_done(&room);
	buf_done(&named);
}

struct packet *single_event(const struct server *server, const struct event_row *row)
{
	struct buf text = BUF_INIT;

	if (server->singles == 0 || row->kind != EVENT_MESSAGE || !row->text.ptr) {
		return NULL;
	}
	struct json_out out = json_out_init(&text);

	json_out_open(&out, '{');
	json_out_put_word(&out, "type", "message");
	json_out_put_word(&out, "message_id", id_text(&row->cid).text);
	json_out_put_word(&out, "sender_id", id_text(&row->from).text);
	json_out_put_text(&out, "text", row->text);
	json_out_put_uint(&out, "created_at", row->ts);
	json_out_close(&out, '}');
	struct packet *packet = packet_event(&row->room, row->seq, buf_view(&text));

	buf_done(&text);
	return packet;
}

struct packet *single_typing(const struct server *server, const struct id *user, bool on)
{
	struct buf text = BUF_INIT;

	if (server->singles == 0) {
		return NULL;
	}
	struct json_out out = json_out_init(&text);

	json_out_open(&out, '{');
	json_out_put_word(&out, "type", "typing");
	json_out_put_word(&out, "user_id", id_text(user).text);
	json_out_put_bool(&out, "value", on);
	json_out_close(&out, '}');
	struct packet *packet = packet_new(PACKET_SOFT, buf_view(&text));

	buf_done(&text);
	return packet;
}
