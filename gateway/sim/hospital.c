/* hospital.c - from one answer to the next question. */
#include "sim/hospital.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "sim/hospital_papers.h"

enum {
    DOUBTS_MAX = 3,  /* the same question, told "unknown", before it is asked about */
    ROUNDS_MAX = 120 /* questions within one step */
};

/* Nothing happened, and it may be asked anew: another question of the stay is open, it came too
 * late, it was reversed before it came. */
static const char *const codes_anew[] = {"STL-B01", "STL-T01", "STL-T02"};

struct group_state {
    const struct stay_group *group;
    struct hospital_stay *stays; /* NULL: not begun */
    uint32_t first_person;
    uint32_t begun;
    uint32_t open;
};

struct hospital {
    struct hospital_given given;
    struct arena *arena;
    struct group_state groups[STAY_GROUPS_MAX];
    size_t group_count;
    struct hospital_counts counts;
};

enum heard { HEARD_OK, HEARD_NO, HEARD_ANEW, HEARD_DOUBT };

struct hospital *hospital_new(const struct stay_script *script,
                              const struct hospital_given *given, struct arena *arena)
{
    struct hospital *hospital = calloc(1, sizeof(*hospital));
    uint32_t person = 0;

    if (hospital == NULL)
        return NULL;
    hospital->given = *given;
    hospital->arena = arena;
    hospital->group_count = script->group_count;
    for (size_t i = 0; i < script->group_count; i++) {
        hospital->groups[i].group = &script->groups[i];
        hospital->groups[i].first_person = person;
        person += script->groups[i].count;
    }
    return hospital;
}

void hospital_free(struct hospital *hospital)
{
    free(hospital);
}

unsigned hospital_width(const struct hospital *hospital)
{
    unsigned width = 0;

    for (size_t i = 0; i < hospital->group_count; i++)
        width += hospital->groups[i].group->at_once;
    return width;
}

uint32_t hospital_pause_ms(const struct hospital_stay *stay)
{
    return stay->group->pause_ms;
}

void hospital_count(const struct hospital *hospital, struct hospital_counts *counts)
{
    *counts = hospital->counts;
}

/* --- asking ---------------------------------------------------------------------------------
 */

static struct group_state *state_of(struct hospital *hospital, const struct hospital_stay *stay)
{
    size_t i = 0;

    while (hospital->groups[i].group != stay->group)
        i++;
    return &hospital->groups[i];
}

static void end_stay(struct hospital *hospital, struct hospital_stay *stay, const char *result)
{
    log_info("sim.stay_ended", "stay=%s result=%s steps=%zu took_ms=%lld", stay->number, result,
             stay->step, (long long)(hospital->given.monotonic_ms() - stay->begun_ms));
    state_of(hospital, stay)->open--;
    hospital->counts.open--;
    if (strcmp(result, "done") == 0)
        hospital->counts.ended++;
    else
        hospital->counts.failed++;
}

static bool books(unsigned action)
{
    return action == ACTION_REGISTER || action == ACTION_SETTLE || action == ACTION_CANCEL;
}

/* A question under a key of its own. */
static void ask(struct hospital *hospital, struct hospital_stay *stay, unsigned action,
                uint32_t delay_ms)
{
    struct day today = instant_day(hospital->given.now());
    char name[STAY_KEY_SIZE];
    struct record *body;

    stay->again = false;
    stay->doubts = 0;
    stay->asked_ms = hospital->given.monotonic_ms() + delay_ms;
    if (books(action))
        stay->about = (uint16_t)action;
    if (++stay->rounds > ROUNDS_MAX) {
        end_stay(hospital, stay, "given_up");
        return;
    }
    snprintf(name, sizeof(name), "%s.%s.%u", stay->number, action_name(action).english,
             ++stay->asked);
    body = hospital_paper(stay, action, today, hospital->arena);
    if (body == NULL ||
        !hospital->given.ask(hospital->given.self, stay, action, name, body, delay_ms))
        end_stay(hospital, stay, "given_up");
}

static void ask_step(struct hospital *hospital, struct hospital_stay *stay, uint32_t delay_ms)
{
    stay->instead = ACTION_NONE;
    ask(hospital, stay, stay->question, delay_ms);
}

static void ask_instead(struct hospital *hospital, struct hospital_stay *stay, unsigned action,
                        uint32_t delay_ms)
{
    stay->instead = (uint16_t)action;
    ask(hospital, stay, action, delay_ms);
}

static void wait_there(struct hospital_stay *stay)
{
    stay->waits = true;
    log_info("sim.stay_waits", "stay=%s steps=%zu", stay->number, stay->step);
}

