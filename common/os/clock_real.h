/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The clock of the machine, for both programs. Thread: any. */
#ifndef CHAT_OS_CLOCK_REAL_H
#define CHAT_OS_CLOCK_REAL_H

#include "common/base/clock.h"

struct clock clock_real(void);

#endif
