/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One conversation: what PAM asks in secret goes to whoever can be asked, what it tells is
 * told. Questions that echo are answered with the user's name, which is known.
 */
#include "client/unlock/pam.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_PAM
#include <security/pam_appl.h>

#include "common/base/mem.h"
#include "common/crypto/secret.h"

#define SERVICE "chat-client"

struct talk {
	const struct ask *ask;
	const char *user;
	enum err err; /* ERR_SHUT: somebody had to be asked, and nobody could */
};

/* PAM frees it with free(), which is what mem_free() is. */
static char *answer_to(struct talk *talk, const struct pam_message *message)
{
	AUTO(buf_wipe) struct buf text = BUF_INIT;

	if (message->msg_style == PAM_PROMPT_ECHO_ON)
		return mem_strndup(talk->user, strlen(talk->user));
	enum err err = talk->ask->secret(talk->ask, message->msg, &text);
	if (err != ERR_OK) {
		talk->err = err;
		return NULL;
	}
	return mem_strndup((const char *)text.ptr, text.len);
}

static void drop_answers(struct pam_response *answers, int count)
{
	for (int i = 0; i < count; i++) {
		if (answers[i].resp)
			wipe(answers[i].resp, strlen(answers[i].resp));
		mem_free(answers[i].resp);
	}
	mem_free(answers);
}

static int converse(int count, const struct pam_message **messages,
		    struct pam_response **ret_answers, void *ctx)
{
	struct talk *talk = ctx;

	if (count <= 0 || count > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	struct pam_response *answers = mem_alloc((size_t)count, sizeof(*answers));
	for (int i = 0; i < count; i++) {
		int style = messages[i]->msg_style;
		if (style == PAM_ERROR_MSG || style == PAM_TEXT_INFO) {
			talk->ask->say(talk->ask, messages[i]->msg);
			continue;
		}
		answers[i].resp = answer_to(talk, messages[i]);
		if (!answers[i].resp) {
			drop_answers(answers, count);
			return PAM_CONV_ERR;
		}
	}
	*ret_answers = answers;
	return PAM_SUCCESS;
}

bool pam_there(void)
{
	return true;
}

enum err pam_check(const struct ask *ask)
{
	const struct passwd *user = getpwuid(geteuid());
	struct talk talk = {.ask = ask, .err = ERR_FORBIDDEN};
	const struct pam_conv conv = {converse, &talk};
	pam_handle_t *handle = NULL;

	if (!user)
		return ERR_STATE;
	/* getpwuid()'s memory is anybody's who asks it next. */
	AUTO(mem_freep) char *name = mem_strndup(user->pw_name, strlen(user->pw_name));
	talk.user = name;
	int status = pam_start(SERVICE, name, &conv, &handle);
	if (status != PAM_SUCCESS) /* neither the service nor `other` */
		return ERR_FORBIDDEN;
	status = pam_authenticate(handle, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
	pam_end(handle, status);
	return status == PAM_SUCCESS ? ERR_OK : talk.err;
}

#else

bool pam_there(void)
{
	return false;
}

enum err pam_check(const struct ask *ask)
{
	return ERR_STATE;
}

#endif
