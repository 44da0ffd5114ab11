/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One process per letter, started without a shell and with an empty environment. It gets
 * the message over a socket instead of a pipe, because writing to a pipe that nobody reads
 * is a signal and sending to a socket is an error. Who takes longer than a minute is
 * killed. Exit statuses are those of sysexits(3).
 */
#include "server/mail/mailer_sendmail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"
#include "common/os/spawn.h"
#include "server/mail/message.h"

#define STEP_MS    200 /* so long it does not notice that it should hurry */
#define STEPS_MOST 300 /* a minute of them */

struct sendmail {
	struct mailer mailer;
	struct str from;
	char *words; /* the command, cut into its words */
	const char *argv[SENDMAIL_WORDS + 1];
	atomic_bool hurry;
};

/* The socket ends of the program's standard input. */
static bool make_pair(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0;
}

static bool start(struct sendmail *sendmail, const char *to, int input, pid_t *ret_pid)
{
	const char *argv[SENDMAIL_WORDS + 1] = {NULL};
	struct str words[SENDMAIL_WORDS];
	static char *const nothing[] = {NULL};
	size_t count = 0;

	for (; sendmail->argv[count]; count++) {
		const char *word = sendmail->argv[count], *hole = strstr(word, "{to}");
		words[count] = STR_INIT;
		if (hole) {
			str_add_len(&words[count], word, (size_t)(hole - word));
			str_add(&words[count], to);
			str_add(&words[count], hole + 4);
		} else {
			str_add(&words[count], word);
		}
		argv[count] = words[count].ptr;
	}
	const struct spawn spawn = {.argv = (char *const *)(uintptr_t)argv,
				    .env = nothing,
				    .fds = {input, SPAWN_NULL, SPAWN_NULL}};
	enum err err = spawn_start(&spawn, ret_pid);
	for (size_t i = 0; i < count; i++)
		str_done(&words[i]);
	return err == ERR_OK;
}

/* Wait for @events on @fd. False: the time is over, or the server ends. */
static bool wait_for(struct sendmail *sendmail, int fd, short events, unsigned *steps)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};

	while (*steps < STEPS_MOST && !atomic_load(&sendmail->hurry)) {
		int ready = poll(&poll_fd, 1, STEP_MS);
		if (ready > 0)
			return true;
		(*steps)++;
	}
	return false;
}

/* A program that does not read all of it says by its status what it thinks of that. */
static bool feed(struct sendmail *sendmail, int fd, struct bytes text, unsigned *steps)
{
	while (text.len) {
		if (!wait_for(sendmail, fd, POLLOUT, steps))
			return false;
		ssize_t sent = send(fd, text.ptr, text.len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return true;
		if (sent > 0)
			text = bytes_of(text.ptr + sent, text.len - (size_t)sent);
	}
	return true;
}

/* The end of the program: its exit status, or -1 when it had to be killed or died. */
static int reap(struct sendmail *sendmail, pid_t pid, bool fed, unsigned *steps)
{
	int status = 0, fd = pidfd_open(pid, 0);
	bool ended = fed && fd >= 0 && wait_for(sendmail, fd, POLLIN, steps);

	if (fd >= 0)
		close(fd);
	if (!ended)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static enum err judge(int status)
{
	switch (status) {
	case EX_OK: return ERR_OK;
	case EX_DATAERR:
	case EX_NOUSER:
	case EX_NOHOST: return ERR_BAD;
	case -1:
	case EX_TEMPFAIL:
	case EX_OSERR:
	case EX_IOERR: return ERR_BUSY;
	default: return ERR_UNREACHABLE; /* not there, not allowed, wrong arguments */
	}
}

static enum err sendmail_send(struct mailer *mailer, const struct letter *letter)
{
	struct sendmail *sendmail = CONTAINER_OF(mailer, struct sendmail, mailer);
	AUTO(str_wipe) struct str text = STR_INIT;
	unsigned steps = 0;
	int fds[2];
	pid_t pid;

	mailer->reply = 0;
	if (!make_pair(fds))
		return ERR_UNREACHABLE;
	bool started = start(sendmail, letter->to.ptr, fds[1], &pid);
	close(fds[1]);
	if (!started) {
		close(fds[0]);
		return ERR_UNREACHABLE;
	}
	message_print(letter, sendmail->from.ptr, &text);
	bool fed = feed(sendmail, fds[0], str_view(&text), &steps);
	close(fds[0]);
	mailer->reply = reap(sendmail, pid, fed, &steps);
	return judge(mailer->reply);
}

static void sendmail_hurry(struct mailer *mailer)
{
	atomic_store(&CONTAINER_OF(mailer, struct sendmail, mailer)->hurry, true);
}

static void sendmail_close(struct mailer **mailer)
{
	if (!*mailer)
		return;
	struct sendmail *sendmail = CONTAINER_OF(*mailer, struct sendmail, mailer);

	str_done(&sendmail->from);
	mem_free(sendmail->words);
	mem_free(sendmail);
	*mailer = NULL;
}

/* Cut the command at its blanks. False: there are too many words. */
static bool cut(struct sendmail *sendmail)
{
	size_t count = 0;

	for (char *at = sendmail->words; *at;) {
		size_t len = strcspn(at, " \t");
		bool last = at[len] == '\0';
		if (len && count == SENDMAIL_WORDS)
			return false;
		if (len)
			sendmail->argv[count++] = at;
		at[len] = '\0';
		at += last ? len : len + 1;
	}
	return count > 0;
}

enum err mailer_sendmail_new(const char *command, const char *from,
			     struct mailer **ret_mailer, struct str *why)
{
	struct sendmail *sendmail = mem_new(struct sendmail);
	struct mailer *mailer = &sendmail->mailer;

	sendmail->mailer = (struct mailer){
		.send = sendmail_send, .hurry = sendmail_hurry, .close = sendmail_close};
	sendmail->from = STR_INIT;
	str_add(&sendmail->from, from);
	sendmail->words = mem_strndup(command, strlen(command));
	if (!cut(sendmail) || sendmail->argv[0][0] != '/' ||
	    access(sendmail->argv[0], X_OK) != 0) {
		str_addf(why,
			 _("sendmail_command begins with the full path of a program, not "
			   "\"%s\""),
			 command);
		sendmail_close(&mailer);
		return ERR_USAGE;
	}
	*ret_mailer = mailer;
	return ERR_OK;
}
