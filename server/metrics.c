/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gathering: the loop's own numbers at once, those of the store by a task of a reader, which
 * shows on the way that readers read. The page is on a listener of its own, so that it is
 * never open to the world by mistake and needs no token.
 */
#include "server/metrics.h"

#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/proto/rest.h"
#include "server/net/loop.h"
#include "server/obs/process.h"
#include "server/outbox.h"
#include "server/postbox.h"
#include "server/rest/route.h"
#include "server/store/driver_sqlite.h"
#include "server/store/store.h"
#include "server/store/writer.h"

#define PROMETHEUS "text/plain; version=0.0.4; charset=utf-8"

struct page {
	struct task task;
	struct server *server;
	struct request *request;
	int64_t letters;
	struct driver_size size;
};

static enum err look(struct task *task, struct store *store)
{
	struct page *page = CONTAINER_OF(task, struct page, task);
	enum err err = store_num(store, STMT_stats_mail, NO_VALUES, &page->letters);

	return err == ERR_OK ? store->driver->size(store->db, &page->size) : err;
}

static void take_store(struct metrics *metrics, const struct server *server)
{
	const struct writer_stats stats = writer_stats(server->writer);

	metric_set(metrics, METRIC_tasks, (double)stats.tasks);
	metric_set(metrics, METRIC_commits, (double)stats.commits);
	metric_set(metrics, METRIC_commits_failed, (double)stats.failures);
	metric_set(metrics, METRIC_checkpoints, (double)stats.checkpoints);
	metric_set(metrics, METRIC_write_queue, (double)stats.waiting);
	metric_set(metrics, METRIC_write_queue_bytes, (double)stats.bytes);
	metrics->histograms[METRIC_commit_seconds] = stats.commit_us;
	metrics->units[METRIC_commit_seconds] = 1e-6;
	metrics->histograms[METRIC_group_tasks] = stats.group;
	metrics->units[METRIC_group_tasks] = 1;
}

static void take_net(struct metrics *metrics, const struct server *server)
{
	const struct conn_counts *counts = conns_counts(server->conns);

	metric_set(metrics, METRIC_connections, (double)conns_count(server->conns));
	metric_set(metrics, METRIC_connections_opened, (double)counts->opened);
	metric_set(metrics, METRIC_deliveries, (double)counts->frames);
	metric_set(metrics, METRIC_messages, (double)counts->messages);
	metric_set(metrics, METRIC_bytes_sent, (double)counts->bytes);
	metric_set(metrics, METRIC_dropped, (double)counts->dropped);
	metric_set(metrics, METRIC_lagged, (double)counts->lagged);
	metric_set(metrics, METRIC_slow_closes, (double)counts->slow);
	metric_set(metrics, METRIC_rate_limited, (double)rates_refused(server->rates));
	metric_set(metrics, METRIC_hash_queue,
		   (double)worker_waiting(&((struct server *)(uintptr_t)server)->hasher));
	if (server->loop)
		metric_set(metrics, METRIC_sockets, (double)loop_sockets(server->loop));
}

static void take_mail(struct metrics *metrics, const struct server *server)
{
	const struct outbox_stats stats = outbox_stats(server->outbox);

	metric_set(metrics, METRIC_letters_deferred, (double)stats.deferred);
	metric_set(metrics, METRIC_letters_late, (double)stats.late);
	metric_set(metrics, METRIC_letters_refused, (double)stats.refused);
	metric_set(metrics, METRIC_letters_sent, (double)stats.sent);
	metric_set(metrics, METRIC_mail_failures, (double)stats.failures);
}

static void take_hooks(struct metrics *metrics, const struct server *server)
{
	const struct postbox_stats stats = postbox_stats(server->postbox);

	metric_set(metrics, METRIC_hook_failures, (double)stats.failed);
	metric_set(metrics, METRIC_hook_lost, (double)stats.lost);
	metric_set(metrics, METRIC_hook_sent, (double)stats.sent);
}

