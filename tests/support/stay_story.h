/*
 * stay_story.h - a ledger of stays for tests of the administrator's program: one of each kind
 * that the screens tell apart, behind the first entries of ledger_story.h.
 *
 * Home (520000) treats all but SETTLED_THERE and LATE. Each stay moves by entries of its own,
 * so that what follows from the history can be seen; times are milliseconds behind its begin.
 */
#ifndef SUPPORT_STAY_STORY_H
#define SUPPORT_STAY_STORY_H

#include "cli_fixture.h"

#include "core/settlement_stay.h"

enum told_stay {
    TOLD_SETTLED,          /* with lines, a posting and questions whose times are known */
    TOLD_UNCERTAIN,        /* its settlement is */
    TOLD_REVERSING,        /* after that */
    TOLD_MISMATCHED,       /* under the number of the first, in another hospital */
    TOLD_REFUSED,          /* its registration was: counts in no rate */
    TOLD_REFUSED_BY_HAND,  /* and then reimbursed by hand: likewise */
    TOLD_BY_HAND,          /* registered, then by hand, with a code */
    TOLD_REVERSED_BY_HAND, /* the registration was in doubt and undone, then by hand */
    TOLD_SETTLED_THERE,    /* we insure; opened the month before */
    TOLD_LATE,             /* we insure; our core does not answer */
    TOLD_UNCONFIRMED,      /* settled, and our core has not confirmed */
    TOLD_RESOLVED,         /* settled after it was in doubt */
    TOLD_TRIED,            /* discharged, and tried */
    TOLD_STAYS
};

struct told_step {
    uint8_t state;
    int32_t at_ms;
};

struct told {
    const char *trace;
    enum role role;
    uint8_t level;
    struct told_step steps[8];
    uint32_t flags;
    uint8_t clock; /* that runs at its end, a minute later */
    const char *code;
    int days_before;
};

/* clang-format off */
static const struct told told_stays[TOLD_STAYS] = {
    [TOLD_SETTLED] = {"H52990000001/ZY2026-000731", ROLE_TREATING, 3,
        {{STAY_REG_SENT, 0}, {STAY_REGISTERED, 200}, {STAY_DISCHARGED, 1000},
         {STAY_SETL_SENT, 2000}, {STAY_SETTLED, 2800}}, CASE_BOOKED, 0, "", 0},
    [TOLD_UNCERTAIN] = {"H52990000001/ZY2026-000732", ROLE_TREATING, 3,
        {{STAY_REG_SENT, 0}, {STAY_REGISTERED, 400}, {STAY_SETL_SENT, 1000},
         {STAY_SETL_UNCERTAIN, 61000}}, CASE_WAS_UNCERTAIN, CLOCK_PATIENCE, "", 0},
    [TOLD_REVERSING] = {"H52990000002/MZ-1", ROLE_TREATING, 2,
        {{STAY_REG_SENT, 0}, {STAY_REGISTERED, 500}, {STAY_SETL_SENT, 1000},
         {STAY_SETL_UNCERTAIN, 61000}, {STAY_REVERSING, 76000}, {STAY_REVERSING, 106000}},
        CASE_WAS_UNCERTAIN, CLOCK_RETRY, "", 0},
    [TOLD_MISMATCHED] = {"H52990000002/ZY2026-000731", ROLE_TREATING, 2,
        {{STAY_REG_SENT, 0}, {STAY_REGISTERED, 500}, {STAY_SETL_SENT, 1000},
         {STAY_REVERSING, 76000}, {STAY_MISMATCHED, 80000}}, CASE_WAS_UNCERTAIN, 0, "STL-R01", 0},
    [TOLD_REFUSED] = {"H52990000002/ZY-4", ROLE_TREATING, 2,
        {{STAY_REG_SENT, 0}, {STAY_REJECTED, 300}}, 0, 0, "STL-F01", 0},
    [TOLD_REFUSED_BY_HAND] = {"H52990000002/ZY-5", ROLE_TREATING, 2,
        {{STAY_REG_SENT, 0}, {STAY_REJECTED, 300}, {STAY_MANUAL, 900}}, 0, 0, "STL-F02", 0},
    [TOLD_BY_HAND] = {"H52990000002/ZY-6", ROLE_TREATING, 2,
        {{STAY_REG_SENT, 0}, {STAY_REGISTERED, 300}, {STAY_MANUAL, 900}}, 0, 0, "STL-X02", 0},
    [TOLD_REVERSED_BY_HAND] = {"H52990000002/ZY-7", ROLE_TREATING, 2,
        {{STAY_REG_SENT, 0}, {STAY_REG_UNCERTAIN, 60000}, {STAY_REVERSING, 75000},
         {STAY_IDENTIFIED, 80000}, {STAY_MANUAL, 90000}},
        CASE_WAS_UNCERTAIN | CASE_WAS_REVERSED, 0, "", 0},
    [TOLD_SETTLED_THERE] = {"H44990000009/ZY-8", ROLE_INSURED, 1,
        {{STAY_REG_SENT, 0}, {STAY_REGISTERED, 300}, {STAY_SETL_SENT, 1000},
         {STAY_SETTLED, 1700}}, CASE_BOOKED, 0, "", 20},
    [TOLD_LATE] = {"H44990000009/ZY-9", ROLE_INSURED, 1,
        {{STAY_REG_SENT, 0}, {STAY_REGISTERED, 300}}, 0, 0, "", 0},
    [TOLD_UNCONFIRMED] = {"H52990000001/ZY-10", ROLE_TREATING, 3,
        {{STAY_REG_SENT, 0}, {STAY_REGISTERED, 300}, {STAY_SETL_SENT, 1000},
         {STAY_SETTLED, 1500}}, CASE_BOOKED | CASE_UNCONFIRMED, CLOCK_CONFIRM, "", 0},
    [TOLD_RESOLVED] = {"H52990000001/ZY-11", ROLE_TREATING, 3,
        {{STAY_REG_SENT, 0}, {STAY_REGISTERED, 300}, {STAY_SETL_SENT, 1000},
         {STAY_SETL_UNCERTAIN, 61000}, {STAY_SETTLED, 62000}},
        CASE_BOOKED | CASE_WAS_UNCERTAIN | CASE_WAS_CANCELLED, 0, "", 0},
    [TOLD_TRIED] = {"H52990000001/ZY-12", ROLE_TREATING, 3,
        {{STAY_REG_SENT, 0}, {STAY_REGISTERED, 300}, {STAY_DISCHARGED, 1000}},
        CASE_PRESETTLED, 0, "", 0},
};
/* clang-format on */

