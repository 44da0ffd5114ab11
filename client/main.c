/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-client: read the options, decide who does the work (this process, or the one that
 * owns the profile already), make the app, run the loop, take everything apart again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client/app_inside.h"
#include "client/auth/flags.h"
#include "client/loop.h"
#include "client/profile.h"
#include "client/rescue.h"
#include "client/script/command.h"
#include "client/script/hand.h"
#include "client/script/operation.h"
#include "client/script/out.h"
#include "client/script/owner.h"
#include "client/script/script.h"
#include "client/tui.h"
#include "common/base/log.h"
#include "common/os/clock_real.h"
#include "common/os/lang.h"

#define HELP_WIDTH 80
#define END_SECS   2 /* from the last turn of the loop to the end, at most */

/* What one run is made of; zero is nothing yet. */
struct run {
	struct profile profile;
	struct loop loop;
	struct clock clock;
	struct app app;
	bool has_app;
	struct owner *owner;
	struct script *script;
	struct auth_flags *flags;
	struct tui *tui;
	struct request request;
	struct str why;
	int log_fd;
};

/* ---- the log: a file or nothing, since the screen is not ours to write on ---- */

static void log_to_file(enum log_level level, const char *line, void *ctx)
{
	const struct run *run = ctx;
	AUTO(str_done) struct str text = STR_INIT;
	struct timespec now;
	struct tm utc;
	char stamp[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
	str_addf(&text, "%s.%03ldZ %s %s\n", stamp, now.tv_nsec / 1000000,
		 log_level_name(level), line);
	/* A log that cannot be written has nobody to tell. */
	ssize_t written = write(run->log_fd, text.ptr, text.len);

	(void)written;
}

static enum err open_log(struct run *run)
{
	const struct opts *opts = &run->profile.opts;
	const char *path = opts_text(opts, OPTION_LOG_FILE);

	if (!*path)
		return ERR_OK;
	run->log_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (run->log_fd < 0) {
		str_addf(&run->why, _("cannot write the log to %s"), path);
		return ERR_IO;
	}
	log_set_sink(log_to_file, (enum log_level)opts_word(opts, OPTION_LOG_LEVEL), run);
	return ERR_OK;
}

/* Messages and keys are in memory: no core dumps, no ptrace by others of the same user. */
static void hide_memory(void)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	umask(077);
}

/* ---- one run ---- */

static int complain(struct run *run, enum err err)
{
	fprintf(stderr, "chat-client: %s\n",
		run->why.len ? run->why.ptr : _(err_text(err)));
	return err_row(err)->exit_code;
}

static enum err begin(struct run *run)
{
	enum err err = ERR_OK;

	/* Before the screen is taken and threads run; once, for the key stays what it is. */
	if (!run->profile.unlock.key)
		err = profile_unlock(&run->profile, &run->why);

	if (err == ERR_OK)
		err = loop_init(&run->loop);

	if (err != ERR_OK)
		return err;
	run->clock = clock_real();
	app_init(&run->app, &run->clock, &random_system, loop_wake, &run->loop);
	run->has_app = true;
	return ERR_OK;
}

/* Open the store and serve whoever comes to its owner, until the end. */
static int work(struct run *run)
{
	run->script = script_new(&run->app, run->owner);
	enum err err = profile_open(&run->profile, &run->app, &run->why);
	if (err != ERR_OK) {
		tui_free(&run->tui);
		return complain(run, err);
	}
	if (run->request.kind)
		script_run(run->script, &run->request, STDOUT_FILENO);
	return loop_run(&run->loop, &run->app);
}

static void end(struct run *run, int code)
{
	if (run->has_app)
		rescue_deadline(END_SECS, code);
	tui_free(&run->tui);
	if (run->has_app && run->app.failed)
		fprintf(stderr, "chat-client: %s\n", _(err_text(run->app.failed)));
	auth_flags_free(&run->flags);
	script_free(&run->script);
	if (run->has_app) {
		app_done(&run->app);
		loop_done(&run->loop);
	}
	owner_free(&run->owner);
	request_done(&run->request);
	profile_done(&run->profile);
	str_done(&run->why);
	log_set_sink(NULL, LOG_ERROR, NULL);
	if (run->log_fd >= 0)
		close(run->log_fd);
}

/* ---- what it may be asked for ---- */

/* Take apart what was made for one time as the owner. */
static void step_back(struct run *run, const sigset_t *signals)
{
	script_free(&run->script);
	app_done(&run->app);
	run->has_app = false;
	loop_done(&run->loop);
	owner_free(&run->owner);
	/* Without the loop nobody else takes them. */
	pthread_sigmask(SIG_SETMASK, signals, NULL);
}

/* What a follower has told already leaves before it goes on, however slow its reader is:
 * the profile is somebody else's by now. */
static enum err write_rest(struct bytes rest)
{
	while (rest.len > 0) {
		ssize_t done = write(STDOUT_FILENO, rest.ptr, rest.len);
		if (done < 0 && errno == EAGAIN)
			poll(&(struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT}, 1,
			     -1);
		else if (done < 0 && errno != EINTR)
			return ERR_IO;
		if (done > 0)
			rest = bytes_of(rest.ptr + done, rest.len - (size_t)done);
	}
	return ERR_OK;
}

