/* net/control: the operators' socket, both sides. */
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "net/control.h"
#include "test_certs.h"

#include "test_certs.c"

static struct test_folder folder;
static char path[TEST_PATH_SIZE];
static struct control *control;
static struct control_peer last_peer;
static size_t answer_size; /* of "big" */
static _Atomic unsigned asked;

/* Echoes; "big" gets answer_size bytes, "nothing" nothing at all. */
static void on_request(void *self, const struct control_peer *peer, struct text request,
                       struct control_answer *answer)
{
    (void)self;
    asked++;
    last_peer = *peer;
    if (text_is(request, "nothing"))
        return;
    if (text_is(request, "big")) {
        static char block[4096];
        memset(block, 'x', sizeof(block));
        for (size_t left = answer_size; left > 0;) {
            size_t size = left < sizeof(block) ? left : sizeof(block);
            control_answer_add(answer, (struct text){block, size});
            left -= size;
        }
        return;
    }
    control_answer_add(answer, TEXT("{\"echo\":"));
    control_answer_add(answer, request);
    control_answer_add(answer, TEXT("}"));
    if (text_is(request, "\"newline\""))
        control_answer_add(answer, TEXT("\n"));
}

static int make(void **state)
{
    struct error err = ERROR_INIT;
    (void)state;
    test_folder_make(&folder);
    test_path(&folder, "control.sock", path);
    struct control_options options = {
        .path = path, .on_request = on_request, .read_ms = 300, .write_ms = 2000};
    if (!control_start(&options, &control, &err))
        print_error("%s\n", err.text);
    return control == NULL;
}

static int drop(void **state)
{
    (void)state;
    control_stop(control);
    control_stop(NULL);
    int gone = access(path, F_OK);
    test_folder_remove(&folder);
    return gone == 0; /* the socket file must have been removed */
}

static void good_calls(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct text answer = TEXT_NONE;
    struct error err = ERROR_INIT;
    (void)state;
    assert_true(control_call(path, TEXT("\"a\""), 1000, arena, &answer, &err));
    assert_true(text_is(answer, "{\"echo\":\"a\"}"));
    assert_int_equal(last_peer.uid, getuid());
    assert_int_equal(last_peer.gid, getgid());
    assert_int_equal(last_peer.pid, getpid());
    assert_true(control_call(path, TEXT("\"newline\""), 1000, arena, &answer, &err));
    assert_true(text_is(answer, "{\"echo\":\"newline\"}"));
    assert_true(control_call(path, TEXT(""), 1000, arena, &answer, &err));
    assert_true(text_is(answer, "{\"echo\":}"));
    assert_true(control_call(path, TEXT("nothing"), 1000, arena, &answer, &err));
    assert_int_equal(answer.size, 0);
    arena_free(arena);
}

static void only_the_group_may(void **state)
{
    struct stat status;
    (void)state;
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 0777, 0660);
}

static void large_answers(void **state)
{
    struct arena *arena = arena_new((size_t)64 << 20);
    struct arena *small = arena_new(100000);
    struct text answer = TEXT_NONE;
    struct error err = ERROR_INIT;
    (void)state;
    answer_size = 3000000;
    assert_true(control_call(path, TEXT("big"), 5000, arena, &answer, &err));
    assert_int_equal(answer.size, 3000000);
    assert_false(control_call(path, TEXT("big"), 5000, small, &answer, &err));
    assert_int_equal(err.code, ERROR_MEMORY);
    answer_size = CONTROL_ANSWER_MAX + 1;
    assert_false(control_call(path, TEXT("big"), 5000, arena, &answer, &err));
    assert_int_equal(err.code, ERROR_NETWORK);
    arena_free(arena);
    arena_free(small);
}

