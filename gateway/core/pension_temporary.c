/* pension_temporary.c - the flow pension.temporary: its tables, its pairs, the consent. */
#include "core/pension_temporary.h"

#include "core/flow_clock.h"
#include "core/pension_documents.h"
#include "core/pension_event.h"
#include "core/pension_kind.h"
#include "core/pension_steps.h"
#include "core/pension_takeover.h"
#include "core/pension_transfer.h"

enum { CONSENT = TEMPORARY_CONSENT };

#define CONS FLOW_CLOCK(CLOCK_CONSENT)

/* IN says whether it has booked money; where it has none, the case is over. */
#define WITHDRAWN(from)                                                                        \
    STEP(from, THEIRS, WITHDRAWAL, NO_MONEY, CANCELLED, REPLY, WITHDRAWAL, 0, 0),              \
        STEP(from, THEIRS, WITHDRAWAL, ALWAYS, SAME, REPLY, WITHDRAWAL, 0, 0)
#define TOO_LATE(from) STEP(from, THEIRS, WITHDRAWAL, ALWAYS, SAME, REPLY, WITHDRAWAL, 0, 0)

/* 转入地. It never returns a letter once it has consented. D2 begins with the receipt of the
 * consent at OUT, at both. */
static const struct flow_step steps_in[] = {
    REFUSE(ANY, OURS, MONEY, MONEYLESS, "PEN-S01"),
    REFUSE(ANY, THEIRS, ADVICE, MONEYLESS, "PEN-S01"),

    REFUSE(OPENING, THEIRS, LETTER, ELSEWHERE, "PEN-R08"),
    STEP(OPENING, THEIRS, LETTER, ALWAYS, LETTER_HELD, 0, LETTER, CONS, 0),
    STEP(LETTER_HELD, OURS, ACCEPTANCE, ALWAYS, ACCEPTED, ACCEPTANCE, 0, 0, CONS),
    STEP(LETTER_HELD, OURS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, LETTER_RETURN, 0, AGAIN,
         CONS),
    STEP(LETTER_RETURNED, THEIRS, LETTER, ALWAYS, LETTER_HELD, 0, LETTER, CONS, AGAIN),
    STEP(LETTER_RETURNED, THEIRS, REFUSAL, ALWAYS, REFUSED, 0, REFUSAL, 0, 0),
    STEP(ACCEPTED, VERDICT, ACCEPTANCE, TAKEN, ACCEPTED, 0, 0, D2, 0),
    STEP(INFO_ONLY, VERDICT, ACCEPTANCE, TAKEN, INFO_ONLY, 0, 0, D2, 0),   /* crossing */
    STEP(MONEY_ONLY, VERDICT, ACCEPTANCE, TAKEN, MONEY_ONLY, 0, 0, D2, 0), /* crossing */
    STEP(DISPUTE, VERDICT, ACCEPTANCE, TAKEN, DISPUTE, 0, 0, D2, 0),       /* crossing */

    FORM_ARRIVES(ACCEPTED, 0, 0),
    STEP(MONEY_ONLY, THEIRS, FORM, CHECKS_FAIL, DISPUTE, FORM_RETURN, 0, CORR, D2 | FUND),
    STEP(MONEY_ONLY, THEIRS, FORM, EQUAL, BOTH, 0, FORM, D3, D2 | FUND),
    STEP(MONEY_ONLY, THEIRS, FORM, DIFFER, DISPUTE, FORM_RETURN, FORM, CORR, D2 | FUND),
    FORM_ARRIVES(DISPUTE, 0, CORR),
    STEP(INFO_ONLY, OURS, FORM_RETURN, ALWAYS, DISPUTE, FORM_RETURN, 0, CORR, 0),
    STEP(BOTH, OURS, FORM_RETURN, ALWAYS, DISPUTE, FORM_RETURN, 0, CORR, D3),

    STEP(ACCEPTED, OURS, MONEY, ALWAYS, MONEY_ONLY, 0, 0, FUND, 0),
    STEP(MONEY_ONLY, OURS, MONEY, ALWAYS, MONEY_ONLY, 0, 0, 0, 0),
    STEP(INFO_ONLY, OURS, MONEY, EQUAL, BOTH, 0, 0, D3, D2 | FUND),
    STEP(INFO_ONLY, OURS, MONEY, DIFFER, DISPUTE, FORM_RETURN, 0, CORR, D2 | FUND),
    STEP(DISPUTE, OURS, MONEY, EQUAL, BOTH, 0, 0, D3, D2 | FUND | CORR),
    STEP(DISPUTE, OURS, MONEY, ALWAYS, DISPUTE, 0, 0, 0, D2 | FUND),
    STEP(DISPUTE, OURS, BACK, EQUAL, BOTH, BACK, 0, D3, D2 | FUND | CORR),
    STEP(DISPUTE, OURS, BACK, ALWAYS, DISPUTE, BACK, 0, 0, 0),

    PASS(ACCEPTED, ADVICE),
    PASS(INFO_ONLY, ADVICE),
    PASS(MONEY_ONLY, ADVICE),
    PASS(BOTH, ADVICE),
    PASS(DISPUTE, ADVICE),
    PASS(REVERSING, ADVICE), /* crossing */
    PASS(LINKED, ADVICE),    /* crossing */
    PASS(CLEARING, ADVICE),  /* crossing */
    PASS(CLOSED, ADVICE),    /* crossing */

    STEP(BOTH, OURS, COMPLETION, OVERLAP, CLEARING, COMPLETION, 0, CLEAR, D3),
    STEP(BOTH, OURS, COMPLETION, ALWAYS, LINKED, COMPLETION, 0, 0, D3),
    STEP(LINKED, VERDICT, COMPLETION, TAKEN, CLOSED, 0, 0, 0, 0),
    STEP(CLEARING, OURS, CLEARED, ALWAYS, CLOSED, CLEARED, 0, 0, CLEAR),

    WITHDRAWN(LETTER_HELD),
    WITHDRAWN(LETTER_RETURNED),
    WITHDRAWN(ACCEPTED),
    WITHDRAWN(INFO_ONLY),
    WITHDRAWN(DISPUTE),
    TOO_LATE(MONEY_ONLY),
    TOO_LATE(BOTH),
    TOO_LATE(LINKED),    /* crossing */
    TOO_LATE(CLEARING),  /* crossing */
    TOO_LATE(CLOSED),    /* crossing */
    TOO_LATE(REVERSING), /* crossing */

    REVERSAL_OPENS(OURS, REVERSAL, 0),
    REVERSAL_OPENS(THEIRS, 0, REVERSAL),
    REVERSES(DISPUTE, OURS, ALWAYS, REVERSAL, 0, D2 | FUND | CORR),
    REVERSES(ACCEPTED, THEIRS, ALWAYS, 0, REVERSAL, D2),
    REVERSES(INFO_ONLY, THEIRS, ALWAYS, 0, REVERSAL, D2 | FUND),
    REVERSES(MONEY_ONLY, THEIRS, ALWAYS, 0, REVERSAL, D2 | FUND),
    REVERSES(BOTH, THEIRS, ALWAYS, 0, REVERSAL, D3),
    REVERSES(DISPUTE, THEIRS, ALWAYS, 0, REVERSAL, D2 | FUND | CORR),
    PASS(REVERSING, REVERSAL), /* crossing */
    PASS(CANCELLED, REVERSAL), /* crossing */
    PASS(REVERSING, FORM),     /* crossing */
    REVERSAL_ANSWERED,
    STEP(REVERSING, OURS, BACK, REVERSED | AGREED, REVERSING, BACK, 0, MEND, REV),
    STEP(REVERSING, OURS, BACK, AGREED, REVERSING, BACK, 0, 0, 0),
    REFUSE(REVERSING, OURS, BACK, ALWAYS, "FLW-01"),
    STEP(REVERSING, THEIRS, COMPLETION, REVERSED, CANCELLED, 0, COMPLETION, 0, 0),
    REFUSE(REVERSING, THEIRS, COMPLETION, ALWAYS, "PEN-R22"),
    PASS(CANCELLED, COMPLETION),

    PASS(ANY, NOTICE),
    PASS(ANY, CERTIFICATE),
    TALK,
};

