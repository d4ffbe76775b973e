/* wire_signature_test.c - what verifies, and that nothing near it does. */
#include "signature_fixture.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 25 };

/* --- what verifies ------------------------------------------------------------------------ */

static void every_suite_goes_round(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(suites); i++) {
        struct text made = sign_text(signers[i], TEXT(PLAIN));
        expect(suite_name(suites[i]), ERROR_NONE, verify_as(i, made));
    }
}

static void the_right_pin_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(suites); i++) {
        struct text made = sign_text(signers[i], TEXT(PLAIN));
        const struct verifier *list[] = {pins[i][1], pins[0][1], pins[i][0]};
        struct document *document = NULL;
        const struct verifier *used = NULL;
        struct error err = ERROR_INIT;

        assert_true(document_parse(made, NULL, &document, &err));
        assert_true(signature_verify(document, list, COUNT_OF(list), &used, &err));
        assert_ptr_equal(used, pins[i][0]);
        assert_true(signature_verify(document, list, COUNT_OF(list), &used, &err));
        document_free(document);
        expect("others", ERROR_PIN, verify_text(made, list, 2, &err));
        expect("none", ERROR_PIN, verify_text(made, NULL, 0, &err));
    }
}

/* The tree is the one that was signed: it serialises to the same bytes after both. */
static void the_tree_is_not_changed(void **state)
{
    struct text made = sign_text(signers[1], TEXT(PLAIN));
    struct document *document = NULL;
    const struct verifier *pin = pins[1][0];
    const struct verifier *used = NULL;
    struct error err = ERROR_INIT;
    struct text again;

    (void)state;
    assert_true(document_parse(made, NULL, &document, &err));
    assert_true(signature_verify(document, &pin, 1, &used, &err));
    assert_true(document_write(document, arena, &again, &err));
    assert_true(text_equal(made, again));
    document_free(document);
}

static struct text with_crlf(struct text in)
{
    char *made = arena_alloc(arena, 2 * in.size + 1);
    size_t size = 0;

    assert_non_null(made);
    for (size_t i = 0; i < in.size; i++) {
        if (in.at[i] == '\n')
            made[size++] = '\r';
        made[size++] = in.at[i];
    }
    return (struct text){made, size};
}

static struct text to_gb(struct text in, const char *label)
{
    struct text labelled = replace(in, "encoding=\"UTF-8\"", label);
    size_t room = encoding_room(labelled.size);
    struct buffer out = buffer_over(arena_alloc(arena, room), room);
    struct error err = ERROR_INIT;

    assert_non_null(out.at);
    assert_true(encoding_utf8_to_gb(labelled, &out, &err));
    return buffer_as_text(&out);
}

static void other_bytes_of_the_same_document_verify(void **state)
{
    static const char rare[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>\n<n>𠮷野</n>\n"
                               "<m>田㛃</m><c>x<![CDATA[<&>]]></c></a>";

    (void)state;
    for (size_t i = 0; i < COUNT_OF(suites); i++) {
        struct text made = sign_text(signers[i], text_of(rare));
        expect("crlf", ERROR_NONE, verify_as(i, with_crlf(made)));
        expect("cdata as text", ERROR_NONE,
               verify_as(i, replace(made, "<![CDATA[<&>]]>", "&lt;&amp;&gt;")));
        expect("reference", ERROR_NONE, verify_as(i, replace(made, "𠮷", "&#x20BB7;")));
        expect("gb18030", ERROR_NONE, verify_as(i, to_gb(made, "encoding=\"GB18030\"")));
        expect("gbk", ERROR_NONE, verify_as(i, to_gb(made, "encoding=\"gbk\"")));
        expect("gb18030 changed", ERROR_SIGNATURE,
               verify_as(i, to_gb(replace(made, "𠮷", "吉"), "encoding=\"GB18030\"")));
        expect(
            "white space in base64", ERROR_NONE,
            verify_as(i, replace(made, "</ds:X509Certificate>", " \n\t</ds:X509Certificate>")));
        expect("white space after", ERROR_SIGNATURE,
               verify_as(i, replace(made, SIGN_END, SIGN_END "\n  ")));
        expect("an added attribute", ERROR_SIGNATURE,
               verify_as(i, replace(made, "<a>", "<a xmlns:b=\"urn:b\" b:c=\"d\">")));
        expect("an unused declaration", ERROR_NONE,
               verify_as(i, replace(made, "<a>", "<a xmlns:b=\"urn:b\">")));
    }
}

/* A GB document is signed from its own bytes too: the canonical form is the same. */
static void gb_is_signed_from_its_bytes(void **state)
{
    struct text plain = TEXT("<?xml version='1.0' encoding='GB18030'?><a>\x95\x34\xB2\x35</a>");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(suites); i++)
        expect("gb", ERROR_NONE, verify_as(i, sign_text(signers[i], plain)));
}

