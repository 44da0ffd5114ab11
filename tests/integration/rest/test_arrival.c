/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From one door to the other: what is posted over REST is seen by every WebSocket, what is
 * sent over a WebSocket is read over REST, and a 2xx or an ack is given when that is so. How
 * long each took is printed; only what would be a fault of its own fails. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/net/rate.h"
#include "tests/lib/check.h"
#include "tests/lib/host.h"

#define LISTENERS 10
#define ROUNDS    200
#define LATE_MS   30000 /* peers wait no longer themselves */

struct arrival {
	struct host host;
	struct guest alice, bob;
	struct id lobby;
	struct peer_socket http, listeners[LISTENERS];
	double answered[ROUNDS], first[ROUNDS], last[ROUNDS];
};

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int set_up(void **state)
{
	struct arrival *arrival = calloc(1, sizeof(*arrival));

	host_init(&arrival->host);
	host_open(&arrival->host);
	for (int rate = 0; rate < RATE_COUNT; rate++)
		rates_set(arrival->host.server->rates, (enum rate)rate, 0, 0);
	host_guest(&arrival->host, "alice", &arrival->alice);
	host_guest(&arrival->host, "bob", &arrival->bob);
	arrival->lobby = host_room(&arrival->host, "lobby");
	host_run(&arrival->host);
	peer_open_tcp(&arrival->http, arrival->host.server->port);
	for (unsigned i = 0; i < LISTENERS; i++)
		host_login(&arrival->host, &arrival->listeners[i], &arrival->bob, "");
	*state = arrival;
	return 0;
}

static int tear_down(void **state)
{
	struct arrival *arrival = *state;

	peer_close(&arrival->http);
	for (unsigned i = 0; i < LISTENERS; i++)
		peer_close(&arrival->listeners[i]);
	guest_done(&arrival->alice);
	guest_done(&arrival->bob);
	host_done(&arrival->host);
	free(arrival);
	return 0;
}

static void ask(struct arrival *arrival, const char *line, const char *body)
{
	peer_print(&arrival->http,
		   "%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
		   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		   line, arrival->alice.token.ptr, strlen(body), body);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_times(const char *what, double *times)
{
	qsort(times, ROUNDS, sizeof(*times), compare);
	print_message("# %s: %.2f ms, 99 of 100 within %.2f, all within %.2f\n", what,
		      times[ROUNDS / 2], times[ROUNDS * 99 / 100], times[ROUNDS - 1]);
}

/* When the answer and each listener's event became readable, in ms after @begun_ms. */
static void watch(struct arrival *arrival, double begun_ms, unsigned round)
{
	struct pollfd fds[LISTENERS + 1];
	unsigned left = LISTENERS + 1;

	for (unsigned i = 0; i <= LISTENERS; i++)
		fds[i] = (struct pollfd){.fd = i ? arrival->listeners[i - 1].fd
						 : arrival->http.fd,
					 .events = POLLIN};
	arrival->first[round] = arrival->last[round] = 0;
	while (left > 0) {
		assert_true(poll(fds, LISTENERS + 1, LATE_MS) > 0);
		double after_ms = now_ms() - begun_ms;
		for (unsigned i = 0; i <= LISTENERS; i++) {
			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			fds[i].fd = -1;
			left--;
			if (i == 0)
				arrival->answered[round] = after_ms;
			else if (arrival->first[round] == 0)
				arrival->first[round] = after_ms;
			if (i > 0)
				arrival->last[round] = after_ms;
		}
	}
}

static void what_is_posted_is_seen_by_every_websocket(void **state)
{
	struct arrival *arrival = *state;

	for (unsigned round = 0; round < ROUNDS; round++) {
		char body[64], want[64];
		struct answer answer = {0};
		snprintf(body, sizeof(body), "{\"text\":\"round %u.\"}", round);
		snprintf(want, sizeof(want), "\"text\":\"round %u.\"", round);
		double begun_ms = now_ms();
		ask(arrival, "POST /v1/rooms/lobby/messages", body);
		watch(arrival, begun_ms, round);
		peer_answer(&arrival->http, &answer);
		assert_int_equal(answer.status, 200);
		answer_done(&answer);
		for (unsigned i = 0; i < LISTENERS; i++) {
			AUTO(str_done) struct str heard = STR_INIT;
			peer_expect(&arrival->listeners[i], want, &heard);
		}
	}
	print_message("# from the request, %d WebSockets listening, %d rounds, in the "
		      "middle:\n",
		      LISTENERS, ROUNDS);
	print_times("2xx", arrival->answered);
	print_times("the first WebSocket", arrival->first);
	print_times("the last WebSocket", arrival->last);
}

/* A 2xx or ack that came before the commit would now and then lose this race. */
static void what_was_acknowledged_is_read_at_once_at_the_other_door(void **state)
{
	struct arrival *arrival = *state;
	double *acked = arrival->answered, *read = arrival->last;

	for (unsigned round = 0; round < ROUNDS; round++) {
		AUTO(str_done) struct str heard = STR_INIT;
		struct answer answer = {0};
		const uint8_t random[10] = {(uint8_t)round, 1};
		struct id cid = id_v7(clock_now_ms(&arrival->host.server->clock), random);
		char want[64];
		snprintf(want, sizeof(want), "\"text\":\"turn %u.\"", round);
		double begun_ms = now_ms();
		host_say(&arrival->listeners[0],
			 "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",%s}",
			 id_text(&cid).text, id_text(&arrival->lobby).text, want);
		peer_expect(&arrival->listeners[0], "\"type\":\"ack\"", &heard);
		acked[round] = now_ms() - begun_ms;
		ask(arrival, "GET /v1/rooms/lobby/messages?limit=1", "");
		peer_answer(&arrival->http, &answer);
		read[round] = now_ms() - begun_ms;
		assert_int_equal(answer.status, 200);
		assert_non_null(strstr(answer.body.ptr, want));
		answer_done(&answer);
		for (unsigned i = 1; i < LISTENERS; i++)
			peer_expect(&arrival->listeners[i], want, &heard);
	}
	print_message("# from the frame, %d rounds, in the middle:\n", ROUNDS);
	print_times("ack", acked);
	print_times("read over REST", read);
}

CHECK_MAIN(cmocka_unit_test_setup_teardown(what_is_posted_is_seen_by_every_websocket,
					   set_up, tear_down),
	   cmocka_unit_test_setup_teardown(
		   what_was_acknowledged_is_read_at_once_at_the_other_door, set_up,
		   tear_down))
