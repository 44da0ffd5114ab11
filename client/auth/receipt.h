/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What --json answers to the options about an account: one object for each run, appended.
 *  Thread: ui. */
#ifndef CHAT_CLIENT_AUTH_RECEIPT_H
#define CHAT_CLIENT_AUTH_RECEIPT_H

#include <stdbool.h>

#include "client/app.h"

/** A code is waited for: {"type":"challenge",…}; expires_ms is UTC. */
void receipt_challenge(const struct app *app, struct buf *out);
/** Somebody is signed in: {"type":"signed_in",…}. */
void receipt_signed_in(const struct app *app, struct buf *out);
/** {"type":"signed_out"}; @who false: nobody was signed in. */
void receipt_signed_out(bool who, bool everywhere, struct buf *out);
/** {"type":"password_changed"} */
void receipt_password(struct buf *out);

#endif
