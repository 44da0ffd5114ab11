/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server under load beside other servers: `bench_load [OPTION…] [SCENE…]`. Scenes are
 * in scene.c, peers in peer.c; without names the usual ones are run against all that are
 * installed. Exits with 1 when any message was lost, doubled or out of order.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "tests/bench/report.h"
#include "tests/bench/stock.h"

enum { STOCK_ROOMS = 1000, FILES = 20000, SPARE_FILES = 100 };

struct run {
	struct place place;
	struct pace pace;
	unsigned rounds;
	double minutes;   /* for all of it, 0: as long as it takes */
	double until;     /* from here on the scene has no further rounds */
	uint64_t events;  /* in the stocked database; 0: there is none */
	const char *only; /* names of peers */
	const char *json_path;
	FILE *json;
	struct daemon stock_home; /* the folder of the stocked database */
	struct str stocked;
	struct column columns[REPORT_COLUMNS];
	unsigned column_count;
	unsigned files; /* that may be open at once */
	bool failed;
};

static const char usage[] =
	"usage: bench_load [OPTION...] [SCENE...]\n"
	"  --server FILE     chat-server            --fanout FILE   raw_fanout\n"
	"  --source DIR      tests/bench            --modules DIR   has node_modules\n"
	"  --peers A,B       only these             --events N      also with N events "
	"before\n"
	"  --rounds N        medians of so many     --seconds S     of each measurement\n"
	"  --json FILE       a line per figure      --fault WORD    raw_fanout errs\n"
	"  --minutes N       fewer rounds, where it would take longer\n";

static bool wanted(const struct run *run, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = run->only; at && *at; at += strcspn(at, ",")) {
		at += *at == ',';
		if (strncmp(at, name, len) == 0 && (at[len] == ',' || !at[len]))
			return true;
	}
	return !run->only;
}

static void add_column(struct run *run, const struct peer *peer, uint64_t events)
{
	struct column *column = &run->columns[run->column_count++];

	*column = (struct column){.peer = peer, .events = events};
	if (events)
		snprintf(column->title, sizeof(column->title), "%s %gM", peer->name,
			 (double)events / 1e6);
	else
		snprintf(column->title, sizeof(column->title), "%s", peer->name);
}

static void find_columns(struct run *run)
{
	for (const struct peer *const *at = peers; *at; at++) {
		const struct peer *peer = *at;
		AUTO(str_done) struct str why = STR_INIT;
		char version[100] = "";
		if (!wanted(run, peer->name))
			continue;
		if (!peer->here(&run->place, &why)) {
			printf("%-10s skipped: %s\n", peer->name, why.ptr);
			continue;
		}
		peer->version(&run->place, version);
		printf("%-10s %s (%s); an answer means: %s\n", peer->name, peer->title,
		       version, peer->promise);
		add_column(run, peer, 0);
		if (peer->ours && run->events)
			add_column(run, peer, run->events);
	}
}

/* Every name of --peers must be one. */
static bool check_only(const struct run *run)
{
	char name[24];

	for (const char *at = run->only; at && *at;) {
		size_t len = strcspn(at, ",");
		snprintf(name, sizeof(name), "%.*s", (int)len, at);
		if (!peer_find(name)) {
			fprintf(stderr, "bench_load: no peer %s\n", name);
			return false;
		}
		at += len + (at[len] == ',');
	}
	return true;
}

static void make_stock(struct run *run)
{
	double start = now_s();

	if (!run->events)
		return;
	daemon_init(&run->stock_home);
	daemon_path(&run->stock_home, "stock.db", &run->stocked);
	stock_fill(run->stocked.ptr, STOCK_ROOMS, run->events);
	printf("a database with %llu events: made in %.1f s\n",
	       (unsigned long long)run->events, now_s() - start);
}

