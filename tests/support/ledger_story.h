/*
 * ledger_story.h - a ledger told entry by entry, for tests of the ledger.
 *
 * What entry n holds follows from n alone, so a story can go on after a crash and be checked
 * without notes: 1 ORIGIN, 2 BOOT, 3 CONFIG with two parties, 4 RULES, then cases of
 * STORY_STEPS entries each that use every kind which has consequences. Even cases end closed,
 * odd ones stay open. "Sealed" bytes are the plain ones with every bit turned.
 */
#ifndef SUPPORT_LEDGER_STORY_H
#define SUPPORT_LEDGER_STORY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "core/attachment.h"
#include "core/pension_employee.h"
#include "ledger/ledger.h"

#define STORY __attribute__((unused)) static

enum {
    STORY_PARTNER = 2,
    STORY_CORE = 3,
    STORY_STEPS = 17,
    STORY_FIRST = 5, /* entry of case 0, step 0 */
    STORY_TLVS_MAX = 16,
    STORY_MAP = 64 << 20
};

static const int64_t story_begin_ms = INT64_C(1772413200000); /* 2026-03-02 09:00 +08:00 */

struct story {
    struct store *store;
    struct ledger *ledger;
    struct ledger_txn *txn;
    struct error err;
    struct entry entry;
    struct tlv tlvs[STORY_TLVS_MAX];
    unsigned char bytes[16384];
    struct buffer buffer;
};

/* Ends the test program unless `ok`. */
STORY void story_check(struct story *story, bool ok)
{
    if (!ok)
        fprintf(stderr, "story: %s: %s (%s:%d)\n", error_name(story->err.code), story->err.text,
                story->err.file ? story->err.file : "?", story->err.line);
    CHECK(ok);
}

/* --- opening ------------------------------------------------------------------------------ */

STORY void story_remove(const char *folder)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "new/data.mdb", "new/lock.mdb",
                                        "new"};
    char path[512];
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    rmdir(folder);
}

STORY struct entry_origin story_origin(enum digest_kind kind)
{
    struct entry_origin origin = {.digest_kind = (uint8_t)kind,
                                  .test = true,
                                  .created = {story_begin_ms},
                                  .party = "hrss.520000"};
    memset(origin.log_id, 0x4c, sizeof origin.log_id);
    return origin;
}

/* `folder` NULL: in memory. */
STORY bool story_open_store(struct story *story, const char *folder)
{
    struct store_options options = {.path = folder, .map_bytes = STORY_MAP};
    return digest_setup(&story->err) &&
           (folder ? store_open_lmdb(&options, &story->store, &story->err)
                   : store_open_memory(&story->store, &story->err));
}

STORY bool story_open_ledger(struct story *story, enum digest_kind kind)
{
    struct entry_origin origin = story_origin(kind);
    bool exists;
    return ledger_exists(story->store, &exists, &story->err) &&
           (exists || ledger_create(story->store, &origin, &story->err)) &&
           ledger_open(story->store, false, &story->ledger, &story->err);
}

STORY void story_close(struct story *story)
{
    ledger_abort(story->txn);
    ledger_close(story->ledger);
    store_close(story->store);
    story->txn = NULL;
    story->ledger = NULL;
    story->store = NULL;
}

/* --- ids ---------------------------------------------------------------------------------- */

STORY uint64_t story_seq(unsigned number, unsigned step)
{
    return STORY_FIRST + (uint64_t)number * STORY_STEPS + step;
}

/* Letter `position` that step `step` of the case bears. */
STORY uint64_t story_out_id(unsigned number, unsigned step, unsigned position)
{
    return story_seq(number, step) * 16 + position;
}

STORY struct instant story_time(uint64_t seq)
{
    return (struct instant){story_begin_ms + (int64_t)seq * 1000};
}

STORY struct uuid story_uuid(uint64_t seq, uint8_t what)
{
    uint8_t random[10] = {what, (uint8_t)(seq >> 8), (uint8_t)seq, 0x5a};
    return uuid_v7(story_time(seq), random);
}

STORY struct uuid story_case_id(unsigned number)
{
    return story_uuid(story_seq(number, 0), 0xca);
}

STORY void story_tag(unsigned number, uint8_t tag[16])
{
    memset(tag, 0x70, 16);
    tag[14] = (uint8_t)(number >> 8);
    tag[15] = (uint8_t)number;
}

