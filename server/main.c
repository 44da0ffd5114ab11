/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server: options, the log to stderr, and one of its few commands. Serving is the
 * default. No logic of the server stands here.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

/* What SIGHUP needs: how it was begun, and what is in force. */
struct serving {
	int argc;
	char **argv;
	const struct config *first;   /* settings that only a restart changes */
	struct config latest, before; /* the others; `before` may still be looked at */
	bool has_latest, has_before;
	atomic_int *log_format;
};

static void say_changes(const struct serving *serving, const struct config *fresh)
{
	const struct opts *first = &serving->first->opts;
	const struct opts *now = serving->has_latest ? &serving->latest.opts : first;

	for (unsigned id = 0; id < OPTION_COUNT; id++) {
		unsigned flags = first->rows[id].flags;
		if ((flags & OPT_RELOAD) && !opts_same(now, &fresh->opts, id))
			log_info("reload: changed, setting=%s", first->rows[id].name);
		if (!(flags & OPT_RELOAD) && !opts_same(first, &fresh->opts, id))
			log_warn("reload: needs a restart, setting=%s",
				 first->rows[id].name);
	}
}

static enum err load_again(void *ctx, struct server_config *ret_config, struct str *why)
{
	struct serving *serving = ctx;
	struct config fresh;
	enum err err = config_load_again(serving->first, &fresh, serving->argc,
					 serving->argv, why);

	if (err == ERR_OK)
		err = config_check(&fresh, why);
	if (err != ERR_OK) {
		config_done(&fresh);
		return err;
	}
	say_changes(serving, &fresh);
	if (serving->has_before)
		config_done(&serving->before);
	serving->before = serving->latest;
	serving->has_before = serving->has_latest;
	serving->latest = fresh;
	serving->has_latest = true;
	/* the list that it points at has moved with it */
	config_settle(&serving->latest);
	log_set_level(serving->latest.log_level);
	atomic_store(serving->log_format,
		     (int)log_out_choose(serving->latest.log_format));
	*ret_config = serving->latest.server;
	return ERR_OK;
}

static int serve(const struct config *config, int argc, char **argv,
		 atomic_int *log_format, struct str *why)
{
	struct server_setup setup = setup_of(config);
	struct serving serving = {
		.argc = argc, .argv = argv, .first = config, .log_format = log_format};
	struct server *server = NULL;

	hide_memory();
	setup.reloader = (struct reloader){.load = load_again, .ctx = &serving};
	enum err err = server_new(&setup, &server, why);
	if (err != ERR_OK) {
		return complain(err, why);
	}
	server_run(server);
	server_free(&server);
	if (serving.has_latest)
		config_done(&serving.latest);
	if (serving.has_before)
		config_done(&serving.before);
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

/* A token or a password is said once: who does not get it must hear that. */
static int say(const char *text, enum err err, struct str *why)
{
	bool said = fputs(text, stdout) >= 0 && fflush(stdout) == 0;

	if (err == ERR_OK && !said) {
		err = ERR_IO;
		str_set(why, _("standard output cannot be written"));
	}
	return err == ERR_OK ? 0 : complain(err, why);
}

static int command(struct config *config, int argc, char **argv, atomic_int *log_format,
		   struct str *why)
{
	const struct opts *opts = &config->opts;
	const char *name = opts->operand_count > 0 ? opts->operands[0] : "serve";
	struct str said = STR_INIT;
	enum err err = config_check(config, why);

	if (err != ERR_OK) {
		return complain(err, why);
	}
	if (opts_bool(opts, OPTION_CHECK_CONFIG)) {
		str_addf(&said, _("%s: no mistakes found\n"),
			 config->file_found ? config->file.ptr : _("defaults"));
		int code = say(said.ptr, ERR_OK, why);
		str_done(&said);
		return code;
	}
	if (strcmp(name, "serve") == 0 && opts->operand_count < 2) {
		return serve(config, argc, argv, log_format, why);
	}
	hide_memory();
	err = run_command(config, name, &said, why);
	int code = say(said.ptr, err, why);

	str_done(&said);
	return code;
}

static bool is_help(const struct opts *opts)
{
	return opts->operand_count > 0 && strcmp(opts->operands[0], "help") == 0;
}

/* Of all: "help", "--help"; of a command: "help COMMAND", "COMMAND --help". */
static int help(struct config *config, struct str *why)
{
	const struct opts *opts = &config->opts;
	size_t at = is_help(opts);
	AUTO(str_done) struct str text = STR_INIT;

	if (opts->operand_count == at || strcmp(opts->operands[at], "serve") == 0) {
		config_help(config, HELP_WIDTH, &text);
		str_add(&text, "\n");
		command_list(HELP_WIDTH, &text);
	} else if (!command_help(opts->operands[at], HELP_WIDTH, &text)) {
		return complain(command_unknown(opts->operands[at], why), why);
	}
	return say(text.ptr, ERR_OK, why);
}

static int run(struct config *config, int argc, char **argv, struct str *why)
{
	enum err err = config_load(config, argc, argv, why);
	const struct opts *opts = &config->opts;
	struct str text = STR_INIT;
	atomic_int log_format;

	if (err != ERR_OK) {
		return complain(err, why);
	}
	atomic_init(&log_format, (int)log_out_choose(config->log_format));
	log_set_sink(log_out, config->log_level, &log_format);
	if (opts_bool(opts, OPTION_HELP) || is_help(opts)) {
		return help(config, why);
	}
	if (opts_bool(opts, OPTION_PRINT_CONFIG)) {
		config_sample(config, &text);
		int code = say(text.ptr, ERR_OK, why);
		str_done(&text);
		return code;
	}
	if (opts_bool(opts, OPTION_VERSION)) {
		str_addf(&text, "chat-server %s (lws %s, SQLite %s)\n", PACKAGE_VERSION,
			 loop_version(), driver_sqlite_version());
		int code = say(text.ptr, ERR_OK, why);
		str_done(&text);
		return code;
	}
	int code = command(config, argc, argv, &log_format, why);

	log_set_sink(NULL, LOG_ERROR, NULL);
	return code;
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
