/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request, two ways to the same router. Whether a server runs is asked of its socket;
 * between that answer and the lock nothing can go wrong, since a server that starts
 * meanwhile takes the lock first, and then we are told that it is taken.
 */
#include "server/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/file.h"
#include "common/proto/json.h"
#include "common/proto/limits.h"
#include "server/net/request.h"

#define ANSWER_MOST (2 * LIMIT_FRAME_SERVER) /* a page of a log, and names */
#define TURNS       100000000 /* of a server that has one thing to do: slices of upkeep */

struct asked {
	int status;
	struct buf body;
};

/* For HTTP every byte that is not plain is written as RFC 3986 section 2.1 says. */
static void write_value(const char *value, bool http, struct str *path)
{
	for (const char *at = value; *at; at++) {
		if (!http || strchr("-._~", *at) || (*at >= '0' && *at <= '9') ||
		    ((*at | 32) >= 'a' && (*at | 32) <= 'z'))
			str_add_char(path, *at);
		else
			str_addf(path, "%%%02X", (unsigned char)*at);
	}
}

/* Whether "{@name}" stands in @pattern. */
static bool in_path(const char *pattern, const char *name)
{
	AUTO(str_done) struct str param = STR_INIT;

	str_addf(&param, "{%s}", name);
	return strstr(pattern, param.ptr) != NULL;
}

/* "/v1/admin/users/{user}/login-code" with the user in it. */
static void write_path(const char *pattern, const struct ask_word *words, size_t count,
		       bool http, struct str *path)
{
	const char *open, *close;

	while ((open = strchr(pattern, '{')) && (close = strchr(open, '}'))) {
		str_add_len(path, pattern, (size_t)(open - pattern));
		for (size_t i = 0; i < count; i++) {
			size_t len = (size_t)(close - open) - 1;
			if (words[i].value && strlen(words[i].name) == len &&
			    memcmp(words[i].name, open + 1, len) == 0)
				write_value(words[i].value, http, path);
		}
		pattern = close + 1;
	}
	str_add(path, pattern);
}

static void write_query(const char *pattern, const struct ask_word *words, size_t count,
			struct str *path)
{
	char sign = '?';

	for (size_t i = 0; i < count; i++) {
		if (!words[i].value || in_path(pattern, words[i].name))
			continue;
		str_addf(path, "%c%s=", sign, words[i].name);
		write_value(words[i].value, true, path);
		sign = '&';
	}
}

/* ---- a server that runs ---- */

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool send_all(int fd, struct bytes text)
{
	while (text.len) {
		ssize_t sent = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		text = bytes_of(text.ptr + sent, text.len - (size_t)sent);
	}
	return true;
}

/* Everything until the server hangs up, which it was asked to do. */
static bool read_all(int fd, struct buf *buf)
{
	while (buf->len < ANSWER_MOST) {
		ssize_t got = read(fd, buf_room(buf, 4096), 4096);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0;
		buf->len += (size_t)got;
	}
	return false;
}

static bool parse_answer(const struct buf *buf, struct asked *asked)
{
	static const char version[] = "HTTP/1.1 ";
	const size_t head_len = sizeof(version) - 1;
	const uint8_t *body = buf->len ? memmem(buf->ptr, buf->len, "\r\n\r\n", 4) : NULL;

	if (!body || buf->len < head_len + 3 || memcmp(buf->ptr, version, head_len) != 0)
		return false;
	for (size_t i = head_len; i < head_len + 3; i++)
		asked->status = asked->status * 10 + (buf->ptr[i] - '0');
	buf_add(&asked->body, body + 4, buf->len - (size_t)(body + 4 - buf->ptr));
	return true;
}

static enum err ask_running(int fd, const struct rest_row *row, const char *path,
			    struct bytes args, struct asked *asked)
{
	AUTO(str_done) struct str text = STR_INIT;
	AUTO(buf_done) struct buf answer = BUF_INIT;

	str_addf(&text,
		 "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
		 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
		 row->method, path, args.len);
	str_add_len(&text, (const char *)args.ptr, args.len);
	if (!send_all(fd, str_view(&text)) || !read_all(fd, &answer) ||
	    !parse_answer(&answer, asked))
		return ERR_UNREACHABLE;
	return ERR_OK;
}

/* ---- no server runs ---- */

static void on_reply(struct request *request, const struct reply *reply)
{
	struct asked *asked = request->carrier;

	asked->status = reply->status;
	buf_add_bytes(&asked->body, reply->body);
}

static const struct request_io inline_io = {.reply = on_reply};

static enum request_method method_of(const struct rest_row *row)
{
	static const struct {
		const char *name;
		enum request_method method;
	} methods[] = {
		{"GET", METHOD_GET},     {"POST", METHOD_POST},     {"PUT", METHOD_PUT},
		{"PATCH", METHOD_PATCH}, {"DELETE", METHOD_DELETE},
	};

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (strcmp(methods[i].name, row->method) == 0)
			return methods[i].method;
	}
	return METHOD_OTHER;
}

static void be_asked(struct server *server, const struct rest_row *row,
		     const struct ask_word *words, size_t count, struct bytes args,
		     struct asked *asked)
{
	struct request *request = request_new(server, &inline_io, asked);
	size_t most = 0;
	enum err err = ERR_OK;

