/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the options of chat-server for its manual; see manual.sh. */
#include <stdio.h>

#include "server/config.h"

int main(void)
{
	AUTO(str_done) struct str text = STR_INIT;

	config_mdoc(&text);
	return fputs(text.ptr, stdout) < 0 || fflush(stdout) ? 1 : 0;
}
