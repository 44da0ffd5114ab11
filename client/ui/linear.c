/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The front without a screen, for screen readers, braille, dumb terminals and logs: one
 * line per happening, sender first, time last, nothing is ever redrawn. The terminal's own
 * line editing is used, so the input is whole lines. What was said is remembered by
 * sequence number, so that each message is said once.
 *
 * A person waits for what a line did before the next one; a pipe does not. Its lines are
 * taken one at a time, each when the app says that it is its turn.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "client/ui/ui_private.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"
#include "common/proto/limits.h"

/* Before every line of a message but its first, which begins with who says it: no text reads
 * as if somebody else had spoken. */
#define GOES_ON "\n  | "
/* Messages said when a room is entered; and the most that waits for a slow terminal. */
#define CONTEXT_MOST 10
#define QUEUE_MOST   (256 * 1024)
/* So much is said again of what somebody answers. */
#define QUOTE_COLS 40

/* What was said of a room's counts. */
struct said {
	struct id room;
	size_t unread;
};

struct linear {
	int in_fd;
	int out_fd;
	struct tty tty; /* of the output, where that is a terminal */
	bool has_tty;
	bool quiet; /* echo is off: a password is being typed */
	bool paced; /* no terminal: each line waits for its turn */
	bool ended; /* there are no more than those in `in` */
	bool more;  /* one was taken: look at the next */
	struct str in;
	struct id room; /* the one on the "screen" */
	uint64_t seq;   /* said up to here */
	unsigned logs;  /* of the room, when that was */
	enum model_link link;
	struct said *said;
	size_t said_count;
	size_t said_cap;
};

void linear_new(struct ui *ui, int in_fd, int out_fd)
{
	struct linear *linear = mem_new(struct linear);

	linear->in_fd = in_fd;
	linear->out_fd = out_fd;
	linear->in = STR_INIT;
	linear->link = MODEL_ONLINE;
	linear->paced = ui->hooks->may_take && !isatty(in_fd);
	linear->has_tty = tty_open(&linear->tty, in_fd, out_fd) == ERR_OK;
	ui->linear = linear;
}

static void set_echo(struct linear *linear, bool on)
{
	struct termios termios;

	if (linear->quiet != on || !linear->has_tty)
		return;
	linear->quiet = !on;
	termios = linear->tty.saved;
	if (!on)
		termios.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(linear->tty.fd, TCSANOW, &termios);
}

void linear_free(struct linear **at)
{
	struct linear *linear = *at;

	set_echo(linear, true);
	if (linear->has_tty)
		tty_close(&linear->tty);
	explicit_bzero(linear->in.ptr, linear->in.len);
	str_done(&linear->in);
	mem_free(linear->said);
	mem_free(linear);
	*at = NULL;
}

static const char *next_line(const struct linear *linear)
{
	return memchr(linear->in.ptr, '\n', linear->in.len);
}

int linear_fd(const struct linear *linear)
{
	bool waits = linear->paced && (linear->ended || next_line(linear));

	return waits ? -1 : linear->in_fd;
}

bool linear_more(const struct linear *linear)
{
	return linear->more;
}

static void write_all(struct linear *linear, const char *bytes, size_t len)
{
	if (linear->has_tty) {
		if (linear->tty.out.len + len <= QUEUE_MOST)
			tty_write(&linear->tty, bytes, len);
		return;
	}
	while (len > 0) {
		ssize_t wrote = write(linear->out_fd, bytes, len);
		if (wrote < 0 && errno != EINTR)
			return;
		bytes += wrote > 0 ? wrote : 0;
		len -= wrote > 0 ? (size_t)wrote : 0;
	}
}

/* @text ends with a newline, or not when an answer follows on the same line. */
static void put(struct ui *ui, const char *text, bool newline)
{
	AUTO(str_done) struct str out = STR_INIT;

	neutral_add(&out, text, strlen(text), NEUTRAL_TEXT);
	if (newline)
		str_add_char(&out, '\n');
	write_all(ui->linear, out.ptr, out.len);
}