	request->method = method_of(row);
	request->peer = (struct peer){.local = true, .uid = server->own_uid};
	write_path(row->path, words, count, false, &request->path);
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		if (words[i].value && !in_path(row->path, words[i].name))
			err = request_add(request, FIELD_QUERY, bytes_text(words[i].name),
					  bytes_text(words[i].value));
	}
	str_set_len(&request->body, (const char *)args.ptr, args.len);
	if (err == ERR_OK)
		err = server->router->begin(request, &most);
	if (err == ERR_OK)
		server->router->run(request);
	else
		request_reply_problem(&request, err, NULL, NULL, 0);
	for (unsigned i = 0; i < TURNS && asked->status == 0; i++)
		server_turn(server);
}

struct asker {
	const struct server_setup *setup;
	struct server *server; /* NULL: one runs, and is asked */
	int lock;
};

static enum err begin_alone(struct asker *asker, struct str *why)
{
	struct server_setup alone = *asker->setup;
	AUTO(str_done) struct str lock = STR_INIT;
	enum err err = file_make_private(alone.config.data_dir);

	str_addf(&lock, "%s/server.lock", alone.config.data_dir);
	if (err == ERR_OK)
		err = file_lock(lock.ptr, &asker->lock);
	if (err != ERR_OK) {
		str_addf(why, "cannot take %s: %s", lock.ptr, err_text(err));
		return err;
	}
	alone.inline_mode = true;
	return server_new(&alone, &asker->server, why);
}

enum err asker_new(const struct server_setup *setup, struct asker **ret_asker,
		   struct str *why)
{
	struct asker *asker = mem_new(struct asker);
	enum err err = ERR_OK;

	asker->setup = setup;
	asker->lock = -1;
	if (!ask_runs(setup))
		err = begin_alone(asker, why);
	if (err != ERR_OK) {
		asker_free(&asker);
		return err;
	}
	*ret_asker = asker;
	return ERR_OK;
}

void asker_free(struct asker **asker)
{
	if (!*asker)
		return;
	server_free(&(*asker)->server);
	file_unlock(&(*asker)->lock);
	mem_free(*asker);
	*asker = NULL;
}

/* ---- either way ---- */

/* What a problem says, in one line. */
static enum err read_problem(const struct asked *asked, struct str *why)
{
	AUTO(json_free) struct json *json = NULL;
	struct bytes code, text;
	enum err err = ERR_INTERNAL;

	if (json_parse(buf_view(&asked->body), &json) != ERR_OK)
		return ERR_INTERNAL;
	struct json_node root = json_root(json);
	if (json_text(json_get(root, "code"), &code))
		err = err_from_word((const char *)code.ptr, code.len);
	if (json_text(json_get(root, "detail"), &text) ||
	    json_text(json_get(root, "title"), &text))
		str_add_len(why, (const char *)text.ptr, text.len);
	if (json_text(json_get(root, "field"), &text))
		str_addf(why, " (%.*s)", (int)text.len, (const char *)text.ptr);
	return err;
}

bool ask_runs(const struct server_setup *setup)
{
	int fd = connect_to(setup->config.socket_path);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static enum err ask_socket(const struct asker *asker, const struct rest_row *row,
			   const struct ask_word *words, size_t count, struct bytes args,
			   struct asked *asked)
{
	AUTO(str_done) struct str path = STR_INIT;
	int fd = connect_to(asker->setup->config.socket_path);

	if (fd < 0)
		return ERR_UNREACHABLE;
	write_path(row->path, words, count, true, &path);
	write_query(row->path, words, count, &path);
	enum err err = ask_running(fd, row, path.ptr, args, asked);
	close(fd);
	return err;
}

enum err asker_ask(struct asker *asker, enum rest_op op, const struct ask_word *words,
		   size_t count, struct bytes args, struct buf *ret_answer,
		   struct str *why)
{
	const struct rest_row *row = rest_row(op);
	struct asked asked = {.body = BUF_INIT};
	enum err err = ERR_OK;

	if (asker->server)
		be_asked(asker->server, row, words, count, args, &asked);
	else
		err = ask_socket(asker, row, words, count, args, &asked);
	if (err == ERR_OK && asked.status / 100 != 2)
		err = read_problem(&asked, why);
	if (err == ERR_OK) {
		buf_clear(ret_answer);
		buf_add_bytes(ret_answer, buf_view(&asked.body));
	}
	buf_done(&asked.body);
	return err;
}

/* The parameter that the path of @row has, if any: one at most. */
static struct ask_word only_word(const struct rest_row *row, const char *value,
				 struct str *name)
{
	const char *open = strchr(row->path, '{'),
		   *close = open ? strchr(open, '}') : NULL;

	if (close)
		str_add_len(name, open + 1, (size_t)(close - open) - 1);
	return (struct ask_word){name->ptr, close ? value : NULL};
}

enum err ask_server(const struct server_setup *setup, enum rest_op op, const char *param,
		    struct bytes args, struct buf *ret_answer, struct str *why)
{
	AUTO(str_done) struct str name = STR_INIT;
	struct ask_word word = only_word(rest_row(op), param, &name);
	struct asker *asker = NULL;
	enum err err = asker_new(setup, &asker, why);

	if (err == ERR_OK)
		err = asker_ask(asker, op, &word, 1, args, ret_answer, why);
	asker_free(&asker);
	return err;
}
