/* case_kin.c - who waits for whom, among the cases of one person. */
#include "cli/case_kin.h"

#include <string.h>

#include "cli/case_view.h"
#include "cli/json.h"

enum { LINE_SIZE = 256, LOOKED_AT_MAX = 1024 };

struct looking {
    const struct flow_case *row;
    struct case_kin *kin;
    size_t looked_at;
};

static bool waits_for(const struct flow_case *flow_case, const struct flow_case *other)
{
    const struct flow *flow = flow_find(flow_case->flow);

    return flow != NULL && flow->waits_for != NULL && flow->waits_for(flow_case, other);
}

static void take(struct flow_case *list, size_t *count, const struct flow_case *row)
{
    if (*count < CASE_KIN_MAX)
        list[(*count)++] = *row;
}

static bool visit(void *self, const struct flow_case *other)
{
    struct looking *looking = self;
    struct case_kin *kin = looking->kin;

    if (uuid_equal(&other->case_id, &looking->row->case_id))
        return true;
    if (waits_for(looking->row, other))
        take(kin->children, &kin->child_count, other);
    if (waits_for(other, looking->row))
        take(kin->parents, &kin->parent_count, other);
    return ++looking->looked_at < LOOKED_AT_MAX;
}

bool case_kin_find(struct cli *cli, const struct flow_case *row, struct case_kin *kin,
                   struct error *err)
{
    static const uint8_t nobody[16];
    struct looking looking = {.row = row, .kin = kin};

    kin->child_count = kin->parent_count = 0;
    return memcmp(row->person_tag, nobody, sizeof(nobody)) == 0 ||
           ledger_each_case_of_person(cli->txn, row->person_tag, visit, &looking, err);
}

static void print_list(const struct cli *cli, const char *label, size_t label_columns,
                       const struct flow_case *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char id[UUID_TEXT_SIZE];
        char line[LINE_SIZE];

        snprintf(line, sizeof(line), "%s %s %s", uuid_format(&list[i].case_id, id),
                 case_kind_short(flow_case_kind(&list[i])),
                 language_name(case_state_name(&list[i])));
        screen_field(&cli->screen, i == 0 ? label : "", label_columns,
                     case_open(&list[i]) ? PAINT_WARN : PAINT_PLAIN, line);
    }
}

void case_kin_print(const struct cli *cli, const struct case_kin *kin, size_t label_columns)
{
    print_list(cli, _("Gathers first"), label_columns, kin->children, kin->child_count);
    print_list(cli, _("Gathered for"), label_columns, kin->parents, kin->parent_count);
}

static json_t *ids_json(const struct flow_case *list, size_t count)
{
    json_t *array = json_new_array();

    for (size_t i = 0; i < count; i++) {
        char id[UUID_TEXT_SIZE];

        json_append(array, json_string(uuid_format(&list[i].case_id, id)));
    }
    return array;
}

void case_kin_json(json_t *object, const struct case_kin *kin)
{
    json_put(object, "children", ids_json(kin->children, kin->child_count));
    json_put(object, "parents", ids_json(kin->parents, kin->parent_count));
}
