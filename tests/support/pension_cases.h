/*
 * pension_cases.h - reads the cases of tests/data/pension_{place,overlap}_expected.txt, which
 * are written by hand: blocks of lines that begin with "case NAME", words separated by blanks.
 */
#ifndef SUPPORT_PENSION_CASES_H
#define SUPPORT_PENSION_CASES_H

#include <stdio.h>
#include <string.h>

#include "core/pension_periods.h"

enum { CASE_PERIODS_MAX = 8, CASE_TEXT_MAX = 1000, CASE_WORDS_MAX = 9 };

/* What any case may say; the test reads what only its own cases say. */
struct pension_case {
    char name[120];
    struct pension_period periods[CASE_PERIODS_MAX];
    size_t count;
    char expected[CASE_TEXT_MAX]; /* the lines that tell the answer, as they stand */
};

struct case_line {
    char text[200];
    char words[CASE_WORDS_MAX][40];
    size_t count;
};

/* The next line that says something; false at the end of the file. */
static inline bool case_line_next(FILE *file, struct case_line *line)
{
    while (fgets(line->text, sizeof(line->text), file) != NULL) {
        char *rest = NULL;
        char copy[200];

        if (line->text[0] == '#' || line->text[0] == '\n')
            continue;
        memcpy(copy, line->text, sizeof(copy));
        memset(line->words, 0, sizeof(line->words));
        line->count = 0;
        for (char *word = strtok_r(copy, " \n", &rest);
             word != NULL && line->count < CASE_WORDS_MAX; word = strtok_r(NULL, " \n", &rest))
            snprintf(line->words[line->count++], sizeof(line->words[0]), "%s", word);
        return true;
    }
    return false;
}

static inline struct month case_month(const char *word)
{
    struct month month = {0};

    CHECK(month_parse(text_of(word), &month));
    return month;
}

static inline struct money case_money(const char *word)
{
    struct money money = {0};

    CHECK(money_parse(text_of(word), &money));
    return money;
}

/* REGION FROM TO MONTHS, as all periods begin. */
static inline struct pension_period *
case_period(struct pension_case *read, const struct case_line *line, enum pension_scheme scheme)
{
    struct pension_period *period = &read->periods[read->count++];

    CHECK(read->count <= CASE_PERIODS_MAX && line->count >= 5);
    *period = (struct pension_period){
        .scheme = scheme,
        .region = (uint32_t)strtoul(line->words[1], NULL, 10),
        .from = case_month(line->words[2]),
        .to = case_month(line->words[3]),
        .months = (int32_t)strtol(line->words[4], NULL, 10),
    };
    return period;
}

static inline void case_expect(struct pension_case *read, const struct case_line *line)
{
    size_t used = strlen(read->expected);

    snprintf(read->expected + used, sizeof(read->expected) - used, "%s", line->text);
    CHECK(used + strlen(line->text) < sizeof(read->expected));
}

#endif
