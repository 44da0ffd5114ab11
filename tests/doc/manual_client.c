/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the options of chat-client for its manual; see manual.sh. */
#include <stdio.h>

#include "client/profile.h"

int main(void)
{
	AUTO(str_done) struct str text = STR_INIT;

	profile_mdoc(&text);
	return fputs(text.ptr, stdout) < 0 || fflush(stdout) ? 1 : 0;
}
