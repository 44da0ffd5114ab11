/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server: options, the log to stderr, and one of its few commands. Serving is the
 * default. No logic of the server stands here.
 */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/os/clock_real.h"
#include "common/os/lang.h"
#include "server/admin/command.h"
#include "server/config.h"
#include "server/net/loop.h"
#include "server/rest/route.h"
#include "server/server.h"
#include "server/store/driver_sqlite.h"

#define HELP_WIDTH 80

/* One write per line, so that lines of several threads do not mix. */
static void log_to_stderr(enum log_level level, const char *line, void *ctx)
{
	struct str text = STR_INIT;
	struct timespec now;
	struct tm utc;
	char stamp[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
	str_addf(&text, "%s.%03ldZ %s %s\n", stamp, now.tv_nsec / 1000000,
		 log_level_name(level), line);
	/* Where stderr is gone there is nobody to tell. */
	ssize_t written = write(STDERR_FILENO, text.ptr, text.len);

	(void)written;
	str_done(&text);
}

/* Keys and messages are in memory: no core dumps, no ptrace by others of the same user. */
static void hide_memory(void)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	umask(077);
}

static int complain(enum err err, const struct str *why)
{
	fprintf(stderr, "chat-server: %s\n", why->len > 0 ? why->ptr : _(err_text(err)));
	return err_row(err)->exit_code;
}

static struct server_setup setup_of(const struct config *config)
{
	return (struct server_setup){
		.config = config->server,
		.clock = clock_real(),
		.random = random_system,
		.driver = &driver_sqlite,
		.router = &rest_router,
		.password_cost = PASSWORD_COST_DEFAULT,
		.own_uid = geteuid(),
	};
}

static int serve(const struct config *config, struct str *why)
{
	struct server_setup setup = setup_of(config);
	struct server *server = NULL;
	enum err err;

	hide_memory();
	err = server_new(&setup, &server, why);
	if (err != ERR_OK) {
		return complain(err, why);
	}
	server_run(server);
	server_free(&server);
	return 0;
}

/* The commands that are done at once. */
static enum err run_command(struct config *config, const char *name, struct str *said,
			    struct str *why)
{
	const struct opts *opts = &config->opts;
	struct server_setup setup = setup_of(config);
	struct admin admin = {
		.config = config,
		.setup = &setup,
		.words = opts->operands + 1,
		.count = opts->operand_count - 1,
		.said = said,
		.why = why,
	};

	return command_run(name, &admin);
}

static int command(struct config *config, struct str *why)
{
	const struct opts *opts = &config->opts;
	const char *name = opts->operand_count > 0 ? opts->operands[0] : "serve";
	struct str said = STR_INIT;
	enum err err = config_check(config, why);

	if (err != ERR_OK) {
		return complain(err, why);
	}
	if (opts_bool(opts, OPTION_CHECK_CONFIG)) {
		printf(_("%s: no mistakes found\n"),
		       config->file_found ? config->file.ptr : _("defaults"));
		return 0;
	}
	if (strcmp(name, "serve") == 0 && opts->operand_count < 2) {
		return serve(config, why);
	}
	hide_memory();
	err = run_command(config, name, &said, why);
	fputs(said.ptr, stdout);
	str_done(&said);
	return err == ERR_OK ? 0 : complain(err, why);
}

static int run(struct config *config, int argc, char **argv, struct str *why)
{
	enum err err = config_load(config, argc, argv, why);
	const struct opts *opts = &config->opts;
	struct str text = STR_INIT;

	if (err != ERR_OK) {
		return complain(err, why);
	}
	log_set_sink(log_to_stderr, config->log_level, NULL);
	if (opts_bool(opts, OPTION_HELP)) {
		if (opts->operand_count == 0 ||
		    !command_help(opts->operands[0], HELP_WIDTH, &text)) {
			config_help(config, HELP_WIDTH, &text);
			str_add(&text, "\n");
			command_list(HELP_WIDTH, &text);
		}
		fputs(text.ptr, stdout);
		str_done(&text);
		return 0;
	}
	if (opts_bool(opts, OPTION_PRINT_CONFIG)) {
		config_sample(config, &text);
		fputs(text.ptr, stdout);
		str_done(&text);
		return 0;
	}
	if (opts_bool(opts, OPTION_VERSION)) {
		printf("chat-server %s (lws %s, SQLite %s)\n", PACKAGE_VERSION,
		       loop_version(), driver_sqlite_version());
		return 0;
	}
	return command(config, why);
}

int main(int argc, char **argv)
{
	struct config config;
	struct str why = STR_INIT;
	int code;

	lang_init();
	if (crypto_init() != ERR_OK) {
		return complain(ERR_INTERNAL, &why);
	}
	code = run(&config, argc, argv, &why);
	config_done(&config);
	str_done(&why);
	return code;
}
