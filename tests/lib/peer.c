/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The raw client. It does what it is told, also what RFC 6455 forbids.
 */
#include "tests/lib/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lib/check.h"

#define WAIT_MS 30000

static void start(struct peer_socket *peer, int domain, const void *address,
		  socklen_t len)
{
	*peer = (struct peer_socket){.fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0),
				     .close_why = STR_INIT};
	assert_true(peer->fd >= 0);
	assert_int_equal(connect(peer->fd, address, len), 0);
}

void peer_open_tcp(struct peer_socket *peer, unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)port),
				      .sin_addr = {htonl(INADDR_LOOPBACK)}};

	start(peer, AF_INET, &address, sizeof(address));
}

void peer_open_unix(struct peer_socket *peer, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	assert_true(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path) + 1);
	start(peer, AF_UNIX, &address, sizeof(address));
}

void peer_close(struct peer_socket *peer)
{
	if (peer->fd >= 0) {
		close(peer->fd);
	}
	peer->fd = -1;
	buf_done(&peer->in);
	str_done(&peer->close_why);
}

void peer_send(struct peer_socket *peer, const void *data, size_t len)
{
	const uint8_t *at = data;

	if (peer->held) {
		buf_add(peer->held, data, len);
		return;
	}
	while (len > 0) {
		ssize_t sent = send(peer->fd, at, len, MSG_NOSIGNAL);

		if (sent < 0) {
			peer->closed = true; /* the test will ask why */
			return;
		}
		at += sent;
		len -= (size_t)sent;
	}
}

void peer_hold(struct peer_socket *peer, struct buf *held)
{
	peer->held = held;
}

void peer_print(struct peer_socket *peer, const char *format, ...)
{
	struct str text = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	peer_send(peer, text.ptr, text.len);
	str_done(&text);
}

/* Read something more. False: the other side has closed. */
static bool more(struct peer_socket *peer)
{
	struct pollfd poll_fd = {.fd = peer->fd, .events = POLLIN};

	if (poll(&poll_fd, 1, WAIT_MS) != 1) {
		fail_msg("the server does not answer");
	}
	uint8_t *room = buf_room(&peer->in, 65536);
	ssize_t got = recv(peer->fd, room, 65536, 0);

	if (got <= 0) {
		peer->closed = true;
		return false;
	}
	peer->in.len += (size_t)got;
	return true;
}

static void consume(struct peer_socket *peer, size_t len)
{
	memmove(peer->in.ptr, peer->in.ptr + len, peer->in.len - len);
	peer->in.len -= len;
}

void answer_done(struct answer *answer)
{
	str_done(&answer->head);
	str_done(&answer->body);
}

