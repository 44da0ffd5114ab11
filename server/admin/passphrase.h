/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The passphrase of a backup. Thread: one. */
#ifndef CHAT_ADMIN_PASSPHRASE_H
#define CHAT_ADMIN_PASSPHRASE_H

#include "server/admin/command.h"

#define PASSPHRASE_LEAST 12 /* bytes: it is guessed at without anybody to slow it down */

/** The first line of --passphrase-file; empty without the flag. Errors: those of
 *  file_read_secret(), ERR_WEAK_PASSWORD; a sentence is in admin->why. */
enum err passphrase_read(struct admin *admin, struct buf *ret_passphrase) MUST_CHECK;

#endif