/* Of the message that the step received: a UUID; of a core's: a digest. */
STORY void story_key(unsigned number, unsigned step, uint8_t key[MESSAGE_KEY_SIZE])
{
    struct uuid id = story_uuid(story_seq(number, step), 0x3e);
    struct buffer local = buffer_over(key, MESSAGE_KEY_SIZE);
    message_key_of(&id, key);
    if (step != 0 && step != 16)
        return;
    memset(key, 0x11, MESSAGE_KEY_SIZE);
    buffer_u64(&local, story_seq(number, step));
}

/* --- putting an entry together ------------------------------------------------------------ */

STORY void story_start(struct story *story, enum entry_kind kind)
{
    bool back;
    story->entry = (struct entry){.kind = (uint16_t)kind, .boot = 1, .tlvs = story->tlvs};
    story->entry.wall = ledger_stamp(story->txn, story_time(ledger_next_seq(story->txn)),
                                     &back);
    story->buffer = buffer_over(story->bytes, sizeof story->bytes);
}

/* The bytes written behind `mark` become a TLV. */
STORY void story_tlv(struct story *story, uint16_t type, size_t mark)
{
    CHECK(story->entry.tlv_count < STORY_TLVS_MAX && !story->buffer.overflow);
    story->tlvs[story->entry.tlv_count++] = (struct tlv){
        type, {(const char *)story->bytes + mark, story->buffer.size - mark}};
}

STORY void story_add_text(struct story *story, uint16_t type, struct text text)
{
    size_t mark = story->buffer.size;
    buffer_text(&story->buffer, text);
    story_tlv(story, type, mark);
}

STORY void story_add_party(struct story *story, uint32_t number, const char *id)
{
    size_t mark = story->buffer.size;
    buffer_u32(&story->buffer, number);
    buffer_string(&story->buffer, id);
    story_tlv(story, TLV_PARTY, mark);
}

STORY void story_add_case(struct story *story, const struct flow_case *flow_case)
{
    size_t mark = story->buffer.size;
    flow_case_encode(flow_case, &story->buffer);
    story_tlv(story, TLV_CASE_AFTER, mark);
    story->entry.case_id = flow_case->case_id;
    story->entry.flow = flow_case->flow;
    story->entry.role = flow_case->role;
    story->entry.state_to = flow_case->state;
    memcpy(story->entry.person_tag, flow_case->person_tag, 16);
}

STORY void story_add_verdict(struct story *story, enum verdict verdict, uint64_t out_id)
{
    struct entry_verdict said = {.verdict = (uint8_t)verdict,
                                 .received_at = story->entry.wall,
                                 .sequence = ledger_next_seq(story->txn),
                                 .out_id = out_id};
    size_t mark = story->buffer.size;
    if (verdict == VERDICT_REFUSED)
        snprintf(said.code, sizeof said.code, "PEN-R04");
    entry_verdict_encode(&said, &story->buffer);
    story_tlv(story, TLV_VERDICT, mark);
}

STORY void story_add_letter(struct story *story, unsigned position, uint32_t party,
                            enum letter_state state)
{
    uint64_t seq = ledger_next_seq(story->txn);
    struct entry_letter letter = {.out_id = seq * 16 + position,
                                  .party = party,
                                  .flow = FLOW_PENSION_EMPLOYEE,
                                  .action = ACTION_LETTER,
                                  .revision = 1,
                                  .state = (uint8_t)state,
                                  .to_core = party == STORY_CORE,
                                  .message_id = story_uuid(seq, (uint8_t)position),
                                  .case_id = story->entry.case_id,
                                  .created = story->entry.wall,
                                  .due = story->entry.wall};
    size_t mark = story->buffer.size;
    entry_letter_encode(&letter, &story->buffer);
    story_tlv(story, TLV_LETTER, mark);
}

STORY void story_add_state(struct story *story, uint64_t out_id, enum letter_state state,
                           uint16_t attempts, int64_t due_ms)
{
    struct entry_letter_state moved = {out_id, (uint8_t)state, attempts, {due_ms}};
    size_t mark = story->buffer.size;
    entry_letter_state_encode(&moved, &story->buffer);
    story_tlv(story, TLV_LETTER_STATE, mark);
}

/* What the province of STORY_PARTNER owes, or, with a negative amount, does not owe any more.
 */
STORY struct entry_posting story_posting(int64_t fen, uint32_t period)
{
    return (struct entry_posting){.debit = ACCOUNT_RECEIVABLE,
                                  .credit = ACCOUNT_HOSPITAL,
                                  .insurance = INSURANCE_MEDICAL,
                                  .party = STORY_PARTNER,
                                  .period = period,
                                  .amount = {fen}};
}

