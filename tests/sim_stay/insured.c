/* insured.c - the insured agency's core. Its books are its own: each question is taken once, by
 * its number between the provinces, and answered again in the same words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stays.h"

enum {
    WAITS_MS = 20 * 1000, /* for its gateway's response */
    QUICK_MS = 3 * 1000,
    SLOW_MS = 200 * 1000,
    TRIES_MAX = 400
};

static struct book_row *find_row(struct insured *insured, const struct uuid *asked)
{
    for (size_t i = 0; i < insured->count; i++)
        if (uuid_equal(&insured->rows[i].asked, asked))
            return &insured->rows[i];
    return NULL;
}

static struct book_row *new_row(struct world *world, const struct uuid *asked, unsigned action)
{
    struct insured *insured = &world->insured;
    struct book_row *row;

    CHECK(insured->count < BOOKS_MAX);
    row = &insured->rows[insured->count++];
    *row = (struct book_row){.asked = *asked, .action = action};
    return row;
}

/* --- its books ---------------------------------------------------------------------------- */

static void book(struct insured *insured, struct book_row *row, bool in)
{
    row->done = in;
    insured->bookings[row->stay] += in ? 1 : -1u;
    insured->booked[row->stay].fen += in ? row->amount.fen : -row->amount.fen;
}

static struct book_row *settlement(struct insured *insured, unsigned stay, const char *number)
{
    for (size_t i = 0; i < insured->count; i++)
        if (insured->rows[i].action == ACTION_SETTLE && insured->rows[i].stay == stay &&
            (insured->rows[i].done || insured->rows[i].called) &&
            (number == NULL || strcmp(insured->rows[i].settlement_number, number) == 0))
            return &insured->rows[i];
    return NULL;
}

static struct tariff tariff_of(const struct world *world)
{
    return (struct tariff){.insurance = world->insurance};
}

static struct record *settle(struct world *world, struct book_row *row,
                             const struct record *request, struct arena *arena)
{
    struct insured *insured = &world->insured;
    bool ok = settlement(insured, row->stay, NULL) == NULL &&
              !world_chance(world, world->rejects);
    struct record *answer = document_answer(arena, ACTION_SETTLE, ok, row->stay);
    struct tariff tariff = tariff_of(world);

    if (!ok)
        return answer;
    snprintf(row->settlement_number, sizeof(row->settlement_number), "JS%08u",
             ++insured->numbers);
    document_add(arena, answer, "settlementNumber", row->settlement_number);
    tariff.wrong_fen = world_chance(world, world->rejects / 2);
    document_amounts(arena, answer, request, &tariff, &row->amount);
    row->request = bytes_of(request);
    row->called = world->insured_two_phase;
    if (row->called)
        document_handle(arena, answer, row->settlement_number);
    else
        book(insured, row, true);
    return answer;
}

static struct record *cancel(struct world *world, struct book_row *row,
                             const struct record *request, struct arena *arena)
{
    struct insured *insured = &world->insured;
    char number[STAY_NUMBER_SIZE] = "";
    struct book_row *stands;
    struct record *answer;
    struct tariff tariff = tariff_of(world);
    struct money owed;
    struct text text;

    if (record_text(request, "settlementNumber", &text))
        CHECK(text_to_field(text, number, sizeof(number)));
    stands = settlement(insured, row->stay, number);
    if (stands == NULL || world_chance(world, world->rejects))
        return document_answer(arena, ACTION_CANCEL, false, row->stay);
    answer = document_answer(arena, ACTION_CANCEL, true, row->stay);
    tariff.given_back = true;
    document_amounts(arena, answer, bytes_read(&stands->request, arena), &tariff, &owed);
    memcpy(row->settlement_number, number, sizeof(number));
    row->done = true;
    if (stands->done)
        book(insured, stands, false);
    stands->called = false;
    return answer;
}

/* What the cancellation took out comes back. */
static void restore(struct insured *insured, const struct book_row *cancelled)
{
    for (size_t i = 0; i < insured->count; i++)
        if (insured->rows[i].action == ACTION_SETTLE && !insured->rows[i].done &&
            strcmp(insured->rows[i].settlement_number, cancelled->settlement_number) == 0)
            book(insured, &insured->rows[i], true);
}

static struct record *reverse(struct world *world, const struct book_row *row,
                              const struct record *request, struct arena *arena)
{
    struct insured *insured = &world->insured;
    struct book_row *original;
    struct record *answer;
    struct uuid asked;
    struct text text;

    CHECK(record_text(request, "original/messageId", &text) && uuid_parse(text, &asked));
    original = find_row(insured, &asked);
    if (insured->stubborn && original != NULL && (original->done || original->called)) {
        insured->stubborn = false;
        return document_answer(arena, ACTION_REVERSE, false, row->stay);
    }
    answer = document_answer(arena, ACTION_REVERSE, true, row->stay);
    document_add(arena, answer, "found", original != NULL ? "true" : "false");
    if (original == NULL) {
        new_row(world, &asked, ACTION_NONE)->tombstone = true;
    } else if (world->fault == FAULT_FORGETS_REVERSE && original->action == ACTION_SETTLE &&
               original->done) {
        world->struck = true;
    } else if (original->called) {
        original->called = false;
    } else if (original->done && original->action == ACTION_SETTLE) {
        book(insured, original, false);
    } else if (original->done) {
        original->done = false;
        if (original->action == ACTION_CANCEL)
            restore(insured, original);
    }
    return answer;
}

