#include "net/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "net/tls_context.h"

enum { REFUSAL_MS = 1000 };

struct probe {
    struct probe_url url;
    struct probe_result *result;
    int64_t end_ms; /* monotonic */
    int fd;
    SSL_CTX *context;
    SSL *ssl;
    bool accepted; /* they gave us a session: the handshake is over on their side too */
};

/* --- the address -------------------------------------------------------------------------- */

static bool take_host(CURLU *parts, struct probe_url *url)
{
    char *host = NULL;
    bool ok = curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    struct text text = text_of(host);

    if (ok && text.size > 2 && text.at[0] == '[') {
        text.at++;
        text.size -= 2;
    }
    ok = ok && text.size > 0 && text_to_field(text, url->host, sizeof(url->host));
    curl_free(host);
    return ok;
}

static bool take_port(CURLU *parts, struct probe_url *url)
{
    char *port = NULL;
    bool ok = curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
              text_to_field(text_of(port), url->port, sizeof(url->port));

    curl_free(port);
    return ok;
}

static bool is_https(CURLU *parts)
{
    char *scheme = NULL;
    char *user = NULL;
    bool ok = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              strcmp(scheme, "https") == 0 &&
              curl_url_get(parts, CURLUPART_USER, &user, 0) != CURLUE_OK;

    curl_free(scheme);
    curl_free(user);
    return ok;
}

