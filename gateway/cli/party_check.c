/* party_check.c - `qiantong party check [ID]`: could we exchange with this party just now, and
 * for how long. Reads the configuration and calls the party; neither ledger nor gateway is
 * needed. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "cli/certificate_view.h"
#include "cli/json.h"
#include "net/courier.h"
#include "net/probe.h"
#include "wire/keys.h"

enum {
    CALL_MS = 5000,
    CHECKS_MAX = 24,
    SAID_SIZE = 256,
    STATE_COLUMNS = 5,
    TOPIC_COLUMNS = 12
};

enum outcome { FINE, WATCH, WRONG };

/* One line of a party's report. */
struct check {
    const char *topic; /* a constant, English: "transport" */
    enum outcome outcome;
    char said[SAID_SIZE];
    char next[SAID_SIZE]; /* what to do; "" nothing */
};

struct report {
    struct cli *cli;
    const struct config_party *party;
    const struct tls *tls; /* NULL: offline */
    struct check checks[CHECKS_MAX];
    size_t count;
};

static struct check *add(struct report *report, const char *topic, enum outcome outcome,
                         const char *format, ...) PRINTF_LIKE(4, 5);

static struct check *add(struct report *report, const char *topic, enum outcome outcome,
                         const char *format, ...)
{
    struct check *check = &report->checks[report->count];
    va_list arguments;

    CHECK(report->count < CHECKS_MAX);
    report->count++;
    *check = (struct check){.topic = topic, .outcome = outcome};
    va_start(arguments, format);
    vsnprintf(check->said, sizeof(check->said), format, arguments);
    va_end(arguments);
    return check;
}

static void next(struct check *check, const char *format, ...) PRINTF_LIKE(2, 3);

static void next(struct check *check, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(check->next, sizeof(check->next), format, arguments);
    va_end(arguments);
}

/* --- certificates ------------------------------------------------------------------------- */

/* The step of 90, 60, 30, 7, 1 that `days` has come to; 0: more than all of them. */
static int step_of(int64_t days)
{
    static const int steps[] = {1, 7, 30, 60, 90};

    for (size_t i = 0; i < COUNT_OF(steps); i++)
        if (days < steps[i])
            return steps[i];
    return 0;
}

static bool serves(const struct config_certificate *certificate, struct instant now)
{
    return !certificate->revoked && (certificate->path == NULL || certificate->readable) &&
           !instant_before(now, certificate->valid_from) &&
           certificate_days(certificate, now) >= 0;
}

/* The last day on which any pin of this list will serve, as days from now; -1: none does now.
 */
static int64_t days_left(const struct report *report, enum config_use use)
{
    const struct config *config = report->cli->config;
    int64_t last = -1;
    bool any = false;

    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *at = &config->certificates[i];
        bool good = !at->revoked && (at->path == NULL || at->readable);
        int64_t days = certificate_days(at, report->cli->now);

        if (at->use != use || strcmp(at->party, report->party->id) != 0)
            continue;
        any = any || serves(at, report->cli->now);
        if (good && days > last)
            last = days;
    }
    return any ? last : -1;
}

static void check_list_of(struct report *report, enum config_use use, const char *topic)
{
    int64_t days = days_left(report, use);
    int step = step_of(days);
    struct check *check;

    if (days < 0) {
        check = add(report, topic, WRONG, "%s", _("no pinned certificate serves now"));
    } else if (days == INT64_MAX) {
        add(report, topic, FINE, "%s", _("known by fingerprint only; it has no dates"));
        return;
    } else {
        check = add(report, topic,
                    step == 0                       ? FINE
                    : days < CERTIFICATE_ALARM_DAYS ? WRONG
                                                    : WATCH,
                    step == 0 ? _("%" PRId64 " days left")
                              : _("%" PRId64 " days left (step %d)"),
                    days, step);
        if (step == 0)
            return;
    }
    next(check, _("ask for the new one; a second <pin> in parties/%s.xml; reload"),
         report->party->id);
}

