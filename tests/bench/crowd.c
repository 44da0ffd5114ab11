/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One thread, one epoll. A frame is looked at by its beginning and a few numbers in it, as
 * the load does: a JSON parser would make this process the bottleneck.
 */
#include "tests/bench/crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/crypto/random.h"

enum {
	READ = 128 * 1024,
	EVENTS = 512,
	PER_ADDRESS = 50,
	SMALL_WINDOW = 4096,
	PAGE = 200,
	ODD_SHOWN = 20,
	AT_ONCE =
		1000, /* connects under way: more would only fill the server's backlog */
};

/* ---- birth ---- */

static void start_server(struct crowd *crowd)
{
	daemon_start(&crowd->daemon,
		     (const char *[]){crowd->server.ptr, "--data-dir",
				      crowd->daemon.folder, "--socket", crowd->socket.ptr,
				      "--port", crowd->port.ptr, "--send-rate", "0",
				      "--max-connections", "12000", "--log-level",
				      "warning", NULL});
}

void crowd_open(struct crowd *crowd, const char *server, const struct scene *scene)
{
	*crowd = (struct crowd){
		.scene = *scene,
		.guests = mem_alloc(scene->people, sizeof(*crowd->guests)),
		.rooms = mem_alloc(scene_rooms(scene), sizeof(*crowd->rooms)),
		.text = 100,
		.spread_s = 1,
		.epoll = epoll_create1(EPOLL_CLOEXEC),
		.buffer = mem_alloc(READ, 1),
		.socket = STR_INIT,
		.port = STR_INIT,
		.server = STR_INIT,
		.why = STR_INIT,
	};
	daemon_init(&crowd->daemon);
	daemon_path(&crowd->daemon, "chat.sock", &crowd->socket);
	str_addf(&crowd->port, "%u", crowd->daemon.port);
	str_set(&crowd->server, server);
	crowd->stock = stock_new(crowd->daemon.folder, NULL, scene);
	for (unsigned i = 0; i < scene->people; i++) {
		crowd->guests[i] = (struct guest){.crowd = crowd, .who = i, .fd = -1};
		crowd->guests[i].back_at = 1e18;
	}
	start_server(crowd);
}

void crowd_close(struct crowd *crowd)
{
	for (unsigned i = 0; i < crowd->scene.people; i++) {
		if (crowd->guests[i].fd >= 0)
			close(crowd->guests[i].fd);
		buf_done(&crowd->guests[i].in);
		buf_done(&crowd->guests[i].out);
	}
	for (unsigned i = 0; i < scene_rooms(&crowd->scene); i++)
		mem_free(crowd->rooms[i].log);
	daemon_stop(&crowd->daemon);
	stock_free(&crowd->stock);
	close(crowd->epoll);
	mem_free(crowd->guests);
	mem_free(crowd->rooms);
	mem_free(crowd->buffer);
	mem_free(crowd->samples);
	str_done(&crowd->socket);
	str_done(&crowd->port);
	str_done(&crowd->server);
	str_done(&crowd->why);
}

void crowd_stop_server(struct crowd *crowd, bool gently)
{
	kill(crowd->daemon.pid, gently ? SIGTERM : SIGKILL);
	while (waitpid(crowd->daemon.pid, NULL, WNOHANG) == 0)
		crowd_turn(crowd, 0.01);
	crowd->daemon.pid = 0;
}

void crowd_start_server(struct crowd *crowd)
{
	start_server(crowd);
}

/* ---- the log that all must share ---- */

static struct crowd_room *room_of(const struct guest *guest)
{
	return &guest->crowd->rooms[guest->who / guest->crowd->scene.room_size];
}

static uint64_t hash_of(const char *text, size_t len)
{
	uint64_t hash = 1469598103934665603u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * 1099511628211u;
	return hash | 1;
}

