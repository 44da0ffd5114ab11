/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads are large and frames are worked on where they lie, so that this process, which
 * shares the machine with the server, costs as little as it can. Connections come from many
 * loopback addresses: servers limit what one address may do.
 */
#include "tests/bench/load.h"

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
#include "tests/bench/peer.h"

enum {
	READ = 256 * 1024,
	REST = 512 * 1024, /* the longest frame of any peer, a page of history */
	EVENTS = 512,
	AT_ONCE = 64, /* logins in progress */
	PER_ADDRESS = 20,
	JOIN_S = 120,
	SETTLE_S = 20,
};

void load_init(struct load *load, const struct peer *peer, const struct scene *scene,
	       void *party, uint16_t port)
{
	*load = (struct load){
		.peer = peer,
		.scene = scene,
		.party = party,
		.port = port,
		.epoll = epoll_create1(EPOLL_CLOEXEC),
		.lines = mem_alloc(scene->people, sizeof(*load->lines)),
		.fault = STR_INIT,
		.buffer = mem_alloc(READ + REST, 1),
	};
	if (load->epoll < 0)
		give_up("epoll: %s", strerror(errno));
	for (unsigned i = 0; i < scene->people; i++) {
		load->lines[i] = (struct line){
			.load = load,
			.fd = -1,
			.who = i,
			.room = i / scene->room_size,
			.slot = i % scene->room_size,
		};
	}
	ledger_init(&load->ledger, scene_rooms(scene), scene->people, scene->senders,
		    peer->one_order);
}

static void line_close(struct line *line)
{
	if (line->fd >= 0)
		close(line->fd);
	line->fd = -1;
	line->state = LINE_CLOSED;
}

void load_done(struct load *load)
{
	for (unsigned i = 0; i < load->scene->people; i++) {
		line_close(&load->lines[i]);
		buf_done(&load->lines[i].rest);
		buf_done(&load->lines[i].out);
	}
	close(load->epoll);
	ledger_done(&load->ledger);
	str_done(&load->fault);
	mem_free(load->lines);
	mem_free(load->samples);
	mem_free(load->buffer);
	*load = (struct load){.epoll = -1};
}

void line_fault(struct line *line, const char *format, ...)
{
	struct load *load = line->load;
	va_list args;

	if (load->fault.len)
		return; /* the first one says it */
	str_addf(&load->fault, "connection %u: ", line->who);
	va_start(args, format);
	str_addv(&load->fault, format, args);
	va_end(args);
}

/* ---- out ---- */

void line_put(struct line *line, const void *data, size_t len)
{
	buf_add(&line->out, data, len);
}

void line_print(struct line *line, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	int len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(text))
		give_up("a frame is too long");
	line_put(line, text, (size_t)len);
}

static void watch(struct line *line, bool out)
{
	struct epoll_event event = {
		.events = EPOLLIN | (out ? EPOLLOUT : 0),
		.data.ptr = line,
	};

	if (line->watched == out)
		return;
	line->watched = out;
	if (epoll_ctl(line->load->epoll, EPOLL_CTL_MOD, line->fd, &event) != 0)
		give_up("epoll: %s", strerror(errno));
}

void line_flush(struct line *line)
{
	size_t left = line->out.len - line->out_at;

	if (left == 0)
		return;
	ssize_t sent = send(line->fd, line->out.ptr + line->out_at, left,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN) {
		line_fault(line, "sending: %s", strerror(errno));
		return;
	}
	line->out_at += sent > 0 ? (size_t)sent : 0;
	if (line->out_at == line->out.len) {
		buf_clear(&line->out);
		line->out_at = 0;
	}
	watch(line, line->out.len > 0);
}

static void say_next(struct line *line)
{
	struct load *load = line->load;
	struct mark mark = {
		.who = line->who,
		.number = ledger_send(&load->ledger, line->room, line->slot),
	};
	char text[MARK_TEXT];

	mark_write(&mark, text);
	line->sent++;
	load->sends++;
	load->peer->say(line, &mark, text);
}

/* ---- in ---- */

