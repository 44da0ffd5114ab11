/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One call of the API while it is worked on, whether it came over HTTP or as a `call`
 *  frame. A handler gets it with decoded arguments and an actor whose right was checked.
 *  Most handlers are one line, which says whether to read or to write, and a work function
 *  that asks core and writes the answer; the rest is done here.
 *
 *  Who answers gives the call away: call_finish() and call_fail() free it.
 *  Thread: loop; a work function has it on the store's thread for as long as it runs. */
#ifndef CHAT_REST_CALL_H
#define CHAT_REST_CALL_H

#include "common/proto/body.h"
#include "common/proto/rest.h"
#include "server/core/actor.h"
#include "server/core/login.h"
#include "server/core/news.h"
#include "server/net/request.h"
#include "server/server.h"
#include "server/store/store_limiter.h"
#include "server/store/task.h"

#define ETAG_LEN 34 /* 32 digits and quotes */

struct call;

/** Does the work on the store and writes the answer with call_answer(). A failure undoes
 *  what was written; to keep it and answer an error, succeed and set call->refused. */
typedef enum err call_work_fn(struct call *call, struct store *store);
/** Goes on after the work was committed, on the loop. Takes the call. */
typedef void call_next_fn(struct call *call);

/** A secret that somebody shows, and under which name failures are counted. */
struct guarded {
	enum limiter_scope scope;
	struct id subject;
	struct id user; /**< whom it is about, for the audit log; or a stand-in */
	struct limiter_row past; /**< what the store knows */
};

struct call {
	struct server *server;
	struct request *request;
	const struct rest_row *row;
	struct actor actor; /**< all zero for public rows */
	struct json *json;  /**< what the arguments point into */
	void *args;         /**< a struct body_X, as row->in says */

	struct buf answer; /**< JSON; empty: 204 */
	const char
		*answer_type; /**< its media type where it is not JSON; owned by data */
	char etag[ETAG_LEN + 1]; /**< of the answer to a GET over HTTP; see etag.h */
	enum err refused;        /**< the work was done, and this is what to answer */
	const char *field;  /**< of the arguments, what an error is about; static text */
	const char *detail; /**< English, static text */
	uint64_t retry_ms;
	struct news news; /**< published after the commit */

	struct guarded guarded; /**< the password that is looked at: see guard.h */

	struct task task;
	call_work_fn *work;
	call_next_fn *next;
	void *data; /**< the handler's own, mem_free()d with the call after data_done() */
	void (*data_done)(void *data);
};

/** Make a call of @request, which it takes; its arguments are still to be decoded. */
struct call *call_new(struct request *request) MUST_CHECK;
/** Decode the arguments, once. Errors: ERR_BAD, ERR_TOO_BIG, ERR_UTF8; call->field names
 *  the field. */
enum err call_decode(struct call *call) MUST_CHECK;

/** Give the handler memory of its own, zeroed. */
void *call_data(struct call *call, size_t size, void (*done)(void *data));

/** Run @work on a reading or on the writing connection, then @next (NULL: call_finish).
 *  Errors: ERR_BUSY; the call stays the caller's. */
enum err call_read(struct call *call, call_work_fn *work, call_next_fn *next) MUST_CHECK;
enum err call_write(struct call *call, call_work_fn *work, call_next_fn *next) MUST_CHECK;

/** Write @body, of row->out, as the answer. Thread: any. */
void call_answer(struct call *call, const void *body);
/** The same for one of several forms that row->out stands for. */
void call_answer_as(struct call *call, const struct body_def *def, const void *body);

/** Set what an error is about and return it, for one-line refusals. Thread: any. */
enum err call_blame(struct call *call, enum err err, const char *field,
		    const char *detail) MUST_CHECK;

/** Answer: the refusal if there is one, else what was written. */
void call_finish(struct call *call);
/** Its request was answered otherwise, with @status. */
void call_end(struct call *call, int status);
/** Answer with @err and what was said about it. */
void call_fail(struct call *call, enum err err);

/** Where the call comes from; borrows from it. */
struct login_place call_place(const struct call *call);

/** The limit of a list: what was asked for, at most @most; 0: @usual. */
size_t call_limit(uint64_t asked, size_t usual, size_t most);

/** A handler: takes the call when it returns ERR_OK. */
typedef enum err call_fn(struct call *call);

#define REST(op, method, path, right, most, in, out) call_fn rest_##op;
#include "common/proto/rest.def"
#undef REST

#endif
