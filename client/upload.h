/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The files of messages that wait to be sent: one after the other they go to the server,
 *  and each message follows when its file is whole. Thread: ui. */
#ifndef CHAT_CLIENT_UPLOAD_H
#define CHAT_CLIENT_UPLOAD_H

#include "client/app.h"

struct cache_send;

/** Upload the file of @send, unless one is under way: then it is offered again when that is
 *  through. Nothing is kept of @send. */
void upload_offer(struct app *app, const struct cache_send *send);
/** The message @cid is not to be sent: the server may forget what it has of its file. */
void upload_cancel(struct app *app, const struct id *cid);
/** Whether the file of a pending message has still to be sent. */
bool upload_waits(const struct message *message);
/** The program ends. */
void upload_done(struct app *app);

#endif
