/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each connection sends its bytes, reads what comes for a moment, and goes, or stays until
 * it is pushed out by a later one: so hundreds are half-way at any time.
 */
#include "tests/bench/hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/mem.h"

enum { OPEN = 300, ADDRESSES = 3000, ANSWER_S = 10 };

#define HOST "Host: x\r\n"
#define UPGRADE \
	"GET /v1/ws HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: websocket\r\n" \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define WS   UPGRADE "\r\n"
#define MASK "\0\0\0\0"

/* What is sent, then so many bytes of the filling. */
static const struct attack {
	const char *bytes;
	size_t len, filling;
} attacks[] = {
#define ATTACK(bytes, filling) \
	{ \
		bytes, sizeof(bytes) - 1, filling \
	}
	ATTACK("", 0),
	ATTACK("GET / HT", 0),
	ATTACK("GET /", 9000),
	ATTACK("GET / HTTP/1.1\r\n" HOST "X-Long: ", 20000),
	ATTACK("GET / HTTP/1.1\r\n\r\n", 0),
	ATTACK("POST /v1/auth/login HTTP/1.1\r\n" HOST "Content-Length: 8000\r\n\r\n",
	       4000),
	ATTACK("POST /v1/auth/login HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 0),
	ATTACK("POST /v1/auth/login HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}{}",
	       9000),
	ATTACK("POST /v1/auth/login HTTP/1.1\r\n" HOST
	       "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n",
	       9000),
	ATTACK("POST /v1/auth/login HTTP/1.1\r\n" HOST "Content-Length: 99999999\r\n\r\n",
	       9000),
	ATTACK("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 1000),
	ATTACK("GET / HTTP/1.1\r\n" HOST "Connection: Upgrade, HTTP2-Settings\r\n"
	       "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
	       1000),
	ATTACK("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 500),
	ATTACK(UPGRADE "Origin: http://evil.example\r\n\r\n", 500),
	ATTACK(UPGRADE "Authorization: Bearer x.y.z\r\n\r\n", 0),
	ATTACK(UPGRADE "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
		       "\xc1\x82" MASK "\x01\x02",
	       0),
	ATTACK(WS, 0),
	ATTACK(WS "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff" MASK, 20000),
	ATTACK(WS "\x01\xfe\x10\x00" MASK, 4000),
	ATTACK(WS "\x81\x8b" MASK "{\"type\":42}", 0),
	ATTACK(WS "\x81\xfe\x04\x00" MASK
		  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	       2000),
	ATTACK(WS "\x82\x81" MASK "x", 0),
	ATTACK(WS "\x89\x84" MASK "ping", 3000),
	ATTACK(WS "\x88\x82" MASK "\x00\x00", 3000),
};

static int connect_from(const struct crowd *crowd, unsigned address)
{
	struct sockaddr_in own = {.sin_family = AF_INET}, server = own;
	struct timeval patience = {.tv_sec = ANSWER_S};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (1 << 16) + address);
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server.sin_port = htons(crowd->daemon.port);
	if (fd < 0 || bind(fd, (void *)&own, sizeof(own)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
	    connect(fd, (void *)&server, sizeof(server)) != 0)
		give_up("connecting: %s", strerror(errno));
	return fd;
}

static void attack(int fd, const struct attack *kind)
{
	char filling[20000];

	memset(filling, 'x', sizeof(filling));
	/* a server that hangs up half-way is quite right */
	if (send(fd, kind->bytes, kind->len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		send(fd, filling, kind->filling, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void hostile_wave(struct crowd *crowd, unsigned count)
{
	int fds[OPEN];
	char waste[4096];

	for (unsigned i = 0; i < OPEN; i++)
		fds[i] = -1;
	for (unsigned i = 0; i < count; i++) {
		int *fd = &fds[i % OPEN];

		if (*fd >= 0) {
			recv(*fd, waste, sizeof(waste), MSG_DONTWAIT);
			close(*fd);
		}
		*fd = connect_from(crowd, i % ADDRESSES);
		attack(*fd, &attacks[i % ARRAY_LEN(attacks)]);
		if (i % 50 == 0) {
			guest_say(&crowd->guests[0]);
			crowd_turn(crowd, 0.005);
		}
	}
	for (unsigned i = 0; i < OPEN; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	crowd_turn(crowd, 0.5);
}

void hostile_page(struct crowd *crowd, unsigned who)
{
	const struct stock_person *person = &crowd->stock->people[who];
	struct id_text room = id_text(&person->room);
	AUTO(str_done) struct str ask = STR_INIT;
	static char answer[1 << 18];
	int fd = connect_from(crowd, who % ADDRESSES);

	answer[0] = '\0';

	str_addf(&ask,
		 "GET /v1/rooms/%s/messages?limit=20 HTTP/1.1\r\nHost: x\r\n"
		 "Authorization: Bearer %s\r\n\r\n",
		 room.text, person->token);
	if (send(fd, ask.ptr, ask.len, MSG_NOSIGNAL) != (ssize_t)ask.len ||
	    recv(fd, answer, sizeof(answer), 0) < 15 ||
	    strncmp(answer, "HTTP/1.1 200", 12) != 0) {
		crowd->tally.nacks++;
		str_set_len(&crowd->why, answer, 40);
	}
	close(fd);
}
