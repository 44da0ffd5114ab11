/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answer of a server that is full. It is written before the request was read, which
 * HTTP allows (RFC 9112 section 9.6). Closing at once, with the request unread, would make
 * the kernel send a reset that may overtake the answer; so we stop sending, and close
 * when the client has had its time or is gone.
 */
#include "server/net/refusal.h"

#include <sys/socket.h>
#include <unistd.h>

#include "common/base/str.h"
#include "server/net/request.h"

#define LINGER_MS 1000

/* What came meanwhile is thrown away, or close() would reset. */
static void let_go(int fd)
{
	char waste[4096];

	while (recv(fd, waste, sizeof(waste), MSG_DONTWAIT) == (ssize_t)sizeof(waste)) {
		continue;
	}
	close(fd);
}

static void drop_oldest(struct refusals *refusals)
{
	let_go(refusals->rows[refusals->head].fd);
	refusals->head = (refusals->head + 1) % REFUSALS_MOST;
	refusals->count--;
}

static void compose(struct str *answer, enum err err, const char *detail,
		    uint64_t retry_ms)
{
	AUTO(buf_done) struct buf body = BUF_INIT;

	problem_text(&body, err, detail, NULL, retry_ms);
	str_addf(answer,
		 "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\n"
		 "Content-Length: %zu\r\nRetry-After: %llu\r\nCache-Control: no-store\r\n"
		 "Connection: close\r\n\r\n",
		 err_row(err)->http,
		 err == ERR_RATE ? "Too Many Requests" : "Service Unavailable", body.len,
		 (unsigned long long)((retry_ms + 999) / 1000));
	str_add_len(answer, (const char *)body.ptr, body.len);
}

void refusal_say(struct refusals *refusals, int fd, enum err err, const char *detail,
		 uint64_t retry_ms, uint64_t now_ms)
{
	AUTO(str_done) struct str answer = STR_INIT;

	compose(&answer, err, detail, retry_ms);
	/* A fresh socket's buffer has room for it; if not, there is nobody to be polite to. */
	if (send(fd, answer.ptr, answer.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ||
	    shutdown(fd, SHUT_WR) != 0) {
		close(fd);
		return;
	}
	if (refusals->count == REFUSALS_MOST) {
		drop_oldest(refusals);
	}
	refusals->rows[(refusals->head + refusals->count++) % REFUSALS_MOST] =
		(struct refusal){fd, now_ms};
}

void refusals_tick(struct refusals *refusals, uint64_t now_ms)
{
	while (refusals->count > 0 &&
	       now_ms - refusals->rows[refusals->head].since_ms >= LINGER_MS) {
		drop_oldest(refusals);
	}
}

void refusals_done(struct refusals *refusals)
{
	while (refusals->count > 0) {
		drop_oldest(refusals);
	}
}