/* @guest has heard @seq. What another heard there must have been the same. */
static void enter(struct guest *guest, uint64_t seq, uint64_t hash)
{
	struct crowd_room *room = room_of(guest);

	if (room->first == 0)
		room->first = seq; /* nobody speaks before all are in */
	if (seq < room->first)
		return;
	uint64_t at = seq - room->first;
	if (at >= room->cap) {
		size_t cap = mem_grow((size_t)room->cap, (size_t)at + 1);
		room->log = mem_resize(room->log, cap, sizeof(*room->log));
		memset(room->log + room->cap, 0,
		       (cap - (size_t)room->cap) * sizeof(*room->log));
		room->cap = cap;
	}
	if (at >= room->count)
		room->count = at + 1;
	if (room->log[at] == 0)
		room->log[at] = hash;
	else if (room->log[at] != hash)
		guest->crowd->tally.disagreed++;
}

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
	uint8_t head[8] = {first, (uint8_t)(0x80 | len)};
	size_t head_len = 6;

	if (len > 125) {
		head[1] = 0x80 | 126;
		head[2] = (uint8_t)(len >> 8);
		head[3] = (uint8_t)len;
		head_len = 8;
	}
	buf_add(&guest->out, head, head_len);
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

static void say(struct guest *guest, const char *format, ...)
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

static const struct stock_person *person_of(const struct guest *guest)
{
	return &guest->crowd->stock->people[guest->who];
}

static struct id_text cid_of(const struct guest *guest, uint32_t number)
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
	struct id_text cid = cid_of(guest, number),
		       room = id_text(&person_of(guest)->room);
	struct crowd *crowd = guest->crowd;

	say(guest,
	    "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"@%017.6f "
	    "%0*u\"}",
	    cid.text, room.text, now_s(), crowd->text > 20 ? (int)crowd->text - 19 : 1,
	    number);
}

static void say_what_is_due(struct guest *guest)
{
	while (guest->state == GUEST_IN && guest->said_here < guest->said)
		say_number(guest, guest->said_here++);
}

void guest_say(struct guest *guest)
{
	if (guest->said - guest->acked >= GUEST_FLIGHT)
		return;
	guest->said++;
	say_what_is_due(guest);
}

static void fetch(struct guest *guest)
{
	struct id_text room = id_text(&person_of(guest)->room);

	if (guest->fetching)
		return;
	guest->fetching = true;
	say(guest,
	    "{\"type\":\"fetch\",\"id\":1,\"room\":\"%s\",\"after\":%llu,\"limit\":%d}",
	    room.text, (unsigned long long)guest->seq, PAGE);
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

static void come(struct guest *guest)
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
	struct id_text room = id_text(&person_of(guest)->room);
	char resume[160] = "";

	if (guest->epoch)
		snprintf(resume, sizeof(resume),
			 ",\"resume\":{\"rooms\":[[\"%s\",%llu,%llu]]}", room.text,
			 (unsigned long long)guest->epoch,
			 (unsigned long long)guest->seq);
	guest->state = GUEST_GREETING;
	say(guest, "{\"type\":\"hello\",\"v\":1,\"batch\":true,\"token\":\"%s\"%s}",
	    person_of(guest)->token, resume);
}

static void be_in(struct guest *guest)
{
	struct id_text room = id_text(&person_of(guest)->room);

	guest->state = GUEST_IN;
	guest->tries = 0;
	guest->back_at = 0;
	guest->joins++;
	guest->crowd->in++;
	guest->crowd->tally.joins++;
	guest->said_here = guest->acked;
	if (!guest->epoch)
		say(guest, "{\"type\":\"sub\",\"room\":\"%s\"}", room.text);
	else
		say_what_is_due(guest);
}

/* ---- in ---- */

static uint64_t number_after(const char *data, size_t len, const char *word)
{
	const char *at = memmem(data, len, word, strlen(word));

	return at ? strtoull(at + strlen(word), NULL, 10) : 0;
}

