/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the settings of chat-server for the manual of its file; see manual.sh. */
#include <stdio.h>

#include "server/config.h"

int main(void)
{
	AUTO(str_done) struct str text = STR_INIT;

	config_mdoc_file(&text);
	return fputs(text.ptr, stdout) < 0 || fflush(stdout) ? 1 : 0;
}
