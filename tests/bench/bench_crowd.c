/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a crowd does to the server: `bench_crowd MODE --server FILE [OPTION…]`.
 *
 *	stall    ten of a thousand read nothing; the others must not notice
 *	storm    the server goes away under everybody and comes back
 *	soak     all of it, for minutes; memory over time
 *	hostile  thousands that mean no good; memory before and after
 *
 * Exits with 1 when anything was lost, doubled or out of order, or a bound was broken.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/base/mem.h"
#include "common/crypto/random.h"
#include "tests/bench/crowd.h"
#include "tests/bench/hostile.h"
#include "tests/bench/stall.h"

enum { FILES = 20000 };

struct options {
	const char *server;
	unsigned people;
	double minutes, seconds;
	bool abruptly;
	bool soon; /* a small form, for every day: no word on speed */
};

static bool run_stall(const struct options *options)
{
	return stall_run(options->server, options->people, options->soon);
}

/* ---- storm ---- */

/* A few senders per room keep talking while everybody is thrown out. */
static void talk(struct crowd *crowd, double seconds, double rate)
{
	double start = now_s(), said = 0;
	unsigned rooms = scene_rooms(&crowd->scene);

	while (now_s() < start + seconds) {
		for (; said < (now_s() - start) * rate; said++)
			guest_say(&crowd->guests[(unsigned)said % rooms *
						 crowd->scene.room_size]);
		crowd_turn(crowd, 0.001);
	}
}

static bool run_storm(const struct options *options)
{
	struct scene scene = {.people = options->people, .room_size = 10, .senders = 1};
	double rate = 200;
	bool good = true;
	struct crowd crowd;

	crowd_open(&crowd, options->server, &scene);
	crowd.spread_s = 2;
	double start = now_s();
	crowd_invite(&crowd, options->people / 5000.0);
	if (!crowd_gather(&crowd, 60))
		give_up("not everybody came in: %s", crowd.why.ptr);
	printf("  %u in after %.1f s, %.1f KiB each\n", crowd.in, now_s() - start,
	       daemon_pss(&crowd.daemon) / crowd.in);
	talk(&crowd, 2, rate);
	uint64_t said = crowd.tally.acks, goaways = crowd.tally.goaways;
	start = now_s();
	crowd_stop_server(&crowd, !options->abruptly);
	printf("  the server %s in %.1f s, %llu goaways were heard\n",
	       options->abruptly ? "was killed" : "drained", now_s() - start,
	       (unsigned long long)(crowd.tally.goaways - goaways));
	if (!options->abruptly && crowd.tally.goaways - goaways < options->people)
		good = crowd_complain("not everybody was told to go");
	crowd_start_server(&crowd);
	talk(&crowd, 1, rate);
	if (!crowd_gather(&crowd, 120))
		good = crowd_complain("not everybody came back");
	printf("  all back after %.1f s\n", now_s() - start);
	talk(&crowd, 2, rate);
	if (!crowd_settle(&crowd, 60))
		good = crowd_complain("not everybody has heard everything");
	crowd_print(&crowd);
	if (crowd.tally.acks == said)
		good = crowd_complain("nobody said anything afterwards");
	good = crowd_is_right(&crowd) && good;
	crowd_close(&crowd);
	return good;
}

/* ---- soak ---- */

/* One step of a mixed load: mostly messages, some typing and receipts, now and then one
 * that drops its connection or pages through history. */
static void mix(struct crowd *crowd)
{
	struct guest *guest =
		&crowd->guests[random_below(&random_system, crowd->scene.people)];
	struct id_text room = id_text(&crowd->stock->people[guest->who].room);
	unsigned draw = random_below(&random_system, 100);

	if (draw < 50)
		guest_say(guest);
	else if (draw < 70)
		guest_frame(guest, "{\"type\":\"typing\",\"room\":\"%s\",\"on\":%s}",
			    room.text, draw % 2 ? "true" : "false");
	else if (draw < 85 && guest->seq > 0)
		guest_frame(guest, "{\"type\":\"read\",\"room\":\"%s\",\"seq\":%llu}",
			    room.text, (unsigned long long)guest->seq);
	else if (draw < 92)
		guest_drop(guest);
	else if (guest->state == GUEST_IN)
		hostile_page(crowd, guest->who);
}

struct soak_point {
	double minute, pss_kib, cpu_s;
};

/* KiB a minute, by least squares over the second half, when all tables have their size. */
static double slope(const struct soak_point *points, unsigned count)
{
	double n = 0, x = 0, y = 0, xx = 0, xy = 0;

	for (unsigned i = count / 2; i < count; i++, n++) {
		x += points[i].minute;
		y += points[i].pss_kib;
		xx += points[i].minute * points[i].minute;
		xy += points[i].minute * points[i].pss_kib;
	}
	double spread = n * xx - x * x;

	return spread > 0 ? (n * xy - x * y) / spread : 0;
}