/* --- the signature value ------------------------------------------------------------------ */

static struct text with_value(struct text made, const void *bytes, size_t size)
{
    char *base64 = arena_alloc(arena, BASE64_SIZE(size) + 1);

    assert_non_null(base64);
    base64_encode(bytes, size, base64);
    return replace(
        made, as_string(between(made, "<ds:SignatureValue>", "</ds:SignatureValue>")), base64);
}

static size_t value_of(struct text made, uint8_t raw[SIGNATURE_SIZE_MAX])
{
    struct text value = between(made, "<ds:SignatureValue>", "</ds:SignatureValue>");
    struct error err = ERROR_INIT;
    size_t size = 0;

    assert_true(base64_decode(value, BASE64_SPACE, raw, SIGNATURE_SIZE_MAX, &size, &err));
    return size;
}

static void only_the_right_value_verifies(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT_OF(suites); s++) {
        struct text made = sign_text(signers[s], TEXT(PLAIN));
        uint8_t raw[SIGNATURE_SIZE_MAX + 1] = {0};
        uint8_t zero[SIGNATURE_SIZE_MAX] = {0};
        uint8_t ones[SIGNATURE_SIZE_MAX];
        size_t size = value_of(made, raw);

        memset(ones, 0xFF, sizeof(ones));
        assert_int_equal(size, suites[s] == SUITE_RSA ? 256 : 64);
        expect("same", ERROR_NONE, verify_as(s, with_value(made, raw, size)));
        expect("shorter", ERROR_SIGNATURE, verify_as(s, with_value(made, raw, size - 1)));
        expect("longer", ERROR_SIGNATURE, verify_as(s, with_value(made, raw, size + 1)));
        expect("zero", ERROR_SIGNATURE, verify_as(s, with_value(made, zero, size)));
        expect("ones", ERROR_SIGNATURE, verify_as(s, with_value(made, ones, size)));
        expect("empty", ERROR_SHAPE, verify_as(s, with_value(made, raw, 0)));
        expect("blank", ERROR_SIGNATURE,
               verify_as(s, replace(made,
                                    as_string(between(made, "<ds:SignatureValue>",
                                                      "</ds:SignatureValue>")),
                                    " ")));
        for (size_t i = 0; i < size; i += 7) {
            raw[i] ^= 1;
            expect("one bit", ERROR_SIGNATURE, verify_as(s, with_value(made, raw, size)));
            raw[i] ^= 1;
        }
    }
}

static void der_is_not_accepted(void **state)
{
    (void)state;
    for (size_t s = 0; s < 2; s++) { /* ecdsa, gm */
        struct text made = sign_text(signers[s], TEXT(PLAIN));
        uint8_t raw[SIGNATURE_SIZE_MAX];
        uint8_t der[GM_DER_SIZE_MAX];
        uint8_t back[GM_SIGNATURE_SIZE];
        size_t size;

        assert_int_equal(value_of(made, raw), GM_SIGNATURE_SIZE);
        assert_true(gm_raw_to_der(raw, der, &size));
        assert_true(gm_der_to_raw(der, size, back));
        assert_memory_equal(raw, back, sizeof(back));
        assert_false(gm_der_to_raw(der, size - 1, back));
        assert_false(gm_der_to_raw(raw, GM_SIGNATURE_SIZE, back));
        expect("der", ERROR_SIGNATURE, verify_as(s, with_value(made, der, size)));
    }
}

