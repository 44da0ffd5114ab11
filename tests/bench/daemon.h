/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A server under measurement: started privately on loopback, on a core of its own, with
 *  its files in a temporary folder, and ended by its number. Failures end the program with
 *  a sentence: a bench that cannot start its server has nothing to say. Thread: one. */
#ifndef CHAT_BENCH_DAEMON_H
#define CHAT_BENCH_DAEMON_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "common/base/str.h"

struct daemon {
	pid_t pid;     /**< 0: none runs */
	clockid_t cpu; /**< of all its threads */
	char folder[200];
	uint16_t port; /**< free when the folder was made */
};

/** The first core is the server's, the second the load's; with one core they share it. */
enum daemon_core { CORE_SERVER, CORE_LOAD };
/** Let this thread run there only. */
void daemon_pin(enum daemon_core core);

/** A folder and a port, nothing runs. Owns: daemon_stop(). */
void daemon_init(struct daemon *daemon);
/** The path of @name in the folder. */
void daemon_path(const struct daemon *daemon, const char *name, struct str *ret_path);
/** Write a file into the folder. */
void daemon_write(const struct daemon *daemon, const char *name, const char *text);
/** Start argv[0] and wait until the port answers. What it prints goes to "log" in the
 *  folder, of which the end is shown when it does not start. */
void daemon_start(struct daemon *daemon, const char *const *argv);
/** End it; the folder stays. */
void daemon_quit(struct daemon *daemon);
/** The same, and remove the folder. */
void daemon_stop(struct daemon *daemon);

/** Seconds of CPU that all its threads have used. */
double daemon_cpu(const struct daemon *daemon);
/** Its memory, shared pages counted in part, in KiB. */
double daemon_pss(const struct daemon *daemon);

/** Whether a program is found in PATH or in /usr/sbin; its path goes to @ret_path. */
bool daemon_find(const char *program, struct str *ret_path);
/** The first line that `argv[0] argv[1]` prints, at most 99 bytes. */
void daemon_version(const char *const *argv, char ret_line[100]);

/** Seconds of a clock that never goes back. */
double now_s(void);
NORETURN void give_up(const char *format, ...) PRINTF(1, 2);

#endif
