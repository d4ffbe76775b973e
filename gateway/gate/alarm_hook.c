/* alarm_hook.c - posix_spawn, waitpid, and patience with a limit. */
#include "gate/alarm_hook.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { NUMBER_SIZE = 24, FIRST_OTHER = 3 };

struct spawning {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
};

/* Its own process group, so that what it starts ends with it; signals as at a login. */
static int prepare(struct spawning *spawning)
{
    sigset_t none;
    sigset_t all;
    int code = 0;

    sigemptyset(&none);
    sigfillset(&all);
    for (int descriptor = 0; descriptor < FIRST_OTHER && code == 0; descriptor++)
        code = posix_spawn_file_actions_addopen(&spawning->files, descriptor, "/dev/null",
                                                O_RDWR, 0);
    if (code == 0)
        code = posix_spawn_file_actions_addclosefrom_np(&spawning->files, FIRST_OTHER);
    if (code == 0)
        code = posix_spawnattr_setflags(&spawning->attributes, POSIX_SPAWN_SETPGROUP |
                                                                   POSIX_SPAWN_SETSIGMASK |
                                                                   POSIX_SPAWN_SETSIGDEF);
    if (code == 0)
        code = posix_spawnattr_setpgroup(&spawning->attributes, 0);
    if (code == 0)
        code = posix_spawnattr_setsigmask(&spawning->attributes, &none);
    return code != 0 ? code : posix_spawnattr_setsigdefault(&spawning->attributes, &all);
}

static int spawn(pid_t *pid, const char *command, char *const words[])
{
    static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
    static char language[] = "LC_ALL=C.UTF-8";
    char *const environment[] = {path, language, NULL};
    struct spawning spawning;
    int code = posix_spawn_file_actions_init(&spawning.files);

    if (code != 0)
        return code;
    code = posix_spawnattr_init(&spawning.attributes);
    if (code == 0) {
        code = prepare(&spawning);
        if (code == 0)
            code = posix_spawn(pid, command, &spawning.files, &spawning.attributes, words,
                               environment);
        posix_spawnattr_destroy(&spawning.attributes);
    }
    posix_spawn_file_actions_destroy(&spawning.files);
    return code;
}

bool alarm_hook_start(struct alarm_hook *hook, const char *command, const struct alarm *alarm,
                      int64_t until_ms, struct error *err)
{
    enum alarm_severity severity = alarm_severity_of(alarm->code, alarm->step);
    char step[NUMBER_SIZE];
    char number[NUMBER_SIZE];
    const char *const words[] = {command,
                                 alarm_kinds[alarm->code].name,
                                 alarm_severity_name(severity),
                                 alarm->stands ? "raised" : "cleared",
                                 alarm->party[0] != '\0' ? alarm->party : "-",
                                 step,
                                 number,
                                 NULL};
    int code;

    CHECK(hook->pid == 0);
    snprintf(step, sizeof(step), "%" PRId64, alarm->step);
    snprintf(number, sizeof(number), "%" PRId64, alarm->number);
    code = spawn(&hook->pid, command, (char *const *)(uintptr_t)words);
    if (code != 0) {
        hook->pid = 0;
        return fail(err, ERROR_SYSTEM, "%s: %s", command, strerror(code));
    }
    hook->until_ms = until_ms;
    return true;
}

static void end_group(const struct alarm_hook *hook)
{
    kill(-hook->pid, SIGKILL);
}

bool alarm_hook_poll(struct alarm_hook *hook, int64_t monotonic_ms, int *status)
{
    int state = 0;
    pid_t ended;

    if (hook->pid == 0)
        return false;
    ended = waitpid(hook->pid, &state, WNOHANG);
    if (ended == 0 && monotonic_ms >= hook->until_ms) {
        end_group(hook);
        do
            ended = waitpid(hook->pid, &state, 0);
        while (ended < 0 && errno == EINTR);
    }
    if (ended == 0)
        return false;
    hook->pid = 0;
    *status = ended > 0 && WIFEXITED(state) ? WEXITSTATUS(state) : -1;
    return true;
}

void alarm_hook_stop(struct alarm_hook *hook)
{
    int status;

    if (hook->pid != 0)
        end_group(hook);
    hook->until_ms = 0;
    alarm_hook_poll(hook, INT64_MAX, &status);
}
