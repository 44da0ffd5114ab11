/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In a program of its own: readline reads the inputrc once per process. */
#include <stdio.h>
#include <stdlib.h>

#include "client/cmd/cmd.h"
#include "tests/lib/stage.h"

#include "tests/lib/check.h"

static void the_users_inputrc_wins_and_vi_mode_works(void **state)
{
	struct stage stage;
	char path[] = "/tmp/inputrc-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	fputs("set editing-mode vi\n\"\\ek\": \"macro\"\n"
	      "$if chat-client\n\"\\C-t\": \"for us\"\n$endif\n",
	      file);
	fclose(file);
	stage_init_inputrc(&stage, 10, 60, path);
	remove(path);
	cmd_bind(stage.ui);
	stage_type(&stage, "\x14");
	assert_true(stage_shows(&stage, "] for us▮"));
	stage_type(&stage, "\x1b");
	stage_wait(&stage, 60);
	stage_type(&stage, "0dw");
	assert_true(stage_shows(&stage, "] ▮us"));
	stage_type(&stage, "\x1b[5~");
	assert_non_null(strstr(stage_heard(&stage), "command /scroll page-up\n"));
	stage_type(&stage, "A x\r");
	assert_non_null(strstr(stage_heard(&stage), "line 0 us x\n"));
	stage_done(&stage);
}

CHECK_MAIN(TEST(the_users_inputrc_wins_and_vi_mode_works))
