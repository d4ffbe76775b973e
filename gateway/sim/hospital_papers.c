/* hospital_papers.c - the documents of a stay, and the persons and charges in them. */
#include "sim/hospital_papers.h"

#include <stdio.h>
#include <string.h>

enum { PERSONS_A_DAY = 1000 };

/* --- invented persons -----------------------------------------------------------------------
 */

void hospital_person(uint32_t person, char number[CITIZEN_NUMBER_SIZE])
{
    static const unsigned char weights[] = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                                            3, 7, 9,  10, 5, 8, 4, 2};
    /* Months of 28 days: every date is one. */
    unsigned born = person / PERSONS_A_DAY;
    unsigned sum = 0;

    snprintf(number, CITIZEN_NUMBER_SIZE, "529900%04u%02u%02u%03u", 1970 + born / 336 % 30,
             1 + born / 28 % 12, 1 + born % 28, person % PERSONS_A_DAY);
    for (size_t i = 0; i < COUNT_OF(weights); i++)
        sum += weights[i] * (unsigned)(number[i] - '0');
    number[17] = "10X98765432"[sum % 11];
    number[18] = '\0';
}

static void put_person(struct paper *paper, const struct hospital_stay *stay)
{
    static const char *const names[] = {"田㛃", "张喆", "𠮷明远", "陆青"};
    const char *name = stay->group->person_name;
    const char *known = stay->group->identity_number;
    struct record *group = paper_group(paper, paper->root, "person");
    char invented[CITIZEN_NUMBER_SIZE];

    hospital_person(stay->person, invented);
    paper_word(paper, group, "name",
               name != NULL ? name : names[stay->person % COUNT_OF(names)]);
    paper_word(paper, group, "identityNumber", known != NULL ? known : invented);
}

/* --- charges --------------------------------------------------------------------------------
 */

struct charge {
    uint32_t quantity;
    int64_t price_fen;
    struct stay_sums sums;
};

/* Every fifth line is the person's own; of the others the person pays a tenth first. */
static struct charge charge_of(uint32_t batch, uint32_t line)
{
    struct charge charge = {.quantity = 1 + line % 3,
                            .price_fen = 1250 + 1237 * (int64_t)((batch * 7 + line) % 50)};
    int64_t amount = charge.quantity * charge.price_fen;

    charge.sums.total.fen = amount;
    if (line % 5 == 0) {
        charge.sums.own_pay.fen = amount;
    } else {
        charge.sums.pre_pay.fen = amount / 10;
        charge.sums.in_scope.fen = amount - amount / 10;
    }
    return charge;
}

void hospital_add_batch(struct hospital_stay *stay)
{
    stay->batches++;
    for (uint32_t line = 1; line <= stay->group->lines_per_batch; line++) {
        struct charge charge = charge_of(stay->batches, line);

        stay->sums.total.fen += charge.sums.total.fen;
        stay->sums.own_pay.fen += charge.sums.own_pay.fen;
        stay->sums.pre_pay.fen += charge.sums.pre_pay.fen;
        stay->sums.in_scope.fen += charge.sums.in_scope.fen;
    }
}

/* Yuan without zeros at the end, as the national form wants a price. */
static void put_price(struct paper *paper, struct record *row, int64_t fen)
{
    char text[MONEY_TEXT_SIZE];
    size_t size;

    money_format((struct money){fen}, text);
    size = strlen(text);
    while (text[size - 1] == '0')
        size--;
    if (text[size - 1] == '.')
        size--;
    text[size] = '\0';
    paper_word(paper, row, "price", text);
}

static void put_line(struct paper *paper, const struct stay_group *group, uint32_t batch,
                     uint32_t line, const char *day)
{
    struct record *row = paper_group(paper, paper->root, "line");
    struct charge charge = charge_of(batch, line);
    char number[24];

    snprintf(number, sizeof(number), "M%u.%u", batch, line);
    paper_word(paper, row, "number", number);
    paper_word(paper, row, "on", day);
    paper_word(paper, row, "item",
               group->outpatient ? "001102000010000-110200001" : "001109000010000-110900001");
    paper_word(paper, row, "itemName", group->outpatient ? "普通门诊诊察费" : "住院床位费");
    paper_number(paper, row, "quantity", charge.quantity);
    put_price(paper, row, charge.price_fen);
    paper_money(paper, row, "amount", charge.sums.total.fen);
    paper_money(paper, row, "ownPay", charge.sums.own_pay.fen);
    paper_money(paper, row, "overLimit", 0);
    paper_money(paper, row, "prePay", charge.sums.pre_pay.fen);
    paper_money(paper, row, "inScope", charge.sums.in_scope.fen);
}

/* --- documents ------------------------------------------------------------------------------
 */

