/*
 * qiantongd - the gateway: read the configuration, open, run until told to stop, close.
 *
 *     qiantongd --config /etc/qiantong/gateway.xml [--log debug|info|warn|error]
 *
 * Logs are JSON lines on stderr. SIGHUP reads the configuration anew. SIGTERM and SIGINT stop
 * cleanly; anything else that ends the process loses nothing that was acknowledged. Exit
 * statuses: base/error_codes.def.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/version.h"
#include "crypt/digest.h"
#include "gate/reload.h"
#include "wire/start.h"

struct options {
    const char *config;
    enum log_level level;
};

static bool parse_level(const char *name, enum log_level *level)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* 0: run; otherwise the process ends with *status. */
static bool parse_options(int argc, char **argv, struct options *options, int *status)
{
    static const struct option known[] = {{"config", required_argument, NULL, 'c'},
                                          {"log", required_argument, NULL, 'l'},
                                          {"version", no_argument, NULL, 'V'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int option;

    *options = (struct options){"/etc/qiantong/gateway.xml", LOG_LEVEL_INFO};
    *status = error_exit(ERROR_USAGE);
    while ((option = getopt_long(argc, argv, "c:l:Vh", known, NULL)) != -1) {
        if (option == 'c') {
            options->config = optarg;
        } else if (option == 'l' && parse_level(optarg, &options->level)) {
            continue;
        } else if (option == 'V' || option == 'h') {
            printf(option == 'V' ? "qiantongd %s\n"
                                 : "qiantongd %s\nusage: qiantongd --config FILE "
                                   "[--log debug|info|warn|error]\n",
                   QIANTONG_VERSION);
            *status = 0;
            return false;
        } else {
            fprintf(stderr, "qiantongd: see qiantongd --help\n");
            return false;
        }
    }
    return true;
}

/* Memory of this process holds names and numbers: no core file. */
static void forbid_cores(void)
{
    struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
}

/* What came of it is in the log; the gateway runs on in any case. */
static void reload(struct gate *gate)
{
    struct reload_report report;
    struct error err = ERROR_INIT;
    bool ok = gate_reload(gate, &report, &err);

    (void)ok;
}

/* Signals are taken by sigtimedwait in the main thread; every other thread has them blocked. */
static void wait_for_end(struct gate *gate, const sigset_t *signals)
{
    const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};

    for (;;) {
        int number = sigtimedwait(signals, NULL, &pause);
        if (number == SIGTERM || number == SIGINT || atomic_load(&gate->stop_asked))
            return;
        if (number == SIGHUP)
            reload(gate);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    struct error err = ERROR_INIT;
    struct gate *gate = NULL;
    sigset_t signals;
    int status;

    if (!parse_options(argc, argv, &options, &status))
        return status;
    forbid_cores();
    log_set_program("qiantongd");
    log_set_level(options.level);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!digest_setup(&err) || !wire_start(&err) || !gate_open(options.config, &gate, &err)) {
        log_error("gate.cannot_open", "code=%s reason=\"%s\" place=%s:%d", error_name(err.code),
                  err.text, err.file, err.line);
        fprintf(stderr, "qiantongd: %s\n", err.text);
        return error_exit(err.code);
    }
    wait_for_end(gate, &signals);
    log_info("gate.stopping", "entries=%llu", (unsigned long long)ledger_size(gate->ledger));
    gate_close(gate);
    log_info("gate.closed", "clean=1");
    return 0;
}
