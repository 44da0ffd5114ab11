/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a terminal program costs: the time to its first frame, and memory and wake-ups while
 * idle. Several programs are measured in one run, taking turns, since absolute times on a
 * shared machine mean little.
 *
 *   bench_tui [-n ROUNDS] [-i IDLE_SECONDS] [-q MS] -- COMMAND… -- COMMAND… …
 *
 * First frame: from fork to the last byte before the output falls silent for MS, on a
 * pseudo-terminal of 80x24 whose other end answers nothing. 4 ms, when not given, end with
 * the first burst; with 60 what comes from the network counts, too.
 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/memory.h"

#define QUIET_MS   4 /* no program here pauses so long within a frame */
#define START_MS   5000
#define ROUNDS_MAX 100
#define PROGRAMS   8

struct program {
	char **argv;
	double first_ms[ROUNDS_MAX];
	size_t bytes;
};

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static pid_t start(struct program *program, int *ret_fd)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	pid_t pid = forkpty(ret_fd, NULL, NULL, &size);

	if (pid < 0) {
		perror("forkpty");
		exit(1);
	}
	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execvp(program->argv[0], program->argv);
		perror(program->argv[0]);
		_exit(127);
	}
	return pid;
}

static void stop(pid_t pid, int fd)
{
	char sink[4096];
	double until = now_ms() + 2000;

	kill(pid, SIGTERM);
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		struct pollfd pollfd = {.fd = fd, .events = POLLIN};
		if (poll(&pollfd, 1, 20) > 0 && read(fd, sink, sizeof(sink)) < 0)
			poll(NULL, 0, 5);
		if (now_ms() > until)
			kill(pid, SIGKILL);
	}
	close(fd);
}

/* Read until silence; the time of the last byte, or -1 when there never was one. */
static double read_frame(int fd, int quiet_ms, size_t *ret_bytes)
{
	double last = -1, begin = now_ms();
	char sink[65536];

	*ret_bytes = 0;
	for (;;) {
		struct pollfd pollfd = {.fd = fd, .events = POLLIN};
		int ready = poll(&pollfd, 1, last < 0 ? START_MS : quiet_ms);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0 || now_ms() - begin > START_MS)
			return last;
		ssize_t got = read(fd, sink, sizeof(sink));
		if (got <= 0)
			return last;
		*ret_bytes += (size_t)got;
		last = now_ms();
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), by_value);
	return count % 2 ? values[count / 2]
			 : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static void measure_first(struct program *programs, int count, int rounds, int quiet_ms)
{
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < count; i++) {
			int fd;
			double begin = now_ms();
			pid_t pid = start(&programs[i], &fd);
			double last = read_frame(fd, quiet_ms, &programs[i].bytes);
			programs[i].first_ms[round] = last < 0 ? START_MS : last - begin;
			stop(pid, fd);
		}
	}
}

/* Context switches of all threads so far, and how many threads there are. */
static long read_switches(pid_t pid, int *ret_threads)
{
	char command[96], line[256];
	long total = 0, value;

	*ret_threads = 0;
	for (int tid = (int)pid; tid < (int)pid + 64; tid++) {
		snprintf(command, sizeof(command), "/proc/%d/task/%d/status", (int)pid,
			 tid);
		FILE *file = fopen(command, "r");
		if (!file)
			continue;
		++*ret_threads;
		while (fgets(line, sizeof(line), file)) {
			if (sscanf(line, "voluntary_ctxt_switches: %ld", &value) == 1 ||
			    sscanf(line, "nonvoluntary_ctxt_switches: %ld", &value) == 1)
				total += value;
		}
		fclose(file);
	}
	return total;
}

static void drain(int fd, double until)
{
	char sink[65536];

	while (now_ms() < until) {
		struct pollfd pollfd = {.fd = fd, .events = POLLIN};
		if (poll(&pollfd, 1, (int)(until - now_ms()) + 1) > 0 &&
		    read(fd, sink, sizeof(sink)) <= 0)
			return;
	}
}

static void measure_idle(struct program *program, int seconds)
{
	int fd, threads;
	pid_t pid = start(program, &fd);

	drain(fd, now_ms() + 3000); /* connected, drawn, settled */
	long before = read_switches(pid, &threads);
	drain(fd, now_ms() + seconds * 1000.0);
	long after = read_switches(pid, &threads);
	printf("%-40s %8ld %8d %14.1f\n", program->argv[0], memory_pss_kib(pid), threads,
	       threads ? (double)(after - before) * 60 / seconds / threads : 0);
	stop(pid, fd);
}

static void print_first(struct program *programs, int count, int rounds)
{
	printf("%-40s %8s %8s %8s %8s\n", "first frame", "median", "least", "ratio",
	       "bytes");
	double base = median(programs[count - 1].first_ms, rounds);
	for (int i = 0; i < count; i++) {
		double middle = median(programs[i].first_ms, rounds);
		printf("%-40s %5.1f ms %5.1f ms %8.2f %8zu\n", programs[i].argv[0],
		       middle, programs[i].first_ms[0], middle / base, programs[i].bytes);
	}
}

int main(int argc, char **argv)
{
	static struct program programs[PROGRAMS];
	int count = 0, rounds = 11, idle = 0, quiet_ms = QUIET_MS, at = 1;

	for (; at < argc && strcmp(argv[at], "--") != 0; at += 2) {
		if (at + 1 < argc && strcmp(argv[at], "-n") == 0)
			rounds = (int)strtol(argv[at + 1], NULL, 10);
		else if (at + 1 < argc && strcmp(argv[at], "-i") == 0)
			idle = (int)strtol(argv[at + 1], NULL, 10);
		else if (at + 1 < argc && strcmp(argv[at], "-q") == 0)
			quiet_ms = (int)strtol(argv[at + 1], NULL, 10);
	}
	for (; at < argc; at++) {
		if (strcmp(argv[at], "--") == 0) {
			argv[at] = NULL;
			if (count < PROGRAMS && at + 1 < argc)
				programs[count++].argv = &argv[at + 1];
		}
	}
	if (count == 0 || rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: bench_tui [-n ROUNDS] [-i SECONDS] [-q MS] -- "
				"COMMAND…\n");
		return 64;
	}
	measure_first(programs, count, rounds, quiet_ms);
	print_first(programs, count, rounds);
	if (idle) {
		printf("\n%-40s %8s %8s %14s\n", "idle", "PSS KiB", "threads",
		       "switches/min");
		for (int i = 0; i < count; i++)
			measure_idle(&programs[i], idle);
	}
	return 0;
}