static void take_sample(struct crowd *crowd, const char *data, size_t len)
{
	const char *at = memmem(data, len, "\"text\":\"@", 9);
	double age = at ? now_s() - strtod(at + 9, NULL) : 0;

	if (crowd->samples && at && crowd->sample_count < crowd->sample_cap)
		crowd->samples[crowd->sample_count++] = (uint32_t)(age * 1e6);
	if (age > crowd->latest_s)
		crowd->latest_s = age;
}

/* The first few things that must not be, with their bytes, for whoever looks for the cause. */
static void show_odd(const struct guest *guest, const char *what, const char *data,
		     size_t len)
{
	struct crowd *crowd = guest->crowd;

	if (crowd->shown++ >= ODD_SHOWN)
		return;
	printf("  %s: guest %u at seq %llu, head %llu, join %u: %.*s\n", what, guest->who,
	       (unsigned long long)guest->seq, (unsigned long long)guest->head,
	       guest->joins, (int)(len < 300 ? len : 300), data);
	fflush(stdout);
}

/* What a guest says again after it has come back may be acknowledged before the replay,
 * which has it too: only those of others must not come twice. */
static bool is_own(const struct guest *guest, const char *data, size_t len)
{
	struct id_text user = id_text(&person_of(guest)->user);

	return memmem(data, len, user.text, ID_TEXT_LEN) != NULL;
}

/* An event of the room, also by the ack of its sender: the next one, or nothing yet. */
static void hear(struct guest *guest, uint64_t seq, const char *data, size_t len,
		 bool live)
{
	struct crowd *crowd = guest->crowd;
	const char *cid = memmem(data, len, "\"cid\":\"", 7);

	if (seq > guest->head)
		guest->head = seq;
	if (seq <= guest->seq) {
		if (live && !guest->fetching && !is_own(guest, data, len)) {
			crowd->tally.doubled++;
			show_odd(guest, "doubled", data, len);
		}
		return;
	}
	if (seq > guest->seq + 1) {
		if (live && !guest->fetching) {
			crowd->tally.holes++;
			show_odd(guest, "hole", data, len);
		}
		fetch(guest);
		return;
	}
	guest->seq = seq;
	crowd->tally.events++;
	enter(guest, seq, cid ? hash_of(cid + 7, ID_TEXT_LEN) : seq << 1 | 1);
}

static void take_page(struct guest *guest, const char *data, size_t len)
{
	const char *at = data, *end = data + len;
	static const char mark[] = "{\"room\":";

	guest->crowd->tally.pages++;
	while ((at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1))) {
		const char *next =
			memmem(at + 1, (size_t)(end - at) - 1, mark, sizeof(mark) - 1);
		size_t size = (size_t)((next ? next : end) - at);

		hear(guest, number_after(at, size, "\"seq\":"), at, size, false);
		at += size;
	}
	guest->fetching = false;
	if (guest->seq < guest->head)
		fetch(guest);
}

static void take_reset(struct guest *guest, const char *data, size_t len)
{
	uint64_t head = number_after(data, len, "\"head\":");
	uint64_t epoch = number_after(data, len, "\"epoch\":");

	if (guest->epoch == 0) {
		guest->seq = guest->head = head;
		guest->epoch = epoch;
		say_what_is_due(guest);
		return;
	}
	guest->crowd->tally.resets++;
	guest->head = head > guest->head ? head : guest->head;
	if (guest->seq < guest->head)
		fetch(guest);
}

static void take_subbed(struct guest *guest, const char *data, size_t len)
{
	if (guest->epoch == 0) /* an empty room has nothing to reset */
		take_reset(guest, data, len);
}

static void take_ack(struct guest *guest, const char *data, size_t len)
{
	uint64_t seq = number_after(data, len, "\"seq\":");
	struct id_text want = cid_of(guest, guest->acked);

	if (!memmem(data, len, want.text, ID_TEXT_LEN)) {
		guest->crowd->tally.disagreed++;
		return;
	}
	guest->acked++;
	guest->crowd->tally.acks++;
	if (memmem(data, len, "\"dup\":true", 10) && seq <= guest->seq)
		return; /* it came before, as an event */
	hear(guest, seq, data, len, false);
}

