/* core_record_test.c - trees of fields: finding, typed reading, canonical bytes, hostile bytes.
 */
#include "unit.h"

#include <string.h>

#include "core/record.h"
#include "pension_documents.h"

enum { ENCODED_MAX = 64 * 1024 };

static struct arena *arena;
static unsigned char bytes[ENCODED_MAX];

static int setup(void **unused)
{
    (void)unused;
    arena = arena_new(1 << 24);
    assert_non_null(arena);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    return 0;
}

static struct record *sample(void)
{
    struct record *root = record_new(arena, "form");
    struct record *person = document_put(arena, root, "person", NULL);
    struct record *rows = document_put(arena, root, "rows", NULL);

    document_put(arena, person, "name", "𠮷野");
    document_put(arena, person, "sex", "1");
    for (size_t i = 0; i < 3; i++)
        document_put(arena, document_put(arena, rows, "row", NULL), "months", "12");
    document_put(arena, rows, "other", NULL);
    document_put(arena, rows, "row", "leaf");
    return root;
}

static void finds_by_path(void **unused)
{
    struct record *root = sample();
    const struct record *row;
    size_t count = 0;

    (void)unused;
    assert_ptr_equal(record_find(root, ""), root);
    assert_string_equal(record_find(root, "person/sex")->name, "sex");
    assert_null(record_find(root, "person/age"));
    assert_null(record_find(root, "person/sex/more"));
    assert_null(record_find(root, "/person"));
    assert_null(record_find(root, "perso"));
    assert_null(record_find(NULL, "person"));
    for (row = record_find(root, "rows/row"); row != NULL; row = record_same(row))
        count++;
    assert_int_equal(count, 4);
    assert_int_equal(record_count(root, "rows/row"), 4);
    assert_int_equal(record_count(root, "rows/none"), 0);
    assert_null(record_same(NULL));
}

static void names_have_bounds(void **unused)
{
    char name[RECORD_NAME_MAX + 2];

    (void)unused;
    memset(name, 'n', sizeof(name));
    name[RECORD_NAME_MAX + 1] = '\0';
    assert_null(record_new(arena, name));
    assert_null(record_add(arena, sample(), name, TEXT_NONE));
    name[RECORD_NAME_MAX] = '\0';
    assert_non_null(record_new(arena, name));
    assert_null(record_new(arena, ""));
}

static const struct record *leaf(const char *value)
{
    struct record *root = record_new(arena, "root");

    document_put(arena, root, "leaf", value);
    return root;
}

static void reads_text_and_money(void **unused)
{
    struct text text = TEXT("untouched");
    struct money money = {77};

    (void)unused;
    assert_true(record_text(leaf("张喆"), "leaf", &text));
    assert_true(text_is(text, "张喆"));
    assert_false(record_text(leaf(""), "leaf", &text));
    assert_false(record_text(sample(), "person", &text));
    assert_false(record_text(sample(), "nobody", &text));
    assert_true(text_is(text, "张喆"));
    assert_false(record_money(leaf("1e3"), "leaf", &money));
    assert_false(record_money(leaf("１２.00"), "leaf", &money));
    assert_false(record_money(leaf("1,000.00"), "leaf", &money));
    assert_false(record_money(leaf(""), "leaf", &money));
    assert_int_equal(money.fen, 77);
    assert_true(record_money(leaf("-13477.33"), "leaf", &money));
    assert_int_equal(money.fen, -1347733);
}

static void reads_dates_and_numbers(void **unused)
{
    struct day day = {5};
    struct month month = {6};
    uint64_t number = 7;

    (void)unused;
    assert_true(record_day(leaf("2026-03-02"), "leaf", &day));
    assert_int_equal(day_yyyymmdd(day), 20260302);
    assert_false(record_day(leaf("2026-02-29"), "leaf", &day));
    assert_int_equal(day_yyyymmdd(day), 20260302);
    assert_true(record_month(leaf("2026-03"), "leaf", &month));
    assert_int_equal(month_of_year(month), 3);
    assert_false(record_month(leaf("2026-13"), "leaf", &month));
    assert_int_equal(month_of_year(month), 3);
    assert_true(record_number(leaf("99"), "leaf", 99, &number));
    assert_int_equal(number, 99);
    assert_false(record_number(leaf("100"), "leaf", 99, &number));
    assert_false(record_number(leaf("-1"), "leaf", 99, &number));
    assert_false(record_number(leaf("18446744073709551616"), "leaf", UINT64_MAX, &number));
    assert_int_equal(number, 99);
}