/* --- what is not signed ------------------------------------------------------------------- */

static void only_the_grammar_is_signed(void **state)
{
    static const struct document_limits comments = {.allow_comments = true};
    static const char *const bad[] = {
        "<a><!-- --></a>",
        "<!-- --><a/>",
        "<a xmlns='relative'/>",
        "<a xmlns:b='b/c'/>",
        "<a><ds:Signature xmlns:ds='" DSIG "'/></a>",
        "<ds:Signature xmlns:ds='" DSIG "'/>",
    };
    struct error err = ERROR_INIT;
    struct document *document = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_true(document_parse(text_of(bad[i]), &comments, &document, &err));
        assert_false(signature_sign(document, signers[0], &err));
        assert_int_equal(err.code, ERROR_SHAPE);
        document_free(document);
    }
    assert_true(document_parse(TEXT("<a/>"), NULL, &document, &err));
    assert_true(signature_sign(document, signers[0], &err));
    assert_false(signature_sign(document, signers[0], &err));
    assert_int_equal(err.code, ERROR_SHAPE);
    document_free(document);
}

static void unsigned_is_refused(void **state)
{
    static const char *const bad[] = {
        PLAIN,
        "<a/>",
        "<ds:Signature xmlns:ds='" DSIG "'/>",
        "<a><ds:Signature xmlns:ds='" DSIG "'/></a>",
        "<a><b><ds:Signature xmlns:ds='" DSIG "'/></b></a>",
        "<a><ds:Signature xmlns:ds='" DSIG "'><ds:SignedInfo/></ds:Signature></a>",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        expect(bad[i], ERROR_SHAPE, verify_as(0, text_of(bad[i])));
}

/* The signature of one document in another, and a whole signed document inside another. */
static void signatures_cannot_be_moved(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT_OF(suites); s++) {
        struct text made = sign_text(signers[s], TEXT(PLAIN));
        const char *signature = arena_format(
            arena, "<ds:Signature%s</ds:Signature>",
            as_string(between(made, "<ds:Signature", SIGN_END)));
        const char *message = arena_format(
            arena, "<m:Message%s</m:Message>",
            as_string(between(made, "<m:Message", "</m:Message>")));

        expect("other document", ERROR_SIGNATURE,
               verify_as(s, text_of(arena_format(arena, "<a>1%s</a>", signature))));
        expect("inside", ERROR_SHAPE,
               verify_as(s, text_of(arena_format(arena, "<a>%s</a>", message))));
        expect("inside, with a second one", ERROR_SHAPE,
               verify_as(s, text_of(arena_format(arena, "<a>%s%s</a>", message, signature))));
        expect("deeper", ERROR_SHAPE,
               verify_as(s, text_of(arena_format(arena, "<a><b>%s</b></a>", signature))));
    }
}

static void truncated_is_refused(void **state)
{
    struct text made = sign_text(signers[0], TEXT("<a>x</a>"));

    (void)state;
    made = text_trim(made);
    for (size_t cut = 0; cut < made.size; cut++) {
        char *copy = malloc(cut + 1);
        enum error_code code;

        assert_non_null(copy);
        memcpy(copy, made.at, cut);
        code = verify_as(0, (struct text){copy, cut});
        expect("cut", ERROR_PARSE, code);
        free(copy);
    }
    expect("whole", ERROR_NONE, verify_as(0, made));
}

/* Any byte replaced: what still verifies says the same. */
static void mutations_never_change_what_is_read(void **state)
{
    static const char others[] = "<>&\"/= Az0\n";
    struct text made = sign_text(signers[0], TEXT("<a b=\"c\"><d>x</d>y</a>"));
    const char *end = memmem(made.at, made.size, "<ds:Signature", 13);
    size_t interesting;
    size_t accepted = 0;

    (void)state;
    assert_non_null(end);
    interesting = (size_t)(end - made.at);
    for (size_t at = 0; at < made.size; at += at < interesting ? 1 : 5) {
        for (size_t i = 0; i < sizeof(others) - 1; i++) {
            char *copy = malloc(made.size);
            assert_non_null(copy);
            memcpy(copy, made.at, made.size);
            copy[at] = others[i];
            if (others[i] != made.at[at] &&
                verify_as(0, (struct text){copy, made.size}) == ERROR_NONE) {
                /* blanks in tags, quotes, white space in base64: nothing a reader sees */
                bool blank = others[i] == '\n' || others[i] == ' ';
                if (!blank)
                    print_error("byte %zu as '%c' is accepted\n", at, others[i]);
                assert_true(blank);
                accepted++;
            }
            free(copy);
        }
    }
    assert_true(accepted < 60);
}

