/* config_second.c - the group `secondPerson` of gateway.xml. */
#include <string.h>

#include "gate/approvals.h"
#include "gate/config_read.h"

enum { HOURS_USUAL = 24, MS_OF_HOUR = 60 * 60 * 1000 };

static bool read_list(const struct config_file *file, const char *list, uint32_t *acts,
                      struct error *err)
{
    struct text rest = text_of(list);

    *acts = 0;
    if (strcmp(list, "none") == 0)
        return true;
    while (rest.size > 0) {
        struct text word = text_cut(&rest, ' ');
        const struct approval_act *act = approval_act_find(word);

        if (act == NULL)
            return config_wrong(file, "secondPerson/acts", err, "there is no act %.*s",
                                TEXT_ARG(word));
        if ((*acts & approval_act_bit(act)) != 0)
            return config_wrong(file, "secondPerson/acts", err, "%s stands there twice",
                                act->name);
        *acts |= approval_act_bit(act);
    }
    return true;
}

/* Invented data may be handled by one person; what is real may not. */
static bool check_real(const struct config_file *file, uint32_t acts, struct error *err)
{
    uint32_t missing = approval_acts_always() & ~acts;

    for (size_t i = 0; i < approval_act_count; i++) {
        if ((missing & approval_act_bit(&approval_acts[i])) != 0)
            return config_wrong(file, "secondPerson/acts", err,
                                "%s always needs a second person, except in a test ledger",
                                approval_acts[i].name);
    }
    return true;
}

bool config_read_second(struct config_parts *parts, const struct config_file *file,
                        struct error *err)
{
    struct config_second *second = &parts->config.second;
    const char *list = NULL;
    uint64_t hours;

    if (!config_text_if(file, "secondPerson/acts", &list, err) ||
        !config_number(file, "secondPerson/hours", 1, APPROVAL_HOURS_MAX, HOURS_USUAL, &hours,
                       err))
        return false;
    second->valid_ms = (int64_t)hours * MS_OF_HOUR;
    second->acts = approval_acts_usual();
    if (list != NULL && !read_list(file, list, &second->acts, err))
        return false;
    return parts->config.ledger_test || check_real(file, second->acts, err);
}
