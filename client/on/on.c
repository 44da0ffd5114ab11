/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The frames of the server, each with its function. A frame that has none here is the
 * link's alone.
 */
#include "client/on/on.h"

#include "client/app_inside.h"

void on_frame(struct app *app, int type, const void *body)
{
	switch (type) {
	case FRAME_ACK: on_ack(app, body); break;
	case FRAME_DELIVERED: on_delivered(app, body); break;
	case FRAME_DIGEST: on_digest(app, body); break;
	case FRAME_ERROR: on_error(app, body); break;
	case FRAME_EVENT: on_event(app, body); break;
	case FRAME_NACK: on_nack(app, body); break;
	case FRAME_NOTIFY: on_notify(app, body); break;
	case FRAME_PRESENCE: on_presence(app, body); break;
	case FRAME_RECEIPT: on_receipt(app, body); break;
	case FRAME_TYPING: on_other_typing(app, body); break;
	case FRAME_USER_EVENT: on_user_event(app, body); break;
	case FRAME_USER_RESET: on_user_reset(app, body); break;
	case FRAME_WELCOME: on_welcome(app, body); break;
	}
}