const char *answer_header(const struct answer *answer, const char *name, struct str *out)
{
	const char *line = answer->head.ptr;
	size_t len = strlen(name);

	str_clear(out);
	while (line && *line) {
		if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
			const char *value = line + len + 1;

			value += strspn(value, " ");
			str_add_len(out, value, strcspn(value, "\r"));
			break;
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return out->ptr;
}

void peer_answer(struct peer_socket *peer, struct answer *answer)
{
	struct str value = STR_INIT;
	uint8_t *end;

	*answer = (struct answer){.head = STR_INIT, .body = STR_INIT};
	while (!(end = peer->in.len ? memmem(peer->in.ptr, peer->in.len, "\r\n\r\n", 4)
				    : NULL)) {
		if (!more(peer)) {
			return;
		}
	}
	size_t head = (size_t)(end - peer->in.ptr) + 4;

	str_add_len(&answer->head, (const char *)peer->in.ptr, head);
	consume(peer, head);
	assert_int_equal(strncmp(answer->head.ptr, "HTTP/1.", 7), 0);
	answer->status = (int)strtol(answer->head.ptr + 9, NULL, 10);
	size_t length =
		strtoul(answer_header(answer, "content-length", &value), NULL, 10);

	while (peer->in.len < length && more(peer)) {
	}
	length = length < peer->in.len ? length : peer->in.len;
	str_add_len(&answer->body, (const char *)peer->in.ptr, length);
	if (length > 0) {
		consume(peer, length);
	}
	str_done(&value);
}

int peer_upgrade(struct peer_socket *peer, const char *path, const char *headers)
{
	struct answer answer;

	peer_print(peer,
		   "GET %s HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\n"
		   "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
		   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		   "Sec-WebSocket-Protocol: chat.v1\r\n%s\r\n",
		   path, headers);
	peer_answer(peer, &answer);
	int status = answer.status;

	answer_done(&answer);
	return status;
}

void peer_frame(struct peer_socket *peer, uint8_t first, const void *data, size_t len)
{
	static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
	const uint8_t *from = data;
	struct buf out = BUF_INIT;

	buf_add_u8(&out, first);
	if (len < 126) {
		buf_add_u8(&out, (uint8_t)(0x80 | len));
	} else if (len < 65536) {
		buf_add_u8(&out, 0x80 | 126);
		buf_add_u16(&out, (uint16_t)len);
	} else {
		buf_add_u8(&out, 0x80 | 127);
		buf_add_u64(&out, len);
	}
	buf_add(&out, mask, sizeof(mask));
	uint8_t *room = buf_room(&out, len);

	for (size_t i = 0; i < len; i++) {
		room[i] = from[i] ^ mask[i & 3];
	}
	out.len += len;
	peer_send(peer, out.ptr, out.len);
	buf_done(&out);
}

void peer_say(struct peer_socket *peer, const char *text)
{
	peer_frame(peer, 0x81, text, strlen(text));
}

static bool need(struct peer_socket *peer, size_t len)
{
	while (peer->in.len < len) {
		if (!more(peer)) {
			return false;
		}
	}
	return true;
}

/* The header of the next frame: its opcode, or -1 when the server closed. */
static int frame_head(struct peer_socket *peer, size_t *ret_head, size_t *ret_len)
{
	if (!need(peer, 2)) {
		return -1;
	}
	size_t len = peer->in.ptr[1] & 0x7f, head = 2;
	size_t extra = len == 126 ? 2 : len == 127 ? 8 : 0;

	if (!need(peer, head + extra)) {
		return -1;
	}
	if (extra > 0) {
		len = 0;
		for (size_t i = 0; i < extra; i++) {
			len = len << 8 | peer->in.ptr[2 + i];
		}
	}
	head += extra;
	if (!need(peer, head + len)) {
		return -1;
	}
	*ret_head = head;
	*ret_len = len;
	return peer->in.ptr[0] & 0x0f;
}

bool peer_hear(struct peer_socket *peer, struct str *out)
{
	for (;;) {
		size_t head, len;
		int opcode = frame_head(peer, &head, &len);

		if (opcode < 0) {
			return false;
		}
		uint8_t *data = peer->in.ptr + head;

		if (opcode == 8) {
			if (len >= 2) {
				peer->close_code = data[0] << 8 | data[1];
				str_set_len(&peer->close_why, (char *)data + 2, len - 2);
			}
			consume(peer, head + len);
			return false;
		}
		if (opcode == 9) {
			peer_frame(peer, 0x8a, data, len);
			consume(peer, head + len);
			continue;
		}
		if (opcode == 10) {
			consume(peer, head + len);
			continue;
		}
		str_set_len(out, (char *)data, len);
		consume(peer, head + len);
		return true;
	}
}

static void wait_opcode(struct peer_socket *peer, int want)
{
	int opcode;

	do {
		size_t head, len;

		opcode = frame_head(peer, &head, &len);
		if (opcode < 0 || opcode == 8) {
			fail_msg("closed while waiting for a ping or pong");
		}
		consume(peer, head + len);
	} while (opcode != want);
}

void peer_sync(struct peer_socket *peer)
{
	peer_frame(peer, 0x89, "sync", 4);
	wait_opcode(peer, 10);
}

void peer_wait_ping(struct peer_socket *peer)
{
	wait_opcode(peer, 9);
}

void peer_expect(struct peer_socket *peer, const char *part, struct str *out)
{
	do {
		if (!peer_hear(peer, out)) {
			fail_msg("closed (%d %s) while waiting for %s", peer->close_code,
				 peer->close_why.ptr, part);
		}
	} while (!strstr(out->ptr, part));
}

void peer_expect_end(struct peer_socket *peer)
{
	while (more(peer))
		buf_clear(&peer->in);
}

int peer_expect_close(struct peer_socket *peer)
{
	struct str text = STR_INIT;

	while (peer_hear(peer, &text)) {
	}
	str_done(&text);
	return peer->close_code;
}
