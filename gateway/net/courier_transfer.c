#include "net/courier_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum {
    ANSWER_SPACE_FIRST = 4096,
    KEEP_IDLE_S = 50, /* below the idle time of those who receive (ours: 120 s) */
    KEEP_AT_MOST_S = 300,
    STALL_S = 60
};

#define X(name, meaning) __attribute__((unused)) static const char reason_##name[] = #name;
COURIER_REASONS(X)
#undef X

static const struct {
    CURLcode code;
    const char *reason;
} reasons[] = {
    {CURLE_COULDNT_RESOLVE_HOST, reason_resolve},
    {CURLE_COULDNT_CONNECT, reason_connect},
    {CURLE_OPERATION_TIMEDOUT, reason_timeout},
    {CURLE_SSL_CONNECT_ERROR, reason_tls},
    {CURLE_SSL_CERTPROBLEM, reason_tls},
    {CURLE_SSL_CIPHER, reason_tls},
    {CURLE_PEER_FAILED_VERIFICATION, reason_certificate},
    {CURLE_SEND_ERROR, reason_cut},
    {CURLE_RECV_ERROR, reason_cut},
    {CURLE_GOT_NOTHING, reason_cut},
    {CURLE_PARTIAL_FILE, reason_cut},
    {CURLE_FILESIZE_EXCEEDED, reason_answer_size},
    {CURLE_OUT_OF_MEMORY, reason_memory},
};

const char *courier_reason_meaning(const char *reason)
{
    static const struct {
        const char *name;
        const char *meaning;
    } meanings[] = {
#define X(name, meaning) {#name, meaning},
        COURIER_REASONS(X)
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(meanings); i++)
        if (strcmp(meanings[i].name, reason) == 0)
            return meanings[i].meaning;
    return NULL;
}

static void wipe(char *bytes, size_t size)
{
    if (bytes != NULL)
        explicit_bzero(bytes, size);
    free(bytes);
}

void parcel_free(struct parcel *parcel)
{
    curl_slist_free_all(parcel->headers);
    wipe(parcel->body, parcel->body_size);
    wipe(parcel->answer, parcel->answer_space);
    free(parcel);
}

static bool make_space(struct parcel *parcel, size_t size)
{
    size_t space = parcel->answer_space == 0 ? ANSWER_SPACE_FIRST : parcel->answer_space;
    while (space < size)
        space *= 2;
    if (space == parcel->answer_space)
        return true;
    char *bigger = malloc(space);
    if (bigger == NULL)
        return false;
    if (parcel->answer_size > 0)
        memcpy(bigger, parcel->answer, parcel->answer_size);
    wipe(parcel->answer, parcel->answer_space);
    parcel->answer = bigger;
    parcel->answer_space = space;
    return true;
}

