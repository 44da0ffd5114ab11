/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * crash_client CHAT-SERVER CHAT-CLIENT [KILLS [SEED]]: kill -9 of chat-client, again and
 * again, in three roles: a --send, which is then tried again with its --id; somebody who
 * types lines; a --follow with a place of its own. In most rounds the server stands still
 * meanwhile, so that what is sent stays unanswered: nine of ten of those who say something
 * are killed before all of it is acknowledged. KILLS counts these two; followers are killed
 * beside them. In the end each --send is there
 * once, of the typed lines a beginning of each sitting and all that was shown as sent, and
 * the follower has given out everything, in order, with repetitions only where it was
 * killed.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/file.h"
#include "tests/crash/fail.h"
#include "tests/crash/program.h"

#define PATIENCE_MS 60000
#define LINES_MOST  8   /* typed in one sitting */
#define REPEAT_MOST 100 /* what a follower may give out again: its page */
#define SAY_MOST    (1 << 20)
#define MISS_OF     10 /* of many kills one of so many may find nothing in flight */
#define MANY        50 /* of fewer one of three: some 3 % miss, and chance weighs more */
#define STILL_OF    12 /* but one of so many rounds the server stands still */

enum { SITTINGS_MOST = 1000 };

struct story {
	struct site site;
	struct program follower, sender, typist, steady;
	struct program_log sent, said;
	unsigned sittings;
	unsigned typed[SITTINGS_MOST], shown[SITTINGS_MOST];
	unsigned kills[3], hits;
	uint64_t random;
};

static uint32_t draw(struct story *story, uint32_t bound)
{
	uint64_t z = story->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (uint32_t)((z ^ z >> 31) >> 32) % bound;
}

/* Let @ms go by, which is how old the victim gets. */
static void live(uint64_t ms)
{
	for (uint64_t end = now_ms() + ms; now_ms() < end;)
		poll(NULL, 0, 1);
}

static void follow(struct story *story)
{
	program_out(&story->follower);
	program_follow(&story->follower, "start");
}

/* ---- --send ---- */

static void kill_sender(struct story *story, bool still)
{
	size_t number = program_log_add(&story->sent);
	int status;

	program_send_named(&story->sender, number);
	live(draw(story, still ? 300 : 80));
	if (program_ended(&story->sender, &status)) {
		story->sent.status[number] = status; /* it was quicker */
		return;
	}
	program_kill(&story->sender);
	story->kills[0]++;
	story->hits++; /* it had not reported yet */
	if (still)
		site_signal(&story->site, SIGCONT);
	program_send_named(&story->sender, number);
	story->sent.status[number] = program_wait(&story->sender);
}

/* ---- lines that are typed ---- */

/* How many lines of the sitting were said to be sent: "you: sitting S line N". */
static unsigned count_shown(const struct story *story, unsigned sitting)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;
	AUTO(str_done) struct str text = STR_INIT;
	unsigned shown = 0;

	if (file_read(story->typist.out.ptr, SAY_MOST, &buf) != ERR_OK)
		return 0;
	str_add_len(&text, (const char *)buf.ptr, buf.len);
	for (unsigned i = 0; i < LINES_MOST; i++) {
		char line[64];
		snprintf(line, sizeof(line), "you: sitting %u line %u", sitting, i);
		if (strstr(text.ptr, line))
			shown = i + 1;
	}
	return shown;
}

static bool says(const struct program *program, const char *words)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;

	return file_read(program->out.ptr, SAY_MOST, &buf) == ERR_OK &&
	       memmem(buf.ptr, buf.len, words, strlen(words));
}