static void take_process(struct metrics *metrics, const struct server *server)
{
	const struct process_use use = process_use();
	uint64_t up_ms = clock_mono_ms(&server->clock) - server->begun_ms;
	AUTO(str_done) struct str wal = STR_INIT;

	str_addf(&wal, "%s/chat.db-wal", server->config.data_dir);
	metric_set(metrics, METRIC_wal_bytes, (double)process_file_size(wal.ptr));
	metric_set(metrics, METRIC_disk_free_bytes,
		   (double)process_disk_free(server->config.data_dir));
	metric_set(metrics, METRIC_cpu_seconds, use.cpu_seconds);
	metric_set(metrics, METRIC_resident_bytes, (double)use.resident_bytes);
	metric_set(metrics, METRIC_fds, (double)use.fds);
	metric_set(metrics, METRIC_fds_most, (double)use.fds_most);
	metric_set(metrics, METRIC_start_time,
		   (double)(clock_now_ms(&server->clock) - up_ms) / 1000);
	metric_set(metrics, METRIC_ready, health_why(server) ? 0 : 1);
}

static void answer(struct page *page)
{
	struct server *server = page->server;
	struct metrics metrics = server->metrics;
	AUTO(str_done) struct str text = STR_INIT;

	metrics.labels = STR_INIT;
	metric_label(&metrics, "version", PACKAGE_VERSION);
	metric_label(&metrics, "lws", loop_version());
	metric_label(&metrics, "sqlite", driver_sqlite_version());
	take_store(&metrics, server);
	take_net(&metrics, server);
	take_mail(&metrics, server);
	take_hooks(&metrics, server);
	take_process(&metrics, server);
	metric_set(&metrics, METRIC_letters, (double)page->letters);
	metric_set(&metrics, METRIC_database_bytes,
		   (double)(page->size.pages * page->size.page_bytes));
	metric_set(&metrics, METRIC_database_free_bytes,
		   (double)(page->size.free_pages * page->size.page_bytes));
	metrics_write(&metrics, &text);
	str_done(&metrics.labels);
	request_reply(&page->request, 200, PROMETHEUS, str_view(&text));
}

/* A store that cannot be read is no reason to say nothing. */
static void looked(struct task *task, enum err err)
{
	struct page *page = CONTAINER_OF(task, struct page, task);

	answer(page);
	mem_free(page);
}

static enum err begin(struct request *request, size_t *ret_body_max)
{
	*ret_body_max = 0;
	if (str_equal(&request->path, "/livez") || str_equal(&request->path, "/readyz"))
		return rest_router.begin(request, ret_body_max);
	if (!str_equal(&request->path, "/metrics"))
		return ERR_NOT_FOUND;
	return request->method == METHOD_GET ? ERR_OK : ERR_METHOD;
}

static void run(struct request *request)
{
	struct server *server = request->server;

	if (request->row) {
		rest_router.run(request);
		return;
	}
	struct page *page = mem_new(struct page);
	*page = (struct page){
		.task = {.run = look, .done = looked, .size = sizeof(*page)},
		.server = server,
		.request = request,
	};
	if (reader_submit(server->writer, &page->task) != ERR_OK) {
		answer(page);
		mem_free(page);
	}
}

const struct request_router metrics_router = {.begin = begin, .run = run};

static bool is_login(const struct rest_row *row)
{
	static const enum rest_op ops[] = {REST_auth_login, REST_auth_otp,
					   REST_auth_verify, REST_auth_key_login};

	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		if (rest_row(ops[i]) == row)
			return true;
	}
	return false;
}

void metrics_call(struct server *server, const struct rest_row *row, int status,
		  enum err err)
{
	struct metrics *metrics = &server->metrics;

	metric_add(metrics,
		   status >= 500   ? METRIC_calls_failed
		   : status >= 400 ? METRIC_calls_refused
				   : METRIC_calls,
		   1);
	if (!is_login(row))
		return;
	/* A right password alone is no log-in yet: a code follows. */
	if (status < 400 && row != rest_row(REST_auth_login))
		metric_add(metrics, METRIC_logins, 1);
	if (err == ERR_BAD_LOGIN || err == ERR_BAD_CODE || err == ERR_TOO_MANY_TRIES)
		metric_add(metrics, METRIC_logins_failed, 1);
}
