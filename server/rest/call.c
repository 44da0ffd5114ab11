/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of a call: arguments in, work on the store, news out, answer. The answer is
 * written where the rows are, on the store's thread, so that nothing but bytes comes back
 * to the loop.
 */
#include "server/rest/call.h"

#include <string.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/utf8.h"
#include "server/metrics.h"
#include "server/rest/args.h"
#include "server/rest/etag.h"
#include "server/rest/idempotency.h"
#include "server/store/writer.h"

#define CALL_BUSY_MS 1000 /* a full queue is worked off in about this time */

static void call_free(struct call *call)
{
	if (call->data_done)
		call->data_done(call->data);
	mem_free(call->data);
	mem_free(call->args);
	json_free(&call->json);
	buf_wipe(&call->answer);
	news_done(&call->news);
	mem_free(call);
}

struct call *call_new(struct request *request)
{
	struct call *call = mem_new(struct call);

	call->server = request->server;
	call->row = request->row;
	call->actor = (struct actor){
		.user = request->who.user,
		.device = request->who.device,
		.session = request->who.session,
		.scope = request->who.scope,
	};
	call->request = request;
	return call;
}

enum err call_decode(struct call *call)
{
	const struct body_def *def = call->row->in();

	call->args = mem_alloc(1, def->size);
	return args_read(call->request, def, &call->json, call->args, &call->field);
}

void *call_data(struct call *call, size_t size, void (*done)(void *data))
{
	call->data = mem_alloc(1, size);
	call->data_done = done;
	return call->data;
}

static enum err run_work(struct task *task, struct store *store)
{
	struct call *call = CONTAINER_OF(task, struct call, task);
	enum err err = call->work(call, store);

	if (err == ERR_OK)
		etag_make(call);
	return err;
}

/* A writing call whose client may send it twice. */
static enum err run_once(struct task *task, struct store *store)
{
	struct call *call = CONTAINER_OF(task, struct call, task);
	bool again = false;
	enum err err = idempotency_find(call, store, &again);

	if (err == ERR_OK && !again)
		err = call->work(call, store);
	if (err == ERR_OK && !again && call->refused == ERR_OK)
		err = idempotency_keep(call, store);
	return err;
}

static void on_done(struct task *task, enum err err)
{
	struct call *call = CONTAINER_OF(task, struct call, task);

	if (err != ERR_OK) {
		call_fail(call, err);
		return;
	}
	server_publish(call->server, &call->news, NULL);
	news_clear(&call->news);
	if (call->next)
		call->next(call);
	else
		call_finish(call);
}

/* The next step of a call that had another one before. */
static void prepare(struct call *call, call_work_fn *work, call_next_fn *next,
		    task_run_fn *run)
{
	call->work = work;
	call->next = next;
	call->task = (struct task){
		.run = run,
		.done = on_done,
		.size = sizeof(*call) + call->request->body.len,
	};
}

enum err call_read(struct call *call, call_work_fn *work, call_next_fn *next)
{
	prepare(call, work, next, run_work);
	return reader_submit(call->server->writer, &call->task);
}

enum err call_write(struct call *call, call_work_fn *work, call_next_fn *next)
{
	prepare(call, work, next, idempotency_wanted(call) ? run_once : run_work);
	return writer_submit(call->server->writer, &call->task);
}

void call_answer(struct call *call, const void *body)
{
	call_answer_as(call, call->row->out(), body);
}

void call_answer_as(struct call *call, const struct body_def *def, const void *body)
{
	struct json_out out = json_out_init(&call->answer);

	body_encode(def, &out, body);
}

enum err call_blame(struct call *call, enum err err, const char *field,
		    const char *detail)
{
	call->field = field;
	call->detail = detail;
	return err;
}

void call_finish(struct call *call)
{
	if (call->refused != ERR_OK) {
		call_fail(call, call->refused);
		return;
	}
	metrics_call(call->server, call->row, 200, ERR_OK);
	if (etag_spares(call))
		request_reply(&call->request, 304, NULL, bytes_of(NULL, 0));
	else if (call->answer_type)
		request_reply(&call->request, 200, call->answer_type,
			      buf_view(&call->answer));
	else
		request_reply_json(&call->request, call->answer.len ? 200 : 204,
				   buf_view(&call->answer));
	call_free(call);
}

void call_end(struct call *call, int status)
{
	metrics_call(call->server, call->row, status, ERR_OK);
	call_free(call);
}

void call_fail(struct call *call, enum err err)
{
	uint64_t retry_ms = call->retry_ms;

	if (err_row(err)->http >= 500 && err != ERR_BUSY)
		log_error("rest: a call failed, operation=%s, error=%s, request=%llx",
			  call->row->op, err_word(err),
			  (unsigned long long)call->request->number);
	if (err == ERR_BUSY && retry_ms == 0)
		retry_ms = CALL_BUSY_MS;
	metrics_call(call->server, call->row, err_row(err)->http, err);
	request_reply_problem(&call->request, err, call->detail, call->field, retry_ms);
	call_free(call);
}

/* RFC 9110 section 12.5.4: clients put first what they like best. */
static struct bytes first_tag(const char *list)
{
	size_t len = strcspn(list, ",; \t");

	return len <= LIMIT_WORD ? bytes_of(list, len) : bytes_of(NULL, 0);
}

/* It is listed to the owner as it came, so it is text or nothing. */
static struct bytes client_name(const char *agent)
{
	struct bytes name = bytes_text(agent ? agent : "");

	if (!line_is_valid(name) || !utf8_valid((const char *)name.ptr, name.len))
		return bytes_of(NULL, 0);
	name.len = utf8_cut(agent, name.len, LIMIT_CLIENT);
	return name;
}

struct login_place call_place(const struct call *call)
{
	const char *agent = request_header(call->request, "user-agent");
	const char *language = request_header(call->request, "accept-language");

	return (struct login_place){
		.client = client_name(agent),
		.address = bytes_text(call->request->peer.address),
		.language = language ? first_tag(language) : bytes_of(NULL, 0),
	};
}

size_t call_limit(uint64_t asked, size_t usual, size_t most)
{
	if (asked == 0)
		return usual;
	return asked < most ? (size_t)asked : most;
}
