/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only file that knows readline. It reads from a ring that holds one whole key, writes
 * to nowhere, and never touches the terminal, signals or the environment. Its callbacks
 * carry no context, and its state is the process's, so `owner` is the one mutable global
 * of the client (doc/decisions/0010-readline-owner.md).
 */
#include "client/ui/line.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "common/base/mem.h"
#include "common/base/str.h"

/* Lines remembered per room, and rooms whose lines stay in memory. */
#define LINES_MOST 200
#define WORDS_MOST 200
#define RING_SIZE  64
#define KEYS_MOST  16

struct bound {
	char keys[KEYS_MOST]; /* as bytes */
	int len;
	const char *command;
};

struct past {
	struct id room;
	HISTORY_STATE *state;
};

struct line {
	const struct line_hooks *hooks;
	void *ctx;
	FILE *nowhere;
	char ring[RING_SIZE];
	size_t head;
	size_t tail;
	struct bound *bound;
	size_t bound_count;
	size_t bound_cap;
	struct past *pasts;
	size_t past_count;
	size_t past_cap;
	struct id room;
	struct line_word *words;
	size_t word_count;
	size_t word_cap;
	size_t word_next;
	bool offered;     /* the words are shown */
	bool entering;    /* inside on_enter: readline clears its buffer afterwards … */
	struct str after; /* … so what is set meanwhile waits here */
	size_t after_point;
};

static struct line *owner;

static int ring_getc(FILE *file)
{
	/* EOF would mean Ctrl-D; readline is never called with an empty ring, and a key
	 * that it wants more of is answered by a byte that no key sequence has. */
	if (owner->tail == owner->head)
		return '\0';
	return (unsigned char)owner->ring[owner->tail++];
}

static int ring_waits(void)
{
	return owner->tail < owner->head;
}

static void on_redisplay(void)
{
	if (owner)
		owner->hooks->on_change(owner->ctx);
}

