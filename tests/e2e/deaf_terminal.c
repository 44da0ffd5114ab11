/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A terminal that nobody reads: deaf_terminal SIGNAL COMMAND... opens a terminal, starts
 * the command in it, reads until it has drawn, then reads no more, makes it draw until the
 * terminal is full, and sends the signal (0: none, the terminal is closed instead). Prints
 * how many milliseconds the command took to end.
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DRAWN_MS 1500 /* without output for so long, it is drawn */
#define KEYS     3000 /* each redraws: more than a terminal buffers */

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void read_until_drawn(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	char chunk[4096];

	while (poll(&poll_fd, 1, DRAWN_MS) > 0 && read(fd, chunk, sizeof(chunk)) > 0)
		continue;
}

/* Ctrl-L, which draws everything anew, as far as the terminal takes keys. */
static void press_keys(int fd)
{
	struct timespec pause = {.tv_nsec = 500000};

	for (int i = 0; i < KEYS; i++) {
		struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
		if (poll(&poll_fd, 1, 0) <= 0 || write(fd, "\f", 1) != 1)
			return;
		nanosleep(&pause, NULL);
	}
}

int main(int argc, char **argv)
{
	struct winsize size = {.ws_row = 24, .ws_col = 100};
	int fd, status = 0;

	if (argc < 3)
		return 64;
	pid_t pid = forkpty(&fd, NULL, NULL, &size);
	if (pid < 0)
		return 71;
	if (pid == 0) {
		/* As at a terminal of its own, whatever nohup or "&" made of us. */
		static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			signal(numbers[i], SIG_DFL);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	read_until_drawn(fd);
	press_keys(fd);
	long long start = now_ms();
	int number = (int)strtol(argv[1], NULL, 10);
	if (number)
		kill(pid, number);
	else
		close(fd);
	while (waitpid(pid, &status, WNOHANG) == 0 && now_ms() - start < 10000) {
		struct timespec pause = {.tv_nsec = 5000000};
		nanosleep(&pause, NULL);
	}
	printf("%lld\n", now_ms() - start);
	kill(pid, SIGKILL);
	return 0;
}