/* libcurl's own limit knows only announced sizes; this one counts. */
static size_t on_answer(char *bytes, size_t size, size_t count, void *argument)
{
    struct parcel *parcel = argument;
    size_t total = size * count;
    if (total > parcel->route.answer_max - parcel->answer_size) {
        parcel->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (!make_space(parcel, parcel->answer_size + total))
        return CURL_WRITEFUNC_ERROR;
    memcpy(parcel->answer + parcel->answer_size, bytes, total);
    parcel->answer_size += total;
    return total;
}

/* From within a handshake. The connection may outlive the parcel that opened it, so the parcel
 * is looked up by number. */
static void on_refused(void *self, uint64_t number, enum tls_refusal why)
{
    static const char *const names[] = {
        [TLS_REFUSED_CHAIN] = reason_certificate, [TLS_REFUSED_VALIDITY] = reason_validity,
        [TLS_REFUSED_PIN] = reason_pin,           [TLS_REFUSED_REVOKED] = reason_revoked,
        [TLS_REFUSED_STALE] = reason_crl,
    };
    struct courier *courier = self;
    struct parcel *parcel = NULL;
    TAILQ_FOREACH(parcel, &courier->running, place)
    {
        if (parcel->number == number)
            parcel->refused = names[why];
    }
}

static struct tls_expectation expectation_of(struct parcel *parcel)
{
    struct tls_expectation expectation = {
        .pin_count = parcel->route.pin_count,
        .refused = on_refused,
        .self = parcel->courier,
        .tag = parcel->number,
    };
    memcpy(expectation.pins, parcel->pins, sizeof(expectation.pins));
    return expectation;
}

/* libcurl made an empty context; keys and authorities are in memory already. */
static CURLcode on_context(CURL *easy, void *context, void *argument)
{
    struct parcel *parcel = argument;
    struct courier *courier = parcel->courier;
    struct tls_expectation expectation = expectation_of(parcel);
    (void)easy;
    pthread_mutex_lock(&courier->lock);
    bool ok = tls_prepare_client(context, courier->tls, &expectation);
    pthread_mutex_unlock(&courier->lock);
    return ok ? CURLE_OK : CURLE_OUT_OF_MEMORY;
}

/* The last moment before the request leaves. A kept connection or a resumed session was
 * verified at another time, perhaps for another route: so once more, for this one. */
static const char *judge_lists(struct parcel *parcel, SSL *ssl)
{
    struct courier *courier = parcel->courier;
    pthread_mutex_lock(&courier->lock);
    enum crl_state state = tls_peer_state(courier->tls, ssl, courier->options.now());
    pthread_mutex_unlock(&courier->lock);
    if (state == CRL_REVOKED)
        return reason_revoked;
    return state == CRL_STALE ? reason_crl : NULL;
}

static const char *judge_peer(struct parcel *parcel, SSL *ssl)
{
    struct tls_certificate peer;
    struct tls_expectation expectation = expectation_of(parcel);
    if (!tls_peer(ssl, &peer))
        return reason_certificate;
    if (!tls_certificate_valid(&peer, parcel->courier->options.now()))
        return reason_validity;
    return tls_is_pinned(&expectation, peer.fingerprint) ? judge_lists(parcel, ssl)
                                                         : reason_pin;
}

static int on_ready(void *argument, char *peer_address, char *own_address, int peer_port,
                    int own_port)
{
    struct parcel *parcel = argument;
    struct curl_tlssessioninfo *info = NULL;
    (void)peer_address;
    (void)own_address;
    (void)peer_port;
    (void)own_port;
    parcel->refused = reason_tls;
    if (curl_easy_getinfo(parcel->easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK ||
        info == NULL || info->backend != CURLSSLBACKEND_OPENSSL || info->internals == NULL)
        return CURL_PREREQFUNC_ABORT;
    SSL *ssl = info->internals;
    parcel->refused = judge_peer(parcel, ssl);
    if (parcel->refused != NULL) {
        /* Or the next connection would resume it and be refused as well, until it ages. */
        SSL_CTX_remove_session(SSL_get_SSL_CTX(ssl), SSL_get_session(ssl));
        return CURL_PREREQFUNC_ABORT;
    }
    parcel->sent = true;
    return CURL_PREREQFUNC_OK;
}

static bool add_header(struct parcel *parcel, const char *line)
{
    struct curl_slist *longer = curl_slist_append(parcel->headers, line);
    if (longer == NULL)
        return false;
    parcel->headers = longer;
    return true;
}

static bool make_headers(struct parcel *parcel)
{
    char line[COURIER_NAME_MAX + 32];
    snprintf(line, sizeof(line), "Content-Type: %s", parcel->content_type);
    return (parcel->content_type[0] == '\0' || add_header(parcel, line)) &&
           add_header(parcel, "Expect:") && add_header(parcel, "Accept:");
}

/* What every transfer has in common. Nothing is taken from the environment. */
static int set_rules(struct parcel *parcel, CURL *easy)
{
    int bad = 0;
    bad |= (int)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PROXY, "");
    bad |= (int)curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    bad |= (int)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SSL_EC_CURVES, "X25519:P-256:P-384");
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, parcel);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_ready);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PREREQDATA, parcel);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SHARE, parcel->courier->share);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)KEEP_IDLE_S);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, (long)KEEP_AT_MOST_S);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_USERAGENT, "gateway");
    return bad;
}

