/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest's connection: bytes in and out, coming and leaving. A frame is put together by
 * printf, as the load does it: a JSON library would make this process the bottleneck.
 */
#include "tests/bench/crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/crypto/random.h"
#include "tests/bench/frame.h"

enum {
	PER_ADDRESS = 50,
	SMALL_WINDOW = 4096,
};

/* ---- out ---- */

static void watch(struct guest *guest)
{
	bool out = guest->out.len > 0;
	struct epoll_event event = {
		.events = (guest->stalled ? 0 : EPOLLIN) | (out ? EPOLLOUT : 0),
		.data.ptr = guest,
	};

	if (epoll_ctl(guest->crowd->epoll, EPOLL_CTL_MOD, guest->fd, &event) != 0)
		give_up("epoll: %s", strerror(errno));
	guest->watched = out;
}

static void leave(struct guest *guest, double wait_s);

static void flush(struct guest *guest)
{
	if (guest->fd < 0 || guest->out.len == 0)
		return;
	ssize_t sent = send(guest->fd, guest->out.ptr, guest->out.len,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN) {
		leave(guest, -1);
		return;
	}
	if (sent > 0) {
		memmove(guest->out.ptr, guest->out.ptr + sent,
			guest->out.len - (size_t)sent);
		guest->out.len -= (size_t)sent;
	}
	if (guest->watched != (guest->out.len > 0))
		watch(guest);
}

static void put_frame(struct guest *guest, uint8_t first, const void *data, size_t len)
{
	uint8_t head[FRAME_HEAD];

	buf_add(&guest->out, head, frame_head(first, len, head));
	buf_add(&guest->out, data, len);
}

static void frame(struct guest *guest, const char *format, va_list args)
{
	char text[8192];
	int len = vsnprintf(text, sizeof(text), format, args);

	if (len < 0 || (size_t)len >= sizeof(text))
		give_up("a frame is too long");
	put_frame(guest, 0x81, text, (size_t)len);
	flush(guest);
}

void guest_put(struct guest *guest, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	frame(guest, format, args);
	va_end(args);
}

void guest_frame(struct guest *guest, const char *format, ...)
{
	va_list args;

	if (guest->state != GUEST_IN)
		return;
	va_start(args, format);
	frame(guest, format, args);
	va_end(args);
}

const struct stock_person *guest_person(const struct guest *guest)
{
	return &guest->crowd->stock->people[guest->who];
}

struct id_text guest_cid(const struct guest *guest, uint32_t number)
{
	uint8_t random[10] = {0};

	memcpy(random + 3, &guest->who, 3); /* behind the bits of version and variant */
	memcpy(random + 6, &number, 4);
	struct id cid = id_v7(guest->crowd->stock->made_ms + number, random);
	return id_text(&cid);
}

/* The text begins with the time at which it was first sent. */
static void say_number(struct guest *guest, uint32_t number)
{
	struct id_text cid = guest_cid(guest, number),
		       room = id_text(&guest_person(guest)->room);
	struct crowd *crowd = guest->crowd;

	guest_put(guest,
		  "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"@%017.6f "
		  "%0*u\"}",
		  cid.text, room.text, now_s(),
		  crowd->text > 20 ? (int)crowd->text - 19 : 1, number);
}

void guest_say_due(struct guest *guest)
{
	while (guest->state == GUEST_IN && guest->said_here < guest->said)
		say_number(guest, guest->said_here++);
}

void guest_say(struct guest *guest)
{
	if (guest->said - guest->acked >= GUEST_FLIGHT)
		return;
	guest->said++;
	guest_say_due(guest);
}

/* ---- coming and going ---- */

/* @wait_s: as the server said; negative: as the guest likes. */
static void leave(struct guest *guest, double wait_s)
{
	struct crowd *crowd = guest->crowd;
	double own = crowd->spread_s * random_below(&random_system, 1000) / 1000;

	if (guest->fd < 0)
		return;
	crowd->in -= guest->state == GUEST_IN;
	close(guest->fd);
	guest->fd = -1;
	guest->state = GUEST_AWAY;
	guest->fetching = false;
	guest->watched = false;
	buf_clear(&guest->in);
	buf_clear(&guest->out);
	if (guest->back_at <= now_s() || guest->tries > 0)
		guest->back_at = now_s() + (wait_s >= 0 ? wait_s : own);
	guest->tries++;
}

void guest_drop(struct guest *guest)
{
	if (guest->state != GUEST_IN)
		return;
	guest->tries = 1;
	leave(guest, 0);
}

