/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One byte at a time goes into `held` until it is something: a UTF-8 character, a control
 * byte, Esc and a character (Alt), an SS3 or a CSI sequence (ECMA-48 5.4). Readline gets
 * whole keys only; it must never wait in the middle of one, because then the loop would.
 */
#include "client/ui/input.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"

#define ESC '\x1b'

/* What terminals send, and the one spelling that key.def and inputrc files use. */
struct spelling {
	const char *sent;
	const char *key;
};

static const struct spelling spellings[] = {
	{"\x1bOA", "\x1b[A"},
	{"\x1bOB", "\x1b[B"},
	{"\x1bOC", "\x1b[C"},
	{"\x1bOD", "\x1b[D"},
	{"\x1bOH", "\x1b[H"},
	{"\x1bOF", "\x1b[F"},
	{"\x1bOM", "\r"},
	{"\x1b[1~", "\x1b[H"},
	{"\x1b[7~", "\x1b[H"},
	{"\x1b[4~", "\x1b[F"},
	{"\x1b[8~", "\x1b[F"},
	{"\x1b[11~", "\x1bOP"},
	{"\x1b[12~", "\x1bOQ"},
	{"\x1b[13~", "\x1bOR"},
	{"\x1b[14~", "\x1bOS"},
	{"\x1b[P", "\x1bOP"},
	{"\x1b[Q", "\x1bOQ"},
	{"\x1b[S", "\x1bOS"},
	{"\x1b[1;1A", "\x1b[A"},
	{"\x1b[1;1B", "\x1b[B"},
	{"\x1b[1;9A", "\x1b[1;3A"},
	{"\x1b[1;9B", "\x1b[1;3B"},
	{"\x1b\x1b[A", "\x1b[1;3A"},
	{"\x1b\x1b[B", "\x1b[1;3B"},
	{"\x1b[a", "\x1b[1;2A"},
	{"\x1b[b", "\x1b[1;2B"},
	{"\x1bOa", "\x1b[1;5A"},
	{"\x1bOb", "\x1b[1;5B"},
	{"\x1bOc", "\x1b[1;5C"},
	{"\x1bOd", "\x1b[1;5D"},
	{"\x1b[7^", "\x1b[1;5H"},
	{"\x1b[8^", "\x1b[1;5F"},
	{"\x1b[13;3u", "\x1b\r"},
	{"\x1b[27;3;13~", "\x1b\r"},
	{"\x1b[13;2u", "\x1b\r"},
	{"\x1b[27;2;13~", "\x1b\r"},
};

void input_init(struct input *input)
{
	*input = (struct input){.paste = STR_INIT};
}

void input_done(struct input *input)
{
	str_done(&input->paste);
}

static void give_key(const char *bytes, size_t len, input_fn *fn, void *ctx)
{
	struct input_event event = {.kind = INPUT_KEY, .bytes = bytes, .len = len};

	fn(&event, ctx);
}

/* "\e[<0;10;5M": button, column, row; 'm' is a release (xterm, SGR 1006). */
static void give_mouse(const char *held, char final, input_fn *fn, void *ctx)
{
	struct input_event event = {.kind = INPUT_MOUSE, .on = final == 'M'};
	int numbers[3];
	const char *at = held + 3;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		char *end;
		if (*at < '0' || *at > '9')
			return;
		long value = strtol(at, &end, 10);
		numbers[i] = value > 9999 ? 9999 : (int)value;
		if (*end != (i < 2 ? ';' : final))
			return;
		at = end + 1;
	}
	event.button = numbers[0] & ~0x1c; /* without Shift, Alt, Ctrl */
	event.col = numbers[1] - 1;
	event.row = numbers[2] - 1;
	fn(&event, ctx);
}

/* A CSI key with modifiers or without: letters and numbers that xterm sends for keys. */
static bool is_key(const char *held, size_t len)
{
	char final = held[len - 1];
	int number = 1;

	for (size_t i = 2; i + 1 < len; i++)
		if (held[i] != ';' && (held[i] < '0' || held[i] > '9'))
			return false;
	if (strchr("ABCDFHZ", final))
		return true;
	if (final != '~')
		return false;
	number = (int)strtol(held + 2, NULL, 10);
	return number == 2 || number == 3 || number == 5 || number == 6 ||
	       (number >= 15 && number <= 34);
}

static void begin_paste(struct input *input)
{
	input->pasting = true;
	input->paste_cut = false;
	str_clear(&input->paste);
}

/* A whole CSI or SS3 sequence is in `held`. */
static void give_sequence(struct input *input, input_fn *fn, void *ctx)
{
	char *held = input->held;
	size_t len = input->len;
	char final = held[len - 1];

	held[len] = '\0';
	if (strcmp(held, "\x1b[200~") == 0) {
		begin_paste(input);
		return;
	}
	if (strcmp(held, "\x1b[I") == 0 || strcmp(held, "\x1b[O") == 0) {
		struct input_event event = {.kind = INPUT_FOCUS, .on = final == 'I'};
		fn(&event, ctx);
		return;
	}
	if (held[1] == '[' && held[2] == '<') {
		give_mouse(held, final, fn, ctx);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		if (strcmp(held, spellings[i].sent) == 0) {
			give_key(spellings[i].key, strlen(spellings[i].key), fn, ctx);
			return;
		}
	}
	if (held[1] == 'O' ? strchr("PQRS", final) != NULL : is_key(held, len))
		give_key(held, len, fn, ctx);
}

/* What the held bytes are so far. */
enum state { STATE_MORE, STATE_DROP, STATE_KEY, STATE_SEQUENCE, STATE_STRING };