STORY void story_add_posting(struct story *story, const struct entry_posting *posting)
{
    size_t mark = story->buffer.size;
    entry_posting_encode(posting, &story->buffer);
    story_tlv(story, TLV_POSTING, mark);
}

STORY struct entry_line story_line(const char *number, const char *original, int64_t fen)
{
    struct entry_line line = {.number = text_of(number),
                              .original = text_of(original),
                              .sums = {.total = {fen}, .in_scope = {fen}}};
    memset(line.digest, number[0], sizeof line.digest);
    return line;
}

STORY void story_add_lines(struct story *story, enum entry_lines_change change, uint32_t batch,
                           const struct entry_line *line, size_t count)
{
    struct entry_lines lines = {(uint8_t)change, batch, (uint16_t)count};
    size_t mark = story->buffer.size;
    entry_lines_encode(&lines, &story->buffer);
    for (size_t i = 0; i < count; i++)
        entry_line_encode(&lines, &line[i], &story->buffer);
    story_tlv(story, TLV_LINES, mark);
}

/* Of the submission that the step answers. */
STORY void story_answers_key(unsigned number, uint8_t key[MESSAGE_KEY_SIZE])
{
    struct buffer local = buffer_over(key, MESSAGE_KEY_SIZE);
    memset(key, 0x22, MESSAGE_KEY_SIZE);
    buffer_u64(&local, number);
}

STORY void story_add_answers(struct story *story, const uint8_t key[MESSAGE_KEY_SIZE])
{
    struct entry_answers answers = {.action = ACTION_SETTLE,
                                    .asked = story->entry.wall,
                                    .there = story->entry.wall,
                                    .sent = story->entry.wall};
    size_t mark = story->buffer.size;
    memcpy(answers.key, key, MESSAGE_KEY_SIZE);
    entry_answers_encode(&answers, &story->buffer);
    story_tlv(story, TLV_ANSWERS, mark);
}

/* A file: named by a document, or here, whole. */
STORY void story_add_attachment(struct story *story, enum entry_attachment_change change,
                                unsigned number)
{
    struct entry_attachment attachment = {.change = (uint8_t)change};
    size_t mark = story->buffer.size;
    memset(attachment.digest, 0x33, sizeof attachment.digest);
    attachment.digest[0] = (uint8_t)(number >> 8);
    attachment.digest[1] = (uint8_t)number;
    if (change == ATTACHMENT_WHOLE) {
        attachment.size = 300;
        attachment.media = MEDIA_PDF;
    }
    entry_attachment_encode(&attachment, &story->buffer);
    story_tlv(story, TLV_ATTACHMENT, mark);
}

STORY void story_turn(const char *from, char *to, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (char)~from[i];
}

/* A body_opener for the turned bytes. */
STORY bool story_open_body(void *self, const struct entry_body *body, struct text sealed,
                           struct arena *arena, struct text *plain, struct error *err)
{
    char *turned = arena_alloc(arena, sealed.size);
    (void)self;
    (void)body;
    if (!turned)
        return fail(err, ERROR_MEMORY, "no memory");
    story_turn(sealed.at, turned, sealed.size);
    *plain = (struct text){turned, sealed.size};
    return true;
}

STORY bool story_add_bytes(struct story *story, enum body_use use,
                           enum retention_class retention, struct text plain)
{
    struct entry_body body = {.use = (uint8_t)use,
                              .retention = (uint8_t)retention,
                              .month = day_yyyymmdd(instant_day(story->entry.wall)) / 100,
                              .size = (uint32_t)plain.size};
    struct digest digest;
    char *sealed = malloc(plain.size + 1);
    size_t mark = story->buffer.size;
    CHECK(sealed != NULL);
    story_check(story, digest_of((enum digest_kind)ledger_origin(story->ledger)->digest_kind,
                                 plain.at, plain.size, &digest, &story->err));
    memcpy(body.digest, digest.bytes, 32);
    story_turn(plain.at, sealed, plain.size);
    bool ok = ledger_put_body(story->txn, &body, (struct text){sealed, plain.size},
                              &story->err);
    free(sealed);
    entry_body_encode(&body, &story->buffer);
    story_tlv(story, TLV_BODY, mark);
    if (use == BODY_ORIGINAL || use == BODY_SEALED || use == BODY_REPLY) {
        memcpy(story->entry.digest, body.digest, 32);
        story->entry.plain_size = body.size;
    }
    return ok;
}

