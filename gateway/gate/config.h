/*
 * config.h - conf/ as one immutable struct: gateway.xml, parties, rules, calendar, regions.
 *
 * Everything is checked when it is read: schema, references, files, certificates. An error
 * names the file and what to do. Paths in gateway.xml are relative to its folder. Reload
 * (gate/reload.h) builds a new struct and swaps it; the old one is freed with its last user, so
 * a configuration counts them: the one reference count here (docs/decisions/0009).
 */
#ifndef GATE_CONFIG_H
#define GATE_CONFIG_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/error.h"
#include "core/bucket.h"
#include "core/names.h"
#include "core/outage.h"
#include "core/rules.h"
#include "crypt/crl.h"
#include "crypt/digest.h"
#include "engine/engine.h"
#include "wire/adapter.h"
#include "wire/keys.h"

enum { CONFIG_PARTIES_MAX = 64, CONFIG_PINS_MAX = 4 };

struct tls;

struct config_party {
    char id[PARTY_ID_SIZE];
    enum party_kind kind;
    uint32_t number; /* 0 until the ledger has given one */
    uint32_t region;
    const char *title; /* never NULL; may be empty */
    const char *title_chinese;
    const char *url;        /* NULL: cannot be called */
    const char *folder_in;  /* both or neither, and never beside a url: reached by files */
    const char *folder_out; /* neither and no url: it fetches from its mailbox */
    int64_t folder_resend_ms;
    int64_t folder_poll_ms;
    enum suite suite;        /* of its signatures; not a core's */
    const char *adapter;     /* name; a core's only, else NULL */
    struct adapter *dialect; /* loaded; NULL unless a core */
    size_t message_max;      /* bytes */
    struct outage_plan outages;
    const char *outage_reasons[OUTAGES_MAX]; /* of each; never NULL */
    struct bucket_rate rate;                 /* of messages that it sends */
    unsigned in_flight_max;                  /* of these, being worked on */
    unsigned connections_max;
    unsigned call_connections_max;               /* on which we call it at once */
    uint8_t transport_pins[CONFIG_PINS_MAX][32]; /* SHA-256 of the certificate's DER */
    size_t transport_pin_count;
    const struct verifier *signing_pins[CONFIG_PINS_MAX];
    size_t signing_pin_count;
    uint32_t flows;                          /* bit per allowed flow number */
    struct action_set actions[FLOW_NUMBERS]; /* by flow: may be sent; all unless narrowed */
};

enum config_use {
    CONFIG_OWN_TLS,
    CONFIG_OWN_SIGNING,
    CONFIG_TRANSPORT_PIN,
    CONFIG_SIGNING_PIN
};

/* Every certificate that the configuration names, for listings and for warnings in time. */
struct config_certificate {
    enum config_use use;
    const char *party; /* whose: the home party's id or a party's */
    const char *path; /* NULL: a pin given by its fingerprint, of which nothing else is known */
    bool readable;    /* false: SHALLOW only; what follows is then unknown */
    bool revoked;     /* said so by its pin, or by a revocation list when it was loaded */
    bool listed;      /* the latter */
    uint8_t fingerprint[32];
    struct instant valid_from;  /* of the certificate or the pin's window, whichever is later */
    struct instant valid_until; /* likewise, whichever is earlier, and still within; none:
                                   not known */
};

/* Until when one use of a party's certificates is served: by the last one that was not revoked.
 */
struct config_certificate_end {
    const char *party;
    enum config_use use;
    struct instant valid_until;
};

enum { CONFIG_CERTIFICATES_MAX = 3 + CONFIG_PARTIES_MAX * 2 * CONFIG_PINS_MAX };

enum { CONFIG_DUE_DAYS_MAX = 8 };

/* What the watch looks for, and whom it tells. */
struct config_alarm {
    unsigned every_s;                       /* between two looks */
    const char *command;                    /* NULL: nobody is told */
    unsigned command_s;                     /* how long it may run */
    unsigned repeat_minutes;                /* while raised; 0: told once */
    unsigned silent_minutes;                /* a partner is silent when a letter waits longer */
    unsigned due_days[CONFIG_DUE_DAYS_MAX]; /* descending */
    size_t due_day_count;
};

