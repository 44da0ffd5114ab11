/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The verbs of the audit log: what can have happened, as words and as texts for people.
 *  Thread: any. */
#ifndef CHAT_PROTO_AUDIT_H
#define CHAT_PROTO_AUDIT_H

#include <stddef.h>

enum audit_verb {
#define AUDIT(id, word, text) AUDIT_##id,
#include "common/proto/audit.def"
#undef AUDIT
	AUDIT_VERB_COUNT
};

/** The stored word. */
const char *audit_word(enum audit_verb verb);
/** Its English text, to be translated where it is shown; the word itself for one that a
 *  newer server uses. Borrows @word. */
const char *audit_text(const char *word);

#endif
