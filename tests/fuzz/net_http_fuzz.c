/* net_http_fuzz.c - one HTTP request, read by the library, by our rules, and a third time by
 * the plain grammar below. A request that our rules let through has one reading: the grammar
 * finds the same method, target and body, and knows where it ends. What is cut into pieces on
 * its way is judged as what arrives whole. */
#include "fuzz.h"

#include <errno.h>
#include <stddef.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include "net/http_check.h"

enum { SHORT_RUNS = 10000 };
enum { BODY_MAX = 64 * 1024, ROUNDS_MAX = 1000 };

/* What the library made of it. */
struct heard {
    unsigned requests;
    enum http_flaw flaw;
    enum http_method method;
    char target[HTTP_TARGET_MAX + 1];
    unsigned char body[BODY_MAX];
    size_t body_size;
};

static struct event_base *base;
static struct evhttp *http;
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static socklen_t address_size;
static struct heard heard;
static enum http_flaw watched; /* what the bytes of the head themselves say */

static enum http_flaw judge(struct evhttp_request *request)
{
    static struct http_field fields[HTTP_FIELDS_MAX];
    struct http_head head = {.method = heard.method,
                             .target = text_of(evhttp_request_get_uri(request)),
                             .major = request->major,
                             .minor = request->minor,
                             .fields = fields};
    const struct evkeyval *field;

    if (watched != HTTP_FINE)
        return watched;
    TAILQ_FOREACH(field, evhttp_request_get_input_headers(request), next)
    {
        if (head.field_count == HTTP_FIELDS_MAX)
            return HTTP_FLAW_HEAD_SIZE;
        fields[head.field_count++] = (struct http_field){text_of(field->key),
                                                         text_of(field->value)};
    }
    return http_check(&head);
}

static void on_request(struct evhttp_request *request, void *self)
{
    struct evbuffer *body = evhttp_request_get_input_buffer(request);
    enum evhttp_cmd_type command = evhttp_request_get_command(request);

    (void)self;
    if (heard.requests++ == 0) {
        heard.method = command == EVHTTP_REQ_GET    ? HTTP_METHOD_GET
                       : command == EVHTTP_REQ_POST ? HTTP_METHOD_POST
                       : command == EVHTTP_REQ_PUT  ? HTTP_METHOD_PUT
                                                    : HTTP_METHOD_OTHER;
        heard.flaw = judge(request);
        if (!text_to_field(text_of(evhttp_request_get_uri(request)), heard.target,
                           sizeof(heard.target)))
            fuzz_hold(heard.flaw != HTTP_FINE, "a long target is refused");
        heard.body_size = evbuffer_get_length(body);
        fuzz_hold(heard.body_size <= BODY_MAX, "a body is not beyond its limit");
        evbuffer_copyout(body, heard.body, heard.body_size);
    }
    evhttp_add_header(evhttp_request_get_output_headers(request), "Connection", "close");
    evhttp_send_reply(request, 200, NULL, NULL);
}

bool fuzz_open(struct error *err)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    /* An abstract name: no file. */
    snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "qiantong-fuzz-%d", getpid());
    address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
                               strlen(address.sun_path + 1));
    base = event_base_new();
    http = base != NULL ? evhttp_new(base) : NULL;
    if (fd < 0 || http == NULL || bind(fd, (struct sockaddr *)&address, address_size) != 0 ||
        listen(fd, 8) != 0 || evhttp_accept_socket(http, fd) != 0)
        return fail(err, ERROR_SYSTEM, "no place to listen");
    evhttp_set_gencb(http, on_request, NULL);
    evhttp_set_max_headers_size(http, HTTP_HEAD_MAX);
    evhttp_set_max_body_size(http, BODY_MAX);
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD |
                                         EVHTTP_REQ_PUT | EVHTTP_REQ_CONNECT);
    return true;
}