/* A withdrawal came to nothing: back to where letter, consent and form say. Money was not sent
 * from here, or there would have been none. */
#define GO_BACK(source, action, guard, core)                                                   \
    STEP(WITHDRAWING, source, action, guard | LETTER_BACK, LETTER_RETURNED, 0, core, AGAIN,    \
         0),                                                                                   \
        STEP(WITHDRAWING, source, action, guard | FORM_BACK, DISPUTE, 0, core, CORR, 0),       \
        STEP(WITHDRAWING, source, action, guard | HAS_FORM, INFO_ONLY, 0, core, 0, 0),         \
        STEP(WITHDRAWING, source, action, guard | CONSENT, ACCEPTED, 0, core, 0, 0),           \
        STEP(WITHDRAWING, source, action, guard, LETTER_HELD, 0, core, CONS, 0)

/* 转出地: it holds the temporary account. */
static const struct flow_step steps_out[] = {
    REFUSE(ANY, OURS, ADVICE, MONEYLESS, "PEN-S01"),
    REFUSE(ACTIVE, OURS, WITHDRAWAL, HAS_MONEY, "PEN-W01"),
    REFUSE(BOTH, OURS, WITHDRAWAL, ALWAYS, "PEN-W01"), /* no money moves: the form was all */
    REFUSE(NEW, OURS, REMINDER, ALWAYS, "FLW-01"),     /* the other side knows nothing yet */
    REFUSE(NEW, OURS, QUERY, ALWAYS, "FLW-01"),

    REFUSE(OPENING, OURS, APPLICATION, ELSEWHERE, "PEN-R08"),
    STEP(OPENING, OURS, APPLICATION, ALWAYS, NEW, 0, 0, D1, 0),
    STEP(NEW, OURS, REFUSAL, ALWAYS, REFUSED, 0, 0, 0, D1),
    STEP(NEW, OURS, LETTER, ALWAYS, LETTER_SENT, LETTER, 0, 0, D1),

    STEP(LETTER_SENT, VERDICT, LETTER, TAKEN, LETTER_HELD, 0, 0, CONS, 0),
    STEP(LETTER_SENT, VERDICT, LETTER, NOT_TAKEN, LETTER_RETURNED, 0, LETTER_RETURN, AGAIN, 0),
    STEP(WITHDRAWING, VERDICT, LETTER, NOT_TAKEN, WITHDRAWING, 0, LETTER_RETURN, 0, 0),

    STEP(LETTER_SENT, THEIRS, ACCEPTANCE, ALWAYS, ACCEPTED, 0, ACCEPTANCE, D2,
         0), /* crossing */
    STEP(LETTER_HELD, THEIRS, ACCEPTANCE, ALWAYS, ACCEPTED, 0, ACCEPTANCE, D2, CONS),
    STEP(WITHDRAWING, THEIRS, ACCEPTANCE, ALWAYS, WITHDRAWING, 0, ACCEPTANCE, D2,
         CONS), /* crossing */
    STEP(LETTER_SENT, THEIRS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, 0, LETTER_RETURN, AGAIN,
         0), /* crossing */
    STEP(LETTER_HELD, THEIRS, LETTER_RETURN, ALWAYS, LETTER_RETURNED, 0, LETTER_RETURN, AGAIN,
         CONS),
    STEP(WITHDRAWING, THEIRS, LETTER_RETURN, ALWAYS, WITHDRAWING, 0, LETTER_RETURN, 0,
         CONS), /* crossing */
    STEP(LETTER_RETURNED, OURS, LETTER, ALWAYS, LETTER_SENT, LETTER, 0, 0, AGAIN),
    STEP(LETTER_RETURNED, OURS, REFUSAL, ALWAYS, REFUSED, REFUSAL, 0, 0, AGAIN),
    STEP(REFUSED, VERDICT, REFUSAL, NO_CASE_THERE, REFUSED, 0, 0, 0, 0),

    STEP(ACCEPTED, OURS, FORM, MONEYLESS, BOTH, FORM, 0, D3, D2),
    STEP(ACCEPTED, OURS, FORM, ALWAYS, INFO_ONLY, FORM, 0, 0, 0),
    STEP(MONEY_ONLY, OURS, FORM, ALWAYS, BOTH, FORM, 0, D3, D2),
    STEP(DISPUTE, OURS, FORM, MONEYLESS, BOTH, FORM, 0, D3, D2 | CORR),
    STEP(DISPUTE, OURS, FORM, NO_MONEY, INFO_ONLY, FORM, 0, FUND, CORR),
    STEP(DISPUTE, OURS, FORM, ALWAYS, BOTH, FORM, 0, D3, D2 | CORR),
    STEP(ACCEPTED, OURS, ADVICE, ALWAYS, MONEY_ONLY, ADVICE, 0, 0, 0),
    STEP(MONEY_ONLY, OURS, ADVICE, ALWAYS, MONEY_ONLY, ADVICE, 0, 0, 0),
    STEP(INFO_ONLY, OURS, ADVICE, ALWAYS, BOTH, ADVICE, 0, D3, D2 | FUND),
    STEP(BOTH, OURS, ADVICE, ALWAYS, BOTH, ADVICE, 0, 0, 0),
    STEP(DISPUTE, OURS, ADVICE, ALWAYS, DISPUTE, ADVICE, 0, 0, D2),

    STEP(ACCEPTED, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),
    STEP(INFO_ONLY, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),
    STEP(MONEY_ONLY, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),
    STEP(BOTH, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),
    STEP(DISPUTE, OURS, NOTICE, ALWAYS, SAME, NOTICE, 0, 0, D2P),
    STEP(LETTER_HELD, OURS, CERTIFICATE, ALWAYS, SAME, CERTIFICATE, 0, 0, 0),
    STEP(ACCEPTED, OURS, CERTIFICATE, ALWAYS, SAME, CERTIFICATE, 0, 0, 0),
    STEP(INFO_ONLY, OURS, CERTIFICATE, ALWAYS, SAME, CERTIFICATE, 0, 0, 0),
    STEP(MONEY_ONLY, OURS, CERTIFICATE, ALWAYS, SAME, CERTIFICATE, 0, 0, 0),

    STEP(INFO_ONLY, THEIRS, FORM_RETURN, ALWAYS, DISPUTE, 0, FORM_RETURN, CORR, FUND),
    STEP(BOTH, THEIRS, FORM_RETURN, ALWAYS, DISPUTE, 0, FORM_RETURN, CORR, D3),
    STEP(DISPUTE, THEIRS, FORM_RETURN, ALWAYS, DISPUTE, 0, FORM_RETURN, CORR, 0),
    PASS(WITHDRAWING, FORM_RETURN), /* crossing */
    PASS(REVERSING, FORM_RETURN),   /* crossing */
    STEP(INFO_ONLY, VERDICT, FORM, NOT_TAKEN, DISPUTE, 0, FORM_RETURN, CORR, FUND),
    STEP(BOTH, VERDICT, FORM, NOT_TAKEN, DISPUTE, 0, FORM_RETURN, CORR, D3),
    STEP(WITHDRAWING, VERDICT, FORM, NOT_TAKEN, WITHDRAWING, 0, FORM_RETURN, 0, 0),
    STEP(REVERSING, VERDICT, FORM, NOT_TAKEN, REVERSING, 0, FORM_RETURN, 0, 0),
    PASS(INFO_ONLY, BACK),
    PASS(BOTH, BACK),
    PASS(DISPUTE, BACK),

    /* Money may be booked before its advice is written, and a top-up may settle a dispute. */
    STEP(INFO_ONLY, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0),
    STEP(BOTH, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0),
    STEP(DISPUTE, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0),
    STEP(WITHDRAWING, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0), /* crossing */
    STEP(REVERSING, THEIRS, COMPLETION, ALWAYS, CLOSED, 0, COMPLETION, 0, 0),   /* crossing */
    PASS(CLOSED, CLEARED),

    STEP(NEW, OURS, WITHDRAWAL, ALWAYS, CANCELLED, 0, 0, 0, D1),
    STEP(LETTER_SENT, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, 0, 0),
    STEP(LETTER_HELD, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, 0, CONS),
    STEP(LETTER_RETURNED, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, 0, AGAIN),
    STEP(ACCEPTED, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, 0, 0),
    STEP(INFO_ONLY, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, 0, FUND),
    STEP(DISPUTE, OURS, WITHDRAWAL, ALWAYS, WITHDRAWING, WITHDRAWAL, 0, 0, CORR),
    STEP(WITHDRAWING, VERDICT, WITHDRAWAL, NO_CASE_THERE, CANCELLED, 0, 0, 0, 0),
    GO_BACK(VERDICT, WITHDRAWAL, NOT_TAKEN, 0),
    STEP(WITHDRAWING, THEIRS, REPLY, AGREED, CANCELLED, 0, REPLY, 0, 0),
    GO_BACK(THEIRS, REPLY, ALWAYS, REPLY),
    PASS(CLOSED, REPLY),    /* crossing: the end came first */
    PASS(REVERSING, REPLY), /* crossing */

    REVERSAL_OPENS(OURS, REVERSAL, 0),
    REVERSAL_OPENS(THEIRS, 0, REVERSAL),
    REVERSES(DISPUTE, OURS, ALWAYS, REVERSAL, 0, D2 | CORR),
    REVERSES(INFO_ONLY, THEIRS, ALWAYS, 0, REVERSAL, D2 | FUND),
    REVERSES(MONEY_ONLY, THEIRS, ALWAYS, 0, REVERSAL, D2),
    REVERSES(BOTH, THEIRS, ALWAYS, 0, REVERSAL, D3),
    REVERSES(DISPUTE, THEIRS, ALWAYS, 0, REVERSAL, D2 | CORR),
    REVERSES(WITHDRAWING, THEIRS, ALWAYS, 0, REVERSAL, D2), /* crossing */
    PASS(REVERSING, REVERSAL),                              /* crossing */
    PASS(CANCELLED, REVERSAL),                              /* crossing */
    REVERSAL_ANSWERED,
    STEP(REVERSING, THEIRS, BACK, ALWAYS, REVERSING, 0, BACK, MEND, REV),
    STEP(REVERSING, OURS, MONEY, ALWAYS, REVERSING, 0, 0, 0, 0),
    STEP(REVERSING, OURS, COMPLETION, REVERSED | AGREED, CANCELLED, COMPLETION, 0, 0, 0),
    REFUSE(REVERSING, OURS, COMPLETION, ALWAYS, "PEN-R22"),
    PASS(CANCELLED, BACK), /* money that IN had booked all the same */
    STEP(CANCELLED, OURS, COMPLETION, ALWAYS, SAME, COMPLETION, 0, 0, 0),

    TALK,
};

