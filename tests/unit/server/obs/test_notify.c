/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the service manager hears, on a socket of the test's own. */
#include "server/obs/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
			 0);
	setenv("NOTIFY_SOCKET", path, 1);
	return fd;
}

static void hear(int fd, char text[128])
{
	ssize_t got = recv(fd, text, 127, MSG_DONTWAIT);

	assert_true(got >= 0);
	text[got] = '\0';
}

static void a_state_is_one_datagram(void **state)
{
	struct scratch scratch;
	AUTO(str_done) struct str path = STR_INIT;
	char text[128];

	scratch_init(&scratch);
	scratch_file(&scratch, "notify", &path);
	int fd = listen_at(path.ptr);
	notify_say("READY=1");
	hear(fd, text);
	assert_string_equal(text, "READY=1");
	notify_reloading();
	hear(fd, text);
	assert_int_equal(strncmp(text, "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	close(fd);
	scratch_done(&scratch);
}

static void an_abstract_socket_is_reached(void **state)
{
	char name[64], text[128];

	snprintf(name, sizeof(name), "@chat-test-%d", (int)getpid());
	int fd = listen_at(name);
	notify_say("STOPPING=1");
	hear(fd, text);
	assert_string_equal(text, "STOPPING=1");
	close(fd);
}

static void nobody_listening_is_no_harm(void **state)
{
	setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
	notify_say("READY=1");
	setenv("NOTIFY_SOCKET", "relative", 1);
	notify_say("READY=1");
	unsetenv("NOTIFY_SOCKET");
	notify_say("READY=1");
}

static void the_watchdog_is_for_the_process_that_is_named(void **state)
{
	char pid[16];

	setenv("WATCHDOG_USEC", "30000000", 1);
	unsetenv("WATCHDOG_PID");
	assert_int_equal(notify_watchdog_ms(), 30000);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_ms(), 30000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "soon", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(notify_watchdog_ms(), 0);
}

static void sockets_of_another_process_are_not_taken(void **state)
{
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	assert_int_equal(notify_sockets(), 0);
	assert_null(getenv("LISTEN_PID"));
	assert_int_equal(notify_sockets(), 0);
}

CHECK_MAIN(cmocka_unit_test(a_state_is_one_datagram),
	   cmocka_unit_test(an_abstract_socket_is_reached),
	   cmocka_unit_test(nobody_listening_is_no_harm),
	   cmocka_unit_test(the_watchdog_is_for_the_process_that_is_named),
	   cmocka_unit_test(sockets_of_another_process_are_not_taken))
