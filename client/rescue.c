/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a signal handler needs has to lie where it finds it: the two variables here are
 * written before the handlers are set and only read by them.
 */
#include "client/rescue.h"

#include <signal.h>
#include <unistd.h>

#include "client/ui/ui.h"
#include "common/base/attr.h"

static struct ui_rescue rescue = {.fd = -1};
static volatile sig_atomic_t late_code;

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/* SA_RESETHAND: the second time is the default, which ends the process with a core where
 * the user wants one. */
static void on_crash(int number)
{
	screen_restore(&rescue);
	raise(number);
}

static void on_late(int number)
{
	screen_restore(&rescue);
	_exit(late_code);
}

void rescue_arm(const struct ui *ui)
{
	struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_RESETHAND};

	ui_rescue(ui, &rescue);
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		sigaction(crashes[i], &action, NULL);
}

void rescue_disarm(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		sigaction(crashes[i], &action, NULL);
	rescue.fd = -1;
}

void rescue_deadline(unsigned seconds, int exit_code)
{
	struct sigaction action = {.sa_handler = on_late};

	late_code = exit_code;
	sigaction(SIGALRM, &action, NULL);
	alarm(seconds);
}