static struct record *take(struct world *world, struct book_row *row,
                           const struct record *request, struct arena *arena)
{
    struct tariff tariff = tariff_of(world);
    struct record *answer;
    struct money owed;
    bool ok;

    switch (row->action) {
    case ACTION_SETTLE:
        return settle(world, row, request, arena);
    case ACTION_CANCEL:
        return cancel(world, row, request, arena);
    case ACTION_REVERSE:
        return reverse(world, row, request, arena);
    default:
        ok = !world_chance(world, world->rejects / 2);
        answer = document_answer(arena, row->action, ok, row->stay);
        row->done = ok && row->action == ACTION_REGISTER;
        if (ok && row->action == ACTION_REGISTER)
            document_add(arena, answer, "visitNumber", "JZ00000731");
        if (ok && row->action == ACTION_PRESETTLE)
            document_amounts(arena, answer, request, &tariff, &owed);
        return answer;
    }
}

/* --- its answers -------------------------------------------------------------------------- */

static void act_later(struct world *world, const struct book_row *row, int64_t after_ms,
                      uint64_t flight)
{
    struct happening acts = {
        .kind = INSURED_ACTS, .flight = flight, .head.message_id = row->asked};

    world_add(world, &acts, after_ms);
}

static void say(struct world *world, struct book_row *row)
{
    struct happening says = {.kind = SUBMISSION_COMES,
                             .side = AT_INSURED,
                             .number = row->number,
                             .head = {.flow = FLOW_SETTLEMENT_STAY,
                                      .action = (uint16_t)stay_answer_action(row->action),
                                      .revision = 1,
                                      .in_reply_to = row->letter,
                                      .sent_at = world->now}};

    row->tries++;
    row->flight = says.flight = ++world->flights;
    says.content = bytes_copy((struct text){(const char *)row->answer.at, row->answer.size});
    world_trace(world, "insured says %s", action_name(says.head.action).english);
    network_send(world, HOP_SAY, &says);
    act_later(world, row, WAITS_MS, row->flight);
}

void insured_acts(struct world *world, const struct happening *happening)
{
    struct book_row *row = find_row(&world->insured, &happening->head.message_id);

    CHECK(row != NULL);
    if (row->acknowledged || happening->flight != row->flight || row->tries > TRIES_MAX)
        return;
    if (row->silent && world->storm)
        act_later(world, row, SLOW_MS, row->flight);
    else
        say(world, row);
}

void insured_hears(struct world *world, const struct happening *response)
{
    for (size_t i = 0; i < world->insured.count; i++) {
        struct book_row *row = &world->insured.rows[i];

        if (row->flight != response->flight || row->flight == 0)
            continue;
        if (response->told == TOLD_REFUSED)
            world_trace(world, "insured is refused %s", response->code);
        row->acknowledged = response->told != TOLD_LATER;
    }
}

static int64_t pause_of(struct world *world)
{
    bool slow = world->storm && world_chance(world, world->late);

    return 1 + (int64_t)world_random(world, slow ? SLOW_MS : QUICK_MS);
}

static void answer_question(struct world *world, struct book_row *row,
                            const struct happening *letter)
{
    struct arena *arena = arena_new(SIM_MEMORY);

    CHECK(arena != NULL);
    row->letter = letter->head.message_id;
    row->stay = stay_of(&letter->content);
    row->number = ++world->numbers;
    row->answer = bytes_of(take(world, row, bytes_read(&letter->content, arena), arena));
    row->silent = world->storm && row->action != ACTION_REVERSE && world_chance(world, 40);
    arena_free(arena);
    act_later(world, row, pause_of(world), 0);
}

/* Two phases: what the gateway took as the answer takes effect now; once. */
static void confirm(struct world *world, const struct happening *letter)
{
    struct insured *insured = &world->insured;
    struct arena *arena = arena_new(SIM_MEMORY);
    struct text serial;

    CHECK(arena != NULL &&
          record_text(bytes_read(&letter->content, arena), "handle/serial", &serial));
    for (size_t i = 0; i < insured->count; i++) {
        struct book_row *row = &insured->rows[i];

        if (!row->called || !text_is(serial, row->settlement_number))
            continue;
        row->called = false;
        book(insured, row, true);
        world->counts->confirmed++;
    }
    arena_free(arena);
}

void insured_reads(struct world *world, const struct happening *letter)
{
    unsigned action = letter->head.action;
    const struct uuid *asked = &letter->head.in_reply_to;
    struct book_row *row;

    if (action == ACTION_CONFIRM)
        confirm(world, letter);
    if (stay_answer_action(action) == ACTION_NONE)
        return; /* told, not asked */
    row = find_row(&world->insured, asked);
    world_trace(world, "insured reads %s%s", action_name(action).english,
                row != NULL ? " again" : "");
    if (row == NULL) {
        answer_question(world, new_row(world, asked, action), letter);
    } else if (row->tombstone) {
        return;
    } else if (world->fault == FAULT_BOOKS_TWICE && row->action == ACTION_SETTLE && row->done) {
        world->struck = true;
        world->insured.bookings[row->stay]++;
        world->insured.booked[row->stay].fen += row->amount.fen;
    } else if (!row->acknowledged && row->tries > 0) {
        say(world, row);
    }
}
