/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /keys: the SSH keys of the account. What is added is asked to be confirmed with the
 * password, since a key opens the account for good. */
#include <string.h>

#include "client/auth/agent.h"
#include "client/auth/key_login.h"
#include "client/auth/key_ring.h"
#include "client/cmd/cmd_private.h"
#include "client/piped.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"

static void fail(struct app *app, enum err err, const char *why)
{
	app_notice(app, why ? why : _(err_text(err)));
	piped_refused(app, err);
}

/* ---- the list ---- */

static void on_list(struct app *app, enum err err, const char *why,
		    const struct body_ssh_keys *keys, void *ctx)
{
	AUTO(str_done) struct str text = STR_INIT;

	if (err != ERR_OK) {
		fail(app, err, why);
		return;
	}
	for (size_t i = 0; i < keys->keys_count; i++) {
		key_ring_line(&keys->keys[i], &text);
		str_add_char(&text, '\n');
	}
	if (keys->keys_count == 0)
		str_add(&text,
			_("No SSH key logs you in. /keys add agent adds one of your "
			  "ssh-agent, /keys add FILE.pub one of a file.\n"));
	str_add(&text, _("/bindings lists the keys of the keyboard."));
	cmd_show(app, _("SSH keys"), &text);
}

/* ---- adding ---- */

struct adding {
	struct key_choice choice;
	struct key_login *agent; /* to ask for its keys */
};

static void adding_free(struct adding *adding)
{
	key_login_free(&adding->agent);
	key_choice_done(&adding->choice);
	mem_free(adding);
}

static void on_added(struct app *app, enum err err, const char *why,
		     const struct body_ssh_keys *keys, void *ctx)
{
	if (err != ERR_OK)
		fail(app, err, why);
	else
		app_notice(app, _("That key logs you in from now on."));
}

static void confirmed(struct app *app, const char *password, void *ctx)
{
	struct adding *adding = ctx;

	if (password)
		key_ring_add(app, &adding->choice, password, false, on_added, NULL);
	adding_free(adding);
}

static void ask_password(struct app *app, struct adding *adding)
{
	AUTO(str_done) struct str title = STR_INIT, line = STR_INIT;

	neutral_add(&line, adding->choice.line.ptr, adding->choice.line.len,
		    NEUTRAL_LINE);
	str_add(&title, _("Your password, to add an SSH key: "));
	/* Its end tells keys apart: the comment. */
	const char *comment = strrchr(line.ptr, ' ');
	str_add(&title, comment && comment[1] ? comment + 1 : line.ptr);
	app_confirm(app, title.ptr, confirmed, adding);
}

/* The agent's first key that is one of ours; with several, the person names a file. */
static void on_agent(struct app *app, enum err err, const struct agent_keys *keys,
		     void *ctx)
{
	struct adding *adding = ctx;

	if (err == ERR_OK && keys->count == 1) {
		key_choice_agent(&keys->rows[0], &adding->choice);
		ask_password(app, adding);
		return;
	}
	if (err == ERR_OK && keys->count > 1) {
		AUTO(str_done) struct str text = STR_INIT;
		str_add(&text, _("The ssh-agent has several: /keys add and one of these "
				 "lines.\n"));
		for (size_t i = 0; i < keys->count; i++) {
			struct key_choice choice = KEY_CHOICE_INIT;
			key_choice_agent(&keys->rows[i], &choice);
			neutral_add(&text, choice.line.ptr, choice.line.len,
				    NEUTRAL_LINE);
			str_add_char(&text, '\n');
			key_choice_done(&choice);
		}
		cmd_show(app, _("Keys of the ssh-agent"), &text);
	} else {
		app_notice(app, key_login_why(err));
	}
	adding_free(adding);
}

static enum ui_taken add(struct app *app, const char *what)
{
	AUTO(str_done) struct str why = STR_INIT;
	struct adding *adding = mem_new(struct adding);

	adding->choice = KEY_CHOICE_INIT;
	if (strcmp(what, "agent") == 0) {
		adding->agent = key_login_new(app);
		key_login_look(adding->agent, on_agent, adding);
		return UI_LINE_DONE;
	}
	if (key_choice_read(what, &adding->choice, &why) != ERR_OK) {
		app_notice(app, why.ptr);
		adding_free(adding);
		return UI_LINE_KEEP;
	}
	ask_password(app, adding);
	return UI_LINE_DONE;
}

/* ---- removing ---- */

static void on_removed(struct app *app, enum err err, const char *why,
		       const struct body_ssh_keys *keys, void *ctx)
{
	if (err != ERR_OK)
		fail(app, err, why);
	else
		app_notice(app, _("That key logs nobody in any more."));
}

enum ui_taken cmd_keys(struct app *app, const struct ui_line *line, const char *args)
{
	const char *rest;
	size_t len = cmd_word(args, &rest);

	if (len == 0) {
		key_ring_list(app, on_list, NULL);
		return UI_LINE_DONE;
	}
	if (len == 3 && strncmp(args, "add", len) == 0 && *rest && app->ui)
		return add(app, rest);
	if (len == 6 && strncmp(args, "remove", len) == 0 && *rest) {
		key_ring_remove(app, rest, on_removed, NULL);
		return UI_LINE_DONE;
	}
	return cmd_usage(app, "keys");
}