static const int64_t told_step_ms = INT64_C(200000); /* between two stays */

STORY int64_t told_begin(enum told_stay number)
{
    return story_begin_ms + 60000 + told_step_ms * (int64_t)number;
}

STORY struct uuid told_id(enum told_stay number, uint8_t what)
{
    uint8_t random[10] = {what, (uint8_t)number};

    return uuid_v7((struct instant){told_begin(number)}, random);
}

STORY const char *told_case(enum told_stay number)
{
    static char text[UUID_TEXT_SIZE];
    struct uuid id = told_id(number, 0xca);

    return uuid_format(&id, text);
}

STORY struct stay told_part(enum told_stay number)
{
    struct stay_split split = {.total = {123456},
                               .fund = {100000},
                               .account = {3456},
                               .cash = {15000},
                               .hospital = {5000}};
    struct stay stay = {.insurance = INSURANCE_MEDICAL,
                        .visit = VISIT_INPATIENT,
                        .level = told_stays[number].level,
                        .register_id = told_id(number, 0x1e),
                        .line_count = 3,
                        .sums = {.total = {123456}, .in_scope = {120000}}};

    if (told_stays[number].flags & CASE_BOOKED) {
        stay.split = split;
        stay.settle_id = told_id(number, 0x5e);
        stay.settlements = 1;
        stay.settled_at.ms = told_begin(number) + 2800;
        snprintf(stay.settlement_number, sizeof(stay.settlement_number), "JS-%u",
                 (unsigned)number);
    }
    if (number == TOLD_TRIED)
        stay.quote = split;
    if (number == TOLD_REVERSING || number == TOLD_UNCERTAIN) {
        stay.original_action = ACTION_SETTLE;
        stay.original = told_id(number, 0x5e);
    }
    if (number == TOLD_REVERSED_BY_HAND) {
        stay.reversed[0] = stay.register_id;
        stay.reversals = 1;
    }
    return stay;
}

