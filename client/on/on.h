/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One function per frame that the server sends: body → model, changes, face. The link has
 *  checked the order of events before. Thread: ui. */
#ifndef CHAT_CLIENT_ON_ON_H
#define CHAT_CLIENT_ON_ON_H

#include "client/app.h"
#include "common/proto/frame.h"

/** link_ops.frame: the function of @type, if there is one. */
void on_frame(struct app *app, int type, const void *body);

/* on_msg.c */
void on_ack(struct app *app, const struct body_ack *ack);
void on_event(struct app *app, const struct body_event *event);
void on_nack(struct app *app, const struct body_nack *nack);

/* on_room.c */
void on_digest(struct app *app, const struct body_digest *digest);
void on_notify(struct app *app, const struct body_notify *notify);
void on_user_event(struct app *app, const struct body_user_event *event);
void on_user_reset(struct app *app, const struct body_user_reset *reset);

/* on_session.c */
void on_error(struct app *app, const struct body_error *error);
void on_welcome(struct app *app, const struct body_welcome *welcome);

/* on_talk.c */
void on_delivered(struct app *app, const struct body_delivered *delivered);
void on_presence(struct app *app, const struct body_presence *presence);
void on_receipt(struct app *app, const struct body_receipt *receipt);
void on_other_typing(struct app *app, const struct body_typing *typing);

#endif
