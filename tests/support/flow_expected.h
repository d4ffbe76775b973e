/*
 * flow_expected.h - a flow's table as it was written by hand, and a decision compared with it.
 *
 * The file format is told at the top of tests/data/pension_employee_expected.txt. What a guard
 * means in a situation is the including test's to say: expected_holds().
 */
#ifndef SUPPORT_FLOW_EXPECTED_H
#define SUPPORT_FLOW_EXPECTED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/flow.h"
#include "core/names.h"

enum {
    EXPECTED_LINES_MAX = 500,
    EXPECTED_WORDS_MAX = 12,
    EXPECTED_ANY = 255,   /* a state or action: any; as `to`: same */
    EXPECTED_ACTIVE = 254 /* a state: any that is no end */
};

struct expected_line {
    unsigned number;
    unsigned role;
    unsigned from; /* FLOW_OPENING, EXPECTED_ANY, EXPECTED_ACTIVE or a state */
    unsigned source;
    unsigned action;
    char guard[40]; /* words joined by '&' */
    bool refusal;
    char code[CODE_SIZE];
    unsigned to;
    char partner[48];
    char core[48];
    char started[48];
    char met[48];
    bool flagged;
    bool hit;
};

static struct expected_line expected_lines[EXPECTED_LINES_MAX];
static size_t expected_count;

/* The lines that speak of such an event whatever holds, in their order: they are looked for
 * once for all situations in which it comes. */
struct expected_event {
    const struct flow *flow;
    unsigned role;
    unsigned from;
    unsigned source;
    unsigned action;
};
static struct expected_event expected_last;
static struct expected_line *expected_likely[EXPECTED_LINES_MAX];
static size_t expected_likely_count;

/* Does one guard word hold in the including test's situation? */
static bool expected_holds(const void *situation, const char *word);

static inline unsigned expected_state(const struct flow *flow, const char *word)
{
    if (strcmp(word, "opening") == 0)
        return FLOW_OPENING;
    if (strcmp(word, "*") == 0 || strcmp(word, "same") == 0)
        return EXPECTED_ANY;
    if (strcmp(word, "active") == 0)
        return EXPECTED_ACTIVE;
    for (unsigned i = 0; i < flow->state_count; i++)
        if (strcmp(flow->states[i].english, word) == 0)
            return i;
    print_message("no state %s\n", word);
    abort();
}

static inline unsigned expected_source(const char *word)
{
    if (strcmp(word, "submitted") == 0)
        return EVENT_SUBMITTED;
    if (strcmp(word, "received") == 0)
        return EVENT_RECEIVED;
    if (strcmp(word, "timer") == 0)
        return EVENT_TIMER;
    if (strcmp(word, "operator") == 0)
        return EVENT_OPERATOR;
    assert_string_equal(word, "receipt");
    return EVENT_RECEIPT;
}

/* A document; of a timer, the clock. */
static inline unsigned expected_action(unsigned source, const char *word)
{
    if (strcmp(word, "*") == 0)
        return EXPECTED_ANY;
    for (unsigned kind = 1; source == EVENT_TIMER && kind < CLOCK_KINDS; kind++)
        if (strcmp(clock_kind_name(kind).english, word) == 0)
            return kind;
    return action_by_name(text_of(word));
}

static inline void expected_keep(char *field, size_t size, const char *word)
{
    assert_true(text_to_field(text_of(word), field, size));
}

static inline void expected_parse(const struct flow *flow, char *words[], size_t count,
                                  unsigned number)
{
    struct expected_line *line = &expected_lines[expected_count++];

    assert_true(expected_count < EXPECTED_LINES_MAX);
    assert_true(count >= 8);
    assert_string_equal(words[5], "->");
    line->number = number;
    line->role = role_by_name(text_of(words[0]));
    line->from = expected_state(flow, words[1]);
    line->source = expected_source(words[2]);
    line->action = expected_action(line->source, words[3]);
    expected_keep(line->guard, sizeof(line->guard), words[4]);
    line->refusal = strcmp(words[6], "refusal") == 0;
    assert_true(line->role != ROLE_NONE && line->action != ACTION_NONE);
    if (line->refusal) {
        expected_keep(line->code, sizeof(line->code), words[7]);
        return;
    }
    assert_true(count == 11 || count == 12);
    line->to = expected_state(flow, words[6]);
    expected_keep(line->partner, sizeof(line->partner), words[7]);
    expected_keep(line->core, sizeof(line->core), words[8]);
    expected_keep(line->started, sizeof(line->started), words[9]);
    expected_keep(line->met, sizeof(line->met), words[10]);
    line->flagged = count == 12;
}

