/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Where a request comes from. Thread: any. */
#ifndef CHAT_CORE_PLACE_H
#define CHAT_CORE_PLACE_H

#include "common/base/bytes.h"

/** For mails and lists; what is not known is {NULL, 0}. */
struct login_place {
	struct bytes client;   /**< what the program calls itself */
	struct bytes address;  /**< of the network */
	struct bytes language; /**< that it asked for, as a tag: "de-AT" */
};

#endif
