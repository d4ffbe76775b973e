/* net/http_check: which heads are ambiguous, told without a connection. */
#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "net/http_check.h"

struct head_case {
    const char *fields; /* "name:value|name:value" */
    enum http_flaw flaw;
};

static enum http_flaw check_head(enum http_method method, const char *target, int minor,
                                 const char *fields)
{
    struct http_field list[HTTP_FIELDS_MAX + 2];
    struct http_head head = {.method = method,
                             .target = text_of(target),
                             .major = 1,
                             .minor = minor,
                             .fields = list};
    struct text rest = text_of(fields);
    while (rest.size > 0 && head.field_count < COUNT_OF(list)) {
        struct text value = text_cut(&rest, '|');
        struct text name = text_cut(&value, ':');
        list[head.field_count++] = (struct http_field){name, value};
    }
    return http_check(&head);
}

static const struct head_case posts[] = {
    {"Host:a|Content-Length:3", HTTP_FINE},
    {"Host:a:8443|Content-Length:0|Content-Type:text/xml", HTTP_FINE},
    {"Host:a|Transfer-Encoding:chunked", HTTP_FINE},
    {"Host:a|transfer-encoding:CHUNKED|Connection:close", HTTP_FINE},
    {"Host:a|Content-Length:3|Expect:100-continue", HTTP_FINE},
    {"Host:a|Content-Length:123456789", HTTP_FINE},
    {"Host:a|Content-Length:1234567890", HTTP_FLAW_LENGTH},
    {"Host:a|Content-Length:3|Content-Length:3", HTTP_FLAW_LENGTH},
    {"Host:a|Content-Length:3|content-length:30", HTTP_FLAW_LENGTH},
    {"Host:a|Content-Length:3, 3", HTTP_FLAW_LENGTH},
    {"Host:a|Content-Length:+3", HTTP_FLAW_LENGTH},
    {"Host:a|Content-Length:-1", HTTP_FLAW_LENGTH},
    {"Host:a|Content-Length:0x3", HTTP_FLAW_LENGTH},
    {"Host:a|Content-Length:", HTTP_FLAW_LENGTH},
    {"Host:a|Content-Length:3|Transfer-Encoding:chunked", HTTP_FLAW_LENGTH_BOTH},
    {"Host:a|Transfer-Encoding:chunked|Content-Length:3", HTTP_FLAW_LENGTH_BOTH},
    {"Host:a|Transfer-Encoding:identity", HTTP_FLAW_ENCODING},
    {"Host:a|Transfer-Encoding:gzip, chunked", HTTP_FLAW_ENCODING},
    {"Host:a|Transfer-Encoding:xchunked", HTTP_FLAW_ENCODING},
    {"Host:a|Transfer-Encoding:chunked|Transfer-Encoding:x", HTTP_FLAW_ENCODING},
    {"Host:a|Transfer-Encoding:chunked|Transfer-Encoding:chunked", HTTP_FLAW_ENCODING},
    {"Host:a|Content-Length :3", HTTP_FLAW_NAME},
    {"Host:a|Content Length:3|Content-Length:3", HTTP_FLAW_NAME},
    {"Host:a|:x|Content-Length:3", HTTP_FLAW_NAME},
    {"Host:a|X\tY:1|Content-Length:3", HTTP_FLAW_NAME},
    {"Host:a|X:1\x01|Content-Length:3", HTTP_FLAW_VALUE},
    {"Host:a|X:1\r2|Content-Length:3", HTTP_FLAW_VALUE},
    {"Host:a", HTTP_FLAW_NO_LENGTH},
    {"Content-Length:3", HTTP_FLAW_HOST},
    {"Host:a|Host:a|Content-Length:3", HTTP_FLAW_HOST},
    {"Host:a, b|Content-Length:3", HTTP_FLAW_HOST},
    {"Host:|Content-Length:3", HTTP_FLAW_HOST},
    {"Host:a@b|Content-Length:3", HTTP_FLAW_HOST},
    {"Host:a|Content-Length:3|Content-Encoding:gzip", HTTP_FLAW_FIELD},
    {"Host:a|Content-Length:3|Upgrade:h2c", HTTP_FLAW_FIELD},
    {"Host:a|Content-Length:3|Trailer:X", HTTP_FLAW_FIELD},
    {"Host:a|Content-Length:3|Expect:tea", HTTP_FLAW_FIELD},
    {"Host:a|Content-Length:3|Content-Type:a|Content-Type:b", HTTP_FLAW_TWICE},
    {"Host:a|Content-Length:3|Connection:close|Connection:x", HTTP_FLAW_TWICE},
};

