/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP of lws ↔ struct request. The lengths are read by us, digits only, because lws 4.1.6
 * takes a negative one; a transfer coding is refused, so no two parsers can differ about
 * where a body ends (RFC 9112 section 6.3). lws_spa_* and mounts are not used.
 */
#include <string.h>
#include <strings.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "server/net/ws.h"

#define HEADER_MAX 2304  /* a token of LIMIT_TOKEN and its scheme */
#define ANSWER_MS  60000 /* an answer may wait for the hash queue */
#define BODY_MS    30000 /* for the whole body */
#define IDLE_MS    30000 /* for taking the answer, and until the next request is whole */

/* The headers that a handler may ask for. */
static const struct {
	enum lws_token_indexes token;
	const char *name;
} known[] = {
	{WSI_TOKEN_HTTP_AUTHORIZATION, "authorization"},
	{WSI_TOKEN_HTTP_CONTENT_TYPE, "content-type"},
	{WSI_TOKEN_HTTP_CONTENT_LENGTH, "content-length"},
	{WSI_TOKEN_ORIGIN, "origin"},
	{WSI_TOKEN_HOST, "host"},
	{WSI_TOKEN_HTTP_IF_NONE_MATCH, "if-none-match"},
	{WSI_TOKEN_HTTP_RANGE, "range"},
	{WSI_TOKEN_HTTP_IF_RANGE, "if-range"},
	{WSI_TOKEN_HTTP_ACCEPT_LANGUAGE, "accept-language"},
	{WSI_TOKEN_HTTP_USER_AGENT, "user-agent"},
};

/* Those for which lws has no token. */
static const char *const custom[] = {"idempotency-key:",
				     "access-control-request-method:"};

static const enum request_method methods[] = {
	[LWSHUMETH_GET] = METHOD_GET,         [LWSHUMETH_POST] = METHOD_POST,
	[LWSHUMETH_OPTIONS] = METHOD_OPTIONS, [LWSHUMETH_PUT] = METHOD_PUT,
	[LWSHUMETH_PATCH] = METHOD_PATCH,     [LWSHUMETH_DELETE] = METHOD_DELETE,
	[LWSHUMETH_CONNECT] = METHOD_OTHER,   [LWSHUMETH_HEAD] = METHOD_HEAD,
};

static const char *status_text(int status)
{
	switch (status) {
	case 200: return "OK";
	case 201: return "Created";
	case 202: return "Accepted";
	case 204: return "No Content";
	case 206: return "Partial Content";
	case 304: return "Not Modified";
	case 400: return "Bad Request";
	case 401: return "Unauthorized";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 409: return "Conflict";
	case 410: return "Gone";
	case 413: return "Content Too Large";
	case 416: return "Range Not Satisfiable";
	case 422: return "Unprocessable Content";
	case 423: return "Locked";
	case 426: return "Upgrade Required";
	case 429: return "Too Many Requests";
	case 500: return "Internal Server Error";
	case 503: return "Service Unavailable";
	case 504: return "Gateway Timeout";
	case 507: return "Insufficient Storage";
	default: return status < 400 ? "OK" : "Error";
	}
}

