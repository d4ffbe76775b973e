/* core_record_fuzz.c - the canonical bytes of a document: what decodes encodes to the same. */
#include "fuzz.h"

#include "core/record.h"

enum { SHORT_RUNS = 100000 };

bool fuzz_open(struct error *err)
{
    (void)err;
    return true;
}

void fuzz_seeds(void)
{
    static unsigned char memory[1024];
    struct buffer buffer = buffer_over(memory, sizeof(memory));
    struct arena *arena = arena_new(64 * 1024);
    struct record *root = record_new(arena, "letter");
    struct record *person = record_add(arena, root, "person", TEXT_NONE);

    fuzz_hold(person != NULL && record_add(arena, person, "name", TEXT("喆㛃𠮷")) != NULL &&
                  record_add(arena, person, "rate", TEXT("0.0800")) != NULL &&
                  record_add(arena, person, "rate", TEXT("12345.60")) != NULL &&
                  record_add(arena, root, "day", TEXT("2026-03-02")) != NULL,
              "a record is made");
    record_encode(root, &buffer);
    fuzz_seed(-1, buffer_as_text(&buffer));
    arena_free(arena);
}

static void read_leaf(const struct record *leaf)
{
    struct text text;
    struct money money;
    struct day day;
    struct month month;
    uint64_t number;
    int32_t rate;

    if (record_number(leaf, "", 1000, &number))
        fuzz_hold(number <= 1000, "a number stays below its limit");
    if (record_money(leaf, "", &money) || record_day(leaf, "", &day) ||
        record_month(leaf, "", &month) || record_rate(leaf, "", &rate))
        fuzz_hold(record_text(leaf, "", &text) && text.size > 0, "what has a value has text");
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct record *root = NULL, *again = NULL;
    struct error err = ERROR_INIT;
    struct buffer buffer;
    size_t size;

    if (!record_decode(arena, input, &root, &err)) {
        fuzz_hold(err.code == ERROR_PARSE || err.code == ERROR_MEMORY, "refused with its code");
        return;
    }
    size = record_encoded_size(root);
    fuzz_hold(size == input.size, "the size is known before");
    buffer = buffer_over(arena_alloc(arena, size), size);
    record_encode(root, &buffer);
    fuzz_hold(!buffer.overflow && text_equal(buffer_as_text(&buffer), input),
              "encoded to the same bytes");
    fuzz_hold(record_decode(arena, input, &again, &err) && record_equal(root, again),
              "decoded to the same record");
    read_leaf(root);
    for (const struct record *child = root->first; child != NULL; child = child->next)
        read_leaf(child);
}
