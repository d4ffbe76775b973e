/* submit.c - `qiantong submit FILE`: a core system's document, handed in by a person. The same
 * path as over the network; exit status 0 accepted, 1 refused, 2 could not be handed in. With
 * --batch, many of them (cli/batch.h). */
#include "base/file.h"
#include "cli/ask.h"
#include "cli/batch.h"
#include "cli/json.h"
#include "crypt/base64.h"
#include "net/control.h"

/* The control socket takes one line of bounded size; the rest of it is the other fields. */
enum { FILE_MAX = (CONTROL_REQUEST_MAX - 1024) / 4 * 3, LABEL = 10, REFUSED = 1, CANNOT = 2 };

static bool read_encoded(struct cli *cli, const char *path, char **encoded, struct error *err)
{
    struct text bytes;

    if (!file_read(cli->arena, path, FILE_MAX, &bytes, err)) {
        if (err->code == ERROR_SIZE)
            cli_hint(cli, _("larger documents go over the network, from the core system"));
        else
            cli_hint(cli, _("name a file that you may read; nothing was handed in"));
        return false;
    }
    if (bytes.size == 0)
        return fail(err, ERROR_USAGE, _("%s is empty"), path);
    *encoded = arena_alloc(cli->arena, BASE64_SIZE(bytes.size) + 1);
    if (*encoded == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    base64_encode(bytes.at, bytes.size, *encoded);
    return true;
}

static bool choose_core(struct cli *cli, const char **party, struct error *err)
{
    const struct config_party *core;

    if (!cli_load_config(cli, CONFIG_SHALLOW, err))
        return false;
    core = *party == NULL ? config_core(cli->config) : config_party_by_id(cli->config, *party);
    if (core == NULL && *party == NULL)
        return fail(err, ERROR_CONFIG, _("%s: no party of kind core"), cli->config->path);
    if (core == NULL)
        return fail(err, ERROR_NOT_FOUND, _("no party %s in %s"), *party, cli->config->path);
    if (core->kind != PARTY_CORE)
        return fail(err, ERROR_USAGE, _("%s is not of kind core"), core->id);
    *party = core->id;
    return true;
}

static void print_field(const struct cli *cli, const char *label, enum paint paint,
                        const char *value)
{
    if (value[0] != '\0')
        screen_field(&cli->screen, label, LABEL, paint, value);
}

static bool is_good(const json_t *answer)
{
    unsigned verdict = verdict_by_name(text_of(answer_text(answer, "verdict")));

    return verdict == VERDICT_ACCEPTED || verdict == VERDICT_PENDING;
}

/* Out of order or wrong: where there is a case, it says what it waits for. */
static void print_next(const struct cli *cli, const char *case_id)
{
    char next[128];
    struct uuid id;

    if (!uuid_parse(text_of(case_id), &id) || uuid_is_none(&id))
        snprintf(next, sizeof(next), "%s", _("correct the document, then submit it again"));
    else
        snprintf(next, sizeof(next), _("qiantong case %.13s shows what the case waits for"),
                 case_id);
    print_field(cli, _("Next"), PAINT_PLAIN, next);
}

static void print_answer(struct cli *cli, const json_t *answer)
{
    unsigned verdict = verdict_by_name(text_of(answer_text(answer, "verdict")));
    bool again = json_is_true(json_object_get(answer, "again"));
    const char *case_id = answer_text(answer, "case_id");
    char sequence[24];
    struct uuid id;

    snprintf(sequence, sizeof(sequence), "%lld",
             json_integer_value(json_object_get(answer, "sequence")));
    print_field(cli, _("Verdict"), is_good(answer) ? PAINT_GOOD : PAINT_BAD,
                language_name(verdict_name(verdict)));
    print_field(cli, _("Code"), PAINT_BAD, answer_text(answer, "code"));
    print_field(cli, _("Reason"), PAINT_PLAIN, answer_text(answer, "text"));
    if (uuid_parse(text_of(case_id), &id) && !uuid_is_none(&id))
        print_field(cli, _("Case"), PAINT_PLAIN, case_id);
    print_field(cli, _("Journal"), PAINT_PLAIN, sequence);
    if (!is_good(answer))
        print_next(cli, case_id);
    if (again)
        print_field(cli, _("Again"), PAINT_WARN,
                    _("handed in before; the first verdict stands"));
}

/* The document could not be read: which one, and that nothing came of it. */
static bool not_taken(struct cli *cli, const char *path, struct error *err)
{
    if (error_exit(err->code) != error_exit(ERROR_PARSE))
        return false;
    cli_hint(cli, _("correct the document, then submit it again"));
    return fail_prefix(err, "%s", path);
}

static bool submit_one(struct cli *cli, const char *path, const char *party, bool json,
                       struct error *err)
{
    json_t *request;
    json_t *answer = NULL;
    char *encoded = NULL;

    if (!choose_core(cli, &party, err) || !read_encoded(cli, path, &encoded, err))
        return false;
    request = json_new_object();
    json_text(request, "verb", "submit");
    json_text(request, "party", party);
    json_text(request, "bytes", encoded);
    if (!ask_gateway(cli, request, ASK_LONG_MS, &answer, err))
        return not_taken(cli, path, err);
    cli->status = is_good(answer) ? 0 : REFUSED;
    if (json)
        return json_print(cli, answer, err);
    print_answer(cli, answer);
    json_decref(answer);
    return true;
}

static bool submit_batch(struct cli *cli, struct batch_options *batch, const char *jobs,
                         struct error *err)
{
    uint64_t count = BATCH_JOBS;

    if (jobs != NULL &&
        (!text_to_u64(text_of(jobs), &count) || count < 1 || count > BATCH_JOBS_MAX))
        return fail(err, ERROR_USAGE, _("--jobs: 1 to %d"), BATCH_JOBS_MAX);
    batch->jobs = (unsigned)count;
    return choose_core(cli, &batch->party, err) && batch_run(cli, batch, err);
}

bool cli_submit(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    struct batch_options batch = {.path = NULL};
    const char *jobs = NULL;
    const struct option_rule rules[] = {
        {"--party", NULL, &batch.party},     {"--json", &batch.json, NULL},
        {"--batch", NULL, &batch.path},      {"--jobs", NULL, &jobs},
        {"--results", NULL, &batch.results},
    };
    struct operands operands;

    cli->failed_status = CANNOT;
    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 1, &operands, err))
        return false;
    if ((batch.path != NULL) == (operands.count == 1))
        return fail(err, ERROR_USAGE, _("either one FILE or --batch"));
    if (batch.path != NULL)
        return submit_batch(cli, &batch, jobs, err);
    if (jobs != NULL || batch.results != NULL)
        return fail(err, ERROR_USAGE, _("--jobs and --results belong to --batch"));
    return submit_one(cli, operands.at[0], batch.party, batch.json, err);
}
