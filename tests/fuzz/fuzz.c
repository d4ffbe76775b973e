/* fuzz.c - the ends that libFuzzer calls, and the helpers of the targets.
 *
 *   target seeds FOLDER     writes the seeds and ends
 *   target [libFuzzer's options]
 */
#include "fuzz.h"

#include <glob.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

enum { ARENA_MAX = 256 << 20, SEED_MAX = 1 << 20, DIGITS_MIN = 6, BEYOND_ASCII_MIN = 6 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct arena *arena;
static const char *seed_folder;
static unsigned seed_count;
static char own_folder[64];

void fuzz_hold(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "property does not hold: %s\n", what);
    abort();
}

/* --- seeds -------------------------------------------------------------------------------- */

void fuzz_seed(int choice, struct text bytes)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/seed-%03u", seed_folder, ++seed_count);
    file = fopen(path, "w");
    fuzz_hold(file != NULL, "a seed can be written");
    if (choice >= 0)
        fputc(choice, file);
    fuzz_hold(fwrite(bytes.at, 1, bytes.size, file) == bytes.size, "a seed is written");
    fuzz_hold(fclose(file) == 0, "a seed is closed");
}

void fuzz_seed_files(int choice, const char *pattern)
{
    struct error err = ERROR_INIT;
    struct text bytes;
    glob_t found;

    fuzz_hold(glob(pattern, 0, NULL, &found) == 0, pattern);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        arena_reset(arena);
        fuzz_hold(file_read(arena, found.gl_pathv[i], SEED_MAX, &bytes, &err),
                  found.gl_pathv[i]);
        fuzz_seed(choice, bytes);
    }
    globfree(&found);
}

/* --- a folder ----------------------------------------------------------------------------- */

static void drop_folder(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", own_folder);
    if (system(command) != 0)
        fprintf(stderr, "%s is left behind\n", own_folder);
}

const char *fuzz_folder(void)
{
    if (own_folder[0] == '\0') {
        strcpy(own_folder, "/tmp/qiantong-fuzz-XXXXXX");
        fuzz_hold(mkdtemp(own_folder) != NULL, "a folder can be made");
        atexit(drop_folder);
    }
    return own_folder;
}

/* --- what errors may say ------------------------------------------------------------------ */

static bool in_a_tag(struct text document, struct text run)
{
    bool inside = false;

    for (size_t i = 0; i + run.size <= document.size; i++) {
        if (document.at[i] == '<' || document.at[i] == '>')
            inside = document.at[i] == '<';
        else if (inside && memcmp(document.at + i, run.at, run.size) == 0)
            return true;
    }
    return false;
}

static size_t run_of(struct text rest, bool digits)
{
    size_t size = 0;

    while (size < rest.size) {
        unsigned char c = (unsigned char)rest.at[size];

        if (digits ? c < '0' || c > '9' : c < 0x80)
            break;
        size++;
    }
    return size;
}

void fuzz_hold_private(struct text document, const struct error *err)
{
    size_t size;

    if (!text_is_utf8(document))
        return;
    for (size_t i = 0; i<document.size; i += size> 0 ? size : 1) {
        struct text rest = {document.at + i, document.size - i};
        bool digits = document.at[i] >= '0' && document.at[i] <= '9';

        size = run_of(rest, digits);
        if (size < (size_t)(digits ? DIGITS_MIN : BEYOND_ASCII_MIN) ||
            memmem(err->text, strlen(err->text), rest.at, size) == NULL)
            continue;
        if (!in_a_tag(document, (struct text){rest.at, size})) {
            fprintf(stderr, "error: %s\n", err->text);
            fuzz_hold(false, "an error text holds nothing that the document says");
        }
    }
}

/* --- libFuzzer ---------------------------------------------------------------------------- */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct error err = ERROR_INIT;

    log_set_level(LOG_LEVEL_ERROR);
    arena = arena_new(ARENA_MAX);
    fuzz_hold(arena != NULL, "there is memory");
    fuzz_hold(fuzz_open(&err), err.text);
    if (*argc == 3 && strcmp((*argv)[1], "seeds") == 0) {
        seed_folder = (*argv)[2];
        fuzz_seeds();
        exit(0);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    arena_reset(arena);
    fuzz_input((struct text){(const char *)bytes, size}, arena);
    return 0;
}
