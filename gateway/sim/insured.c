/* insured.c - one question to one answer; its faults. What it does to a stay:
 * insured_books.c; what outlives it: insured_journal.c. */
#include "sim/insured.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "sim/insured_books.h"
#include "sim/insured_journal.h"

/* A question that was answered. */
struct taken {
    const char *key;
    struct record *answer;
    struct book_stay *stay;
    uint32_t nth;
    uint32_t brought; /* how often */
    bool changed;     /* its mind, once */
};

struct insured {
    const struct insured_script *script;
    struct arena *arena;
    struct insured_journal *journal; /* NULL: it forgets everything when it ends */
    bool handles;
    void *stays; /* trees of search.h; what they hold is the arena's */
    void *questions;
    struct book_stay *newest;
};

/* Both kinds of rows begin with the name that they are found by. */
static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void keep(void *row)
{
    (void)row; /* the arena's */
}

struct insured *insured_new(const struct insured_script *script, bool handles,
                            struct arena *arena)
{
    struct insured *insured = calloc(1, sizeof(*insured));

    if (insured != NULL)
        *insured = (struct insured){.script = script, .arena = arena, .handles = handles};
    return insured;
}

void insured_free(struct insured *insured)
{
    if (insured == NULL)
        return;
    tdestroy(insured->stays, keep);
    tdestroy(insured->questions, keep);
    insured_journal_close(insured->journal);
    free(insured);
}

bool insured_answers(unsigned action)
{
    return action >= ACTION_IDENTIFY && action <= ACTION_QUERY &&
           (action - ACTION_IDENTIFY) % 2 == 0;
}

/* --- rows -----------------------------------------------------------------------------------
 */

/* The stay that a question names, new if it was not known. */
static struct book_stay *stay_of(struct insured *insured, const struct record *asked,
                                 struct error *err)
{
    struct text institution;
    struct text number;
    struct book_stay *stay = arena_alloc(insured->arena, sizeof(*stay));
    struct book_stay **found;

    if (!record_text(asked, "reference/institution", &institution) ||
        !record_text(asked, "reference/stayNumber", &number)) {
        fail(err, ERROR_SCHEMA, "the question names no stay");
        return NULL;
    }
    if (stay != NULL) {
        stay->name = arena_format(insured->arena, "%.*s/%.*s", TEXT_ARG(institution),
                                  TEXT_ARG(number));
        stay->number = stay->name != NULL ? strchr(stay->name, '/') + 1 : NULL;
    }
    found = stay != NULL && stay->name != NULL ? tsearch(stay, &insured->stays, by_name) : NULL;
    if (found == NULL) {
        fail(err, ERROR_MEMORY, "no memory for a stay");
        return NULL;
    }
    if (*found == stay) {
        stay->next = insured->newest;
        insured->newest = stay;
    }
    return *found;
}

static struct taken *taken_before(struct insured *insured, struct text key, struct error *err)
{
    struct taken *taken = arena_alloc(insured->arena, sizeof(*taken));
    struct taken **found = NULL;

    if (taken != NULL)
        taken->key = arena_copy(insured->arena, key).at;
    if (taken != NULL && taken->key != NULL)
        found = tsearch(taken, &insured->questions, by_name);
    if (found == NULL) {
        fail(err, ERROR_MEMORY, "no memory for a question");
        return NULL;
    }
    return *found;
}

/* --- faults ---------------------------------------------------------------------------------
 */

static const struct insured_fault *fault_of(const struct insured *insured, enum fault_kind kind,
                                            unsigned action, const struct taken *taken)
{
    for (size_t i = 0; i < insured->script->fault_count; i++) {
        const struct insured_fault *fault = &insured->script->faults[i];

        if (fault->kind == kind && fault->action == action && fault->nth == taken->nth &&
            (taken->brought <= fault->times || kind == FAULT_CHANGE) &&
            (fault->stay == NULL || strcmp(fault->stay, taken->stay->number) == 0))
            return fault;
    }
    return NULL;
}

/* --- answers --------------------------------------------------------------------------------
 */

