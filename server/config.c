/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings. Run by root (or as a system service) the server lives in /etc, /var/lib and
 * /run; run by anybody else, in that user's own folders. A data_dir that was given keeps
 * everything together, the socket included: that is what private servers and tests want.
 */
#include "server/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/os/file.h"
#include "common/os/lang.h"
#include "server/net/listen.h"

enum group {
	GROUP_NOW,
	GROUP_COMMAND,
	GROUP_LISTEN,
	GROUP_STORE,
	GROUP_MAIL,
	GROUP_HOOK,
	GROUP_COUNT
};

static const struct opt_row rows[] = {
#define OPTION OPT_ROW
#include "server/option.def"
#undef OPTION
};

static const char *const headings[GROUP_COUNT] = {
	[GROUP_NOW] = N_("What to do"),   [GROUP_COMMAND] = N_("For commands"),
	[GROUP_LISTEN] = N_("Listening"), [GROUP_STORE] = N_("Storing and logging"),
	[GROUP_MAIL] = N_("Mail"),        [GROUP_HOOK] = N_("Webhooks"),
};

static const char *environment(const char *name, void *ctx)
{
	return getenv(name);
}

static bool is_system(void)
{
	return geteuid() == 0;
}

/* $@variable/chat, or @fallback under the home folder. */
static void user_folder(struct str *out, const char *variable, const char *fallback)
{
	const char *base = getenv(variable);
	const char *home = getenv("HOME");

	if (base && base[0] == '/') {
		str_addf(out, "%s/chat", base);
	} else {
		str_addf(out, "%s/%s/chat", home ? home : "", fallback);
	}
}

static void find_places(struct config *config)
{
	const struct opts *opts = &config->opts;
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	str_set(&config->data_dir, opts_text(opts, OPTION_DATA_DIR));
	if (config->data_dir.len == 0 && is_system()) {
		str_set(&config->data_dir, "/var/lib/chat");
	} else if (config->data_dir.len == 0) {
		user_folder(&config->data_dir, "XDG_DATA_HOME", ".local/share");
		str_add(&config->data_dir, "/server");
	}
	str_set(&config->socket, opts_text(opts, OPTION_SOCKET));
	if (config->socket.len == 0 && opts_given(opts, OPTION_DATA_DIR)) {
		str_addf(&config->socket, "%s/chat.sock", config->data_dir.ptr);
	} else if (config->socket.len == 0 && is_system()) {
		str_set(&config->socket, "/run/chat/chat.sock");
	} else if (config->socket.len == 0 && runtime && runtime[0] == '/') {
		str_addf(&config->socket, "%s/chat/chat.sock", runtime);
	} else if (config->socket.len == 0) {
		str_addf(&config->socket, "%s/chat.sock", config->data_dir.ptr);
	}
	str_set(&config->spool, opts_text(opts, OPTION_MAIL_SPOOL));
	if (config->spool.len == 0) {
		str_addf(&config->spool, "%s/mail", config->data_dir.ptr);
	}
	str_addf(&config->secrets, "%s/secrets", config->data_dir.ptr);
}

static const char *given(const struct opts *opts, unsigned id)
{
	const char *text = opts_text(opts, id);

	return text[0] ? text : NULL;
}

