/*
 * wire_verifiers_test.c - signature_verify and xmlsec say the same of every document
 * (docs/decisions/0008): of signed documents that exercise canonicalisation, and of thousands
 * made from them by changes. DOCUMENTS=40000 in the environment makes it a long run.
 */
#include "signature_fixture.h"

#include <libxml/xmlmemory.h>

enum { DOCUMENTS_DEFAULT = 400, CHANGES = 24, DEPTH_MAX = 5 };

/* What tells canonical forms apart. Pieces stand for whatever an attacker may put there. */
static const char *const names[] = {"a", "p:a", "q:b", "p:Signature", "n", "q:SignedInfo"};
static const char *const spaces[] = {
    " xmlns='urn:qiantong:trial:1'",
    " xmlns=''",
    " xmlns='urn:x'",
    " xmlns:p='urn:other'",
    " xmlns:q='urn:p'",
    " xmlns:ds='urn:not-a-signature'",
    " xmlns:ds='" DSIG "'",
    " xmlns:unused='urn:unused'",
    " xmlns:unused='urn:unused' xmlns:zz='urn:aa'",
    "",
    "",
    "",
};
static const char *const attributes[] = {
    " z='1' b='2' a='3'",
    " q:k='1' p:k='2' k='3'",
    " xml:lang='zh-CN'",
    " xml:space='preserve'",
    " xml:base='http://example.invalid/'",
    " xml:id='d1'",
    " Id='x' ID='x' id='x'",
    " t=' a\tb\nc  '",
    " t='&#9;&#10;&#13; &#x20;'",
    " t='&lt;&gt;&amp;&quot;&apos;'",
    " t=\"'>\"",
    " t='\xF0\xA0\xAE\xB7\xE3\x9B\x83\xE5\x96\x86'",
    " t=''",
    "",
    "",
};
static const char *const texts[] = {
    "x",
    " ",
    "\n  ",
    "\r\n",
    "&#13;",
    "&#13;&#10;\t",
    "&lt;a/&gt;",
    "&amp;amp;",
    "]]&gt;",
    "<![CDATA[<b>&amp;</b>]]>",
    "<![CDATA[]]>",
    "a<![CDATA[ ]]>b",
    "&#x20BB7;",
    "\xF0\xA0\xAE\xB7\xE3\x9B\x83\xE5\x96\x86",
    "\xEF\xB8\x90\xEE\x9F\x87",
    "&apos;&quot;'\"",
    "\xC2\xA0\xE3\x80\x80\xEF\xBB\xBF",
    "1280.50",
    "",
};

static size_t document_count(void)
{
    const char *wanted = getenv("DOCUMENTS");

    return wanted == NULL ? DOCUMENTS_DEFAULT : strtoul(wanted, NULL, 10);
}

/* --- chance, the same in every run -------------------------------------------------------- */

static uint64_t chance_state = 0x5299199001010017;

static size_t chance(size_t count)
{
    chance_state = chance_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(chance_state >> 33) % count;
}

#define ONE_OF(list) (list)[chance(COUNT_OF(list))]

/* --- documents ---------------------------------------------------------------------------- */

/* p and q are declared on the root, so every name has a namespace. */
static void add_element(struct buffer *out, unsigned depth)
{
    const char *name = ONE_OF(names);
    const char *attribute = ONE_OF(attributes);

    buffer_string(out, "<");
    buffer_string(out, name);
    buffer_string(out, ONE_OF(spaces));
    buffer_string(out, attribute);
    buffer_string(out, ">");
    for (size_t i = chance(4); i > 0; i--) {
        buffer_string(out, ONE_OF(texts));
        if (depth < DEPTH_MAX && chance(3) != 0)
            add_element(out, depth + 1);
        buffer_string(out, ONE_OF(texts));
    }
    buffer_string(out, "</");
    buffer_string(out, name);
    buffer_string(out, ">");
}

static struct text random_document(void)
{
    static char bytes[256 * 1024];
    struct buffer out = buffer_over(bytes, sizeof(bytes));

    buffer_string(&out, chance(2) == 0 ? "" : "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buffer_string(&out, "<p:root xmlns:p='urn:p' xmlns:q='urn:q'");
    buffer_string(&out, chance(2) == 0 ? "" : " xmlns='urn:default'");
    buffer_string(&out, ONE_OF(attributes));
    buffer_string(&out, ">");
    buffer_string(&out, ONE_OF(texts));
    for (size_t i = chance(3) + 1; i > 0; i--)
        add_element(&out, 1);
    buffer_string(&out, ONE_OF(texts));
    buffer_string(&out, "</p:root>");
    assert_false(out.overflow);
    return buffer_as_text(&out);
}

/* Signed, or nothing: a prefix declared twice in one tag is not well-formed. */
static struct text try_to_sign(size_t suite, struct text plain)
{
    struct document *document = NULL;
    struct error err = ERROR_INIT;
    struct text made = TEXT_NONE;

