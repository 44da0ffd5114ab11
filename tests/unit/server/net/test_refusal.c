/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/net/refusal.h"

#include <sys/socket.h>
#include <unistd.h>

#include "server/net/headcount.h"
#include "tests/lib/check.h"

static int pair(int *ret_other)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	*ret_other = fds[1];
	return fds[0];
}

/* Whether the other end of @fd is closed altogether: then sending fails. */
static bool is_closed(int fd)
{
	return send(fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0;
}

static void the_answer_is_whole_and_the_socket_waits_for_its_reader(void **state)
{
	struct refusals refusals = {0};
	char text[1024] = "";
	int client;
	int server = pair(&client);

	assert_int_equal(send(client, "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
	refusal_say(&refusals, server, ERR_BUSY, "full", 1500, 100);
	assert_true(recv(client, text, sizeof(text) - 1, 0) > 0);
	assert_non_null(strstr(text, "HTTP/1.1 503 Service Unavailable\r\n"));
	assert_non_null(strstr(text, "Retry-After: 2\r\n"));
	assert_non_null(strstr(text, "\"retry_ms\":1500"));
	assert_int_equal(recv(client, text, sizeof(text), 0), 0); /* no more will come */
	refusals_tick(&refusals, 1099);
	assert_false(is_closed(client));
	refusals_tick(&refusals, 1100);
	assert_true(is_closed(client));
	close(client);
}

static void so_many_linger_and_the_oldest_makes_room(void **state)
{
	struct refusals refusals = {0};
	int clients[REFUSALS_MOST + 1];

	for (size_t i = 0; i <= REFUSALS_MOST; i++) {
		int server = pair(&clients[i]);

		assert_int_equal(refusals.count, i < REFUSALS_MOST ? i : REFUSALS_MOST);
		refusal_say(&refusals, server, ERR_RATE, "slower", 1, 0);
	}
	assert_true(is_closed(clients[0]));
	assert_false(is_closed(clients[1]));
	refusals_done(&refusals);
	for (size_t i = 0; i <= REFUSALS_MOST; i++) {
		assert_true(is_closed(clients[i]));
		close(clients[i]);
	}
}

static struct peer peer_at(const char *address)
{
	struct peer peer = {.local = false};

	memcpy(peer.address, address, strlen(address) + 1);
	return peer;
}

static void an_address_has_so_many_sockets_and_a_household_of_ipv6_as_many(void **state)
{
	struct peer four = peer_at("192.0.2.1"), other = peer_at("192.0.2.2");
	struct peer six = peer_at("2001:db8::1"), near = peer_at("2001:db8::ffff");
	struct headcount heads;

	headcount_init(&heads, 1, 7);
	check_ok(headcount_enter(&heads, &four));
	check_err(headcount_enter(&heads, &four), ERR_RATE);
	check_ok(headcount_enter(&heads, &other));
	check_ok(headcount_enter(&heads, &six));
	check_err(headcount_enter(&heads, &near), ERR_RATE);
	headcount_leave(&heads, &six);
	check_ok(headcount_enter(&heads, &near));
	headcount_leave(&heads, &near);
	headcount_leave(&heads, &four);
	headcount_leave(&heads, &other);
	assert_int_equal(heads.map.count, 0); /* who is gone takes no memory */
	headcount_done(&heads);
}

CHECK_MAIN(TEST(the_answer_is_whole_and_the_socket_waits_for_its_reader),
	   TEST(so_many_linger_and_the_oldest_makes_room),
	   TEST(an_address_has_so_many_sockets_and_a_household_of_ipv6_as_many))
