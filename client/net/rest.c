/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests and who waits for them. The transport gives up on a request by itself, so there
 * are no times here.
 */
#include "client/net/rest.h"

#include <assert.h>
#include <string.h>

#include "common/base/mem.h"

struct rest_wait {
	struct rest_wait *next;
	uint32_t number;
	link_result_fn *done;
	void *ctx;
};

struct rest {
	struct transport *transport;
	struct rest_wait *waits;
	uint32_t number;
};

struct rest *rest_new(struct transport *transport)
{
	struct rest *rest = mem_new(struct rest);

	rest->transport = transport;
	return rest;
}

void rest_free(struct rest **rest)
{
	if (!*rest)
		return;
	for (struct rest_wait *wait = (*rest)->waits, *next; wait; wait = next) {
		next = wait->next;
		mem_free(wait);
	}
	mem_free(*rest);
	*rest = NULL;
}

void rest_ask(struct rest *rest, const struct address *address, enum rest_op op,
	      struct bytes body, const char *token, link_result_fn *done, void *ctx)
{
	const struct rest_row *row = rest_row(op);
	struct rest_wait *wait = mem_new(struct rest_wait);
	struct transport_request request = {
		.request = ++rest->number,
		.address = address,
		.method = row->method,
		.path = row->path,
		.token = token,
		.body = (const char *)body.ptr,
		.body_len = body.len,
		.type = row->in() == body_raw_def() ? "application/octet-stream" : NULL,
	};

	assert(!strchr(row->path, '{'));
	*wait = (struct rest_wait){rest->waits, request.request, done, ctx};
	rest->waits = wait;
	transport_request(rest->transport, &request);
}

bool rest_is_asking(const struct rest *rest)
{
	return rest->waits != NULL;
}

enum err rest_problem(unsigned status, struct bytes body)
{
	struct body_problem problem;
	struct json *json;
	enum err err = ERR_INTERNAL;

	if (status >= 200 && status < 300)
		return ERR_OK;
	if (json_parse(body, &json) != ERR_OK)
		return err;
	if (body_decode(body_problem_def(), json, json_root(json), &problem, NULL) ==
	    ERR_OK)
		err = err_from_word((const char *)problem.code.ptr, problem.code.len);
	json_free(&json);
	return err;
}

void rest_note(struct rest *rest, struct transport_note **note)
{
	struct rest_wait **at = &rest->waits, *wait;

	while (*at && (*at)->number != (*note)->request)
		at = &(*at)->next;
	wait = *at;
	if (wait) {
		struct bytes body = bytes_of((*note)->text, (*note)->len);
		enum err err = (*note)->err;

		*at = wait->next;
		if (err == ERR_OK)
			err = rest_problem((*note)->code, body);
		wait->done(err, (*note)->code, body, wait->ctx);
		mem_free(wait);
	}
	transport_note_free(note);
}
