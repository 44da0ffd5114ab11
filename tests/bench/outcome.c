/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One run: start, join, warm up, measure, hear everything out, end. Rates are taken between
 * two moments while the load goes on; the check for losses comes after the last message.
 */
#include "tests/bench/outcome.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/bare.h"

enum { TURNS = 8, TURN_MOST_S = 10 };

const struct figure_row figure_rows[FIGURE_COUNT] = {
	{"deliveries_per_cpu_s", "deliveries per second of server CPU", "1/s", 0},
	{"deliveries_per_s", "deliveries per second", "1/s", 0},
	{"cpu", "cores used by the server", "", 2},
	{"wire_bytes", "bytes on the wire per delivery", "B", 0},
	{"p50_ms", "latency, half are faster", "ms", 2},
	{"p99_ms", "latency, 99 of 100 are faster", "ms", 2},
	{"line_kb", "memory per joined connection", "KB", 1},
	{"idle_cpu", "CPU while all are idle", "%", 1},
	{"joins_per_s", "joins per second", "1/s", 0},
	{"joins_per_cpu_s", "joins per second of server CPU", "1/s", 0},
	{"acks_per_s", "durable acknowledgements per second", "1/s", 0},
	{"group", "messages per transaction", "", 1},
	{"bare_per_s", "SQLite alone, such transactions", "1/s", 0},
	{"bare_times", "times faster that is", "x", 2},
	{"disk_p50_ms", "one write with fdatasync, half", "ms", 2},
	{"disk_p99_ms", "one write with fdatasync, 99 of 100", "ms", 2},
};

static void put(struct outcome *outcome, enum figure figure, double value)
{
	outcome->has[figure] = true;
	outcome->value[figure] = value;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static bool run_flood(struct outcome *outcome, struct load *load, struct daemon *daemon,
		      const struct pace *pace)
{
	if (!load_join(load, load->scene->people) || !load_flood(load, pace->warm_s))
		return false;
	double cpu = daemon_cpu(daemon), start = now_s();
	uint64_t deliveries = load->deliveries, bytes = load->bytes;
	if (!load_flood(load, pace->seconds))
		return false;
	cpu = daemon_cpu(daemon) - cpu;
	double took = now_s() - start, count = (double)(load->deliveries - deliveries);
	put(outcome, FIGURE_PER_CPU, count / cpu);
	put(outcome, FIGURE_PER_S, count / took);
	put(outcome, FIGURE_CPU, cpu / took);
	put(outcome, FIGURE_WIRE, (double)(load->bytes - bytes) / count);
	return load_settle(load);
}

static bool run_paced(struct outcome *outcome, struct load *load, struct daemon *daemon,
		      const struct pace *pace)
{
	if (!load_join(load, load->scene->people) || !load_pace(load, pace->warm_s))
		return false;
	double cpu = daemon_cpu(daemon), start = now_s();
	if (!load_pace(load, pace->seconds))
		return false;
	put(outcome, FIGURE_CPU, (daemon_cpu(daemon) - cpu) / (now_s() - start));
	size_t count = load->sample_count;
	qsort(load->samples, count, sizeof(*load->samples), by_size);
	put(outcome, FIGURE_P50, load->samples[count / 2] / 1000.0);
	put(outcome, FIGURE_P99, load->samples[count * 99 / 100] / 1000.0);
	bare_disk(daemon->folder, &outcome->value[FIGURE_DISK_P50],
		  &outcome->value[FIGURE_DISK_P99]);
	outcome->has[FIGURE_DISK_P50] = outcome->has[FIGURE_DISK_P99] = true;
	return true;
}

/* A first few connections, so that what a server makes once is not counted. */
static bool run_idle(struct outcome *outcome, struct load *load, struct daemon *daemon,
		     const struct pace *pace)
{
	const unsigned first = load->scene->room_size, all = load->scene->people;

	if (!load_join(load, first) || !load_say_once(load) || !load_listen(load, 0.2))
		return false;
	double before = daemon_pss(daemon);
	if (!load_join(load, all) || !load_listen(load, pace->warm_s))
		return false;
	double cpu = daemon_cpu(daemon), start = now_s();
	if (!load_listen(load, pace->seconds))
		return false;
	cpu = (daemon_cpu(daemon) - cpu) / (now_s() - start);
	put(outcome, FIGURE_LINE_KB,
	    (daemon_pss(daemon) - before) * 1.024 / (all - first));
	put(outcome, FIGURE_IDLE_CPU, cpu * 100);
	return load_say_once(load); /* they all hear */
}

static bool run_join(struct outcome *outcome, struct load *load, struct daemon *daemon,
		     const struct pace *pace)
{
	const unsigned first = load->scene->room_size, all = load->scene->people;

	if (!load_join(load, first))
		return false;
	double cpu = daemon_cpu(daemon), start = now_s();
	if (!load_join(load, all))
		return false;
	cpu = daemon_cpu(daemon) - cpu;
	put(outcome, FIGURE_JOINS, (all - first) / (now_s() - start));
	put(outcome, FIGURE_JOINS_CPU, (all - first) / cpu);
	return load_say_once(load);
}

/* Transactions that were committed so far: a counter in the head of the index of the log
 * (sqlite.org/walformat.html, section 2.1, iChange). */
static uint32_t commits_of(const struct daemon *daemon)
{
	AUTO(str_done) struct str path = STR_INIT;
	uint32_t count = 0;

	daemon_path(daemon, "chat.db-shm", &path);
	int fd = open(path.ptr, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, &count, sizeof(count), 8) != sizeof(count))
		give_up("%s: no index of the log", path.ptr);
	close(fd);
	return count;
}