static void reads_regions(void **unused)
{
    static const struct {
        const char *text;
        unsigned region;
        unsigned said;
    } rows[] = {
        {"520000", 520000, 520000},
        {"100000", 100000, 100000},
        {"999999", 999999, 999999},
        {"099999", 0, 99999},
        {"52", 0, 52},
        {"0", 0, 0},
        {"1000000", 0, 0},
        {"-520000", 0, 0},
        {"52000a", 0, 0},
        {"\uff15\uff12", 0, 0},
        {"", 0, 0},
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(record_region(leaf(rows[i].text), "leaf"), rows[i].region);
        assert_int_equal(record_region_said(leaf(rows[i].text), "leaf"), rows[i].said);
    }
    assert_int_equal(record_region(leaf("520000"), "nowhere"), 0);
    assert_int_equal(record_region_said(leaf("520000"), "nowhere"), 0);
}

static void reads_rates(void **unused)
{
    static const struct {
        const char *text;
        int32_t rate;
    } good[] = {
        {"0.0800", 800},
        {"0.08", 800},
        {"1", 10000},
        {"0", 0},
        {"0.1234", 1234},
        {"12.5", 125000},
        {"214748.3647", 2147483647},
    };
    static const char *const bad[] = {
        "",      ".08",   "0.",          "0.12345",     "-0.08", "+0.08", "8%",   "0,08",
        "0.0.8", " 0.08", "214748.3648", "99999999999", "0.08 ", "0x1",   "０.08"};
    int32_t rate = 42;

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_true(record_rate(leaf(good[i].text), "leaf", &rate));
        assert_int_equal(rate, good[i].rate);
    }
    rate = 42;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(record_rate(leaf(bad[i]), "leaf", &rate));
    assert_int_equal(rate, 42);
}

static struct text encode(const struct record *root)
{
    struct buffer buffer = buffer_over(bytes, sizeof(bytes));

    record_encode(root, &buffer);
    assert_false(buffer.overflow);
    assert_int_equal(buffer.size, record_encoded_size(root));
    return buffer_as_text(&buffer);
}

static void bytes_are_exact(void **unused)
{
    static const unsigned char expected[] = {0, 1, 'a', 1,   0, 0, 0,   2, 0, 1, 'b', 0, 0,
                                             0, 0, 1,   'x', 0, 1, 'c', 0, 0, 0, 0,   0};
    struct record *root = record_new(arena, "a");

    (void)unused;
    document_put(arena, root, "b", "x");
    document_put(arena, root, "c", NULL);
    assert_true(
        text_equal(encode(root), (struct text){(const char *)expected, sizeof(expected)}));
}

static void goes_there_and_back(void **unused)
{
    const struct record *roots[] = {sample(), document_form(arena), leaf(""), leaf("x"),
                                    record_new(arena, "alone")};

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(roots); i++) {
        struct error err = ERROR_INIT;
        struct record *again = NULL;

        assert_true(record_decode(arena, encode(roots[i]), &again, &err));
        memset(bytes, 0xaa, sizeof(bytes)); /* it kept copies */
        assert_true(record_equal(roots[i], again));
        for (size_t k = 0; k < COUNT_OF(roots); k++)
            assert_int_equal(record_equal(roots[k], again), i == k);
    }
}

static void unequal_trees(void **unused)
{
    struct record *a = sample();
    struct record *b = sample();

    (void)unused;
    assert_true(record_equal(a, b));
    document_set(b, "person/sex", "2");
    assert_false(record_equal(a, b));
    document_set(b, "person/sex", "1");
    document_put(arena, document_at(b, "person"), "more", NULL);
    assert_false(record_equal(a, b));
    assert_false(record_equal(b, a));
    assert_false(record_equal(a, NULL));
    assert_true(record_equal(NULL, NULL));
}

/* The same names in the same pre-order, but hung elsewhere. */
static void shape_counts(void **unused)
{
    struct record *a = record_new(arena, "r");
    struct record *b = record_new(arena, "r");
    struct record *in_a = document_put(arena, a, "g", NULL);
    struct record *in_b = document_put(arena, b, "g", NULL);

    (void)unused;
    document_put(arena, in_a, "x", "1");
    document_put(arena, in_a, "y", "1");
    document_put(arena, in_b, "x", "1");
    document_put(arena, b, "y", "1");
    assert_false(record_equal(a, b));
}

static bool decodes(const void *at, size_t size, struct error *err)
{
    struct record *root = NULL;

    *err = (struct error)ERROR_INIT;
    arena_reset(arena);
    return record_decode(arena, (struct text){at, size}, &root, err);
}

