/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The router. Everything that is the same for all routes happens here and nowhere else:
 * identity from the token, never from the arguments; the right of the row; the pace; the
 * headers of CORS, from a list and not from what the request would like (no credentials,
 * nothing reflected but what is listed).
 */
#include "server/rest/route.h"

#include <string.h>

#include "server/core/local.h"
#include "server/net/listen.h"
#include "server/net/rate.h"
#include "server/net/slots.h"
#include "server/net/upgrade.h"
#include "server/rest/call.h"
#include "server/rest/hook_text.h"
#include "server/store/store_account.h"

#define SEGMENT_MOST  256  /* bytes of one, decoded */
#define SLOT_RETRY_MS 1000 /* a body takes about so long */

static call_fn *const handlers[REST_COUNT] = {
#define REST(op, method, path, right, most, in, out) [REST_##op] = rest_##op,
#include "common/proto/rest.def"
#undef REST
};

static const struct rest_row *row_of(const struct request *request)
{
	return request->row;
}

/* As rows have it: HEAD is GET, and the transport leaves the body out (RFC 9110 section
 * 9.3.2). */
static const char *method_name(enum request_method method)
{
	static const char *const names[] = {
		[METHOD_GET] = "GET",       [METHOD_POST] = "POST",
		[METHOD_PUT] = "PUT",       [METHOD_PATCH] = "PATCH",
		[METHOD_DELETE] = "DELETE", [METHOD_HEAD] = "GET",
	};

	return (size_t)method < ARRAY_LEN(names) ? names[method] : "";
}

/* Cut the first segment off @path; false at the end. */
static bool next_segment(struct bytes *path, struct bytes *ret_segment)
{
	if (path->len == 0 || path->ptr[0] != '/')
		return false;
	const uint8_t *start = path->ptr + 1, *end = path->ptr + path->len;
	const uint8_t *slash =
		start < end ? memchr(start, '/', (size_t)(end - start)) : NULL;
	if (!slash)
		slash = end;
	*ret_segment = bytes_of(start, (size_t)(slash - start));
	*path = bytes_of(slash, (size_t)(end - slash));
	return true;
}

static bool is_param(struct bytes segment)
{
	return segment.len > 2 && segment.ptr[0] == '{';
}

/* Whether @path has the form of @pattern. */
static bool fits(const char *pattern, struct bytes path)
{
	struct bytes want = bytes_text(pattern), a, b;

	while (next_segment(&want, &a)) {
		if (!next_segment(&path, &b) || b.len == 0 || b.len > SEGMENT_MOST)
			return false;
		if (!is_param(a) && !bytes_equal(a, b))
			return false;
	}
	return path.len == 0;
}

/* A path without parameters wins: /v1/rooms/public is no room. */
static bool is_better(const char *pattern, const struct rest_row *than)
{
	return !than || (!strchr(pattern, '{') && strchr(than->path, '{'));
}

/* Errors: ERR_NOT_FOUND, ERR_METHOD when only other methods have that path, which are then
 * named (RFC 9110 section 15.5.6). OPTIONS is told them and gets no row. */
static enum err find_row(struct request *request)
{
	struct bytes path = str_view(&request->path);
	AUTO(str_done) struct str allow = STR_INIT;
	const struct rest_row *best = NULL;

	for (int op = 0; op < REST_COUNT; op++) {
		const struct rest_row *row = rest_row((enum rest_op)op);
		if (!fits(row->path, path))
			continue;
		str_addf(&allow, "%s%s, ", row->method,
			 strcmp(row->method, "GET") == 0 ? ", HEAD" : "");
		if (strcmp(row->method, method_name(request->method)) == 0 &&
		    is_better(row->path, best))
			best = row;
	}
	request->row = best;
	if (best)
		return ERR_OK;
	if (allow.len == 0)
		return ERR_NOT_FOUND;
	str_add(&allow, "OPTIONS");
	request_set(request, "Allow", allow.ptr);
	return request->method == METHOD_OPTIONS ? ERR_OK : ERR_METHOD;
}

/* The parameters of @pattern, decoded by the transport already, become fields. */
static enum err add_params(struct request *request, const char *pattern)
{
	struct bytes want = bytes_text(pattern), path = str_view(&request->path), a, b;
	enum err err = ERR_OK;