/* The server and SQLite alone take turns: a disk is fast and slow by the second. */
struct turns {
	struct bare *bare;
	double acks, acks_s, sent, sent_s;
	uint32_t commits;
};

static bool take_turn(struct turns *turns, struct load *load, struct daemon *daemon,
		      double seconds)
{
	const uint32_t before = commits_of(daemon);
	const uint64_t deliveries = load->deliveries;
	double start = now_s();

	/* Where the disk or a neighbour makes a short turn too short for a commit it lasts
	 * until there is one. */
	do {
		if (!load_flood(load, seconds))
			return false;
	} while ((commits_of(daemon) == before || load->deliveries == deliveries) &&
		 now_s() - start < TURN_MOST_S);
	double took = now_s() - start, acks = (double)(load->deliveries - deliveries);
	const uint32_t commits = commits_of(daemon) - before;
	if (!load_settle(load))
		return false;
	if (commits == 0 || acks < 1) {
		str_addf(&load->fault, "nothing was committed in %d s", TURN_MOST_S);
		return false;
	}
	turns->acks += acks;
	turns->acks_s += took;
	turns->commits += commits;
	daemon_pin(CORE_SERVER); /* which has nothing to do now */
	start = now_s();
	turns->sent +=
		(double)bare_send(turns->bare, (unsigned)(acks / commits + 0.5), seconds);
	turns->sent_s += now_s() - start;
	daemon_pin(CORE_LOAD);
	return true;
}

static bool run_store(struct outcome *outcome, struct load *load, struct daemon *daemon,
		      const struct pace *pace)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct turns turns = {0};
	unsigned people = load->scene->people;
	bool good = load_join(load, people) && load_flood(load, pace->warm_s) &&
		    load_settle(load);

	daemon_path(daemon, PEER_COPY, &path);
	turns.bare = bare_new(path.ptr, people);
	for (unsigned i = 0; i < TURNS && good; i++)
		good = take_turn(&turns, load, daemon, pace->seconds / TURNS);
	bare_free(&turns.bare);
	if (!good)
		return false;
	put(outcome, FIGURE_ACKS, turns.acks / turns.acks_s);
	put(outcome, FIGURE_GROUP, turns.acks / turns.commits);
	put(outcome, FIGURE_BARE, turns.sent / turns.sent_s);
	put(outcome, FIGURE_BARE_TIMES,
	    turns.sent / turns.sent_s / (turns.acks / turns.acks_s));
	return true;
}

typedef bool run_fn(struct outcome *outcome, struct load *load, struct daemon *daemon,
		    const struct pace *pace);

static run_fn *const runs[] = {
	[SCENE_FLOOD] = run_flood, [SCENE_PACED] = run_paced, [SCENE_IDLE] = run_idle,
	[SCENE_JOIN] = run_join,   [SCENE_STORE] = run_store,
};

void outcome_take(struct outcome *outcome, const struct peer *peer,
		  const struct place *place, const struct scene *scene,
		  const struct pace *pace)
{
	struct daemon daemon;
	struct load load;
	void *party = NULL;

	*outcome = (struct outcome){0};
	daemon_init(&daemon);
	peer->start(&daemon, place, scene, &party);
	load_init(&load, peer, scene, party, daemon.port);
	if (!runs[scene->kind](outcome, &load, &daemon, pace)) {
		outcome->failed = true;
		fprintf(stderr, "bench: %s, %s: FAILED: %s\n", scene->name, peer->title,
			load.fault.ptr);
	}
	load_done(&load);
	if (peer->end)
		peer->end(party);
	daemon_stop(&daemon);
}
