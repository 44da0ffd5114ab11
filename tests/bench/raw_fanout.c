/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the machine can do at most: blocks of 100 bytes are read and written to everybody in
 * the room, all that came within one turn of the loop in one write to each. The first block
 * of a connection is the number of its room and is sent back.
 *
 *   raw_fanout PORT [lose|double|swap]
 *
 * With a second argument one listener gets the 50th message it hears not at all, twice, or
 * after the 51st: with that the tests see that the load notices.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/bytes.h"
#include "common/base/mem.h"

enum { BLOCK = 100, READ = 64 * 1024, EVENTS = 512, FAULT_AT = 50 };

struct room;

struct conn {
	int fd;
	struct room *room;
	struct conn *next; /* in the room */
	uint8_t part[BLOCK];
	size_t part_len;
	struct buf out; /* what the socket would not take */
};

struct room {
	unsigned number;
	struct room *next;
	struct conn *conns;
	struct buf said; /* in this turn */
	struct room *next_dirty;
	bool dirty;
};

struct fanout {
	int listener, epoll;
	const char *fault;
	unsigned faulty_heard;
	struct room *rooms, *dirty;
	uint8_t data[READ];
};

static void must(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static struct room *room_of(struct fanout *fanout, unsigned number)
{
	struct room *room = fanout->rooms;

	while (room && room->number != number)
		room = room->next;
	if (!room) {
		room = mem_new(struct room);
		*room = (struct room){.number = number, .next = fanout->rooms};
		fanout->rooms = room;
	}
	return room;
}

static void watch(struct fanout *fanout, struct conn *conn, int op)
{
	struct epoll_event event = {
		.events = EPOLLIN | (conn->out.len ? EPOLLOUT : 0),
		.data.ptr = conn,
	};

	must(epoll_ctl(fanout->epoll, op, conn->fd, &event) == 0, "epoll");
}

static void put(struct fanout *fanout, struct conn *conn, const void *data, size_t len)
{
	size_t sent = 0;

	if (conn->fd < 0)
		return;
	if (conn->out.len == 0) {
		ssize_t wrote = send(conn->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		sent = wrote > 0 ? (size_t)wrote : 0;
	}
	if (sent == len)
		return;
	bool first = conn->out.len == 0;
	buf_add(&conn->out, (const uint8_t *)data + sent, len - sent);
	if (first)
		watch(fanout, conn, EPOLL_CTL_MOD);
}

static void put_rest(struct fanout *fanout, struct conn *conn)
{
	struct buf out = conn->out;

	conn->out = BUF_INIT;
	put(fanout, conn, out.ptr, out.len);
	buf_done(&out);
	watch(fanout, conn, EPOLL_CTL_MOD);
}

/* The same, block by block, with one mistake. */
static void put_faulty(struct fanout *fanout, struct conn *conn, const struct buf *said)
{
	for (size_t at = 0; at < said->len; at += BLOCK) {
		unsigned number = ++fanout->faulty_heard;
		const uint8_t *block = said->ptr + at;
		bool last = at + BLOCK == said->len;
		if (number == FAULT_AT && strcmp(fanout->fault, "lose") == 0)
			continue;
		if (number == FAULT_AT && strcmp(fanout->fault, "double") == 0)
			put(fanout, conn, block, BLOCK);
		if (number >= FAULT_AT && !last && strcmp(fanout->fault, "swap") == 0) {
			put(fanout, conn, block + BLOCK, BLOCK);
			put(fanout, conn, block, BLOCK);
			fanout->fault = "";
			at += BLOCK;
			continue;
		}
		put(fanout, conn, block, BLOCK);
	}
}

static void say_all(struct fanout *fanout)
{
	struct room *room;

	while ((room = fanout->dirty)) {
		fanout->dirty = room->next_dirty;
		room->dirty = false;
		for (struct conn *conn = room->conns; conn; conn = conn->next) {
			if (fanout->fault && conn == room->conns)
				put_faulty(fanout, conn, &room->said);
			else
				put(fanout, conn, room->said.ptr, room->said.len);
		}
		buf_clear(&room->said);
	}
}

static void take_blocks(struct fanout *fanout, struct conn *conn, const uint8_t *data,
			size_t len)
{
	struct room *room = conn->room;

	if (!room) {
		struct conn **end;
		room = room_of(fanout, (unsigned)strtoul((const char *)data, NULL, 10));
		for (end = &room->conns; *end; end = &(*end)->next)
			;
		*end = conn;
		conn->room = room;
		put(fanout, conn, data, BLOCK);
		data += BLOCK;
		len -= BLOCK;
	}
	buf_add(&room->said, data, len);
	if (!room->dirty && len) {
		room->dirty = true;
		room->next_dirty = fanout->dirty;
		fanout->dirty = room;
	}
}

static void read_conn(struct fanout *fanout, struct conn *conn)
{
	uint8_t *data = fanout->data;

	memcpy(data, conn->part, conn->part_len);
	ssize_t got = recv(conn->fd, data + conn->part_len, READ - BLOCK, MSG_DONTWAIT);
	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		close(conn->fd);
		conn->fd = -1; /* it stays in its room, silent */
		return;
	}
	size_t len = conn->part_len + (size_t)got, whole = len - len % BLOCK;
	conn->part_len = len - whole;
	memcpy(conn->part, data + whole, conn->part_len);
	if (whole)
		take_blocks(fanout, conn, data, whole);
}

static void accept_conn(struct fanout *fanout)
{
	int on = 1, fd = accept4(fanout->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	struct conn *conn = mem_new(struct conn);
	conn->fd = fd;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	watch(fanout, conn, EPOLL_CTL_ADD);
}

int main(int argc, char **argv)
{
	struct fanout *fanout = mem_new(struct fanout);
	struct sockaddr_in address = {.sin_family = AF_INET};
	struct epoll_event events[EVENTS], event = {.events = EPOLLIN};
	int on = 1;

	if (argc < 2)
		return 64;
	fanout->fault = argc > 2 ? argv[2] : NULL;
	fanout->epoll = epoll_create1(EPOLL_CLOEXEC);
	fanout->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(fanout->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	must(bind(fanout->listener, (void *)&address, sizeof(address)) == 0, "bind");
	must(listen(fanout->listener, 4096) == 0, "listen");
	must(epoll_ctl(fanout->epoll, EPOLL_CTL_ADD, fanout->listener, &event) == 0,
	     "epoll");
	for (;;) {
		int count = epoll_wait(fanout->epoll, events, EVENTS, -1);
		for (int i = 0; i < count; i++) {
			struct conn *conn = events[i].data.ptr;
			if (!conn)
				accept_conn(fanout);
			else if (events[i].events & EPOLLOUT)
				put_rest(fanout, conn);
			else
				read_conn(fanout, conn);
		}
		say_all(fanout);
	}
}
