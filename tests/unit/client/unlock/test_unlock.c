/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the key of a store is kept: the file, each method, changes between them, kill -9 in
 * the middle of one, and what must not be found in the folder. */
#include "client/unlock/unlock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client/unlock/keyring.h"
#include "common/crypto/hash.h"
#include "common/os/file.h"
#include "tests/lib/check.h"
#include "tests/lib/scratch.h"

#define GOOD  "correct horse battery"
#define OTHER "another passphrase"

/* ---- a token in software ---- */

struct soft_token {
	struct token token; /* first */
	uint8_t seed;       /* two tokens differ in it */
	const char *pin;    /* NULL: it has none */
	bool touched;
	bool fickle;     /* it makes another secret each time */
	uint8_t secrets; /* that it has made */
};

static enum err soft_may(const struct soft_token *soft, const char *pin)
{
	if (soft->pin && strcmp(pin, soft->pin) != 0)
		return ERR_WRONG_KEY;
	return soft->touched ? ERR_OK : ERR_FORBIDDEN;
}

static enum err soft_make(const struct token *token, const char *pin, struct box *box)
{
	const struct soft_token *soft = (const struct soft_token *)token;

	box->credential_len = 40;
	memset(box->credential, soft->seed, box->credential_len);
	box->pin = soft->pin != NULL;
	return soft_may(soft, pin);
}

static enum err soft_secret(const struct token *token, const char *pin,
			    const struct box *box, struct secret *ret)
{
	struct soft_token *soft = (struct soft_token *)(uintptr_t)token;
	enum err err = soft_may(soft, pin);

	if (err != ERR_OK)
		return err;
	if (box->credential[0] != soft->seed)
		return ERR_NOT_FOUND;
	uint8_t seed = soft->fickle ? ++soft->secrets : soft->seed;
	hmac_sha256(bytes_of(&seed, 1), bytes_of(box->token_salt, BOX_SALT_LEN),
		    secret_room(ret, BOX_KEY_LEN));
	return ERR_OK;
}

/* ---- who is asked ---- */

static unsigned paused;

struct script {
	struct ask ask; /* first */
	const char *answers[8];
	unsigned asked;
	char prompts[512];
};

static enum err script_secret(const struct ask *ask, const char *prompt, struct buf *ret)
{
	struct script *script = (struct script *)(uintptr_t)ask;
	const char *answer = script->answers[script->asked];

	if (!answer)
		return ERR_SHUT;
	script->asked++;
	buf_add(ret, answer, strlen(answer));
	return ERR_OK;
}

static void script_say(const struct ask *ask, const char *text)
{
	struct script *script = (struct script *)(uintptr_t)ask;

	size_t len = strlen(script->prompts);

	snprintf(script->prompts + len, sizeof(script->prompts) - len, "%s", text);
}

static void script_pause(const struct ask *ask, unsigned seconds)
{
	paused += seconds;
}

static struct script script_of(const char *one, const char *two, const char *three)
{
	return (struct script){.ask = {.secret = script_secret,
				       .pause = script_pause,
				       .say = script_say},
			       .answers = {one, two, three}};
}

static enum err presence; /* what PAM says */

static enum err fake_presence(const struct ask *ask)
{
	return presence;
}

/* ---- a profile's folder ---- */

struct scene {
	struct scratch scratch;
	struct str dir;
	struct soft_token soft;
	struct unlock_parts parts;
	struct unlock unlock;
	struct str why;
};

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	check_ok(crypto_init());
	scratch_init(&scene->scratch);
	scene->dir = scene->why = STR_INIT;
	scratch_file(&scene->scratch, "profile", &scene->dir);
	scene->soft = (struct soft_token){
		.token = {soft_make, soft_secret}, .seed = 7, .touched = true};
	scene->parts = (struct unlock_parts){.random = &random_system,
					     .token = &scene->soft.token,
					     .presence = fake_presence,
					     .has_presence = true,
					     .cost = {.passes = 1, .memory = 8192}};
	presence = ERR_OK;
	paused = 0;
	unlock_init(&scene->unlock, &scene->parts, scene->dir.ptr);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	unlock_done(&scene->unlock);
	str_done(&scene->dir);
	str_done(&scene->why);
	scratch_done(&scene->scratch);
	free(scene);
	return 0;
}

#define SCENE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

