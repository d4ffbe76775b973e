/* documents.c - the demonstration's documents with other people in them. */
#include "documents.h"

#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "wire/codec.h"
#include "wire/document.h"

enum { PERSON_SIZE = 18, DAYS = 28, MONTHS = 12, FIRST_YEAR = 1984, YEARS = 5 };

/* Invented: begins with 5299, a man, a good check digit. */
static void person_of(unsigned index, char number[PERSON_SIZE + 1], char birth[12])
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned day = 1 + index % DAYS;
    unsigned month = 1 + index / DAYS % MONTHS;
    unsigned year = FIRST_YEAR + index / (DAYS * MONTHS) % YEARS;
    unsigned serial = 1 + 2 * (index / (DAYS * MONTHS * YEARS) % 500);
    int sum = 0;

    snprintf(number, PERSON_SIZE, "529901%04u%02u%02u%03u", year % 10000, month % 100,
             day % 100, serial % 1000);
    for (int i = 0; i < PERSON_SIZE - 1; i++)
        sum += weights[i] * (number[i] - '0');
    number[PERSON_SIZE - 1] = "10X98765432"[sum % 11];
    number[PERSON_SIZE] = '\0';
    snprintf(birth, 12, "%04u-%02u-%02u", year % 10000, month % 100, day % 100);
}

static void set(struct arena *arena, const struct record *root, const char *path,
                const char *value)
{
    struct record *node = (struct record *)(uintptr_t)record_find(root, path);
    struct text kept = arena_copy(arena, text_of(value));

    if (node == NULL)
        return;
    bench_need(kept.at != NULL, "memory for a document", NULL);
    node->value = personal_of(kept);
}

struct record *document_of(struct arena *arena, const char *file, unsigned index)
{
    struct error err = ERROR_INIT;
    struct document *document = NULL;
    struct record *root = NULL;
    char path[256];
    char trace[24];
    char number[PERSON_SIZE + 1];
    char birth[12];

    snprintf(path, sizeof(path), "tests/demo/cases/%s", file);
    bench_need(document_parse(bench_file(arena, path), NULL, &document, &err) &&
                   codec_read(document, arena, &root, &err),
               path, &err);
    document_free(document);
    person_of(index, number, birth);
    snprintf(trace, sizeof(trace), "GZ%014u", index + 1);
    set(arena, root, "reference/traceNumber", trace);
    set(arena, root, "person/identityNumber", number);
    set(arena, root, "person/birthDate", birth);
    return root;
}
