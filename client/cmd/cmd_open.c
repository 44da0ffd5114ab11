/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /open: the link of a message, else its files, which are saved here first, handed to the one
 * program that the configuration names. A link with anything but printable ASCII in it is not
 * what it looks like, or cannot be told from that: it is left to the person.
 */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "client/opener.h"
#include "client/transfer.h"
#include "client/ui/markup.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"

/* The first web address in @message. */
static bool find_link(const struct message *message, struct str *ret)
{
	size_t len = message->text.len, at = 0, end;
	uint8_t *marks = mem_alloc(len + 1, 1);
	bool plain = true;

	markup_links(message->text.ptr, len, marks);
	while (at < len && !(marks[at] & MARKUP_LINK))
		at++;
	for (end = at; end < len && (marks[end] & MARKUP_LINK); end++)
		plain &= message->text.ptr[end] > ' ' && message->text.ptr[end] < 0x7f;
	mem_free(marks);
	if (at < end && plain)
		str_add_len(ret, message->text.ptr + at, end - at);
	return ret->len > 0;
}

static void open_it(struct app *app, const char *what)
{
	AUTO(str_done) struct str text = STR_INIT;
	enum err err = opener_start(app, what);

	neutral_add(&text, what, strlen(what), NEUTRAL_LINE);
	str_add(&text, ": ");
	if (err == ERR_STATE)
		str_add(&text, _("nothing opens it: open_command is not set"));
	else
		str_add(&text, err == ERR_OK ? _("opened") : _(err_text(err)));
	app_notice(app, text.ptr);
}

static void on_saved(struct app *app, enum err err, const struct transferred *what,
		     void *ctx)
{
	if (what->done)
		open_it(app, what->path);
	else if (err != ERR_OK && err != ERR_QUEUED)
		app_notice(app, _(err_text(err)));
}

static void save_all(struct app *app, const char *head, const void *body)
{
	const struct body_event *event = body;

	for (size_t i = 0; i < event->attached_count; i++)
		transfer_save(app, &event->attached[i].file, ".", on_saved, NULL);
}

static struct message *last_to_open(struct app *app)
{
	const struct timeline *timeline = &cmd_room_now(app)->timeline;

	for (size_t i = timeline->count; i-- > 0;) {
		AUTO(str_done) struct str link = STR_INIT;
		struct message *message = timeline->rows[i];
		if ((message->flags & MESSAGE_FILES) || find_link(message, &link))
			return message;
	}
	return NULL;
}

enum ui_taken cmd_open(struct app *app, const struct ui_line *line, const char *args)
{
	struct message *message = cmd_picked(app, last_to_open(app));
	AUTO(str_done) struct str link = STR_INIT;

	if (message && find_link(message, &link))
		open_it(app, link.ptr);
	else if (!message || !(message->flags & MESSAGE_FILES))
		app_notice(app, _("There is nothing here to open."));
	else if (!opener_is_set(app))
		app_notice(app, _("nothing opens it: open_command is not set"));
	else
		cmd_get(app, "message_get", body_message_ref_def(),
			&(struct body_message_ref){.id = message->cid}, body_event_def(),
			save_all);
	return UI_LINE_DONE;
}
