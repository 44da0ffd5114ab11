/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Whether the user of this process is there, as PAM's service `chat-client` finds out: a
 *  fingerprint reader (pam_fprintd), the log-in password. It shows presence and keeps no
 *  secret: who can read the user's files needs no PAM. Thread: any; it blocks. */
#ifndef CHAT_CLIENT_UNLOCK_PAM_H
#define CHAT_CLIENT_UNLOCK_PAM_H

#include "client/unlock/ask.h"

/** Whether this program was built with PAM. */
bool pam_there(void);
/** Ask. Errors: ERR_FORBIDDEN (PAM says no, or does not know the service), ERR_SHUT (nobody
 *  to ask), ERR_STATE (no PAM here, or no user of that number). */
enum err pam_check(const struct ask *ask) MUST_CHECK;

#endif