void line_joined(struct line *line)
{
	if (line->state != LINE_LOGIN) {
		line_fault(line, "joined twice");
		return;
	}
	line->state = LINE_JOINED;
	line->load->joined++;
}

static void take_sample(struct load *load, unsigned slot, uint32_t number)
{
	uint64_t turn = (uint64_t)(number - load->paced_base[slot]);
	double due = load->paced_from +
		     (double)(turn * load->scene->senders + slot) / load->scene->rate;

	if (load->sample_count < load->sample_cap)
		load->samples[load->sample_count++] =
			(uint32_t)((load->turn_at - due) * 1e6);
}

static void deliver(struct line *line, unsigned slot, uint32_t number)
{
	struct load *load = line->load;

	load->deliveries++;
	if (!ledger_hear(&load->ledger, line->who, slot, number))
		return; /* told at the end, with all the others */
	if (load->mode == LOAD_PACED && number >= load->paced_base[slot])
		take_sample(load, slot, number);
}

static void own_done(struct line *line)
{
	line->done++;
	if (line->load->mode == LOAD_FLOOD)
		say_next(line);
}

void line_acked(struct line *line)
{
	if (line->done == line->sent) {
		line_fault(line, "an acknowledgement of nothing");
		return;
	}
	deliver(line, line->slot, line->done);
	own_done(line);
}

void line_heard(struct line *line, const char *text)
{
	struct mark mark;

	if (!mark_read(text, &mark)) {
		line_fault(line, "a damaged message: %.*s", MARK_LEN, text);
		return;
	}
	unsigned slot = mark.who - line->room * line->load->scene->room_size;
	deliver(line, slot, mark.number);
	if (mark.who == line->who && !line->load->peer->acks)
		own_done(line);
}

static void read_line(struct line *line)
{
	struct load *load = line->load;
	uint8_t *data = load->buffer;
	size_t have = line->rest.len;

	if (have > REST) {
		line_fault(line, "a frame without end");
		return;
	}
	memcpy(data, line->rest.ptr ? line->rest.ptr : data, have);
	ssize_t got = recv(line->fd, data + have, READ, MSG_DONTWAIT);
	if (got <= 0) {
		if (got == 0 || errno != EAGAIN)
			line_fault(line, "closed by the server%s%s", got ? ": " : "",
				   got ? strerror(errno) : "");
		return;
	}
	load->bytes += (uint64_t)got;
	if (load->mode == LOAD_PACED)
		load->turn_at = now_s();
	size_t len = have + (size_t)got;
	size_t used = load->peer->hear(line, (const char *)data, len);
	buf_clear(&line->rest);
	if (used < len)
		buf_add(&line->rest, data + used, len - used);
	line_flush(line);
}

static void finish_connect(struct line *line)
{
	int err = 0;
	socklen_t len = sizeof(err);

	getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err) {
		line_fault(line, "connecting: %s", strerror(err));
		return;
	}
	line->state = LINE_LOGIN;
	line->load->peer->greet(line);
	watch(line, false);
	line_flush(line);
}

bool load_turn(struct load *load, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(load->epoll, events, EVENTS, timeout_ms);

	load->turn_at = now_s();
	for (int i = 0; i < count && !load->fault.len; i++) {
		struct line *line = events[i].data.ptr;
		if (line->state == LINE_CONNECTING) {
			finish_connect(line);
			continue;
		}
		if (events[i].events & EPOLLOUT)
			line_flush(line);
		if (events[i].events & ~(unsigned)EPOLLOUT)
			read_line(line);
	}
	return load->fault.len == 0;
}

/* ---- phases ---- */

static void line_open(struct line *line)
{
	struct sockaddr_in own = {.sin_family = AF_INET}, server = own;
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = line};
	int on = 1;

	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + line->who / PER_ADDRESS);
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server.sin_port = htons(line->load->port);
	line->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	line->state = LINE_CONNECTING;
	line->watched = true;
	if (line->fd < 0 ||
	    setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
	    bind(line->fd, (void *)&own, sizeof(own)) != 0 ||
	    (connect(line->fd, (void *)&server, sizeof(server)) != 0 &&
	     errno != EINPROGRESS) ||
	    epoll_ctl(line->load->epoll, EPOLL_CTL_ADD, line->fd, &event) != 0)
		give_up("connection %u: %s", line->who, strerror(errno));
}