/* The library uses a kept connection or session again only where its list of ciphers is the
 * same text, and ignores names it does not know. So the number of our keys stands in that list:
 * what was made with other keys is not used again. tls_prepare_client sets the real list. */
static int set_keys(struct parcel *parcel, CURL *easy)
{
    struct courier *courier = parcel->courier;
    char list[96];
    pthread_mutex_lock(&courier->lock);
    uint64_t number = courier->tls_number;
    pthread_mutex_unlock(&courier->lock);
    snprintf(list, sizeof(list), "ECDHE-ECDSA-AES128-GCM-SHA256:keys-%" PRIu64, number);
    return (int)curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, list);
}

static int set_request(struct parcel *parcel, CURL *easy)
{
    const struct courier_route *route = &parcel->route;
    int bad = 0;
    bad |= (int)curl_easy_setopt(easy, CURLOPT_URL, parcel->url);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PRIVATE, parcel);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, parcel->message);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, parcel->headers);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_WRITEDATA, parcel);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
                                 (curl_off_t)route->answer_max);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)route->timeout_ms);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                                 (long)route->connect_timeout_ms);
    if (route->fresh_connect) {
        bad |= (int)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        bad |= (int)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    }
    if (strcmp(parcel->method, "GET") == 0)
        return bad | (int)curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_POST, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, parcel->method);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, parcel->body);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                 (curl_off_t)parcel->body_size);
    return bad;
}

bool parcel_prepare(struct parcel *parcel)
{
    return make_headers(parcel) && set_rules(parcel, parcel->easy) == 0 &&
           set_keys(parcel, parcel->easy) == 0 && set_request(parcel, parcel->easy) == 0;
}

static const char *reason_of(const struct parcel *parcel, CURLcode code)
{
    if (parcel->refused != NULL)
        return parcel->refused;
    if (parcel->too_large)
        return reason_answer_size;
    /* In TLS 1.3 a server refuses our certificate only after we think that all is well. */
    if ((code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
         code == CURLE_SSL_CONNECT_ERROR) &&
        strstr(parcel->message, "alert") != NULL)
        return reason_tls_alert;
    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        if (reasons[i].code == code)
            return reasons[i].reason;
    return reason_protocol;
}

static void tell(struct parcel *parcel, const struct courier_result *result)
{
    struct courier *courier = parcel->courier;
    courier->options.on_result(courier->options.self, result);
}

void parcel_report_failure(struct parcel *parcel, const char *reason)
{
    struct courier_result result = {
        .token = parcel->token,
        .kind = COURIER_FAILED,
        .reason = reason,
        .may_have_arrived = parcel->sent,
    };
    if (parcel->easy != NULL) {
        curl_off_t elapsed = 0;
        curl_easy_getinfo(parcel->easy, CURLINFO_TOTAL_TIME_T, &elapsed);
        result.elapsed_us = elapsed;
    }
    log_debug("courier.failed", "route=%s reason=%s", parcel->name, reason);
    tell(parcel, &result);
}

void parcel_report(struct parcel *parcel, CURLcode code)
{
    long status = 0;
    curl_off_t retry_after = 0;
    curl_off_t elapsed = 0;
    char *content_type = NULL;

    curl_easy_getinfo(parcel->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status < 200 || status > 599) {
        parcel_report_failure(parcel, reason_of(parcel, code));
        return;
    }
    curl_easy_getinfo(parcel->easy, CURLINFO_RETRY_AFTER, &retry_after);
    curl_easy_getinfo(parcel->easy, CURLINFO_TOTAL_TIME_T, &elapsed);
    curl_easy_getinfo(parcel->easy, CURLINFO_CONTENT_TYPE, &content_type);
    struct courier_result result = {
        .token = parcel->token,
        .kind = COURIER_ANSWER,
        .status = (int)status,
        .body = {parcel->answer, parcel->answer_size},
        .content_type = text_of(content_type),
        .retry_after_s = retry_after < 0           ? 0
                         : retry_after > INT32_MAX ? INT32_MAX
                                                   : (unsigned)retry_after,
        .may_have_arrived = true,
        .elapsed_us = elapsed,
    };
    tell(parcel, &result);
}