void fuzz_seeds(void)
{
    fuzz_seed(-1,
              TEXT("POST /v1/messages HTTP/1.1\r\nHost: a:1\r\nContent-Type: application/xml"
                   "\r\nContent-Length: 4\r\n\r\n<a/>"));
    fuzz_seed(-1, TEXT("POST /v1/messages HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                       "\r\n2\r\n<a\r\n2\r\n/>\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"));
    fuzz_seed(-1, TEXT("GET /v1/health?x=1 HTTP/1.0\r\n\r\n"));
    fuzz_seed(-1, TEXT("PUT /v1/attachments/00?offset=0&size=4 HTTP/1.1\r\nHost: a\r\n"
                       "Content-Length: 4\r\n\r\n%PDF"));
    fuzz_seed(
        -1, TEXT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 30\r\n"
                 "Transfer-Encoding: identity\r\nExpect: 100-continue\r\n folded\r\n\r\nabc"));
}

/* --- the plain grammar -------------------------------------------------------------------- */

static bool line_of(struct text *rest, struct text *line)
{
    const char *end = memmem(rest->at, rest->size, "\r\n", 2);

    if (end == NULL)
        return false;
    *line = (struct text){rest->at, (size_t)(end - rest->at)};
    rest->size -= line->size + 2;
    rest->at = end + 2;
    return true;
}

static bool chunked_body(struct text *rest, struct buffer *body)
{
    struct text line;
    size_t size;

    for (;;) {
        if (!line_of(rest, &line) || line.size == 0)
            return false;
        size = 0;
        for (size_t i = 0; i < line.size && line.at[i] != ';'; i++) {
            static const char digits[] = "0123456789abcdef";
            const char *digit = memchr(digits, line.at[i] | 0x20, 16);

            if (digit == NULL || size > BODY_MAX)
                return false;
            size = size * 16 + (size_t)(digit - digits);
        }
        if (size == 0) /* trailers are not looked at */
            return true;
        if (size + 2 > rest->size || memcmp(rest->at + size, "\r\n", 2) != 0)
            return false;
        buffer_bytes(body, rest->at, size);
        rest->at += size + 2;
        rest->size -= size + 2;
    }
}

/* Method, target and body of a request that has only one reading. */
static bool read_plainly(struct text rest, enum http_method *method, bool *chunked,
                         struct text *target, struct buffer *body)
{
    struct text line, name;
    uint64_t length = 0;

    if (!line_of(&rest, &line))
        return false;
    name = text_cut(&line, ' ');
    *method = text_is(name, "GET")    ? HTTP_METHOD_GET
              : text_is(name, "POST") ? HTTP_METHOD_POST
              : text_is(name, "PUT")  ? HTTP_METHOD_PUT
                                      : HTTP_METHOD_OTHER;
    *target = text_cut(&line, ' ');
    if (*method == HTTP_METHOD_OTHER)
        return false;
    while (line_of(&rest, &line) && line.size > 0) {
        name = text_cut(&line, ':');
        line = text_trim(line);
        if (name.size == 14 && strncasecmp(name.at, "content-length", 14) == 0 &&
            !text_to_u64(line, &length))
            return false;
        *chunked = *chunked ||
                   (name.size == 17 && strncasecmp(name.at, "transfer-encoding", 17) == 0);
    }
    if (line.at == NULL || line.size > 0)
        return false;
    if (*chunked)
        return chunked_body(&rest, body);
    if (length > rest.size)
        return false;
    buffer_bytes(body, rest.at, (size_t)length);
    return true;
}

/* --- one input ---------------------------------------------------------------------------- */

static void watch(struct text input)
{
    struct head_watch whole = {0}, pieces = {0};
    const unsigned char *bytes = (const unsigned char *)input.at;

    head_watch_feed(&whole, bytes, input.size);
    for (size_t i = 0; i < input.size; i += 1 + i % 5)
        head_watch_feed(&pieces, bytes + i,
                        input.size - i < 1 + i % 5 ? input.size - i : 1 + i % 5);
    fuzz_hold(whole.complete == pieces.complete &&
                  (whole.flaw == HTTP_FINE) == (pieces.flaw == HTTP_FINE),
              "pieces are judged as the whole");
    watched = whole.flaw;
}

static void let_the_library_read(struct text input)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    char answer[256];

    fuzz_hold(fd >= 0 && connect(fd, (struct sockaddr *)&address, address_size) == 0 &&
                  send(fd, input.at, input.size, MSG_NOSIGNAL) == (ssize_t)input.size &&
                  shutdown(fd, SHUT_WR) == 0,
              "the input is sent");
    for (int i = 0; i < ROUNDS_MAX; i++) {
        ssize_t got;

        event_base_loop(base, EVLOOP_NONBLOCK);
        got = recv(fd, answer, sizeof(answer), 0);
        if (got == 0 || (got < 0 && errno != EAGAIN))
            break;
    }
    close(fd);
    event_base_loop(base, EVLOOP_NONBLOCK);
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct buffer body = buffer_over(arena_alloc(arena, BODY_MAX), BODY_MAX);
    struct text target = TEXT_NONE;
    enum http_method method = HTTP_METHOD_OTHER;
    bool chunked = false, plain;

    if (input.size == 0 || input.size > BODY_MAX)
        return;
    heard.requests = 0;
    heard.flaw = HTTP_FLAWS;
    watch(input);
    let_the_library_read(input);
    if (heard.requests == 0 || heard.flaw != HTTP_FINE)
        return;
    plain = read_plainly(input, &method, &chunked, &target, &body);
    /* In the body of chunks the library forgives line ends. Nothing can hide behind it: bytes
     * that follow before our answer are never executed (net/listener_request.c). */
    fuzz_hold(plain || chunked, "what passes follows the grammar");
    fuzz_hold(!plain || method == heard.method, "the method is the same");
    fuzz_hold(text_is(target, heard.target), "the target is the same");
    fuzz_hold(!plain || heard.method == HTTP_METHOD_GET ||
                  (body.size == heard.body_size && memcmp(body.at, heard.body, body.size) == 0),
              "the body is the same");
}