static void take_frame(struct guest *guest, const char *data, size_t len)
{
	struct crowd_tally *tally = &guest->crowd->tally;
	const char *type = data + 9; /* {"type":" */

	if (len < 12)
		return;
	if (strncmp(type, "event\"", 6) == 0) {
		take_sample(guest->crowd, data, len);
		hear(guest, number_after(data, len, "\"seq\":"), data, len, true);
	} else if (strncmp(type, "ack\"", 4) == 0) {
		take_ack(guest, data, len);
	} else if (strncmp(type, "page\"", 5) == 0) {
		take_page(guest, data, len);
	} else if (strncmp(type, "digest\"", 7) == 0 && guest->state == GUEST_GREETING) {
		be_in(guest);
	} else if (strncmp(type, "reset\"", 6) == 0) {
		take_reset(guest, data, len);
	} else if (strncmp(type, "subbed\"", 7) == 0) {
		take_subbed(guest, data, len);
	} else if (strncmp(type, "lag\"", 4) == 0) {
		tally->lags++;
		guest->head = number_after(data, len, "\"head\":");
		fetch(guest);
	} else if (strncmp(type, "goaway\"", 7) == 0) {
		tally->goaways++;
		guest->back_at =
			now_s() +
			(double)number_after(data, len, "\"reconnect_ms\":") / 1000;
	} else if (strncmp(type, "nack\"", 5) == 0 || strncmp(type, "error\"", 6) == 0) {
		tally->nacks++;
		show_odd(guest, "refused", data, len);
		str_set_len(&guest->crowd->why, data, len < 200 ? len : 200);
	}
}