static void deep_and_wide_documents(void **state)
{
    char deep[DOCUMENT_DEPTH_DEFAULT * 16] = "";
    struct buffer out = buffer_over(deep, sizeof(deep));
    size_t depth = DOCUMENT_DEPTH_DEFAULT;

    (void)state;
    for (size_t i = 0; i < depth; i++)
        buffer_string(&out, "<a>");
    for (size_t i = 0; i < depth; i++)
        buffer_string(&out, "</a>");
    assert_false(out.overflow);
    expect("64 deep", ERROR_NONE, verify_as(0, sign_text(signers[0], buffer_as_text(&out))));
    out = buffer_over(deep, sizeof(deep));
    for (size_t i = 0; i <= depth; i++)
        buffer_string(&out, "<a>");
    for (size_t i = 0; i <= depth; i++)
        buffer_string(&out, "</a>");
    expect("65 deep", ERROR_DEPTH, verify_as(0, buffer_as_text(&out)));
}

/* --- threads ------------------------------------------------------------------------------ */

static void *verify_often(void *self)
{
    struct text *made = self; /* one for each suite, the next ones changed */
    size_t *wrong = calloc(1, sizeof(*wrong));

    wire_thread_start();
    if (wrong == NULL)
        return NULL;
    for (int i = 0; i < ROUNDS; i++) {
        for (size_t s = 0; s < COUNT_OF(suites); s++) {
            const struct verifier *pin = pins[s][0];
            const struct verifier *used = NULL;
            struct document *document = NULL;
            struct error err = ERROR_INIT;

            *wrong += verify_as(s, made[s]) == ERROR_NONE ? 0 : 1;
            *wrong += verify_as(s, made[COUNT_OF(suites) + s]) == ERROR_SIGNATURE ? 0 : 1;
            if (!document_parse(TEXT(PLAIN), NULL, &document, &err) ||
                !signature_sign(document, signers[s], &err) ||
                !signature_verify(document, &pin, 1, &used, &err))
                *wrong += 1;
            document_free(document);
        }
    }
    return wrong;
}

static void threads_share_keys(void **state)
{
    struct text made[2 * COUNT_OF(suites)];
    pthread_t threads[THREADS];

    (void)state;
    for (size_t s = 0; s < COUNT_OF(suites); s++) {
        made[s] = sign_text(signers[s], TEXT(PLAIN));
        made[COUNT_OF(suites) + s] = replace(made[s], "1280.50", "1280.51");
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, verify_often, made), 0);
    for (int i = 0; i < THREADS; i++) {
        size_t *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], (void **)&wrong), 0);
        assert_non_null(wrong);
        assert_int_equal(*wrong, 0);
        free(wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_suite_goes_round),
        cmocka_unit_test(the_right_pin_is_found),
        cmocka_unit_test(the_tree_is_not_changed),
        cmocka_unit_test(other_bytes_of_the_same_document_verify),
        cmocka_unit_test(gb_is_signed_from_its_bytes),
        cmocka_unit_test(only_the_right_value_verifies),
        cmocka_unit_test(der_is_not_accepted),
        cmocka_unit_test(only_the_grammar_is_signed),
        cmocka_unit_test(unsigned_is_refused),
        cmocka_unit_test(signatures_cannot_be_moved),
        cmocka_unit_test(truncated_is_refused),
        cmocka_unit_test(mutations_never_change_what_is_read),
        cmocka_unit_test(deep_and_wide_documents),
        cmocka_unit_test(threads_share_keys),
        cmocka_unit_test(nothing_was_opened),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
