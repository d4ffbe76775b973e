/* approvals_journal.c - proposals as entries, and what the entries of two months say of them.
 *
 * All entries of a proposal carry the message key of the month in which it was made, so that
 * the ledger's index of messages finds them and no other. */
#include "gate/approvals_journal.h"

#include <stdio.h>
#include <string.h>

/* Longer than a UUID, so that no message has it. */
static void month_key(struct month month, uint8_t key[MESSAGE_KEY_SIZE])
{
    char text[MESSAGE_KEY_SIZE];
    int size = snprintf(text, sizeof(text), "qiantong approvals %04d%02d", month_year(month),
                        month_of_year(month));

    CHECK(size > 0 && (size_t)size < sizeof(text));
    memset(key, 0, MESSAGE_KEY_SIZE);
    memcpy(key, text, (size_t)size);
}

void approval_key(struct instant at, uint8_t key[MESSAGE_KEY_SIZE])
{
    month_key(day_month(instant_day(at)), key);
}

/* --- one TLV -------------------------------------------------------------------------------
 */

void approval_note_encode(const struct approval_note *note, struct buffer *buffer)
{
    buffer_u8(buffer, (uint8_t)note->step);
    buffer_u64(buffer, note->number);
    buffer_u32(buffer, note->uid);
    buffer_u64(buffer, (uint64_t)note->until.ms);
    buffer_string(buffer, note->act);
}

bool approval_note_decode(struct text bytes, struct approval_note *note)
{
    struct reader reader = reader_over(bytes.at, bytes.size);
    uint64_t until;

    *note = (struct approval_note){.step = reader_u8(&reader)};
    note->number = reader_u64(&reader);
    note->uid = reader_u32(&reader);
    until = reader_u64(&reader);
    if (reader.broken || note->step < APPROVAL_PROPOSED || note->step > APPROVAL_USED ||
        until > INT64_MAX || (note->number == 0) != (note->step == APPROVAL_PROPOSED))
        return false;
    note->until.ms = (int64_t)until;
    return reader.left > 0 &&
           text_to_field(reader_view(&reader, reader.left), note->act, sizeof(note->act));
}

bool approval_operator_tlv(const struct approval_person *person, const char *step,
                           const char *act, struct arena *arena, struct tlv *tlv)
{
    enum { SIZE = APPROVAL_USER_SIZE + APPROVAL_REASON_SIZE + 3 * APPROVAL_ACT_SIZE };
    void *memory = arena_alloc(arena, SIZE);
    struct buffer bytes = buffer_over(memory, SIZE);

    if (memory == NULL)
        return false;
    buffer_bytes(&bytes, person->user, strlen(person->user) + 1);
    buffer_string(&bytes, step);
    buffer_bytes(&bytes, act, strlen(act) + 1);
    buffer_bytes(&bytes, person->reason, strlen(person->reason) + 1);
    CHECK(!bytes.overflow);
    *tlv = (struct tlv){.type = TLV_OPERATOR, .bytes = buffer_as_text(&bytes)};
    return true;
}

/* --- what the entries say ------------------------------------------------------------------
 */

enum { ROOM_FIRST = 32 };

struct listing {
    struct arena *arena;
    struct approval *list;
    size_t count;
    size_t room;
    bool failed; /* no memory, or too many */
};

/* Room for one more. */
static bool make_room(struct listing *listing)
{
    size_t room = listing->room == 0 ? ROOM_FIRST : 2 * listing->room;
    struct approval *list;

    if (listing->count < listing->room)
        return true;
    list = listing->count < APPROVALS_SEEN_MAX
               ? arena_array(listing->arena, room, sizeof(*list))
               : NULL;
    if (list == NULL)
        return false;
    if (listing->count > 0)
        memcpy(list, listing->list, listing->count * sizeof(*list));
    listing->list = list;
    listing->room = room;
    return true;
}

static struct text first_bytes(const struct entry *entry, uint16_t type)
{
    size_t at = 0;
    const struct tlv *tlv = entry_next_tlv(entry, type, &at);

    return tlv != NULL ? tlv->bytes : TEXT_NONE;
}

