/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who said something before it was imported. Thread: ui. */
#ifndef CHAT_CLIENT_STRANGER_H
#define CHAT_CLIENT_STRANGER_H

#include "client/app.h"

/** @event as it is shown here: of an imported message, said by somebody who is called
 *  "name (imported)" and nobody's account, at the time when it was said. Other events are
 *  as they are. Borrows from @event. */
struct body_event stranger_event(struct app *app, const struct body_event *event);

#endif