static void fill(struct config *config)
{
	static const enum local_signup signups[] = {LOCAL_SELF, LOCAL_ALL, LOCAL_NONE};
	const struct opts *opts = &config->opts;
	const char *host = opts_text(opts, OPTION_LISTEN);
	unsigned query = opts_word(opts, OPTION_WS_QUERY_TOKEN);
	size_t count = opts_list_count(opts, OPTION_ORIGINS);

	for (size_t i = 0; i < count; i++) {
		config->origins[i] = opts_list_item(opts, OPTION_ORIGINS, i);
	}
	for (size_t i = 0; i < opts_list_count(opts, OPTION_ADDRESSES); i++)
		config->addresses[i] = opts_list_item(opts, OPTION_ADDRESSES, i);
	config->server = (struct server_config){
		.data_dir = config->data_dir.ptr,
		.secrets_dir = config->secrets.ptr,
		.socket_path = config->socket.ptr,
		.listen_host = host,
		.listen_port = (unsigned)opts_number(opts, OPTION_PORT),
		.tls_cert = given(opts, OPTION_TLS_CERT),
		.tls_key = given(opts, OPTION_TLS_KEY),
		.behind_proxy = opts_bool(opts, OPTION_BEHIND_PROXY),
		.ws_query_token = query == 1 || (query == 0 && listen_is_loopback(host)),
		.signup = signups[opts_word(opts, OPTION_SOCKET_SIGNUP)],
		.max_connections = (unsigned)opts_number(opts, OPTION_MAX_CONNECTIONS),
		.max_per_address = (unsigned)opts_number(opts, OPTION_MAX_PER_ADDRESS),
		.readers = (unsigned)opts_number(opts, OPTION_READERS),
		.send_rate = (unsigned)opts_number(opts, OPTION_SEND_RATE),
		.login_failures = (unsigned)opts_number(opts, OPTION_LOGIN_FAILURES),
		.signup_rate = (unsigned)opts_number(opts, OPTION_SIGNUP_RATE),
		.metrics_host = opts_text(opts, OPTION_METRICS),
		.metrics_port = (unsigned)opts_number(opts, OPTION_METRICS_PORT),
		.min_free = (uint64_t)opts_number(opts, OPTION_MIN_FREE),
		.file_most = (uint64_t)opts_number(opts, OPTION_FILE_MOST),
		.file_quota = (uint64_t)opts_number(opts, OPTION_FILE_QUOTA),
		.retention_ms = (uint64_t)opts_number(opts, OPTION_RETENTION),
		.mail_spool = config->spool.ptr,
		.mail_from = opts_text(opts, OPTION_MAIL_FROM),
		.sendmail_command = given(opts, OPTION_SENDMAIL_COMMAND),
		.smtp = {.url = given(opts, OPTION_SMTP_URL),
			 .user = given(opts, OPTION_SMTP_USER),
			 .password_file = given(opts, OPTION_SMTP_PASSWORD_FILE),
			 .ca = given(opts, OPTION_SMTP_CA),
			 .pin = given(opts, OPTION_SMTP_PIN),
			 .tls = (enum smtp_tls)opts_word(opts, OPTION_SMTP_TLS)},
		.name = opts_text(opts, OPTION_NAME),
		.otp_policy = (enum otp_policy)opts_word(opts, OPTION_OTP_POLICY),
		.directory = (enum directory)opts_word(opts, OPTION_DIRECTORY),
		.lobby = opts_text(opts, OPTION_LOBBY),
		.docs_dir = opts_text(opts, OPTION_DOCS_DIR),
		.origins = config->origins,
		.addresses = config->addresses,
		.key_factor = (enum key_factor)opts_word(opts, OPTION_KEY_FACTOR),
		.key_verify = opts_bool(opts, OPTION_KEY_VERIFY),
		.trusted_proxies = config->proxies,
		.hook_ca = given(opts, OPTION_HOOK_CA),
	};
	config->log_format = (enum log_format)opts_word(opts, OPTION_LOG_FORMAT);
	config->log_level = (enum log_level)opts_word(opts, OPTION_LOG_LEVEL);
}

static enum err read_proxies(struct config *config, struct str *why)
{
	size_t count = opts_list_count(&config->opts, OPTION_TRUSTED_PROXIES);

	for (size_t i = 0; i < count; i++) {
		const char *text =
			opts_list_item(&config->opts, OPTION_TRUSTED_PROXIES, i);

		if (net_range_parse(text, &config->proxies[i]) != ERR_OK) {
			str_addf(why, _("trusted_proxies: %s is no address"), text);
			return ERR_USAGE;
		}
	}
	config->server.trusted_count = count;
	return ERR_OK;
}

/* What is no address is a host. */
static void read_hook_allow(struct config *config)
{
	struct target_allow *allow = &config->server.hook_allow;
	size_t count = opts_list_count(&config->opts, OPTION_HOOK_ALLOW), hosts = 0;

	*allow = (struct target_allow){.ranges = config->hook_ranges,
				       .hosts = config->hook_hosts};
	for (size_t i = 0; i < count; i++) {
		const char *text = opts_list_item(&config->opts, OPTION_HOOK_ALLOW, i);
		struct net_range *range = &config->hook_ranges[allow->range_count];

		if (net_range_parse(text, range) == ERR_OK)
			allow->range_count++;
		else
			config->hook_hosts[hosts++] = text;
	}
	config->hook_hosts[hosts] = NULL;
}

static enum err read_file(struct config *config, struct str *why)
{
	struct opts *opts = &config->opts;
	struct buf text = BUF_INIT;
	bool named = opts_given(opts, OPTION_CONFIG);
	enum err err;

