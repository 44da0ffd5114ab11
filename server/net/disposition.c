/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is not plain is two hexadecimal digits: no byte of a name ends the header. */
#include "server/net/disposition.h"

#include <string.h>

void disposition_write(struct bytes name, struct str *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-_~";

	str_add(out, "attachment; filename*=UTF-8''");
	for (size_t i = 0; i < name.len; i++) {
		if (memchr(plain, name.ptr[i], sizeof(plain) - 1))
			str_add_char(out, (char)name.ptr[i]);
		else
			str_addf(out, "%%%02X", name.ptr[i]);
	}
}