/* As if the program began again. */
static enum err again(struct scene *scene, const struct ask *ask)
{
	uint64_t keep_ms = scene->unlock.keep_ms;

	unlock_done(&scene->unlock);
	unlock_init(&scene->unlock, &scene->parts, scene->dir.ptr);
	scene->unlock.keep_ms = keep_ms;
	str_clear(&scene->why);
	return unlock_open(&scene->unlock, ask, NULL, &scene->why);
}

static void first(struct scene *scene, uint8_t ret_key[BOX_KEY_LEN])
{
	check_ok(again(scene, &ask_nobody));
	memcpy(ret_key, root_view(scene->unlock.key).ptr, BOX_KEY_LEN);
}

static void has_key(const struct scene *scene, const uint8_t key[BOX_KEY_LEN])
{
	assert_memory_equal(root_view(scene->unlock.key).ptr, key, BOX_KEY_LEN);
}

static void set(struct scene *scene, enum unlock_method method, bool present,
		const char *secret)
{
	check_ok(unlock_set(&scene->unlock, method, present, bytes_text(secret),
			    &ask_nobody));
}

static void read_key_file(const struct scene *scene, struct buf *ret)
{
	AUTO(str_done) struct str path = STR_INIT;

	str_addf(&path, "%s/key", scene->dir.ptr);
	check_ok(file_read_secret(path.ptr, BOX_FILE_MOST, ret));
}

static void write_key_file(const struct scene *scene, struct bytes bytes)
{
	AUTO(str_done) struct str path = STR_INIT;

	str_addf(&path, "%s/key", scene->dir.ptr);
	check_ok(file_make_private(scene->dir.ptr));
	check_ok(file_replace(path.ptr, bytes, 0600));
}

/* ---- methods ---- */

static void a_new_profile_gets_a_key_file(void **state)
{
	struct scene *scene = *state;
	uint8_t key[BOX_KEY_LEN];

	first(scene, key);
	check_ok(again(scene, &ask_nobody));
	has_key(scene, key);
	assert_string_equal(unlock_word(&scene->unlock.kept), "file");
	assert_false(unlock_can_ask(&scene->unlock));
}

static void the_form_before_is_read(void **state)
{
	struct scene *scene = *state;
	uint8_t key[BOX_KEY_LEN] = "thirty-two bytes as of version 1";

	write_key_file(scene, bytes_of(key, sizeof(key)));
	check_ok(again(scene, &ask_nobody));
	has_key(scene, key);
	set(scene, UNLOCK_PASSPHRASE, false, GOOD);
	struct script script = script_of(GOOD, NULL, NULL);
	check_ok(again(scene, &script.ask));
	has_key(scene, key);
}

static void a_passphrase_opens_it(void **state)
{
	static const struct opt_row rows[] = {
		{.name = "command", .type = OPT_TEXT, OPT_ANY, .fallback = "echo " GOOD},
		{.name = "file", .type = OPT_TEXT, OPT_ANY, .fallback = ""},
	};
	struct scene *scene = *state;
	struct opts opts;
	const struct source program = {.opts = &opts, .command = 0, .file = 1};
	struct script script = script_of(GOOD, NULL, NULL);
	uint8_t key[BOX_KEY_LEN];

	first(scene, key);
	set(scene, UNLOCK_PASSPHRASE, false, GOOD);
	check_ok(again(scene, &script.ask));
	has_key(scene, key);
	/* From a program, without anybody to ask. */
	unlock_done(&scene->unlock);
	unlock_init(&scene->unlock, &scene->parts, scene->dir.ptr);
	opts_init(&opts, rows, ARRAY_LEN(rows), NULL);
	check_ok(unlock_open(&scene->unlock, &ask_nobody, &program, &scene->why));
	opts_done(&opts);
	has_key(scene, key);
}

static void a_wrong_one_is_told_slowly_and_changes_nothing(void **state)
{
	struct scene *scene = *state;
	struct script wrong = script_of("wrong", "wronger", "wrongest");
	struct script late = script_of("wrong", GOOD, NULL);
	AUTO(buf_wipe) struct buf before = BUF_INIT, after = BUF_INIT;
	uint8_t key[BOX_KEY_LEN];

	first(scene, key);
	set(scene, UNLOCK_PASSPHRASE, false, GOOD);
	read_key_file(scene, &before);
	check_err(again(scene, &wrong.ask), ERR_SHUT);
	assert_int_equal(wrong.asked, UNLOCK_TRIES);
	assert_int_equal(paused, 3);
	assert_null(scene->unlock.key);
	assert_non_null(strstr(scene->why.ptr, "Nothing was changed"));
	read_key_file(scene, &after);
	assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
	check_ok(again(scene, &late.ask));
	has_key(scene, key);
}

