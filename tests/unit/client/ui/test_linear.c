/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The front without a screen: what it says, on a pipe. */
#include <unistd.h>

#include "tests/lib/stage.h"

#include "tests/lib/check.h"

static void no_text_reads_as_if_somebody_else_had_spoken(void **state)
{
	struct stage stage;
	char said[4096] = "";
	int pipe_fds[2];

	assert_int_equal(pipe(pipe_fds), 0);
	stage_init_linear(&stage, pipe_fds[1]);
	str_set(&stage.lobby->topic, "disks\nbob: and tapes");
	stage_say(&stage, stage.lobby, &stage.bob,
		  "ok\nalice: I agree (10:32)\r\ncarol: paid\rno");
	struct message *notice =
		stage_say(&stage, stage.lobby, &stage.bob, "a topic: x\ncarol: y");
	notice->flags |= MESSAGE_NOTICE;
	ui_draw(stage.ui);
	stage_done(&stage);
	close(pipe_fds[1]);
	assert_true(read(pipe_fds[0], said, sizeof(said) - 1) > 0);
	close(pipe_fds[0]);
	assert_null(strstr(said, "\nalice: "));
	assert_null(strstr(said, "\ncarol: "));
	assert_null(strstr(said, "\nbob: "));
	assert_null(strchr(said, '\r'));
	assert_non_null(strstr(said, "Bob: ok\n  | alice: I agree (10:32)\n  | carol: "));
	assert_non_null(strstr(said, "a topic: x\n  | carol: y ("));
}

static void an_answer_says_what_it_is_to(void **state)
{
	struct stage stage;
	char said[4096] = "";
	int pipe_fds[2];

	assert_int_equal(pipe(pipe_fds), 0);
	stage_init_linear(&stage, pipe_fds[1]);
	struct message *first =
		stage_say(&stage, stage.lobby, &stage.alice, "at noon?\nBob: or not");
	struct message *answer =
		stage_say(&stage, stage.lobby, &stage.bob, "at one\nor two");
	answer->reply_to = first->cid;
	ui_draw(stage.ui);
	stage_done(&stage);
	close(pipe_fds[1]);
	assert_true(read(pipe_fds[0], said, sizeof(said) - 1) > 0);
	close(pipe_fds[0]);
	assert_non_null(strstr(said, "Bob: at one\n  | or two [to "));
	assert_non_null(strstr(said, ": at noon? Bob: or not] ("));
}

CHECK_MAIN(TEST(an_answer_says_what_it_is_to),
	   TEST(no_text_reads_as_if_somebody_else_had_spoken))
