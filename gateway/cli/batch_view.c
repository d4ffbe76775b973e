/* batch_view.c - what became of a batch, counted and shown. */
#include <inttypes.h>
#include <string.h>

#include "cli/batch.h"
#include "cli/batch_results.h"
#include "cli/json.h"

enum { LABEL = 14, CODE_COLUMN = 12 };

uint64_t batch_done(const struct batch_summary *summary)
{
    uint64_t done = 0;

    for (int verdict = 0; verdict < BATCH_VERDICTS; verdict++)
        done += summary->counts[verdict];
    return done;
}

void batch_count(struct batch_summary *summary, enum batch_verdict verdict, const char *code)
{
    size_t i = 0;

    summary->counts[verdict]++;
    if (code[0] == '\0')
        return;
    while (i < summary->code_count && strcmp(summary->codes[i].code, code) != 0)
        i++;
    if (i == BATCH_CODES_MAX ||
        !text_to_field(text_of(code), summary->codes[i].code, sizeof(summary->codes[i].code))) {
        summary->other_codes++;
        return;
    }
    if (i == summary->code_count)
        summary->code_count++;
    summary->codes[i].count++;
}

static uint64_t left(const struct batch_summary *summary)
{
    uint64_t passed = batch_done(summary) + summary->skipped;

    return passed < summary->items ? summary->items - passed : 0;
}

static uint64_t per_second(const struct batch_summary *summary)
{
    return summary->passed_ms > 0 ? batch_done(summary) * 1000 / (uint64_t)summary->passed_ms
                                  : 0;
}

static bool print_json(struct cli *cli, const struct batch_summary *summary, struct error *err)
{
    static const char *const ends[] = {"whole", "interrupted", "stopped"};
    json_t *root = json_new_object();
    json_t *codes = json_new_object();

    for (size_t i = 0; i < summary->code_count; i++)
        json_number(codes, summary->codes[i].code, (int64_t)summary->codes[i].count);
    json_text(root, "end", ends[summary->end]);
    json_number(root, "items", (int64_t)summary->items);
    for (int verdict = BATCH_NONE + 1; verdict < BATCH_VERDICTS; verdict++)
        json_number(root, batch_verdict_name((enum batch_verdict)verdict),
                    (int64_t)summary->counts[verdict]);
    json_number(root, "again", (int64_t)summary->again);
    json_number(root, "skipped", (int64_t)summary->skipped);
    json_number(root, "skipped_refused", (int64_t)summary->skipped_refused);
    json_number(root, "left", (int64_t)left(summary));
    json_put(root, "codes", codes);
    json_number(root, "other_codes", (int64_t)summary->other_codes);
    json_number(root, "passed_ms", summary->passed_ms);
    json_number(root, "per_second", (int64_t)per_second(summary));
    json_text(root, "results", summary->results);
    return json_print(cli, root, err);
}

static void print_count(const struct cli *cli, const char *label, enum paint paint,
                        uint64_t count)
{
    char text[32];

    snprintf(text, sizeof(text), "%" PRIu64, count);
    screen_field(&cli->screen, label, LABEL, count > 0 ? paint : PAINT_PLAIN, text);
}

static void print_codes(const struct cli *cli, const struct batch_summary *summary)
{
    char text[64];

    for (size_t i = 0; i < summary->code_count; i++) {
        snprintf(text, sizeof(text), "%-*s %" PRIu64, CODE_COLUMN, summary->codes[i].code,
                 summary->codes[i].count);
        screen_field(&cli->screen, i == 0 ? _("Codes") : "", LABEL, PAINT_PLAIN, text);
    }
    if (summary->other_codes > 0)
        print_count(cli, _("Other codes"), PAINT_PLAIN, summary->other_codes);
}

static void print_again(const struct cli *cli, const struct batch_summary *summary)
{
    char text[128];

    if (summary->again == 0)
        return;
    snprintf(text, sizeof(text), "%" PRIu64 ", %s", summary->again,
             _("handed in before; the first verdict stands"));
    screen_field(&cli->screen, _("Again"), LABEL, PAINT_WARN, text);
}

static void print_skipped(const struct cli *cli, const struct batch_summary *summary)
{
    char text[128];

    if (summary->skipped == 0)
        return;
    snprintf(text, sizeof(text),
             _("%" PRIu64 ", which had a result; refused of them: %" PRIu64), summary->skipped,
             summary->skipped_refused);
    screen_field(&cli->screen, _("Skipped"), LABEL, PAINT_PLAIN, text);
}

static void print_lines(const struct cli *cli, const struct batch_summary *summary)
{
    const struct screen *screen = &cli->screen;
    const uint64_t *counts = summary->counts;
    char text[128];

    print_count(cli, _("Documents"), PAINT_PLAIN, summary->items);
    print_count(cli, _("Accepted"), PAINT_GOOD, counts[BATCH_ACCEPTED]);
    if (counts[BATCH_PENDING] > 0)
        print_count(cli, _("Pending"), PAINT_GOOD, counts[BATCH_PENDING]);
    print_count(cli, _("Refused"), PAINT_BAD, counts[BATCH_REFUSED]);
    if (counts[BATCH_CONFLICT] > 0)
        print_count(cli, _("Conflicts"), PAINT_BAD, counts[BATCH_CONFLICT]);
    print_count(cli, _("Unreadable"), PAINT_BAD, counts[BATCH_UNREADABLE]);
    print_codes(cli, summary);
    print_again(cli, summary);
    print_skipped(cli, summary);
    if (left(summary) > 0)
        print_count(cli, _("Left"), PAINT_WARN, left(summary));
    snprintf(text, sizeof(text), _("%" PRId64 ".%03d s, %" PRIu64 " a second"),
             summary->passed_ms / 1000, (int)(summary->passed_ms % 1000), per_second(summary));
    screen_field(screen, _("Time"), LABEL, PAINT_PLAIN, text);
    screen_field(screen, _("Results"), LABEL, PAINT_PLAIN, summary->results);
    if (summary->end == BATCH_INTERRUPTED)
        screen_field(screen, _("Next"), LABEL, PAINT_WARN,
                     _("interrupted; the same command again goes on from here"));
    else if (summary->end == BATCH_WHOLE && counts[BATCH_UNREADABLE] > 0)
        screen_field(screen, _("Next"), LABEL, PAINT_PLAIN,
                     _("correct what is unreadable; the same command takes just those"));
}

bool batch_print(struct cli *cli, const struct batch_summary *summary, bool json,
                 struct error *err)
{
    if (json)
        return print_json(cli, summary, err);
    print_lines(cli, summary);
    return true;
}
