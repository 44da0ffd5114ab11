/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What an SSH key signs to log in, the same text on both sides. It names the address that
 *  the client dialled: a server that passes on the challenge of another one gets a
 *  signature that the other one refuses. Thread: any. */
#ifndef CHAT_PROTO_KEY_LOGIN_H
#define CHAT_PROTO_KEY_LOGIN_H

#include "common/base/bytes.h"
#include "common/base/str.h"

/** The namespace of these signatures (ssh-keygen -n); a signature for anything else, such
 *  as a file or a commit, is none of ours. */
#define KEY_LOGIN_SPACE "chat-login"

/** Append the message: @server as dialled and in canonical form, the account's name or {NULL,
 *  0} for whoever has the key, and the server's nonce. None may have line ends. */
void key_login_message(struct bytes server, struct bytes login, struct bytes nonce,
		       struct str *out);

#endif
