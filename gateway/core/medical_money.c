/* medical_money.c - the rows of the money axis. */
#include "core/medical_money.h"

struct money_row {
    uint8_t from;
    uint8_t event;
    uint8_t to;
};

/* 转入地. What is booked waits for a sheet that says the same. */
static const struct money_row rows_in[] = {
    {MONEY_NONE, MONEY_ANNOUNCE_NONE, MONEY_NONE},
    {MONEY_NONE, MONEY_ANNOUNCE, MONEY_DUE},
    {MONEY_NONE, MONEY_DROP, MONEY_NONE},
    {MONEY_NONE, MONEY_ORDER, MONEY_PAID},      /* crossing: the sheet was returned meanwhile */
    {MONEY_NONE, MONEY_REFUND, MONEY_REFUNDED}, /* crossing */
    {MONEY_NONE, MONEY_BOUNCE, MONEY_NONE},

    {MONEY_DUE, MONEY_ANNOUNCE_NONE, MONEY_NONE},
    {MONEY_DUE, MONEY_ANNOUNCE, MONEY_DUE},
    {MONEY_DUE, MONEY_DROP, MONEY_NONE},
    {MONEY_DUE, MONEY_ORDER, MONEY_PAID},
    {MONEY_DUE, MONEY_REFUND, MONEY_REFUNDED},
    {MONEY_DUE, MONEY_ARRIVE_EQUAL, MONEY_MATCHED}, /* crossing: before its advice */
    {MONEY_DUE, MONEY_ARRIVE_DIFFERS, MONEY_MISMATCH},
    {MONEY_DUE, MONEY_BOUNCE, MONEY_DUE},

    {MONEY_PAID, MONEY_ANNOUNCE_NONE, MONEY_NONE}, /* the news was old: it is back at OUT */
    {MONEY_PAID, MONEY_ANNOUNCE, MONEY_PAID},
    {MONEY_PAID, MONEY_DROP, MONEY_PAID},
    {MONEY_PAID, MONEY_ORDER, MONEY_PAID},
    {MONEY_PAID, MONEY_ARRIVE_EQUAL, MONEY_MATCHED},
    {MONEY_PAID, MONEY_ARRIVE_DIFFERS, MONEY_MISMATCH},
    {MONEY_PAID, MONEY_BOUNCE, MONEY_DUE},

    {MONEY_MATCHED, MONEY_DROP, MONEY_MISMATCH},
    {MONEY_MATCHED, MONEY_ORDER, MONEY_MATCHED}, /* crossing */
    {MONEY_MATCHED, MONEY_CREDIT, MONEY_CREDITED},
    {MONEY_MATCHED, MONEY_SEND_BACK, MONEY_BACK},
    {MONEY_MATCHED, MONEY_BOUNCE, MONEY_MATCHED}, /* crossing: it was paid again since */

    {MONEY_MISMATCH, MONEY_ARRIVE_EQUAL, MONEY_MATCHED},
    {MONEY_MISMATCH, MONEY_ARRIVE_DIFFERS, MONEY_MISMATCH},
    {MONEY_MISMATCH, MONEY_DROP, MONEY_MISMATCH},
    {MONEY_MISMATCH, MONEY_ORDER, MONEY_MISMATCH}, /* crossing, or the rest of it */
    {MONEY_MISMATCH, MONEY_SEND_BACK, MONEY_BACK},
    {MONEY_MISMATCH, MONEY_BOUNCE, MONEY_MISMATCH},

    {MONEY_CREDITED, MONEY_ORDER, MONEY_CREDITED}, /* crossing */
    {MONEY_CREDITED, MONEY_BOUNCE, MONEY_CREDITED},

    {MONEY_REFUNDED, MONEY_DROP, MONEY_REFUNDED}, /* crossing; the new sheet says the same */
    {MONEY_REFUNDED, MONEY_ANNOUNCE, MONEY_REFUNDED},

    {MONEY_BACK, MONEY_ANNOUNCE_NONE, MONEY_NONE},
    {MONEY_BACK, MONEY_ANNOUNCE, MONEY_DUE},
    {MONEY_BACK, MONEY_DROP, MONEY_BACK},
    {MONEY_BACK, MONEY_ORDER, MONEY_BACK}, /* crossing, or paid again: the arrival tells */
    {MONEY_BACK, MONEY_REFUND, MONEY_REFUNDED},
    {MONEY_BACK, MONEY_BOUNCE, MONEY_BACK},
    {MONEY_BACK, MONEY_ARRIVE_EQUAL, MONEY_MATCHED},
    {MONEY_BACK, MONEY_ARRIVE_DIFFERS, MONEY_MISMATCH},
};