void guest_come(struct guest *guest)
{
	struct sockaddr_in own = {.sin_family = AF_INET}, server = own;
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = guest};
	int on = 1, small = SMALL_WINDOW;

	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + guest->who / PER_ADDRESS);
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server.sin_port = htons(guest->crowd->daemon.port);
	guest->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (guest->fd < 0)
		give_up("connection %u: %s", guest->who, strerror(errno));
	if (guest->stalled)
		setsockopt(guest->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	if (setsockopt(guest->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
	    bind(guest->fd, (void *)&own, sizeof(own)) != 0 ||
	    (connect(guest->fd, (void *)&server, sizeof(server)) != 0 &&
	     errno != EINPROGRESS) ||
	    epoll_ctl(guest->crowd->epoll, EPOLL_CTL_ADD, guest->fd, &event) != 0) {
		guest->tries = guest->tries ? guest->tries : 1;
		leave(guest, -1);
		return;
	}
	guest->watched = true;
	guest->state = GUEST_CONNECTING;
}

static void say_hello(struct guest *guest)
{
	struct id_text room = id_text(&guest_person(guest)->room);
	char resume[160] = "";

	if (guest->epoch)
		snprintf(resume, sizeof(resume),
			 ",\"resume\":{\"rooms\":[[\"%s\",%llu,%llu]]}", room.text,
			 (unsigned long long)guest->epoch,
			 (unsigned long long)guest->seq);
	guest->state = GUEST_GREETING;
	guest_put(guest, "{\"type\":\"hello\",\"v\":1,\"batch\":true,\"token\":\"%s\"%s}",
		  guest_person(guest)->token, resume);
}

/* ---- in ---- */

static void take_close(struct guest *guest, const uint8_t *payload, uint64_t len)
{
	unsigned code = len < 2 ? 0 : (unsigned)payload[0] << 8 | payload[1];

	guest->crowd->tally.closes++;
	guest->crowd->tally.slow += code == 4008;
	leave(guest, -1);
}

/* The WebSocket frames at @data; returns how many bytes they are. */
static size_t take_frames(struct guest *guest, const uint8_t *data, size_t have)
{
	size_t used = 0;

	while (guest->fd >= 0) {
		const uint8_t *at = data + used;
		uint64_t len;
		size_t head = frame_read(at, have - used, &len);

		if (head == 0 || have - used - head < len)
			break;
		used += head + len;
		if (at[0] == 0x81)
			guest_hear(guest, (const char *)at + head, len);
		else if (at[0] == 0x89)
			put_frame(guest, 0x8a, at + head, len);
		else if (at[0] == 0x88)
			take_close(guest, at + head, len);
	}
	return used;
}

/* True when the handshake is done. */
static bool take_answer(struct guest *guest)
{
	const char *end = memmem(guest->in.ptr, guest->in.len, "\r\n\r\n", 4);

	if (!end)
		return false;
	if (memcmp(guest->in.ptr, "HTTP/1.1 101", 12) != 0) {
		str_set_len(&guest->crowd->why, (const char *)guest->in.ptr, 40);
		guest->crowd->tally.refused++;
		leave(guest, -1);
		return false;
	}
	size_t used = (size_t)(end + 4 - (const char *)guest->in.ptr);
	memmove(guest->in.ptr, guest->in.ptr + used, guest->in.len - used);
	guest->in.len -= used;
	say_hello(guest);
	return true;
}

static void read_some(struct guest *guest)
{
	ssize_t got = recv(guest->fd, guest->crowd->buffer, CROWD_READ, MSG_DONTWAIT);

	if (got <= 0) {
		if (got == 0 || errno != EAGAIN)
			leave(guest, -1);
		return;
	}
	buf_add(&guest->in, guest->crowd->buffer, (size_t)got);
	if (guest->state == GUEST_UPGRADING && !take_answer(guest))
		return;
	size_t used = take_frames(guest, guest->in.ptr, guest->in.len);
	if (guest->fd < 0)
		return;
	memmove(guest->in.ptr, guest->in.ptr + used, guest->in.len - used);
	guest->in.len -= used;
	if (guest->in.len == 0)
		buf_done(&guest->in);
	flush(guest);
}

static void connected(struct guest *guest)
{
	static const char ask[] =
		"GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Protocol: chat.v1\r\n\r\n";
	int err = 0;
	socklen_t len = sizeof(err);

	getsockopt(guest->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err) {
		guest->crowd->tally.refused++;
		guest->tries = guest->tries ? guest->tries : 1;
		leave(guest, -1);
		return;
	}
	guest->state = GUEST_UPGRADING;
	buf_add(&guest->out, ask, sizeof(ask) - 1);
	guest->watched = false;
	watch(guest);
	flush(guest);
}

void guest_happened(struct guest *guest, uint32_t events)
{
	if (guest->state == GUEST_CONNECTING) {
		connected(guest);
		return;
	}
	if (events & EPOLLOUT)
		flush(guest);
	if (guest->fd >= 0 && (events & ~(uint32_t)EPOLLOUT))
		read_some(guest);
}

void guest_stall(struct guest *guest, bool on)
{
	guest->stalled = on;
	if (guest->fd >= 0)
		watch(guest);
}
