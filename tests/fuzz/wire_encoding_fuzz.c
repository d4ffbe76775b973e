/* wire_encoding_fuzz.c - GB18030 and UTF-8: what converts comes back, byte for byte from UTF-8;
 * from GB18030 as the same text, for some characters have two codes there. */
#include "fuzz.h"

#include "wire/encoding.h"
#include "wire/start.h"

enum { SHORT_RUNS = 60000 };

bool fuzz_open(struct error *err)
{
    return wire_start(err);
}

void fuzz_seeds(void)
{
    fuzz_seed(-1, TEXT("喆㛃𠮷 张三·李四"));
    fuzz_seed(-1, TEXT("\x86\xb4\x82\x30\xf0\x31\x95\x34\xa6\x37"));
    fuzz_seed(-1, TEXT("\xd5\xc5\xc8\xfd\x80\x81\x30\x81\x30"));
    fuzz_seed(-1, TEXT("GB_2312-80"));
}

static struct buffer room_for(struct text text, struct arena *arena)
{
    size_t size = encoding_room(text.size);

    return buffer_over(arena_alloc(arena, size), size);
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct buffer first = room_for(input, arena), second, third;
    struct error err = ERROR_INIT;
    enum encoding encoding;
    bool known = encoding_of_label(input, &encoding);

    fuzz_hold(!known || memchr(input.at, '\0', input.size) == NULL, "a label is read whole");
    if (encoding_gb_to_utf8(input, &first, &err)) {
        struct text utf8 = buffer_as_text(&first);

        fuzz_hold(input.size == 0 || memchr(input.at, '\0', input.size) != NULL ||
                      text_is_utf8(utf8),
                  "made UTF-8");
        second = room_for(utf8, arena);
        third = room_for(utf8, arena);
        if (encoding_utf8_to_gb(utf8, &second, &err)) {
            third = room_for(buffer_as_text(&second), arena);
            fuzz_hold(encoding_gb_to_utf8(buffer_as_text(&second), &third, &err) &&
                          text_equal(utf8, buffer_as_text(&third)),
                      "the same text after both ways");
        }
    } else {
        fuzz_hold(err.code == ERROR_ENCODING, "refused with its code");
    }
    first = room_for(input, arena);
    if (encoding_utf8_to_gb(input, &first, &err)) {
        second = room_for(buffer_as_text(&first), arena);
        fuzz_hold(encoding_gb_to_utf8(buffer_as_text(&first), &second, &err) &&
                      text_equal(input, buffer_as_text(&second)),
                  "UTF-8 comes back as it was");
    }
    fuzz_hold_private(input, &err);
}
