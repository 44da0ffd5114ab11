/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's birth, the logs that all must share, time, and the verdict. One thread, one
 * epoll.
 */
#include "tests/bench/crowd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/crypto/random.h"

enum {
	EVENTS = 512,
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
		.buffer = mem_alloc(CROWD_READ, 1),
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

/* @guest has heard @seq. What another heard there must have been the same. */
void crowd_enter(struct guest *guest, uint64_t seq, uint64_t hash)
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
			guest_come(guest);
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
			guest_happened(events[i].data.ptr, events[i].events);
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
			    guest_person(&crowd->guests[i])->token);
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

bool crowd_complain(const char *what)
{
	printf("NOT RIGHT: %s\n", what);
	return false;
}
