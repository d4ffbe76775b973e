/* documents.c - what the two cores write, in the national form. */
#include <stdio.h>
#include <string.h>

#include "stays.h"

const char *submission_key(unsigned number, char key[SUBMISSION_KEY_SIZE])
{
    snprintf(key, SUBMISSION_KEY_SIZE, "submission-%08u", number);
    return key;
}

static struct text keep(struct arena *arena, const char *value)
{
    struct text copy = arena_copy(arena, text_of(value));

    CHECK(copy.at != NULL);
    return copy;
}

static struct record *group(struct arena *arena, struct record *root, const char *name)
{
    struct record *node = record_add(arena, root, name, (struct text){"", 0});

    CHECK(node != NULL);
    return node;
}

void document_add(struct arena *arena, struct record *root, const char *name, const char *value)
{
    CHECK(record_add(arena, root, name, keep(arena, value)) != NULL);
}

void document_money(struct arena *arena, struct record *root, const char *name,
                    struct money money)
{
    char yuan[MONEY_TEXT_SIZE];

    document_add(arena, root, name, money_format(money, yuan));
}

static const char *const institutions[STAYS] = {"H44990000001", "H44990000002"};
static const char *const numbers[STAYS] = {"ZY2026-000731", "ZY2026-000877"};

const char *stay_trace(unsigned stay)
{
    static const char *const traces[STAYS] = {"H44990000001/ZY2026-000731",
                                              "H44990000002/ZY2026-000877"};

    return traces[stay];
}

unsigned stay_of(const struct bytes *content)
{
    struct arena *arena = arena_new(SIM_MEMORY);
    struct text number;
    unsigned stay;

    CHECK(arena != NULL &&
          record_text(bytes_read(content, arena), "reference/stayNumber", &number));
    stay = text_is(number, numbers[1]);
    arena_free(arena);
    return stay;
}

struct record *document_new(struct arena *arena, unsigned action, unsigned stay)
{
    struct record *root = record_new(arena, action_name(action).english);
    struct record *reference;

    CHECK(root != NULL);
    reference = group(arena, root, "reference");
    document_add(arena, reference, "treatingRegion", "440100");
    document_add(arena, reference, "insuredRegion", "520100");
    document_add(arena, reference, "institution", institutions[stay]);
    document_add(arena, reference, "stayNumber", numbers[stay]);
    return root;
}

struct record *document_filing(struct arena *arena, unsigned action, const char *number)
{
    struct record *root = record_new(arena, action_name(action).english);
    struct record *reference;

    CHECK(root != NULL);
    reference = group(arena, root, "reference");
    document_add(arena, reference, "treatingRegion", "440000");
    document_add(arena, reference, "insuredRegion", "520100");
    document_add(arena, reference, "filingNumber", number);
    return root;
}

void document_person(struct arena *arena, struct record *root)
{
    struct record *person = group(arena, root, "person");

    document_add(arena, person, "name", "田㛃");
    document_add(arena, person, "identityNumber", "529900199003150021");
}

static void add_registration(struct world *world, struct arena *arena, struct record *root)
{
    bool injury = world->insurance == INSURANCE_INJURY;

    document_add(arena, root, "insurance", injury ? "injury" : "medical");
    document_person(arena, root);
    document_add(arena, root, "visitKind", world->inpatient ? "inpatient" : "outpatient");
    document_add(arena, root, "institutionName", "粤测试市人民医院");
    document_add(arena, root, "admittedOn", "2026-03-02");
    document_add(arena, group(arena, root, "diagnosis"), "code", "S82.2");
    if (injury) {
        document_add(arena, root, "recognitionNumber", "2026-0731");
        document_add(arena, root, "service", "MED");
    }
}

/* A line of its batch; some of it is outside what is insured. */
static void add_line(struct arena *arena, struct record *root, unsigned batch, unsigned index)
{
    struct record *line = group(arena, root, "line");
    int64_t amount = 1000 + (int64_t)batch * 700 + (int64_t)index * 1300;
    int64_t own = index % 3 * 100;
    char number[STAY_NUMBER_SIZE];

    snprintf(number, sizeof(number), "M%04u", batch * 100 + index);
    document_add(arena, line, "number", number);
    document_add(arena, line, "on", "2026-03-02");
    document_add(arena, line, "item", "C1407012580000105200");
    document_add(arena, line, "quantity", "1");
    document_money(arena, line, "price", (struct money){amount});
    document_money(arena, line, "amount", (struct money){amount});
    document_money(arena, line, "ownPay", (struct money){own});
    document_add(arena, line, "overLimit", "0.00");
    document_add(arena, line, "prePay", "0.00");
    document_money(arena, line, "inScope", (struct money){amount - own});
}