	while (err == ERR_OK && next_segment(&want, &a) && next_segment(&path, &b)) {
		if (is_param(a))
			err = request_add(request, FIELD_PARAM,
					  bytes_of(a.ptr + 1, a.len - 2), b);
	}
	return err;
}

static const char *allowed_origin(const struct request *request)
{
	const char *origin = request_header(request, "origin");

	for (const char *const *one = request->server->config.origins;
	     origin && one && *one; one++) {
		if (strcmp(*one, origin) == 0)
			return *one;
	}
	return NULL;
}

/* What a browser asks before and after (Fetch standard, CORS protocol). */
static void set_cors(struct request *request)
{
	const char *origin = allowed_origin(request);
	const char *const *listed = request->server->config.origins;

	if (listed && *listed) /* whoever asks: the answer to others differs */
		request_set(request, "Vary", "Origin");
	if (!origin)
		return;
	request_set(request, "Access-Control-Allow-Origin", origin);
	if (request->method != METHOD_OPTIONS) {
		request_set(request, "Access-Control-Expose-Headers",
			    "Accept-Ranges, Content-Disposition, Content-Range, "
			    "ETag, Retry-After, X-Request-Id");
		return;
	}
	request_set(request, "Access-Control-Allow-Methods",
		    "GET, POST, PUT, PATCH, DELETE");
	request_set(request, "Access-Control-Allow-Headers",
		    "Authorization, Content-Type, Idempotency-Key, "
		    "If-None-Match, If-Range, Range");
	request_set(request, "Access-Control-Max-Age", "600");
}

/* Whether it is the one who runs the server that asks, by the word of the kernel. Only
 * over HTTP: a frame comes from an account, and so does who shows a token. */
static bool is_operator(const struct request *request)
{
	return row_of(request)->right >= REST_ADMIN && request->peer.local &&
	       id_is_zero(&request->who.user) &&
	       !request_header(request, "authorization") &&
	       (request->peer.uid == request->server->own_uid || request->peer.uid == 0);
}

/* What a token must be good for, before the gate asks for more in rooms. A token of a bot is
 * not good for accounts, so whatever is about them stands here and not in each handler. */
static unsigned scope_of(const struct rest_row *row)
{
	static const char *const account[] = {"auth_", "bot", "notification_settings_set",
					      "user_block", "user_unblock"};

	if (row == rest_row(REST_auth_me) || row == rest_row(REST_users_lookup))
		return SCOPE_READ;
	for (size_t i = 0; i < ARRAY_LEN(account); i++) {
		if (strncmp(row->op, account[i], strlen(account[i])) == 0)
			return SCOPE_ACCOUNT;
	}
	return strcmp(row->method, "GET") == 0 ? SCOPE_READ : SCOPE_WRITE | SCOPE_ROOMS;
}

static enum err check_scope(const struct request *request)
{
	if (row_of(request)->right != REST_USER || !who_is_known(&request->who))
		return ERR_OK;
	return request->who.scope & scope_of(row_of(request)) ? ERR_OK : ERR_FORBIDDEN;
}

/* Who asks: a connection has said so already, a request says it by its token. On the Unix
 * socket the kernel says it; which account that is comes before the handler. */
static enum err identify(struct request *request)
{
	const char *authorization = request_header(request, "authorization");

	if (is_operator(request))
		return ERR_OK;
	if (row_of(request)->right == REST_OPERATOR)
		return ERR_FORBIDDEN;
	if (row_of(request)->right == REST_PUBLIC || who_is_known(&request->who))
		return ERR_OK;
	if (!authorization)
		return request->peer.local ? ERR_OK : ERR_UNAUTHORIZED;
	struct bytes token = header_bearer(bytes_text(authorization));
	if (!token.ptr)
		return ERR_UNAUTHORIZED;
	return server_verify(request->server, token, &request->who);
}

static struct bytes pace_key(const struct request *request, uint8_t key[16])
{
	return who_is_known(&request->who) ? bytes_of(request->who.user.bytes, ID_LEN)
					   : rate_peer(&request->peer, key);
}

static enum err take_pace(struct request *request)
{
	enum rate rate = rest_is_piece(request->row) ? RATE_FILE : RATE_CALL;
	uint8_t key[16];

	if (request->row == rest_row(REST_hook_post))
		return hook_pace(request);
	if (is_operator(request))
		return ERR_OK;
	if (!who_is_known(&request->who) && !request->peer.local)
		rate = RATE_GUEST;
	return rate_take(request->server->rates, rate, pace_key(request, key),
			 &request->retry_ms);
}