/* Some bytes that no other entry has. */
STORY bool story_add_body(struct story *story, enum body_use use, size_t size)
{
    char plain[6000];
    int written = snprintf(plain, sizeof plain, "use %d of entry %llu ", (int)use,
                           (unsigned long long)ledger_next_seq(story->txn));
    for (size_t i = (size_t)written; i < size; i++)
        plain[i] = (char)('a' + i % 26);
    return story_add_bytes(
        story, use, RETENTION_100_YEARS,
        (struct text){plain, size > (size_t)written ? size : (size_t)written});
}

/* Sorts the TLVs (stable) and appends. */
STORY bool story_append(struct story *story)
{
    for (size_t i = 1; i < story->entry.tlv_count; i++) {
        for (size_t j = i; j > 0 && story->tlvs[j - 1].type > story->tlvs[j].type; j--) {
            struct tlv swap = story->tlvs[j];
            story->tlvs[j] = story->tlvs[j - 1];
            story->tlvs[j - 1] = swap;
        }
    }
    return ledger_append(story->txn, &story->entry, &story->err);
}

/* --- the story ---------------------------------------------------------------------------- */

STORY void story_set_clock(struct flow_case *flow_case, size_t at, enum clock_kind kind,
                           enum clock_state state, int64_t due_ms)
{
    flow_case->clocks[at] = (struct flow_clock){.kind = (uint8_t)kind,
                                                .state = (uint8_t)state,
                                                .days = 15,
                                                .region = 520000,
                                                .due = {due_ms}};
}

STORY struct flow_case story_case(unsigned number, unsigned step)
{
    static const struct {
        unsigned step;
        uint8_t state;
        uint8_t d1, d2, d3;
    } stages[] = {
        {0, PENSION_LETTER_SENT, CLOCK_STATE_RUNNING, CLOCK_STATE_OFF, CLOCK_STATE_OFF},
        {4, PENSION_LETTER_HELD, CLOCK_STATE_MET, CLOCK_STATE_RUNNING, CLOCK_STATE_OFF},
        {5, PENSION_INFO_ONLY, CLOCK_STATE_MET, CLOCK_STATE_RUNNING, CLOCK_STATE_RUNNING},
        {8, PENSION_INFO_ONLY, CLOCK_STATE_MET, CLOCK_STATE_RUNNING, CLOCK_STATE_PASSED},
        {12, PENSION_INFO_ONLY, CLOCK_STATE_MET, CLOCK_STATE_RUNNING, CLOCK_STATE_PASSED},
        {16, PENSION_BOTH, CLOCK_STATE_MET, CLOCK_STATE_RUNNING, CLOCK_STATE_PASSED},
    };
    size_t stage = COUNT_OF(stages) - 1;
    while (stages[stage].step > step)
        stage--;
    int64_t opened = story_time(story_seq(number, 0)).ms;
    struct flow_case flow_case = {
        .case_id = story_case_id(number),
        .flow = FLOW_PENSION_EMPLOYEE,
        .role = ROLE_IN,
        .state = stages[stage].state,
        .version = (uint32_t)stage + 1,
        .party = STORY_PARTNER,
        .core = STORY_CORE,
        .in_region = 520000,
        .out_region = 440000,
        .opened_at = {opened},
        .changed_at = story_time(story_seq(number, stages[stage].step))};
    snprintf(flow_case.trace, sizeof flow_case.trace, "C520000%08u", number);
    story_tag(number, flow_case.person_tag);
    story_set_clock(&flow_case, 0, CLOCK_D1, stages[stage].d1, opened + 100000);
    story_set_clock(&flow_case, 1, CLOCK_D2, stages[stage].d2,
                    opened + (step >= 12 ? 900000 : 800000));
    story_set_clock(&flow_case, 2, CLOCK_D3, stages[stage].d3, opened + 300000);
    story_set_clock(&flow_case, 3, CLOCK_FUND, CLOCK_STATE_RUNNING, opened + 400000);
    flow_case.clocks[3].paused = true;
    if (step == 16 && number % 2 == 0) {
        flow_case.state = PENSION_CLOSED;
        flow_case.clocks[1].state = CLOCK_STATE_MET;
    }
    return flow_case;
}

