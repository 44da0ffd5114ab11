/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The real chat-client as other programs use it: --send one after the other, --follow,
 *  --history, each with a profile of its own, all as the same person (the socket's).
 *  Thread: one. */
#ifndef CHAT_TESTS_CRASH_PROGRAM_H
#define CHAT_TESTS_CRASH_PROGRAM_H

#include "tests/crash/site.h"

struct program {
	const struct site *site;
	const char *client; /**< chat-client */
	char profile[32];
	struct str out; /**< the file to which it writes */
	int in;         /**< its standard input, -1: nothing; the caller's */
	unsigned runs;  /**< with program_out() */
	pid_t pid;      /**< 0: none runs */
};

/** What became of the texts that were given to --send, "PROFILE 0" and so on. */
struct program_log {
	int *status; /**< exit code; STATUS_KILLED */
	size_t count, cap;
};
#define STATUS_KILLED (-1)

/** A list of seq and text, as read from lines of JSON. */
struct heard_line {
	uint64_t seq;
	struct str text;
};
struct heard_lines {
	struct heard_line *lines;
	size_t count, cap;
	uint64_t gaps; /**< lines that say that something is missing */
};

void program_init(struct program *program, const struct site *site, const char *client,
		  const char *profile);
/** Kills what still runs. */
void program_done(struct program *program);
void program_log_done(struct program_log *log);

/** Write to a file of its own from now on. */
void program_out(struct program *program);
/** Start it with @args (ended by NULL); what it writes is added to its file. */
void program_start(struct program *program, const char *const *args);
/** Whether it has ended, and how. */
bool program_ended(struct program *program, int *ret_status);
/** Wait for its end: the exit code, or STATUS_KILLED. Complains and kills it when that
 *  takes longer than a minute. */
int program_wait(struct program *program);
void program_kill(struct program *program);

void program_follow(struct program *program, const char *since);
/** Begin with the next text. */
void program_send(struct program *program, struct program_log *log);
/** Text @number (again), which has an id of its own: many tries, one message. */
void program_send_named(struct program *program, size_t number);
/** Room for one more result; returns its number. */
size_t program_log_add(struct program_log *log);
/** program_send() once the one that runs has ended. */
void program_turn(struct program *program, struct program_log *log);
/** Let the last one end, send what waits. */
void program_settle(struct program *program, struct program_log *log);

/** Messages of lines of JSON; whole lines only. */
void heard_read(const char *path, struct heard_lines *ret);
void heard_done(struct heard_lines *heard);
/** What a client with an empty store reads of the lobby. */
void program_history(const struct program *like, struct heard_lines *ret);

/** The number of "PREFIX N", -1 for another text. */
long heard_number(const struct str *text, const char *prefix);
/** Each text that was taken (ended with 0 or 75) is there once, in order; one that was
 *  refused or killed not more than once. */
bool program_check_sent(const struct program *program, const struct program_log *log);
/** The follower, which was never stopped, has given out exactly that. */
bool program_check_followed(struct program *program, const struct program_log *log);

#endif
