/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocking sockets in a thread of its own; stopped by shutting its socket down. */
#include "tests/lib/receiver.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/check.h"

/* Whether head and body are there. */
static bool is_whole(const struct str *text)
{
	const char *end = strstr(text->ptr, "\r\n\r\n");
	const char *len = strcasestr(text->ptr, "content-length:");

	if (!end)
		return false;
	size_t body = len && len < end ? strtoul(len + 15, NULL, 10) : 0;
	return text->len >= (size_t)(end + 4 - text->ptr) + body;
}

static bool take_request(int fd, struct str *text, bool eager)
{
	char part[4096];

	str_clear(text);
	while (!is_whole(text)) {
		ssize_t got = recv(fd, part, sizeof(part), 0);
		if (got <= 0)
			return false;
		str_add_len(text, part, (size_t)got);
		if (eager)
			break;
	}
	return true;
}

static void say(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t put = send(fd, text, len, MSG_NOSIGNAL);
		if (put <= 0)
			return;
		text += put;
		len -= (size_t)put;
	}
}

static void *serve(void *arg)
{
	struct receiver *receiver = arg;
	char padding[1024];
	int fd;

	memset(padding, 'x', sizeof(padding));
	while ((fd = accept(receiver->fd, NULL, NULL)) >= 0) {
		struct timeval patience = {.tv_sec = 20};

		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		if (take_request(fd, &receiver->request, receiver->eager)) {
			atomic_fetch_add(&receiver->count, 1);
			if (receiver->answer)
				say(fd, receiver->answer, strlen(receiver->answer));
			else
				recv(fd, padding, sizeof(padding), 0);
			for (size_t i = 0; i < receiver->padding; i += sizeof(padding))
				say(fd, padding, sizeof(padding));
		}
		close(fd);
	}
	return NULL;
}

void receiver_start(struct receiver *receiver, const char *answer, size_t padding)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);

	*receiver = (struct receiver){
		.answer = answer, .padding = padding, .request = STR_INIT};
	receiver->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(receiver->fd >= 0);
	assert_int_equal(bind(receiver->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(receiver->fd, 16), 0);
	assert_int_equal(getsockname(receiver->fd, (struct sockaddr *)&at, &len), 0);
	receiver->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&receiver->thread, NULL, serve, receiver), 0);
}

void receiver_stop(struct receiver *receiver)
{
	shutdown(receiver->fd, SHUT_RDWR);
	pthread_join(receiver->thread, NULL);
	close(receiver->fd);
	str_done(&receiver->request);
}