static void put_reference(struct paper *paper, const struct hospital_stay *stay)
{
    struct record *reference = paper_group(paper, paper->root, "reference");

    paper_word(paper, reference, "treatingRegion", stay->group->treating_region);
    paper_word(paper, reference, "insuredRegion", stay->group->insured_region);
    paper_word(paper, reference, "institution", stay->group->institution);
    paper_word(paper, reference, "stayNumber", stay->number);
}

static void put_insurance(struct paper *paper, const struct hospital_stay *stay)
{
    paper_word(paper, paper->root, "insurance", stay->group->injury ? "injury" : "medical");
    put_person(paper, stay);
}

static void put_visit(struct paper *paper, const struct hospital_stay *stay)
{
    bool outpatient = stay->group->outpatient;

    paper_word(paper, paper->root, "visitKind", outpatient ? "outpatient" : "inpatient");
    paper_word(paper, paper->root, "treatmentKind", outpatient ? "11" : "21");
}

static void put_identify(struct paper *paper, const struct hospital_stay *stay, const char *day)
{
    put_insurance(paper, stay);
    put_visit(paper, stay);
    paper_word(paper, paper->root, "on", day);
}

static void put_register(struct paper *paper, const struct hospital_stay *stay, const char *day)
{
    const struct stay_group *group = stay->group;
    const char *name = group->institution_name;

    put_insurance(paper, stay);
    paper_word(paper, paper->root, "insuranceKind", group->injury ? "410" : "310");
    put_visit(paper, stay);
    paper_word(paper, paper->root, "institutionName", name != NULL ? name : "黔测试市人民医院");
    if (group->level != NULL)
        paper_word(paper, paper->root, "institutionLevel", group->level);
    paper_word(paper, paper->root, "admittedOn", day);
    paper_word(paper, paper_group(paper, paper->root, "diagnosis"), "code", "S82.2");
    if (group->recognition != NULL)
        paper_word(paper, paper->root, "recognitionNumber", group->recognition);
    if (group->injury)
        paper_word(paper, paper->root, "service", "MED");
}

static void put_lines(struct paper *paper, const struct hospital_stay *stay, const char *day)
{
    uint32_t batch = stay->batches + 1;

    paper_number(paper, paper->root, "batch", batch);
    for (uint32_t line = 1; line <= stay->group->lines_per_batch; line++)
        put_line(paper, stay->group, batch, line, day);
}

static void put_settle(struct paper *paper, const struct hospital_stay *stay)
{
    if (stay->visit_number[0] != '\0')
        paper_word(paper, paper->root, "visitNumber", stay->visit_number);
    paper_money(paper, paper->root, "total", stay->sums.total.fen);
    paper_word(paper, paper->root, "useAccount", "false");
}

static void put_confirm(struct paper *paper, const struct hospital_stay *stay)
{
    struct record *handle;

    paper_word(paper, paper->root, "original", "settle");
    if (stay->handle[0] == '\0')
        return;
    handle = paper_group(paper, paper->root, "handle");
    paper_word(paper, handle, "serial", stay->handle);
    if (stay->handle_check[0] != '\0')
        paper_word(paper, handle, "check", stay->handle_check);
}

static void put_original(struct paper *paper, const struct hospital_stay *stay)
{
    struct record *original = paper_group(paper, paper->root, "original");

    paper_word(paper, original, "action", action_name(stay->about).english);
    if (stay->about_key[0] != '\0')
        paper_word(paper, original, "key", stay->about_key);
}

struct record *hospital_paper(const struct hospital_stay *stay, unsigned action,
                              struct day today, struct arena *arena)
{
    struct paper paper = paper_new(arena, action);
    char day[DAY_TEXT_SIZE];

    day_format(today, day);
    put_reference(&paper, stay);
    switch (action) {
    case ACTION_IDENTIFY:
        put_identify(&paper, stay, day);
        break;
    case ACTION_REGISTER:
        put_register(&paper, stay, day);
        break;
    case ACTION_LINES:
        put_lines(&paper, stay, day);
        break;
    case ACTION_LINES_UNDO:
        paper_number(&paper, paper.root, "batch", stay->batches + 1);
        paper_word(&paper, paper.root, "all", "true");
        break;
    case ACTION_DISCHARGE:
        paper_word(&paper, paper.root, "dischargedOn", day);
        break;
    case ACTION_PRESETTLE:
    case ACTION_SETTLE:
        put_settle(&paper, stay);
        break;
    case ACTION_CONFIRM:
        put_confirm(&paper, stay);
        break;
    case ACTION_CANCEL:
        paper_word(&paper, paper.root, "settlementNumber", stay->settlement_number);
        break;
    case ACTION_REVERSE:
    case ACTION_QUERY:
        put_original(&paper, stay);
        break;
    default: /* register_undo, discharge_undo: the reference says all */
        break;
    }
    return paper.full ? NULL : paper.root;
}
