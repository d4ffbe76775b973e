/*
 * proxy.c - a bad line: carries bytes between two ports of 127.0.0.1 and loses what it is told.
 *
 *     proxy LISTEN_PORT TARGET_PORT CONTROL_FILE
 *
 * The first line of CONTROL_FILE says how, and is read again for every connection and every
 * piece that comes in:
 *
 *   pass            everything goes through (also if the file is missing)
 *   cut             connections are closed, new ones at once
 *   delay MS        what the server says waits MS milliseconds
 *   lose-answer N [BYTES]
 *                   the next N requests reach the server, their answers reach nobody
 *
 * It knows nothing of TLS keys; for lose-answer these rules are enough:
 *
 *   - The handshake is over once the client has spoken after the server has: in TLS 1.3 that is
 *     the client's last flight, and whatever the server says from then on is session tickets or
 *     an answer. All of that is swallowed; a client needs no ticket.
 *   - The answer has been given when the server has said something after a client's piece, at
 *     least BYTES (REQUEST_MIN) of the client came after the handshake's first flight, and both
 *     have been silent for SILENCE_MS. Then N is lowered in the file and the client is cut off;
 *     the server sees an orderly end, so that nothing of the request is torn from its hands.
 *   - A connection that has already carried something is closed when its next request begins,
 *     before a byte of it went through. HTTP clients repeat a request by themselves on a new
 *     connection then, and on a new connection they do not repeat: so each loss is seen once.
 *
 * At most LINES_MAX connections; ends by itself after LIFE_MS, or when it is killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    LINES_MAX = 200,
    PIECE_MAX = 64 * 1024,
    LIFE_MS = 10 * 60 * 1000,
    TICK_MS = 20,
    REQUEST_MIN = 1024,
    SILENCE_MS = 250,
    DRAIN_MS = 3000
};

enum way { PASS, CUT, DELAY, LOSE };

/* Bytes on their way from `from` to `to`. */
struct pipe_way {
    int from;
    int to;
    unsigned char *bytes;
    size_t start;
    size_t end;
    int64_t not_before;
    bool ended; /* `from` has said its last byte, and `to` was told so */
};

struct line {
    bool used;
    struct pipe_way out; /* client to server */
    struct pipe_way back;
    bool server_spoke;
    size_t client_bytes; /* since the server first spoke */
    bool carried;        /* the server has spoken after that: tickets or an answer went by */
    size_t swallowed;    /* of the server, since the client's newest piece */
    int64_t heard;       /* when either was last heard */
    int64_t drain_until; /* the client is gone; the server may finish until then */
};

static struct line lines[LINES_MAX];
static const char *control_path;
static size_t request_min = REQUEST_MIN;

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum way read_control(long *number)
{
    char text[64] = "";
    FILE *file = fopen(control_path, "r");
    size_t size = 0;

    *number = 0;
    if (file != NULL) {
        size = fread(text, 1, sizeof(text) - 1, file);
        fclose(file);
    }
    text[size] = '\0';
    if (strncmp(text, "cut", 3) == 0)
        return CUT;
    if (sscanf(text, "delay %ld", number) == 1)
        return DELAY;
    request_min = REQUEST_MIN;
    if (sscanf(text, "lose-answer %ld %zu", number, &request_min) >= 1 && *number > 0)
        return LOSE;
    return PASS;
}

static void write_control(long number)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s.proxy", control_path);
    file = fopen(path, "w");
    if (file == NULL)
        return;
    fprintf(file, "lose-answer %ld %zu\n", number, request_min);
    fclose(file);
    rename(path, control_path);
}

/* --- sockets ------------------------------------------------------------------------------ */

