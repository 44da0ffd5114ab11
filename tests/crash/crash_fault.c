/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * crash_fault CHAT-SERVER CHAT-CLIENT WHAT [FOLDER]: what is not a kill, under the same
 * load and before the same judge. Both the server and the clients must get over it alone.
 *   stop   the server stands still for STOP_SECONDS (2), then a follower does
 *   full   FOLDER, a small file system of its own, runs full and is relieved
 *   fds    the server runs out of descriptors
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/crash/crowd.h"
#include "tests/crash/fail.h"
#include "tests/crash/history.h"
#include "tests/crash/program.h"

#define PATIENCE_MS  60000
#define CALLERS      200
#define FEW_FILES    48
#define WATCH_MS     3000
#define SPIN_PERCENT 25

struct story {
	struct site site;
	struct book book;
	struct crowd crowd;
	struct program follower, sender;
	struct program_log said;
};

/* Turn until @more requests were acknowledged, for @ms at most; whether they were. */
static bool talk(struct story *story, uint64_t more, uint64_t ms)
{
	uint64_t goal = story->book.acked + more, end = now_ms() + ms;

	story->crowd.talking = true;
	while (story->book.acked < goal && now_ms() < end)
		crowd_turn(&story->crowd, 50);
	return story->book.acked >= goal;
}

static void wait_ms(struct story *story, uint64_t ms)
{
	for (uint64_t end = now_ms() + ms; now_ms() < end;)
		crowd_turn(&story->crowd, 50);
}

/* Everybody has his answers, and all is as it was promised. */
static void judge(struct story *story, const char *after)
{
	uint64_t end = now_ms() + PATIENCE_MS;
	unsigned before = complaints();

	story->crowd.talking = false;
	while (!crowd_settled(&story->crowd) && now_ms() < end)
		crowd_turn(&story->crowd, 20);
	if (!crowd_settled(&story->crowd)) {
		complain("not everybody has resumed");
		crowd_tell(&story->crowd);
	}
	history_read(&story->site, &story->book);
	crowd_compare(&story->crowd);
	point(complaints() == before, "nothing is lost, doubled or out of order after %s",
	      after);
}

/* ---- standing still ---- */

static void stop(struct story *story)
{
	const char *words = getenv("STOP_SECONDS");
	uint64_t ms = words ? strtoull(words, NULL, 10) * 1000 : 2000;
	struct program *follower = &story->follower;

	talk(story, 300, PATIENCE_MS);
	site_signal(&story->site, SIGSTOP);
	wait_ms(story, ms);
	point(crowd_open(&story->crowd) > 0, "%u requests wait for a server that stands",
	      crowd_open(&story->crowd));
	site_signal(&story->site, SIGCONT);
	point(talk(story, 300, PATIENCE_MS), "it goes on where it stood");
	judge(story, "a server that stood still");
	must(kill(follower->pid, SIGSTOP) == 0, "stop");
	talk(story, 300, PATIENCE_MS);
	program_turn(&story->sender, &story->said);
	wait_ms(story, ms);
	must(kill(follower->pid, SIGCONT) == 0, "go on");
	judge(story, "a client that stood still");
	program_settle(&story->sender, &story->said);
	point(program_check_sent(&story->sender, &story->said),
	      "the texts of the real client are there once and in order");
	point(program_check_followed(follower, &story->said),
	      "a follower that stood still has seen them all");
}

/* ---- a full disk ---- */

static uint64_t free_bytes(const struct site *site)
{
	struct statvfs info;

	must(statvfs(site->folder.ptr, &info) == 0, "statvfs");
	return (uint64_t)info.f_bavail * info.f_bsize;
}

/* Leave @rest bytes. */
static void blow_up(const struct site *site, const char *path, uint64_t rest)
{
	static const char block[4096] = "x";
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must(fd >= 0, path);
	while (free_bytes(site) > rest &&
	       write(fd, block, sizeof(block)) == sizeof(block))
		continue;
	close(fd);
}

static bool is_ready(struct story *story, int want)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (site_ask(&story->site, "/readyz", -1, NULL) != want) {
		if (now_ms() > end)
			return false;
		poll(NULL, 0, 1100); /* who has no token may ask once a second */
	}
	return true;
}

static void full(struct story *story)
{
	AUTO(str_done) struct str balloon = STR_INIT;
	uint64_t end = now_ms() + PATIENCE_MS, refused;

	str_addf(&balloon, "%s/balloon", story->site.folder.ptr);
	talk(story, 300, PATIENCE_MS);
	point(is_ready(story, 200), "the server says that it is ready");
	blow_up(&story->site, balloon.ptr, 0);
	story->crowd.talking = true;
	while (story->crowd.busy < 50 && now_ms() < end)
		crowd_turn(&story->crowd, 50);
	refused = story->crowd.busy;
	point(refused >= 50, "%llu requests were told to come again",
	      (unsigned long long)refused);
	point(is_ready(story, 503), "the server says that it is not ready");
	struct str body = STR_INIT;
	int status =
		site_ask(&story->site, "/v1/rooms/room0/messages?limit=200", 0, &body);
	point(status == 200 && body.len > 1000, "reading goes on (%d)", status);
	str_done(&body);
	must(unlink(balloon.ptr) == 0, "unlink");
	point(talk(story, 300, PATIENCE_MS), "with room again, sends are taken again");
	point(is_ready(story, 200), "the server says that it is ready again");
	judge(story, "a full disk");
}