bool probe_url_parse(const char *url, struct probe_url *parts, struct error *err)
{
    CURLU *handle = curl_url();
    bool ok;

    if (handle == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a URL");
    ok = curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK && is_https(handle) &&
         take_host(handle, parts) && take_port(handle, parts);
    curl_url_cleanup(handle);
    return ok || fail(err, ERROR_CONFIG, "not a plain https URL");
}

/* --- the connection ----------------------------------------------------------------------- */

/* false: time is over. */
static bool wait_for(struct probe *probe, short events)
{
    struct pollfd one = {.fd = probe->fd, .events = events};
    int64_t left = probe->end_ms - clock_monotonic_ms();

    return left > 0 && poll(&one, 1, (int)left) > 0;
}

static bool failed(struct probe *probe, const char *reason)
{
    if (probe->result->reason == NULL)
        probe->result->reason = reason;
    return false;
}

/* One address after the other, until one answers. */
static bool connect_to(struct probe *probe)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    const char *why = "connect";

    if (getaddrinfo(probe->url.host, probe->url.port, &hints, &found) != 0)
        return failed(probe, "resolve");
    for (struct addrinfo *at = found; at != NULL && probe->fd < 0; at = at->ai_next) {
        int error = 0;
        socklen_t size = sizeof(error);
        bool begun;

        probe->fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (probe->fd < 0)
            continue;
        begun = connect(probe->fd, at->ai_addr, at->ai_addrlen) == 0 || errno == EINPROGRESS;
        if (begun && !wait_for(probe, POLLOUT))
            why = "timeout";
        else if (begun && getsockopt(probe->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
                 error == 0)
            break;
        close(probe->fd);
        probe->fd = -1;
    }
    freeaddrinfo(found);
    return probe->fd >= 0 || failed(probe, why);
}

/* --- the handshake ------------------------------------------------------------------------ */

static void on_refused(void *self, uint64_t tag, enum tls_refusal why)
{
    static const char *const reasons[] = {
        [TLS_REFUSED_CHAIN] = "certificate", [TLS_REFUSED_VALIDITY] = "validity",
        [TLS_REFUSED_PIN] = "certificate",   [TLS_REFUSED_REVOKED] = "revoked",
        [TLS_REFUSED_STALE] = "crl",
    };
    (void)tag;
    failed(self, reasons[why]);
}

static int on_session(SSL *ssl, SSL_SESSION *session)
{
    struct probe *probe = SSL_get_app_data(ssl);
    (void)session;
    probe->accepted = true;
    return 0;
}

static bool prepare(struct probe *probe, const struct tls *tls, struct error *err)
{
    struct tls_expectation expectation = {.refused = on_refused, .self = probe};

    probe->context = SSL_CTX_new(TLS_client_method());
    if (probe->context == NULL || !tls_prepare_client(probe->context, tls, &expectation))
        return fail(err, ERROR_CRYPTO, "the TLS library refused the rules");
    /* A bad certificate is told, and looked at: nothing will be sent to it. */
    SSL_CTX_set_verify(probe->context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_session_cache_mode(probe->context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(probe->context, on_session);
    probe->ssl = SSL_new(probe->context);
    if (probe->ssl == NULL)
        return fail(err, ERROR_MEMORY, "no memory for TLS");
    SSL_set_app_data(probe->ssl, probe);
    return true;
}

static bool is_address(const char *host)
{
    return strchr(host, ':') != NULL || host[strspn(host, "0123456789.")] == '\0';
}

static void check_name(struct probe *probe)
{
    X509 *peer = SSL_get0_peer_certificate(probe->ssl);
    const char *host = probe->url.host;
    bool ok = peer != NULL && (is_address(host) ? X509_check_ip_asc(peer, host, 0) == 1
                                                : X509_check_host(peer, host, 0, 0, NULL) == 1);

    if (!ok)
        failed(probe, "certificate");
}

/* Drives one OpenSSL call to its end; false: it failed, or time is over. */
static bool drive(struct probe *probe, int (*step)(SSL *ssl))
{
    for (;;) {
        int result = step(probe->ssl);
        int why = SSL_get_error(probe->ssl, result);

        if (result > 0)
            return true;
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
            return failed(probe, ERR_GET_REASON(ERR_peek_last_error()) > SSL_AD_REASON_OFFSET
                                     ? "tls_alert"
                                     : "tls");
        if (probe->accepted)
            return true;
        if (!wait_for(probe, why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT))
            return failed(probe, "timeout");
    }
}

static int look(SSL *ssl)
{
    char byte;

    return SSL_peek(ssl, &byte, 1);
}

/* In TLS 1.3 a server refuses our certificate only after we think that all is well. One that
 * says nothing at all within a second has not refused. */
static void wait_for_refusal(struct probe *probe)
{
    const char *before = probe->result->reason;

    probe->end_ms = clock_monotonic_ms() + REFUSAL_MS;
    if (!drive(probe, look) && probe->result->reason != NULL && before == NULL &&
        strcmp(probe->result->reason, "timeout") == 0)
        probe->result->reason = NULL;
}

static void shake(struct probe *probe)
{
    struct probe_result *result = probe->result;

    if (!connect_to(probe) || SSL_set_fd(probe->ssl, probe->fd) != 1 ||
        (!is_address(probe->url.host) &&
         SSL_set_tlsext_host_name(probe->ssl, probe->url.host) != 1))
        return;
    if (!drive(probe, SSL_connect))
        return;
    strncpy(result->protocol, SSL_get_version(probe->ssl), sizeof(result->protocol) - 1);
    result->seen = tls_peer(probe->ssl, &result->certificate);
    check_name(probe);
    wait_for_refusal(probe);
    SSL_shutdown(probe->ssl);
}

bool probe_handshake(const struct tls *tls, const char *url, unsigned timeout_ms,
                     struct probe_result *result, struct error *err)
{
    struct probe probe = {
        .result = result, .fd = -1, .end_ms = clock_monotonic_ms() + timeout_ms};
    bool ok;

    *result = (struct probe_result){.reason = NULL};
    ERR_clear_error();
    ok = probe_url_parse(url, &probe.url, err) && prepare(&probe, tls, err);
    if (ok)
        shake(&probe);
    SSL_free(probe.ssl);
    SSL_CTX_free(probe.context);
    if (probe.fd >= 0)
        close(probe.fd);
    ERR_clear_error();
    return ok;
}