/* Do it here, or let the owner do it. A follower may do both in turn, as owners come. */
static int run_script(struct run *run)
{
	struct clock clock = clock_real();
	struct request request = REQUEST_INIT;
	sigset_t signals;
	int code = 0;
	enum err err = command_read(&run->profile, &run->request, &run->why);

	pthread_sigmask(SIG_BLOCK, NULL, &signals);
	while (err == ERR_OK) {
		err = hand_over(run->profile.dir.ptr, &run->request, &clock, &run->owner,
				&code);
		if (err == ERR_TIMEOUT)
			str_set(&run->why,
				_("the chat-client that did it has ended in the "
				  "middle: it may have been done"));
		if (err == ERR_OK && !run->owner)
			return code;
		if (err == ERR_OK)
			err = begin(run);
		if (err != ERR_OK)
			break;
		code = work(run);
		AUTO(buf_done) struct buf rest = BUF_INIT;
		if (!script_yielded(run->script, &request, &rest))
			return code;
		step_back(run, &signals);
		run->request = request;
		err = write_rest(buf_view(&rest));
	}
	return complain(run, err);
}

static enum err take_profile(struct run *run)
{
	struct clock clock = clock_real();
	enum err err = hand_demand(run->profile.dir.ptr, &clock, &run->owner);

	if (err == ERR_LOCKED)
		str_addf(&run->why,
			 _("another chat-client has the profile %s open: do it there, "
			   "end it, or take another --profile"),
			 opts_text(&run->profile.opts, OPTION_PROFILE));
	else if (err != ERR_OK)
		str_addf(&run->why, _("cannot use %s: %s"), run->profile.dir.ptr,
			 _(err_text(err)));
	return err;
}

static int run_auth(struct run *run)
{
	enum err err = take_profile(run);

	if (err == ERR_OK)
		err = begin(run);
	if (err == ERR_OK)
		err = auth_flags_new(&run->app, &run->profile, &run->flags, &run->why);
	return err == ERR_OK ? work(run) : complain(run, err);
}

static int run_tui(struct run *run)
{
	enum err err = take_profile(run);

	if (err == ERR_OK)
		err = begin(run);
	if (err == ERR_OK)
		err = tui_new(&run->app, &run->profile, &run->tui);
	if (err == ERR_IO && !run->why.len)
		str_add(&run->why, _("there is no terminal here; --help lists what works "
				     "without one"));
	return err == ERR_OK ? work(run) : complain(run, err);
}

/* Keep the store's key in another way, or say how it is kept. */
static int run_unlock(struct run *run)
{
	static const char *const words[] = {"show", "file", "passphrase", "pam", "token"};
	const struct opts *opts = &run->profile.opts;
	const char *word = words[opts_word(opts, OPTION_UNLOCK)];
	AUTO(buf_wipe) struct buf secret = BUF_INIT;
	enum unlock_method method = UNLOCK_FILE;
	bool presence = false;
	enum err err = take_profile(run);

	if (err == ERR_OK)
		err = profile_unlock(&run->profile, &run->why);
	if (err == ERR_OK && unlock_parse(word, &method, &presence) != ERR_OK) {
		printf("%s\n", unlock_word(&run->profile.unlock.kept));
		return 0;
	}
	if (err == ERR_OK)
		err = profile_new_secret(&run->profile, method, &secret, &run->why);
	if (err == ERR_OK)
		err = unlock_set(&run->profile.unlock, method, presence,
				 buf_view(&secret), &ask_terminal);
	if (err == ERR_OK)
		return 0;
	if (!run->why.len)
		unlock_refusal(&run->profile.unlock, method, presence, err, &run->why);
	return complain(run, err);
}

static int run_all(struct run *run, int argc, char **argv)
{
	AUTO(str_done) struct str text = STR_INIT;
	const struct opts *opts = &run->profile.opts;
	enum err err = profile_load(&run->profile, argc, argv, &run->why);

	if (opts_bool(opts, OPTION_HELP)) {
		profile_help(&run->profile, HELP_WIDTH, &text);
		fputs(text.ptr, stdout);
		return 0;
	}
	if (err == ERR_OK && opts_bool(opts, OPTION_OPERATIONS)) {
		operation_list(&text);
		fputs(text.ptr, stdout);
		return 0;
	}
	if (opts_bool(opts, OPTION_VERSION)) {
		printf("chat-client %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (err == ERR_OK)
		err = open_log(run);
	if (err == ERR_OK && opts_given(opts, OPTION_UNLOCK) +
					     command_given(&run->profile) +
					     auth_flags_alone(&run->profile) >
				     1) {
		str_set(&run->why, _("give one command at a time"));
		err = ERR_USAGE;
	}
	if (err != ERR_OK)
		return complain(run, err);
	hide_memory();
	if (opts_given(opts, OPTION_UNLOCK))
		return run_unlock(run);
	if (command_given(&run->profile))
		return run_script(run);
	return auth_flags_given(&run->profile) ? run_auth(run) : run_tui(run);
}

int main(int argc, char **argv)
{
	struct run run = {.request = REQUEST_INIT, .why = STR_INIT, .log_fd = -1};
	int code;

	lang_init();
	if (crypto_init() != ERR_OK)
		return complain(&run, ERR_INTERNAL);
	code = run_all(&run, argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		out_complain(errno);
		code = code ? code : err_row(ERR_IO)->exit_code;
	}
	end(&run, code);
	return code;
}