void linear_say(struct ui *ui, const char *text)
{
	put(ui, text, true);
}

/* A sentence with names and topics in it, which must not look like several. */
static void say_line(struct ui *ui, const char *text)
{
	AUTO(str_done) struct str line = STR_INIT;

	neutral_add(&line, text, strlen(text), NEUTRAL_LINE);
	linear_say(ui, line.ptr);
}

/* Neutralised first: that turns "\r\n" into a newline, too. */
static void add_text(struct str *out, const struct str *text)
{
	AUTO(str_done) struct str safe = STR_INIT;

	neutral_add(&safe, text->ptr, text->len, NEUTRAL_TEXT);
	for (const char *at = safe.ptr, *end;; at = end + 1) {
		end = strchrnul(at, '\n');
		str_add_len(out, at, (size_t)(end - at));
		if (!*end)
			return;
		str_add(out, GOES_ON);
	}
}

/* What is answered, or pinned, was said lines ago: its beginning. */
static void add_quote(struct ui *ui, const struct message *message, struct str *out)
{
	const struct room *room = rooms_current(&ui->model->rooms);
	const struct id *to =
		id_is_zero(&message->reply_to) ? &message->thread : &message->reply_to;
	const struct message *target = room ? timeline_find(&room->timeline, to) : NULL;
	AUTO(str_done) struct str name = STR_INIT, safe = STR_INIT, text = STR_INIT;

	if (!target || (target->flags & MESSAGE_DELETED))
		return;
	view_name(&ui->view, &target->sender, 64, &name);
	neutral_add(&safe, target->text.ptr, target->text.len, NEUTRAL_LINE);
	view_cut(&text, safe.ptr, QUOTE_COLS);
	if (message->flags & MESSAGE_NOTICE)
		str_addf(out, " [%s: %s]", name.ptr, text.ptr);
	else
		/* TRANSLATORS: behind an answer: to whom, and to what. */
		str_addf(out, _(" [to %s: %s]"), name.ptr, text.ptr);
}

static void say_message(struct ui *ui, const struct message *message)
{
	AUTO(str_done) struct str out = STR_INIT;
	time_t seconds = (time_t)(message->ts_ms / 1000);
	struct tm tm = {0};

	localtime_r(&seconds, &tm);
	/* a notice is a sentence that has the names in it */
	if (!(message->flags & MESSAGE_NOTICE)) {
		if (id_equal(&message->sender, &ui->model->self))
			str_add(&out, _("you"));
		else
			view_name(&ui->view, &message->sender, 64, &out);
		str_add(&out, ": ");
	}
	if (message->flags & MESSAGE_DELETED)
		str_add(&out, _("(deleted)"));
	else
		add_text(&out, &message->text);
	add_quote(ui, message, &out);
	if (message->state == MESSAGE_FAILED)
		str_addf(&out, " ! %s", _(err_text(message->why)));
	if (ui->view.times)
		str_addf(&out, " (%02d:%02d)", tm.tm_hour % 100, tm.tm_min % 100);
	linear_say(ui, out.ptr);
}

/* The room has changed: its name, its topic, the last things said. */
static void say_room(struct ui *ui, const struct room *room)
{
	struct linear *linear = ui->linear;
	AUTO(str_done) struct str title = STR_INIT;
	size_t end = room->timeline.count;

	linear->room = room->id;
	linear->seq = 0;
	linear->logs = room->logs;
	room_title(room, &ui->model->people, &title);
	if (room->topic.len)
		str_addf(&title, " — %s", room->topic.ptr);
	say_line(ui, title.ptr);
	if (end > CONTEXT_MOST)
		linear->seq = room->timeline.rows[end - CONTEXT_MOST - 1]->seq;
}