static struct sockaddr_in local(unsigned short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int listen_on(unsigned short port)
{
    struct sockaddr_in address = local(port);
    int one = 1;
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (file < 0 || setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
        bind(file, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(file, 64) != 0) {
        perror("proxy: listen");
        exit(1);
    }
    return file;
}

static int connect_to(unsigned short port)
{
    struct sockaddr_in address = local(port);
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (file < 0)
        return -1;
    if (connect(file, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        fcntl(file, F_SETFL, O_NONBLOCK) != 0) {
        close(file);
        return -1;
    }
    return file;
}

static void close_line(struct line *line)
{
    if (line->out.from >= 0)
        close(line->out.from);
    close(line->out.to);
    free(line->out.bytes);
    free(line->back.bytes);
    memset(line, 0, sizeof(*line));
}

static void open_line(struct line *line, int client, unsigned short target)
{
    int server = connect_to(target);

    if (server < 0) {
        close(client);
        return;
    }
    *line = (struct line){.used = true,
                          .out = {.from = client, .to = server, .bytes = malloc(PIECE_MAX)},
                          .back = {.from = server, .to = client, .bytes = malloc(PIECE_MAX)},
                          .heard = now_ms()};
    if (line->out.bytes == NULL || line->back.bytes == NULL)
        close_line(line);
}

static void accept_line(int listener, unsigned short target)
{
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    size_t i = 0;
    long number;

    if (client < 0)
        return;
    while (i < LINES_MAX && lines[i].used)
        i++;
    if (i == LINES_MAX || read_control(&number) == CUT)
        close(client);
    else
        open_line(&lines[i], client, target);
}

/* --- one connection ------------------------------------------------------------------------
 */

/* false: the connection is to be closed. */
static bool heard_client(struct line *line)
{
    long number;
    enum way way = read_control(&number);

    if (way == CUT || (way == LOSE && line->carried && line->swallowed == 0))
        return false;
    if (line->server_spoke)
        line->client_bytes += line->out.end - line->out.start;
    return true;
}

static bool heard_server(struct line *line)
{
    struct pipe_way *back = &line->back;
    long number;
    enum way way = read_control(&number);

    line->server_spoke = true;
    if (way == CUT)
        return false;
    if (line->client_bytes == 0)
        return true;
    if (way == LOSE || line->swallowed > 0) {
        line->swallowed += back->end - back->start;
        back->start = back->end = 0;
        return true;
    }
    line->carried = true;
    if (way == DELAY)
        back->not_before = now_ms() + number;
    return true;
}

static bool read_piece(struct line *line, struct pipe_way *way)
{
    ssize_t size = read(way->from, way->bytes, PIECE_MAX);

    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    line->heard = now_ms();
    if (size == 0) {
        way->ended = true;
        shutdown(way->to, SHUT_WR);
        return !line->out.ended || !line->back.ended;
    }
    way->start = 0;
    way->end = (size_t)size;
    if (line->drain_until != 0) {
        way->start = way->end = 0;
        return true;
    }
    return way == &line->out ? heard_client(line) : heard_server(line);
}

static bool write_piece(struct pipe_way *way)
{
    ssize_t size = send(way->to, way->bytes + way->start, way->end - way->start, MSG_NOSIGNAL);

    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    way->start += (size_t)size;
    return true;
}

static bool has_piece(const struct pipe_way *way)
{
    return way->start < way->end;
}

/* The answer was given and swallowed: the client is cut off, the server may finish. */
static void lose(struct line *line)
{
    long number;

    if (read_control(&number) == LOSE)
        write_control(number - 1);
    printf("lost an answer: %zu bytes after %zu of the client\n", line->swallowed,
           line->client_bytes);
    fflush(stdout);
    close(line->out.from);
    line->out.from = line->back.to = -1;
    line->out.ended = true;
    shutdown(line->out.to, SHUT_WR);
    line->drain_until = now_ms() + DRAIN_MS;
}

static bool tick_line(struct line *line, int64_t now)
{
    if (line->drain_until != 0)
        return now < line->drain_until;
    if (line->swallowed > 0 && line->client_bytes >= request_min && !has_piece(&line->out) &&
        now - line->heard >= SILENCE_MS)
        lose(line);
    return true;
}

/* --- all connections -----------------------------------------------------------------------
 */

static short wanted(const struct pipe_way *reads, const struct pipe_way *writes, int64_t now)
{
    short events = 0;

    if (!reads->ended && !has_piece(reads))
        events |= POLLIN;
    if (has_piece(writes) && writes->not_before <= now)
        events |= POLLOUT;
    return events;
}

static bool serve_line(struct line *line, short client, short server)
{
    const short readable = POLLIN | POLLHUP | POLLERR;

    if (has_piece(&line->out) && (server & POLLOUT) && !write_piece(&line->out))
        return false;
    if (line->drain_until == 0 && has_piece(&line->back) && (client & POLLOUT) &&
        !write_piece(&line->back))
        return false;
    if (line->drain_until == 0 && !line->out.ended && !has_piece(&line->out) &&
        (client & readable) && !read_piece(line, &line->out))
        return false;
    return line->back.ended || has_piece(&line->back) || !(server & readable) ||
           read_piece(line, &line->back);
}

static void serve(int listener, unsigned short target)
{
    struct pollfd polled[1 + 2 * LINES_MAX];
    int64_t now = now_ms();

    polled[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    for (size_t i = 0; i < LINES_MAX; i++) {
        struct line *line = &lines[i];
        polled[1 + 2 * i] = (struct pollfd){.fd = -1};
        polled[2 + 2 * i] = (struct pollfd){.fd = -1};
        if (!line->used)
            continue;
        polled[1 + 2 * i].fd = line->out.from;
        polled[1 + 2 * i].events = wanted(&line->out, &line->back, now);
        polled[2 + 2 * i].fd = line->out.to;
        polled[2 + 2 * i].events = wanted(&line->back, &line->out, now);
    }
    if (poll(polled, 1 + 2 * LINES_MAX, TICK_MS) < 0)
        return;
    for (size_t i = 0; i < LINES_MAX; i++)
        if (lines[i].used &&
            (!serve_line(&lines[i], polled[1 + 2 * i].revents, polled[2 + 2 * i].revents) ||
             !tick_line(&lines[i], now_ms())))
            close_line(&lines[i]);
    if (polled[0].revents & POLLIN)
        accept_line(listener, target);
}

int main(int argc, char **argv)
{
    int64_t end = now_ms() + LIFE_MS;
    int listener;

    if (argc != 4) {
        fprintf(stderr, "usage: proxy LISTEN_PORT TARGET_PORT CONTROL_FILE\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    control_path = argv[3];
    listener = listen_on((unsigned short)strtoul(argv[1], NULL, 10));
    while (now_ms() < end)
        serve(listener, (unsigned short)strtoul(argv[2], NULL, 10));
    return 0;
}