static void kill_typist(struct story *story, bool still)
{
	static const char *const args[] = {"--linear", NULL};
	unsigned sitting = story->sittings++, count = 1 + draw(story, LINES_MOST);
	int fds[2];

	must(sitting < SITTINGS_MOST && pipe2(fds, O_CLOEXEC) == 0, "pipe");
	story->typist.in = fds[0];
	program_out(&story->typist);
	program_start(&story->typist, args);
	close(fds[0]);
	/* Standing still it cannot come online, and takes lines all the same. */
	const char *there = still ? "#lobby" : "online";
	for (uint64_t end = now_ms() + PATIENCE_MS; !says(&story->typist, there);) {
		must(now_ms() < end, "a client in lines does not come");
		poll(NULL, 0, 5);
	}
	for (unsigned i = 0; i < count; i++)
		dprintf(fds[1], "sitting %u line %u\n", sitting, i);
	live(draw(story, still ? 100 : 30));
	program_kill(&story->typist);
	close(fds[1]);
	story->typed[sitting] = count;
	story->shown[sitting] = count_shown(story, sitting);
	story->kills[1]++;
	story->hits += story->shown[sitting] < count;
}

static void check_typed(struct story *story, const struct heard_lines *heard)
{
	unsigned *there = mem_alloc(story->sittings + 1, sizeof(*there)), all = 0;

	for (size_t i = 0; i < heard->count; i++) {
		unsigned sitting = 0, line = 0;
		if (sscanf(heard->lines[i].text.ptr, "sitting %u line %u", &sitting,
			   &line) != 2)
			continue;
		if (sitting >= story->sittings || line != there[sitting])
			complain("sitting %u: line %u comes behind %u others", sitting,
				 line, there[sitting]);
		else
			there[sitting]++;
	}
	for (unsigned i = 0; i < story->sittings; i++) {
		all += there[i];
		if (there[i] < story->shown[i])
			complain("sitting %u: %u lines were shown as sent, %u are there",
				 i, story->shown[i], there[i]);
	}
	mem_free(there);
	remark("%u lines of %u sittings had been taken", all, story->sittings);
}

/* ---- --follow ---- */

static void kill_follower(struct story *story)
{
	live(draw(story, 200));
	int status;
	if (program_ended(&story->follower, &status))
		complain("the follower ended by itself, status %d", status);
	else
		program_kill(&story->follower);
	story->kills[2]++;
	follow(story);
}

/* The lines of one life go on behind those of the ones before, or repeat their end. */
static uint64_t check_life(const struct heard_lines *life, uint64_t last, unsigned number)
{
	for (size_t i = 0; i < life->count; i++) {
		uint64_t seq = life->lines[i].seq;
		if (i > 0 && seq <= life->lines[i - 1].seq)
			complain("follower %u: seq %llu again", number,
				 (unsigned long long)seq);
		if (i == 0 && seq + REPEAT_MOST < last)
			complain("follower %u repeats more than a page", number);
		last = seq > last ? seq : last;
	}
	if (life->gaps)
		complain("follower %u tells of a gap", number);
	return last;
}

/* Everything that history has, some life has given out, at its place in the order. */
static void check_followed(struct story *story, const struct heard_lines *want)
{
	struct program *follower = &story->follower;
	uint64_t last = 0, newest = want->lines[want->count - 1].seq;
	unsigned lives = follower->runs;
	bool *seen = mem_alloc(newest + 1, sizeof(*seen));

	for (unsigned life = 0; life < lives; life++) {
		struct heard_lines heard;
		uint64_t end = now_ms() + PATIENCE_MS;
		follower->runs = life;
		program_out(follower);
		for (heard_read(follower->out.ptr, &heard);
		     life + 1 == lives && now_ms() < end &&
		     (heard.count == 0 || heard.lines[heard.count - 1].seq < newest);
		     heard_read(follower->out.ptr, &heard)) {
			heard_done(&heard);
			live(20);
		}
		uint64_t before = last;
		last = check_life(&heard, last, life);
		for (size_t i = 0; i < heard.count; i++) {
			uint64_t seq = heard.lines[i].seq;
			/* the first new line must be the next one that there is */
			for (size_t k = 0; k < want->count && seq > before; k++)
				if (want->lines[k].seq < seq &&
				    !seen[want->lines[k].seq]) {
					complain("follower %u leaves out seq %llu", life,
						 (unsigned long long)want->lines[k].seq);
					break;
				}
			if (seq <= newest)
				seen[seq] = true;
		}
		heard_done(&heard);
	}
	for (size_t k = 0; k < want->count; k++)
		if (!seen[want->lines[k].seq])
			complain("no follower has given out seq %llu",
				 (unsigned long long)want->lines[k].seq);
	mem_free(seen);
}