static void say_new(struct ui *ui, const struct room *room)
{
	struct linear *linear = ui->linear;
	const struct timeline *timeline = &room->timeline;

	if (linear->logs != room->logs) {
		linear->logs = room->logs;
		linear->seq = 0;
	}
	uint64_t said = linear->seq;

	for (size_t i = 0; i < timeline->count; i++) {
		const struct message *message = timeline->rows[i];
		if (message->seq <= said)
			continue;
		say_message(ui, message);
		linear->seq = message->seq;
	}
	if (linear->seq > said && linear->seq > room->read_seq)
		ui->hooks->on_seen(ui->ctx, &room->id, linear->seq);
}

static struct said *said_of(struct linear *linear, const struct id *room)
{
	for (size_t i = 0; i < linear->said_count; i++)
		if (id_equal(&linear->said[i].room, room))
			return &linear->said[i];
	if (linear->said_count == linear->said_cap) {
		linear->said_cap = mem_grow(linear->said_cap, linear->said_count + 1);
		linear->said =
			mem_resize(linear->said, linear->said_cap, sizeof(*linear->said));
	}
	struct said *said = &linear->said[linear->said_count++];
	*said = (struct said){.room = *room};
	return said;
}

/* Other rooms: how much waits there, when it has become more. */
static void say_unread(struct ui *ui)
{
	const struct rooms *rooms = &ui->model->rooms;

	for (size_t i = 0; i < rooms->count; i++) {
		const struct room *room = rooms->rows[i];
		struct said *said = said_of(ui->linear, &room->id);
		size_t last = said->unread;
		said->unread = room->unread;
		if (room->unread <= last || id_equal(&room->id, &rooms->current) ||
		    room->level == LEVEL_NONE)
			continue;
		AUTO(str_done) struct str out = STR_INIT;
		room_title(room, &ui->model->people, &out);
		str_addf(&out,
			 Q_(": %zu unread", ": %zu unread", (unsigned long)room->unread),
			 room->unread);
		if (room->mentions)
			str_addf(&out,
				 Q_(", %zu for you", ", %zu for you",
				    (unsigned long)room->mentions),
				 room->mentions);
		say_line(ui, out.ptr);
	}
}

static void say_link(struct ui *ui)
{
	static const char *const words[] = {
		[MODEL_OFFLINE] = N_("offline"),
		[MODEL_CONNECTING] = N_("connecting…"),
		[MODEL_WAITING] = N_("not connected, trying again"),
		[MODEL_ONLINE] = N_("online"),
	};

	if (ui->linear->link == ui->model->link)
		return;
	ui->linear->link = ui->model->link;
	linear_say(ui, _(words[ui->model->link]));
}

void linear_draw(struct ui *ui)
{
	struct room *room = rooms_current(&ui->model->rooms);

	ui->view.model = ui->model;
	ui->view.times = true;
	if (ui->form.kind != UI_FORM_NONE)
		return;
	say_link(ui);
	if (room && !id_equal(&room->id, &ui->linear->room) &&
	    (room->timeline.count || room->timeline.at_start))
		say_room(ui, room);
	if (room && id_equal(&room->id, &ui->linear->room))
		say_new(ui, room);
	say_unread(ui);
	if (room && !room->timeline.loading && !room->timeline.at_start &&
	    timeline_last_seq(&room->timeline) == 0) {
		room->timeline.loading = true;
		ui->hooks->on_history(ui->ctx, &room->id, UI_NEWEST, 0);
	}
}

/* The next question of the form. */
void linear_form(struct ui *ui)
{
	struct form *form = &ui->form;
	AUTO(str_done) struct str ask = STR_INIT;

	set_echo(ui->linear, true);
	if (form->kind == UI_FORM_NONE || form->busy)
		return;
	const struct field *field = &form->fields[form->focus];
	bool password = field->kind == FIELD_PASSWORD;
	str_add(&ask, _(form_label(field->kind)));
	if (field->len && !password)
		str_addf(&ask, " [%s]", field->text);
	str_add(&ask, ": ");
	put(ui, ask.ptr, false);
	set_echo(ui->linear, !password);
}

static void act(struct ui *ui, enum ui_form_act act)
{
	struct ui_values values = form_values(&ui->form);

	ui->hooks->on_form(ui->ctx, ui->form.kind, act, &values);
}

