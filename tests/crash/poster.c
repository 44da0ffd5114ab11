/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Somebody who uses REST: one request at a time, repeated with the same Idempotency-Key
 * until there is an answer.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "tests/crash/crowd.h"
#include "tests/crash/fail.h"

#define DIAL_MS 10
#define BUSY_MS 100

void poster_init(struct poster *poster, unsigned who)
{
	*poster = (struct poster){.fd = -1, .who = who};
}

static void hang_up(struct poster *poster)
{
	if (poster->fd >= 0)
		close(poster->fd);
	poster->fd = -1;
	buf_clear(&poster->in);
	buf_clear(&poster->out);
}

void poster_done(struct poster *poster)
{
	hang_up(poster);
	buf_done(&poster->in);
	buf_done(&poster->out);
}

short poster_wants(const struct poster *poster)
{
	return (short)(POLLIN | (poster->out.len ? POLLOUT : 0));
}

static void dial(struct crowd *crowd, struct poster *poster)
{
	struct sockaddr_in server = {
		.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK)},
		.sin_port = htons(crowd->site->port),
	};

	if (now_ms() < poster->dial_ms)
		return;
	poster->dial_ms = now_ms() + DIAL_MS;
	poster->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(poster->fd >= 0, "socket");
	if (connect(poster->fd, (void *)&server, sizeof(server)) != 0)
		hang_up(poster);
	poster->written = false;
}

static void write_request(struct crowd *crowd, struct poster *poster)
{
	const struct op *op = book_op(crowd->book, poster->open);
	AUTO(str_done) struct str text = STR_INIT, body = STR_INIT, head = STR_INIT;

	if (op->kind == EVENT_MESSAGE)
		str_addf(&head, "POST /v1/rooms/%s/messages",
			 id_text(&crowd->site->rooms[op->room]).text);
	else
		str_addf(&head, "%s /v1/messages/%s",
			 op->kind == EVENT_EDIT ? "PATCH" : "DELETE",
			 id_text(&book_op(crowd->book, op->target)->cid).text);
	book_text(crowd->book, op, &text);
	if (op->kind != EVENT_DELETE)
		str_addf(&body, "{\"text\":\"%s\"}", text.ptr);
	str_addf(&head,
		 " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
		 "Idempotency-Key: %s\r\nContent-Length: %zu\r\nAuthorization: Bearer ",
		 id_text(&op->cid).text, body.len);
	site_token(crowd->site, poster->who, &head);
	str_addf(&head, "\r\n\r\n%s", body.ptr);
	buf_add(&poster->out, head.ptr, head.len);
	poster->written = true;
}

/* One whole answer: its status and body, else 0. */
static int take_answer(struct poster *poster, struct bytes *ret_body)
{
	const char *at = (const char *)poster->in.ptr;
	const char *end =
		poster->in.len ? memmem(at, poster->in.len, "\r\n\r\n", 4) : NULL;

	if (!end)
		return 0;
	size_t head = (size_t)(end - at) + 4;
	AUTO(str_done) struct str text = STR_INIT;
	str_add_len(&text, at, head);
	const char *field = strcasestr(text.ptr, "\ncontent-length:");
	size_t len = field ? strtoul(field + 16, NULL, 10) : 0;
	if (poster->in.len < head + len)
		return 0;
	*ret_body = bytes_of(poster->in.ptr + head, len);
	return (int)strtol(text.ptr + 9, NULL, 10);
}

static void read_ack(struct crowd *crowd, struct bytes body)
{
	struct json *json;
	struct body_ack ack;

	must(json_parse(body, &json) == ERR_OK, "an answer that cannot be read");
	enum err err = body_decode(body_ack_def(), json, json_root(json), &ack, NULL);
	must(err == ERR_OK, "an acknowledgement that cannot be read");
	book_ack(crowd->book, &ack);
	json_free(&json);
}

static void on_answer(struct crowd *crowd, struct poster *poster, int status,
		      struct bytes body)
{
	const struct op *op = book_op(crowd->book, poster->open);

	if (status / 100 == 2) {
		read_ack(crowd, body);
		poster->last = op->kind == EVENT_MESSAGE  ? op->number
			       : op->kind == EVENT_DELETE ? 0
							  : poster->last;
		poster->open = 0;
	} else if (status >= 500 || status == 429) {
		crowd->busy++;
		poster->dial_ms = now_ms() + BUSY_MS;
	} else {
		book_refuse(crowd->book, &op->cid, body);
		poster->open = 0;
	}
	hang_up(poster);
	poster->written = false;
}

static bool read_in(struct poster *poster)
{
	void *room = buf_room(&poster->in, 8192);
	ssize_t got = recv(poster->fd, room, 8192, MSG_DONTWAIT);

	if (got > 0)
		poster->in.len += (size_t)got;
	return got > 0 || (got < 0 && errno == EAGAIN);
}

static void write_out(struct poster *poster)
{
	ssize_t put = send(poster->fd, poster->out.ptr, poster->out.len,
			   MSG_NOSIGNAL | MSG_DONTWAIT);

	if (put > 0) {
		poster->out.len -= (size_t)put;
		memmove(poster->out.ptr, poster->out.ptr + put, poster->out.len);
	}
}

void poster_turn(struct crowd *crowd, struct poster *poster)
{
	struct bytes body = {0};

	if (!poster->open && crowd->talking)
		poster->open = crowd_invent(crowd, poster->who, poster->last, 0);
	if (poster->fd < 0) {
		if (poster->open)
			dial(crowd, poster);
		return;
	}
	if (poster->open && !poster->written)
		write_request(crowd, poster);
	write_out(poster);
	bool alive = read_in(poster);
	int status = poster->open ? take_answer(poster, &body) : 0;
	if (status)
		on_answer(crowd, poster, status, body);
	else if (!alive)
		hang_up(poster);
}
