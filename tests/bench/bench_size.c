/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the server grows with what it stores: `bench_size [OPTION…] [EVENTS…]`. For each
 * number of messages, all in one room: starting up (with nothing of the file in memory)
 * until a client has joined, pages of history at any place, resuming 300 events behind, and
 * deliveries as in the scene A10. Everything goes through the real server.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/proto/limits.h"
#include "tests/bench/outcome.h"
#include "tests/bench/peer_rows.h"
#include "tests/bench/report.h"
#include "tests/bench/stock.h"
#include "tests/bench/websocket.h"

/* A server lets one account ask sixty things at once: five ask for pages, five resume. */
enum { STARTS = 5, ASKERS = 5, PAGES = 200, RESUMES = 100, ANSWER_S = 10 };

/* A question to the server and what came back. */
struct ask {
	const char *until; /* the beginning of the frame that ends the answer */
	unsigned events;   /* so many more end it, too */
	bool done;
	double at;
	uint64_t epoch, head;
};

struct size {
	uint64_t events;
	double file_mb, start_ms, page_p50, page_p99, resume_p50, resume_p99, per_cpu;
};

struct run {
	struct place place;
	double seconds;
	FILE *json;
};

static uint64_t number_behind(const char *data, size_t len, const char *word)
{
	const char *at = memmem(data, len, word, strlen(word));

	return at ? strtoull(at + strlen(word), NULL, 10) : 0;
}

static void on_frame(struct line *line, const char *data, size_t len)
{
	static const char event[] = "{\"type\":\"event\"",
			  error[] = "{\"type\":\"error\"";
	struct ask *ask = line->load->ask;

	if (len > sizeof(error) && memcmp(data, error, sizeof(error) - 1) == 0)
		line_fault(line, "%.*s", (int)(len < 300 ? len : 300), data);
	if (ask->until && len >= strlen(ask->until) &&
	    memcmp(data, ask->until, strlen(ask->until)) == 0) {
		ask->until = NULL;
		ask->epoch = number_behind(data, len, "\"epoch\":");
		ask->head = number_behind(data, len, "\"head\":");
	} else if (len > sizeof(event) && memcmp(data, event, sizeof(event) - 1) == 0 &&
		   ask->events > 0) {
		ask->events--;
	}
	if (!ask->until && ask->events == 0 && !ask->done) {
		ask->done = true;
		ask->at = now_s();
	}
}

/* Say @json and wait for the answer; returns milliseconds. */
static double ask_ms(struct line *line, struct ask *ask, const char *json)
{
	struct load *load = line->load;
	double start = now_s();

	load->on_frame = on_frame;
	load->ask = ask;
	websocket_say(line, json, strlen(json));
	line_flush(line);
	while (!ask->done) {
		if (!load_turn(load, 100) || now_s() - start > ANSWER_S)
			give_up("no answer to %s: %s", json, load->fault.ptr);
	}
	load->on_frame = NULL;
	return (ask->at - start) * 1000;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void percentiles(double *values, unsigned count, double *ret_p50, double *ret_p99)
{
	qsort(values, count, sizeof(*values), by_value);
	*ret_p50 = values[count / 2];
	*ret_p99 = values[count * 99 / 100];
}

static void ask_pages(struct load *load, struct size *size, struct ask *last)
{
	const struct stock *stock = load->party;
	struct id_text room = id_text(&stock->people[0].room);
	double took[PAGES];
	uint64_t before = 0;

	for (unsigned i = 0; i < PAGES; i++) {
		char json[200];
		*last = (struct ask){.until = "{\"type\":\"page\"", .head = last->head};
		/* Steps by a large prime visit all parts of the log. */
		before = last->head ? (before + 7368787) % last->head + 1 : 1;
		snprintf(json, sizeof(json),
			 "{\"type\":\"fetch\",\"id\":%u,\"room\":\"%s\",\"before\":%llu,"
			 "\"limit\":%u}",
			 i + 1, room.text, (unsigned long long)before, LIMIT_PAGE);
		took[i] = ask_ms(&load->lines[i % ASKERS], last, json);
	}
	percentiles(took, PAGES, &size->page_p50, &size->page_p99);
}

static void ask_resumes(struct load *load, struct size *size, const struct ask *page)
{
	const struct stock *stock = load->party;
	struct id_text room = id_text(&stock->people[0].room);
	unsigned behind = page->head < LIMIT_REPLAY ? (unsigned)page->head : LIMIT_REPLAY;
	double took[RESUMES];

	for (unsigned i = 0; i < RESUMES; i++) {
		char json[200];
		struct ask ask = {.until = "{\"type\":\"subbed\"", .events = behind};
		snprintf(json, sizeof(json),
			 "{\"type\":\"sub\",\"room\":\"%s\",\"epoch\":%llu,\"seq\":%llu}",
			 room.text, (unsigned long long)page->epoch,
			 (unsigned long long)page->head - behind);
		took[i] = ask_ms(&load->lines[ASKERS + i % ASKERS], &ask, json);
	}
	percentiles(took, RESUMES, &size->resume_p50, &size->resume_p99);
}

/* Let the system forget what it has of the file in memory. */
static void make_cold(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) != 0)
		give_up("%s: %s", path, strerror(errno));
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
}