/* Frames of one WebSocket message are separated by newlines. */
static void take_message(struct guest *guest, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end && guest->fd >= 0) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		eol = eol ? eol : end;
		take_frame(guest, text, (size_t)(eol - text));
		text = eol + 1;
	}
}

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

	while (guest->fd >= 0 && have - used >= 2) {
		const uint8_t *at = data + used;
		size_t head = at[1] == 126 ? 4 : at[1] == 127 ? 10 : 2;
		uint64_t len = head == 2 ? at[1] : 0;

		if (have - used < head)
			break;
		for (size_t i = 2; i < head; i++)
			len = len << 8 | at[i];
		if (have - used - head < len)
			break;
		used += head + len;
		if (at[0] == 0x81)
			take_message(guest, (const char *)at + head, len);
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

static void read_guest(struct guest *guest)
{
	ssize_t got = recv(guest->fd, guest->crowd->buffer, READ, MSG_DONTWAIT);

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

void guest_stall(struct guest *guest, bool on)
{
	guest->stalled = on;
	if (guest->fd >= 0)
		watch(guest);
}

/* ---- time ---- */

void crowd_invite(struct crowd *crowd, double seconds)
{
	double now = now_s();

	for (unsigned i = 0; i < crowd->scene.people; i++)
		crowd->guests[i].back_at = now + seconds * i / crowd->scene.people;
}

static void let_come(struct crowd *crowd)
{
	double now = now_s();
	unsigned under_way = 0;

	for (unsigned i = 0; i < crowd->scene.people; i++) {
		enum guest_state state = crowd->guests[i].state;

		under_way += state != GUEST_AWAY && state != GUEST_IN;
	}
	for (unsigned i = 0; i < crowd->scene.people && under_way < AT_ONCE; i++) {
		struct guest *guest = &crowd->guests[i];

		if (guest->state == GUEST_AWAY && guest->back_at <= now &&
		    crowd->daemon.pid != 0) {
			come(guest);
			under_way++;
		}
	}
}

void crowd_turn(struct crowd *crowd, double seconds)
{
	struct epoll_event events[EVENTS];
	double until = now_s() + seconds, walked = 0;

	do {
		double now = now_s();

		if (crowd->in < crowd->scene.people && now - walked > 0.005) {
			let_come(crowd);
			walked = now;
		}
		int count = epoll_wait(crowd->epoll, events, EVENTS,
				       until - now > 0.002 ? 2 : 0);
		for (int i = 0; i < count; i++) {
			struct guest *guest = events[i].data.ptr;

			if (guest->state == GUEST_CONNECTING) {
				connected(guest);
				continue;
			}
			if (events[i].events & EPOLLOUT)
				flush(guest);
			if (guest->fd >= 0 && (events[i].events & ~(unsigned)EPOLLOUT))
				read_guest(guest);
		}
	} while (now_s() < until);
}

static bool all_in(const struct crowd *crowd)
{
	for (unsigned i = 0; i < crowd->scene.people; i++) {
		const struct guest *guest = &crowd->guests[i];

		if (!guest->stalled && (guest->state != GUEST_IN || guest->epoch == 0))
			return false;
	}
	return true;
}

bool crowd_gather(struct crowd *crowd, double seconds)
{
	double until = now_s() + seconds;

	while (!all_in(crowd)) {
		if (now_s() > until)
			return false;
		crowd_turn(crowd, 0.01);
	}
	return true;
}

static bool all_even(const struct crowd *crowd)
{
	for (unsigned i = 0; i < crowd->scene.people; i++) {
		const struct guest *guest = &crowd->guests[i];
		const struct crowd_room *room = room_of(guest);

		if (guest->stalled)
			continue;
		if (guest->acked < guest->said ||
		    (room->count > 0 && guest->seq + 1 < room->first + room->count))
			return false;
	}
	return true;
}

bool crowd_settle(struct crowd *crowd, double seconds)
{
	double until = now_s() + seconds;

	while (!all_in(crowd) || !all_even(crowd)) {
		if (now_s() > until)
			return false;
		crowd_turn(crowd, 0.01);
	}
	crowd_turn(crowd, 0.1); /* what comes twice comes after all the others */
	return true;
}

void crowd_reauth(struct crowd *crowd)
{
	for (unsigned i = 0; i < crowd->scene.people; i++)
		guest_frame(&crowd->guests[i], "{\"type\":\"auth\",\"token\":\"%s\"}",
			    person_of(&crowd->guests[i])->token);
}

/* ---- judging ---- */

static uint64_t logged(const struct crowd *crowd)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < scene_rooms(&crowd->scene); i++)
		sum += crowd->rooms[i].count;
	return sum;
}

bool crowd_is_right(const struct crowd *crowd)
{
	const struct crowd_tally *tally = &crowd->tally;

	/* every acknowledged message stands in a log once, and nothing else does */
	return logged(crowd) == tally->acks && tally->disagreed == 0 &&
	       tally->doubled == 0 && tally->holes == 0 && all_even(crowd);
}

void crowd_print(const struct crowd *crowd)
{
	const struct crowd_tally *tally = &crowd->tally;

	printf("  %u of %u in, %llu joins, %llu refused; %llu acknowledged, %llu in the "
	       "logs, %llu heard; goaway %llu, closed %llu (slow %llu), lag %llu, reset "
	       "%llu, pages %llu; nack %llu, holes %llu, doubled %llu, disagreed "
	       "%llu%s%s\n",
	       crowd->in, crowd->scene.people, (unsigned long long)tally->joins,
	       (unsigned long long)tally->refused, (unsigned long long)tally->acks,
	       (unsigned long long)logged(crowd), (unsigned long long)tally->events,
	       (unsigned long long)tally->goaways, (unsigned long long)tally->closes,
	       (unsigned long long)tally->slow, (unsigned long long)tally->lags,
	       (unsigned long long)tally->resets, (unsigned long long)tally->pages,
	       (unsigned long long)tally->nacks, (unsigned long long)tally->holes,
	       (unsigned long long)tally->doubled, (unsigned long long)tally->disagreed,
	       crowd->why.len ? "; last no: " : "", crowd->why.ptr);
	fflush(stdout);
}