/* What stands open in a step: the question that the state is about. */
STORY struct flow_question told_question(enum told_stay number, uint8_t state, int64_t at)
{
    uint8_t action = state == STAY_REG_SENT         ? ACTION_REGISTER
                     : state == STAY_SETL_SENT      ? ACTION_SETTLE
                     : state == STAY_SETL_UNCERTAIN ? ACTION_QUERY
                     : state == STAY_REVERSING      ? ACTION_REVERSE
                                                    : ACTION_NONE;

    if (number == TOLD_LATE && state == STAY_REGISTERED)
        action = ACTION_LINES;
    if (action == ACTION_NONE)
        return (struct flow_question){.action = ACTION_NONE};
    return (struct flow_question){.action = action,
                                  .asked = told_id(number, action),
                                  .at = {at},
                                  .answer_by = {at + 60000}};
}

STORY struct flow_case told_row(enum told_stay number, size_t step)
{
    const struct told *told = &told_stays[number];
    int64_t begin = told_begin(number);
    int64_t at = begin + told->steps[step].at_ms;
    bool last = step + 1 == COUNT_OF(told->steps) || told->steps[step + 1].at_ms == 0;
    bool treats = told->role == ROLE_TREATING;
    struct flow_case row = {.case_id = told_id(number, 0xca),
                            .flow = FLOW_SETTLEMENT_STAY,
                            .role = (uint8_t)told->role,
                            .state = told->steps[step].state,
                            .version = (uint32_t)step + 1,
                            .flags = last ? told->flags : 0,
                            .party = STORY_PARTNER,
                            .core = STORY_CORE,
                            .in_region = treats ? 520100 : 440100,
                            .out_region = treats ? 440100 : 520100,
                            .opened_at = {begin - told->days_before * INT64_C(86400000)},
                            .changed_at = {at}};

    snprintf(row.trace, sizeof(row.trace), "%s", told->trace);
    story_tag(100 + number, row.person_tag);
    row.part.stay = told_part(number);
    row.part.stay.question = told_question(number, row.state, at);
    if (last) {
        snprintf(row.last_code, sizeof(row.last_code), "%s", told->code);
        if (told->clock != 0)
            row.clocks[0] = (struct flow_clock){.kind = told->clock,
                                                .state = CLOCK_STATE_RUNNING,
                                                .region = 520000,
                                                .due = {at + 60000}};
    }
    return row;
}

/* Nothing came: the wait was over, and another question takes the place of the open one. */
STORY bool told_in_vain(enum told_stay number, size_t step)
{
    struct flow_case before = told_row(number, step - 1);
    struct flow_case after = told_row(number, step);

    return flow_case_question(&before) != NULL && flow_case_question(&after) != NULL;
}

/* The question that this step ends, and its times: over there it took half of the whole. */
STORY void told_answers(struct story *story, enum told_stay number, size_t step)
{
    struct flow_case before = told_row(number, step - 1);
    struct flow_case after = told_row(number, step);
    bool in_vain = told_in_vain(number, step);
    const struct flow_question *question = flow_case_question(&before);
    int64_t at = after.changed_at.ms;
    struct entry_answers answers;
    size_t mark = story->buffer.size;

    if (question == NULL)
        return;
    answers = (struct entry_answers){.action = question->action, .asked = question->at};
    if (before.role == ROLE_TREATING && !in_vain) {
        answers.sent.ms = at;
        if (number != TOLD_RESOLVED) /* whose receipt never came */
            answers.there.ms = (at + question->at.ms) / 2;
    }
    entry_answers_encode(&answers, &story->buffer);
    story_tlv(story, TLV_ANSWERS, mark);
}

STORY void told_money(struct story *story, enum told_stay number)
{
    bool treats = told_stays[number].role == ROLE_TREATING;
    const struct entry_line lines[] = {story_line("1", "", 120000), story_line("2", "", 4356),
                                       story_line("3", "1", -900)};
    struct entry_posting owed = story_posting(103456, 202603);

    if (!treats) {
        owed.debit = ACCOUNT_FUND;
        owed.credit = ACCOUNT_PAYABLE;
        owed.amount.fen = 50000;
        owed.period = 202602;
    }
    if (number == TOLD_SETTLED || number == TOLD_SETTLED_THERE)
        story_add_posting(story, &owed);
    if (number == TOLD_SETTLED)
        story_add_lines(story, ENTRY_LINES_ADD, 1, lines, COUNT_OF(lines));
}