static void deliver(struct load *load, const struct daemon *daemon, const struct run *run,
		    struct size *size)
{
	if (!load_flood(load, 0.5))
		give_up("%s", load->fault.ptr);
	double cpu = daemon_cpu(daemon);
	uint64_t deliveries = load->deliveries;
	if (!load_flood(load, run->seconds))
		give_up("%s", load->fault.ptr);
	size->per_cpu =
		(double)(load->deliveries - deliveries) / (daemon_cpu(daemon) - cpu);
	if (!load_settle(load))
		give_up("%s", load->fault.ptr);
}

/* Start @times; the last one is asked everything. */
static void look(const struct run *run, struct daemon *daemon, struct stock *stock,
		 struct size *size)
{
	const struct scene *scene = scene_find("A10");
	AUTO(str_done) struct str path = STR_INIT;
	double starts[STARTS], ignored;

	daemon_path(daemon, "chat.db", &path);
	for (unsigned i = 0; i < STARTS; i++) {
		struct load load;
		make_cold(path.ptr);
		double start = now_s();
		chat_run(daemon, &run->place);
		load_init(&load, &peer_chat, scene, stock, daemon->port);
		if (!load_join(&load, 1))
			give_up("%s", load.fault.ptr);
		starts[i] = (now_s() - start) * 1000;
		if (i == STARTS - 1) {
			struct ask page = {0};
			if (!load_join(&load, scene->people))
				give_up("%s", load.fault.ptr);
			ask_pages(&load, size, &page);
			ask_resumes(&load, size, &page);
			deliver(&load, daemon, run, size);
		}
		load_done(&load);
		daemon_quit(daemon);
	}
	percentiles(starts, STARTS, &size->start_ms, &ignored);
}

static void measure(const struct run *run, struct size *size)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct daemon daemon;
	struct stat info;

	daemon_init(&daemon);
	daemon_path(&daemon, "chat.db", &path);
	stock_fill(path.ptr, 1, size->events);
	struct stock *stock = stock_new(daemon.folder, NULL, scene_find("A10"));
	if (stat(path.ptr, &info) != 0)
		give_up("%s: %s", path.ptr, strerror(errno));
	size->file_mb = (double)info.st_size / 1e6;
	look(run, &daemon, stock, size);
	stock_free(&stock);
	daemon_stop(&daemon);
}

static void print_size(const struct run *run, const struct size *size)
{
	char events[24], per_cpu[24];

	report_number((double)size->events, 0, events);
	report_number(size->per_cpu, 0, per_cpu);
	printf("%11s %9.1f %9.1f %8.2f %8.2f %8.2f %8.2f %12s\n", events, size->file_mb,
	       size->start_ms, size->page_p50, size->page_p99, size->resume_p50,
	       size->resume_p99, per_cpu);
	if (run->json)
		fprintf(run->json,
			"{\"bench\":\"size\",\"events\":%llu,\"file_mb\":%.1f,"
			"\"start_ms\":%.2f,\"page_p50_ms\":%.3f,\"page_p99_ms\":%.3f,"
			"\"resume_p50_ms\":%.3f,\"resume_p99_ms\":%.3f,"
			"\"deliveries_per_cpu_s\":%.0f}\n",
			(unsigned long long)size->events, size->file_mb, size->start_ms,
			size->page_p50, size->page_p99, size->resume_p50,
			size->resume_p99, size->per_cpu);
	fflush(stdout);
}

static void print_bar(const char *what, double wanted, double is)
{
	printf("  bar: %-32s <= %6.0f ms   is %8.2f  %s\n", what, wanted, is,
	       is <= wanted ? "met" : "MISSED");
}

static bool read_options(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {
		{"server", required_argument, NULL, 's'},
		{"seconds", required_argument, NULL, 't'},
		{"json", required_argument, NULL, 'j'},
		{0},
	};

	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (option) {
		case 's': run->place.server = optarg; break;
		case 't': run->seconds = strtod(optarg, NULL); break;
		case 'j': run->json = fopen(optarg, "a"); break;
		default: return false;
		}
	}
	return run->place.server != NULL;
}

int main(int argc, char **argv)
{
	static const uint64_t usual[] = {1, 1000, 100000, 1000000, 10000000};
	struct run run = {.seconds = 2};
	struct size size = {0};

	if (!read_options(&run, argc, argv)) {
		fprintf(stderr, "usage: bench_size --server FILE [--seconds S] "
				"[--json FILE] [EVENTS...]\n");
		return 64;
	}
	daemon_pin(CORE_LOAD);
	report_machine();
	printf("   messages   file MB  start ms  page 200: p50, p99  resume 300: p50, p99"
	       "   per CPU s\n");
	for (unsigned i = 0; i < ARRAY_LEN(usual) && optind == argc; i++) {
		size = (struct size){.events = usual[i]};
		measure(&run, &size);
		print_size(&run, &size);
	}
	for (int i = optind; i < argc; i++) {
		size = (struct size){.events = strtoull(argv[i], NULL, 10)};
		measure(&run, &size);
		print_size(&run, &size);
	}
	print_bar("start-up at the last size", 1000, size.start_ms);
	print_bar("page of history, median", 5, size.page_p50);
	print_bar("resume of 300 events, median", 5, size.resume_p50);
	if (run.json)
		fclose(run.json);
	return 0;
}
