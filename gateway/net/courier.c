#include "net/courier.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/courier_internal.h"
#include "net/thread.h"

enum { POLL_MS = 1000, KEPT_CONNECTIONS_MAX = 512 };

static pthread_once_t global_once = PTHREAD_ONCE_INIT;

static void start_library(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* --- lines --- */

static struct lane *lane_of(struct courier *courier, const char *name)
{
    struct lane *lane = NULL;
    TAILQ_FOREACH(lane, &courier->lanes, place)
    {
        if (strcmp(lane->name, name) == 0)
            return lane;
    }
    lane = calloc(1, sizeof(*lane));
    if (lane == NULL)
        return NULL;
    memcpy(lane->name, name, strlen(name) + 1);
    TAILQ_INIT(&lane->waiting);
    TAILQ_INSERT_TAIL(&courier->lanes, lane, place);
    return lane;
}

static void settle_lane(struct courier *courier, struct lane *lane)
{
    if (lane == NULL || lane->running > 0 || !TAILQ_EMPTY(&lane->waiting))
        return;
    TAILQ_REMOVE(&courier->lanes, lane, place);
    free(lane);
}

/* --- one parcel's way --- */

static CURL *take_handle(struct courier *courier)
{
    if (courier->handle_count > 0)
        return courier->handles[--courier->handle_count];
    return curl_easy_init();
}

static void give_handle(struct courier *courier, CURL *easy)
{
    if (easy == NULL)
        return;
    if (courier->handle_count == HANDLES_MAX) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    courier->handles[courier->handle_count++] = easy;
}

static void end_parcel(struct courier *courier, struct parcel *parcel)
{
    give_handle(courier, parcel->easy);
    atomic_fetch_sub(&courier->pending_bytes, parcel->body_size);
    atomic_fetch_sub(&courier->pending, 1);
    parcel_free(parcel);
}

static void start_parcel(struct courier *courier, struct lane *lane)
{
    struct parcel *parcel = TAILQ_FIRST(&lane->waiting);
    TAILQ_REMOVE(&lane->waiting, parcel, place);
    parcel->easy = take_handle(courier);
    bool ok = parcel->easy != NULL && parcel_prepare(parcel) &&
              curl_multi_add_handle(courier->multi, parcel->easy) == CURLM_OK;
    if (!ok) {
        parcel_report_failure(parcel, "memory");
        end_parcel(courier, parcel);
        return;
    }
    TAILQ_INSERT_TAIL(&courier->running, parcel, place);
    courier->running_count++;
    lane->running++;
}

/* A line may hold its route's number of connections, and lines take turns. */
static bool may_start(const struct lane *lane)
{
    const struct parcel *first = TAILQ_FIRST(&lane->waiting);
    return first != NULL && lane->running < first->route.max_connections;
}

static void start_parcels(struct courier *courier)
{
    bool progress = true;
    while (progress && courier->running_count < courier->options.running_max) {
        progress = false;
        struct lane *lane = TAILQ_FIRST(&courier->lanes);
        while (lane != NULL && courier->running_count < courier->options.running_max) {
            struct lane *next = TAILQ_NEXT(lane, place);
            if (may_start(lane)) {
                start_parcel(courier, lane);
                settle_lane(courier, lane);
                progress = true;
            }
            lane = next;
        }
    }
    struct lane *first = TAILQ_FIRST(&courier->lanes);
    if (first != NULL) {
        TAILQ_REMOVE(&courier->lanes, first, place);
        TAILQ_INSERT_TAIL(&courier->lanes, first, place);
    }
}

/* Off the wire; the caller reports and ends it. */
static void remove_running(struct courier *courier, struct parcel *parcel)
{
    curl_multi_remove_handle(courier->multi, parcel->easy);
    TAILQ_REMOVE(&courier->running, parcel, place);
    courier->running_count--;
    parcel->lane->running--;
}

static void finish_parcels(struct courier *courier)
{
    CURLMsg *message;
    int left = 0;
    while ((message = curl_multi_info_read(courier->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        char *private = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        struct parcel *parcel = (struct parcel *)(void *)private;
        struct lane *lane = parcel->lane;
        remove_running(courier, parcel);
        parcel_report(parcel, code);
        end_parcel(courier, parcel);
        settle_lane(courier, lane);
    }
}

static void sort_arrived(struct courier *courier)
{
    struct parcels arrived = TAILQ_HEAD_INITIALIZER(arrived);
    struct parcel *parcel = NULL;
    pthread_mutex_lock(&courier->lock);
    TAILQ_CONCAT(&arrived, &courier->arrived, place);
    pthread_mutex_unlock(&courier->lock);
    while ((parcel = TAILQ_FIRST(&arrived)) != NULL) {
        TAILQ_REMOVE(&arrived, parcel, place);
        parcel->lane = lane_of(courier, parcel->name);
        if (parcel->lane == NULL) {
            parcel_report_failure(parcel, "memory");
            end_parcel(courier, parcel);
            continue;
        }
        TAILQ_INSERT_TAIL(&parcel->lane->waiting, parcel, place);
    }
}

/* --- the thread --- */

static bool is_stopping(struct courier *courier, unsigned *grace_ms)
{
    pthread_mutex_lock(&courier->lock);
    bool stopping = courier->stop_asked;
    *grace_ms = courier->grace_ms;
    pthread_mutex_unlock(&courier->lock);
    return stopping;
}

static void turn(struct courier *courier, int wait_ms)
{
    int running = 0;
    curl_multi_perform(courier->multi, &running);
    finish_parcels(courier);
    if (wait_ms > 0)
        curl_multi_poll(courier->multi, NULL, 0, wait_ms, NULL);
}

static void report_stopped(struct courier *courier)
{
    struct parcel *parcel = NULL;
    while ((parcel = TAILQ_FIRST(&courier->running)) != NULL) {
        struct lane *lane = parcel->lane;
        remove_running(courier, parcel);
        parcel_report_failure(parcel, "stopped");
        end_parcel(courier, parcel);
        settle_lane(courier, lane);
    }
    sort_arrived(courier);
    struct lane *lane = NULL;
    while ((lane = TAILQ_FIRST(&courier->lanes)) != NULL) {
        while ((parcel = TAILQ_FIRST(&lane->waiting)) != NULL) {
            TAILQ_REMOVE(&lane->waiting, parcel, place);
            parcel_report_failure(parcel, "stopped");
            end_parcel(courier, parcel);
        }
        settle_lane(courier, lane);
    }
}

static void *run(void *argument)
{
    struct courier *courier = argument;
    unsigned grace_ms = 0;
    while (!is_stopping(courier, &grace_ms)) {
        sort_arrived(courier);
        start_parcels(courier);
        /* What just began wants its first turn at once, what just ended makes room. */
        turn(courier, 0);
        start_parcels(courier);
        turn(courier, POLL_MS);
    }
    int64_t end = clock_monotonic_ms() + grace_ms;
    while (courier->running_count > 0 && clock_monotonic_ms() < end)
        turn(courier, 20);
    report_stopped(courier);
    return NULL;
}

/* --- posting --- */

static bool check_url(const char *url, struct error *err)
{
    char *scheme = NULL;
    char *user = NULL;
    CURLU *parts = curl_url();
    if (parts == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a URL");
    bool ok = curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              strcmp(scheme, "https") == 0 &&
              curl_url_get(parts, CURLUPART_USER, &user, 0) != CURLUE_OK;
    curl_free(scheme);
    curl_free(user);
    curl_url_cleanup(parts);
    if (!ok)
        return fail(err, ERROR_CONFIG, "not a plain https URL");
    return true;
}

static bool is_header_value(const char *value)
{
    for (const char *at = value; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            return false;
    return value[0] != '\0';
}

static bool check_route(const struct courier_route *route, const char *content_type,
                        struct error *err)
{
    if (route->name == NULL || route->name[0] == '\0' || strlen(route->name) > COURIER_NAME_MAX)
        return fail(err, ERROR_CONFIG, "a route without a usable name");
    if (route->url == NULL || strlen(route->url) > COURIER_URL_MAX)
        return fail(err, ERROR_CONFIG, "route %s: no URL, or too long", route->name);
    if (!check_url(route->url, err))
        return fail_prefix(err, "route %s", route->name);
    if (route->pins == NULL || route->pin_count == 0 || route->pin_count > COURIER_PINS_MAX)
        return fail(err, ERROR_CONFIG, "route %s: needs 1 to %d pinned certificates",
                    route->name, COURIER_PINS_MAX);
    if (content_type != NULL &&
        (strlen(content_type) > COURIER_NAME_MAX || !is_header_value(content_type)))
        return fail(err, ERROR_CONFIG, "route %s: unusable content type", route->name);
    return true;
}

/* check_route() measured it. */
static void copy_field(char *field, size_t field_size, const char *from)
{
    CHECK(text_to_field(text_of(from), field, field_size));
}

static struct parcel *make_parcel(struct courier *courier, const struct courier_route *route,
                                  const char *method, struct text body,
                                  const char *content_type)
{
    struct parcel *parcel = calloc(1, sizeof(*parcel));
    if (parcel == NULL)
        return NULL;
    parcel->courier = courier;
    parcel->method = method;
    parcel->body = malloc(body.size + 1);
    if (parcel->body == NULL) {
        free(parcel);
        return NULL;
    }
    if (body.size > 0)
        memcpy(parcel->body, body.at, body.size);
    parcel->body_size = body.size;
    copy_field(parcel->name, sizeof(parcel->name), route->name);
    copy_field(parcel->url, sizeof(parcel->url), route->url);
    if (content_type != NULL)
        copy_field(parcel->content_type, sizeof(parcel->content_type), content_type);
    memcpy(parcel->pins, route->pins, route->pin_count * sizeof(*route->pins));
    parcel->route = *route;
    if (route->timeout_ms == 0)
        parcel->route.timeout_ms = 30000;
    if (route->connect_timeout_ms == 0)
        parcel->route.connect_timeout_ms = 3000;
    if (route->max_connections == 0)
        parcel->route.max_connections = 4;
    if (route->answer_max == 0)
        parcel->route.answer_max = (size_t)1 << 20;
    return parcel;
}

/* Under the lock: the limits hold exactly, and after a stop nothing arrives any more. */
static bool enqueue(struct courier *courier, struct parcel *parcel)
{
    const struct courier_options *options = &courier->options;
    pthread_mutex_lock(&courier->lock);
    bool room = !courier->stop_asked && atomic_load(&courier->pending) < options->queue_max &&
                atomic_load(&courier->pending_bytes) + parcel->body_size <=
                    options->queue_bytes_max;
    if (room) {
        parcel->number = ++courier->last_number;
        atomic_fetch_add(&courier->pending, 1);
        atomic_fetch_add(&courier->pending_bytes, parcel->body_size);
        TAILQ_INSERT_TAIL(&courier->arrived, parcel, place);
    }
    pthread_mutex_unlock(&courier->lock);
    if (room) /* outside: the thread would wake only to wait for the lock */
        curl_multi_wakeup(courier->multi);
    return room;
}

static bool submit(struct courier *courier, const struct courier_route *route,
                   const char *method, struct text body, const char *content_type,
                   uint64_t token, struct error *err)
{
    if (!check_route(route, content_type, err))
        return false;
    struct parcel *parcel = make_parcel(courier, route, method, body, content_type);
    if (parcel == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a post");
    parcel->token = token;
    if (!enqueue(courier, parcel)) {
        parcel_free(parcel);
        return fail(err, ERROR_BUSY, "route %s: too many posts are waiting", route->name);
    }
    return true;
}

bool courier_post(struct courier *courier, const struct courier_route *route, struct text body,
                  const char *content_type, uint64_t token, struct error *err)
{
    CHECK(content_type != NULL);
    return submit(courier, route, "POST", body, content_type, token, err);
}

bool courier_put(struct courier *courier, const struct courier_route *route, struct text body,
                 const char *content_type, uint64_t token, struct error *err)
{
    CHECK(content_type != NULL);
    return submit(courier, route, "PUT", body, content_type, token, err);
}

bool courier_get(struct courier *courier, const struct courier_route *route, uint64_t token,
                 struct error *err)
{
    return submit(courier, route, "GET", TEXT_NONE, NULL, token, err);
}

unsigned courier_pending(const struct courier *courier)
{
    return atomic_load(&courier->pending);
}

void courier_use_tls(struct courier *courier, struct tls *tls)
{
    pthread_mutex_lock(&courier->lock);
    struct tls *before = courier->tls;
    courier->tls = tls;
    courier->tls_number++;
    pthread_mutex_unlock(&courier->lock);
    tls_free(before);
}

/* --- start and stop --- */

static bool make_library_objects(struct courier *courier)
{
    pthread_once(&global_once, start_library);
    courier->multi = curl_multi_init();
    courier->share = curl_share_init();
    /* One thread uses the share, so it needs no locks. */
    return courier->multi != NULL && courier->share != NULL &&
           curl_share_setopt(courier->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) ==
               CURLSHE_OK &&
           curl_share_setopt(courier->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) ==
               CURLSHE_OK &&
           curl_multi_setopt(courier->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) ==
               CURLM_OK &&
           curl_multi_setopt(courier->multi, CURLMOPT_MAXCONNECTS,
                             (long)KEPT_CONNECTIONS_MAX) == CURLM_OK;
}

static void release(struct courier *courier)
{
    while (courier->handle_count > 0)
        curl_easy_cleanup(courier->handles[--courier->handle_count]);
    curl_multi_cleanup(courier->multi);
    curl_share_cleanup(courier->share);
    tls_free(courier->tls);
    pthread_mutex_destroy(&courier->lock);
    free(courier);
}

bool courier_start(const struct courier_options *options, struct courier **out,
                   struct error *err)
{
    CHECK(options->tls != NULL && options->on_result != NULL && options->now != NULL);
    struct courier *courier = calloc(1, sizeof(*courier));
    if (courier == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the courier");
    courier->options = *options;
    if (options->queue_max == 0)
        courier->options.queue_max = 4096;
    if (options->queue_bytes_max == 0)
        courier->options.queue_bytes_max = (size_t)256 << 20;
    if (options->running_max == 0)
        courier->options.running_max = 256;
    TAILQ_INIT(&courier->lanes);
    TAILQ_INIT(&courier->running);
    TAILQ_INIT(&courier->arrived);
    pthread_mutex_init(&courier->lock, NULL);
    courier->tls = tls_copy(options->tls);
    bool ok = courier->tls != NULL && make_library_objects(courier);
    if (!ok)
        fail(err, ERROR_MEMORY, "no memory for the courier");
    ok = ok && thread_start(&courier->thread, "courier", run, courier, err);
    if (!ok) {
        release(courier);
        return false;
    }
    *out = courier;
    return true;
}

void courier_stop(struct courier *courier, unsigned grace_ms)
{
    pthread_mutex_lock(&courier->lock);
    courier->stop_asked = true;
    courier->grace_ms = grace_ms;
    curl_multi_wakeup(courier->multi);
    pthread_mutex_unlock(&courier->lock);
    pthread_join(courier->thread, NULL);
}

void courier_free(struct courier *courier)
{
    if (courier == NULL)
        return;
    CHECK(courier_pending(courier) == 0);
    release(courier);
}
