/* options.c - one pass over the words. */
#include "cli/options.h"

#include <string.h>

#include "cli/language.h"

/* The rule that `word` names; *value is what stands behind '=', else NULL. */
static const struct option_rule *rule_of(const char *word, const struct option_rule *rules,
                                         size_t rule_count, const char **value)
{
    size_t size = strcspn(word, "=");

    *value = word[size] == '=' ? word + size + 1 : NULL;
    for (size_t i = 0; i < rule_count; i++)
        if (strlen(rules[i].name) == size && memcmp(rules[i].name, word, size) == 0)
            return &rules[i];
    return NULL;
}

static bool take_flag(const struct option_rule *rule, const char *value, struct error *err)
{
    if (value != NULL)
        return fail(err, ERROR_USAGE, _("%s takes no value"), rule->name);
    if (*rule->flag)
        return fail(err, ERROR_USAGE, _("%s stands twice"), rule->name);
    *rule->flag = true;
    return true;
}

static bool take_value(const struct option_rule *rule, const char *value, struct error *err)
{
    if (value == NULL || value[0] == '\0')
        return fail(err, ERROR_USAGE, _("%s needs a value"), rule->name);
    if (*rule->value != NULL)
        return fail(err, ERROR_USAGE, _("%s stands twice"), rule->name);
    *rule->value = value;
    return true;
}

static bool take_operand(struct operands *operands, const char *word, size_t operand_max,
                         struct error *err)
{
    if (operands->count == operand_max)
        return fail(err, ERROR_USAGE, _("one word too many: %s"), word);
    operands->at[operands->count++] = word;
    return true;
}

bool options_parse(int word_count, char *const words[], const struct option_rule *rules,
                   size_t rule_count, size_t operand_min, size_t operand_max,
                   struct operands *operands, struct error *err)
{
    bool options_end = false;

    CHECK(operand_max <= OPERANDS_MAX);
    *operands = (struct operands){.count = 0};
    for (int i = 0; i < word_count; i++) {
        const struct option_rule *rule;
        const char *value;
        bool ok;

        if (!options_end && strcmp(words[i], "--") == 0) {
            options_end = true;
            continue;
        }
        if (options_end || words[i][0] != '-' || words[i][1] == '\0') {
            if (!take_operand(operands, words[i], operand_max, err))
                return false;
            continue;
        }
        rule = rule_of(words[i], rules, rule_count, &value);
        if (rule == NULL)
            return fail(err, ERROR_USAGE, _("unknown option %s"), words[i]);
        if (rule->value != NULL && value == NULL && i + 1 < word_count)
            value = words[++i];
        ok = rule->flag != NULL ? take_flag(rule, value, err) : take_value(rule, value, err);
        if (!ok)
            return false;
    }
    if (operands->count < operand_min)
        return fail(err, ERROR_USAGE, _("a word is missing"));
    return true;
}
