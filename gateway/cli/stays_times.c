/* stays_times.c - `qiantong stays --times`: how long answers took, by hospital and partner. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "cli/stay_hops.h"
#include "cli/stays.h"

enum { FIRST_ROOM = 64, TIME_SIZE = 24 };

/* Milliseconds, in the order in which they came until they are sorted. */
struct samples {
    int64_t *at;
    size_t count;
    size_t room;
};

struct timing {
    struct cli *cli;
    struct samples whole;
    struct samples there;
    uint64_t unanswered;
    struct error *err;
    bool ok;
};

static bool add_sample(struct timing *timing, struct samples *samples, int64_t ms)
{
    if (samples->count == samples->room) {
        size_t room = samples->room == 0 ? FIRST_ROOM : samples->room * 2;
        int64_t *larger = arena_array(timing->cli->arena, room, sizeof(*larger));

        if (larger == NULL) {
            cli_hint(timing->cli, _("narrow it with --open, --party or --month"));
            return fail(timing->err, ERROR_MEMORY, _("too many answers for one listing"));
        }
        if (samples->count > 0)
            memcpy(larger, samples->at, samples->count * sizeof(*larger));
        samples->at = larger;
        samples->room = room;
    }
    samples->at[samples->count++] = ms;
    return true;
}

static bool take_hop(void *self, const struct stay_hop *hop)
{
    struct timing *timing = self;
    int64_t there;

    if (!hop->answered) {
        timing->unanswered++;
        return true;
    }
    timing->ok = add_sample(timing, &timing->whole, hop_whole_ms(hop)) &&
                 (!hop_there_ms(hop, &there) || add_sample(timing, &timing->there, there));
    return timing->ok;
}

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* Nearest rank: the least time within which `percent` of them came. */
static int64_t percentile(const struct samples *samples, unsigned percent)
{
    size_t rank = (samples->count * percent + 99) / 100;

    return samples->at[rank > 0 ? rank - 1 : 0];
}

static void sort(struct samples *samples)
{
    if (samples->count > 1)
        qsort(samples->at, samples->count, sizeof(*samples->at), compare);
}

/* --- showing -------------------------------------------------------------------------------
 */

static void put_percentile(json_t *object, const char *name, const struct samples *samples,
                           unsigned percent)
{
    if (samples->count > 0)
        json_number(object, name, percentile(samples, percent));
    else
        json_null_field(object, name);
}

static json_t *to_json(const struct stay_line *line, const struct timing *timing)
{
    json_t *object = json_new_object();

    json_view(object, "institution", (struct text){line->trace, line->institution_size});
    json_text(object, "party", line->party);
    json_number(object, "answers", (int64_t)timing->whole.count);
    put_percentile(object, "whole_p50_ms", &timing->whole, 50);
    put_percentile(object, "whole_p99_ms", &timing->whole, 99);
    json_number(object, "answers_there_known", (int64_t)timing->there.count);
    put_percentile(object, "there_p50_ms", &timing->there, 50);
    put_percentile(object, "there_p99_ms", &timing->there, 99);
    json_number(object, "unanswered", (int64_t)timing->unanswered);
    return object;
}

static bool add_time(struct table *table, const struct samples *samples, unsigned percent,
                     struct error *err)
{
    char text[TIME_SIZE] = "-";

    if (samples->count > 0)
        snprintf(text, sizeof(text), "%" PRId64, percentile(samples, percent));
    return table_cell(table, PAINT_PLAIN, text, err);
}

static bool add_row(struct table *table, const struct stay_line *line,
                    const struct timing *timing, struct error *err)
{
    char institution[TRACE_SIZE];
    char answers[TIME_SIZE];
    char unanswered[TIME_SIZE];

    snprintf(institution, sizeof(institution), "%.*s", (int)line->institution_size,
             line->trace);
    snprintf(answers, sizeof(answers), "%zu", timing->whole.count);
    snprintf(unanswered, sizeof(unanswered), "%" PRIu64, timing->unanswered);
    return table_cell(table, PAINT_PLAIN, institution, err) &&
           table_cell(table, PAINT_PLAIN, line->party, err) &&
           table_cell(table, PAINT_PLAIN, answers, err) &&
           add_time(table, &timing->whole, 50, err) &&
           add_time(table, &timing->whole, 99, err) &&
           add_time(table, &timing->there, 50, err) &&
           add_time(table, &timing->there, 99, err) &&
           table_cell(table, timing->unanswered > 0 ? PAINT_WARN : PAINT_PLAIN, unanswered,
                      err);
}

static bool same_pair(const struct stay_line *a, const struct stay_line *b)
{
    return a->institution_size == b->institution_size &&
           memcmp(a->trace, b->trace, a->institution_size) == 0 &&
           strcmp(a->party, b->party) == 0;
}

static struct table *new_table(struct cli *cli)
{
    static struct table_column columns[8];

    columns[0] = (struct table_column){_("Hospital"), false, true};
    columns[1] = (struct table_column){_("Party"), false, true};
    columns[2] = (struct table_column){_("Answers"), true, false};
    columns[3] = (struct table_column){_("p50 ms"), true, false};
    columns[4] = (struct table_column){_("p99 ms"), true, false};
    columns[5] = (struct table_column){_("there p50"), true, false};
    columns[6] = (struct table_column){_("there p99"), true, false};
    columns[7] = (struct table_column){_("None"), true, false};
    return table_new(cli->arena, columns, COUNT_OF(columns));
}

static bool print(struct cli *cli, struct table *table, json_t *array, struct error *err)
{
    if (array != NULL)
        return json_print(cli, array, err);
    if (table_rows(table) == 0) {
        fprintf(cli->screen.out, "%s\n", _("no question has ended yet"));
        return true;
    }
    table_print(table, &cli->screen);
    fprintf(cli->screen.out, "\n%s\n",
            _("p50, p99: half of the answers, and 99 of 100, came within so long; there: from\n"
              "the other side's receipt to its answer, by its clock; none: nobody waited."));
    return true;
}

bool stays_times(struct stay_list *list, bool json, struct error *err)
{
    struct cli *cli = list->cli;
    struct timing timing = {.cli = cli, .err = err, .ok = true};
    struct table *table = new_table(cli);
    json_t *array = json ? json_new_array() : NULL;
    bool ok = table != NULL || fail(err, ERROR_MEMORY, _("no memory"));

    for (size_t i = 0; ok && i < list->count; i++) {
        const struct stay_line *line = list->at[i];

        ok = each_hop(cli->txn, &line->case_id, take_hop, &timing, err) && timing.ok;
        if (!ok || (i + 1 < list->count && same_pair(line, list->at[i + 1])))
            continue;
        sort(&timing.whole);
        sort(&timing.there);
        if (json)
            json_append(array, to_json(line, &timing));
        else if (timing.whole.count + timing.unanswered > 0)
            ok = add_row(table, line, &timing, err);
        timing.whole.count = timing.there.count = 0;
        timing.unanswered = 0;
    }
    cli_end_read(cli);
    if (ok)
        return print(cli, table, array, err);
    json_decref(array);
    return false;
}