static void where_nobody_can_be_asked_it_stays_locked(void **state)
{
	struct scene *scene = *state;
	uint8_t key[BOX_KEY_LEN];

	first(scene, key);
	set(scene, UNLOCK_PASSPHRASE, false, GOOD);
	check_err(again(scene, &ask_nobody), ERR_SHUT);
	assert_non_null(strstr(scene->why.ptr, "--passphrase-file"));
}

static void the_passphrase_changes_and_the_key_stays(void **state)
{
	struct scene *scene = *state;
	struct script old = script_of(GOOD, GOOD, GOOD),
		      new = script_of(OTHER, NULL, NULL);
	uint8_t key[BOX_KEY_LEN];

	first(scene, key);
	set(scene, UNLOCK_PASSPHRASE, false, GOOD);
	set(scene, UNLOCK_PASSPHRASE, false, OTHER);
	check_err(again(scene, &old.ask), ERR_SHUT);
	check_ok(again(scene, &new.ask));
	has_key(scene, key);
	set(scene, UNLOCK_FILE, false, "");
	check_ok(again(scene, &ask_nobody));
	has_key(scene, key);
	check_err(unlock_set(&scene->unlock, UNLOCK_PASSPHRASE, false,
			     bytes_text("short"), &ask_nobody),
		  ERR_WEAK_PASSWORD);
	check_ok(again(scene, &ask_nobody));
}

static void a_token_opens_it_when_touched(void **state)
{
	struct scene *scene = *state;
	struct script script = script_of(NULL, NULL, NULL);
	uint8_t key[BOX_KEY_LEN];

	first(scene, key);
	set(scene, UNLOCK_TOKEN, false, "");
	check_ok(again(scene, &script.ask));
	has_key(scene, key);
	assert_non_null(strstr(script.prompts, "touch"));
	scene->soft.touched = false;
	check_err(again(scene, &script.ask), ERR_FORBIDDEN);
	scene->soft.touched = true;
	scene->soft.seed = 8;
	check_err(again(scene, &script.ask), ERR_NOT_FOUND);
	scene->parts.token = NULL;
	check_err(again(scene, &script.ask), ERR_STATE);
}

static void a_token_with_a_pin_asks_for_it(void **state)
{
	struct scene *scene = *state;
	struct script script = script_of("0000", "1234", NULL);
	uint8_t key[BOX_KEY_LEN];

	first(scene, key);
	scene->soft.pin = "1234";
	check_err(unlock_set(&scene->unlock, UNLOCK_TOKEN, false, bytes_text("9999"),
			     &ask_nobody),
		  ERR_WRONG_KEY);
	check_ok(again(scene, &ask_nobody)); /* nothing was changed */
	set(scene, UNLOCK_TOKEN, false, "1234");
	check_ok(again(scene, &script.ask));
	assert_int_equal(script.asked, 2);
	has_key(scene, key);
}

static void presence_is_looked_for_first(void **state)
{
	struct scene *scene = *state;
	uint8_t key[BOX_KEY_LEN];

	first(scene, key);
	set(scene, UNLOCK_FILE, true, "");
	assert_string_equal(unlock_word(&scene->unlock.kept), "pam");
	check_ok(again(scene, &ask_nobody));
	has_key(scene, key);
	presence = ERR_FORBIDDEN;
	check_err(again(scene, &ask_nobody), ERR_FORBIDDEN);
	scene->parts.has_presence = false;
	presence = ERR_OK;
	check_ok(again(scene, &ask_nobody));
	check_err(unlock_set(&scene->unlock, UNLOCK_FILE, true, bytes_text(""),
			     &ask_nobody),
		  ERR_STATE);
}

/* Chosen while @unlock's file is that of before, it is refused, told, and nothing changes. */
static void refuse(struct scene *scene, enum unlock_method method, bool present,
		   enum err wanted, const char *told)
{
	AUTO(buf_wipe) struct buf before = BUF_INIT, after = BUF_INIT;
	AUTO(str_done) struct str text = STR_INIT;
	const char *word = unlock_word(&scene->unlock.kept);