static void run_scene(struct run *run, const struct scene *scene)
{
	if (scene->people + SPARE_FILES > run->files) {
		printf("\n%s: skipped: only %u files may be open (ulimit -n)\n",
		       scene->name, run->files);
		return;
	}
	struct report *report = mem_new(struct report);

	*report = (struct report){
		.scene = scene,
		/* Memory hardly differs between rounds, and ten thousand joins take long. */
		.rounds = scene->kind == SCENE_IDLE ? 1 : run->rounds,
	};
	for (unsigned i = 0; i < run->column_count; i++) {
		const struct peer *peer = run->columns[i].peer;
		if (peer->largest && scene->room_size > peer->largest)
			printf("\n%s: %s skipped: such a room is too large for it",
			       scene->name, peer->name);
		else if (scene->kind != SCENE_STORE || peer->ours)
			report->columns[report->count++] = run->columns[i];
	}
	for (unsigned round = 0; round < report->rounds; round++) {
		if (round > 0 && run->until > 0 && now_s() > run->until) {
			report->rounds = round;
			break;
		}
		for (unsigned i = 0; i < report->count; i++) {
			struct outcome *outcome = &report->outcomes[i][round];
			struct place place = run->place;
			if (report->columns[i].events)
				place.stocked = run->stocked.ptr;
			outcome_take(outcome, report->columns[i].peer, &place, scene,
				     &run->pace);
			run->failed = run->failed || outcome->failed;
		}
	}
	if (report->count)
		report_print(report);
	report_bars(report, run->json);
	if (run->json)
		report_json(report, run->json);
	mem_free(report);
}

static const char *const usual[] = {"A10",   "A100",    "A1000", "A10000", "B100",
				    "B1000", "latency", "idle",  "join",   "S1",
				    "S10",   "S100",    "S1000"};

static int run_all(struct run *run, char *const *names)
{
	for (char *const *name = names; *name; name++) {
		if (!scene_find(*name)) {
			fprintf(stderr, "bench_load: no scene %s\n", *name);
			return 64;
		}
	}
	if (!check_only(run))
		return 64;
	if (run->json_path && !(run->json = fopen(run->json_path, "a")))
		give_up("%s: %s", run->json_path, strerror(errno));
	report_machine();
	find_columns(run);
	make_stock(run);
	printf("medians of %u rounds, %g s each\n", run->rounds, run->pace.seconds);
	fflush(stdout);
	double began = now_s();
	for (char *const *name = names; *name; name++)
		run_scene(run, scene_find(*name));
	for (size_t i = 0; i < ARRAY_LEN(usual) && !*names; i++) {
		/* What a scene leaves over is the next one's. */
		run->until = run->minutes > 0
				     ? began + run->minutes * 60 * (double)(i + 1) /
						       ARRAY_LEN(usual)
				     : 0;
		run_scene(run, scene_find(usual[i]));
	}
	daemon_stop(&run->stock_home);
	str_done(&run->stocked);
	if (run->json)
		fclose(run->json);
	return run->failed ? 1 : 0;
}

static unsigned number_of(const char *text, unsigned most)
{
	unsigned long number = strtoul(text, NULL, 10);

	if (number < 1 || number > most)
		give_up("%s is not a number from 1 to %u", text, most);
	return (unsigned)number;
}

static bool read_options(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {
		{"server", required_argument, NULL, 's'},
		{"fanout", required_argument, NULL, 'f'},
		{"source", required_argument, NULL, 'd'},
		{"modules", required_argument, NULL, 'm'},
		{"peers", required_argument, NULL, 'p'},
		{"events", required_argument, NULL, 'e'},
		{"rounds", required_argument, NULL, 'r'},
		{"seconds", required_argument, NULL, 't'},
		{"json", required_argument, NULL, 'j'},
		{"minutes", required_argument, NULL, 'M'},
		{"fault", required_argument, NULL, 'x'},
		{0},
	};

	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (option) {
		case 's': run->place.server = optarg; break;
		case 'f': run->place.fanout = optarg; break;
		case 'd': run->place.source = optarg; break;
		case 'm': run->place.modules = optarg; break;
		case 'p': run->only = optarg; break;
		case 'e': run->events = strtoull(optarg, NULL, 10); break;
		case 'r': run->rounds = number_of(optarg, REPORT_ROUNDS); break;
		case 't': run->pace.seconds = strtod(optarg, NULL); break;
		case 'j': run->json_path = optarg; break;
		case 'M': run->minutes = strtod(optarg, NULL); break;
		case 'x': run->place.fault = optarg; break;
		default: return false;
		}
	}
	return true;
}

/* As many as we may, for us and, inherited, for the servers. */
static unsigned raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		give_up("open files: %s", strerror(errno));
	files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		give_up("open files: %s", strerror(errno));
	return (unsigned)files.rlim_cur;
}

int main(int argc, char **argv)
{
	struct run run = {
		.pace = {.warm_s = 0.5, .seconds = 2},
		.rounds = 3,
		.stocked = STR_INIT,
	};

	if (!read_options(&run, argc, argv)) {
		fputs(usage, stderr);
		return 64;
	}
	run.files = raise_files();
	daemon_pin(CORE_LOAD);
	return run_all(&run, argv + optind);
}