static void on_line(char *text)
{
	if (!owner) {
		free(text);
		return;
	}
	owner->entering = true;
	str_clear(&owner->after);
	owner->after_point = 0;
	if (text)
		owner->hooks->on_enter(owner->ctx, text, strlen(text));
	else
		owner->hooks->on_eof(owner->ctx);
	/* The text may have been a password of some command. */
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* Every key of ours runs this; which one it was, readline knows. */
static int on_bound(int count, int key)
{
	for (size_t i = 0; i < owner->bound_count; i++) {
		struct bound *bound = &owner->bound[i];
		if (rl_key_sequence_length == bound->len &&
		    memcmp(rl_executing_keyseq, bound->keys, (size_t)bound->len) == 0) {
			owner->hooks->on_command(owner->ctx, bound->command);
			return 0;
		}
	}
	return 0;
}

static int on_newline(int count, int key)
{
	return rl_insert_text("\n") < 0;
}

static void forget_words(struct line *line)
{
	for (size_t i = 0; i < line->word_count; i++) {
		mem_free(line->words[i].word);
		mem_free(line->words[i].help);
	}
	line->word_count = 0;
	line->offered = false;
}

/* Readline's own completion does the rest: common prefix, menus, the user's settings. */
static char *next_word(const char *text, int state)
{
	if (state == 0)
		owner->word_next = 0;
	if (owner->word_next >= owner->word_count)
		return NULL;
	/* Readline frees it; mem.h's memory is libc's. */
	return mem_strdup(owner->words[owner->word_next++].word);
}

/* Whether the only word is a folder: its name goes on. */
static bool ends_with_slash(const struct line *line)
{
	const char *word = line->words[0].word;

	return line->word_count == 1 && word[0] && word[strlen(word) - 1] == '/';
}

static char **on_complete(const char *text, int start, int end)
{
	rl_attempted_completion_over = 1;
	forget_words(owner);
	owner->hooks->complete(owner->ctx, rl_line_buffer, (size_t)start, (size_t)end);
	owner->offered = false;
	if (owner->word_count == 0)
		return NULL;
	/* A command ends with a blank, and so does what follows one, but a folder. */
	bool folder = ends_with_slash(owner);
	rl_completion_append_character = folder ? '\0' : ' ';
	return rl_completion_matches(text, next_word);
}

static void on_matches(char **matches, int count, int longest)
{
	owner->offered = true;
	owner->hooks->on_change(owner->ctx);
}

static void bind_in(Keymap map, const char *keys, rl_command_func_t *fn)
{
	rl_bind_keyseq_if_unbound_in_map(keys, fn, map);
}

static bool begins_with_alt(const char *bytes, int len)
{
	return len >= 2 && bytes[0] == '\x1b' && bytes[1] != '[' && bytes[1] != 'O';
}

void line_bind(struct line *line, const char *keys, const char *command)
{
	struct bound bound = {.command = command};
	AUTO(mem_freep) char *bytes = mem_alloc(2 * strlen(keys) + 1, 1);

	if (rl_translate_keyseq(keys, bytes, &bound.len) != 0 || bound.len > KEYS_MOST)
		return;
	memcpy(bound.keys, bytes, (size_t)bound.len);
	if (line->bound_count == line->bound_cap) {
		line->bound_cap = mem_grow(line->bound_cap, line->bound_count + 1);
		line->bound = mem_resize(line->bound, line->bound_cap, sizeof(bound));
	}
	line->bound[line->bound_count++] = bound;
	bind_in(emacs_standard_keymap, keys, on_bound);
	if (begins_with_alt(bytes, bound.len))
		return;
	bind_in(vi_insertion_keymap, keys, on_bound);
	bind_in(vi_movement_keymap, keys, on_bound);
}

static rl_command_func_t *function_of(Keymap map, const char *keys, int *ret_type)
{
	AUTO(mem_freep) char *bytes = mem_alloc(2 * strlen(keys) + 1, 1);
	int len = 0;

	*ret_type = ISFUNC;
	if (rl_translate_keyseq(keys, bytes, &len) != 0)
		return NULL;
	return rl_function_of_keyseq_len(bytes, (size_t)len, map, ret_type);
}

static bool is_free_in(Keymap map, const char *keys)
{
	int type;
	rl_command_func_t *fn = function_of(map, keys, &type);

	return type == ISFUNC &&
	       (!fn || fn == rl_insert || fn == rl_do_lowercase_version);
}

bool line_is_free(const char *keys)
{
	AUTO(mem_freep) char *bytes = mem_alloc(2 * strlen(keys) + 1, 1);
	int len = 0;

	if (rl_translate_keyseq(keys, bytes, &len) != 0)
		return false;
	if (!is_free_in(emacs_standard_keymap, keys))
		return false;
	return begins_with_alt(bytes, len) || (is_free_in(vi_insertion_keymap, keys) &&
					       is_free_in(vi_movement_keymap, keys));
}

/* Set before the inputrc is read, so that it wins; or after, because it must not. */
static void set_defaults(void)
{
	rl_variable_bind("show-all-if-ambiguous", "on");
	rl_variable_bind("completion-ignore-case", "on");
	rl_variable_bind("history-preserve-point", "off");
}

static void set_needs(void)
{
	rl_variable_bind("bell-style", "none");
	/* Readline's own paste reader loops on getc. */
	rl_variable_bind("enable-bracketed-paste", "off");
	rl_variable_bind("enable-active-region", "off");
	rl_variable_bind("page-completions", "off");
	rl_variable_bind("convert-meta", "off");
	rl_variable_bind("input-meta", "on");
	rl_variable_bind("output-meta", "on");
	rl_variable_bind("mark-modified-lines", "off");
	rl_completion_query_items = 0;
	rl_completer_word_break_characters = " \n";
	rl_basic_word_break_characters = " \n";
	rl_completer_quote_characters = "";
	rl_filename_completion_desired = 0;
	rl_sort_completion_matches = 0;
	rl_ignore_completion_duplicates = 0;
}

static void set_hooks(struct line *line)
{
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	rl_instream = line->nowhere;
	rl_outstream = line->nowhere;
	rl_getc_function = ring_getc;
	rl_input_available_hook = ring_waits;
	rl_redisplay_function = on_redisplay;
	rl_attempted_completion_function = on_complete;
	rl_completion_display_matches_hook = on_matches;
}

/* The two keys that readline's maps have and we take all the same: a chat needs a key for
 * a new line (decisions: keys). Only where the user left readline's own meaning. */
static void bind_newline(void)
{
	static const char *const keys[] = {"\\C-j", "\\e\\C-m", "\\e\\C-j"};
	Keymap maps[] = {emacs_standard_keymap, vi_insertion_keymap};

	for (size_t m = 0; m < ARRAY_LEN(maps); m++) {
		for (size_t i = 0; i < (m == 0 ? ARRAY_LEN(keys) : 1); i++) {
			int type;
			rl_command_func_t *now = function_of(maps[m], keys[i], &type);
			if (!now || now == rl_newline || now == rl_vi_editing_mode)
				rl_bind_keyseq_in_map(keys[i], on_newline, maps[m]);
		}
	}
}

struct line *line_new(const char *name, const struct line_hooks *hooks, void *ctx)
{
	struct line *line = mem_new(struct line);

	assert(!owner);
	owner = line;
	line->hooks = hooks;
	line->ctx = ctx;
	line->after = STR_INIT;
	line->nowhere = fopen("/dev/null", "r+e");
	assert(line->nowhere);
	set_hooks(line);
	rl_readline_name = name;
	set_defaults();
	rl_initialize();
	set_needs();
	using_history();
	stifle_history(LINES_MOST);
	rl_add_defun("chat-newline", on_newline, -1);
	bind_newline();
	rl_callback_handler_install("", on_line);
	return line;
}

/* End the lines that the up key brings now; clear_history() keeps the array itself. */
static void drop_history(void)
{
	HISTORY_STATE empty = {0};

	clear_history();
	HIST_ENTRY **list = history_list();
	history_set_history_state(&empty);
	free(list);
}

static void free_past(struct past *past)
{
	if (!past->state)
		return;
	history_set_history_state(past->state);
	free(past->state);
	drop_history();
}

void line_free(struct line **at)
{
	struct line *line = *at;

	if (!line)
		return;
	rl_callback_handler_remove();
	drop_history();
	for (size_t i = 0; i < line->past_count; i++)
		free_past(&line->pasts[i]);
	mem_free(line->pasts);
	mem_free(line->bound);
	forget_words(line);
	mem_free(line->words);
	str_done(&line->after);
	fclose(line->nowhere);
	owner = NULL;
	mem_free(line);
	*at = NULL;
}

void line_key(struct line *line, const char *bytes, size_t len)
{
	if (len > RING_SIZE)
		return;
	memcpy(line->ring, bytes, len);
	line->tail = 0;
	line->head = len;
	line->offered = false;
	while (line->tail < line->head) {
		rl_callback_read_char();
		if (!line->entering)
			continue;
		line->entering = false;
		if (line->after.len)
			line_set(line, line->after.ptr, line->after.len,
				 line->after_point);
		else
			line->hooks->on_change(line->ctx);
	}
}

void line_insert(struct line *line, const char *text, size_t len)
{
	AUTO(mem_freep) char *copy = mem_strndup(text, len);

	rl_begin_undo_group();
	rl_insert_text(copy);
	rl_end_undo_group();
	line->hooks->on_change(line->ctx);
}

void line_set(struct line *line, const char *text, size_t len, size_t point)
{
	AUTO(mem_freep) char *copy = mem_strndup(text, len);

	if (line->entering) {
		str_set(&line->after, copy);
		line->after_point = point;
		return;
	}
	rl_replace_line(copy, 1);
	rl_point = point > (size_t)rl_end ? rl_end : (int)point;
	line->offered = false;
	line->hooks->on_change(line->ctx);
}

const char *line_text(const struct line *line)
{
	return line->entering ? line->after.ptr : rl_line_buffer;
}

size_t line_len(const struct line *line)
{
	return line->entering ? line->after.len : (size_t)rl_end;
}

size_t line_point(const struct line *line)
{
	return line->entering ? line->after_point : (size_t)rl_point;
}

const char *line_prompt(const struct line *line, const char *plain)
{
	return rl_display_prompt && *rl_display_prompt ? rl_display_prompt : plain;
}

bool line_wants_esc(const struct line *line)
{
	return rl_editing_mode == 0 || RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH);
}