	read_key_file(scene, &before);
	enum err err =
		unlock_set(&scene->unlock, method, present, bytes_text(""), &ask_nobody);
	check_err(err, wanted);
	unlock_refusal(&scene->unlock, method, present, err, &text);
	assert_non_null(strstr(text.ptr, told));
	assert_non_null(strstr(text.ptr, "as before"));
	read_key_file(scene, &after);
	assert_true(bytes_equal(buf_view(&before), buf_view(&after)));
	assert_string_equal(unlock_word(&scene->unlock.kept), word);
}

static void a_way_that_does_not_open_it_is_not_taken(void **state)
{
	struct scene *scene = *state;
	uint8_t key[BOX_KEY_LEN];

	first(scene, key);
	presence = ERR_FORBIDDEN;
	refuse(scene, UNLOCK_FILE, true, ERR_FORBIDDEN, "/etc/pam.d/chat-client");
	presence = ERR_STATE;
	refuse(scene, UNLOCK_FILE, true, ERR_STATE, "/etc/pam.d/chat-client");
	presence = ERR_SHUT;
	refuse(scene, UNLOCK_FILE, true, ERR_SHUT, "terminal");
	refuse(scene, UNLOCK_PASSPHRASE, false, ERR_WEAK_PASSWORD, "at least 8");
	scene->soft.fickle = true;
	refuse(scene, UNLOCK_TOKEN, false, ERR_WRONG_KEY, "token");
	scene->soft.touched = false;
	refuse(scene, UNLOCK_TOKEN, false, ERR_FORBIDDEN, "not touched");
	scene->unlock.parts.token = NULL;
	refuse(scene, UNLOCK_TOKEN, false, ERR_STATE, "built without");
	check_ok(again(scene, &ask_nobody));
	has_key(scene, key);
}

static void a_locked_screen_takes_what_opened_the_store(void **state)
{
	struct scene *scene = *state;
	uint8_t key[BOX_KEY_LEN];
	struct ask good = ask_answer(bytes_text(GOOD)),
		   bad = ask_answer(bytes_text("no"));

	first(scene, key);
	check_err(unlock_try(&scene->unlock, &good), ERR_STATE);
	set(scene, UNLOCK_PASSPHRASE, false, GOOD);
	assert_true(unlock_can_ask(&scene->unlock));
	check_ok(unlock_try(&scene->unlock, &good));
	check_err(unlock_try(&scene->unlock, &bad), ERR_WRONG_KEY);
	set(scene, UNLOCK_FILE, true, "");
	check_ok(unlock_try(&scene->unlock, &good));
	presence = ERR_FORBIDDEN;
	check_err(unlock_try(&scene->unlock, &good), ERR_FORBIDDEN);
}

static void the_keyring_remembers_for_a_while(void **state)
{
	struct scene *scene = *state;
	struct script script = script_of(GOOD, NULL, NULL);
	AUTO(secret_done) struct secret probe = SECRET_INIT;
	AUTO(str_done) struct str name = STR_INIT;
	uint8_t key[BOX_KEY_LEN];

	random_secret(&random_system, 32, &probe);
	str_addf(&name, "chat-test:%s", scene->dir.ptr);
	if (keyring_put(name.ptr, &probe, 1000) != ERR_OK)
		skip();
	keyring_drop(name.ptr);
	check_err(keyring_get(name.ptr, &probe), ERR_NOT_FOUND);
	first(scene, key);
	set(scene, UNLOCK_PASSPHRASE, false, GOOD);
	scene->unlock.keep_ms = 60000;
	check_ok(again(scene, &script.ask));
	check_ok(again(scene, &ask_nobody));
	has_key(scene, key);
	/* It remembers what opened the box, so another passphrase ends that. */
	set(scene, UNLOCK_PASSPHRASE, false, OTHER);
	check_err(again(scene, &ask_nobody), ERR_SHUT);
}

/* ---- the file ---- */