    if (document_parse(plain, NULL, &document, &err) &&
        !(signature_sign(document, signers[suite], &err) &&
          document_write(document, arena, &made, &err)))
        print_error("%s\n", err.text);
    document_free(document);
    return made;
}

/* --- changes ------------------------------------------------------------------------------ */

/* At every place of these a piece may go in, come out or be put twice. */
static const char *const inserts[] = {
    "<a/>",
    "<ds:Object xmlns:ds='" DSIG "'/>",
    "<ds:Signature xmlns:ds='" DSIG "'/>",
    "<!-- -->",
    "<?a?>",
    "<![CDATA[]]>",
    "<![CDATA[ ]]>",
    " ",
    "\n",
    "x",
    "&#13;",
    "&#10;",
    "=",
    "A",
    "\xF0\xA0\xAE\xB7",
};
static const char *const tag_inserts[] = {
    " xmlns:u='urn:u'",
    " xmlns:ds='urn:u'",
    " xmlns:p='urn:u'",
    " xmlns=''",
    " xmlns='" DSIG "'",
    " xml:lang='en'",
    " xml:space='default'",
    " xml:base='urn:u'",
    " u='1'",
    " Id='d'",
    " xml:id='d'",
    " Algorithm='urn:u'",
    " URI=''",
    "  ",
    "\n",
    "\t ",
};

static struct text splice(struct text in, size_t at, size_t drop, const char *with)
{
    const char *made = arena_format(arena, "%.*s%s%.*s", (int)at, in.at, with,
                                    (int)(in.size - at - drop), in.at + at + drop);

    assert_non_null(made);
    return text_of(made);
}

/* The place of one of the characters of `marks`, from a place taken by chance on. */
static size_t find_mark(struct text in, const char *marks)
{
    size_t start = chance(in.size);

    for (size_t i = 0; i < in.size; i++)
        if (strchr(marks, in.at[(start + i) % in.size]) != NULL)
            return (start + i) % in.size;
    return 0;
}

static struct text swap_prefix(struct text in)
{
    static const char *const prefixes[] = {"ds:", "p:", "q:"};
    const char *from = ONE_OF(prefixes);
    const char *to = chance(2) == 0 ? "" : ONE_OF(prefixes);
    const char *at = memmem(in.at, in.size, from, strlen(from));

    return at == NULL ? in : splice(in, (size_t)(at - in.at), strlen(from), to);
}

static struct text change(struct text in)
{
    size_t at;

    switch (chance(8)) {
    case 0:
        return splice(in, find_mark(in, "<"), 0, ONE_OF(inserts));
    case 1:
        at = find_mark(in, ">");
        return splice(in, at < in.size ? at + 1 : at, 0, ONE_OF(inserts));
    case 2:
    case 3:
        at = find_mark(in, "> /");
        return splice(in, at, 0, ONE_OF(tag_inserts));
    case 4:
        return splice(in, chance(in.size), 1, "");
    case 5:
        return splice(in, chance(in.size), 1, ONE_OF(inserts));
    case 6:
        return swap_prefix(in);
    default:
        at = chance(in.size);
        return splice(in, at, in.at[at] == '\'' || in.at[at] == '"' ? 1 : 0, "\"");
    }
}

/* Another spelling of the same document: everything that canonical form takes away. */
static struct text respell(struct text in)
{
    struct text out = in;
    const char *at = memmem(out.at, out.size, "<ds:Signature ", 14);

    assert_non_null(at);
    out = splice(out, (size_t)(at - out.at) + 14, 0, "xmlns:never='urn:never'\n");
    at = memmem(out.at, out.size, "<ds:SignedInfo>", 15);
    assert_non_null(at);
    out = splice(out, (size_t)(at - out.at) + 14, 0, " xmlns:b='urn:b' xmlns:a='urn:a'");
    at = memmem(out.at, out.size, "<p:root ", 8);
    assert_non_null(at);
    return splice(out, (size_t)(at - out.at) + 8, 0, "\t xmlns:c='urn:c'\n");
}

/* --- tests -------------------------------------------------------------------------------- */

/* verify_as asks both and stops the test where they differ. */
static void random_documents_go_both_ways(void **state)
{
    size_t count = document_count();
    size_t made = 0;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        size_t suite = i % COUNT_OF(suites);
        struct text bytes = try_to_sign(suite, random_document());
        if (bytes.at == NULL)
            continue;
        made++;
        expect("signed", ERROR_NONE, verify_as(suite, bytes));
        expect("respelled", ERROR_NONE, verify_as(suite, respell(bytes)));
        arena_reset(arena);
    }
    print_message("%zu documents\n", made);
    assert_true(made > count / 2);
}

