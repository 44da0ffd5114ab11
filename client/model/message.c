/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message: made sent and plain, ended with its text. */
#include "client/model/message.h"

#include "common/base/mem.h"

struct message *message_new(const struct id *cid, const struct id *sender,
			    const char *text, size_t len)
{
	struct message *message = mem_new(struct message);

	message->cid = *cid;
	message->sender = *sender;
	message->text = STR_INIT;
	str_add_len(&message->text, text, len);
	return message;
}

void message_free(struct message **message)
{
	if (!*message)
		return;
	str_done(&(*message)->text);
	reactions_done(&(*message)->reactions);
	mem_free(*message);
	*message = NULL;
}
