/* language.c - choosing the language and finding the catalogue. */
#include "cli/language.h"

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN            "qiantong"
#define SYSTEM_CATALOGUES "/usr/share/locale"

static bool chinese;

static bool set(const char *value)
{
    return value != NULL && value[0] != '\0';
}

static bool begins_zh(const char *value)
{
    return strncmp(value, "zh", 2) == 0;
}

bool language_wants_chinese(const char *lc_all, const char *lc_messages, const char *lang,
                            const char *language)
{
    if (set(lc_all) && (strcmp(lc_all, "C") == 0 || strcmp(lc_all, "POSIX") == 0))
        return false;
    if (set(language))
        return begins_zh(language);
    if (set(lc_all))
        return begins_zh(lc_all);
    if (set(lc_messages))
        return begins_zh(lc_messages);
    return set(lang) && begins_zh(lang);
}

/* locale/ beside the program; false: the program's place is not known or has none. */
static bool beside_program(char folder[PATH_MAX])
{
    ssize_t size = readlink("/proc/self/exe", folder, PATH_MAX - sizeof("/locale"));
    char *slash;

    if (size <= 0)
        return false;
    folder[size] = '\0';
    slash = strrchr(folder, '/');
    if (slash == NULL)
        return false;
    memcpy(slash, "/locale", sizeof("/locale"));
    return access(folder, R_OK | X_OK) == 0;
}

void language_start(void)
{
    char folder[PATH_MAX];

    chinese = language_wants_chinese(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"),
                                     getenv("LANGUAGE"));
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        setlocale(LC_CTYPE, "");
    if (!chinese)
        return;
    /* The message locale only has to be another one than "C": LANGUAGE names the catalogue. */
    if (setlocale(LC_MESSAGES, "zh_CN.UTF-8") == NULL &&
        setlocale(LC_MESSAGES, "C.UTF-8") == NULL)
        return;
    if (setenv("LANGUAGE", "zh_CN", 1) != 0)
        return;
    bindtextdomain(DOMAIN, beside_program(folder) ? folder : SYSTEM_CATALOGUES);
    bind_textdomain_codeset(DOMAIN, "UTF-8");
    textdomain(DOMAIN);
}

bool language_chinese(void)
{
    return chinese;
}

const char *language_name(struct name name)
{
    return chinese ? name.chinese : name.english;
}