/* What the entry of a step is about: a question, or the answer to the one that was open. */
STORY uint16_t told_action(enum told_stay number, size_t step)
{
    struct flow_case before = told_row(number, step > 0 ? step - 1 : 0);
    struct flow_case row = told_row(number, step);
    const struct flow_question *question = flow_case_question(step > 0 ? &before : &row);

    if (step > 0 && told_in_vain(number, step))
        return ACTION_NONE;
    if (question == NULL)
        return ACTION_FALLBACK;
    return (uint16_t)(step > 0 ? stay_answer_action(question->action) : question->action);
}

STORY void told_step(struct story *story, enum told_stay number, size_t step)
{
    struct flow_case row = told_row(number, step);
    bool treats = row.role == ROLE_TREATING;
    bool answer = step > 0;
    bool theirs = treats == answer;

    story_check(story, ledger_begin(story->ledger, &story->txn, &story->err));
    story_start(story, answer && told_in_vain(number, step) ? ENTRY_TIMER
                       : theirs                             ? ENTRY_RECEIVED
                                                            : ENTRY_SUBMITTED);
    story->entry.action = told_action(number, step);
    story->entry.wall = row.changed_at;
    memset(story->entry.message_key, 0x33, MESSAGE_KEY_SIZE);
    story->entry.message_key[0] = (uint8_t)number;
    story->entry.message_key[1] = (uint8_t)step;
    story->entry.party = theirs ? STORY_PARTNER : STORY_CORE;
    story_add_case(story, &row);
    story->entry.state_from = step > 0 ? told_stays[number].steps[step - 1].state : row.state;
    story_add_verdict(story, VERDICT_ACCEPTED, 0);
    if (answer)
        told_answers(story, number, step);
    if (step + 1 < COUNT_OF(told_stays[number].steps) &&
        told_stays[number].steps[step + 1].at_ms == 0)
        told_money(story, number);
    story_check(story, story_append(story));
    story_check(story, ledger_commit(&story->txn, &story->err));
}

/* All of them, where the configuration expects the ledger; with `transfers` cases of
 * ledger_story.h before them. The clock stands an hour behind the last. */
STORY void stays_ledger(unsigned transfers)
{
    struct story story = {.store = NULL};
    char path[FIXTURE_PATH_MAX];

    story_remove(fixture_path("ledger", path));
    story_check(&story, story_open_store(&story, path));
    story_check(&story, story_open_ledger(&story, DIGEST_SHA256));
    story_tell(&story, STORY_FIRST - 1 + (uint64_t)STORY_STEPS * transfers);
    for (unsigned number = 0; number < TOLD_STAYS; number++)
        for (size_t step = 0; step < COUNT_OF(told_stays[0].steps) &&
                              (step == 0 || told_stays[number].steps[step].at_ms != 0);
             step++)
            told_step(&story, (enum told_stay)number, step);
    story_close(&story);
    cli_clock_at(told_begin(TOLD_STAYS) + 3600000);
}

STORY int stays_setup(void **state)
{
    (void)state;
    fixture_reset();
    stays_ledger(0);
    return 0;
}

/* No line of what was printed is wider than a screen. */
STORY void assert_narrow(void)
{
    for (const char *text = said.out; *text != '\0';
         text += strcspn(text, "\n") + (text[strcspn(text, "\n")] != '\0')) {
        struct text line = {text, strcspn(text, "\n")};

        if (text_columns(line) > SCREEN_COLUMNS)
            print_error("%zu columns: %.*s\n", text_columns(line), (int)line.size, line.at);
        assert_true(text_columns(line) <= SCREEN_COLUMNS);
    }
}

/* The object of an array whose field `name` says `value`; NULL: none. */
STORY const json_t *json_row(const json_t *array, const char *name, const char *value)
{
    const json_t *row;
    size_t i;

    json_array_foreach(array, i, row)
    {
        const char *text = json_string_value(json_object_get(row, name));

        if (text != NULL && strcmp(text, value) == 0)
            return row;
    }
    return NULL;
}

STORY json_int_t number_of(const json_t *object, const char *name)
{
    assert_true(json_is_integer(json_object_get(object, name)));
    return json_integer_value(json_object_get(object, name));
}

STORY const char *text_in(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value == NULL ? "(none)" : value;
}

#endif