static void a_damaged_file_is_told_from_a_wrong_passphrase(void **state)
{
	struct scene *scene = *state;
	AUTO(buf_wipe) struct buf file = BUF_INIT;
	uint8_t key[BOX_KEY_LEN];

	first(scene, key);
	set(scene, UNLOCK_TOKEN, false, "");
	set(scene, UNLOCK_PASSPHRASE, false, GOOD);
	read_key_file(scene, &file);
	for (size_t bit = 0; bit < file.len * 8; bit++) {
		struct box box;
		file.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(box_decode(buf_view(&file), &box), ERR_OK);
		file.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t len = 0; len < file.len; len++) {
		struct box box;
		enum err err = box_decode(bytes_of(file.ptr, len), &box);
		/* 32 bytes are the form before, whatever they are. */
		if (len != BOX_KEY_LEN)
			check_err(err, ERR_CORRUPT);
	}
}

static void a_store_without_its_key_is_not_given_another(void **state)
{
	struct scene *scene = *state;
	AUTO(str_done) struct str path = STR_INIT;

	check_ok(file_make_private(scene->dir.ptr));
	str_addf(&path, "%s/store.db", scene->dir.ptr);
	check_ok(file_replace(path.ptr, bytes_text("a store"), 0600));
	check_err(again(scene, &ask_nobody), ERR_NOT_FOUND);
	str_clear(&path);
	str_addf(&path, "%s/key", scene->dir.ptr);
	assert_int_not_equal(access(path.ptr, F_OK), 0);
}

static void neither_key_nor_passphrase_lies_in_the_folder(void **state)
{
	struct scene *scene = *state;
	AUTO(buf_wipe) struct buf file = BUF_INIT;
	uint8_t key[BOX_KEY_LEN];

	first(scene, key);
	for (int token = 0; token < 2; token++) {
		set(scene, token ? UNLOCK_TOKEN : UNLOCK_PASSPHRASE, false,
		    token ? "" : GOOD);
		buf_clear(&file);
		read_key_file(scene, &file);
		for (size_t i = 0; i + 4 <= sizeof(key); i++)
			assert_null(memmem(file.ptr, file.len, key + i, 4));
		for (size_t i = 0; i + 4 <= strlen(GOOD); i++)
			assert_null(memmem(file.ptr, file.len, &GOOD[i], 4));
	}
}

/* A child changes the passphrase over and over and is killed at some moment: the file opens
 * with one of the two, each time with the same key. */
static void kill_9_in_a_change_never_loses_the_key(void **state)
{
	struct scene *scene = *state;
	uint8_t key[BOX_KEY_LEN];
	unsigned old = 0, new = 0;

	first(scene, key);
	set(scene, UNLOCK_PASSPHRASE, false, GOOD);
	/* A slow machine gets more time in each round, until both were met. */
	for (unsigned i = 0; i < 120 || ((old <= 5 || new <= 5) && i < 2400); i++) {
		struct timespec delay = {.tv_nsec = (long)(i * 41 % 120) * 40000 *
						    (1 + i / 120)};
		pid_t pid = fork();
		if (pid == 0) {
			for (unsigned turn = 0;; turn++)
				if (unlock_set(&scene->unlock, UNLOCK_PASSPHRASE, false,
					       bytes_text(turn % 2 ? GOOD : OTHER),
					       &ask_nobody) != ERR_OK)
					_exit(1);
		}
		nanosleep(&delay, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		struct script either = script_of(GOOD, OTHER, NULL);
		check_ok(again(scene, &either.ask));
		has_key(scene, key);
		old += either.asked == 1;
		new += either.asked == 2;
	}
	/* Both sides of the moment were met, else the test shows nothing. */
	assert_true(old > 5 && new > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_new_profile_gets_a_key_file),
		SCENE(the_form_before_is_read),
		SCENE(a_passphrase_opens_it),
		SCENE(a_wrong_one_is_told_slowly_and_changes_nothing),
		SCENE(where_nobody_can_be_asked_it_stays_locked),
		SCENE(the_passphrase_changes_and_the_key_stays),
		SCENE(a_token_opens_it_when_touched),
		SCENE(a_token_with_a_pin_asks_for_it),
		SCENE(presence_is_looked_for_first),
		SCENE(a_way_that_does_not_open_it_is_not_taken),
		SCENE(a_locked_screen_takes_what_opened_the_store),
		SCENE(the_keyring_remembers_for_a_while),
		SCENE(a_damaged_file_is_told_from_a_wrong_passphrase),
		SCENE(a_store_without_its_key_is_not_given_another),
		SCENE(neither_key_nor_passphrase_lies_in_the_folder),
		SCENE(kill_9_in_a_change_never_loses_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
