/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * call: a REST row by its operation, through the same router and the same function. Its
 * args are the body, with what HTTP has in path and query as further members.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/proto/json_out.h"
#include "common/proto/rest.h"
#include "server/on/session.h"

struct call {
	struct server *server;
	struct conn_ref from;
	uint64_t id;
};

static bool is_json(const char *content_type)
{
	return !content_type || strcmp(content_type, "application/json") == 0 ||
	       strcmp(content_type, "application/problem+json") == 0;
}

static void on_reply(struct request *request, const struct reply *reply)
{
	struct call *call = request->carrier;
	struct conn *conn = conn_find(call->server->conns, call->from);

	if (conn && conn->session) {
		struct session *session = conn->session;
		struct body_result body = {.id = call->id,
					   .status = (uint64_t)reply->status};

		if (is_json(reply->content_type) && reply->body.len > 0) {
			body.body = reply->body;
		}
		if (body.body.len < LIMIT_FRAME_SERVER - 256) {
			session_say(session, FRAME_RESULT, &body);
		} else {
			session_error(session, ERR_TOO_BIG, &call->id, NULL, NULL, 0);
		}
	}
	mem_free(call);
}

static const struct request_io call_io = {.reply = on_reply};

static enum request_method method_of(const char *name)
{
	static const char *const names[] = {
		[METHOD_GET] = "GET",       [METHOD_POST] = "POST",
		[METHOD_PUT] = "PUT",       [METHOD_PATCH] = "PATCH",
		[METHOD_DELETE] = "DELETE",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], name) == 0) {
			return (enum request_method)i;
		}
	}
	return METHOD_OTHER;
}

enum err on_call(struct session *session, struct frame *frame)
{
	struct body_call body;
	enum err err = frame_read_call(frame, &body, &session->bad_field);

	if (err != ERR_OK) {
		return err;
	}
	const struct rest_row *row = rest_find((const char *)body.op.ptr, body.op.len);

	if (!row) {
		session->bad_field = "op";
		return ERR_NOT_FOUND;
	}
	struct bytes args = body.args.ptr ? body.args : bytes_text("{}");
	struct call *call = mem_new(struct call);
	struct request *request = request_new(session->server, &call_io, call);
	size_t most = 0;

	*call = (struct call){session->server, session->conn->ref, body.id};
	request->row = row;
	request->framed = true;
	request->method = method_of(row->method);
	request->who = session->conn->who;
	request->peer = session->conn->peer;
	str_set(&request->path, row->path);
	str_set_len(&request->body, (const char *)args.ptr, args.len);
	err = body.key.ptr ? request_add(request, FIELD_HEADER,
					 bytes_text("idempotency-key"), body.key)
			   : ERR_OK;
	if (err == ERR_OK) {
		err = session->server->router->begin(request, &most);
	}
	if (err != ERR_OK) {
		request_reply_problem(&request, err, NULL, NULL, request->retry_ms);
		return ERR_OK;
	}
	session->server->router->run(request);
	return ERR_OK;
}