static const struct flow_pair pairs[] = {
    {LETTER_HELD, LETTER_HELD},
    {LETTER_RETURNED, LETTER_RETURNED},
    {REFUSED, REFUSED},
    {ACCEPTED, ACCEPTED},
    {ACCEPTED, MONEY_ONLY},
    {MONEY_ONLY, ACCEPTED},
    {MONEY_ONLY, MONEY_ONLY},
    {INFO_ONLY, INFO_ONLY},
    {INFO_ONLY, BOTH},
    {BOTH, INFO_ONLY},
    {BOTH, BOTH},
    {BOTH, DISPUTE},
    {DISPUTE, DISPUTE},
    {REVERSING, REVERSING},
    {REVERSING, CANCELLED},
    {CANCELLED, CANCELLED},
    {CLEARING, CLOSED},
    {CLOSED, CLOSED},
};

/* The consent says where the money goes to; it excludes nothing, that is OUT's to say. */
static void read_consent(const struct flow_situation *situation, struct flow_facts *facts)
{
    struct text account;

    pension_reference_read(situation, facts);
    if (facts->refusal == NULL &&
        !record_text(situation->event->body, "bank/account", &account))
        pension_unfit(facts, "PEN-R14", "the consent names no account for the money");
}

static bool read_event(const struct flow_situation *situation, struct flow_facts *facts,
                       struct flow_decision *decision, struct error *err)
{
    const struct flow_event *event = situation->event;