static void changed_documents_are_judged_alike(void **state)
{
    size_t count[ERROR_CODES] = {0};

    (void)state;
    for (size_t i = document_count(); i > 0; i--) {
        struct text made = try_to_sign(0, random_document());
        for (size_t j = 0; made.at != NULL && j < CHANGES; j++) {
            struct text changed = change(made);
            for (size_t more = chance(3); more > 1; more--)
                changed = change(changed);
            count[verify_as(0, changed)]++;
        }
        arena_reset(arena);
    }
    for (size_t i = 0; i < ERROR_CODES; i++)
        if (count[i] > 0)
            print_message("%zu %s\n", count[i], error_name((enum error_code)i));
    /* each kind of answer was given often enough to mean something */
    assert_true(count[ERROR_NONE] > 100);
    assert_true(count[ERROR_SIGNATURE] > 500);
    assert_true(count[ERROR_SHAPE] > 100);
    assert_true(count[ERROR_PIN] + count[ERROR_ALGORITHM] + count[ERROR_REFERENCE] > 20);
}

/* --- memory that runs out ----------------------------------------------------------------- */

static long allocations_left = -1; /* of libxml2; -1: no bound */

static bool refused(void)
{
    if (allocations_left == 0)
        return true;
    allocations_left -= allocations_left > 0;
    return false;
}

static void *bounded_malloc(size_t size)
{
    return refused() ? NULL : malloc(size);
}

static void *bounded_realloc(void *old, size_t size)
{
    return refused() ? NULL : realloc(old, size);
}

static char *bounded_strdup(const char *text)
{
    return refused() ? NULL : strdup(text);
}

static struct document *parsed(struct text bytes)
{
    struct document *document = NULL;
    struct error err = ERROR_INIT;

    assert_true(document_parse(bytes, NULL, &document, &err));
    return document;
}

static struct text written(const struct document *document)
{
    struct error err = ERROR_INIT;
    struct text bytes;

    assert_true(document_write(document, arena, &bytes, &err));
    return bytes;
}

/* To the library's parser of addresses no memory is a bad address: SHAPE. */
static bool is_our_trouble(enum error_code code)
{
    return code == ERROR_MEMORY || code == ERROR_CRYPTO || code == ERROR_SHAPE;
}

/* Whatever fails, the tree is whole, and nothing is signed but the whole document. */
static void signing_without_memory(void)
{
    struct document *plain = parsed(TEXT(PLAIN));
    struct text before = written(plain);
    bool ok = false;

    document_free(plain);
    for (long n = 0; !ok; n++) {
        struct document *document = parsed(TEXT(PLAIN));
        struct error err = ERROR_INIT;

        allocations_left = n;
        ok = signature_sign(document, signers[0], &err);
        allocations_left = -1;
        if (ok)
            expect("signed", ERROR_NONE, verify_as(0, written(document)));
        else
            assert_true(text_equal(before, written(document)));
        assert_true(ok || is_our_trouble(err.code));
        document_free(document);
    }
}

static void verifying_without_memory(struct text bytes, bool good)
{
    const struct verifier *pin = pins[0][0];
    const struct verifier *used = NULL;
    struct error err;
    bool ran_out = true;

    for (long n = 0; ran_out; n++) {
        struct document *document = parsed(bytes);
        bool ok;

        err = (struct error)ERROR_INIT;
        allocations_left = n;
        ok = signature_verify(document, &pin, 1, &used, &err);
        ran_out = allocations_left == 0;
        allocations_left = -1;
        assert_true(good ? ok || is_our_trouble(err.code) : !ok);
        assert_true(text_equal(bytes, written(document)));
        document_free(document);
    }
    assert_int_equal(err.code, good ? ERROR_NONE : ERROR_SIGNATURE);
}

static void memory_may_run_out(void **state)
{
    struct text made = sign_text(signers[0], TEXT(PLAIN));

    (void)state;
    assert_int_equal(xmlMemSetup(free, bounded_malloc, bounded_realloc, bounded_strdup), 0);
    signing_without_memory();
    verifying_without_memory(made, true);
    verifying_without_memory(replace(made, "1280.50", "1280.51"), false);
    assert_int_equal(xmlMemSetup(free, malloc, realloc, strdup), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_documents_go_both_ways),
        cmocka_unit_test(changed_documents_are_judged_alike),
        cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(nothing_was_opened),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