/* ---- no descriptors ---- */

/* CPU of the server so far, in milliseconds (proc(5): fields 14 and 15 of stat). */
static uint64_t cpu_ms(const struct site *site)
{
	char path[64], line[1024] = "";
	unsigned long user = 0, system = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)site->server);
	FILE *file = fopen(path, "r");
	must(file && fgets(line, sizeof(line), file), path);
	fclose(file);
	sscanf(strrchr(line, ')'),
	       ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
	return (user + system) * 1000 / (unsigned long)sysconf(_SC_CLK_TCK);
}

static void set_files(const struct site *site, rlim_t most)
{
	struct rlimit limit;

	must(prlimit(site->server, RLIMIT_NOFILE, NULL, &limit) == 0, "limit");
	limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
	must(prlimit(site->server, RLIMIT_NOFILE, &limit, NULL) == 0, "limit");
}

/* Lines of the log about it. */
static unsigned count_log(const struct site *site, const char *words)
{
	char line[1024];
	unsigned count = 0;
	FILE *file = fopen(site->log.ptr, "r");

	must(file != NULL, "log");
	while (fgets(line, sizeof(line), file))
		count += strstr(line, words) != NULL;
	fclose(file);
	return count;
}

static void fds(struct story *story)
{
	struct sockaddr_in server = {
		.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK)},
		.sin_port = htons(story->site.port),
	};
	int callers[CALLERS];

	talk(story, 300, PATIENCE_MS);
	set_files(&story->site, FEW_FILES);
	for (int i = 0; i < CALLERS; i++) {
		callers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		must(connect(callers[i], (void *)&server, sizeof(server)) == 0,
		     "connect");
	}
	uint64_t before = story->book.acked;
	talk(story, 500, PATIENCE_MS);
	point(story->book.acked >= before + 500, "who is in is served on");
	story->crowd.talking = false;
	wait_ms(story, 500);
	uint64_t cpu = cpu_ms(&story->site);
	wait_ms(story, WATCH_MS);
	cpu = cpu_ms(&story->site) - cpu;
	point(cpu * 100 <= WATCH_MS * SPIN_PERCENT,
	      "waiting for descriptors does not spin (%llu ms in %d ms)",
	      (unsigned long long)cpu, WATCH_MS);
	unsigned lines = count_log(&story->site, "out of descriptors");
	point(lines > 0 && lines <= 2, "the log says so and not again and again (%u)",
	      lines);
	for (int i = 0; i < CALLERS; i++)
		close(callers[i]);
	set_files(&story->site, 1000);
	uint64_t end = now_ms() + PATIENCE_MS;
	while (site_ask(&story->site, "/livez", 0, NULL) != 200 && now_ms() < end)
		poll(NULL, 0, 50);
	point(now_ms() < end, "with descriptors again, clients are taken again");
	judge(story, "being out of descriptors");
}

/* ---- */

static void start(struct story *story, char **argv, const char *folder, bool programs)
{
	site_init(&story->site, argv[1], folder);
	book_init(&story->book, &story->site);
	crowd_init(&story->crowd, &story->site, &story->book, now_us());
	site_start(&story->site);
	site_wait(&story->site);
	program_init(&story->follower, &story->site, argv[2], "follower");
	program_init(&story->sender, &story->site, argv[2], "sender");
	if (programs) {
		program_follow(&story->follower, "start");
		program_send(&story->sender, &story->said);
	}
}

static void end(struct story *story)
{
	program_done(&story->follower);
	program_done(&story->sender);
	program_log_done(&story->said);
	site_signal(&story->site, SIGTERM);
	if (complaints())
		site_tell_log(&story->site);
	crowd_done(&story->crowd);
	book_done(&story->book);
	site_done(&story->site, complaints() && getenv("KEEP"));
}

int main(int argc, char **argv)
{
	static struct story story;

	must(argc > 3, "usage: crash_fault CHAT-SERVER CHAT-CLIENT WHAT [FOLDER]");
	signal(SIGPIPE, SIG_IGN);
	bool is_stop = strcmp(argv[3], "stop") == 0;
	start(&story, argv, argc > 4 ? argv[4] : NULL, is_stop);
	if (is_stop)
		stop(&story);
	else if (strcmp(argv[3], "full") == 0)
		full(&story);
	else if (strcmp(argv[3], "fds") == 0)
		fds(&story);
	else
		must(false, argv[3]);
	remark("%llu acknowledged, %llu as repetitions, %llu told to come again",
	       (unsigned long long)story.book.acked, (unsigned long long)story.book.dups,
	       (unsigned long long)story.crowd.busy);
	end(&story);
	return points_end();
}