void line_width(struct line *line, int cols)
{
	rl_set_screen_size(24, cols);
}

static struct past *find_past(struct line *line, const struct id *room)
{
	for (size_t i = 0; i < line->past_count; i++)
		if (id_equal(&line->pasts[i].room, room))
			return &line->pasts[i];
	if (line->past_count == line->past_cap) {
		line->past_cap = mem_grow(line->past_cap, line->past_count + 1);
		line->pasts =
			mem_resize(line->pasts, line->past_cap, sizeof(*line->pasts));
	}
	struct past *past = &line->pasts[line->past_count++];
	*past = (struct past){.room = *room};
	return past;
}

void line_history(struct line *line, const struct id *room)
{
	HISTORY_STATE empty = {0};

	if (id_equal(&line->room, room))
		return;
	struct past *last = find_past(line, &line->room);
	last->state = history_get_history_state();
	line->room = *room;
	struct past *next = find_past(line, room);
	history_set_history_state(next->state ? next->state : &empty);
	free(next->state);
	next->state = NULL;
	stifle_history(LINES_MOST);
	using_history();
}

void line_remember(struct line *line, const char *text)
{
	HIST_ENTRY *newest =
		history_length ? history_get(history_base + history_length - 1) : NULL;

	if (*text && !(newest && strcmp(newest->line, text) == 0))
		add_history(text);
	using_history();
}

void line_word(struct line *line, const char *word, const char *help)
{
	if (line->word_count == WORDS_MOST)
		return;
	if (line->word_count == line->word_cap) {
		line->word_cap = mem_grow(line->word_cap, line->word_count + 1);
		line->words =
			mem_resize(line->words, line->word_cap, sizeof(*line->words));
	}
	line->words[line->word_count++] = (struct line_word){
		.word = mem_strdup(word),
		.help = mem_strdup(help ? help : ""),
	};
}

size_t line_words(const struct line *line, const struct line_word **ret_words)
{
	*ret_words = line->words;
	return line->offered ? line->word_count : 0;
}