static void posts_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(posts); i++) {
        enum http_flaw flaw = check_head(HTTP_METHOD_POST, "/v1/messages", 1, posts[i].fields);
        if (flaw != posts[i].flaw)
            print_error("case %zu: %s\n", i, posts[i].fields);
        assert_string_equal(http_flaw_name(flaw), http_flaw_name(posts[i].flaw));
    }
}

static void gets_have_no_body(void **state)
{
    (void)state;
    assert_int_equal(check_head(HTTP_METHOD_GET, "/a?b=c", 1, "Host:a"), HTTP_FINE);
    assert_int_equal(check_head(HTTP_METHOD_GET, "/a", 1, "Host:a|Content-Length:0"),
                     HTTP_FINE);
    assert_int_equal(check_head(HTTP_METHOD_GET, "/a", 1, "Host:a|Content-Length:1"),
                     HTTP_FLAW_BODY_ON_GET);
    assert_int_equal(check_head(HTTP_METHOD_GET, "/a", 1, "Host:a|Transfer-Encoding:chunked"),
                     HTTP_FLAW_BODY_ON_GET);
}

static void version_and_method(void **state)
{
    (void)state;
    struct http_field length = {TEXT("Content-Length"), TEXT("3")};
    struct http_head head = {.method = HTTP_METHOD_POST,
                             .target = TEXT("/a"),
                             .major = 1,
                             .fields = &length,
                             .field_count = 1};
    assert_int_equal(http_check(&head), HTTP_FINE); /* 1.0 needs no host */
    head.minor = 2;
    assert_int_equal(http_check(&head), HTTP_FLAW_VERSION);
    head.minor = 9;
    head.major = 0;
    assert_int_equal(http_check(&head), HTTP_FLAW_VERSION);
    head.major = 2;
    head.minor = 0;
    assert_int_equal(http_check(&head), HTTP_FLAW_VERSION);
    head.major = 1;
    head.method = HTTP_METHOD_PUT;
    assert_int_equal(check_head(HTTP_METHOD_PUT, "/a", 1, "Host:a|Content-Length:1"),
                     HTTP_FINE);
    assert_int_equal(check_head(HTTP_METHOD_PUT, "/a", 1, "Host:a"), HTTP_FLAW_NO_LENGTH);
    head.method = HTTP_METHOD_OTHER;
    assert_int_equal(http_check(&head), HTTP_FLAW_METHOD);
    assert_int_equal(check_head(HTTP_METHOD_POST, "/a", 0, "Transfer-Encoding:chunked"),
                     HTTP_FLAW_ENCODING);
}

