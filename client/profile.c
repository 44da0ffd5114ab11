/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where things are: flags win over the environment, that over the file; folders follow the
 * XDG base directories. The address of the server that this machine runs for everybody, or
 * that its user runs, need not be named.
 */
#include "client/profile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/app_inside.h"
#include "client/auth/auth.h"
#include "client/cache/cache.h"
#include "client/cache/store_thread.h"
#include "client/net/transport_ws.h"
#include "common/crypto/secret.h"
#include "common/os/file.h"
#include "common/os/lang.h"
#include "common/proto/limits.h"

static const char *const headings[HELP_COUNT] = {
	[HELP_NOW] = N_("General"),
	[HELP_SCREEN] = N_("On the screen"),
	[HELP_ACCOUNT] = N_("Account"),
	[HELP_SCRIPT] = N_("For scripts"),
};

static const struct opt_row rows[OPTION_COUNT] = {
#define OPTION OPT_ROW
#include "client/option.def"
#undef OPTION
};

static const char *environment(const char *name, void *ctx)
{
	return getenv(name);
}

/* $@variable/chat, or @fallback/chat under the home folder. */
static void user_folder(struct str *out, const char *variable, const char *fallback)
{
	const char *base = getenv(variable);
	const char *home = getenv("HOME");

	if (base && base[0] == '/')
		str_addf(out, "%s/chat", base);
	else
		str_addf(out, "%s/%s/chat", home ? home : "", fallback);
}

static enum err read_file(struct profile *profile, struct str *why)
{
	struct opts *opts = &profile->opts;
	AUTO(buf_done) struct buf text = BUF_INIT;
	bool named = opts_given(opts, OPTION_CONFIG);

	if (named) {
		str_set(&profile->file, opts_text(opts, OPTION_CONFIG));
	} else {
		user_folder(&profile->file, "XDG_CONFIG_HOME", ".config");
		str_add(&profile->file, "/client.conf");
	}
	enum err err = file_read(profile->file.ptr, OPT_FILE_MAX, &text);
	if (err == ERR_NOT_FOUND && !named)
		return ERR_OK;
	if (err != ERR_OK) {
		str_addf(why, _("cannot read %s: %s"), profile->file.ptr,
			 _(err_text(err)));
		return err;
	}
	return opts_read_file(opts, profile->file.ptr, buf_view(&text),
			      opts_text(opts, OPTION_PROFILE), why);
}

/* A name becomes a folder: nothing in it may lead elsewhere. */
static enum err find_dir(struct profile *profile, struct str *why)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
	const char *name = opts_text(&profile->opts, OPTION_PROFILE);
	const char *dir = opts_text(&profile->opts, OPTION_DATA_DIR);

	if (!*name || *name == '.' || name[strspn(name, plain)]) {
		str_addf(why,
			 _("%s: a profile's name is made of letters, digits, _ - and ."),
			 name);
		return ERR_USAGE;
	}
	if (*dir)
		str_set(&profile->dir, dir);
	else
		user_folder(&profile->dir, "XDG_DATA_HOME", ".local/share");
	str_addf(&profile->dir, "/%s", name);
	return ERR_OK;
}

/* The sockets that chat-server takes by default, the user's own first. */
static void default_server(struct str *out)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	str_set(out, "unix:");
	if (runtime && runtime[0] == '/')
		str_addf(out, "%s/chat/chat.sock", runtime);
	else
		user_folder(out, "XDG_DATA_HOME", ".local/share"),
			str_add(out, "/server/chat.sock");
	if (access(out->ptr + strlen("unix:"), F_OK) != 0)
		str_set(out, "unix:/run/chat/chat.sock");
}

static enum err find_server(struct profile *profile, struct str *why)
{
	AUTO(str_done) struct str text = STR_INIT;
	const char *pin = opts_text(&profile->opts, OPTION_PIN);

	str_set(&text, opts_text(&profile->opts, OPTION_SERVER));
	if (!text.len)
		default_server(&text);
	enum err err = address_parse(text.ptr, &profile->address);
	if (err == ERR_FORBIDDEN)
		str_addf(why, _("%s: ws:// is for this machine; use wss://"), text.ptr);
	else if (err != ERR_OK)
		str_addf(why,
			 _("%s: an address is unix:/path, ws://127.0.0.1:port or "
			   "wss://host[:port]"),
			 text.ptr);
	if (err != ERR_OK || !*pin)
		return err;
	profile->pinned = true;
	err = transport_pin_parse(pin, profile->pin);
	if (err != ERR_OK)
		str_addf(why, _("%s: a pin looks like sha256/… as the server prints it"),
			 pin);
	return err;
}

enum err profile_load(struct profile *profile, int argc, char *const argv[],
		      struct str *why)
{
	*profile = (struct profile){
		.dir = STR_INIT, .file = STR_INIT, .address = ADDRESS_INIT};
	opts_init(&profile->opts, rows, OPTION_COUNT, lang_text);
	profile->opts.home = getenv("HOME");
	enum err err = opts_read_argv(&profile->opts, argc, argv, why);