static bool has_header(const struct reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->header_count; i++) {
		if (strcmp(reply->headers[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* Head and body in one buffer behind LWS_PRE bytes. */
static void compose(struct wire *wire, const struct reply *reply)
{
	struct str head = STR_INIT;

	str_addf(&head, "HTTP/1.1 %d %s\r\n", reply->status, status_text(reply->status));
	if (reply->content_type) {
		str_addf(&head, "Content-Type: %s\r\n", reply->content_type);
	}
	if (reply->status != 204 && reply->status != 304) {
		str_addf(&head, "Content-Length: %llu\r\n",
			 (unsigned long long)(wire->source ? wire->source->left
							   : reply->body.len));
	}
	if (!has_header(reply, "Cache-Control")) {
		str_add(&head, "Cache-Control: no-store\r\n");
	}
	str_add(&head, "X-Content-Type-Options: nosniff\r\n");
	if (wire->number) {
		str_addf(&head, "X-Request-Id: %llx\r\n",
			 (unsigned long long)wire->number);
	}
	if (reply->status == 401) {
		str_add(&head, "WWW-Authenticate: Bearer\r\n");
	}
	for (size_t i = 0; i < reply->header_count; i++) {
		str_addf(&head, "%s: %s\r\n", reply->headers[i].name,
			 reply->headers[i].value);
	}
	str_add(&head, wire->hang_up ? "Connection: close\r\n\r\n" : "\r\n");
	buf_clear(&wire->out);
	memset(buf_room(&wire->out, LWS_PRE), 0, LWS_PRE);
	wire->out.len = LWS_PRE;
	buf_add(&wire->out, head.ptr, head.len);
	if (!wire->bare) {
		buf_add_bytes(&wire->out, reply->body);
	}
	str_done(&head);
}

static bool send_out(struct wire *wire)
{
	size_t len = wire->out.len - LWS_PRE;
	bool sent = lws_write(wire->wsi, wire->out.ptr + LWS_PRE, len, LWS_WRITE_HTTP) >=
		    (int)len;

	buf_done(&wire->out);
	wire->out = BUF_INIT;
	return sent;
}

bool http_write(struct wire *wire, const struct reply *reply)
{
	compose(wire, reply);
	return send_out(wire);
}

static void end_source(struct wire *wire)
{
	if (wire->source) {
		wire->source->free(wire->source);
	}
	wire->source = NULL;
}

/* The router has answered: later, in the writeable callback, where lws lets us end the
 * transaction. */
static void on_reply(struct request *request, const struct reply *reply)
{
	struct wire *wire = request->carrier;

	if (!wire) {
		return; /* the peer did not wait */
	}
	wire->asked = NULL;
	wire->replied = true;
	compose(wire, reply);
	lws_callback_on_writable(wire->wsi);
}

static void on_stream(struct request *request, const struct reply *reply,
		      struct source *source)
{
	struct wire *wire = request->carrier;

	if (!wire) {
		source->free(source);
		return;
	}
	wire->source = source;
	on_reply(request, reply);
	if (wire->bare) {
		end_source(wire);
	}
}

static const struct request_io http_io = {.reply = on_reply, .stream = on_stream};

/* A problem of ours before the router has the request; the body stays unread, so the
 * connection cannot be used again. */
static void refuse(struct wire *wire, enum err err, const char *detail)
{
	wire->hang_up = true;
	request_reply_problem(&wire->request, err, detail, NULL, wire->request->retry_ms);
}

struct bytes wire_header(struct lws *wsi, enum lws_token_indexes token, char *dst,
			 size_t size)
{
	int total = lws_hdr_total_length(wsi, token);

	dst[0] = '\0';
	if (total <= 0) {
		return bytes_of(NULL, 0);
	}
	int len = (size_t)total < size ? lws_hdr_copy(wsi, dst, (int)size, token) : -1;

	return bytes_of(dst, len > 0 ? (size_t)len : 0);
}

struct bytes wire_query(struct lws *wsi, const char *name, char *dst, size_t size)
{
	size_t len = strlen(name);

	for (int i = 0;; i++) {
		int got = lws_hdr_copy_fragment(wsi, dst, (int)size,
						WSI_TOKEN_HTTP_URI_ARGS, i);

		if (got < 0) {
			return bytes_of(NULL, 0);
		}
		if ((size_t)got > len && memcmp(dst, name, len) == 0 && dst[len] == '=') {
			return bytes_of(dst + len + 1, (size_t)got - len - 1);
		}
	}
}

static bool was_sent(struct lws *wsi, enum lws_token_indexes token)
{
	char value[HEADER_MAX];

	return lws_hdr_total_length(wsi, token) > 0 ||
	       lws_hdr_copy_fragment(wsi, value, sizeof(value), token, 0) >= 0;
}

/* Whether it came more than once; lws would join the values. */
static bool was_repeated(struct lws *wsi, enum lws_token_indexes token)
{
	return lws_hdr_total_length(wsi, token) != lws_hdr_fragment_length(wsi, token, 0);
}

static bool is_version(struct lws *wsi, const char *version)
{
	char text[16];

	return bytes_equal(wire_header(wsi, WSI_TOKEN_HTTP, text, sizeof(text)),
			   bytes_text(version));
}

/* "Transfer-Encoding : chunked" is another header to lws and the coding to others (RFC 9112
 * section 5.1); lws before 4.3 can only be asked by name. */
static bool has_blank_before_colon(struct lws *wsi)
{
	static const char *const names[] = {
		"transfer-encoding :",
		"transfer-encoding\t:",
		"content-length :",
		"content-length\t:",
		"host :",
		"host\t:",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (lws_hdr_custom_length(wsi, names[i], (int)strlen(names[i])) >= 0) {
			return true;
		}
	}
	return false;
}

bool wire_is_old(struct lws *wsi)
{
	return is_version(wsi, "HTTP/1.0");
}

bool wire_has_body(struct lws *wsi)
{
	return was_sent(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) ||
	       was_sent(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING);
}

enum err wire_check_head(struct lws *wsi)
{
	static const enum lws_token_indexes once[] = {
		WSI_TOKEN_HOST,
		WSI_TOKEN_HTTP_CONTENT_LENGTH,
		WSI_TOKEN_HTTP_TRANSFER_ENCODING,
		WSI_TOKEN_HTTP_AUTHORIZATION,
		WSI_TOKEN_HTTP_CONTENT_TYPE,
		WSI_TOKEN_ORIGIN,
		WSI_TOKEN_UPGRADE,
		WSI_TOKEN_KEY,
		WSI_TOKEN_VERSION,
	};
	char value[HEADER_MAX];

	for (size_t i = 0; i < ARRAY_LEN(once); i++) {
		if (was_repeated(wsi, once[i])) {
			return ERR_BAD;
		}
	}
	bool old = wire_is_old(wsi);

	if (has_blank_before_colon(wsi) || (!old && !is_version(wsi, "HTTP/1.1"))) {
		return ERR_BAD;
	}
	/* Unread it would make whoever sent it the proxy itself, which nothing limits. */
	struct bytes forwarded =
		wire_header(wsi, WSI_TOKEN_X_FORWARDED_FOR, value, sizeof(value));
	if (forwarded.ptr && forwarded.len == 0) {
		return ERR_BAD;
	}
	if (!was_sent(wsi, WSI_TOKEN_HOST)) { /* RFC 9112 section 3.2 */
		return old ? ERR_OK : ERR_BAD;
	}
	return header_host(wire_header(wsi, WSI_TOKEN_HOST, value, sizeof(value)))
		       ? ERR_OK
		       : ERR_BAD;
}

void wire_peer(const struct wire *wire, struct lws *wsi, struct peer *ret_peer)
{
	char value[HEADER_MAX];

	*ret_peer = wire->peer;
	forwarded_peer(&wire_config(wire)->trusted,
		       wire_header(wsi, WSI_TOKEN_X_FORWARDED_FOR, value, sizeof(value)),
		       ret_peer);
}

static enum err add_headers(struct wire *wire)
{
	char value[HEADER_MAX];
	enum err err = ERR_OK;

	for (size_t i = 0; i < ARRAY_LEN(known) && err == ERR_OK; i++) {
		struct bytes text =
			wire_header(wire->wsi, known[i].token, value, sizeof(value));

		if (text.ptr) {
			err = request_add(wire->request, FIELD_HEADER,
					  bytes_text(known[i].name), text);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(custom) && err == ERR_OK; i++) {
		int name_len = (int)strlen(custom[i]);
		int len = lws_hdr_custom_copy(wire->wsi, value, sizeof(value), custom[i],
					      name_len);

		if (len > 0) {
			err = request_add(wire->request, FIELD_HEADER,
					  bytes_of(custom[i], (size_t)name_len - 1),
					  bytes_of(value, (size_t)len));
		}
	}
	return err;
}

static enum err add_query(struct wire *wire)
{
	char value[HEADER_MAX];
	enum err err = ERR_OK;

	for (int i = 0; err == ERR_OK; i++) {
		int len = lws_hdr_copy_fragment(wire->wsi, value, sizeof(value),
						WSI_TOKEN_HTTP_URI_ARGS, i);

		if (len < 0) {
			break;
		}
		const char *equals = memchr(value, '=', (size_t)len);
		size_t name_len = equals ? (size_t)(equals - value) : (size_t)len;
		size_t skip = equals ? name_len + 1 : name_len;

		err = request_add(wire->request, FIELD_QUERY, bytes_of(value, name_len),
				  bytes_of(value + skip, (size_t)len - skip));
	}
	return err;
}

/* How long the body is. Errors: ERR_BAD for anything two parsers could read differently. */
static enum err body_length(struct wire *wire, uint64_t *ret_len)
{
	const char *text = request_header(wire->request, "content-length");

	*ret_len = 0;
	if (was_sent(wire->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) ||
	    (!text && was_sent(wire->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH))) {
		return ERR_BAD;
	}
	return text ? header_length(bytes_text(text), INT64_MAX, ret_len) : ERR_OK;
}

static int on_body_complete(struct wire *wire)
{
	if (!wire->request) {
		return 0;
	}
	wire->asked = wire->request;
	wire->request = NULL;
	lws_set_timeout(wire->wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_MS / 1000);
	wire_until(wire, ANSWER_MS);
	wire_busy(wire, true);
	wire->router->run(wire->asked);
	return 0;
}

/* Fence: with bytes behind a body, lws 4.1.6 tells of its completion for ever and never comes
 * back to the loop. Who sends the next request before the answer to one with a body (which
 * RFC 9112 section 9.3.2 advises against) is hung up on. */
static int on_completion(struct wire *wire)
{
	if (wire->completed) {
		return -1;
	}
	wire->completed = true;
	return on_body_complete(wire);
}

/* RFC 9110 section 10.1.1. False: the socket is broken. */
static bool say_go_on(struct wire *wire)
{
	static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
	unsigned char go_on[LWS_PRE + sizeof(line)] = {0};
	char expect[32];

	if (wire_header(wire->wsi, WSI_TOKEN_HTTP_EXPECT, expect, sizeof(expect)).len ==
	    0) {
		return true;
	}
	memcpy(go_on + LWS_PRE, line, sizeof(line) - 1);
	return lws_write(wire->wsi, go_on + LWS_PRE, sizeof(line) - 1, LWS_WRITE_HTTP) >=
	       0;
}

static int on_head(struct wire *wire, const char *path, size_t path_len)
{
	const struct loop_config *config = wire_config(wire);
	char *uri = NULL;
	int uri_len = 0;
	int method = lws_http_get_uri_and_method(wire->wsi, &uri, &uri_len);
	size_t most = 0;

	wire->replied = false;
	wire->hang_up = false;
	wire->completed = false;
	wire->bare = method == LWSHUMETH_HEAD;
	wire->request = request_new(config->server, &http_io, wire);
	wire->number = wire->request->number = wire_number(wire);
	wire_until(wire, BODY_MS);
	wire_peer(wire, wire->wsi, &wire->request->peer);
	wire->request->method = method >= 0 && (size_t)method < ARRAY_LEN(methods)
					? methods[method]
					: METHOD_OTHER;
	str_set_len(&wire->request->path, path, path_len);
	enum err err = wire_check_head(wire->wsi);

	if (err == ERR_OK) {
		err = add_headers(wire);
	}
	if (err == ERR_OK) {
		err = add_query(wire);
	}
	if (err == ERR_OK) {
		err = body_length(wire, &wire->body_len);
	}
	if (err != ERR_OK) {
		refuse(wire, err, "the head of the request");
		return 0;
	}
	err = wire->router->begin(wire->request, &most);
	if (err == ERR_OK && wire->body_len > most) {
		err = ERR_TOO_BIG;
	}
	if (err != ERR_OK) {
		refuse(wire, err, NULL);
		return 0;
	}
	if (wire->body_len == 0) {
		/* lws would wait for the body of a POST that announces none */
		wire->hang_up = !request_header(wire->request, "content-length") &&
				(method == LWSHUMETH_POST || method == LWSHUMETH_PUT ||
				 method == LWSHUMETH_PATCH);
		return on_body_complete(wire);
	}
	return say_go_on(wire) ? 0 : -1;
}

static int on_body(struct wire *wire, const char *piece, size_t len)
{
	if (len == 0) {
		return 0; /* lws shows the body of "Content-Length: 0", which runs already */
	}
	if (!wire->request) {
		return wire->replied ? 0 : -1; /* refused: the rest is thrown away */
	}
	if (wire->request->body.len + len > wire->body_len) {
		return -1;
	}
	str_add_len(&wire->request->body, piece, len);
	return 0;
}

/* One piece at a time, read elsewhere while the socket is busy with the one before: a slow
 * reader costs a piece of memory, and has IDLE_MS for each. */
static void on_piece(void *ctx, struct bytes piece)
{
	struct wire *wire = ctx;

	if (piece.len == 0) {
		wire_close(wire); /* the length was promised: better cut than wrong */
		return;
	}
	buf_clear(&wire->out);
	memset(buf_room(&wire->out, LWS_PRE), 0, LWS_PRE);
	wire->out.len = LWS_PRE;
	buf_add_bytes(&wire->out, piece);
	wire_until(wire, IDLE_MS);
	lws_callback_on_writable(wire->wsi);
}

/* What the kernel did not take lies with lws, which calls again when it is gone. Before that
 * the answer is not given, and a server that ends waits for it. */
static bool is_on_its_way(struct wire *wire)
{
	wire->flushing = lws_partial_buffered(wire->wsi);
	if (wire->flushing) {
		lws_set_timeout(wire->wsi, NO_PENDING_TIMEOUT, 0);
		wire_until(wire, IDLE_MS);
		lws_callback_on_writable(wire->wsi);
	}
	return wire->flushing;
}

static int on_writeable(struct wire *wire)
{
	if (wire->out.len == 0 && !wire->flushing) {
		return 0;
	}
	if (!wire->flushing && !send_out(wire)) {
		return -1;
	}
	if (wire->source && wire->source->left > 0) {
		lws_set_timeout(wire->wsi, NO_PENDING_TIMEOUT, 0);
		wire_until(wire, IDLE_MS);
		wire->source->next(wire->source, on_piece, wire);
		return 0;
	}
	end_source(wire);
	if (is_on_its_way(wire)) {
		return 0;
	}
	wire_busy(wire, false);
	wire->bare = false;
	if (wire->hang_up) {
		wire_close(wire); /* not -1: see ws_close() */
		return 0;
	}
	lws_set_timeout(wire->wsi, NO_PENDING_TIMEOUT, 0);
	wire_until(wire, IDLE_MS);
	return lws_http_transaction_completed(wire->wsi) ? -1 : 0;
}

void http_forget(struct wire *wire)
{
	if (wire->asked) {
		wire->asked->carrier = NULL;
		wire->asked = NULL;
	}
	request_free(&wire->request);
	end_source(wire);
	buf_done(&wire->out);
	wire->out = BUF_INIT;
}

int http_event(struct wire *wire, enum lws_callback_reasons reason, void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_HTTP: return on_head(wire, in, len);
	case LWS_CALLBACK_HTTP_BODY: return on_body(wire, in, len);
	case LWS_CALLBACK_HTTP_BODY_COMPLETION: return on_completion(wire);
	case LWS_CALLBACK_HTTP_WRITEABLE: return on_writeable(wire);
	default: return 0;
	}
}
