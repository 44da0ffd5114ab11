/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints doc/REFERENCE.md; `make reference` puts it in its place. */
#include <stdio.h>

#include "tests/doc/reference.h"

int main(void)
{
	AUTO(str_done) struct str page = STR_INIT;

	reference_write(&page);
	return fputs(page.ptr, stdout) < 0 || fflush(stdout) ? 1 : 0;
}