/* A message: verdict, bytes, and what it does to the case unless refused. */
STORY bool story_message(struct story *story, unsigned number, unsigned step,
                         enum verdict verdict)
{
    bool local = step == 0 || step == 16;
    struct flow_case after = story_case(number, step);
    story_start(story, local ? ENTRY_SUBMITTED : ENTRY_RECEIVED);
    story_key(number, step, story->entry.message_key);
    story->entry.party = local ? STORY_CORE : STORY_PARTNER;
    story->entry.case_id = after.case_id;
    if (verdict == VERDICT_ACCEPTED)
        story_add_case(story, &after);
    story_add_verdict(story, verdict, 0);
    if (local)
        story_add_text(story, TLV_LOCAL_KEY, TEXT("5299-0001"));
    return story_add_body(story, BODY_ORIGINAL, step == 5 ? 5000 : 300) &&
           story_add_body(story, BODY_CONTENT, 120);
}

/* What happens to a letter. */
STORY void story_about(struct story *story, enum entry_kind kind, unsigned number,
                       uint64_t out_id, enum verdict verdict)
{
    struct uuid id = story_uuid(out_id / 16, (uint8_t)(out_id % 16));
    story_start(story, kind);
    message_key_of(&id, story->entry.message_key);
    story->entry.case_id = story_case_id(number);
    story->entry.party = STORY_PARTNER;
    story_add_verdict(story, verdict, out_id);
}

STORY bool story_reply(struct story *story, unsigned number, unsigned step)
{
    story_start(story, ENTRY_REPLY);
    story_key(number, step, story->entry.message_key);
    story->entry.party = step == 0 ? STORY_CORE : STORY_PARTNER;
    story->entry.case_id = story_case_id(number);
    return story_add_body(story, BODY_REPLY, 200);
}

STORY void story_clock(struct story *story, enum entry_kind kind, unsigned number,
                       unsigned step, enum clock_kind clock)
{
    struct flow_case after = story_case(number, step);
    const char byte = (char)clock;
    story_start(story, kind);
    story_add_case(story, &after);
    story_add_text(story, TLV_CLOCK, (struct text){&byte, 1});
}

/* Three charge lines, of which the last gives part of the first back; what is owed for them; a
 * submission that this answers. (No pension has any of it, and the ledger does not mind.) */
STORY void story_settle(struct story *story, unsigned number)
{
    const struct entry_line lines[] = {story_line("1", "", 9900), story_line("2", "", 100),
                                       story_line("3", "1", -900)};
    struct entry_posting owed = story_posting(9100, 202603);
    uint8_t key[MESSAGE_KEY_SIZE];
    story_answers_key(number, key);
    story_add_lines(story, ENTRY_LINES_ADD, 1, lines, COUNT_OF(lines));
    story_add_posting(story, &owed);
    story_add_answers(story, key);
}

/* Part of that is undone in another month. */
STORY void story_unsettle(struct story *story)
{
    const struct entry_line second = story_line("2", "", 0);
    struct entry_posting undone = story_posting(-100, 202604);
    story_add_lines(story, ENTRY_LINES_CANCEL, 0, &second, 1);
    story_add_posting(story, &undone);
}

/* Steps 0 to 7: submitted, sent, answered, a conflict. */
STORY bool story_opening_step(struct story *story, unsigned number, unsigned step)
{
    uint64_t first = story_out_id(number, 0, 0);
    int64_t later = story_time(story_seq(number, step)).ms + 60000;
    struct flow_case after = story_case(number, step);

    switch (step) {
    case 0:
        if (!story_message(story, number, step, VERDICT_ACCEPTED))
            return false;
        story_add_letter(story, 0, STORY_PARTNER, LETTER_NEW);
        return story_append(story);
    case 1:
        story_about(story, ENTRY_SEALED, number, first, VERDICT_NONE);
        story_add_state(story, first, LETTER_READY, 0, later);
        return story_add_body(story, BODY_SEALED, 400) && story_append(story);
    case 2:
        return story_reply(story, number, 0) && story_append(story);
    case 3:
        story_about(story, ENTRY_ATTEMPT, number, first, VERDICT_NONE);
        story_add_state(story, first, LETTER_READY, 1, later);
        return story_append(story);
    case 4:
        story_about(story, ENTRY_OUTCOME, number, first, VERDICT_ACCEPTED);
        story_add_case(story, &after);
        story_add_state(story, first, LETTER_DONE, 2, 0);
        return story_add_body(story, BODY_RECEIPT, 250) && story_append(story);
    case 5:
        if (!story_message(story, number, step, VERDICT_ACCEPTED))
            return false;
        story_add_letter(story, 0, STORY_CORE, LETTER_NEW);
        story_add_letter(story, 1, STORY_PARTNER, LETTER_NEW);
        story_add_letter(story, 2, STORY_PARTNER, LETTER_WAITING);
        story_settle(story, number);
        story_add_attachment(story, ATTACHMENT_NAMED, number);
        return story_append(story);
    case 6:
        story_start(story, ENTRY_CONFLICT);
        story_key(number, 5, story->entry.message_key);
        story->entry.party = STORY_PARTNER;
        story_add_verdict(story, VERDICT_CONFLICT, 0);
        return story_add_body(story, BODY_ORIGINAL, 90) && story_append(story);
    default:
        return story_reply(story, number, 5) && story_append(story);
    }
}