static bool run_soak(const struct options *options)
{
	enum { POINTS = 60 };
	struct scene scene = {.people = options->people, .room_size = 20, .senders = 1};
	struct soak_point points[POINTS];
	double length = options->minutes * 60, renewed = now_s();
	bool good = true;
	struct crowd crowd;

	crowd_open(&crowd, options->server, &scene);
	crowd_invite(&crowd, options->people / 3000.0);
	if (!crowd_gather(&crowd, 60))
		give_up("not everybody came in: %s", crowd.why.ptr);
	double start = now_s(), steps = 0;

	printf("  %6s %10s %8s %10s %10s %9s\n", "minute", "PSS KiB", "CPU s", "acks",
	       "heard", "joins");
	for (unsigned point = 0; point < POINTS; point++) {
		double until = start + length * (point + 1) / POINTS;

		while (now_s() < until) {
			for (; steps < (now_s() - start) * 200; steps++)
				mix(&crowd);
			if (now_s() > renewed + 240) {
				stock_renew(crowd.stock, crowd.daemon.folder);
				crowd_reauth(&crowd);
				renewed = now_s();
			}
			crowd_turn(&crowd, 0.002);
		}
		points[point] = (struct soak_point){(now_s() - start) / 60,
						    daemon_pss(&crowd.daemon),
						    daemon_cpu(&crowd.daemon)};
		if (point % (POINTS / 20) == POINTS / 20 - 1) {
			printf("  %6.2f %10.0f %8.1f %10llu %10llu %9llu\n",
			       points[point].minute, points[point].pss_kib,
			       points[point].cpu_s, (unsigned long long)crowd.tally.acks,
			       (unsigned long long)crowd.tally.events,
			       (unsigned long long)crowd.tally.joins);
			fflush(stdout);
		}
	}
	if (!crowd_settle(&crowd, 60))
		good = crowd_complain("not everybody has heard everything");
	crowd_print(&crowd);
	double grows = slope(points, POINTS), hour = grows * 60;

	printf("  PSS slope of the second half: %.1f KiB a minute (%.1f MiB an hour), "
	       "%.1f KiB a connection\n",
	       grows, hour / 1024, points[POINTS - 1].pss_kib / crowd.in);
	if (options->minutes >= 10 && grows > 0.005 * points[POINTS - 1].pss_kib)
		good = crowd_complain(
			"memory grows by more than half a percent a minute");
	good = crowd_is_right(&crowd) && good;
	crowd_close(&crowd);
	return good;
}

/* ---- hostile ---- */

static bool run_hostile(const struct options *options)
{
	struct scene scene = {.people = 20, .room_size = 20, .senders = 1};
	const double most = 4096;
	bool good = true;
	struct crowd crowd;

	crowd_open(&crowd, options->server, &scene);
	crowd_invite(&crowd, 0.1);
	if (!crowd_gather(&crowd, 30))
		give_up("not everybody came in");
	hostile_wave(&crowd,
		     options->people / 5 + 1); /* what any visitor leaves behind */
	talk(&crowd, 1, 50);
	double before = daemon_pss(&crowd.daemon);
	double start = now_s();

	hostile_wave(&crowd, options->people);
	printf("  %u hostile connections in %.1f s\n", options->people, now_s() - start);
	talk(&crowd, 1, 50);
	double after = daemon_pss(&crowd.daemon);

	printf("  PSS before %.0f KiB, after %.0f KiB (%+.0f, may grow by %.0f)\n",
	       before, after, after - before, most);
	if (after - before > most)
		good = crowd_complain("memory grew");
	if (!crowd_settle(&crowd, 30))
		good = crowd_complain("the others did not hear everything");
	crowd_print(&crowd);
	good = crowd_is_right(&crowd) && good;
	crowd_close(&crowd);
	return good;
}

/* ---- options ---- */

static const struct mode {
	const char *name;
	unsigned people, few;
	bool (*run)(const struct options *options);
} modes[] = {
	{"stall", 1000, 200, run_stall},
	{"storm", 10000, 500, run_storm},
	{"soak", 10000, 300, run_soak},
	{"hostile", 10000, 2000, run_hostile},
};

static int usage(void)
{
	fputs("usage: bench_crowd stall|storm|soak|hostile --server FILE [--people N] "
	      "[--minutes M] [--kill] [--soon]\n",
	      stderr);
	return 64;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{"server", required_argument, NULL, 's'},
		{"people", required_argument, NULL, 'p'},
		{"minutes", required_argument, NULL, 'm'},
		{"kill", no_argument, NULL, 'k'},
		{"soon", no_argument, NULL, 'q'},
		{0},
	};
	struct options options = {.minutes = 20};
	struct rlimit files = {FILES, FILES};

	for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		switch (option) {
		case 's': options.server = optarg; break;
		case 'p': options.people = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'm': options.minutes = strtod(optarg, NULL); break;
		case 'k': options.abruptly = true; break;
		case 'q': options.soon = true; break;
		default: return usage();
		}
	}
	setrlimit(RLIMIT_NOFILE, &files);
	for (size_t i = 0; i < ARRAY_LEN(modes) && optind < argc && options.server; i++) {
		const struct mode *mode = &modes[i];

		if (strcmp(mode->name, argv[optind]) != 0)
			continue;
		if (options.people == 0)
			options.people = options.soon ? mode->few : mode->people;
		printf("%s, %u connections\n", mode->name, options.people);
		fflush(stdout);
		bool good = mode->run(&options);

		printf("%s: %s\n", mode->name, good ? "all is well" : "not well");
		return good ? 0 : 1;
	}
	return usage();
}