static inline void expected_read(const struct flow *flow, const char *path)
{
    FILE *file = fopen(path, "r");
    char text[512];
    unsigned number = 0;

    assert_non_null(file);
    expected_last = (struct expected_event){0};
    while (fgets(text, sizeof(text), file) != NULL) {
        char *words[EXPECTED_WORDS_MAX];
        size_t count = 0;
        char *rest = NULL;

        number++;
        if (text[0] == '#')
            continue;
        for (char *word = strtok_r(text, " \n", &rest);
             word != NULL && count < EXPECTED_WORDS_MAX; word = strtok_r(NULL, " \n", &rest))
            words[count++] = word;
        if (count > 0)
            expected_parse(flow, words, count, number);
    }
    fclose(file);
}

static inline bool expected_guard(const struct expected_line *line, const void *situation)
{
    char guard[sizeof(line->guard)];
    char *rest = NULL;

    strcpy(guard, line->guard);
    for (char *word = strtok_r(guard, "&", &rest); word != NULL;
         word = strtok_r(NULL, "&", &rest))
        if (strcmp(word, "none") != 0 && !expected_holds(situation, word))
            return false;
    return true;
}

static inline bool expected_from(const struct flow *flow, const struct expected_line *line,
                                 unsigned from)
{
    if (line->from == from)
        return true;
    return from != FLOW_OPENING &&
           (line->from == EXPECTED_ANY ||
            (line->from == EXPECTED_ACTIVE && !flow_state_ends(flow, from)));
}

static inline void expected_look(const struct expected_event *event)
{
    if (memcmp(event, &expected_last, sizeof(*event)) == 0)
        return;
    expected_last = *event;
    expected_likely_count = 0;
    for (size_t i = 0; i < expected_count; i++) {
        struct expected_line *line = &expected_lines[i];

        if (line->role == event->role && expected_from(event->flow, line, event->from) &&
            line->source == event->source &&
            (line->action == event->action || line->action == EXPECTED_ANY))
            expected_likely[expected_likely_count++] = line;
    }
}

/* The first line that speaks of this; NULL: none, so FLW-01. */
static inline struct expected_line *expected_find(const struct flow *flow, unsigned role,
                                                  unsigned from, unsigned source,
                                                  unsigned action, const void *situation)
{
    struct expected_event event = {flow, role, from, source, action};

    expected_look(&event);
    for (size_t i = 0; i < expected_likely_count; i++)
        if (expected_guard(expected_likely[i], situation))
            return expected_likely[i];
    return NULL;
}

/* --- comparing ------------------------------------------------------------------------ */

static inline void expected_join(char *out, size_t size, const char *word)
{
    size_t used = strcmp(out, "-") == 0 ? 0 : strlen(out);

    snprintf(out + used, size - used, "%s%s", used > 0 ? "+" : "", word);
}

static inline void expected_sends(const struct flow_decision *decision, enum flow_target target,
                                  char *out, size_t size)
{
    snprintf(out, size, "-");
    for (size_t i = 0; i < decision->send_count; i++)
        if (decision->sends[i].target == target)
            expected_join(out, size, action_name(decision->sends[i].action).english);
}

static inline void expected_clocks(const struct flow_case *flow_case, enum clock_state state,
                                   char *out, size_t size)
{
    unsigned count = 0;

    snprintf(out, size, "-");
    for (unsigned kind = 1; kind < CLOCK_KINDS; kind++) {
        for (size_t i = 0; i < FLOW_CLOCKS_MAX; i++) {
            const struct flow_clock *clock = &flow_case->clocks[i];

            if (clock->kind != kind || clock->state != state)
                continue;
            if (++count < FLOW_CLOCKS_MAX)
                expected_join(out, size, clock_kind_name(kind).english);
            else
                snprintf(out, size, "all");
        }
    }
}

/* The sets of words a+b, in any order. */
static inline bool expected_same_set(const char *a, const char *b)
{
    char copy[128];
    char *rest = NULL;

    if (strlen(a) != strlen(b))
        return false;
    strcpy(copy, a);
    for (char *word = strtok_r(copy, "+", &rest); word != NULL;
         word = strtok_r(NULL, "+", &rest)) {
        const char *at = strstr(b, word);
        size_t size = strlen(word);

        if (at == NULL || (at != b && at[-1] != '+') || (at[size] != '+' && at[size] != '\0'))
            return false;
    }
    return true;
}

