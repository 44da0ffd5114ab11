/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the files of the commands share. Nobody else includes this. Thread: ui. */
#ifndef CHAT_CMD_CMD_PRIVATE_H
#define CHAT_CMD_CMD_PRIVATE_H

#include "client/app.h"
#include "client/cmd/cmd.h"
#include "client/net/link.h"
#include "common/base/str.h"
#include "common/proto/body.h"

/* One function per row of cmd.def; a row without its function does not link. */
#define CMD(name, args, where, help) \
	enum ui_taken cmd_##name(struct app *app, const struct ui_line *line, \
				 const char *args_text);
#include "client/cmd/cmd.def"
#undef CMD

struct cmd_key {
	const char *keys; /**< as in inputrc */
	const char *command;
	const char *name; /**< as a person calls it */
	const char *help;
};

/** All rows of key.def. */
const struct cmd_key *cmd_key_rows(size_t *ret_count);

/** The first word of @args; *ret_rest is what follows it, without blanks in front. */
size_t cmd_word(const char *args, const char **ret_rest);
/** Say @text as @kind into @room; for lines and for /say, /edit, /reply, /msg (@dest). */
enum ui_taken cmd_post(struct app *app, const struct ui_line *line, enum draft_kind kind,
		       const struct id *target, const char *dest, const char *text,
		       size_t len);
/** Post @message; @line stays until that is on disk. */
enum ui_taken cmd_keep(struct app *app, const struct ui_line *line,
		       const struct app_message *message);
/** One translated line of what went wrong. Keeps the line, so that it can be mended. */
enum ui_taken cmd_fail(struct app *app, enum err err);
/** No room is on the screen, which @text says; or there is nobody to be in one. */
enum ui_taken cmd_roomless(struct app *app, const char *text);
/** "Use: /name arguments". */
enum ui_taken cmd_usage(struct app *app, const char *name);
/** Operation @op on @room; what goes wrong becomes a notice. */
void cmd_call(struct app *app, const char *op, const struct body_def *def,
	      const void *body);
/** The same with somebody who hears the answer. */
void cmd_ask(struct app *app, const char *op, const struct body_def *def,
	     const void *body, link_result_fn *done, void *ctx);
/** Shows the answer @body (NULL where there is none); @head is what was known before. */
typedef void cmd_show_fn(struct app *app, const char *head, const void *body);
/** The same for who shows the answer, a body of @out (NULL: none); what goes wrong becomes a
 *  notice. */
void cmd_get(struct app *app, const char *op, const struct body_def *in, const void *args,
	     const struct body_def *out, cmd_show_fn *show);
void cmd_get_under(struct app *app, const char *head, const char *op,
		   const struct body_def *in, const void *args,
		   const struct body_def *out, cmd_show_fn *show);
/** "label: text", a line, unless @text is empty; neutral. */
void cmd_add_text(struct str *out, const char *label, struct bytes text);
/** What everybody may see of @user, in lines. */
void cmd_add_person(struct str *text, const struct body_user *user);
/** A time as people write it here, appended. */
void cmd_add_time(struct str *out, uint64_t ms);
/** What went wrong, in one translated line: @err, and what the problem @body says of it. */
void cmd_why(enum err err, struct bytes body, struct str *out);
/** Whether the first @len bytes of @text are @word. */
bool cmd_is(const char *text, size_t len, const char *word);
/** The room on the screen; NULL: none. */
struct room *cmd_room_now(struct app *app);
/** The message of this room that was picked, else @usual; NULL where that is not one that
 *  was said and stands. */
struct message *cmd_picked(struct app *app, struct message *usual);
/** Begin to change the e-mail address of the account to @address. */
enum ui_taken cmd_email(struct app *app, const char *address);
/** No notifications from this room for a time, for good (""), or again ("off"). */
enum ui_taken cmd_silence(struct app *app, const struct ui_line *line, const char *args);
/** "Display name (@name)". */
void cmd_add_user(struct str *out, const struct body_user *user);
/** That a page goes on where its answer ended; nothing when it is @complete. */
void cmd_add_more(struct str *out, bool complete);

/** The page of the rooms that anybody may join. */
void cmd_public_rooms(struct app *app);

/** What a link to a message begins with; its id follows. */
#define CMD_LINK "chat:"

/** Show the message of a link, or of a bare id, in its room. False: @text is neither. */
bool cmd_goto_link(struct app *app, const char *text);
/** A page whose first lines are the hits of the model: Enter goes to one. */
void cmd_show_hits(struct app *app, const char *title, const struct str *text);
/** Such a page of @events, in their order; @more: how to see those that are not there. */
void cmd_list_events(struct app *app, const char *title, const char *more,
		     const struct body_events *events);
/** Append @text as a path: "~" is the home folder, as for a shell. */
void cmd_add_path(const char *text, struct str *path);
/** Offer entries of folders for @word...@point of @line if a path stands there. False: none
 *  does. */
bool cmd_complete_path(const char *line, size_t word, size_t point,
		       struct ui_words *words);
/** A page in whichever front there is. */
void cmd_show(struct app *app, const char *title, const struct str *text);

#endif