/* Pins that do not serve beside one that does: no fault, but somebody should know. */
static void check_each(struct report *report)
{
    const struct config *config = report->cli->config;
    char fingerprint[17];
    char tell[64];

    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *at = &config->certificates[i];
        struct check *check;

        if (strcmp(at->party, report->party->id) != 0 || serves(at, report->cli->now))
            continue;
        hex_encode(at->fingerprint, 8, fingerprint);
        check = add(
            report, N_("pin"), WATCH, "%s %s: %s", language_name(certificate_use_name(at->use)),
            at->readable ? fingerprint : "-", certificate_tell(at, report->cli->now, tell));
        if (!instant_before(report->cli->now, at->valid_from))
            next(check, _("take it out of parties/%s.xml"), report->party->id);
    }
}

static void check_suite(struct report *report)
{
    const struct config *config = report->cli->config;

    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *at = &config->certificates[i];
        struct key_options options = {.gm_id = NULL};
        struct verifier *verifier = NULL;
        struct error err = ERROR_INIT;

        if (at->use != CONFIG_SIGNING_PIN || strcmp(at->party, report->party->id) != 0)
            continue;
        if (!verifier_load(report->party->suite, at->path, &options, NULL, &verifier, &err)) {
            next(add(report, N_("suite"), WRONG, "%s", err.text),
                 _("suite, or the certificate, in parties/%s.xml"), report->party->id);
            return;
        }
        verifier_free(verifier);
    }
    if (report->party->kind != PARTY_CORE)
        add(report, N_("suite"), FINE, "%s", suite_name(report->party->suite));
}

static enum crl_state worst_state(const struct report *report, enum config_use use)
{
    const struct config *config = report->cli->config;
    enum crl_state worst = CRL_GOOD;

    for (size_t i = 0; i < config->certificate_count; i++) {
        const struct config_certificate *at = &config->certificates[i];
        enum crl_state state;

        if (at->use != use || strcmp(at->party, report->party->id) != 0 || !at->readable)
            continue;
        state = crl_state_of_file(config_crls_for(config, use), at->path, report->cli->now);
        if (state == CRL_STALE || (state == CRL_UNCOVERED && worst == CRL_GOOD))
            worst = state;
    }
    return worst;
}

static void check_crl(struct report *report, enum config_use use, const char *topic,
                      const char *element)
{
    const struct crl_set *crls = config_crls_for(report->cli->config, use);
    char until[INSTANT_TEXT_SIZE];

    if (crls == NULL) {
        add(report, topic, FINE, "%s", _("no list is loaded"));
        return;
    }
    instant_format_short(crl_next_update(crls), until);
    switch (worst_state(report, use)) {
    case CRL_STALE:
        next(add(report, topic, WRONG, _("the list is out of date since %s"), until),
             _("fetch the new list into %s; qiantong reload"), element);
        return;
    case CRL_UNCOVERED:
        add(report, topic, WATCH, "%s", _("the authority of a certificate has no list here"));
        return;
    default:
        if (instant_before(crl_next_update(crls), report->cli->now))
            next(add(report, topic, WATCH, _("the list is in its grace since %s"), until),
                 _("fetch the new list into %s; qiantong reload"), element);
        else
            add(report, topic, FINE, _("the list holds until %s"), until);
    }
}

/* --- who and where ------------------------------------------------------------------------ */

static void check_region(struct report *report)
{
    const struct config *config = report->cli->config;
    const struct config_party *party = report->party;
    bool ours = party->region / 10000 == config->region / 10000;

    if (party->kind == PARTY_CORE)
        return;
    if (ours) {
        next(add(report, N_("region"), WRONG, _("%06u is our own province"), party->region),
             _("id in parties/%s.xml"), party->id);
        return;
    }
    for (size_t i = 0; i < config->party_count; i++) {
        const struct config_party *other = &config->parties[i];

        if (other == party || other->kind == PARTY_CORE ||
            other->region / 10000 != party->region / 10000)
            continue;
        next(add(report, N_("region"), WRONG, _("%s is of the same province"), other->id),
             _("one partner for each province: take one of the two files away"));
        return;
    }
    add(report, N_("region"), FINE, "%06u", party->region);
}

