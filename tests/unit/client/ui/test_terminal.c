/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal as a file, on a pty whose other end this test holds; and the linear front
 * on a pipe. */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/ui/screen_curses.h"
#include "common/os/lang.h"
#include "tests/lib/fake_clock.h"

#include "tests/lib/check.h"

/* ncurses keeps what it had begun for a terminal that it then did not know. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libtinfo\nleak:libncursesw";
}

struct pty {
	int master, slave;
	struct tty tty;
};

static void pty_init(struct pty *pty)
{
	struct winsize size = {.ws_row = 5, .ws_col = 20};

	lang_init();
	assert_int_equal(openpty(&pty->master, &pty->slave, NULL, NULL, &size), 0);
	assert_int_equal(fcntl(pty->master, F_SETFL, O_NONBLOCK), 0);
	check_ok(tty_open(&pty->tty, pty->slave, pty->slave));
}

static void pty_done(struct pty *pty)
{
	tty_close(&pty->tty);
	close(pty->slave);
	if (pty->master >= 0)
		close(pty->master);
}

/* What has come out so far. */
static void take(struct pty *pty, struct str *out)
{
	char bytes[4096];
	ssize_t got;

	while ((got = read(pty->master, bytes, sizeof(bytes))) > 0)
		str_add_len(out, bytes, (size_t)got);
}

static void the_shells_description_stays_blocking(void **state)
{
	AUTO(pty_done) struct pty pty;

	pty_init(&pty);
	assert_false(fcntl(pty.slave, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(pty.tty.fd, F_GETFL) & O_NONBLOCK);
}

static void a_terminal_that_nobody_reads_queues_and_never_blocks(void **state)
{
	AUTO(pty_done) struct pty pty;
	AUTO(str_done) struct str out = STR_INIT;
	static char block[65536];

	pty_init(&pty);
	tty_raw(&pty.tty);
	memset(block, 'x', sizeof(block));
	tty_write(&pty.tty, block, sizeof(block));
	assert_true(pty.tty.out.len > 0);
	assert_false(tty_drain(&pty.tty, 10));
	while (!tty_flush(&pty.tty))
		take(&pty, &out);
	take(&pty, &out);
	assert_int_equal(out.len, sizeof(block));
}

static void a_terminal_that_is_gone_says_closed(void **state)
{
	AUTO(pty_done) struct pty pty;
	char bytes[16];
	size_t len;

	pty_init(&pty);
	close(pty.master);
	pty.master = -1;
	check_err(tty_read(&pty.tty, bytes, sizeof(bytes), &len), ERR_CLOSED);
	tty_write(&pty.tty, "x", 1);
	assert_int_equal(pty.tty.out.len, 0);
}

static void modes_are_restored_also_by_a_crash_handler(void **state)
{
	AUTO(pty_done) struct pty pty;
	AUTO(str_done) struct str out = STR_INIT;
	struct termios before, raw, after;
	struct ui_rescue rescue;

	pty_init(&pty);
	tcgetattr(pty.slave, &before);
	tty_raw(&pty.tty);
	tcgetattr(pty.slave, &raw);
	assert_false(raw.c_lflag & (ICANON | ECHO | ISIG));
	rescue = (struct ui_rescue){.fd = pty.tty.fd, .termios = pty.tty.saved};
	memcpy(rescue.bytes, "bye", 3);
	rescue.len = 3;
	screen_restore(&rescue);
	tcgetattr(pty.slave, &after);
	assert_int_equal(before.c_iflag, after.c_iflag);
	assert_int_equal(before.c_oflag, after.c_oflag);
	assert_int_equal(before.c_lflag, after.c_lflag);
	assert_memory_equal(before.c_cc, after.c_cc, NCCS);
	take(&pty, &out);
	assert_string_equal(out.ptr, "bye");
	screen_restore(&(struct ui_rescue){.fd = -1});
}

static void no_terminal_is_an_error(void **state)
{
	int pipes[2];
	struct tty tty;

	assert_int_equal(pipe(pipes), 0);
	check_err(tty_open(&tty, pipes[0], pipes[1]), ERR_IO);
	close(pipes[0]);
	close(pipes[1]);
}

static void unknown_terminals_are_taken_for_xterm_or_refused(void **state)
{
	static const struct {
		const char *term;
		enum err want;
	} rows[] = {{"linux", ERR_OK},         {"screen-256color", ERR_OK},
		    {"vt220", ERR_OK},         {"xterm-kitty-of-tomorrow", ERR_OK},
		    {"xterm-ghostty", ERR_OK}, {"foot", ERR_OK},
		    {"dumb", ERR_NOT_FOUND},   {"nonsense", ERR_NOT_FOUND},
		    {"", ERR_NOT_FOUND}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(pty_done) struct pty pty;
		struct screen *screen = NULL;
		struct screen_facts facts;
		pty_init(&pty);
		check_err(screen_curses_new(&screen, &pty.tty, rows[i].term, &facts),
			  rows[i].want);
		screen_close(&screen);
	}
}

static void every_mode_that_is_set_is_taken_back(void **state)
{
	static const char *const modes[] = {"2004", "1000", "1006", "1004", "1049"};
	AUTO(pty_done) struct pty pty;
	AUTO(str_done) struct str out = STR_INIT;
	struct screen *screen = NULL;
	struct screen_facts facts;

	pty_init(&pty);
	check_ok(screen_curses_new(&screen, &pty.tty, "xterm-256color", &facts));
	screen_put(screen, 0, 0, 20, STYLE_PLAIN, "👨‍👩‍👧 x",
		   strlen("👨‍👩‍👧 x"));
	check_ok(screen_flush(screen));
	screen_suspend(screen);
	check_err(screen_flush(screen), ERR_STATE);
	screen_resume(screen);
	check_ok(screen_flush(screen));
	screen_close(&screen);
	take(&pty, &out);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		AUTO(str_done) struct str on = STR_INIT;
		AUTO(str_done) struct str off = STR_INIT;
		size_t ons = 0, offs = 0;
		str_addf(&on, "\x1b[?%sh", modes[i]);
		str_addf(&off, "\x1b[?%sl", modes[i]);
		for (const char *at = out.ptr; (at = strstr(at, on.ptr)); at++)
			ons++;
		for (const char *at = out.ptr; (at = strstr(at, off.ptr)); at++)
			offs++;
		assert_int_equal(ons, 2);
		assert_int_equal(offs, 2);
	}
}

CHECK_MAIN(TEST(the_shells_description_stays_blocking),
	   TEST(a_terminal_that_nobody_reads_queues_and_never_blocks),
	   TEST(a_terminal_that_is_gone_says_closed),
	   TEST(modes_are_restored_also_by_a_crash_handler),
	   TEST(no_terminal_is_an_error),
	   TEST(unknown_terminals_are_taken_for_xterm_or_refused),
	   TEST(every_mode_that_is_set_is_taken_back))
