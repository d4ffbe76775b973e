/*
 * cli.h - what every verb of `qiantong` is given, and the table they stand in.
 *
 * Verbs that only look read the ledger themselves, read-only, beside a running gateway; verbs
 * that change something ask the gateway on its control socket. No verb prints personal data;
 * those that can (message --raw, case --unmask, person, ledger export --unmask) write a
 * DISCLOSED entry first.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/arena.h"
#include "base/error.h"
#include "cli/language.h"
#include "cli/options.h"
#include "cli/screen.h"
#include "gate/config.h"
#include "ledger/ledger.h"

#define CLI_CONFIG_DEFAULT "/etc/qiantong/gateway.xml"
#define CLI_VERSION        "0.1.0"

struct cli {
    const char *config_path;
    struct screen screen;  /* stdout */
    struct arena *arena;   /* for the whole run */
    struct config *config; /* NULL until cli_load_config */
    struct store *store;   /* NULL until cli_open_ledger, as are the next two */
    struct ledger *ledger;
    struct ledger_txn *txn;
    struct instant now;  /* set by cli_open_ledger, by the configured clock */
    int status;          /* exit status when the verb itself did not fail */
    int failed_status;   /* exit status when it did; 0: that of the error\'s code */
    bool gateway_absent; /* the last question found nobody listening */
    char hint[512];      /* what to do next; printed behind an error */
};

struct verb {
    const char *name;  /* one or two words */
    const char *usage; /* what stands behind the name */
    const char *help;  /* marked with N_() */
    bool (*run)(struct cli *cli, int word_count, char *const words[], struct error *err);
};

/* All verbs, in the order of the manual. */
extern const struct verb cli_verbs[];
extern const size_t cli_verb_count;

/* The program: returns its exit status. */
int cli_main(int word_count, char *words[]);

/* Remembers what to do next, for the line behind an error. Returns false, for the same use as
 * fail(): `return cli_hint(cli, ...)` after it. */
bool cli_hint(struct cli *cli, const char *format, ...) PRINTF_LIKE(2, 3);

/* The configuration. ERROR_CONFIG with file and reason. */
MUST_USE bool cli_load_config(struct cli *cli, enum config_depth depth, struct error *err);
/* Configuration, clock, ledger read-only, and a read transaction. */
MUST_USE bool cli_open_ledger(struct cli *cli, struct error *err);
/* Ends the read transaction, before anything is printed: a terminal that waits for its reader
 * must not pin pages of the ledger. */
void cli_end_read(struct cli *cli);
/* A new transaction on the open ledger, for the next look. */
MUST_USE bool cli_begin_read(struct cli *cli, struct error *err);
void cli_close_ledger(struct cli *cli);

/* The party's id, "-" for number 0, "#7" for a number that the ledger does not know. Inside the
 * read transaction. */
MUST_USE bool cli_party_id(struct cli *cli, uint32_t number, char id[PARTY_ID_SIZE],
                           struct error *err);

/* The same without the authority when it is ours, for narrow tables: "440000", "520000.core".
 */
MUST_USE bool cli_party_short(struct cli *cli, uint32_t number, char id[PARTY_ID_SIZE],
                              struct error *err);

/* An option --party; NULL: none. ERROR_NOT_FOUND: neither configuration nor ledger has it, for
 * a misspelt one would list nothing and look like good news. Inside the read transaction. */
MUST_USE bool cli_known_party(struct cli *cli, const char *party, struct error *err);

/* verbs, one file a group */
bool cli_status(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_cases(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_case(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_stays(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_stay(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_uncertain(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_owes(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_punctuality(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_rate(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_person(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_message(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_attachments_get(struct cli *cli, int word_count, char *const words[],
                         struct error *err);
bool cli_attachments(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_party(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_party_check(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_letters(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_reload(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_mailbox(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_outbox(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_retry(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_close(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_import(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_pause(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_resume(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_reverse(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_approvals(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_propose(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_approve(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_decline(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_submit(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_alarms(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_alarms_ack(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_alarms_silence(struct cli *cli, int word_count, char *const words[],
                        struct error *err);
bool cli_doctor(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_metrics(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_ledger_verify(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_ledger_rebuild(struct cli *cli, int word_count, char *const words[],
                        struct error *err);
bool cli_ledger_backup(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_ledger_restore(struct cli *cli, int word_count, char *const words[],
                        struct error *err);
bool cli_ledger_export(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_config_check(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_adapter_check(struct cli *cli, int word_count, char *const words[], struct error *err);
bool cli_adapter_explain(struct cli *cli, int word_count, char *const words[],
                         struct error *err);
bool cli_help(struct cli *cli, int word_count, char *const words[], struct error *err);

#endif
