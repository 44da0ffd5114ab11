/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Which addresses are ours: what a client that dialled us may have signed. Taken from what
 *  we listen on and from the setting `addresses`, never from the request, whose Host is
 *  whatever its sender wants it to be. Thread: any. */
#ifndef CHAT_REST_DIALLED_H
#define CHAT_REST_DIALLED_H

#include <stdbool.h>

#include "common/base/bytes.h"
#include "server/server.h"

/** @address is in the client's canonical form: "unix:/path", "ws://host:port", "wss://…". */
bool dialled_us(const struct server *server, struct bytes address);

#endif
