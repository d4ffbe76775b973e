/*
 * certificate_view.h - the certificates that the configuration names, and how long they serve.
 * Alarms begin 90 days before the end. Shared by status, party, config.
 */
#ifndef CLI_CERTIFICATE_VIEW_H
#define CLI_CERTIFICATE_VIEW_H

#include <jansson.h>

#include "cli/cli.h"

enum { CERTIFICATE_WARN_DAYS = 90, CERTIFICATE_ALARM_DAYS = 30 };

struct name certificate_use_name(enum config_use use);
/* Whole days until it ends, negative after; INT64_MAX if nobody knows. */
int64_t certificate_days(const struct config_certificate *certificate, struct instant now);
/* PLAIN, WARN or BAD. */
enum paint certificate_paint(const struct config_certificate *certificate, struct instant now);
/* "valid, 123 days left", "expired", "revoked", "cannot be read" … into out of 64 bytes. */
const char *certificate_tell(const struct config_certificate *certificate, struct instant now,
                             char out[64]);
json_t *certificate_json(const struct config_certificate *certificate, struct instant now);
/* A table of those of one party; NULL: of all. Nothing if there are none. */
MUST_USE bool certificate_print(struct cli *cli, const char *party, struct error *err);

#endif