	if (err == ERR_OK)
		err = opts_read_env(&profile->opts, environment, NULL, why);
	if (err == ERR_OK)
		err = read_file(profile, why);
	if (err == ERR_OK)
		err = find_dir(profile, why);
	if (err == ERR_OK)
		err = find_server(profile, why);
	return err;
}

void profile_done(struct profile *profile)
{
	opts_done(&profile->opts);
	unlock_done(&profile->unlock);
	str_done(&profile->dir);
	str_done(&profile->file);
	address_done(&profile->address);
}

void profile_help(const struct profile *profile, unsigned width, struct str *out)
{
	str_add(out, _("Usage: chat-client [option…] [text… | room…]\n"));
	opts_help(&profile->opts, headings, HELP_COUNT, width, out);
}

void profile_mdoc(struct str *out)
{
	struct opts opts;

	opts_init(&opts, rows, OPTION_COUNT, NULL);
	opts_mdoc(&opts, headings, HELP_COUNT, out);
	opts_done(&opts);
}

enum err profile_unlock(struct profile *profile, struct str *why)
{
	struct unlock_parts parts = unlock_system();
	struct source passphrase = {&profile->opts, OPTION_PASSPHRASE_FILE,
				    OPTION_PASSPHRASE_COMMAND};

	unlock_done(&profile->unlock);
	unlock_init(&profile->unlock, &parts, profile->dir.ptr);
	profile->unlock.keep_ms =
		(uint64_t)opts_number(&profile->opts, OPTION_UNLOCK_KEEP);
	return unlock_open(&profile->unlock, &ask_terminal, &passphrase, why);
}

enum err profile_new_secret(const struct profile *profile, enum unlock_method method,
			    struct buf *ret, struct str *why)
{
	AUTO(buf_wipe) struct buf again = BUF_INIT;
	struct source source = {&profile->opts, OPTION_NEW_PASSPHRASE_FILE,
				OPTION_NEW_PASSPHRASE_COMMAND};
	const struct ask *ask = &ask_terminal;

	if (source_given(&source))
		return source_read(&source, ASK_MOST, ret, why);
	if (method == UNLOCK_TOKEN)
		return ask->secret(ask, _("PIN of the token, empty if it has none: "),
				   ret);
	if (method != UNLOCK_PASSPHRASE)
		return ERR_OK;
	enum err err = ask->secret(ask, _("New passphrase of the store: "), ret);
	if (err == ERR_SHUT)
		str_add(why, _("there is no terminal to ask for the new passphrase: give "
			       "--new-passphrase-file or --new-passphrase-command"));
	if (err == ERR_OK)
		err = ask->secret(ask, _("Once more: "), &again);
	if (err == ERR_OK && !bytes_equal_secret(buf_view(ret), buf_view(&again))) {
		str_add(why, _("these were two different ones; nothing was changed"));
		return ERR_BAD;
	}
	return err;
}

/* Of a bot: in the place of a log-in. */
static enum err take_token(const struct profile *profile, struct app *app,
			   struct str *why)
{
	AUTO(buf_wipe) struct buf token = BUF_INIT;
	struct source source = {&profile->opts, OPTION_TOKEN_FILE, OPTION_TOKEN_COMMAND};

	if (!source_given(&source))
		return ERR_OK;
	enum err err = source_read(&source, LIMIT_TOKEN, &token, why);
	if (err == ERR_OK && token.len == 0) {
		str_add(why, _("there is no token in the place that was named"));
		return ERR_USAGE;
	}
	if (err == ERR_OK)
		auth_use_token(app->auth, buf_view(&token));
	return err;
}

enum err profile_open(struct profile *profile, struct app *app, struct str *why)
{
	struct transport_ws_options options = {
		.tls = profile->address.kind == ADDRESS_TLS,
		.pin = profile->pinned ? profile->pin : NULL,
	};
	AUTO(secret_done) struct secret secret = SECRET_INIT;
	struct bytes bytes = root_view(profile->unlock.key);
	struct transport *transport = NULL;
	struct store_thread *store = NULL;
	struct cache *cache = NULL;

	enum err err = take_token(profile, app, why);
	if (err != ERR_OK)
		return err;
	secret_set(&secret, bytes.ptr, bytes.len);
	struct key_source key = key_fixed(&secret);
	err = cache_open(profile->dir.ptr, &key, &cache);
	if (err == ERR_OK)
		err = store_start(&cache, true, app->inbox.box.wake,
				  app->inbox.box.wake_ctx, &store);
	if (err == ERR_OK)
		err = transport_ws_new(&app->inbox, &options, &transport);
	if (err == ERR_OK) {
		app->opts = &profile->opts;
		app->unlock = &profile->unlock;
		app_start(app, &profile->address, &transport, &store);
		return ERR_OK;
	}
	str_addf(why, _("cannot open the store in %s: %s"), profile->dir.ptr,
		 _(err_text(err)));
	store_stop(&store);
	cache_free(&cache);
	return err;
}
