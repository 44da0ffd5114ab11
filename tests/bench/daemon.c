/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starting, looking at and ending the servers that are measured. CPU time is read from the
 * clock of the process, which has nanoseconds where /proc has ticks of ten milliseconds.
 */
#include "tests/bench/daemon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/file.h"
#include "tests/bench/memory.h"

enum { START_S = 60, STOP_S = 20 };

/* Those with a folder, so that nothing is left behind when the bench gives up. */
static struct daemon *open_daemons[4];

static void swap_open(const struct daemon *old, struct daemon *new)
{
	for (size_t i = 0; i < ARRAY_LEN(open_daemons); i++) {
		if (open_daemons[i] == old) {
			open_daemons[i] = new;
			return;
		}
	}
}

void give_up(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "bench: ");
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	va_end(args);
	for (size_t i = 0; i < ARRAY_LEN(open_daemons); i++) {
		if (open_daemons[i])
			daemon_stop(open_daemons[i]);
	}
	exit(1);
}

double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void daemon_pin(enum daemon_core core)
{
	cpu_set_t set;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return;
	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (sched_setaffinity(0, sizeof(set), &set) != 0)
		give_up("sched_setaffinity: %s", strerror(errno));
}

/* One that is free now. */
static uint16_t free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (void *)&address, len) != 0 ||
	    getsockname(fd, (void *)&address, &len) != 0)
		give_up("a port: %s", strerror(errno));
	close(fd);
	return ntohs(address.sin_port);
}

void daemon_init(struct daemon *daemon)
{
	const char *base = getenv("TMPDIR");

	*daemon = (struct daemon){.port = free_port()};
	snprintf(daemon->folder, sizeof(daemon->folder), "%s/chat-bench-XXXXXX",
		 base && base[0] ? base : "/tmp");
	if (!mkdtemp(daemon->folder))
		give_up("%s: %s", daemon->folder, strerror(errno));
	swap_open(NULL, daemon);
}

void daemon_path(const struct daemon *daemon, const char *name, struct str *ret_path)
{
	str_clear(ret_path);
	str_addf(ret_path, "%s/%s", daemon->folder, name);
}

void daemon_write(const struct daemon *daemon, const char *name, const char *text)
{
	AUTO(str_done) struct str path = STR_INIT;

	daemon_path(daemon, name, &path);
	enum err err = file_replace(path.ptr, bytes_text(text), 0600);
	if (err)
		give_up("%s: %s", path.ptr, err_text(err));
}

static bool port_answers(const struct daemon *daemon)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK)},
		.sin_port = htons(daemon->port),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = connect(fd, (void *)&address, sizeof(address)) == 0;

	close(fd);
	return good;
}

static void show_log(const struct daemon *daemon)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct buf text = BUF_INIT;

	daemon_path(daemon, "log", &path);
	if (file_read(path.ptr, 1 << 20, &text) == ERR_OK) {
		size_t from = text.len > 2000 ? text.len - 2000 : 0;
		fwrite(text.ptr + from, 1, text.len - from, stderr);
	}
	buf_done(&text);
}

static NORETURN void run_child(const struct daemon *daemon, const char *const *argv)
{
	AUTO(str_done) struct str path = STR_INIT;

	prctl(PR_SET_PDEATHSIG, SIGTERM); /* the bench may give up half-way */
	daemon_pin(CORE_SERVER);
	daemon_path(daemon, "log", &path);
	int log = open(path.ptr, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

void daemon_start(struct daemon *daemon, const char *const *argv)
{
	double until = now_s() + START_S;

	fflush(NULL);
	daemon->pid = fork();
	if (daemon->pid < 0)
		give_up("fork: %s", strerror(errno));
	if (daemon->pid == 0)
		run_child(daemon, argv);
	while (!port_answers(daemon)) {
		if (waitpid(daemon->pid, NULL, WNOHANG) != 0 || now_s() > until) {
			show_log(daemon);
			give_up("%s does not start", argv[0]);
		}
		usleep(2000);
	}
	int err = clock_getcpuclockid(daemon->pid, &daemon->cpu);
	if (err)
		give_up("the CPU clock of %s: %s", argv[0], strerror(err));
}

static int remove_one(const char *path, const struct stat *info, int kind,
		      struct FTW *where)
{
	return remove(path);
}

void daemon_quit(struct daemon *daemon)
{
	double until = now_s() + STOP_S;

	if (!daemon->pid)
		return;
	kill(daemon->pid, SIGTERM);
	while (waitpid(daemon->pid, NULL, WNOHANG) == 0) {
		if (now_s() > until)
			kill(daemon->pid, SIGKILL);
		usleep(2000);
	}
	daemon->pid = 0;
}

void daemon_stop(struct daemon *daemon)
{
	daemon_quit(daemon);
	if (daemon->folder[0])
		nftw(daemon->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	*daemon = (struct daemon){0};
	swap_open(daemon, NULL);
}

double daemon_cpu(const struct daemon *daemon)
{
	struct timespec ts;

	if (clock_gettime(daemon->cpu, &ts) != 0)
		give_up("the server is gone: %s", strerror(errno));
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

double daemon_pss(const struct daemon *daemon)
{
	long pss = memory_pss_kib(daemon->pid);

	if (pss < 0)
		give_up("the memory of the server cannot be read");
	return (double)pss;
}

bool daemon_find(const char *program, struct str *ret_path)
{
	const char *search = getenv("PATH");

	if (!search)
		search = "/usr/bin:/bin";
	for (const char *at = search; at; at = strchr(at, ':')) {
		at += *at == ':';
		str_clear(ret_path);
		str_addf(ret_path, "%.*s/%s", (int)strcspn(at, ":"), at, program);
		if (access(ret_path->ptr, X_OK) == 0)
			return true;
	}
	str_clear(ret_path);
	str_addf(ret_path, "/usr/sbin/%s", program); /* not in the PATH of users */
	return access(ret_path->ptr, X_OK) == 0;
}

void daemon_version(const char *const *argv, char ret_line[100])
{
	int fds[2];

	ret_line[0] = '\0';
	fflush(NULL);
	if (pipe(fds) != 0)
		return;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(fds[1]);
	FILE *file = fdopen(fds[0], "r");
	if (file) {
		if (fgets(ret_line, 100, file))
			ret_line[strcspn(ret_line, "\n")] = '\0';
		fclose(file);
	}
	waitpid(pid, NULL, 0);
}
