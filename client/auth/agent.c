/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection per question. The socket is that of SSH_AUTH_SOCK and nothing else: a
 * forwarded agent looks the same, and asks its own user.
 */
#include "client/auth/agent.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/mem.h"

#define PART 4096

struct agent_call {
	struct app *app;
	struct app_source source;
	struct app_timer timer;
	struct buf out;
	size_t sent;
	struct buf in;
	enum err failed; /* told when the timer is due */
	agent_fn *done;
	void *ctx;
	struct agent_call **at;
};

static void call_free(struct agent_call *call)
{
	app_source_remove(call->app, &call->source);
	app_timer_clear(call->app, &call->timer);
	if (call->source.fd >= 0)
		close(call->source.fd);
	buf_done(&call->out);
	buf_done(&call->in);
	mem_free(call);
}

void agent_cancel(struct agent_call **at)
{
	struct agent_call *call = *at;

	*at = NULL;
	if (call)
		call_free(call);
}

static void finish(struct agent_call *call, enum err err, struct bytes reply)
{
	*call->at = NULL;
	call->done(call->app, err, reply, call->ctx);
	call_free(call);
}

static void on_due(struct app *app, void *ctx)
{
	struct agent_call *call = ctx;

	finish(call, call->failed, bytes_of(NULL, 0));
}

static enum err dial(int *ret_fd)
{
	const char *path = getenv("SSH_AUTH_SOCK");
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (!path || !*path || strlen(path) >= sizeof(address.sun_path))
		return ERR_NOT_FOUND;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return ERR_NOT_FOUND;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return ERR_NOT_FOUND;
	}
	*ret_fd = fd;
	return ERR_OK;
}

/* ERR_OK: go on waiting. */
static enum err send_more(struct agent_call *call)
{
	while (call->sent < call->out.len) {
		ssize_t done = send(call->source.fd, call->out.ptr + call->sent,
				    call->out.len - call->sent, MSG_NOSIGNAL);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno == EAGAIN ? ERR_OK : ERR_CLOSED;
		call->sent += (size_t)done;
	}
	call->source.events = POLLIN;
	return ERR_OK;
}

static enum err read_more(struct agent_call *call)
{
	ssize_t got = recv(call->source.fd, buf_room(&call->in, PART), PART, 0);

	if (got < 0)
		return errno == EINTR || errno == EAGAIN ? ERR_OK : ERR_CLOSED;
	call->in.len += (size_t)got;
	return got > 0 ? ERR_OK : ERR_CLOSED;
}

static void on_ready(struct app *app, short revents, void *ctx)
{
	struct agent_call *call = ctx;
	struct bytes reply = bytes_of(NULL, 0);
	enum err err = ERR_OK;

	if (call->sent < call->out.len)
		err = send_more(call);
	if (err == ERR_OK && (revents & (POLLIN | POLLHUP | POLLERR)))
		err = read_more(call);
	if (err == ERR_OK) {
		err = agent_whole(buf_view(&call->in), &reply);
		if (err == ERR_TRUNCATED)
			return;
	}
	finish(call, err, reply);
}

void agent_ask(struct app *app, struct bytes frame, uint64_t timeout_ms, agent_fn *done,
	       void *ctx, struct agent_call **at)
{
	struct agent_call *call = mem_new(struct agent_call);
	uint64_t now = clock_mono_ms(app->clock);

	agent_cancel(at);
	*call = (struct agent_call){
		.app = app,
		.source = {.fd = -1, .events = POLLOUT, .ready = on_ready, .ctx = call},
		.timer = {.due = on_due, .ctx = call},
		.failed = ERR_TIMEOUT,
		.done = done,
		.ctx = ctx,
		.at = at};
	*at = call;
	buf_add_bytes(&call->out, frame);
	enum err err = dial(&call->source.fd);
	if (err != ERR_OK)
		call->failed = err;
	else
		app_source_add(app, &call->source);
	app_timer_set(app, &call->timer, err == ERR_OK ? now + timeout_ms : now);
}