    if (event->source == EVENT_RECEIPT || event->body == NULL)
        return pension_event_read(situation, facts, decision, err);
    if (event->action == ACTION_ACCEPTANCE) {
        read_consent(situation, facts);
        return true;
    }
    /* It crossed a reversal, which was answered already. */
    if (event->action == ACTION_WITHDRAWAL_ANSWER &&
        situation->before->state == PENSION_REVERSAL) {
        pension_reference_read(situation, facts);
        return true;
    }
    return pension_event_read(situation, facts, decision, err);
}

static unsigned guards(const struct flow_situation *situation, const struct flow_facts *facts)
{
    struct flow_case copy = *situation->before;

    return flow_guards(situation, facts) |
           (flow_clock_find(&copy, CLOCK_D2) != NULL ? TEMPORARY_CONSENT : 0);
}

static const struct flow_kind kinds[] = {
    {"EP-TMP", {"temporary account gathered", "临时归集"}},
};

/* Here OUT applies, and IN consents. That D2 is named is the consent, at OUT. */
static const struct flow_takeover_row letters[] = {
    {ROLE_OUT, NEW, SENT_NOTHING, 0, 0, HAS_FORM | HAS_MONEY, D1, 0},
    {ROLE_OUT, LETTER_HELD, SENT_LETTER, 0, 0, HAS_FORM | HAS_MONEY, CONS, 0},
    {ROLE_OUT, LETTER_RETURNED, SENT_LETTER, CASE_LETTER_BACK, 0, HAS_FORM | HAS_MONEY, AGAIN,
     0},
    {ROLE_OUT, ACCEPTED, SENT_LETTER, 0, 0, HAS_FORM | HAS_MONEY, D2, D2P},
    {ROLE_IN, LETTER_HELD, SENT_LETTER, 0, 0, HAS_FORM | HAS_MONEY, CONS, 0},
    {ROLE_IN, LETTER_RETURNED, SENT_LETTER, CASE_LETTER_BACK, 0, HAS_FORM | HAS_MONEY, AGAIN,
     0},
    {ROLE_IN, ACCEPTED, SENT_LETTER, 0, 0, HAS_FORM | HAS_MONEY, D2, 0},
};

static const struct flow_takeover takeover = {.rows = letters,
                                              .count = COUNT_OF(letters),
                                              .rest = &pension_takeover_sums,
                                              .take = pension_take_over};

const struct flow pension_temporary_flow = {
    .number = FLOW_PENSION_TEMPORARY,
    .roles = {ROLE_IN, ROLE_OUT},
    .limits = "-TMP",
    .swapped_clocks = FLOW_CLOCK(CLOCK_D1) | FLOW_CLOCK(CLOCK_LETTER),
    .states = pension_states,
    .state_count = PENSION_STATES,
    .ends = PENSION_ENDS,
    .steps = {[ROLE_IN] = steps_in, [ROLE_OUT] = steps_out},
    .step_count = {[ROLE_IN] = COUNT_OF(steps_in), [ROLE_OUT] = COUNT_OF(steps_out)},
    .pairs = pairs,
    .pair_count = COUNT_OF(pairs),
    .read = read_event,
    .make = pension_document_make,
    .insurance = pension_insurance_of,
    .guards = guards,
    .revision = pension_revision_of,
    .kinds = kinds,
    .kind_count = COUNT_OF(kinds),
    .takeover = &takeover,
};
