/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A process that has begun shuts itself in, before it reads a byte of a stranger's. What
 *  is left to it: compute, memory up to a limit, read from 0, write to 1, end.
 *  Thread: any; of a process with a single one. */
#ifndef CHAT_PICTURE_SANDBOX_H
#define CHAT_PICTURE_SANDBOX_H

#include "common/base/attr.h"
#include "common/base/err.h"

/** For good. To open a file fails with EACCES; any other way out (a socket, another
 *  program, a signal to somebody, code made at run time) kills the process with SIGSYS.
 *  Errors: ERR_INTERNAL: the kernel refused; then nothing may be decoded. */
enum err sandbox_enter(void) MUST_CHECK;

#endif
