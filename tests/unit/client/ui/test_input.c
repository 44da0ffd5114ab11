/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "client/ui/input.h"
#include "common/base/utf8.h"

#include "tests/lib/check.h"

/* Events as text: keys in <> with Esc as ^[, pastes in {}, and so on. */
static void write_down(const struct input_event *event, void *ctx)
{
	struct str *log = ctx;

	switch (event->kind) {
	case INPUT_MOUSE:
		str_addf(log, "(%d %d,%d %d)", event->button, event->row, event->col,
			 event->on);
		return;
	case INPUT_FOCUS: str_addf(log, "[focus %d]", event->on); return;
	default: break;
	}
	str_add_char(log, event->kind == INPUT_KEY ? '<' : '{');
	for (size_t i = 0; i < event->len; i++) {
		unsigned char c = (unsigned char)event->bytes[i];
		if (c < ' ')
			str_addf(log, "^%c", c + '@');
		else
			str_add_char(log, (char)c);
	}
	str_add_char(log, event->kind == INPUT_KEY ? '>' : '}');
}

/* As one piece, and byte by byte: the same events. */
static void check_input(const char *bytes, size_t len, const char *want)
{
	for (int pieces = 0; pieces < 2; pieces++) {
		AUTO(str_done) struct str log = STR_INIT;
		AUTO(input_done) struct input input;
		input_init(&input);
		for (size_t i = 0; pieces && i < len; i++)
			input_feed(&input, bytes + i, 1, 1000, write_down, &log);
		if (!pieces)
			input_feed(&input, bytes, len, 1000, write_down, &log);
		if (input.due_ms)
			input_tick(&input, input.due_ms, write_down, &log);
		assert_string_equal(log.ptr, want);
	}
}

#define INPUT(bytes, want) check_input(bytes, sizeof(bytes) - 1, want)

static void text_comes_in_whole_characters(void **state)
{
	INPUT("aé日🎉", "<a><é><日><🎉>");
	INPUT("\xff\xc3(\x80x", "<x>");
	INPUT("\r\n\t\x7f\x01", "<^M><^J><^I><\x7f><^A>");
	INPUT("\0", "<^@>");
}

static void every_spelling_of_a_key_becomes_one(void **state)
{
	INPUT("\x1b[H\x1b[1~\x1b[7~\x1bOH", "<^[[H><^[[H><^[[H><^[[H>");
	INPUT("\x1b[A\x1bOA", "<^[[A><^[[A>");
	INPUT("\x1b[5~\x1b[6~\x1b[3~", "<^[[5~><^[[6~><^[[3~>");
	INPUT("\x1b[11~\x1bOP\x1b[20~", "<^[OP><^[OP><^[[20~>");
	INPUT("\x1b[1;3A\x1b\x1b[A", "<^[[1;3A><^[[1;3A>");
	INPUT("\x1b[13;3u\x1b\r", "<^[^M><^[^M>");
}

static void alt_keeps_its_character(void **state)
{
	INPUT("\x1bk\x1bé\x1b@", "<^[k><^[é><^[@>");
}

static void what_is_not_known_is_swallowed_whole(void **state)
{
	INPUT("\x1b[?1;2cx", "<x>");
	INPUT("\x1b[99~y\x1b[1$z", "<y>");
	INPUT("\x1b]11;rgb:1111/2222/3333\x07z", "<z>");
	INPUT("\x1b]11;rgb:1111/2222/3333\x1b\\z", "<z>");
	INPUT("\x1bP1+r636f\x1b\\q", "<q>");
	INPUT("\x1b[<9999999999;1;1Mx", "(9987 0,0 1)<x>");
	INPUT("\x1b[<1;1Mx", "<x>");
	INPUT("\x1b["
	      "1234567890123456789012345678901234567890123456789012345678901234567890mx",
	      "<x>");
}

static void a_lone_escape_waits_fifty_milliseconds(void **state)
{
	AUTO(str_done) struct str log = STR_INIT;
	AUTO(input_done) struct input input;

	input_init(&input);
	input_feed(&input, "\x1b", 1, 1000, write_down, &log);
	assert_int_equal(input.due_ms, 1050);
	input_tick(&input, 1049, write_down, &log);
	assert_string_equal(log.ptr, "");
	input_tick(&input, 1050, write_down, &log);
	assert_string_equal(log.ptr, "<^[>");
	assert_int_equal(input.due_ms, 0);
	INPUT("\x1b\x1b", "<^[^[>");
	INPUT("\x1b[", "<^[[>");
}

static void the_mouse_is_told_by_cell(void **state)
{
	INPUT("\x1b[<0;10;5M\x1b[<0;10;5m", "(0 4,9 1)(0 4,9 0)");
	INPUT("\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<80;1;1M",
	      "(64 0,0 1)(65 0,0 1)(64 0,0 1)");
}

static void focus_comes_and_goes(void **state)
{
	INPUT("\x1b[I\x1b[O", "[focus 1][focus 0]");
}

static void a_paste_is_one_piece_of_valid_text(void **state)
{
	INPUT("\x1b[200~a\rb\r\nc\x1b[31md\xff\x1b[201~x", "{a^Jb^Jc^[[31md}<x>");
	INPUT("\x1b[200~unfinished", "{unfinished}");
	INPUT("\x1b[200~\x1b[201~", "{}");
}

static void a_paste_without_end_is_cut(void **state)
{
	AUTO(str_done) struct str log = STR_INIT;
	AUTO(input_done) struct input input;
	static char block[4096];

	input_init(&input);
	memset(block, 'x', sizeof(block));
	input_feed(&input, "\x1b[200~", 6, 1, write_down, &log);
	for (int i = 0; i < 512; i++)
		input_feed(&input, block, sizeof(block), 1, write_down, &log);
	assert_true(input.paste.len <= INPUT_PASTE_MOST + 8);
	input_feed(&input, "\x1b[201~", 6, 1, write_down, &log);
	assert_int_equal(log.len, INPUT_PASTE_MOST + 2);
}

static void noise_never_breaks_it(void **state)
{
	static const char hot[] = "\x1b\x1b[[<O]P\\\a0123;;~mMAu\xc3\xa9\xf0\x9f\r";
	AUTO(str_done) struct str log = STR_INIT;
	AUTO(input_done) struct input input;
	unsigned seed = 5;

	input_init(&input);
	for (uint64_t ms = 1; ms < 300000; ms++) {
		char byte = hot[(unsigned)rand_r(&seed) % (sizeof(hot) - 1)];
		if (rand_r(&seed) % 10 == 0)
			byte = (char)rand_r(&seed);
		input_feed(&input, &byte, 1, ms, write_down, &log);
		if (rand_r(&seed) % 20 == 0)
			input_tick(&input, ms + 100, write_down, &log);
		assert_true(input.len < sizeof(input.held));
		if (log.len > 1 << 20)
			str_clear(&log);
	}
}

CHECK_MAIN(TEST(text_comes_in_whole_characters),
	   TEST(every_spelling_of_a_key_becomes_one), TEST(alt_keeps_its_character),
	   TEST(what_is_not_known_is_swallowed_whole),
	   TEST(a_lone_escape_waits_fifty_milliseconds), TEST(the_mouse_is_told_by_cell),
	   TEST(focus_comes_and_goes), TEST(a_paste_is_one_piece_of_valid_text),
	   TEST(a_paste_without_end_is_cut), TEST(noise_never_breaks_it))