static void add_lines(struct arena *arena, struct record *root, unsigned batch)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", batch);
    document_add(arena, root, "batch", text);
    for (unsigned i = 1; i <= 1 + batch % 3; i++)
        add_line(arena, root, batch, i);
}

/* By the key of the request, unless it is a core that does not name any. */
static void add_original(const struct world *world, struct arena *arena, struct record *root,
                         unsigned about)
{
    struct record *original = group(arena, root, "original");
    char key[SUBMISSION_KEY_SIZE];

    document_add(arena, original, "action", action_name(about).english);
    if (!world->nameless && world->hospital->about_number != 0)
        document_add(arena, original, "key",
                     submission_key(world->hospital->about_number, key));
}

void document_handle(struct arena *arena, struct record *root, const char *serial)
{
    document_add(arena, group(arena, root, "handle"), "serial", serial);
}

struct record *document_question(struct world *world, struct arena *arena, unsigned action,
                                 unsigned about)
{
    struct record *root = document_new(arena, action,
                                       (unsigned)(world->hospital - world->hospitals));

    switch (action) {
    case ACTION_IDENTIFY:
        document_add(arena, root, "insurance",
                     world->insurance == INSURANCE_INJURY ? "injury" : "medical");
        document_person(arena, root);
        document_add(arena, root, "on", "2026-03-02");
        break;
    case ACTION_REGISTER:
        add_registration(world, arena, root);
        break;
    case ACTION_LINES:
        add_lines(arena, root, world->hospital->batch);
        break;
    case ACTION_LINES_UNDO:
        document_add(arena, root, "batch", "1");
        document_add(arena, root, "all", "true");
        break;
    case ACTION_DISCHARGE:
        document_add(arena, root, "dischargedOn", "2026-03-06");
        break;
    case ACTION_PRESETTLE:
    case ACTION_SETTLE:
        document_money(arena, root, "total", world->hospital->total);
        break;
    case ACTION_CANCEL:
        document_add(arena, root, "settlementNumber", world->hospital->settlement_number);
        break;
    case ACTION_REVERSE:
    case ACTION_QUERY:
        add_original(world, arena, root, about);
        break;
    case ACTION_FALLBACK:
        document_add(arena, root, "reason", "STL-F09");
        break;
    case ACTION_CONFIRM:
        document_add(arena, root, "original", "settle");
        break;
    default:
        break;
    }
    return root;
}

struct record *document_answer(struct arena *arena, unsigned question, bool ok, unsigned stay)
{
    struct record *root = document_new(arena, stay_answer_action(question), stay);
    struct record *result = group(arena, root, "result");

    document_add(arena, result, "verdict", ok ? "ok" : "rejected");
    if (!ok)
        document_add(arena, result, "code", "STL-N20");
    return root;
}

static struct money asked_for(const struct record *request, const char *name)
{
    struct money money = {0};

    return record_money(request, name, &money) ? money : (struct money){0};
}

/* Who pays: seven tenths of what is in scope the fund, one the account, the rest the person; of
 * work injury all that is in scope. */
void document_amounts(struct arena *arena, struct record *root, const struct record *request,
                      const struct tariff *tariff, struct money *owed)
{
    struct record *amounts = group(arena, root, "amounts");
    bool injury = tariff->insurance == INSURANCE_INJURY;
    int64_t sign = tariff->given_back ? -1 : 1;
    int64_t total = asked_for(request, "total").fen;
    int64_t own = asked_for(request, "ownPay").fen;
    int64_t scope = asked_for(request, "inScope").fen;
    int64_t fund = injury ? scope : scope * 7 / 10;
    int64_t account = injury ? 0 : scope / 10;
    int64_t cash = total - fund - account;

    document_money(arena, amounts, "total", (struct money){sign * total});
    document_money(arena, amounts, "ownPay", (struct money){sign * own});
    document_money(arena, amounts, "overLimit", (struct money){0});
    document_money(arena, amounts, "prePay", (struct money){0});
    document_money(arena, amounts, "inScope", (struct money){sign * scope});
    if (!injury)
        document_money(arena, amounts, "basicPool", (struct money){sign * fund});
    document_money(arena, amounts, "fund", (struct money){sign * fund});
    document_money(arena, amounts, "personal", (struct money){sign * (account + cash)});
    document_money(arena, amounts, "account", (struct money){sign * account});
    document_money(arena, amounts, "cash", (struct money){sign * cash + tariff->wrong_fen});
    document_money(arena, amounts, "hospital", (struct money){0});
    owed->fen = fund + account;
}