/* 转出地. What IN holds it learns only when that is credited or comes back. */
static const struct money_row rows_out[] = {
    {MONEY_NONE, MONEY_ANNOUNCE_NONE, MONEY_NONE},
    {MONEY_NONE, MONEY_ANNOUNCE, MONEY_DUE},
    {MONEY_NONE, MONEY_DROP, MONEY_NONE},
    {MONEY_NONE, MONEY_SEND_BACK, MONEY_BACK}, /* crossing: paid, and not advised */

    {MONEY_DUE, MONEY_ANNOUNCE_NONE, MONEY_NONE},
    {MONEY_DUE, MONEY_ANNOUNCE, MONEY_DUE},
    {MONEY_DUE, MONEY_DROP, MONEY_NONE},
    {MONEY_DUE, MONEY_ORDER, MONEY_PAID},
    {MONEY_DUE, MONEY_REFUND, MONEY_REFUNDED},
    {MONEY_DUE, MONEY_CREDIT, MONEY_CREDITED}, /* crossing: before its advice was written */
    {MONEY_DUE, MONEY_SEND_BACK, MONEY_BACK},  /* crossing */

    {MONEY_PAID, MONEY_ANNOUNCE, MONEY_PAID},
    {MONEY_PAID, MONEY_DROP, MONEY_PAID},
    {MONEY_PAID, MONEY_ORDER, MONEY_PAID},
    {MONEY_PAID, MONEY_CREDIT, MONEY_CREDITED},
    {MONEY_PAID, MONEY_SEND_BACK, MONEY_BACK},
    {MONEY_PAID, MONEY_BOUNCE, MONEY_DUE},

    {MONEY_CREDITED, MONEY_ORDER, MONEY_CREDITED}, /* crossing */

    {MONEY_REFUNDED, MONEY_DROP, MONEY_REFUNDED}, /* crossing; the new sheet says the same */
    {MONEY_REFUNDED, MONEY_ANNOUNCE, MONEY_REFUNDED},

    {MONEY_BACK, MONEY_ANNOUNCE_NONE, MONEY_NONE},
    {MONEY_BACK, MONEY_ANNOUNCE, MONEY_DUE},
    {MONEY_BACK, MONEY_DROP, MONEY_BACK},
    {MONEY_BACK, MONEY_ORDER, MONEY_PAID},
    {MONEY_BACK, MONEY_REFUND, MONEY_REFUNDED},
    {MONEY_BACK, MONEY_CREDIT, MONEY_CREDITED}, /* crossing: what was paid again */
    {MONEY_BACK, MONEY_SEND_BACK, MONEY_BACK},
};

bool medical_money_move(unsigned role, enum money_event event, uint8_t *money)
{
    const struct money_row *rows = role == ROLE_IN ? rows_in : rows_out;
    size_t count = role == ROLE_IN ? COUNT_OF(rows_in) : COUNT_OF(rows_out);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].from != *money || rows[i].event != (unsigned)event)
            continue;
        *money = rows[i].to;
        return true;
    }
    return false;
}

bool medical_money_final(unsigned money)
{
    return money == MONEY_NONE || money == MONEY_CREDITED || money == MONEY_REFUNDED;
}

bool medical_money_moving(unsigned money)
{
    return money == MONEY_PAID || money == MONEY_MATCHED || money == MONEY_CREDITED ||
           money == MONEY_MISMATCH;
}

/* An advice is only news, and news may be old: while nothing is settled, what counts is what IN
 * has booked. So both agree that nothing moves, or that it has ended, and how; or neither. */
bool medical_money_pair(unsigned in_money, unsigned out_money)
{
    bool settled = in_money == MONEY_CREDITED || in_money == MONEY_REFUNDED ||
                   out_money == MONEY_CREDITED || out_money == MONEY_REFUNDED;
    bool nothing = in_money == MONEY_NONE || out_money == MONEY_NONE;

    if (settled || in_money == out_money)
        return in_money == out_money;
    /* where no sheet is held: nothing is announced, and what was paid is on its way or back */
    return !nothing || in_money == MONEY_BACK || out_money == MONEY_BACK ||
           out_money == MONEY_PAID;
}

struct name medical_money_name(unsigned money)
{
    static const struct name names[] = {
        {"none", "无资金"},    {"due", "待划转"},        {"paid", "已划转"},
        {"matched", "已匹配"}, {"credited", "已入账"},   {"mismatch", "金额不符"},
        {"back", "已退回"},    {"refunded", "已退本人"},
    };
    _Static_assert(COUNT_OF(names) == MEDICAL_MONEYS, "every money state has its names");

    return money < COUNT_OF(names) ? names[money] : (struct name){"unknown", "未知"};
}
