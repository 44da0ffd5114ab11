/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The adapter of cJSON. cJSON accepts invalid UTF-8, a thousand levels, trailing bytes and
 * cuts text at an escaped NUL, so a scan refuses those first, and the end is checked after.
 *
 * Most of what comes is one flat object of plain texts and numbers, and cJSON takes two
 * allocations for each of its members. Such an object is read here, into items of cJSON
 * that lie in one piece of memory; whatever is the least unusual is left to the library, so
 * there is no document of which the two could think differently.
 */
#include "common/proto/json.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/utf8.h"
#include "common/proto/limits.h"

#define FLAT_MOST 16 /* members; more is no frame that comes often */

/* One allocation of the document's arena, followed by its bytes. */
struct kept {
	struct kept *next;
	void *memory;
};

struct json {
	cJSON *root; /* cJSON's, or the first of the items below */
	struct kept *kept;
	bool flat;
	cJSON items[]; /* and behind them the text they point into */
};

/* What a scan finds. */
struct outline {
	unsigned depth, deepest;
	size_t commas;
	bool escapes;
};

/* The length of the string that opens at @text[0], quotes included; 0: malformed. */
static size_t scan_string(const uint8_t *text, size_t len, struct outline *outline)
{
	for (size_t at = 1; at < len; at++) {
		if (text[at] < 0x20)
			return 0;
		if (text[at] == '"')
			return at + 1;
		if (text[at] != '\\')
			continue;
		outline->escapes = true;
		if (len - at >= 6 && memcmp(text + at, "\\u0000", 6) == 0)
			return 0;
		at++;
	}
	return 0;
}

static enum err scan(struct bytes text, struct outline *ret_outline)
{
	struct outline outline = {0};

	for (size_t at = 0; at < text.len; at++) {
		switch (text.ptr[at]) {
		case '"': {
			size_t used = scan_string(text.ptr + at, text.len - at, &outline);
			if (used == 0)
				return ERR_BAD;
			at += used - 1;
			break;
		}
		case '{':
		case '[':
			if (++outline.depth > LIMIT_JSON_DEPTH)
				return ERR_BAD;
			if (outline.depth > outline.deepest)
				outline.deepest = outline.depth;
			break;
		case '}':
		case ']':
			if (outline.depth == 0)
				return ERR_BAD;
			outline.depth--;
			break;
		case ',': outline.commas++; break;
		case '\0': return ERR_BAD;
		default: break;
		}
	}
	*ret_outline = outline;
	return outline.depth == 0 ? ERR_OK : ERR_BAD;
}

/* ---- one flat object ---- */

/* Cut the text that stands at *@at in quotes out and end it where its quote was. */
static char *flat_text(char **at)
{
	char *start = *at + 1, *end = **at == '"' ? strchr(start, '"') : NULL;

	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return start;
}

static bool flat_word(char **at, const char *word, cJSON *item, int type)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len) != 0)
		return false;
	item->type = type;
	*at += len;
	return true;
}

/* A number of at most 15 digits, which a double holds, without sign, point or exponent. */
static bool flat_number(char **at, cJSON *item)
{
	const char *start = *at;
	char *end = *at;
	uint64_t value = 0;

	while (*end >= '0' && *end <= '9' && end - start < 16)
		value = value * 10 + (uint64_t)(*end++ - '0');
	if (end == start || end - start > 15 || (*start == '0' && end - start > 1))
		return false;
	*at = end;
	item->type = cJSON_Number;
	item->valuedouble = (double)value;
	item->valueint = value < INT32_MAX ? (int)value : INT32_MAX;
	return true;
}

static bool flat_value(char **at, cJSON *item)
{
	if (**at == '"') {
		item->type = cJSON_String;
		item->valuestring = flat_text(at);
		return item->valuestring != NULL;
	}
	return flat_number(at, item) || flat_word(at, "true", item, cJSON_True) ||
	       flat_word(at, "false", item, cJSON_False);
}

/* The members, written without spaces, up to the brace and the end. */
static bool flat_members(struct json *json, char *at, size_t most)
{
	cJSON *root = &json->items[0];

	if (*at++ != '{')
		return false;
	root->type = cJSON_Object;
	for (size_t i = 1; i <= most; i++) {
		cJSON *item = &json->items[i];
		item->string = flat_text(&at);
		if (!item->string || *at++ != ':' || !flat_value(&at, item))
			return false;
		/* As cJSON links them: prev of the first is the last. */
		item->prev = &json->items[i - 1];
		if (i == 1)
			root->child = item;
		else
			json->items[i - 1].next = item;
		root->child->prev = item;
		if (*at == '}')
			return at[1] == '\0';
		if (*at++ != ',')
			return false;
	}
	return false;
}

/* NULL: not of that kind, or not JSON at all. */
static struct json *flat_parse(struct bytes text, const struct outline *outline)
{
	size_t members = outline->commas + 1, items = members + 1;