static inline void expected_set(const struct expected_line *line, const char *found,
                                const char *written)
{
    if (expected_same_set(found, written))
        return;
    print_message("line %u:\n", line->number);
    assert_string_equal(found, written);
}

static inline void expected_all_met(void)
{
    unsigned missed = 0;

    for (size_t i = 0; i < expected_count; i++) {
        if (expected_lines[i].hit)
            continue;
        print_message("line %u was never met\n", expected_lines[i].number);
        missed++;
    }
    assert_int_equal(missed, 0);
}

/* As they are kept: what lies between the fields does not count. */
static inline bool expected_same_case(const struct flow_case *a, const struct flow_case *b)
{
    unsigned char bytes_a[CASE_ENCODED_MAX];
    unsigned char bytes_b[CASE_ENCODED_MAX];
    struct buffer buffer_a = buffer_over(bytes_a, sizeof(bytes_a));
    struct buffer buffer_b = buffer_over(bytes_b, sizeof(bytes_b));

    if (memcmp(a, b, sizeof(*a)) == 0)
        return true;
    flow_case_encode(a, &buffer_a);
    flow_case_encode(b, &buffer_b);
    return text_equal(buffer_as_text(&buffer_a), buffer_as_text(&buffer_b));
}

static inline void expected_refusal(const struct flow_case *before,
                                    const struct flow_decision *decision, const char *code)
{
    assert_int_equal(decision->kind, DECISION_REFUSED);
    assert_string_equal(decision->code, code);
    assert_int_not_equal(decision->reason[0], 0);
    assert_int_equal(decision->send_count, 0);
    assert_int_equal(decision->warning_count, 0);
    assert_int_equal(decision->also_count, 0);
    assert_false(decision->closes);
    if (before != NULL)
        assert_true(expected_same_case(before, &decision->after));
}

/* State, sends and started clocks of an accepted step; clocks that were not running before. */
static inline void expected_step(const struct flow *flow, const struct expected_line *line,
                                 unsigned from, const struct flow_decision *decision)
{
    unsigned to = line->to == EXPECTED_ANY ? from : line->to;
    char text[64];

    assert_int_equal(decision->kind, DECISION_ACCEPTED);
    assert_string_equal(decision->code, "");
    assert_int_equal(decision->after.state, to);
    assert_int_equal(decision->after.role, line->role);
    assert_int_equal((decision->after.flags & CASE_FLAGGED) != 0, line->flagged);
    assert_int_equal(decision->closes, flow_state_ends(flow, to) && to != from);
    expected_sends(decision, FLOW_TO_PARTNER, text, sizeof(text));
    expected_set(line, text, line->partner);
    expected_sends(decision, FLOW_TO_CORE, text, sizeof(text));
    expected_set(line, text, line->core);
    expected_clocks(&decision->after, CLOCK_STATE_RUNNING, text, sizeof(text));
    expected_set(line, text, line->started);
}

static inline void expected_met(const struct flow *flow, const struct expected_line *line,
                                const struct flow_case *after)
{
    char text[128];

    /* A case that has ended has no running clock, whatever such a line says. */
    if (flow_state_ends(flow, after->state) && strcmp(line->met, "-") == 0)
        return;
    expected_clocks(after, CLOCK_STATE_MET, text, sizeof(text));
    expected_set(line, text, line->met);
}

/* No row stands behind one that takes all it could take. The number of rows. */
static inline size_t expected_rows(const struct flow *flow)
{
    size_t rows = 0;

    for (unsigned role = ROLE_NONE + 1; role < ROLES; role++) {
        const struct flow_step *step;

        for (size_t i = 0; (step = flow_step_at(flow, role, i)) != NULL; i++, rows++) {
            assert_true(step->to < flow->state_count || step->to == FLOW_SAME);
            for (size_t k = 0; k < i; k++) {
                const struct flow_step *first = flow_step_at(flow, role, k);

                assert_false(step->from == first->from && step->source == first->source &&
                             step->action == first->action &&
                             (first->guard & ~step->guard) == 0);
            }
        }
    }
    return rows;
}

/* And the files have a line for each row, and six that speak of receipts in general. */
static inline void expected_no_row_hidden(const struct flow *flow)
{
    assert_int_equal(expected_rows(flow), expected_count - 6);
}

#endif
