#ifndef PROGRAMME_UPDATE_H
#define PROGRAMME_UPDATE_H

#include <stdbool.h>

#include "base/field.h"

/*
 * What the bot needs of an Update of the Bot API
 * (https://core.telegram.org/bots/api#update). Members that the update does not have,
 * or has with another type, are 0 or NULL.
 */
struct update {
	int64_t id;
	const char *kind;    /* "message", "callback_query", ...; "other" if unknown */
	const char *holds;   /* of a message: "text", "photo", "form", "service", or
				"other" */
	int64_t chat_id;     /* where it happened, and where an answer goes */
	bool is_private;     /* a chat of one person with the bot */
	bool is_bots;        /* a bot's doing: answering could go on for ever */
	int64_t message_id;  /* of the message, or of the one whose button was pressed
			      */
	int64_t date;        /* when the message was sent, seconds since 1970 */
	const char *text;    /* of the message, the form's JSON, the button's data */
	const char *query;   /* callback_query's id */
	const char *status;  /* my_chat_member: what the bot has become */
	const char *album;   /* media_group_id */
	const char *file_id; /* of the largest size of the photo */
	const char *unique_id;
	int64_t bytes; /* of that size; 0: not said */
};

/* The same, for keeping an update until its job runs. */
extern const struct field update_fields[];

/* Reads an Update. E_INPUT if it has no update_id. Texts live as long as the ctx. */
enum err update_read(struct ctx *c, struct json_object *json, struct update *out);

#endif
