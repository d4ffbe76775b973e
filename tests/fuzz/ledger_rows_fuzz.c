/* ledger_rows_fuzz.c - values of the ledger's databases: what decodes encodes to the same
 * bytes. The first byte chooses which. */
#include "fuzz.h"

#include "ledger/rows.h"

enum { SHORT_RUNS = 200000 };
enum { INBOX, LETTER, ID, KINDS };

bool fuzz_open(struct error *err)
{
    (void)err;
    return true;
}

void fuzz_seeds(void)
{
    static unsigned char memory[2 * ROW_LETTER_MAX];
    const struct inbox_row inbox = {7, 8, {1}, VERDICT_ACCEPTED};
    const struct letter_row letter = {
        .letter = {.out_id = 33,
                   .party = 2,
                   .flow = FLOW_PENSION_EMPLOYEE,
                   .action = ACTION_LETTER,
                   .revision = 1,
                   .state = LETTER_READY,
                   .message_id = {{1}},
                   .created = {1},
                   .due = {2},
                   .content_month = 202603,
                   .content_size = 100},
        .attempts = 2,
        .sealed_seq = 9,
        .sealed = {BODY_SEALED, RETENTION_50_YEARS, 202603, {3}, 77}};
    struct buffer buffer = buffer_over(memory, sizeof(memory));

    inbox_row_encode(&inbox, &buffer);
    fuzz_seed(INBOX, buffer_as_text(&buffer));
    buffer.size = 0;
    letter_row_encode(&letter, &buffer);
    fuzz_seed(LETTER, buffer_as_text(&buffer));
    fuzz_seed(ID, TEXT("\001abcdefghijklmnop"));
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct text bytes = {input.at + 1, input.size - 1};
    struct buffer out = buffer_over(arena_alloc(arena, input.size), input.size);
    struct inbox_row inbox;
    struct letter_row letter;
    struct uuid id;
    bool taken = false;

    if (input.size == 0)
        return;
    switch ((unsigned char)input.at[0] % KINDS) {
    case INBOX:
        taken = inbox_row_decode(bytes, &inbox);
        if (taken)
            inbox_row_encode(&inbox, &out);
        break;
    case LETTER:
        taken = letter_row_decode(bytes, &letter);
        if (taken)
            letter_row_encode(&letter, &out);
        break;
    default:
        taken = uuid_row_decode(bytes, &id);
        if (taken) {
            buffer_u8(&out, ROW_LAYOUT);
            buffer_bytes(&out, id.bytes, sizeof(id.bytes));
        }
    }
    if (taken)
        fuzz_hold(!out.overflow && text_equal(buffer_as_text(&out), bytes),
                  "a row encodes to the bytes that it was decoded from");
}