/* A line that answers a question; "/back", "/other", "/again" and "/key" are the form's keys. */
static void answer(struct ui *ui, const char *text, size_t len)
{
	struct form *form = &ui->form;
	struct field *field = &form->fields[form->focus];

	if (ui->linear->quiet)
		write_all(ui->linear, "\n", 1);
	set_echo(ui->linear, true);
	if (strcmp(text, "/back") == 0 && form->kind != UI_FORM_LOCK) {
		act(ui, UI_FORM_BACK);
	} else if (strcmp(text, "/key") == 0 && form->offer.len) {
		act(ui, UI_FORM_KEY);
	} else if (strcmp(text, "/other") == 0) {
		act(ui, UI_FORM_OTHER);
	} else if (strcmp(text, "/again") == 0 && form_has_again(form)) {
		act(ui, UI_FORM_AGAIN);
	} else {
		if (len)
			field->len = field->point = 0;
		if (len)
			form_paste(form, text, len);
		if (form->focus + 1 < form->count) {
			form->focus++;
			linear_form(ui);
		} else {
			form->focus = 0;
			act(ui, UI_FORM_SUBMIT);
		}
	}
}

static void take_line(struct ui *ui, const char *text, size_t len)
{
	ui->input_ms = clock_mono_ms(ui->clock);
	if (ui->form.kind != UI_FORM_NONE)
		answer(ui, text, len);
	else if (len)
		ui_take_line(ui, text, len);
}

/* The first line of what was read; false: its turn has not come, or there is none. */
static bool take_first(struct ui *ui)
{
	struct linear *linear = ui->linear;
	struct str *in = &linear->in;
	const char *end = next_line(linear);

	if (!end && !(linear->ended && in->len))
		return false;
	size_t len = end ? (size_t)(end - in->ptr) : in->len;
	AUTO(mem_freep) char *text = mem_strndup(in->ptr, len);
	bool asked = ui->form.kind != UI_FORM_NONE;
	bool may = !linear->paced ||
		   (asked ? !ui->form.busy : ui->hooks->may_take(ui->ctx, text));
	if (may) {
		explicit_bzero(in->ptr, len);
		str_remove(in, 0, end ? len + 1 : len);
		take_line(ui, text, len);
		ui->dirty = true;
	}
	explicit_bzero(text, len);
	return may;
}

void linear_tick(struct ui *ui)
{
	struct linear *linear = ui->linear;
	bool answers = ui->form.kind != UI_FORM_NONE && ui->form.busy;

	if (!linear->paced)
		return;
	linear->more = take_first(ui);
	if (linear->ended && !linear->in.len && !linear->more && !answers &&
	    ui->hooks->may_take(ui->ctx, NULL))
		ui->hooks->on_quit(ui->ctx);
}

enum err linear_read(struct ui *ui)
{
	struct linear *linear = ui->linear;
	struct pollfd fd = {.fd = linear->in_fd, .events = POLLIN};
	char bytes[4096];

	if (linear->has_tty)
		tty_flush(&linear->tty);
	if (poll(&fd, 1, 0) <= 0)
		return ERR_OK;
	ssize_t got = read(linear->in_fd, bytes, sizeof(bytes));
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return ERR_OK;
	if (got < 0)
		return ERR_CLOSED;
	if (got == 0 && linear->paced) {
		linear->ended = true;
		return ERR_OK;
	}
	if (got == 0) {
		ui->hooks->on_quit(ui->ctx);
		return ERR_CLOSED;
	}
	str_add_len(&linear->in, bytes, (size_t)got);
	explicit_bzero(bytes, (size_t)got);
	while (!linear->paced && take_first(ui))
		continue;
	/* A line that no message can be is cut where the server would refuse it. */
	if (!next_line(linear) && linear->in.len > 4 * LIMIT_TEXT)
		str_cut(&linear->in, 4 * LIMIT_TEXT);
	ui->dirty = true;
	return ERR_OK;
}
