/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session: who, connected or not, and the end. */
#include <string.h>

#include "client/auth/auth.h"
#include "client/cmd/cmd_private.h"
#include "client/net/address.h"
#include "client/piped.h"
#include "common/os/lang.h"

static enum ui_taken open_form(struct app *app, enum ui_form form)
{
	struct ui_values known = {.server = app->model.server.ptr};

	if (!id_is_zero(app_user(app))) {
		app_notice(app, _("You are logged in already: /logout first."));
		return UI_LINE_DONE;
	}
	if (app->ui)
		ui_form(app->ui, form, &known);
	return UI_LINE_DONE;
}

enum ui_taken cmd_login(struct app *app, const struct ui_line *line, const char *args)
{
	return open_form(app, UI_FORM_LOGIN);
}

enum ui_taken cmd_signup(struct app *app, const struct ui_line *line, const char *args)
{
	return open_form(app, UI_FORM_SIGNUP);
}

enum ui_taken cmd_logout(struct app *app, const struct ui_line *line, const char *args)
{
	auth_logout(app->auth, strcmp(args, "all") == 0);
	return UI_LINE_DONE;
}

enum ui_taken cmd_connect(struct app *app, const struct ui_line *line, const char *args)
{
	if (link_state(app->link) == LINK_OFF)
		link_start(app->link, &app->address, &app->device);
	else
		link_hurry(app->link);
	return UI_LINE_DONE;
}

enum ui_taken cmd_disconnect(struct app *app, const struct ui_line *line,
			     const char *args)
{
	link_stop(app->link);
	return UI_LINE_DONE;
}

enum ui_taken cmd_quit(struct app *app, const struct ui_line *line, const char *args)
{
	app_quit(app, piped_code(app));
	return UI_LINE_DONE;
}