static bool check_url(struct report *report)
{
    const struct config_party *party = report->party;
    struct probe_url url;
    struct error err = ERROR_INIT;
    size_t size = party->url != NULL ? strlen(party->url) : 0;
    size_t tail = strlen("/v1/messages");

    if (party->folder_in != NULL) {
        add(report, N_("address"), FINE, "%s", party->folder_out);
        return false;
    }
    if (party->url == NULL) {
        add(report, N_("address"), FINE, "%s", _("none: it fetches"));
        return false;
    }
    if (!probe_url_parse(party->url, &url, &err)) {
        next(add(report, N_("address"), WRONG, "%s: %s", party->url, err.text),
             _("url in parties/%s.xml"), party->id);
        return false;
    }
    if (party->kind == PARTY_PROVINCE &&
        (size < tail || strcmp(party->url + size - tail, "/v1/messages") != 0))
        next(
            add(report, N_("address"), WATCH, _("%s does not end in /v1/messages"), party->url),
            _("url in parties/%s.xml"), party->id);
    else
        add(report, N_("address"), FINE, "%s", party->url);
    return true;
}

static bool is_pinned(const struct config_party *party, const uint8_t fingerprint[32])
{
    for (size_t i = 0; i < party->transport_pin_count; i++)
        if (memcmp(party->transport_pins[i], fingerprint, 32) == 0)
            return true;
    return false;
}

static const char *what_to_do(const char *reason)
{
    static const struct {
        const char *reason;
        const char *next;
    } rows[] = {
        {"resolve", N_("the host in url, or the name service of this machine")},
        {"connect", N_("is it up over there? the port in url; firewalls on both sides")},
        {"timeout", N_("is it up over there? the port in url; firewalls on both sides")},
        {"tls_alert", N_("have they pinned our tls/certificate, and loaded it?")},
        {"certificate", N_("tls/ca must hold their authority, the certificate name the host")},
        {"validity", N_("their certificate is out of date, or a clock is wrong")},
        {"revoked", N_("telephone them: their certificate is revoked")},
        {"crl", N_("fetch the new list into tls/crl; qiantong reload")},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].reason, reason) == 0)
            return rows[i].next;
    return N_("the gateway's log over there");
}

static bool check_call(struct report *report, struct error *err)
{
    char fingerprint[17] = "-";
    struct probe_result result;

    if (!probe_handshake(report->tls, report->party->url, CALL_MS, &result, err))
        return false;
    if (result.seen)
        hex_encode(result.certificate.fingerprint, 8, fingerprint);
    if (result.reason != NULL) {
        next(add(report, N_("call"), WRONG, "%s: %s", result.reason,
                 gettext(courier_reason_meaning(result.reason))),
             "%s", gettext(what_to_do(result.reason)));
    } else {
        add(report, N_("call"), FINE, "%s", result.protocol);
    }
    if (!result.seen)
        return true;
    if (is_pinned(report->party, result.certificate.fingerprint))
        add(report, N_("shown"), FINE, _("%s, pinned"), fingerprint);
    else
        next(add(report, N_("shown"), WRONG, _("%s, not one of its pins"), fingerprint), "%s",
             _("compare fingerprints by telephone; pin it; qiantong reload"));
    return true;
}

/* --- the report --------------------------------------------------------------------------- */

static bool check_party(struct report *report, struct error *err)
{
    bool signs = report->party->kind != PARTY_CORE;

    check_list_of(report, CONFIG_TRANSPORT_PIN, N_("transport"));
    if (signs)
        check_list_of(report, CONFIG_SIGNING_PIN, N_("signing"));
    check_each(report);
    check_suite(report);
    check_crl(report, CONFIG_TRANSPORT_PIN, "tls/crl", "tls/crl");
    if (signs)
        check_crl(report, CONFIG_SIGNING_PIN, "signing/crl", "signing/crl");
    check_region(report);
    return !check_url(report) || report->tls == NULL || check_call(report, err);
}

