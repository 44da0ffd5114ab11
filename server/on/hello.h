/* SPDX-License-Identifier: GPL-3.0-or-later */
/** From an open connection to a welcome one. Thread: loop. */
#ifndef CHAT_ON_HELLO_H
#define CHAT_ON_HELLO_H

#include "server/on/session.h"

/** The per-room endpoint needs no hello: token or peer credentials and the path say it. */
void hello_single(struct session *session);

#endif