/* A large body takes memory for as long as it comes: a bound on how many do. */
static enum err take_slot(struct request *request)
{
	const char *text = request_header(request, "content-length");
	uint8_t key[SLOT_KEY] = {0};
	uint64_t len = 0;

	if (row_of(request)->most <= LIMIT_HTTP_BODY || !text ||
	    header_length(bytes_text(text), INT64_MAX, &len) != ERR_OK ||
	    len <= LIMIT_HTTP_BODY)
		return ERR_OK;
	struct bytes pace = pace_key(request, key);
	if (pace.ptr != key)
		memcpy(key, pace.ptr, pace.len < SLOT_KEY ? pace.len : SLOT_KEY);
	request->slot = slots_take(request->server->bodies, key);
	request->retry_ms = request->slot ? 0 : SLOT_RETRY_MS;
	return request->slot ? ERR_OK : ERR_BUSY;
}

static enum err begin(struct request *request, size_t *ret_body_max)
{
	const bool framed = request->row != NULL;
	enum err err;

	*ret_body_max = 0;
	if (!framed) {
		set_cors(request);
		err = find_row(request);
		if (err == ERR_OK && request->row)
			err = add_params(request, row_of(request)->path);
		if (err != ERR_OK || !request->row)
			return err;
	}
	err = identify(request);
	if (err == ERR_OK)
		err = check_scope(request);
	/* Frames have a pace of their own. */
	if (err == ERR_OK && !framed)
		err = take_pace(request);
	if (err == ERR_OK && !framed)
		err = take_slot(request);
	if (err == ERR_OK)
		*ret_body_max = row_of(request)->most;
	return err;
}

static void dispatch(struct call *call)
{
	enum err err = call->args ? ERR_OK : call_decode(call);

	if (err == ERR_OK)
		err = handlers[call->row - rest_row((enum rest_op)0)](call);
	if (err != ERR_OK)
		call_fail(call, err);
}

/* Which account is administrator is asked of the store each time: rights are taken away. */
static enum err admin_work(struct call *call, struct store *store)
{
	struct account_row account;
	enum err err = store_account_by_id(store, &call->actor.user, &account);

	if (err != ERR_OK && err != ERR_NOT_FOUND)
		return err;
	if (err != ERR_OK || account.state != ACCOUNT_ACTIVE ||
	    !(account.rights & SERVER_ADMIN) || !(call->actor.scope & SCOPE_ADMIN))
		return ERR_FORBIDDEN;
	call->actor.steward = STEWARD_ADMIN;
	return ERR_OK;
}

/* What a route needs to know of the account before its handler. */
static void admit(struct call *call)
{
	enum err err = ERR_OK;

	if (call->row->right == REST_ADMIN && call->actor.steward == STEWARD_NOT)
		err = call_read(call, admin_work, dispatch);
	else
		dispatch(call);
	if (err != ERR_OK)
		call_fail(call, err);
}

static enum err local_work(struct call *call, struct store *store)
{
	const struct server *server = call->server;
	const struct local_ask ask = {
		.uid = call->request->peer.uid,
		.own_uid = server->own_uid,
		.name_of = listen_user_name,
		.signup = server->config.signup,
		.client = call_place(call).client,
		.random = &server->random,
	};

	return local_login(store, &ask, &call->actor, &call->news);
}

static void run(struct request *request)
{
	struct call *call;
	enum err err = ERR_OK;

	if (!request->row) {
		request_reply_json(&request, 204, bytes_of(NULL, 0));
		return;
	}
	const bool operates = is_operator(request);
	const bool local = row_of(request)->right != REST_PUBLIC && !operates &&
			   !who_is_known(&request->who);
	call = call_new(request);
	if (operates)
		call->actor.steward = STEWARD_OPERATOR;
	/* Who may not ask is not told what is wrong with the question. */
	if (operates || row_of(request)->right != REST_ADMIN)
		err = call_decode(call);
	if (err == ERR_OK && !local) {
		admit(call);
		return;
	}
	if (err == ERR_OK)
		err = call_write(call, local_work, admit);
	if (err != ERR_OK)
		call_fail(call, err);
}

const struct request_router rest_router = {.begin = begin, .run = run};