bool load_join(struct load *load, unsigned people)
{
	unsigned at_once = load->peer->at_once ? load->peer->at_once : AT_ONCE;
	double until = now_s() + JOIN_S;

	while (load->joined < people) {
		while (load->opened < people && load->opened - load->joined < at_once)
			line_open(&load->lines[load->opened++]);
		if (!load_turn(load, 1000))
			return false;
		if (load->turn_at > until) {
			str_addf(&load->fault, "only %u of %u have joined", load->joined,
				 people);
			return false;
		}
	}
	return true;
}

bool load_listen(struct load *load, double seconds)
{
	double until = now_s() + seconds;

	for (double left = seconds; left > 0; left = until - now_s()) {
		if (!load_turn(load, (int)(left * 1000) + 1))
			return false;
	}
	return true;
}

static void each_sender(struct load *load, void (*fn)(struct line *line))
{
	for (unsigned i = 0; i < load->scene->people; i++) {
		if (load->lines[i].slot < load->scene->senders) {
			fn(&load->lines[i]);
			line_flush(&load->lines[i]);
		}
	}
}

static void say_ahead(struct line *line)
{
	while (line->sent - line->done < line->load->scene->depth)
		say_next(line);
}

bool load_flood(struct load *load, double seconds)
{
	if (load->mode != LOAD_FLOOD) {
		load->mode = LOAD_FLOOD;
		each_sender(load, say_ahead);
	}
	return load_listen(load, seconds);
}

static void say_first(struct line *line)
{
	if (line->slot == 0 && line->state == LINE_JOINED)
		say_next(line);
}

bool load_say_once(struct load *load)
{
	each_sender(load, say_first);
	return load_settle(load);
}

/* Say what is due. Messages are numbered through, each sender in turn. */
static void say_due(struct load *load, double until)
{
	const struct scene *scene = load->scene;
	double now = now_s();

	if (now > until)
		now = until;
	while (load->paced_from + (double)load->paced / scene->rate <= now) {
		struct line *line = &load->lines[load->paced++ % scene->senders];
		say_next(line);
		line_flush(line);
	}
}

bool load_pace(struct load *load, double seconds)
{
	double until = now_s() + seconds;

	load->sample_count = 0;
	load->sample_cap =
		(size_t)(seconds * load->scene->rate + 1) * load->scene->room_size;
	mem_free(load->samples);
	load->samples = mem_alloc(load->sample_cap, sizeof(*load->samples));
	for (unsigned i = 0; i < load->scene->senders; i++)
		load->paced_base[i] = load->lines[i].sent;
	load->paced = 0;
	load->paced_from = now_s();
	load->mode = LOAD_PACED;
	while (now_s() < until) {
		say_due(load, until);
		if (!load_turn(load,
			       0)) /* this core is ours: nothing is late by sleeping */
			return false;
	}
	return load_settle(load);
}

static bool all_even(const struct load *load)
{
	for (unsigned i = 0; i < load->scene->people; i++) {
		if (!ledger_even(&load->ledger, i))
			return false;
	}
	return true;
}

bool load_settle(struct load *load)
{
	double until = now_s() + SETTLE_S;

	if (load->mode == LOAD_FLOOD)
		load->mode = LOAD_QUIET;
	while (!all_even(load) && now_s() < until) {
		if (!load_turn(load, 10))
			return false;
	}
	load->mode = LOAD_QUIET;
	if (!load_listen(load, 0.05)) /* what is doubled comes after all the others */
		return false;
	if (!ledger_close(&load->ledger)) {
		const struct ledger_faults *faults = &load->ledger.faults;
		str_addf(&load->fault,
			 "%llu lost, %llu doubled, %llu out of order, %llu foreign",
			 (unsigned long long)faults->lost,
			 (unsigned long long)faults->doubled,
			 (unsigned long long)faults->swapped,
			 (unsigned long long)faults->foreign);
		return false;
	}
	return true;
}
