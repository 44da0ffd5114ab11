/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is it worth sending clients here? Not while the last commit failed, the disk is nearly
 * full or the server is going down. What failed is tried again without being asked, since
 * nobody is sent here who could find out.
 */
#include "common/base/attr.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "server/metrics.h"
#include "server/obs/process.h"
#include "server/store/store.h"
#include "server/store/writer.h"

#define PROBE_MS 3000

const char *health_why(const struct server *server)
{
	if (server->drain_ms != 0)
		return N_("the server is going down");
	if (writer_health(server->writer) != ERR_OK)
		return N_("the store cannot be written");
	if (server->disk_low)
		return N_("the disk is nearly full");
	return NULL;
}

static void look_after_disk(struct server *server)
{
	uint64_t free_bytes = process_disk_free(server->config.data_dir);
	bool low = free_bytes < server->config.min_free;

	if (low && !server->disk_low)
		log_error("health: the disk is nearly full, free=%llu, least=%llu",
			  (unsigned long long)free_bytes,
			  (unsigned long long)server->config.min_free);
	if (!low && server->disk_low)
		log_info("health: there is room on the disk again, free=%llu",
			 (unsigned long long)free_bytes);
	server->disk_low = low;
}

/* A commit of nothing would tell nothing: one row changes. */
static enum err probe(struct task *task, struct store *store)
{
	return store_run(store, STMT_meta_put,
			 VALUES(value_text(bytes_text("probe")),
				value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

/* The writer has noted how the commit went. */
static void probed(struct task *task, enum err err)
{
	mem_free(task);
}

static void submit_probe(struct server *server)
{
	struct task *task = mem_new(struct task);

	*task = (struct task){.run = probe, .done = probed};
	if (writer_submit(server->writer, task) != ERR_OK)
		mem_free(task);
}

void health_tick(struct server *server)
{
	uint64_t now = clock_mono_ms(&server->clock);

	look_after_disk(server);
	if (writer_health(server->writer) != ERR_OK &&
	    now - server->probed_ms >= PROBE_MS) {
		server->probed_ms = now;
		submit_probe(server);
	}
}
