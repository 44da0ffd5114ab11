/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The FTS5 tokenizer `chat` of both programs: the rules of unicode61, but runs of scripts
 *  that put no blanks between words (Han, Kana, Hangul, Thai and its neighbours) become
 *  overlapping pairs, so that any two of their characters side by side are found. A single
 *  one is found as a prefix ("東*"). An adapter to SQLite that both stores need; no pure
 *  ring includes it. Thread: as the connection. */
#ifndef CHAT_SQLITE_TOKENIZER_H
#define CHAT_SQLITE_TOKENIZER_H

struct sqlite3;

/** Make "tokenize = 'chat …'" known to the connection; arguments go to unicode61.
 *  Returns a result code of SQLite. */
int tokenizer_register(struct sqlite3 *db);

#endif
