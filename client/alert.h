/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What is worth a person's attention now, and the words for it. Never what is only caught
 *  up with, what was muted, or anything in quiet hours. Thread: ui. */
#ifndef CHAT_CLIENT_ALERT_H
#define CHAT_CLIENT_ALERT_H

#include "client/app.h"
#include "common/proto/frame.h"

/** @message has come into @room as something new. */
void alert_message(struct app *app, struct room *room, const struct message *message);
/** An invitation, or something about the account. */
void alert_notify(struct app *app, const struct body_notify *notify);
/** Ask the server for the quiet hours, anew after a change. */
void alert_ask(struct app *app);
/** Whether nothing of @room is told now. */
bool alert_muted(const struct app *app, const struct room *room);

#endif