static void begin_step(struct hospital *hospital, struct hospital_stay *stay)
{
    const struct stay_step *step = &stay->group->steps[stay->step];

    stay->step_ms = hospital->given.monotonic_ms();
    stay->rounds = 0;
    if (stay->step == stay->group->step_count) {
        end_stay(hospital, stay, "done");
    } else if (step->waits) {
        wait_there(stay);
    } else if (step->again) {
        stay->again = true;
        hospital->given.ask_again(hospital->given.self, stay, 0);
    } else {
        stay->question = step->action;
        stay->batch = 0;
        ask_step(hospital, stay, 0);
    }
}

static void next_step(struct hospital *hospital, struct hospital_stay *stay)
{
    stay->step++;
    begin_step(hospital, stay);
}

static void begin_next(struct hospital *hospital, struct group_state *state)
{
    struct hospital_stay *stay;

    stay = &state->stays[state->begun];
    stay->group = state->group;
    stay->person = state->first_person + state->begun;
    stay->begun_ms = hospital->given.monotonic_ms();
    snprintf(stay->number, sizeof(stay->number), "%s-%u", state->group->name, ++state->begun);
    state->open++;
    hospital->counts.open++;
    begin_step(hospital, stay);
}

/* As many at once as there may be. */
static void begin_some(struct hospital *hospital, struct group_state *state)
{
    while (state->open < state->group->at_once && state->begun < state->group->count)
        begin_next(hospital, state);
}

/* Those that wait go on. */
static bool go_on_all(struct hospital *hospital, struct group_state *state)
{
    bool any = false;

    for (uint32_t i = 0; i < state->begun; i++) {
        struct hospital_stay *stay = &state->stays[i];

        if (!stay->waits)
            continue;
        any = true;
        stay->waits = false;
        next_step(hospital, stay);
    }
    return any;
}

static bool begin_group(struct hospital *hospital, struct group_state *state)
{
    if (state->stays != NULL)
        return go_on_all(hospital, state);
    state->stays = arena_array(hospital->arena, state->group->count, sizeof(*state->stays));
    if (state->stays == NULL)
        return false;
    begin_some(hospital, state);
    return true;
}

bool hospital_begin(struct hospital *hospital, const char *name)
{
    bool begun = false;

    for (size_t i = 0; i < hospital->group_count; i++) {
        struct group_state *state = &hospital->groups[i];

        if (name == NULL ? state->group->autostart : strcmp(state->group->name, name) == 0)
            begun = begin_group(hospital, state) || begun;
    }
    return begun;
}

/* --- hearing --------------------------------------------------------------------------------
 */

static bool says(const struct adapter_message *answer, const char *path, const char *word)
{
    struct text text;

    return record_text(answer->body, path, &text) && text_is(text, word);
}

static void take(const struct adapter_message *answer, const char *path,
                 char field[STAY_FIELD_SIZE])
{
    struct text text;

    if (record_text(answer->body, path, &text) && !text_to_field(text, field, STAY_FIELD_SIZE))
        field[0] = '\0';
}

/* A dialect may say both kinds of refusal in the same words. */
static bool may_ask_anew(const struct adapter_message *answer)
{
    for (size_t i = 0; i < COUNT_OF(codes_anew); i++)
        if (says(answer, "code", codes_anew[i]) || says(answer, "result/code", codes_anew[i]))
            return true;
    return false;
}

static enum heard judge(const struct adapter_message *answer)
{
    if (says(answer, "result/verdict", "ok") || says(answer, "verdict", "accepted"))
        return HEARD_OK;
    if (says(answer, "verdict", "unknown") || says(answer, "verdict", "pending"))
        return HEARD_DOUBT;
    return may_ask_anew(answer) ? HEARD_ANEW : HEARD_NO;
}

/* Keeps the answer; does it say what the last one said? */
static bool keep_answer(struct hospital *hospital, struct hospital_stay *stay,
                        const struct adapter_message *answer)
{
    size_t size = record_encoded_size(answer->body);
    void *memory = arena_alloc(hospital->arena, size);
    struct buffer bytes = buffer_over(memory, memory != NULL ? size : 0);
    struct text said;
    bool same;

    record_encode(answer->body, &bytes);
    said = buffer_as_text(&bytes);
    same = !bytes.overflow && text_equal(said, stay->said);
    stay->said = bytes.overflow ? TEXT("") : said;
    return same;
}

static bool brings_again(const struct stay_group *group)
{
    for (size_t i = 0; i < group->step_count; i++)
        if (group->steps[i].again)
            return true;
    return false;
}