static void depth_has_a_bound(void **unused)
{
    struct record *root = record_new(arena, "n");
    struct record *node = root;
    struct error err;
    size_t size;

    (void)unused;
    for (size_t i = 1; i < RECORD_DEPTH_MAX; i++)
        node = document_put(arena, node, "n", NULL);
    size = encode(root).size;
    assert_true(decodes(bytes, size, &err));
    /* one level more: the leaf becomes a group with a leaf */
    bytes[size - 5] = 1;
    bytes[size - 1] = 1;
    memcpy(bytes + size, "\0\1n\0\0\0\0\0", 8);
    assert_false(decodes(bytes, size + 8, &err));
    assert_int_equal(err.code, ERROR_PARSE);
}

static void cut_bytes_are_refused(void **unused)
{
    size_t size = encode(document_form(arena)).size;
    struct error err;

    (void)unused;
    for (size_t cut = 0; cut < size; cut++) {
        assert_false(decodes(bytes, cut, &err));
        assert_int_equal(err.code, ERROR_PARSE);
    }
    bytes[size] = 0;
    assert_false(decodes(bytes, size + 1, &err));
    assert_int_equal(err.code, ERROR_PARSE);
}

static void hostile_bytes_are_refused(void **unused)
{
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {
        {"\0\0\0\0\0\0\0", 7},                          /* no name */
        {"\0\1a\2\0\0\0\0", 8},                         /* neither leaf nor group */
        {"\0\1a\1\0\0\0\0", 8},                         /* a group of nothing */
        {"\0\1a\1\377\377\377\377\0\1b\0\0\0\0\0", 16}, /* four billion children */
        {"\0\1a\0\377\377\377\377xxxx", 12},            /* a value beyond the end */
        {"\0\1\0\0\0\0\0\0", 8},                        /* a name with a zero byte */
        {"\377\377a\0\0\0\0\0", 8},                     /* a name beyond the end */
    };
    struct error err;

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(decodes(bad[i].bytes, bad[i].size, &err));
        assert_int_equal(err.code, ERROR_PARSE);
    }
}

/* Any single byte changed: refused, or a tree that has exactly these bytes. */
static void changed_bytes_never_lie(void **unused)
{
    static unsigned char kept[ENCODED_MAX];
    struct text text = encode(sample());
    size_t size = text.size;

    (void)unused;
    memcpy(kept, bytes, size);
    for (size_t at = 0; at < size; at++) {
        for (unsigned value = 0; value < 256; value++) {
            struct error err = ERROR_INIT;
            struct record *root = NULL;

            arena_reset(arena);
            kept[at] = (unsigned char)(kept[at] + 1);
            if (record_decode(arena, (struct text){(const char *)kept, size}, &root, &err))
                assert_true(text_equal(encode(root), (struct text){(const char *)kept, size}));
            else
                assert_int_equal(err.code, ERROR_PARSE);
        }
    }
}

static void too_many_fields(void **unused)
{
    static unsigned char many[8 + 8 * (RECORD_FIELDS_MAX + 1)];
    struct buffer buffer = buffer_over(many, sizeof(many));
    struct error err;

    (void)unused;
    buffer_bytes(&buffer, "\0\1r\1", 4);
    buffer_u32(&buffer, RECORD_FIELDS_MAX);
    for (size_t i = 0; i < RECORD_FIELDS_MAX; i++)
        buffer_bytes(&buffer, "\0\1n\0\0\0\0\0", 8);
    assert_false(decodes(many, buffer.size, &err));
    assert_int_equal(err.code, ERROR_PARSE);
    many[5] = 0;
    many[6] = 0xff;
    many[7] = 0xff; /* 65535 children and the root: just enough */
    assert_true(decodes(many, buffer.size - 8, &err));
}

static void memory_ends(void **unused)
{
    struct arena *small = arena_new(256);
    size_t size = encode(document_form(arena)).size;
    struct error err = ERROR_INIT;
    struct record *root = NULL;

    (void)unused;
    assert_non_null(small);
    assert_false(record_decode(small, (struct text){(const char *)bytes, size}, &root, &err));
    assert_int_equal(err.code, ERROR_MEMORY);
    assert_null(root);
    arena_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_path),
        cmocka_unit_test(names_have_bounds),
        cmocka_unit_test(reads_text_and_money),
        cmocka_unit_test(reads_dates_and_numbers),
        cmocka_unit_test(reads_regions),
        cmocka_unit_test(reads_rates),
        cmocka_unit_test(bytes_are_exact),
        cmocka_unit_test(goes_there_and_back),
        cmocka_unit_test(unequal_trees),
        cmocka_unit_test(shape_counts),
        cmocka_unit_test(depth_has_a_bound),
        cmocka_unit_test(cut_bytes_are_refused),
        cmocka_unit_test(hostile_bytes_are_refused),
        cmocka_unit_test(changed_bytes_never_lie),
        cmocka_unit_test(too_many_fields),
        cmocka_unit_test(memory_ends),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
