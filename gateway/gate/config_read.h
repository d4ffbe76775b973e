/*
 * config_read.h - what the files of gate/config share: one XML file as a record, its elements
 * as C values, and errors that say "file: element: reason".
 *
 * Element paths are those of record_find ("tls/key"). Texts are NUL terminated, in the arena.
 */
#ifndef GATE_CONFIG_READ_H
#define GATE_CONFIG_READ_H

#include <stdatomic.h>

#include "core/record.h"
#include "gate/config.h"

struct config_file {
    const char *path;   /* for errors */
    const char *folder; /* relative paths start here */
    const struct record *root;
    struct arena *arena;
};

/* Everything that is freed with a configuration but is not shown to its users. */
struct config_parts {
    struct config config; /* first: config_free gets its address */
    atomic_uint users;
    enum config_depth depth;
    struct verifier *verifiers[CONFIG_PARTIES_MAX * CONFIG_PINS_MAX];
    size_t verifier_count;
    struct signer *header_signer; /* of the core's dialect; NULL: it signs nothing */
    struct buffer digested;       /* what config->digest is over, while loading */
};

MUST_USE bool config_file_open(struct arena *arena, const char *path, const char *schema_path,
                               struct config_file *file, struct error *err);
/* `file` seen from one of its groups: what config_* below take is looked up in `group`. */
struct config_file config_file_at(const struct config_file *file, const struct record *group);

/* ERROR_CONFIG "file: element: ..."; returns false. */
bool config_wrong(const struct config_file *file, const char *element, struct error *err,
                  const char *format, ...) PRINTF_LIKE(4, 5);

/* Mandatory text. */
MUST_USE bool config_text(const struct config_file *file, const char *element, const char **out,
                          struct error *err);
/* NULL if the element is absent. */
MUST_USE bool config_text_if(const struct config_file *file, const char *element,
                             const char **out, struct error *err);
MUST_USE bool config_number(const struct config_file *file, const char *element, uint64_t least,
                            uint64_t most, uint64_t otherwise, uint64_t *out,
                            struct error *err);
MUST_USE bool config_truth(const struct config_file *file, const char *element, bool otherwise,
                           bool *out, struct error *err);
/* none if absent. */
MUST_USE bool config_instant(const struct config_file *file, const char *element,
                             struct instant *out, struct error *err);
MUST_USE bool config_day(const struct config_file *file, const char *element, struct day *out,
                         struct error *err);
/* A path, made absolute or relative to the working folder. */
MUST_USE bool config_path(const struct config_file *file, const char *element, const char **out,
                          struct error *err);

/* The named thing is there and may be read; `element` for the error only. */
MUST_USE bool config_need_file(const struct config_file *file, const char *element,
                               const char *path, struct error *err);
MUST_USE bool config_need_folder(const struct config_file *file, const char *element,
                                 const char *path, struct error *err);
/* A file that gives nothing to group and others. */
MUST_USE bool config_need_secret(const struct config_file *file, const char *element,
                                 const char *path, struct error *err);

/* Copies bytes into what the configuration's digest is over. */
void config_digest_record(struct config_parts *parts, const struct record *root);

/* config_rules.c */
MUST_USE bool config_load_rules(struct config *config, const char *rules_path,
                                const char *calendar_path, struct error *err);

/* config_alarm.c */
MUST_USE bool config_read_alarm(struct config_parts *parts, const struct config_file *file,
                                struct error *err);

/* config_second.c; knows already whether the ledger is a test. */
MUST_USE bool config_read_second(struct config_parts *parts, const struct config_file *file,
                                 struct error *err);

/* config_party.c: every file of the folder, in order; then what must hold among them. */
MUST_USE bool config_load_parties(struct config_parts *parts, const char *folder,
                                  struct error *err);

/* config_header.c: keys for a core whose dialect signs its header; after its adapter. */
MUST_USE bool config_read_header(struct config_parts *parts, const struct config_file *file,
                                 struct config_party *party, struct error *err);

/* config_certificate.c */
/* Reads a certificate and appends it; SHALLOW marks what cannot be read. NULL, with err, on
 * failure. The pointer is valid until the configuration is freed. */
MUST_USE struct config_certificate *
config_add_certificate(struct config_parts *parts, const struct config_file *file,
                       const char *element, enum config_use use, const char *party,
                       const char *path, struct error *err);

#endif
