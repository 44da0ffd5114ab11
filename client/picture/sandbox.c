/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list of what is allowed (seccomp), and limits of memory and time. Opening fails instead
 * of killing because libjpeg-turbo looks for /proc/cpuinfo on some machines and goes on
 * without it. No path into the kernel is on the list that takes a name, an address or
 * another process.
 */
#include "client/picture/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <seccomp.h>

#include "common/proto/limits.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#if !defined(SANITIZED) && defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static bool limit(int what, rlim_t most)
{
	const struct rlimit limits = {.rlim_cur = most, .rlim_max = most};

	return setrlimit((__rlimit_resource_t)what, &limits) == 0;
}

static bool set_limits(void)
{
#ifndef SANITIZED /* a sanitizer reserves terabytes of address space */
	if (!limit(RLIMIT_AS, LIMIT_PICTURE_MEMORY))
		return false;
#endif
	return limit(RLIMIT_CPU, LIMIT_PICTURE_CPU) && limit(RLIMIT_FSIZE, 0) &&
	       limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, 2);
}

/* Of memory: never with PROT_EXEC, never of a file. */
static bool allow_memory(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp no_file =
		SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS);

	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, no_code,
				no_file) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code) ==
		       0;
}

static bool allow_calls(scmp_filter_ctx filter)
{
	static const int calls[] = {
		SCMP_SYS(brk),          SCMP_SYS(clock_gettime),
		SCMP_SYS(exit),         SCMP_SYS(exit_group),
		SCMP_SYS(futex),        SCMP_SYS(getrandom),
		SCMP_SYS(madvise),      SCMP_SYS(mremap),
		SCMP_SYS(munmap),       SCMP_SYS(restart_syscall),
		SCMP_SYS(rt_sigreturn),
#ifdef SANITIZED /* what it asks about itself, at work and at the end */
		SCMP_SYS(getpid),       SCMP_SYS(gettid),
		SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
		SCMP_SYS(sched_yield),  SCMP_SYS(sigaltstack),
#endif
	};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) != 0)
			return false;
	return true;
}

static bool allow_pipes(scmp_filter_ctx filter)
{
	static const int refused[] = {SCMP_SYS(open), SCMP_SYS(openat)};

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), refused[i], 0) != 0)
			return false;
#ifdef SANITIZED /* its report of what it has found */
	if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
			     SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO, 0)) != 0)
		return false;
#endif
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(read), 1,
				SCMP_A0(SCMP_CMP_EQ, STDIN_FILENO, 0)) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
				SCMP_A0(SCMP_CMP_EQ, STDOUT_FILENO, 0)) == 0;
}

enum err sandbox_enter(void)
{
	/* Whoever asked for the picture ends: so does this. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !set_limits())
		return ERR_INTERNAL;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return ERR_INTERNAL;
	bool shut = allow_memory(filter) && allow_calls(filter) && allow_pipes(filter) &&
		    seccomp_load(filter) == 0;
	seccomp_release(filter);
	return shut ? ERR_OK : ERR_INTERNAL;
}
