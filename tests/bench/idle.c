/*
 * idle.c - many partners connected and silent.
 *
 *     idle PORT COUNT CERTS NAME...
 *
 * Opens COUNT TLS connections to 127.0.0.1:PORT, with the certificates CERTS/NAME.tls.* in turn
 * (a gateway allows only so many of one certificate), says "open N", and keeps them until a
 * line comes on stdin. Our own memory is not the gateway's.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "bench.h"

enum { COUNT_MAX = 4096 };

static SSL_CTX *context_of(const char *folder, const char *name)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    char path[2][1024];

    snprintf(path[0], sizeof(path[0]), "%s/%s.tls.crt", folder, name);
    snprintf(path[1], sizeof(path[1]), "%s/%s.tls.key", folder, name);
    bench_need(context != NULL && SSL_CTX_use_certificate_chain_file(context, path[0]) > 0 &&
                   SSL_CTX_use_PrivateKey_file(context, path[1], SSL_FILETYPE_PEM) > 0,
               path[0], NULL);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    return context;
}

static SSL *connect_to(uint16_t port, SSL_CTX *context)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    SSL *tls = SSL_new(context);

    if (fd < 0 || tls == NULL ||
        connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        SSL_set_fd(tls, fd) <= 0 || SSL_connect(tls) <= 0) {
        SSL_free(tls);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    return tls;
}

int main(int argc, char **argv)
{
    static SSL *open_ones[COUNT_MAX];
    struct rlimit files;
    unsigned count;
    unsigned opened = 0;
    char line[16];

    bench_need(argc >= 5, "usage: idle PORT COUNT CERTS NAME...", NULL);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    count = (unsigned)strtoul(argv[2], NULL, 10);
    bench_need(count <= COUNT_MAX, "fewer connections", NULL);
    for (int i = 4; i < argc; i++) {
        unsigned share = (count * (unsigned)(i - 3)) / (unsigned)(argc - 4);
        SSL_CTX *context = context_of(argv[3], argv[i]);
        while (opened < share) {
            open_ones[opened] = connect_to((uint16_t)strtoul(argv[1], NULL, 10), context);
            if (open_ones[opened] == NULL)
                break;
            opened++;
        }
        SSL_CTX_free(context);
    }
    printf("open %u\n", opened);
    fflush(stdout);
    if (fgets(line, sizeof(line), stdin) == NULL)
        line[0] = '\0';
    while (opened > 0)
        SSL_free(open_ones[--opened]);
    return 0;
}
