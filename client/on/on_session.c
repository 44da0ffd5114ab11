/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The beginning of a session, and complaints of the server.
 */
#include "client/on/on.h"
#include "client/alert.h"
#include "client/app_inside.h"
#include "client/auth/auth.h"
#include "client/change.h"
#include "common/base/log.h"

void on_welcome(struct app *app, const struct body_welcome *welcome)
{
	app->model.self = welcome->user.user;
	app->device = welcome->device;
	app_forget_digest(app);
	app_show_user(app, &welcome->user);
	auth_welcome(app->auth, welcome);
	alert_ask(app);
	if (app->uepoch)
		return;
	app->uepoch = welcome->uepoch;
	change_user_position(app, welcome->uepoch, welcome->useq);
}

void on_error(struct app *app, const struct body_error *error)
{
	log_warn("link: the server complains, code=%.*s", (int)error->code.len,
		 (const char *)error->code.ptr);
}