static void tell(struct hospital *hospital, struct hospital_stay *stay,
                 const struct adapter_message *answer, unsigned tries)
{
    bool document = answer->action != ACTION_ANSWER;
    const char *same = "-";
    struct text verdict = TEXT("-");
    struct text code = TEXT("-");

    if (!record_text(answer->body, document ? "result/verdict" : "verdict", &verdict))
        verdict = TEXT("-");
    if (!record_text(answer->body, document ? "result/code" : "code", &code) &&
        !record_text(answer->body, "status", &code))
        code = TEXT("-");
    if (brings_again(stay->group)) {
        bool equal = keep_answer(hospital, stay, answer);

        if (stay->again)
            same = equal ? "yes" : "no";
    }
    log_info("sim.stay",
             "stay=%s step=%s asked=%s key=%u verdict=%.*s code=%.*s same=%s tries=%u "
             "took_ms=%lld question_ms=%lld",
             stay->number, action_name(stay->question).english,
             stay->instead != ACTION_NONE ? action_name(stay->instead).english : "itself",
             stay->asked, TEXT_ARG(verdict), TEXT_ARG(code), same, tries,
             (long long)(hospital->given.monotonic_ms() - stay->step_ms),
             (long long)(hospital->given.monotonic_ms() - stay->asked_ms));
}

/* What an answer leaves in the hospital's books. */
static void take_answer(struct hospital_stay *stay, const struct adapter_message *answer)
{
    switch (stay->question) {
    case ACTION_REGISTER:
        take(answer, "visitNumber", stay->visit_number);
        break;
    case ACTION_LINES:
        hospital_add_batch(stay);
        stay->batch++;
        break;
    case ACTION_LINES_UNDO:
        stay->batches++;
        stay->sums = (struct stay_sums){.total = {0}};
        break;
    case ACTION_SETTLE:
        take(answer, "settlementNumber", stay->settlement_number);
        take(answer, "handle/serial", stay->handle);
        take(answer, "handle/check", stay->handle_check);
        break;
    default:
        break;
    }
}

static void go_on(struct hospital *hospital, struct hospital_stay *stay,
                  const struct adapter_message *answer)
{
    if (!stay->again)
        take_answer(stay, answer);
    if (!stay->again && stay->question == ACTION_LINES && stay->batch < stay->group->batches)
        ask_step(hospital, stay, 0);
    else
        next_step(hospital, stay);
}

/* In doubt: the same again, and after some time what can be known. Questions that book nothing
 * may be asked anew at once. */
static void doubt(struct hospital *hospital, struct hospital_stay *stay)
{
    uint32_t pause_ms = stay->group->pause_ms;

    if (++stay->doubts < DOUBTS_MAX)
        hospital->given.ask_again(hospital->given.self, stay, pause_ms);
    else if (books(stay->question))
        ask_instead(hospital, stay, ACTION_QUERY, pause_ms);
    else
        ask_step(hospital, stay, pause_ms);
}

/* What became of it. A gateway that only takes note of a query is asked to reverse, which is
 * right whatever it was. */
static void hear_outcome(struct hospital *hospital, struct hospital_stay *stay,
                         const struct adapter_message *answer)
{
    bool cancels = stay->question == ACTION_CANCEL;

    if (answer->action != ACTION_OUTCOME)
        ask_instead(hospital, stay, ACTION_REVERSE, 0);
    else if (says(answer, "status", "unknown") || says(answer, "status", "in_progress"))
        ask_instead(hospital, stay, ACTION_QUERY, stay->group->pause_ms);
    else if (says(answer, "status", cancels ? "cancelled" : "booked"))
        go_on(hospital, stay, answer);
    else
        ask_step(hospital, stay, 0);
}

static void hear(struct hospital *hospital, struct hospital_stay *stay,
                 const struct adapter_message *answer)
{
    enum heard heard = judge(answer);

    if (stay->instead == ACTION_QUERY && heard == HEARD_OK) {
        hear_outcome(hospital, stay, answer);
        return;
    }
    /* As if it had never been; refused, it is not there to be reversed. */
    if (stay->instead == ACTION_REVERSE && (heard == HEARD_OK || heard == HEARD_NO)) {
        ask_step(hospital, stay, 0);
        return;
    }
    switch (heard) {
    case HEARD_OK:
        go_on(hospital, stay, answer);
        break;
    case HEARD_NO:
        if (stay->group->go_on || stay->again)
            next_step(hospital, stay);
        else
            end_stay(hospital, stay, answer->action == ACTION_ANSWER ? "refused" : "rejected");
        break;
    case HEARD_ANEW:
        ask(hospital, stay, stay->instead != ACTION_NONE ? stay->instead : stay->question,
            stay->group->pause_ms);
        break;
    case HEARD_DOUBT:
        doubt(hospital, stay);
        break;
    }
}

void hospital_heard(struct hospital *hospital, struct hospital_stay *stay,
                    const struct adapter_message *answer, unsigned tries)
{
    tell(hospital, stay, answer, tries);
    hear(hospital, stay, answer);
    begin_some(hospital, state_of(hospital, stay));
}
