#ifndef JSON_OUT_H
#define JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ctx.h"

/*
 * JSON (RFC 8259) written member by member, so that quotes, commas and brackets are
 * nobody's business:
 *
 *	JSON(c, "name", name, "size", size, "is_on", is_on, "more", json_raw(more))
 *
 * is the text of an object, in the arena of the ctx. A value is a text (UTF-8; NULL is
 * null), an integer, a bool, or what is JSON already. A comparison is an int in C: say
 * (bool) where one stands. At most eight members; what is longer, or has members that
 * depend on something, adds to a buf by json_put().
 */
struct json_value {
	enum { JSON_TEXT, JSON_NUMBER, JSON_TRUTH, JSON_RAW } kind;
	const char *text;
	int64_t number;
};

struct json_pair {
	const char *name; /* plain: it is not escaped */
	struct json_value value;
};

/* JSON already, which is not looked at; NULL is null. */
struct json_value json_raw(const char *json);

/* A value of that type. */
struct json_value json_from_text(const char *text);
struct json_value json_from_number(int64_t number);
struct json_value json_from_truth(bool truth);
struct json_value json_from_value(struct json_value value);

#define JSON_VALUE(v_)                                                                 \
	_Generic((v_),                                                                 \
		char *: json_from_text,                                                \
		const char *: json_from_text,                                          \
		bool: json_from_truth,                                                 \
		struct json_value: json_from_value,                                    \
		default: json_from_number)(v_)

/* The text of an object with these members, in their order. */
const char *json_of(struct ctx *c, const struct json_pair *pairs, size_t count);

/* Adds one member to an object that is being written, or begins it; json_end() closes
 * it. */
void json_add(struct buf *b, const char *name, struct json_value value);
#define json_put(b_, name_, value_) json_add(b_, name_, JSON_VALUE(value_))

/* The text of the object; "{}" if nothing was added. */
const char *json_end(struct buf *b);

/* The same for a list: adds an item that is JSON already; "[]" if there is none. */
void json_item(struct buf *b, const char *json);
const char *json_list_end(struct buf *b);

#define JSON(c_, ...)                                                                  \
	json_of(c_, (const struct json_pair[]){JSON_1(__VA_ARGS__)},                   \
		sizeof((const struct json_pair[]){JSON_1(__VA_ARGS__)}) /              \
			sizeof(struct json_pair))
#define JSON_1(n_, v_, ...) {n_, JSON_VALUE(v_)}, __VA_OPT__(JSON_2(__VA_ARGS__))
#define JSON_2(n_, v_, ...) {n_, JSON_VALUE(v_)}, __VA_OPT__(JSON_3(__VA_ARGS__))
#define JSON_3(n_, v_, ...) {n_, JSON_VALUE(v_)}, __VA_OPT__(JSON_4(__VA_ARGS__))
#define JSON_4(n_, v_, ...) {n_, JSON_VALUE(v_)}, __VA_OPT__(JSON_5(__VA_ARGS__))
#define JSON_5(n_, v_, ...) {n_, JSON_VALUE(v_)}, __VA_OPT__(JSON_6(__VA_ARGS__))
#define JSON_6(n_, v_, ...) {n_, JSON_VALUE(v_)}, __VA_OPT__(JSON_7(__VA_ARGS__))
#define JSON_7(n_, v_, ...) {n_, JSON_VALUE(v_)}, __VA_OPT__(JSON_8(__VA_ARGS__))
#define JSON_8(n_, v_)                                                                 \
	{                                                                              \
		n_, JSON_VALUE(v_)                                                     \
	}

#endif