static enum state csi_state(const char *held, size_t len, size_t start)
{
	unsigned char last = (unsigned char)held[len - 1];

	if (len == start)
		return STATE_MORE;
	/* Linux consoles send "\e[[A" for F1. */
	if (len == start + 1 && last == '[')
		return STATE_MORE;
	if (last >= 0x40 && last <= 0x7e)
		return STATE_SEQUENCE;
	return last >= 0x20 && last < 0x40 ? STATE_MORE : STATE_DROP;
}

static enum state text_state(const char *held, size_t len)
{
	unsigned char first = (unsigned char)held[0];
	uint32_t code;

	if (first < 0x80)
		return STATE_KEY;
	size_t want = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (first < 0xc0 || len > want ||
	    ((unsigned char)held[len - 1] < 0x80 && len > 1))
		return STATE_DROP;
	if (len < want)
		return STATE_MORE;
	return utf8_decode(held, len, &code) == len ? STATE_KEY : STATE_DROP;
}

static enum state state_of(const char *held, size_t len)
{
	size_t alt = len >= 2 && held[1] == ESC;

	if (held[0] != ESC)
		return text_state(held, len);
	if (len == 1)
		return STATE_MORE;
	if (alt && len == 2)
		return STATE_MORE;
	switch (held[1 + alt]) {
	case '[': return csi_state(held, len, 2 + alt);
	case 'O': return len > 2 + alt ? STATE_SEQUENCE : STATE_MORE;
	case ']':
	case 'P':
	case '^':
	case '_': return alt ? STATE_DROP : STATE_STRING;
	default: return alt ? STATE_DROP : text_state(held + 1, len - 1);
	}
}

static void settle(struct input *input, uint64_t mono_ms, input_fn *fn, void *ctx)
{
	switch (state_of(input->held, input->len)) {
	case STATE_MORE:
		/* Longer than any key: nobody's, but its end must still be found. */
		if (input->len == sizeof(input->held) - 1) {
			memcpy(input->held, "\x1b[?", 3);
			input->len = 3;
		}
		input->due_ms = mono_ms + INPUT_ESC_MS;
		return;
	case STATE_STRING: input->skipping = true; break;
	case STATE_KEY: give_key(input->held, input->len, fn, ctx); break;
	case STATE_SEQUENCE: give_sequence(input, fn, ctx); break;
	case STATE_DROP: break;
	}
	input->len = 0;
	input->due_ms = 0;
}

static void end_paste(struct input *input, input_fn *fn, void *ctx)
{
	struct input_event event = {.kind = INPUT_PASTE, .cut = input->paste_cut};
	AUTO(str_done) struct str text = STR_INIT;

	for (size_t at = 0; at < input->paste.len;) {
		const char *from = input->paste.ptr + at;
		size_t left = input->paste.len - at;
		uint32_t code;
		size_t used = utf8_decode(from, left, &code);
		if (used == 1 && *from == '\r') {
			/* A terminal sends CR for each line; some send CR LF. */
			str_add_char(&text, '\n');
			used += left > 1 && from[1] == '\n';
		} else if (used > 0) {
			str_add_len(&text, from, used);
		}
		at += used ? used : 1;
	}
	input->pasting = false;
	input->due_ms = 0;
	str_done(&input->paste);
	event.bytes = text.ptr;
	event.len = text.len;
	fn(&event, ctx);
}

static void add_paste(struct input *input, char byte, uint64_t mono_ms, input_fn *fn,
		      void *ctx)
{
	static const char end[] = "\x1b[201~";
	size_t len = sizeof(end) - 1;
	struct str *paste = &input->paste;

	/* Over the limit the tail still moves along, to find the end in it. */
	if (paste->len >= INPUT_PASTE_MOST + len) {
		str_remove(paste, INPUT_PASTE_MOST, 1);
		input->paste_cut = true;
	}
	str_add_char(paste, byte);
	input->due_ms = mono_ms + INPUT_PASTE_MS;
	if (paste->len >= len && memcmp(paste->ptr + paste->len - len, end, len) == 0) {
		str_cut(paste, paste->len - len);
		end_paste(input, fn, ctx);
	}
}

/* Until ST or BEL; a string that never ends is given up with the next pause. */
static void skip(struct input *input, char byte, uint64_t mono_ms)
{
	bool st = byte == '\\' && input->len == 1;

	input->len = 0;
	if (byte == ESC)
		input->held[input->len++] = byte;
	input->skipping = byte != '\a' && !st;
	input->due_ms = input->skipping ? mono_ms + INPUT_ESC_MS : 0;
	if (!input->skipping)
		input->len = 0;
}

void input_feed(struct input *input, const char *bytes, size_t len, uint64_t mono_ms,
		input_fn *fn, void *ctx)
{
	for (size_t i = 0; i < len; i++) {
		if (input->pasting) {
			add_paste(input, bytes[i], mono_ms, fn, ctx);
			continue;
		}
		if (input->skipping) {
			skip(input, bytes[i], mono_ms);
			continue;
		}
		input->held[input->len++] = bytes[i];
		settle(input, mono_ms, fn, ctx);
	}
}

void input_tick(struct input *input, uint64_t mono_ms, input_fn *fn, void *ctx)
{
	size_t len = input->len;

	if (!input->due_ms || mono_ms < input->due_ms)
		return;
	input->due_ms = 0;
	if (input->pasting) {
		end_paste(input, fn, ctx);
		return;
	}
	input->skipping = false;
	input->len = 0;
	/* Esc alone, Esc twice, or Alt with '[' or 'O'; half a character is nobody's. */
	if (len && input->held[0] == ESC)
		give_key(input->held, len > 2 ? 1 : len, fn, ctx);
}