	if (outline->deepest != 1 || outline->escapes || members > FLAT_MOST)
		return NULL;
	struct json *json =
		mem_alloc(1, sizeof(*json) + items * sizeof(cJSON) + text.len + 1);
	char *copy = (char *)&json->items[items];
	memcpy(copy, text.ptr, text.len);
	json->flat = true;
	json->root = &json->items[0];
	if (flat_members(json, copy, members))
		return json;
	mem_free(json);
	return NULL;
}

/* ---- any document ---- */

static bool only_space(const char *from, const char *end)
{
	while (from < end && strchr(" \t\r\n", *from) && *from)
		from++;
	return from == end;
}

static enum err tree_parse(struct bytes text, struct json **ret_json)
{
	const char *start = (const char *)text.ptr, *end = NULL;
	cJSON *root = cJSON_ParseWithLengthOpts(start, text.len, &end, 0);

	if (!root)
		return ERR_BAD;
	if (!only_space(end, start + text.len)) {
		cJSON_Delete(root);
		return ERR_BAD;
	}
	struct json *json = mem_new(struct json);
	json->root = root;
	*ret_json = json;
	return ERR_OK;
}

enum err json_parse(struct bytes text, struct json **ret_json)
{
	struct outline outline;

	if (text.len == 0)
		return ERR_BAD;
	if (!utf8_valid((const char *)text.ptr, text.len))
		return ERR_UTF8;
	enum err err = scan(text, &outline);
	if (err != ERR_OK)
		return err;
	struct json *json = flat_parse(text, &outline);
	if (!json)
		return tree_parse(text, ret_json);
	*ret_json = json;
	return ERR_OK;
}

void json_free(struct json **json)
{
	if (!*json)
		return;
	if (!(*json)->flat)
		cJSON_Delete((*json)->root);
	for (struct kept *kept = (*json)->kept, *next; kept; kept = next) {
		next = kept->next;
		mem_free(kept->memory);
		mem_free(kept);
	}
	mem_free(*json);
	*json = NULL;
}

static void keep(struct json *json, void *memory)
{
	struct kept *kept = mem_new(struct kept);

	*kept = (struct kept){json->kept, memory};
	json->kept = kept;
}

void *json_alloc(struct json *json, size_t count, size_t size)
{
	void *memory = mem_alloc(count, size);

	keep(json, memory);
	return memory;
}

struct bytes json_keep(struct json *json, struct buf *buf)
{
	size_t len;
	uint8_t *memory = buf_take(buf, &len);

	if (!memory)
		return bytes_of("", 0);
	keep(json, memory);
	return bytes_of(memory, len);
}

static struct json_node node_of(const cJSON *item)
{
	return (struct json_node){item};
}

struct json_node json_root(const struct json *json)
{
	return node_of(json->root);
}

enum json_type json_type(struct json_node node)
{
	const cJSON *item = node.ptr;

	if (!item)
		return JSON_NONE;
	if (cJSON_IsObject(item))
		return JSON_OBJECT;
	if (cJSON_IsArray(item))
		return JSON_ARRAY;
	if (cJSON_IsString(item))
		return JSON_TEXT;
	if (cJSON_IsNumber(item))
		return JSON_NUMBER;
	return cJSON_IsBool(item) ? JSON_BOOL : JSON_NULL;
}

struct json_node json_get(struct json_node object, const char *key)
{
	if (json_type(object) != JSON_OBJECT)
		return node_of(NULL);
	return node_of(cJSON_GetObjectItemCaseSensitive(object.ptr, key));
}

struct json_node json_first(struct json_node parent)
{
	enum json_type type = json_type(parent);

	if (type != JSON_OBJECT && type != JSON_ARRAY)
		return node_of(NULL);
	return node_of(((const cJSON *)parent.ptr)->child);
}

struct json_node json_next(struct json_node child)
{
	return node_of(child.ptr ? ((const cJSON *)child.ptr)->next : NULL);
}

size_t json_count(struct json_node parent)
{
	size_t count = 0;

	for (struct json_node child = json_first(parent); child.ptr;
	     child = json_next(child))
		count++;
	return count;
}

const char *json_key(struct json_node child)
{
	const char *key = ((const cJSON *)child.ptr)->string;

	return key ? key : "";
}

bool json_text(struct json_node node, struct bytes *ret_text)
{
	if (json_type(node) != JSON_TEXT)
		return false;
	*ret_text = bytes_text(((const cJSON *)node.ptr)->valuestring);
	return true;
}

bool json_uint(struct json_node node, uint64_t *ret_value)
{
	if (json_type(node) != JSON_NUMBER)
		return false;
	double value = ((const cJSON *)node.ptr)->valuedouble;
	if (!(value >= 0 && value <= 9007199254740991.0) ||
	    value != (double)(uint64_t)value)
		return false;
	*ret_value = (uint64_t)value;
	return true;
}

bool json_bool(struct json_node node, bool *ret_value)
{
	if (json_type(node) != JSON_BOOL)
		return false;
	*ret_value = cJSON_IsTrue((const cJSON *)node.ptr);
	return true;
}

void json_print(struct json_node node, struct buf *buf)
{
	char *text = cJSON_PrintUnformatted(node.ptr);

	if (!text)
		return;
	buf_add_bytes(buf, bytes_text(text));
	cJSON_free(text);
}
