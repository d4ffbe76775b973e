/* doctor.c - asks one part after the other, then prints what they found. */
#include "cli/doctor.h"

#include <stdarg.h>
#include <stdio.h>

#include "cli/json.h"

enum { TITLE_COLUMNS = 13, LEVEL_COLUMNS = 6 };

static const char *const level_names[DOCTOR_LEVELS] = {"ok", "warn", "bad"};

void doctor_area(struct doctor *doctor, const char *area, const char *title)
{
    doctor->area = area;
    doctor->title = title;
}

void doctor_say(struct doctor *doctor, enum doctor_level level, const char *todo,
                const char *format, ...)
{
    struct doctor_finding *finding;
    va_list arguments;

    if (doctor->count == DOCTOR_FINDINGS_MAX)
        return;
    finding = &doctor->findings[doctor->count++];
    *finding = (struct doctor_finding){
        .level = level, .area = doctor->area, .title = doctor->title, .todo = todo};
    va_start(arguments, format);
    vsnprintf(finding->text, sizeof(finding->text), format, arguments);
    va_end(arguments);
}

static void print_finding(const struct screen *screen, const struct doctor_finding *finding)
{
    static const enum paint paints[DOCTOR_LEVELS] = {PAINT_GOOD, PAINT_WARN, PAINT_BAD};
    static const char *const shown[DOCTOR_LEVELS] = {N_("ok"), N_("warn"), N_("bad")};
    const char *level = gettext(shown[finding->level]);
    char cut[2 * DOCTOR_TEXT_SIZE];

    screen_paint(screen, paints[finding->level], level);
    for (size_t column = screen_width(level); column < LEVEL_COLUMNS; column++)
        fputc(' ', screen->out);
    screen_field(screen, finding->title, TITLE_COLUMNS, PAINT_PLAIN,
                 screen_cut(finding->text, SCREEN_COLUMNS - LEVEL_COLUMNS - TITLE_COLUMNS, cut,
                            sizeof(cut)));
    if (finding->level != DOCTOR_OK && finding->todo[0] != '\0')
        fprintf(screen->out, "%*s%s\n", LEVEL_COLUMNS + TITLE_COLUMNS, "", finding->todo);
}

static void print_text(const struct doctor *doctor, const size_t counts[DOCTOR_LEVELS])
{
    const struct screen *screen = &doctor->cli->screen;

    for (size_t i = 0; i < doctor->count; i++)
        print_finding(screen, &doctor->findings[i]);
    fprintf(screen->out, _("%zu bad, %zu to look at, %zu good\n"), counts[DOCTOR_BAD],
            counts[DOCTOR_WARN], counts[DOCTOR_OK]);
}

static bool print_json(const struct doctor *doctor, struct error *err)
{
    json_t *list = json_new_array();

    for (size_t i = 0; i < doctor->count; i++) {
        const struct doctor_finding *finding = &doctor->findings[i];
        json_t *object = json_new_object();

        json_text(object, "area", finding->area);
        json_text(object, "level", level_names[finding->level]);
        json_text(object, "text", finding->text);
        json_text(object, "todo", finding->todo);
        json_append(list, object);
    }
    return json_print(doctor->cli, list, err);
}

static void examine(struct doctor *doctor)
{
    struct instant last_entry = {0};

    doctor_configuration(doctor);
    doctor_gateway(doctor);
    doctor_files(doctor);
    doctor_ledger(doctor, &last_entry);
    doctor_disk(doctor);
    doctor_clock(doctor, last_entry);
    doctor_certificates(doctor);
    doctor_calendar(doctor);
    doctor_partners(doctor);
    doctor_limits(doctor);
}

bool cli_doctor(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    size_t counts[DOCTOR_LEVELS] = {0};
    struct operands operands;
    bool json = false;
    const struct option_rule rules[] = {{"--json", &json, NULL}};
    struct doctor *doctor;

    if (!options_parse(word_count, words, rules, COUNT_OF(rules), 0, 0, &operands, err) ||
        !cli_load_config(cli, CONFIG_SHALLOW, err))
        return false;
    doctor = arena_alloc(cli->arena, sizeof(*doctor));
    if (doctor == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    *doctor = (struct doctor){.cli = cli};
    examine(doctor);
    for (size_t i = 0; i < doctor->count; i++)
        counts[doctor->findings[i].level]++;
    cli->status = counts[DOCTOR_BAD] > 0;
    if (json)
        return print_json(doctor, err);
    print_text(doctor, counts);
    return true;
}