/* Which acts need a second person, and how long a proposal waits. */
struct config_second {
    uint32_t acts; /* approval_act_bit (gate/approvals.h) */
    int64_t valid_ms;
};

struct config {
    struct arena *arena;
    char party[PARTY_ID_SIZE]; /* home */
    uint32_t region;
    const char *folder; /* of gateway.xml */
    const char *path;   /* gateway.xml itself */
    /* ledger */
    const char *ledger_path;
    uint64_t ledger_map;
    enum digest_kind ledger_hash;
    bool ledger_test;
    const char *seal_keys;
    const char *clock_offset; /* NULL: the system's clock */
    /* network */
    const char *listen_address;
    uint16_t listen_port;
    const char *control_path;
    const char *tls_certificate;
    const char *tls_key;
    const char *tls_ca;
    struct crl_set *tls_crls; /* NULL: none configured; SHALLOW: or not readable */
    /* signing */
    struct signer *signer;
    struct crl_set *signing_crls; /* likewise */
    /* data */
    const char *schemas_path;
    const char *adapters_path;
    struct wire_schemas *schemas;
    struct rules rules;
    struct calendar *calendar;
    struct text rules_text;   /* canonical text of rules and calendar, for the RULES entry */
    uint8_t rules_digest[32]; /* of rules_text, by the ledger's hash */
    uint8_t digest[32];       /* of everything above, for the CONFIG entry */
    /* limits */
    unsigned workers;
    size_t message_max;
    uint32_t attachment_max;     /* bytes of one file */
    uint64_t attachment_day_max; /* of those that a partner brings in a day */
    unsigned connections_max;
    unsigned in_flight_max;
    unsigned questions_max; /* of our cores, waiting for their answers */
    int64_t lifetime_ms;
    int64_t crl_grace_ms;
    bool own_checks;
    struct config_alarm alarm;
    struct config_second second;
    /* parties */
    struct config_party parties[CONFIG_PARTIES_MAX]; /* ordered by id */
    size_t party_count;
    struct config_certificate certificates[CONFIG_CERTIFICATES_MAX]; /* our own first */
    size_t certificate_count;
};

enum config_depth {
    CONFIG_SHALLOW, /* paths and parties only: enough for reading the ledger (CLI); no key is
                       opened, a certificate that cannot be read is only marked */
    CONFIG_FULL     /* keys, certificates, schemas, adapters too */
};

/* wire_start must have run. ERROR_CONFIG "file: element: reason"; ERROR_NOT_FOUND only for
 * `path` itself; ERROR_MEMORY. Does not set the clock (clock_use_offset_file) and does not
 * judge validity: a certificate expires while a configuration stands. */
MUST_USE bool config_load(const char *path, enum config_depth depth, struct config **config,
                          struct error *err);
/* One user more, who calls config_free in his turn. Any thread. */
struct config *config_hold(struct config *config);
/* One user less; with the last everything goes. Takes NULL. Any thread. */
void config_free(struct config *config);

/* Are our own certificates valid at `now`, and has every party at least one usable pin of each
 * list it has? ERROR_CONFIG names the first file that is not. */
MUST_USE bool config_check_validity(const struct config *config, struct instant now,
                                    struct error *err);

/* Uses whose end is known, at most CONFIG_CERTIFICATES_MAX; returns their number. */
size_t config_certificate_ends(const struct config *config,
                               struct config_certificate_end *ends);
/* "own_tls", "own_signing", "transport_pin", "signing_pin". */
const char *config_use_name(enum config_use use);
/* Whole days, negative after. */
int64_t config_days_left(struct instant until, struct instant now);
/* The lists that speak of certificates of this use; NULL: none. */
const struct crl_set *config_crls_for(const struct config *config, enum config_use use);
/* Our transport keys and whom they believe (net/tls.h), for a FULL configuration. ERROR_CONFIG
 * names the file. */
MUST_USE bool config_open_tls(const struct config *config, struct tls **tls, struct error *err);

const struct config_party *config_party_by_id(const struct config *config, const char *id);
const struct config_party *config_party_by_number(const struct config *config, uint32_t number);
const struct config_party *config_party_by_fingerprint(const struct config *config,
                                                       const uint8_t fingerprint[32]);
/* The party of kind core, of which there is at most one. NULL: none. */
const struct config_party *config_core(const struct config *config);

#endif
