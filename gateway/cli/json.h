/*
 * json.h - objects for --json, and one place that notices when memory ran out while making
 * them.
 *
 * Every put takes a NULL object (of an earlier failure) and does nothing then; json_print at
 * the end tells. Names are stable English; times ISO 8601 with +08:00; money integers of fen.
 * One thread.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <jansson.h>

#include "base/error.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/uuid.h"
#include "cli/cli.h"

json_t *json_new_object(void);
json_t *json_new_array(void);
void json_append(json_t *array, json_t *value);                      /* takes value */
void json_put(json_t *object, const char *name, json_t *value);      /* takes value */
void json_text(json_t *object, const char *name, const char *value); /* NULL: null */
void json_view(json_t *object, const char *name, struct text value);
void json_number(json_t *object, const char *name, int64_t value);
void json_bool(json_t *object, const char *name, bool value);
void json_null_field(json_t *object, const char *name);
void json_instant(json_t *object, const char *name, struct instant at);  /* none: null */
void json_uuid(json_t *object, const char *name, const struct uuid *id); /* none: null */
void json_hex(json_t *object, const char *name, const void *bytes, size_t size);

/* Prints and frees the value. ERROR_MEMORY if any put had failed. */
MUST_USE bool json_print(struct cli *cli, json_t *value, struct error *err);

#endif