/* Who wrote the entry. What does not fit was not written by this program. */
static bool read_person(const struct entry *entry, uint32_t uid, struct approval_person *person)
{
    struct text rest = first_bytes(entry, TLV_OPERATOR);

    *person = (struct approval_person){.uid = uid};
    if (!text_to_field(text_cut(&rest, '\0'), person->user, sizeof(person->user)))
        return false;
    text_cut(&rest, '\0');
    return text_to_field(text_cut(&rest, '\0'), person->reason, sizeof(person->reason));
}

static struct approval *numbered(struct listing *listing, uint64_t number)
{
    for (size_t i = listing->count; i > 0; i--) {
        if (listing->list[i - 1].number == number)
            return &listing->list[i - 1];
    }
    return NULL;
}

static void take_proposal(struct listing *listing, const struct entry *entry,
                          const struct approval_note *note)
{
    struct approval *approval;

    if (!make_room(listing)) {
        listing->failed = true;
        return;
    }
    approval = &listing->list[listing->count];
    *approval = (struct approval){.number = entry->seq,
                                  .case_id = entry->case_id,
                                  .since = entry->wall,
                                  .until = note->until,
                                  .state = APPROVAL_WAITING};
    memcpy(approval->act, note->act, sizeof(approval->act));
    memcpy(approval->message_key, entry->message_key, MESSAGE_KEY_SIZE);
    if (read_person(entry, note->uid, &approval->by) &&
        text_to_field(first_bytes(entry, TLV_TEXT), approval->object, sizeof(approval->object)))
        listing->count++;
}

static void take_decision(struct listing *listing, const struct entry *entry,
                          const struct approval_note *note)
{
    struct approval *approval = numbered(listing, note->number);

    if (approval == NULL)
        return;
    if (note->step == APPROVAL_USED) {
        approval->state = APPROVAL_SPENT;
        return;
    }
    approval->state = note->step == APPROVAL_YES ? APPROVAL_APPROVED : APPROVAL_DECLINED;
    approval->decided = entry->wall;
    if (!read_person(entry, note->uid, &approval->second))
        approval->second = (struct approval_person){.uid = note->uid};
}

static bool take_entry(void *self, const struct entry *entry)
{
    struct listing *listing = self;
    struct approval_note note;

    if (!approval_note_decode(first_bytes(entry, TLV_APPROVAL), &note))
        return true;
    if (note.step == APPROVAL_PROPOSED)
        take_proposal(listing, entry, &note);
    else
        take_decision(listing, entry, &note);
    return !listing->failed;
}

/* A permit is approved until its time is over; a deed that was done stays done. */
static void expire(struct approval *approval, struct instant now)
{
    const struct approval_act *act = approval_act_find(text_of(approval->act));
    bool open = approval->state == APPROVAL_WAITING ||
                (approval->state == APPROVAL_APPROVED && act != NULL && act->execute == NULL);

    if (open && !instant_before(now, approval->until))
        approval->state = APPROVAL_EXPIRED;
}

bool approvals_list(struct ledger_txn *txn, struct instant now, struct arena *arena,
                    struct approval **list, size_t *count, struct error *err)
{
    struct month month = day_month(instant_day(now));
    struct listing listing = {.arena = arena};

    /* The next month, too: entry times never go back, but a clock may. */
    for (int32_t i = -1; i <= 1; i++) {
        uint8_t key[MESSAGE_KEY_SIZE];
        month_key((struct month){month.number + i}, key);
        if (!ledger_each_of_message(txn, key, take_entry, &listing, err))
            return false;
    }
    if (listing.failed)
        return fail(err, ERROR_MEMORY, "no memory for all proposals of two months");
    for (size_t i = 0; i < listing.count; i++)
        expire(&listing.list[i], now);
    *list = listing.list;
    *count = listing.count;
    return true;
}

struct name approval_state_name(enum approval_state state)
{
    static const struct name names[] = {
        [APPROVAL_WAITING] = {"waiting", "待复核"},
        [APPROVAL_APPROVED] = {"approved", "已同意"},
        [APPROVAL_DECLINED] = {"declined", "已拒绝"},
        [APPROVAL_SPENT] = {"spent", "已使用"},
        [APPROVAL_EXPIRED] = {"expired", "已过期"},
    };

    CHECK(state > 0 && (size_t)state < COUNT_OF(names));
    return names[state];
}
