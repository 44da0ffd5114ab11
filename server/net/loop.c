/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One libuv loop, with libwebsockets as its guest.
 *
 * A turn of the loop: callbacks of sockets and timers fill queues; the prepare handle, just
 * before the loop blocks, flushes them once. That is what makes a message to a hundred
 * receivers one write each, however many messages the turn brought.
 */
#include "server/net/loop.h"

#include <signal.h>
#include <sys/resource.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "server/net/loop_in.h"

#define TICK_MS  1000
#define HURRY_MS 10
/* Database, log, lws's own, requests to others; and what is open for somebody beside his
 * connection: a file that he takes or brings, a refusal that he reads. */
#define SPARE_FDS (128 + LIMIT_STREAMS + LIMIT_UPLOADS + REFUSALS_MOST)

static void on_prepare(uv_prepare_t *handle)
{
	struct loop *loop = handle->data;

	/* Other threads begin while what there is to say goes out, and once more on what
	 * that brought. */
	loop->config.turned(loop->config.ctx);
	conns_flush(loop->config.conns);
	loop_close_wires(loop);
	loop->config.turned(loop->config.ctx);
}

static void on_tick(uv_timer_t *handle)
{
	struct loop *loop = handle->data;

	if (loop->resting) {
		loop_go_on(loop);
	}

	conns_tick(loop->config.conns);
	refusals_tick(&loop->refusals, clock_mono_ms(loop->config.clock));
	loop_end_strangers(loop);
	loop_close_wires(loop);
	if (loop->leaving > 0) {
		/* lws looks at its own deadlines (a close that is not answered) only
		 * after an event */
		lws_cancel_service(loop->lws);
	}
	loop->config.tick(loop->config.ctx);
}

static void on_signal(uv_signal_t *handle, int signum)
{
	struct loop *loop = handle->data;

	loop->config.signal(signum, loop->config.ctx);
}

/* lws sizes its tables by the limit, so an inherited "unlimited" would cost gigabytes, and
 * a low one connections. */
static void limit_descriptors(unsigned connections)
{
	struct rlimit limit;
	rlim_t want = (rlim_t)connections + SPARE_FDS;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
		return;
	}
	if (limit.rlim_max < want) {
		struct rlimit raised = {want, want};

		if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
			return;
		}
		log_warn(
			"net: the descriptor limit allows fewer connections, limit=%llu, "
			"wanted=%llu",
			(unsigned long long)limit.rlim_max, (unsigned long long)want);
		want = limit.rlim_max;
	}
	limit.rlim_cur = want;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void start_handles(struct loop *loop)
{
	static const int wanted[] = {SIGTERM, SIGINT, SIGHUP};

	uv_prepare_init(&loop->uv, &loop->prepare);
	loop->prepare.data = loop;
	uv_prepare_start(&loop->prepare, on_prepare);
	uv_timer_init(&loop->uv, &loop->tick);
	loop->tick.data = loop;
	uv_timer_start(&loop->tick, on_tick, TICK_MS, TICK_MS);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		uv_signal_init(&loop->uv, &loop->signals[i]);
		loop->signals[i].data = loop;
		uv_signal_start(&loop->signals[i], on_signal, wanted[i]);
	}
}

enum err loop_new(const struct loop_config *config, struct loop **ret_loop,
		  struct str *why)
{
	struct loop *loop = mem_new(struct loop);

	loop->config = *config;
	loop->number = clock_now_ms(config->clock) << 12;
	limit_descriptors(config->max_connections);
	if (uv_loop_init(&loop->uv) != 0) {
		mem_free(loop);
		str_add(why, "libuv does not start");
		return ERR_INTERNAL;
	}
	headcount_init(&loop->heads, config->max_per_address, config->seed);
	start_handles(loop);
	enum err err = loop_make_lws(loop, why);

	if (err != ERR_OK) {
		loop_free(&loop);
		return err;
	}
	*ret_loop = loop;
	return ERR_OK;
}

static void close_handle(uv_handle_t *handle, void *ctx)
{
	struct loop *loop = ctx;
	bool ours = handle == (uv_handle_t *)&loop->prepare ||
		    handle == (uv_handle_t *)&loop->tick;

	for (size_t i = 0; i < ARRAY_LEN(loop->signals); i++) {
		ours = ours || handle == (uv_handle_t *)&loop->signals[i];
	}
	if (ours && !uv_is_closing(handle)) {
		uv_close(handle, NULL);
	}
}

void loop_free(struct loop **loop)
{
	struct loop *gone = *loop;

	*loop = NULL;
	if (!gone) {
		return;
	}
	loop_deafen(gone);
	refusals_done(&gone->refusals);
	if (gone->lws) {
		lws_context_destroy(gone->lws);
	}
	uv_walk(&gone->uv, close_handle, gone);
	/* The library closes its handles through the loop; on a foreign one it then waits for
	 * a second call to free the rest. pcontext tells when it has. */
	uv_run(&gone->uv, UV_RUN_DEFAULT);
	if (gone->lws) {
		lws_context_destroy(gone->lws);
		uv_run(&gone->uv, UV_RUN_DEFAULT);
	}
	uv_loop_close(&gone->uv);
	headcount_done(&gone->heads);
	mem_free(gone);
}

void loop_set_limits(struct loop *loop, unsigned max_per_address,
		     const char *const *origins)
{
	loop->heads.most = max_per_address;
	loop->config.rules.origins = origins;
}

void loop_hurry(struct loop *loop)
{
	uv_timer_start(&loop->tick, on_tick, HURRY_MS, HURRY_MS);
}

void loop_run(struct loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_quit(struct loop *loop)
{
	uv_stop(&loop->uv);
}

size_t loop_answering(const struct loop *loop)
{
	return loop->answering;
}

size_t loop_sockets(const struct loop *loop)
{
	return loop->sockets;
}