static void targets_are_plain_paths(void **state)
{
    static const char *const bad[] = {"",          "*",     "a",      "http://a/b", "/a b",
                                      "/a\x80",    "/a%2f", "/a#b",   "//a",        "/a//b",
                                      "/a\\..\\b", "/a\"",  "/a\x7f", "?x"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(check_head(HTTP_METHOD_GET, bad[i], 1, "Host:a"), HTTP_FLAW_TARGET);
    char longest[HTTP_TARGET_MAX + 2];
    memset(longest, 'a', sizeof(longest));
    longest[0] = '/';
    longest[HTTP_TARGET_MAX + 1] = '\0';
    assert_int_equal(check_head(HTTP_METHOD_GET, longest, 1, "Host:a"), HTTP_FLAW_TARGET);
    longest[HTTP_TARGET_MAX] = '\0';
    assert_int_equal(check_head(HTTP_METHOD_GET, longest, 1, "Host:a"), HTTP_FINE);
}

static void at_most_64_fields(void **state)
{
    char fields[1024] = "Host:a|Content-Length:3";
    (void)state;
    for (int i = 2; i < HTTP_FIELDS_MAX; i++)
        strcat(fields, "|X:1");
    assert_int_equal(check_head(HTTP_METHOD_POST, "/a", 1, fields), HTTP_FINE);
    strcat(fields, "|X:1");
    assert_int_equal(check_head(HTTP_METHOD_POST, "/a", 1, fields), HTTP_FLAW_HEAD_SIZE);
}

/* The same verdict whether the bytes come at once or one by one. */
static enum http_flaw watch(const char *bytes, size_t size, bool *complete)
{
    struct head_watch whole = {.size = 0};
    struct head_watch single = {.size = 0};
    head_watch_feed(&whole, (const unsigned char *)bytes, size);
    for (size_t i = 0; i < size; i++)
        head_watch_feed(&single, (const unsigned char *)bytes + i, 1);
    assert_int_equal(whole.flaw, single.flaw);
    assert_int_equal(whole.complete, single.complete);
    assert_int_equal(whole.size, single.size);
    *complete = whole.complete;
    return whole.flaw;
}

#define WATCH(literal) watch(literal, sizeof(literal) - 1, &complete)

static void raw_bytes_are_watched(void **state)
{
    bool complete = false;
    (void)state;
    assert_int_equal(WATCH("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), HTTP_FINE);
    assert_true(complete);
    assert_int_equal(WATCH("GET / HTTP/1.1\r\nHost: a\r\n\r"), HTTP_FINE);
    assert_false(complete);
    /* what follows the head is not looked at */
    assert_int_equal(WATCH("POST / HTTP/1.1\r\n\r\n\n\x01 \r\r"), HTTP_FINE);
    assert_true(complete);
    assert_int_equal(WATCH("GET / HTTP/1.1\nHost: a\r\n\r\n"), HTTP_FLAW_LINE_END);
    assert_int_equal(WATCH("GET / HTTP/1.1\r\nHost: a\n\n"), HTTP_FLAW_LINE_END);
    assert_true(complete);
    assert_int_equal(WATCH("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n"), HTTP_FLAW_LINE_END);
    assert_int_equal(WATCH("GET / HTTP/1.1\r\nA: b\r\r\n\r\n"), HTTP_FLAW_LINE_END);
    assert_int_equal(WATCH("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"), HTTP_FLAW_FOLDED);
    assert_int_equal(WATCH("GET / HTTP/1.1\r\nA: b\r\n\tc\r\n\r\n"), HTTP_FLAW_FOLDED);
    assert_int_equal(WATCH(" GET / HTTP/1.1\r\n\r\n"), HTTP_FLAW_FOLDED);
    assert_int_equal(WATCH("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"), HTTP_FLAW_CONTROL);
    assert_int_equal(WATCH("GET / HTTP/1.1\r\nA: b\x7f\r\n\r\n"), HTTP_FLAW_CONTROL);
    assert_int_equal(WATCH("GET / HTTP/1.1\r\nA:\tb\r\n\r\n"), HTTP_FINE);
}

static void raw_sizes_are_watched(void **state)
{
    struct head_watch watched = {.size = 0};
    unsigned char block[1024];
    (void)state;
    memset(block, 'a', sizeof(block));
    for (int i = 0; i < 16; i++)
        head_watch_feed(&watched, block, sizeof(block));
    assert_int_equal(watched.flaw, HTTP_FINE);
    head_watch_feed(&watched, block, 1);
    assert_int_equal(watched.flaw, HTTP_FLAW_HEAD_SIZE);

    memset(&watched, 0, sizeof(watched));
    head_watch_feed(&watched, (const unsigned char *)"GET / HTTP/1.1\r\n", 16);
    for (int i = 0; i < HTTP_FIELDS_MAX; i++)
        head_watch_feed(&watched, (const unsigned char *)"A: b\r\n", 6);
    struct head_watch more = watched;
    head_watch_feed(&watched, (const unsigned char *)"\r\n", 2);
    assert_int_equal(watched.flaw, HTTP_FINE);
    assert_true(watched.complete);
    head_watch_feed(&more, (const unsigned char *)"A: b\r\n\r\n", 8);
    assert_int_equal(more.flaw, HTTP_FLAW_HEAD_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts_are_judged),      cmocka_unit_test(gets_have_no_body),
        cmocka_unit_test(version_and_method),    cmocka_unit_test(targets_are_plain_paths),
        cmocka_unit_test(at_most_64_fields),     cmocka_unit_test(raw_bytes_are_watched),
        cmocka_unit_test(raw_sizes_are_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
