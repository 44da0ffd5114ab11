/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each way out is tried from inside, in a process of its own. */
#include "client/picture/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/check.h"

#define SHUT 77 /* nothing worked, and the process went on */

/* How a process that goes in and calls @deed ends. */
static int inside(int (*deed)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(sandbox_enter() == ERR_OK ? deed() : 1);
	waitpid(pid, &status, 0);
	return status;
}

static bool was_killed(int (*deed)(void), int signal)
{
	int status = inside(deed);

	return WIFSIGNALED(status) && WTERMSIG(status) == signal;
}

static bool ended(int (*deed)(void), int code)
{
	int status = inside(deed);

	return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

static int compute(void)
{
	char *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return 1;
	memory[4096] = 1;
	return munmap(memory, 1 << 20) == 0 ? SHUT : 1;
}

static int open_file(void)
{
	bool none = open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES;

	return none && open("/dev/null", O_WRONLY | O_CREAT, 0600) < 0 ? SHUT : 1;
}

static int make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? SHUT : 1;
}

static int make_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? SHUT : 1;
}

static int run_program(void)
{
	char name[] = "/bin/true";
	char *const argv[] = {name, NULL};

	execv(name, argv);
	return SHUT;
}

static int make_process(void)
{
	return fork() < 0 ? SHUT : 1;
}

static int end_parent(void)
{
	return kill(getppid(), 0) < 0 ? SHUT : 1;
}

static int make_code(void)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	return code == MAP_FAILED ? SHUT : 1;
}

static int remove_file(void)
{
	return unlink("/nowhere") < 0 ? SHUT : 1;
}

static int read_elsewhere(void)
{
	char byte;

	return read(STDERR_FILENO, &byte, 1) < 0 ? SHUT : 1;
}

static void what_decoding_needs_goes_on(void **state)
{
	assert_true(ended(compute, SHUT));
}

static void no_file_opens(void **state)
{
	assert_true(ended(open_file, SHUT));
}

static void every_other_way_out_is_the_end(void **state)
{
	static int (*const deeds[])(void) = {make_socket,  make_unix_socket, run_program,
					     make_process, end_parent,       make_code,
					     remove_file,  read_elsewhere};

	for (size_t i = 0; i < ARRAY_LEN(deeds); i++)
		assert_true(was_killed(deeds[i], SIGSYS));
}

static int spin(void)
{
	for (volatile unsigned turns = 0;; turns++)
		if (turns == UINT_MAX)
			turns = 0;
	return SHUT;
}

static void it_computes_for_so_long_and_no_longer(void **state)
{
	assert_true(was_killed(spin, SIGKILL));
}

CHECK_MAIN(TEST(what_decoding_needs_goes_on), TEST(no_file_opens),
	   TEST(every_other_way_out_is_the_end),
	   TEST(it_computes_for_so_long_and_no_longer))
