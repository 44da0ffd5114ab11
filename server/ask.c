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

#include "common/base/log.h"
#include "common/os/file.h"
#include "common/proto/json.h"
#include "common/proto/limits.h"
#include "server/net/request.h"

#define TURNS 100000000 /* of a server that has one thing to do: slices of upkeep */

struct asked {
	int status;
	struct buf body;
};

/* "/v1/admin/users/{user}/login-code" with the user in it; for HTTP every byte that is not
 * plain is written as RFC 3986 section 2.1 says. */
static void write_path(const char *pattern, const char *param, bool http,
		       struct str *path)
{
	const char *open = strchr(pattern, '{'), *close = open ? strchr(open, '}') : NULL;

	if (!close) {
		str_add(path, pattern);
		return;
	}
	str_add_len(path, pattern, (size_t)(open - pattern));
	for (const char *at = param ? param : ""; *at; at++) {
		if (!http || strchr("-._~", *at) || (*at >= '0' && *at <= '9') ||
		    ((*at | 32) >= 'a' && (*at | 32) <= 'z'))
			str_add_char(path, *at);
		else
			str_addf(path, "%%%02X", (unsigned char)*at);
	}
	str_add(path, close + 1);
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
	while (buf->len < LIMIT_FRAME_SERVER) {
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

static void be_asked(struct server *server, const struct rest_row *row, const char *path,
		     struct bytes args, struct asked *asked)
{
	struct request *request = request_new(server, &inline_io, asked);
	size_t most = 0;

	request->method = strcmp(row->method, "GET") == 0 ? METHOD_GET : METHOD_POST;
	request->peer = (struct peer){.local = true, .uid = server->own_uid};
	str_set(&request->path, path);
	str_set_len(&request->body, (const char *)args.ptr, args.len);
	enum err err = server->router->begin(request, &most);
	if (err == ERR_OK)
		server->router->run(request);
	else
		request_reply_problem(&request, err, NULL, NULL, 0);
	for (unsigned i = 0; i < TURNS && asked->status == 0; i++)
		server_turn(server);
}

static enum err ask_alone(const struct server_setup *setup, const struct rest_row *row,
			  const char *path, struct bytes args, struct asked *asked,
			  struct str *why)
{
	struct server_setup alone = *setup;
	AUTO(str_done) struct str lock = STR_INIT;
	struct server *server = NULL;
	int fd = -1;
	enum err err = file_make_private(setup->config.data_dir);

	str_addf(&lock, "%s/server.lock", setup->config.data_dir);
	if (err == ERR_OK)
		err = file_lock(lock.ptr, &fd);
	if (err != ERR_OK) {
		str_addf(why, "cannot take %s: %s", lock.ptr, err_text(err));
		return err;
	}
	alone.inline_mode = true;
	err = server_new(&alone, &server, why);
	if (err == ERR_OK)
		be_asked(server, row, path, args, asked);
	server_free(&server);
	file_unlock(&fd);
	return err;
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

enum err ask_server(const struct server_setup *setup, enum rest_op op, const char *param,
		    struct bytes args, struct buf *ret_answer, struct str *why)
{
	const struct rest_row *row = rest_row(op);
	AUTO(str_done) struct str path = STR_INIT;
	struct asked asked = {.body = BUF_INIT};
	int fd = connect_to(setup->config.socket_path);
	enum err err;

	write_path(row->path, param, fd >= 0, &path);
	if (fd >= 0) {
		err = ask_running(fd, row, path.ptr, args, &asked);
		close(fd);
	} else {
		err = ask_alone(setup, row, path.ptr, args, &asked, why);
	}
	if (err == ERR_OK && asked.status / 100 != 2)
		err = read_problem(&asked, why);
	if (err == ERR_OK)
		buf_add_bytes(ret_answer, buf_view(&asked.body));
	buf_done(&asked.body);
	return err;
}
