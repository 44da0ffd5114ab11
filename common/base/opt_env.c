/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options from the environment: the variable of every row that may have one is looked up.
 * A row that runs programs has none: whoever can set a variable (a web server, sudo, an
 * sshd with AcceptEnv) must not be able to start something.
 */
#include "common/base/opt.h"

#include "common/base/opt_read.h"

enum err opts_read_env(struct opts *opts, opt_env_fn *get, void *ctx, struct str *why)
{
	enum err result = ERR_OK;

	for (unsigned id = 0; id < opts->count; id++) {
		struct opt_name name = opt_env_name(&opts->rows[id]);
		struct opt_place place = {OPT_FROM_ENV, name.text, 0, why};
		const char *text =
			opt_in_env(&opts->rows[id]) ? get(name.text, ctx) : NULL;
		if (!text)
			continue;
		enum err err = opt_set(opts, id, text, &place);
		if (err != ERR_OK)
			result = err;
	}
	opt_told(why);
	return result;
}
