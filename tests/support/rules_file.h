/*
 * rules_file.h - the delivered conf/rules.xml for tests of core, which knows no XML: each
 * rule's id, from and value are read where they stand. Run in the top folder.
 */
#ifndef SUPPORT_RULES_FILE_H
#define SUPPORT_RULES_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/rules.h"

/* The text between <name> and </name> at or after *at, which moves behind it. */
static inline struct text rules_file_take(const char **at, const char *name)
{
    char mark[40];
    const char *begin;
    const char *end;

    snprintf(mark, sizeof(mark), "<%s>", name);
    begin = strstr(*at, mark);
    CHECK(begin != NULL);
    begin += strlen(mark);
    end = strchr(begin, '<');
    CHECK(end != NULL);
    *at = end;
    return (struct text){begin, (size_t)(end - begin)};
}

static inline void rules_file_read(struct rules *rules)
{
    enum { SIZE = 1 << 18 };
    FILE *file = fopen("conf/rules.xml", "r");
    char *text = calloc(1, SIZE);
    const char *at = text;

    CHECK(file != NULL && text != NULL);
    CHECK(fread(text, 1, SIZE - 1, file) > 0);
    fclose(file);
    memset(rules, 0, sizeof(*rules));
    while (strstr(at, "<id>") != NULL) {
        struct rule *rule = &rules->rows[rules->count++];

        CHECK(rules->count <= RULES_MAX);
        CHECK(text_to_field(rules_file_take(&at, "id"), rule->id, sizeof(rule->id)));
        CHECK(day_parse(rules_file_take(&at, "from"), &rule->from));
        rule->value = strtoll(rules_file_take(&at, "value").at, NULL, 10);
    }
    free(text);
}

/* One more row; of two with the same day the later one counts. */
static inline void rules_file_add(struct rules *rules, const char *id, const char *from,
                                  int64_t value)
{
    struct rule *rule = &rules->rows[rules->count++];

    CHECK(rules->count <= RULES_MAX);
    CHECK(text_to_field(text_of(id), rule->id, sizeof(rule->id)));
    CHECK(day_parse(text_of(from), &rule->from));
    rule->value = value;
}

static inline void rules_file_drop(struct rules *rules, const char *id)
{
    for (size_t i = 0; i < rules->count; i++)
        if (strcmp(rules->rows[i].id, id) == 0)
            rules->rows[i].id[0] = '\0';
}

#endif
