/* crypt_base64_fuzz.c - one value has one text: what is decoded strictly is encoded as it was.
 */
#include "fuzz.h"

#include "crypt/base64.h"

enum { SHORT_RUNS = 200000 };

bool fuzz_open(struct error *err)
{
    (void)err;
    return true;
}

void fuzz_seeds(void)
{
    fuzz_seed(-1, TEXT("AAECAwQFBgcICQ=="));
    fuzz_seed(-1, TEXT("YQ=="));
    fuzz_seed(-1, TEXT(" YWI=\r\n\tYWJj"));
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct error err = ERROR_INIT;
    unsigned char *bytes = arena_alloc(arena, input.size + 1);
    char *text = arena_alloc(arena, BASE64_SIZE(input.size) + 1);
    size_t size = 0, again = 0;

    if (base64_decode(input, BASE64_STRICT, bytes, input.size + 1, &size, &err)) {
        base64_encode(bytes, size, text);
        fuzz_hold(text_is(input, text), "strict: encoded as it was");
        fuzz_hold(base64_decode(input, BASE64_SPACE, bytes, input.size + 1, &again, &err) &&
                      again == size,
                  "what is strict is also lenient");
    } else if (base64_decode(input, BASE64_SPACE, bytes, input.size + 1, &size, &err)) {
        base64_encode(bytes, size, text);
        fuzz_hold(
            base64_decode(text_of(text), BASE64_STRICT, bytes, input.size + 1, &again, &err) &&
                again == size,
            "without its blanks it is strict");
    }
    base64_encode(input.at, input.size, text);
    fuzz_hold(base64_decode(text_of(text), BASE64_STRICT, bytes, input.size + 1, &size, &err) &&
                  size == input.size && (size == 0 || memcmp(bytes, input.at, size) == 0),
              "bytes come back");
}