static void bad_calls(void **state)
{
    struct arena *arena = arena_new((size_t)64 << 20);
    struct text answer = TEXT_NONE;
    struct error err = ERROR_INIT;
    char other[TEST_PATH_SIZE];
    char longest[200];
    static char large[CONTROL_REQUEST_MAX];
    unsigned before = asked;
    (void)state;
    memset(large, 'x', sizeof(large));
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    assert_false(control_call(path, TEXT("a\nb"), 1000, arena, &answer, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_false(
        control_call(path, (struct text){large, sizeof(large)}, 1000, arena, &answer, &err));
    assert_int_equal(err.code, ERROR_SIZE);
    assert_false(control_call(test_path(&folder, "absent.sock", other), TEXT("a"), 1000, arena,
                              &answer, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_false(control_call(longest, TEXT("a"), 1000, arena, &answer, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_false(control_call("", TEXT("a"), 1000, arena, &answer, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_int_equal(asked, before);
    /* the largest that is allowed */
    assert_true(control_call(path, (struct text){large, sizeof(large) - 1}, 3000, arena,
                             &answer, &err));
    assert_int_equal(answer.size, sizeof(large) - 1 + 9);
    arena_free(arena);
}

static int open_raw(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval wait = {.tv_sec = 3};
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* Sends these bytes and expects to be cut without an answer. */
static void expect_cut(const char *bytes, size_t size)
{
    char byte;
    unsigned before = asked;
    int fd = open_raw();
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent < 0)
            break;
        bytes += sent;
        size -= (size_t)sent;
    }
    assert_true(recv(fd, &byte, 1, 0) <= 0);
    assert_int_equal(asked, before);
    close(fd);
}

static void impolite_clients(void **state)
{
    static char large[CONTROL_REQUEST_MAX * 2];
    (void)state;
    memset(large, 'x', sizeof(large));
    int64_t start = clock_monotonic_ms();
    expect_cut("", 0);
    expect_cut("{\"verb\":\"status\"}", 17); /* no newline */
    assert_true(clock_monotonic_ms() - start < 2000);
    expect_cut(large, sizeof(large));
    large[sizeof(large) - 1] = '\n';
    expect_cut(large, sizeof(large));
    expect_cut("a\nb\n", 4);
    /* one that leaves in the middle */
    int fd = open_raw();
    assert_int_equal(send(fd, "abc", 3, MSG_NOSIGNAL), 3);
    close(fd);
    good_calls(state);
}

static void a_silent_client_holds_up_nobody(void **state)
{
    (void)state;
    int silent = open_raw();
    int half = open_raw();
    assert_int_equal(send(half, "ab", 2, MSG_NOSIGNAL), 2);
    int64_t start = clock_monotonic_ms();
    good_calls(state);
    assert_true(clock_monotonic_ms() - start < 250);
    char answer[64];
    assert_int_equal(send(half, "c\n", 2, MSG_NOSIGNAL), 2);
    ssize_t size = recv(half, answer, sizeof(answer), MSG_WAITALL);
    assert_int_equal(size, 13);
    assert_memory_equal(answer, "{\"echo\":abc}\n", 13);
    close(silent);
    close(half);
}

static void *call_fifty_times(void *argument)
{
    int *good = argument;
    struct arena *arena = arena_new(1 << 20);
    struct text answer = TEXT_NONE;
    struct error err = ERROR_INIT;
    for (int i = 0; i < 50; i++)
        *good += control_call(path, TEXT("1"), 5000, arena, &answer, &err) &&
                 text_is(answer, "{\"echo\":1}");
    arena_free(arena);
    return NULL;
}

static void many_clients(void **state)
{
    pthread_t threads[8];
    int good[8] = {0};
    (void)state;
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_fifty_times, &good[i]), 0);
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(good[i], 50);
    }
    /* more than it keeps at once */
    int held[CONTROL_CLIENTS_MAX + 6];
    for (size_t i = 0; i < COUNT_OF(held); i++)
        held[i] = open_raw();
    usleep(50000);
    for (size_t i = 0; i < COUNT_OF(held); i++)
        close(held[i]);
    good_calls(state);
}

static void timeouts_of_a_call(void **state)
{
    /* a socket that accepts and never answers */
    char other[TEST_PATH_SIZE];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct arena *arena = arena_new(1 << 20);
    struct text answer = TEXT_NONE;
    struct error err = ERROR_INIT;
    (void)state;
    strcpy(address.sun_path, test_path(&folder, "deaf.sock", other));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 4), 0);
    int64_t start = clock_monotonic_ms();
    assert_false(control_call(other, TEXT("a"), 200, arena, &answer, &err));
    assert_int_equal(err.code, ERROR_NETWORK);
    assert_true(clock_monotonic_ms() - start < 1000);
    close(fd);
    assert_false(control_call(other, TEXT("a"), 200, arena, &answer, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    /* and such a file, left behind, is replaced */
    struct control *second = NULL;
    struct control_options options = {.path = other, .on_request = on_request};
    assert_true(control_start(&options, &second, &err));
    assert_true(control_call(other, TEXT("1"), 1000, arena, &answer, &err));
    control_stop(second);
    arena_free(arena);
}

static void does_not_start_twice(void **state)
{
    struct control *second = NULL;
    struct control_options options = {.path = path, .on_request = on_request};
    struct error err = ERROR_INIT;
    char other[TEST_PATH_SIZE];
    char longest[200];
    (void)state;
    assert_false(control_start(&options, &second, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    FILE *file = fopen(test_path(&folder, "file", other), "w");
    assert_non_null(file);
    fclose(file);
    options.path = other;
    assert_false(control_start(&options, &second, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_int_equal(access(other, F_OK), 0); /* not touched */
    options.path = test_path(&folder, "absent/control.sock", other);
    assert_false(control_start(&options, &second, &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    options.path = longest;
    assert_false(control_start(&options, &second, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_null(second);
    good_calls(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_calls),
        cmocka_unit_test(only_the_group_may),
        cmocka_unit_test(large_answers),
        cmocka_unit_test(bad_calls),
        cmocka_unit_test(impolite_clients),
        cmocka_unit_test(a_silent_client_holds_up_nobody),
        cmocka_unit_test(many_clients),
        cmocka_unit_test(timeouts_of_a_call),
        cmocka_unit_test(does_not_start_twice),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