static bool write_answer(struct insured *insured, unsigned action, const struct record *asked,
                         const char *rejection, struct taken *taken, struct error *err)
{
    struct paper paper = paper_new(insured->arena, action + 1);
    struct record *group;

    paper_copy(&paper, paper.root, asked, "reference");
    group = paper_group(&paper, paper.root, "result");
    paper_word(&paper, group, "verdict", rejection == NULL ? "ok" : "rejected");
    if (rejection != NULL)
        paper_word(&paper, group, "code", rejection);
    if (rejection != NULL && action == ACTION_QUERY)
        paper_word(&paper, paper.root, "status", "unknown");
    if (rejection == NULL)
        book_say(taken->stay, action, asked, &paper);
    if (rejection == NULL && insured->handles && action != ACTION_QUERY) {
        char *serial = arena_format(insured->arena, "%s.%s.%u", taken->stay->number,
                                    action_name(action).english, taken->nth);

        group = paper_group(&paper, paper.root, "handle");
        paper_word(&paper, group, "serial", serial != NULL ? serial : "");
    }
    if (paper.full)
        return fail(err, ERROR_MEMORY, "no memory for an answer");
    taken->answer = paper.root;
    return true;
}

static bool answer_first(struct insured *insured, unsigned action, const struct record *asked,
                         struct taken *taken, struct error *err)
{
    const struct insured_fault *fault = fault_of(insured, FAULT_REJECT, action, taken);
    const char *rejection = fault != NULL ? fault->code : NULL;

    if (rejection == NULL)
        rejection = book_question(taken->stay, action, asked, insured->script, insured->arena);
    if (fault_of(insured, FAULT_WRONG_SUM, action, taken) != NULL)
        book_falsify(&taken->stay->split, 1, false);
    return write_answer(insured, action, asked, rejection, taken, err);
}

/* The same again, unless it has changed its mind. */
static bool answer_again(struct insured *insured, unsigned action, const struct record *asked,
                         struct taken *taken, struct error *err)
{
    if (taken->changed || fault_of(insured, FAULT_CHANGE, action, taken) == NULL)
        return true;
    taken->changed = true;
    book_falsify(&taken->stay->split, 1, true);
    return write_answer(insured, action, asked, NULL, taken, err);
}

bool insured_take(struct insured *insured, const struct adapter_message *asked,
                  struct insured_answer *answer, struct error *err)
{
    const struct insured_fault *slow;
    struct taken *taken = taken_before(insured, asked->local_key, err);
    bool ok;

    *answer = (struct insured_answer){.lost = false};
    if (taken == NULL)
        return false;
    answer->repeated = taken->answer != NULL;
    if (!answer->repeated) {
        taken->stay = stay_of(insured, asked->body, err);
        if (taken->stay == NULL ||
            (insured->journal != NULL && !insured_journal_add(insured->journal, asked, err)))
            return false;
        taken->nth = ++taken->stay->asked[asked->action];
    }
    taken->brought++;
    ok = answer->repeated ? answer_again(insured, asked->action, asked->body, taken, err)
                          : answer_first(insured, asked->action, asked->body, taken, err);
    if (!ok)
        return false;
    slow = fault_of(insured, FAULT_SLOW, asked->action, taken);
    answer->delay_ms = slow != NULL ? slow->delay_ms : 0;
    answer->lost = fault_of(insured, FAULT_LOSE, asked->action, taken) != NULL;
    answer->message = (struct adapter_message){.flow = asked->flow,
                                               .action = (uint16_t)(asked->action + 1),
                                               .answers = asked->action,
                                               .revision = 1,
                                               .local_key = asked->local_key,
                                               .body = taken->answer};
    return true;
}

bool insured_keep(struct insured *insured, const char *path, struct error *err)
{
    struct insured_journal *journal = NULL;
    bool ok = insured_journal_open(path, insured->arena, &journal, err);
    bool end = false;

    while (ok) {
        struct adapter_message asked;
        struct insured_answer ignored;

        ok = insured_journal_next(journal, &asked, &end, err);
        if (!ok || end)
            break;
        ok = insured_take(insured, &asked, &ignored, err);
    }
    if (ok)
        insured->journal = journal;
    else
        insured_journal_close(journal);
    return ok;
}

void insured_each(const struct insured *insured,
                  void (*visit)(void *self, const struct book_stay *stay), void *self)
{
    for (const struct book_stay *stay = insured->newest; stay != NULL; stay = stay->next)
        visit(self, stay);
}
