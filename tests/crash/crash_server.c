/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * crash_server CHAT-SERVER CHAT-CLIENT [KILLS [SEED]]: kill -9 of the server, again and
 * again, while people talk, change and take back; once in a while already while they come
 * back, or while it starts. After each restart everybody resumes by himself, and when all
 * is answered the whole history is read anew and held against what was acknowledged and
 * against what each had heard. Beside the crowd the real client follows and sends.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/crash/crowd.h"
#include "tests/crash/fail.h"
#include "tests/crash/history.h"
#include "tests/crash/program.h"

#define PATIENCE_MS  60000
#define ACKS_MOST    400 /* between two kills */
#define MISS_PERCENT 10  /* kills with nothing in flight; of a few, one */

struct story {
	struct site site;
	struct book book;
	struct crowd crowd;
	struct program follower, sender;
	struct program_log said; /* what the sender's commands ended with */
	unsigned kills, hits, early, in_flight;
};

/* Turn until so many more requests were acknowledged. */
static void talk(struct story *story, uint64_t acks)
{
	uint64_t goal = story->book.acked + acks, end = now_ms() + PATIENCE_MS;

	story->crowd.talking = true;
	while (story->book.acked < goal && now_ms() < end)
		crowd_turn(&story->crowd, 100);
	if (story->book.acked < goal) {
		complain("nobody is answered any more");
		crowd_tell(&story->crowd);
	}
}

/* Not always when an answer has just come. */
static void talk_for_us(struct story *story, uint64_t us)
{
	for (uint64_t end = now_us() + us; now_us() < end;)
		crowd_turn(&story->crowd, 0);
}

static void kill_server(struct story *story)
{
	site_signal(&story->site, SIGKILL);
	unsigned open = crowd_bury(&story->crowd);
	story->kills++;
	story->hits += open > 0;
	story->in_flight += open;
}

static void quiet_down(struct story *story)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	story->crowd.talking = false;
	while (!crowd_settled(&story->crowd) && now_ms() < end && !complaints())
		crowd_turn(&story->crowd, 20);
	if (!crowd_settled(&story->crowd) && !complaints()) {
		complain("not everybody has resumed, after kill %u", story->kills);
		crowd_tell(&story->crowd);
	}
}

static void look_back(struct story *story)
{
	history_read(&story->site, &story->book);
	crowd_compare(&story->crowd);
}

static void round_of(struct story *story, unsigned most)
{
	struct crowd *crowd = &story->crowd;

	talk(story, 1 + crowd_random(crowd, ACKS_MOST));
	talk_for_us(story, crowd_random(crowd, 3000));
	kill_server(story);
	if (crowd_random(crowd, 8) == 0) { /* while it starts: nobody is in yet */
		site_start(&story->site);
		talk_for_us(story, crowd_random(crowd, 60000));
		site_signal(&story->site, SIGKILL);
		crowd_bury(crowd);
		story->early++;
	}
	site_start(&story->site);
	site_wait(&story->site);
	if (story->kills < most && crowd_random(crowd, 8) == 0) {
		/* while they come back */
		talk(story, 20);
		kill_server(story);
		site_start(&story->site);
		site_wait(&story->site);
	}
	quiet_down(story);
	look_back(story);
	program_turn(&story->sender, &story->said);
}

static void start_programs(struct story *story, const char *client)
{
	program_init(&story->follower, &story->site, client, "follower");
	program_init(&story->sender, &story->site, client, "sender");
	program_follow(&story->follower, "start");
	program_send(&story->sender, &story->said);
}

/* What the real clients have to show for themselves. */
static void end_programs(struct story *story)
{
	program_settle(&story->sender, &story->said);
	point(program_check_sent(&story->sender, &story->said),
	      "%zu texts of the real client are there once and in order",
	      story->said.count);
	point(program_check_followed(&story->follower, &story->said),
	      "a follower that ran all the time has seen them");
	program_done(&story->follower);
	program_done(&story->sender);
	program_log_done(&story->said);
}

static void say_result(struct story *story, unsigned most, uint64_t began)
{
	const struct book *book = &story->book;
	uint64_t events = 0;
	unsigned allowed = most * MISS_PERCENT / 100;

	for (unsigned room = 0; room < SITE_ROOMS; room++)
		events += book->logs[room].count;
	remark("%u kills (and %u during a start), %u with sends in flight, %u in flight "
	       "together",
	       story->kills, story->early, story->hits, story->in_flight);
	remark("%llu acknowledged, %llu of them as repetitions, %llu events read back, "
	       "%llu refused late, %.1f s",
	       (unsigned long long)book->acked, (unsigned long long)book->dups,
	       (unsigned long long)events, (unsigned long long)book->refused,
	       (double)(now_ms() - began) / 1000);
	point(complaints() == 0, "what was acknowledged is there once and in one order");
	point(story->hits + (allowed ? allowed : 1) >= story->kills,
	      "%u of %u kills had unacknowledged sends in flight", story->hits,
	      story->kills);
}

int main(int argc, char **argv)
{
	static struct story story;
	unsigned most = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 100;
	uint64_t seed = argc > 4 ? strtoull(argv[4], NULL, 10) : now_us() % 1000000007;
	uint64_t began = now_ms();

	must(argc > 2, "usage: crash_server CHAT-SERVER CHAT-CLIENT [KILLS [SEED]]");
	signal(SIGPIPE, SIG_IGN);
	remark("seed %llu", (unsigned long long)seed);
	site_init(&story.site, argv[1], NULL);
	book_init(&story.book, &story.site);
	crowd_init(&story.crowd, &story.site, &story.book, seed);
	site_start(&story.site);
	site_wait(&story.site);
	start_programs(&story, argv[2]);
	while (story.kills < most && complaints() == 0)
		round_of(&story, most);
	end_programs(&story);
	say_result(&story, most, began);
	site_signal(&story.site, SIGTERM);
	if (complaints())
		site_tell_log(&story.site);
	crowd_done(&story.crowd);
	book_done(&story.book);
	site_done(&story.site, complaints() && getenv("KEEP"));
	return points_end();
}
