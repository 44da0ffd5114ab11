/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * poll(), and nothing else waits. Signals come as a descriptor like everything else; that
 * is why they are blocked in every thread, and why stopping has to be done by hand.
 */
#include "client/loop.h"

#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "client/app_inside.h"
#include "client/ui/ui.h"
#include "common/base/mem.h"

/* Who started us in the background or by nohup wants no end by these. */
static bool is_ignored(int number)
{
	struct sigaction now;

	return (number == SIGHUP || number == SIGINT || number == SIGQUIT) &&
	       sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static void signals(sigset_t *set)
{
	static const int taken[] = {SIGINT,  SIGTERM, SIGHUP, SIGWINCH,
				    SIGTSTP, SIGCONT, SIGQUIT};

	sigemptyset(set);
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		if (!is_ignored(taken[i])) /* blocked, it would come all the same */
			sigaddset(set, taken[i]);
}

enum err loop_init(struct loop *loop)
{
	sigset_t set;

	*loop = (struct loop){.wake_fd = -1, .signal_fd = -1};
	signals(&set);
	/* A stopped terminal must not stop us while we give it back. */
	sigset_t blocked = set;
	sigaddset(&blocked, SIGTTOU);
	sigaddset(&blocked, SIGPIPE);
	if (pthread_sigmask(SIG_BLOCK, &blocked, NULL) != 0)
		return ERR_INTERNAL;
	loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	loop->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (loop->wake_fd < 0 || loop->signal_fd < 0) {
		loop_done(loop);
		return ERR_INTERNAL;
	}
	return ERR_OK;
}

void loop_done(struct loop *loop)
{
	if (loop->wake_fd >= 0)
		close(loop->wake_fd);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
	loop->wake_fd = loop->signal_fd = -1;
}

void loop_wake(void *ctx)
{
	const struct loop *loop = ctx;
	uint64_t one = 1;
	/* Full means that it is readable already. */
	ssize_t put = write(loop->wake_fd, &one, sizeof(one));

	(void)put;
}

/* Whoever sent the signal wants us to stand still: SIGSTOP does that also where the default
 * of SIGTSTP does nothing because there is no shell to continue us. */
static void stop_here(struct app *app)
{
	if (app->ui)
		ui_suspend(app->ui);
	raise(SIGSTOP);
	if (app->ui)
		ui_resume(app->ui);
	link_hurry(app->link);
}

/* A key stops the whole job, as the terminal would do it, and nothing where nobody could
 * continue it: SIGTSTP does what it does by default while it is let through. */
void loop_suspend(struct app *app)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	if (app->ui)
		ui_suspend(app->ui);
	kill(0, SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &stop, NULL);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	if (app->ui)
		ui_resume(app->ui);
	link_hurry(app->link);
}

static void take_signal(struct app *app, int number)
{
	switch (number) {
	case SIGWINCH:
		if (app->ui)
			ui_resize(app->ui);
		break;
	case SIGTSTP: stop_here(app); break;
	case SIGCONT:
		/* Stopped by SIGSTOP from outside: the terminal may be anything now. */
		if (app->ui) {
			ui_suspend(app->ui);
			ui_resume(app->ui);
		}
		link_hurry(app->link);
		break;
	case SIGHUP: app_quit(app, app->ui ? 0 : 128 + number); break;
	default: app_quit(app, 128 + number); break;
	}
}

static void take_signals(struct loop *loop)
{
	struct signalfd_siginfo info;

	while (read(loop->signal_fd, &info, sizeof(info)) == sizeof(info))
		take_signal(loop->app, (int)info.ssi_signo);
}

/* ---- one turn ---- */

static int timeout_ms(const struct app *app)
{
	uint64_t next = app_next_ms(app), now = clock_mono_ms(app->clock);
	int ui = app->ui ? ui_timeout_ms(app->ui) : -1;

	if (next == UINT64_MAX)
		return ui;
	uint64_t wait = next > now ? next - now : 0;
	if (wait > 3600000)
		wait = 3600000;
	return ui >= 0 && (uint64_t)ui < wait ? ui : (int)wait;
}

struct polled {
	struct pollfd *fds;
	struct app_source **sources; /* of fds[i]; NULL for the loop's own */
	size_t count, cap;
};

static void want(struct polled *polled, int fd, short events, struct app_source *source)
{
	if (polled->count == polled->cap) {
		polled->cap = mem_grow(polled->cap, polled->count + 1);
		polled->fds = mem_resize(polled->fds, polled->cap, sizeof(*polled->fds));
		polled->sources = mem_resize(polled->sources, polled->cap,
					     sizeof(*polled->sources));
	}
	polled->fds[polled->count] = (struct pollfd){.fd = fd, .events = events};
	polled->sources[polled->count++] = source;
}

static bool still_there(const struct app *app, const struct app_source *source)
{
	const struct app_source *at = app->sources;

	while (at && at != source)
		at = at->next;
	return at != NULL;
}

enum { AT_WAKE, AT_SIGNAL, AT_UI, AT_SOURCES };

static void turn(struct loop *loop, struct polled *polled)
{
	struct app *app = loop->app;
	uint64_t count;

	polled->count = 0;
	want(polled, loop->wake_fd, POLLIN, NULL);
	want(polled, loop->signal_fd, POLLIN, NULL);
	want(polled, app->ui ? ui_fd(app->ui) : -1, app->ui ? ui_events(app->ui) : 0,
	     NULL);
	for (struct app_source *source = app->sources; source; source = source->next)
		want(polled, source->fd, source->events, source);
	if (poll(polled->fds, polled->count, timeout_ms(app)) < 0)
		return; /* EINTR: look again */
	if (polled->fds[AT_WAKE].revents)
		while (read(loop->wake_fd, &count, sizeof(count)) > 0)
			continue;
	if (polled->fds[AT_SIGNAL].revents)
		take_signals(loop);
	if (app->ui && polled->fds[AT_UI].revents &&
	    ui_ready(app->ui, polled->fds[AT_UI].revents) != ERR_OK)
		app_quit(app, 0);
	for (size_t i = AT_SOURCES; i < polled->count; i++) {
		struct app_source *source = polled->sources[i];
		if (polled->fds[i].revents && still_there(app, source))
			source->ready(app, polled->fds[i].revents, source->ctx);
	}
}

int loop_run(struct loop *loop, struct app *app)
{
	struct polled polled = {0};

	loop->app = app;
	while (!app->quitting) {
		app_turn(app);
		if (app->ui) {
			ui_tick(app->ui);
			ui_draw(app->ui);
		}
		if (!app->quitting)
			turn(loop, &polled);
	}
	mem_free(polled.fds);
	mem_free(polled.sources);
	return app->exit_code;
}
