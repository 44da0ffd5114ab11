/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The terminal is given back also when the program crashes, and the program ends also when
 *  something in its end hangs. Thread: ui. */
#ifndef CHAT_CLIENT_RESCUE_H
#define CHAT_CLIENT_RESCUE_H

struct ui;

/** From now on a crash restores the terminal of @ui first. */
void rescue_arm(const struct ui *ui);
void rescue_disarm(void);
/** The end has begun: if it has not come in @seconds, it comes by force with @exit_code. */
void rescue_deadline(unsigned seconds, int exit_code);

#endif
