/* SPDX-License-Identifier: GPL-3.0-or-later */
/** --keys and --key-remove as commands. Inside client/script. Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_KEYS_H
#define CHAT_CLIENT_SCRIPT_KEYS_H

#include "client/script/task.h"

/** List the SSH keys of the account, or remove the one that the request's text means; ends
 *  the task. */
void keys_run(struct task *task);

#endif