/* ---- the story ---- */

static void round_of(struct story *story)
{
	bool still = draw(story, STILL_OF) != 0;
	unsigned role = draw(story, 3);

	if (still && role < 2)
		site_signal(&story->site, SIGSTOP);
	if (role == 0)
		kill_sender(story, still);
	else if (role == 1)
		kill_typist(story, still);
	else
		kill_follower(story);
	site_signal(&story->site, SIGCONT);
	program_turn(&story->steady, &story->said);
}

static void run(struct program *program, const char *option)
{
	const char *args[] = {option, "--timeout", "30s", NULL};

	program->in = -1;
	program_start(program, args);
	int status = program_wait(program);
	if (status != 0)
		complain("%s: %s ends with %d", program->profile, option, status);
}

static void end(struct story *story)
{
	struct heard_lines heard;

	program_settle(&story->steady, &story->said);
	run(&story->sender, "--flush");
	run(&story->typist, "--flush");
	point(program_check_sent(&story->sender, &story->sent),
	      "%zu texts with an id, killed and tried again, are there once",
	      story->sent.count);
	point(program_check_sent(&story->steady, &story->said),
	      "%zu texts of a client that was left alone are there", story->said.count);
	program_history(&story->typist, &heard);
	must(heard.count > 0, "a history with something in it");
	unsigned before = complaints();
	check_typed(story, &heard);
	point(complaints() == before,
	      "typed lines are there once, in order, and none that was "
	      "shown as sent is missing");
	before = complaints();
	check_followed(story, &heard);
	point(complaints() == before,
	      "a follower gives out everything at least once, in order");
	heard_done(&heard);
}

static void begin(struct story *story, char **argv)
{
	site_init(&story->site, argv[1], NULL);
	site_start(&story->site);
	site_wait(&story->site);
	program_init(&story->follower, &story->site, argv[2], "follower");
	program_init(&story->sender, &story->site, argv[2], "sender");
	program_init(&story->typist, &story->site, argv[2], "typist");
	program_init(&story->steady, &story->site, argv[2], "steady");
	run(&story->typist, "--rooms"); /* from now on their stores know the rooms */
	run(&story->sender, "--rooms");
	program_send(&story->steady, &story->said);
	follow(story);
}

int main(int argc, char **argv)
{
	static struct story story;
	unsigned most = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 100, kills = 0;
	uint64_t seed = argc > 4 ? strtoull(argv[4], NULL, 10) : now_us() % 1000000007;
	uint64_t began = now_ms();

	must(argc > 2, "usage: crash_client CHAT-SERVER CHAT-CLIENT [KILLS [SEED]]");
	signal(SIGPIPE, SIG_IGN);
	remark("seed %llu", (unsigned long long)seed);
	story.random = seed;
	begin(&story, argv);
	while (kills < most && complaints() == 0) {
		round_of(&story);
		kills = story.kills[0] + story.kills[1];
	}
	end(&story);
	unsigned allowed = kills / (kills < MANY ? 3 : MISS_OF);
	point(story.hits + allowed >= kills,
	      "%u of %u kills had unacknowledged sends in flight", story.hits, kills);
	remark("%u kills: %u of --send, %u of typing; and %u of --follow; %.1f s", kills,
	       story.kills[0], story.kills[1], story.kills[2],
	       (double)(now_ms() - began) / 1000);
	if (complaints())
		site_tell_log(&story.site);
	program_done(&story.follower);
	program_done(&story.sender);
	program_done(&story.typist);
	program_done(&story.steady);
	program_log_done(&story.sent);
	program_log_done(&story.said);
	site_done(&story.site, complaints() && getenv("KEEP"));
	return points_end();
}
