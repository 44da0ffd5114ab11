/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One question to the server whose answer is shown, or told as a notice when it is none. */
#include "client/cmd/cmd_private.h"
#include "common/base/mem.h"
#include "common/os/lang.h"

struct asked {
	struct app *app;
	const struct body_def *def; /* NULL: the answer has no body */
	cmd_show_fn *show;
	struct str head;
};

static void came(enum err err, unsigned status, struct bytes text, void *ctx)
{
	struct asked *asked = ctx;
	AUTO(json_free) struct json *json = NULL;
	AUTO(str_done) struct str why = STR_INIT;
	void *body = asked->def ? mem_alloc(1, asked->def->size) : NULL;

	if (err != ERR_OK)
		cmd_why(err, text, &why);
	else if (asked->def &&
		 (err = body_parse(asked->def, text, &json, body)) != ERR_OK)
		str_add(&why, _(err_text(err)));
	if (err == ERR_OK)
		asked->show(asked->app, asked->head.ptr, body);
	else
		app_notice(asked->app, why.ptr);
	mem_free(body);
	str_done(&asked->head);
	mem_free(asked);
}

void cmd_get_under(struct app *app, const char *head, const char *op,
		   const struct body_def *in, const void *args,
		   const struct body_def *out, cmd_show_fn *show)
{
	struct asked *asked = mem_new(struct asked);

	*asked = (struct asked){.app = app, .def = out, .show = show, .head = STR_INIT};
	str_set(&asked->head, head);
	cmd_ask(app, op, in, args, came, asked);
}

void cmd_get(struct app *app, const char *op, const struct body_def *in, const void *args,
	     const struct body_def *out, cmd_show_fn *show)
{
	cmd_get_under(app, "", op, in, args, out, show);
}
