/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request and the ways to answer it. Everything in it is a copy, since the transport's
 * memory is gone by the time a task comes back.
 */
#include "server/net/request.h"

#include <assert.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/proto/json_out.h"
#include "server/net/slots.h"

struct request *request_new(struct server *server, const struct request_io *io,
			    void *carrier)
{
	struct request *request = mem_new(struct request);

	request->server = server;
	request->io = io;
	request->carrier = carrier;
	request->path = STR_INIT;
	request->body = STR_INIT;
	return request;
}

static void fields_free(struct request_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		mem_free(fields[i].name);
		mem_free(fields[i].value);
	}
}

void request_free(struct request **request)
{
	struct request *gone = *request;

	*request = NULL;
	if (!gone) {
		return;
	}
	str_done(&gone->path);
	if (gone->body.cap > 0) {
		wipe(gone->body.ptr, gone->body.cap); /* it may hold a password */
	}
	str_done(&gone->body);
	fields_free(gone->fields, gone->field_count);
	fields_free(gone->out, gone->out_count);
	slot_give(gone->slot);
	mem_free(gone);
}

enum err request_add(struct request *request, enum request_part part, struct bytes name,
		     struct bytes value)
{
	if (request->field_count == REQUEST_FIELDS_MAX) {
		return ERR_TOO_BIG;
	}
	request->fields[request->field_count++] = (struct request_field){
		part,
		mem_strndup((const char *)name.ptr, name.len),
		mem_strndup((const char *)value.ptr, value.len),
	};
	return ERR_OK;
}

static const char *find(const struct request *request, enum request_part part,
			enum request_part other, const char *name)
{
	for (size_t i = 0; i < request->field_count; i++) {
		const struct request_field *field = &request->fields[i];

		if ((field->part == part || field->part == other) &&
		    strcmp(field->name, name) == 0) {
			return field->value;
		}
	}
	return NULL;
}

const char *request_param(const struct request *request, const char *name)
{
	return find(request, FIELD_PARAM, FIELD_ARG, name);
}

const char *request_query(const struct request *request, const char *name)
{
	return find(request, FIELD_QUERY, FIELD_ARG, name);
}

const char *request_header(const struct request *request, const char *name)
{
	return find(request, FIELD_HEADER, FIELD_HEADER, name);
}

enum err request_number(const struct request *request, const char *name, uint64_t most,
			uint64_t otherwise, uint64_t *ret_value)
{
	const char *text = request_query(request, name);
	uint64_t value = 0;

	if (!text) {
		*ret_value = otherwise;
		return ERR_OK;
	}
	if (*text == '\0') {
		return ERR_BAD;
	}
	for (; *text; text++) {
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value)) {
			return ERR_BAD;
		}
	}
	if (value > most) {
		return ERR_BAD;
	}
	*ret_value = value;
	return ERR_OK;
}

enum err request_id(const struct request *request, const char *name, struct id *ret_id)
{
	const char *text = request_param(request, name);

	return text ? id_parse(text, strlen(text), ret_id) : ERR_BAD;
}

void request_set(struct request *request, const char *name, const char *value)
{
	assert(request->out_count < ARRAY_LEN(request->out));
	request->out[request->out_count++] =
		(struct request_field){FIELD_HEADER, mem_strdup(name), mem_strdup(value)};
}

void request_reply(struct request **request, int status, const char *content_type,
		   struct bytes body)
{
	struct reply reply = {
		.status = status,
		.content_type = content_type,
		.body = body,
		.headers = (*request)->out,
		.header_count = (*request)->out_count,
	};

	(*request)->io->reply(*request, &reply);
	request_free(request);
}

enum err request_reply_source(struct request **request, int status,
			      const char *content_type, struct source *source)
{
	struct reply reply = {
		.status = status,
		.content_type = content_type,
		.headers = (*request)->out,
		.header_count = (*request)->out_count,
	};

	if (!(*request)->io->stream)
		return ERR_METHOD;
	(*request)->io->stream(*request, &reply, source);
	request_free(request);
	return ERR_OK;
}

void request_reply_json(struct request **request, int status, struct bytes json)
{
	request_reply(request, status, json.len > 0 ? "application/json" : NULL, json);
}

void problem_text(struct buf *out, enum err err, const char *detail, const char *field,
		  uint64_t retry_ms)
{
	const struct err_row *row = err_row(err);
	struct json_out json = json_out_init(out);

	json_out_open(&json, '{');
	json_out_put_word(&json, "type", "about:blank");
	json_out_put_word(&json, "title", row->text);
	json_out_put_uint(&json, "status", (uint64_t)row->http);
	json_out_put_word(&json, "code", row->word);
	if (detail) {
		json_out_put_word(&json, "detail", detail);
	}
	if (field) {
		json_out_put_word(&json, "field", field);
	}
	if (retry_ms > 0) {
		json_out_put_uint(&json, "retry_ms", retry_ms);
	}
	json_out_close(&json, '}');
}

void request_reply_problem(struct request **request, enum err err, const char *detail,
			   const char *field, uint64_t retry_ms)
{
	struct buf text = BUF_INIT;

	problem_text(&text, err, detail, field, retry_ms);
	if (retry_ms > 0 && (*request)->out_count < ARRAY_LEN((*request)->out)) {
		struct str seconds = STR_INIT;

		str_addf(&seconds, "%llu", (unsigned long long)(retry_ms + 999) / 1000);
		request_set(*request, "Retry-After", seconds.ptr);
		str_done(&seconds);
	}
	request_reply(request, err_row(err)->http, "application/problem+json",
		      buf_view(&text));
	buf_done(&text);
}
