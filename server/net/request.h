/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One REST request, whatever brought it: HTTP (net/http.c) or a WebSocket `call`
 *  (on/call.c). Handlers see only this.
 *
 *  Life: who made it hands it to the router; from then on it belongs to the handler, which
 *  answers exactly once, at once or from a task's done. Answering ends it; the peer may be
 *  gone by then, which is nobody's business but the transport's. Thread: loop; a task may
 *  read what the request holds while it owns it. */
#ifndef CHAT_SERVER_NET_REQUEST_H
#define CHAT_SERVER_NET_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/str.h"
#include "server/net/who.h"

struct rest_row;
struct server;
struct request;

enum request_method {
	METHOD_GET,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_HEAD,
	METHOD_OPTIONS,
	METHOD_OTHER,
};

/** Where a field came from. A `call` has its args as FIELD_ARG: both path and query. */
enum request_part { FIELD_PARAM, FIELD_QUERY, FIELD_HEADER, FIELD_ARG };

struct request_field {
	enum request_part part;
	char *name; /**< headers in lower case */
	char *value;
};

#define REQUEST_FIELDS_MAX 48 /**< params, query and the headers we look at, together */

/** A finished answer, as the transport gets it. */
struct reply {
	int status;
	const char *content_type; /**< NULL with an empty body */
	struct bytes body;
	const struct request_field *headers; /**< FIELD_HEADER, further ones */
	size_t header_count;
};

/** A body that comes in pieces, because it is large: whoever has it, for one reader. */
struct source {
	uint64_t left; /**< bytes that were not given yet */
	/** Get the next piece; @ready is called once, on the loop and not from within, with
	 *  a piece that is borrowed until it returns; an empty one: there is an end to it,
	 *  too early. Not while one is being waited for, and not with nothing left. */
	void (*next)(struct source *source, void (*ready)(void *ctx, struct bytes piece),
		     void *ctx);
	/** Nobody waits any more. */
	void (*free)(struct source *source);
};

/** The transport's side. */
struct request_io {
	/** Send @reply; the request is freed after it returns. */
	void (*reply)(struct request *request, const struct reply *reply);
	/** The same with a body from @source, which it takes. NULL: only whole bodies go
	 *  this way. */
	void (*stream)(struct request *request, const struct reply *reply,
		       struct source *source);
};

struct request {
	struct server *server;
	const struct request_io *io;
	void *carrier;              /**< the transport's own */
	uint64_t number;            /**< X-Request-Id; 0 for a `call` */
	uint64_t token;             /**< the transport's own: generation, call id */
	const struct rest_row *row; /**< NULL until the router has found it */
	enum request_method method;
	struct str path; /**< "/v1/rooms/abc", decoded by segment in the params */
	struct who
		who; /**< by Authorization, or of the connection; checked by the router */
	struct peer peer;
	struct str body; /**< whole; its bound was checked while it came in */
	bool framed;     /**< of a `call`: the body is JSON also where HTTP takes bytes */
	struct request_field fields[REQUEST_FIELDS_MAX];
	size_t field_count;
	struct request_field out[12]; /**< headers of the answer */
	size_t out_count;
	uint64_t retry_ms; /**< the router's: with ERR_RATE from begin() */
	struct slot *slot; /**< of large bodies; given back with the request */
};

/** What the server does with requests; route.c implements it. Both are called by net. */
struct request_router {
	/** The head is complete: find the row by method and path (a `call` has it set
	 *  already), check the right, say how long a body may be.
	 *  Errors: answered as a problem by the transport, the body unread. */
	enum err (*begin)(struct request *request, size_t *ret_body_max);
	/** The body is complete. Takes @request. */
	void (*run)(struct request *request);
};

struct request *request_new(struct server *server, const struct request_io *io,
			    void *carrier) MUST_CHECK;
void request_free(struct request **request);

/** Add a copy of a field. Errors: ERR_TOO_BIG beyond REQUEST_FIELDS_MAX. */
enum err request_add(struct request *request, enum request_part part, struct bytes name,
		     struct bytes value) MUST_CHECK;
/** "{room}" of the path; NULL when there is none. Borrowed. */
const char *request_param(const struct request *request, const char *name);
/** ?name= decoded; NULL when there is none. Borrowed. */
const char *request_query(const struct request *request, const char *name);
/** A header by its lower-case name; NULL when there is none. Borrowed. */
const char *request_header(const struct request *request, const char *name);
/** The query parameter as a number. Errors: ERR_BAD unless digits only and ≤ @most; absent
 *  gives @otherwise. */
enum err request_number(const struct request *request, const char *name, uint64_t most,
			uint64_t otherwise, uint64_t *ret_value) MUST_CHECK;
/** An id in the path. Errors: ERR_BAD. */
enum err request_id(const struct request *request, const char *name,
		    struct id *ret_id) MUST_CHECK;

/** One more header of the answer; both texts are copied. */
void request_set(struct request *request, const char *name, const char *value);
/** Answer with @status and a JSON text. Takes @request. */
void request_reply_json(struct request **request, int status, struct bytes json);
/** Answer with any other type of body. Takes @request. */
void request_reply(struct request **request, int status, const char *content_type,
		   struct bytes body);
/** Answer with a body of @source, which this takes. Errors: ERR_METHOD where the way that
 *  the request came takes none; both stay the caller's. */
enum err request_reply_source(struct request **request, int status,
			      const char *content_type, struct source *source) MUST_CHECK;
/** Answer with application/problem+json (RFC 9457) made from the row of @err. @detail and
 *  @field may be NULL, @retry_ms 0. Takes @request. */
void request_reply_problem(struct request **request, enum err err, const char *detail,
			   const char *field, uint64_t retry_ms);
/** The text of that problem, for who answers without a request. */
void problem_text(struct buf *out, enum err err, const char *detail, const char *field,
		  uint64_t retry_ms);

#endif