	str_set(&config->file, opts_text(opts, OPTION_CONFIG));
	if (!named && is_system()) {
		str_set(&config->file, "/etc/chat/server.conf");
	} else if (!named) {
		str_clear(&config->file);
		user_folder(&config->file, "XDG_CONFIG_HOME", ".config");
		str_add(&config->file, "/server.conf");
	}
	err = file_read(config->file.ptr, OPT_FILE_MAX, &text);
	/* init writes the file that it does not find */
	bool init = opts->operand_count > 0 && strcmp(opts->operands[0], "init") == 0;

	if (err == ERR_NOT_FOUND && (!named || init)) {
		err = ERR_OK;
	} else if (err != ERR_OK) {
		str_addf(why, _("cannot read %s: %s"), config->file.ptr,
			 _(err_text(err)));
	} else {
		config->file_found = true;
		err = opts_read_file(opts, config->file.ptr, buf_view(&text), NULL, why);
	}
	buf_done(&text);
	return err;
}

enum err config_load(struct config *config, int argc, char *const argv[], struct str *why)
{
	*config = (struct config){
		.file = STR_INIT,
		.data_dir = STR_INIT,
		.socket = STR_INIT,
		.spool = STR_INIT,
		.secrets = STR_INIT,
	};
	opts_init(&config->opts, rows, OPTION_COUNT, lang_text);
	config->opts.home = getenv("HOME");
	enum err err = opts_read_argv(&config->opts, argc, argv, why);

	if (err == ERR_OK) {
		err = opts_read_env(&config->opts, environment, NULL, why);
	}
	if (err == ERR_OK) {
		err = read_file(config, why);
	}
	if (err == ERR_OK) {
		find_places(config);
		fill(config);
		read_hook_allow(config);
		err = read_proxies(config, why);
	}
	return err;
}

enum err config_load_again(const struct config *first, struct config *config, int argc,
			   char *const argv[], struct str *why)
{
	enum err err = config_load(config, argc, argv, why);

	if (err == ERR_OK && first->file_found && !config->file_found) {
		err = ERR_NOT_FOUND;
		str_addf(why, _("cannot read %s: %s"), config->file.ptr,
			 _(err_text(err)));
	}
	return err;
}

void config_settle(struct config *config)
{
	config->server.origins = config->origins;
}

void config_done(struct config *config)
{
	str_done(&config->file);
	str_done(&config->data_dir);
	str_done(&config->socket);
	str_done(&config->spool);
	str_done(&config->secrets);
	opts_done(&config->opts);
}

static enum err check_readable(const char *path, struct str *why)
{
	if (!path || access(path, R_OK) == 0) {
		return ERR_OK;
	}
	str_addf(why, _("cannot read %s"), path);
	return ERR_USAGE;
}

enum err config_check(const struct config *config, struct str *why)
{
	const struct server_config *server = &config->server;
	bool open = server->listen_host[0] && !listen_is_loopback(server->listen_host);

	if (!server->tls_cert != !server->tls_key) {
		str_add(why,
			_("tls_cert and tls_key go together; one of them is missing"));
		return ERR_USAGE;
	}
	if (open && !server->tls_cert && !server->behind_proxy) {
		str_addf(why,
			 _("listening on %s in the open needs tls_cert and tls_key; if a "
			   "proxy in front does TLS, say behind_proxy = yes"),
			 server->listen_host);
		return ERR_FORBIDDEN;
	}
	enum err err = check_readable(server->tls_cert, why);

	if (err == ERR_OK)
		err = check_readable(server->tls_key, why);
	return err == ERR_OK ? check_readable(server->hook_ca, why) : err;
}

void config_help(const struct config *config, unsigned width, struct str *out)
{
	str_add(out, _("Usage: chat-server [option…] [serve | COMMAND]\n"));
	opts_help(&config->opts, headings, GROUP_COUNT, width, out);
}

void config_sample(const struct config *config, struct str *out)
{
	opts_sample(&config->opts, headings, GROUP_COUNT, out);
}

void config_mdoc(struct str *out)
{
	struct opts opts;

	opts_init(&opts, rows, OPTION_COUNT, NULL);
	opts_mdoc(&opts, headings, GROUP_COUNT, out);
	opts_done(&opts);
}

void config_mdoc_file(struct str *out)
{
	struct opts opts;

	opts_init(&opts, rows, OPTION_COUNT, NULL);
	opts_mdoc_file(&opts, headings, GROUP_COUNT, out);
	opts_done(&opts);
}
