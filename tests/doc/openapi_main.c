/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the OpenAPI document as the server gives it, for whoever needs it without one. */
#include <stdio.h>

#include "server/rest/openapi.h"

int main(void)
{
	AUTO(buf_done) struct buf document = BUF_INIT;

	openapi_write(&document);
	return fwrite(document.ptr, 1, document.len, stdout) != document.len ||
	       fflush(stdout);
}