static bool is_wrong(const struct report *report)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->checks[i].outcome == WRONG)
            return true;
    return false;
}

static void print_report(const struct report *report)
{
    static const enum paint paints[] = {PAINT_GOOD, PAINT_WARN, PAINT_BAD};
    static const char *const words[] = {N_("ok"), N_("look"), N_("bad")};
    const struct screen *screen = &report->cli->screen;

    screen_paint(screen, PAINT_TITLE, report->party->id);
    fputc('\n', screen->out);
    for (size_t i = 0; i < report->count; i++) {
        const struct check *check = &report->checks[i];
        const char *word = gettext(words[check->outcome]);

        fputs("  ", screen->out);
        screen_paint(screen, paints[check->outcome], word);
        fprintf(screen->out, "%*s", (int)(STATE_COLUMNS - screen_width(word)), "");
        screen_field(screen, gettext(check->topic), TOPIC_COLUMNS, PAINT_PLAIN, check->said);
        if (check->next[0] != '\0')
            fprintf(screen->out, "%*s%s%s\n", 2 + STATE_COLUMNS, "", _("next: "), check->next);
    }
}

static json_t *report_json(const struct report *report)
{
    static const char *const outcomes[] = {"ok", "look", "bad"};
    json_t *object = json_new_object();
    json_t *array = json_new_array();

    json_text(object, "party", report->party->id);
    json_bool(object, "good", !is_wrong(report));
    json_bool(object, "called", report->tls != NULL && report->party->url != NULL);
    for (size_t i = 0; i < report->count; i++) {
        json_t *check = json_new_object();

        json_text(check, "check", report->checks[i].topic);
        json_text(check, "state", outcomes[report->checks[i].outcome]);
        json_text(check, "text", report->checks[i].said);
        json_text(check, "next",
                  report->checks[i].next[0] != '\0' ? report->checks[i].next : NULL);
        json_append(array, check);
    }
    json_put(object, "checks", array);
    return object;
}

static bool check_all(struct cli *cli, const char *id, const struct tls *tls, json_t *array,
                      struct error *err)
{
    const struct config *config = cli->config;
    bool found = false;

    for (size_t i = 0; i < config->party_count; i++) {
        struct report report = {.cli = cli, .party = &config->parties[i], .tls = tls};

        if (id != NULL && strcmp(id, report.party->id) != 0)
            continue;
        found = true;
        if (!check_party(&report, err))
            return false;
        if (is_wrong(&report))
            cli->status = 1;
        if (array != NULL)
            json_append(array, report_json(&report));
        else
            print_report(&report);
    }
    if (found || id == NULL)
        return true;
    cli_hint(cli, _("`qiantong party` lists them"));
    return fail(err, ERROR_NOT_FOUND, _("no party %s in %s"), id, config->path);
}

bool cli_party_check(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    bool offline = false;
    bool json = false;
    const struct option_rule rules[] = {{"--offline", &offline, NULL}, {"--json", &json, NULL}};
    struct operands operands;
    struct tls *tls = NULL;
    json_t *array = NULL;
    bool ok;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 1, &operands, err) ||
        !cli_load_config(cli, CONFIG_SHALLOW, err) ||
        !clock_use_offset_file(cli->config->clock_offset, err))
        return false;
    cli->now = clock_now();
    if (!offline && !config_open_tls(cli->config, &tls, err)) {
        cli_hint(cli,
                 _("a call needs our key: run it as the gateway's user, or with --offline"));
        return false;
    }
    if (json)
        array = json_new_array();
    ok = check_all(cli, operands.count == 1 ? operands.at[0] : NULL, tls, array, err);
    tls_free(tls);
    if (ok && json)
        return json_print(cli, array, err);
    json_decref(array);
    return ok;
}
