/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * As much of RFC 6455 as it takes, over non-blocking sockets. Frames of a server are never
 * in pieces here: it sends each message in one.
 */
#include "tests/crash/phone.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/crash/fail.h"

#define CHUNK 65536

void phone_init(struct phone *phone, uint16_t port, uint8_t from)
{
	*phone = (struct phone){.fd = -1, .port = port, .from = from};
}

void phone_done(struct phone *phone)
{
	phone_hang_up(phone);
	buf_done(&phone->in);
	buf_done(&phone->out);
	buf_done(&phone->later);
}

void phone_hang_up(struct phone *phone)
{
	if (phone->fd >= 0)
		close(phone->fd);
	phone->fd = -1;
}

bool phone_dial(struct phone *phone)
{
	static const char ask[] =
		"GET /v1/ws HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\n"
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Protocol: chat.v1\r\n\r\n";
	struct sockaddr_in own = {
		.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK - 1 + phone->from)},
	};
	struct sockaddr_in server = {
		.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK)},
		.sin_port = htons(phone->port),
	};
	int on = 1;

	phone_hang_up(phone);
	phone->up = false;
	phone->taken = 0;
	buf_clear(&phone->in);
	buf_clear(&phone->out);
	buf_clear(&phone->later);
	phone->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(phone->fd >= 0, "socket");
	setsockopt(phone->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	must(bind(phone->fd, (void *)&own, sizeof(own)) == 0, "bind");
	if (connect(phone->fd, (void *)&server, sizeof(server)) != 0) {
		phone_hang_up(phone);
		return false;
	}
	buf_add(&phone->out, ask, sizeof(ask) - 1);
	return true;
}

static void add_frame(struct phone *phone, uint8_t first, struct bytes data)
{
	static const uint8_t mask[4]; /* RFC 6455 section 5.3: any will do, also zeroes */
	struct buf *out = phone->up ? &phone->out : &phone->later;

	buf_add_u8(out, first);
	if (data.len < 126) {
		buf_add_u8(out, (uint8_t)(0x80 | data.len));
	} else {
		must(data.len < 65536, "a message of that length");
		buf_add_u8(out, 0x80 | 126);
		buf_add_u16(out, (uint16_t)data.len);
	}
	buf_add(out, mask, sizeof(mask));
	buf_add_bytes(out, data);
}

void phone_say(struct phone *phone, struct bytes text)
{
	add_frame(phone, 0x81, text);
}

short phone_wants(const struct phone *phone)
{
	return (short)(POLLIN | (phone->out.len ? POLLOUT : 0));
}

static void write_out(struct phone *phone)
{
	while (phone->fd >= 0 && phone->out.len) {
		ssize_t put = send(phone->fd, phone->out.ptr, phone->out.len,
				   MSG_NOSIGNAL | MSG_DONTWAIT);
		if (put < 0) {
			/* The end is told by reading, so that what came before is read. */
			if (errno != EAGAIN)
				buf_clear(&phone->out);
			return;
		}
		phone->out.len -= (size_t)put;
		memmove(phone->out.ptr, phone->out.ptr + put, phone->out.len);
	}
}

void phone_pump(struct phone *phone)
{
	write_out(phone);
	if (phone->taken) {
		phone->in.len -= phone->taken;
		memmove(phone->in.ptr, phone->in.ptr + phone->taken, phone->in.len);
		phone->taken = 0;
	}
	while (phone->fd >= 0) {
		void *room = buf_room(&phone->in, CHUNK);
		ssize_t got = recv(phone->fd, room, CHUNK, MSG_DONTWAIT);
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0) {
			phone_hang_up(phone);
			return;
		}
		phone->in.len += (size_t)got;
		phone->heard += (uint64_t)got;
		if (got < CHUNK)
			return;
	}
}

static bool take_upgrade(struct phone *phone)
{
	size_t len = phone->in.len - phone->taken;

	if (len == 0) /* and the buffer may be none */
		return false;
	const uint8_t *at = phone->in.ptr + phone->taken;
	const uint8_t *end = memmem(at, len, "\r\n\r\n", 4);
	if (!end)
		return false;
	if (memcmp(at, "HTTP/1.1 101", 12) != 0) {
		phone_hang_up(phone); /* a server that is full, or going */
		return false;
	}
	phone->taken += (size_t)(end - at) + 4;
	phone->up = true;
	buf_add_bytes(&phone->out, buf_view(&phone->later));
	buf_clear(&phone->later);
	return true;
}

/* One frame that is there as a whole: its opcode, else -1. */
static int take_frame(struct phone *phone, struct bytes *ret_data)
{
	struct rd rd = rd_init(
		bytes_of(phone->in.ptr + phone->taken, phone->in.len - phone->taken));
	uint8_t first = rd_u8(&rd);
	uint64_t len = rd_u8(&rd) & 0x7f;

	if (len == 126)
		len = rd_u16(&rd);
	else if (len == 127)
		len = rd_u64(&rd);
	struct bytes data = rd_bytes(&rd, len);
	if (rd.err)
		return -1;
	phone->taken = phone->in.len - rd_left(&rd);
	*ret_data = data;
	return first & 0x0f;
}

bool phone_hear(struct phone *phone, struct bytes *ret_text)
{
	if (!phone->up && !take_upgrade(phone))
		return false;
	for (;;) {
		struct bytes data;
		int opcode = take_frame(phone, &data);
		switch (opcode) {
		case 1: *ret_text = data; return true;
		case 8: phone_hang_up(phone); return false;
		case 9: add_frame(phone, 0x8a, data); break;
		case 10: break;
		default: return false;
		}
	}
}