/* Steps 8 to 16: clocks, a dead letter, refusals, the end. */
STORY bool story_closing_step(struct story *story, unsigned number, unsigned step)
{
    uint64_t to_core = story_out_id(number, 5, 0);
    uint64_t second = story_out_id(number, 5, 1);
    uint64_t third = story_out_id(number, 5, 2);
    int64_t later = story_time(story_seq(number, step)).ms + 60000;
    struct flow_case after = story_case(number, step);

    switch (step) {
    case 8:
        story_clock(story, ENTRY_TIMER, number, step, CLOCK_D3);
        story_unsettle(story);
        story_add_attachment(story, ATTACHMENT_WHOLE, number);
        return story_append(story);
    case 9:
        story_about(story, ENTRY_ATTEMPT, number, to_core, VERDICT_NONE);
        story->entry.flags = ENTRY_FLAG_UNTRANSLATED;
        story_add_state(story, to_core, LETTER_DEAD, 0, 0);
        story_add_text(story, TLV_TEXT, TEXT("MAPPING person/category"));
        return story_append(story);
    case 10:
        story_start(story, ENTRY_OPERATOR);
        story->entry.case_id = after.case_id;
        story_add_state(story, to_core, LETTER_NEW, 0, later);
        story_add_text(story, TLV_OPERATOR, TEXT("ops\0retry\0code added\0"));
        return story_append(story);
    case 11:
        return story_message(story, number, step, VERDICT_REFUSED) && story_append(story);
    case 12:
        story_clock(story, ENTRY_CLOCK_MOVED, number, step, CLOCK_D2);
        return story_append(story);
    case 13:
        story_about(story, ENTRY_SEALED, number, second, VERDICT_NONE);
        story_add_state(story, second, LETTER_READY, 0, later);
        return story_add_body(story, BODY_SEALED, 350) && story_append(story);
    case 14:
        story_about(story, ENTRY_OUTCOME, number, second, VERDICT_REFUSED);
        story_add_state(story, second, LETTER_REFUSED, 1, 0);
        story_add_state(story, third, LETTER_NEW, 0, later);
        return story_add_body(story, BODY_RECEIPT, 260) && story_append(story);
    case 15:
        story_start(story, ENTRY_DISCLOSED);
        story->entry.case_id = after.case_id;
        story_tag(number, story->entry.person_tag);
        story_add_text(story, TLV_OPERATOR, TEXT("auditor\0unmask\0yearly audit\0"));
        return story_append(story);
    default:
        return story_message(story, number, step, VERDICT_ACCEPTED) && story_append(story);
    }
}

/* Appends the entry that comes next; its number decides what it is. */
STORY bool story_next(struct story *story)
{
    uint64_t seq = ledger_next_seq(story->txn);
    switch (seq) {
    case 2:
        story_start(story, ENTRY_BOOT);
        story_add_text(story, TLV_RELEASE, TEXT("1.0"));
        return story_append(story);
    case 3:
        story_start(story, ENTRY_CONFIG);
        story_add_party(story, STORY_PARTNER, "hrss.440000");
        story_add_party(story, STORY_CORE, "hrss.520000.core");
        return story_append(story);
    case 4:
        story_start(story, ENTRY_RULES);
        return story_add_body(story, BODY_TEXT, 900) && story_append(story);
    default:
        seq -= STORY_FIRST;
        return (seq % STORY_STEPS < 8 ? story_opening_step : story_closing_step)(
            story, (unsigned)(seq / STORY_STEPS), (unsigned)(seq % STORY_STEPS));
    }
}

/* Until the ledger holds `size` entries, each in a transaction of its own. */
STORY void story_tell(struct story *story, uint64_t size)
{
    while (ledger_size(story->ledger) < size) {
        story_check(story, ledger_begin(story->ledger, &story->txn, &story->err));
        story_check(story, story_next(story));
        story_check(story, ledger_commit(&story->txn, &story->err));
    }
}

#endif
