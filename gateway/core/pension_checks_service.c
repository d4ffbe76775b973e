/* pension_checks_service.c - checks of the forms of soldiers. */
#include "core/pension_issue.h"
#include "core/pension_periods.h"
#include "core/pension_pooled.h"

enum { SERVICE_RATE = 800 /* 8 %: the person's part of the subsidy */ };

void pension_check_sum(const struct pension_form *form, int64_t fen, int64_t sum,
                       const char *code, bool hard, struct pension_issues *issues)
{
    int64_t tolerance = pension_check_rule(form, "PEN-C05-TOL", 100) +
                        pension_check_rule(form, "PEN-C05-ROW", 12) * (int64_t)form->row_count;
    int64_t permille = pension_check_rule(form, "PEN-C05-HARD", 10);
    int64_t off = pension_distance(fen * PENSION_WHOLE, sum);
    int64_t limit;

    if (off <= tolerance * PENSION_WHOLE)
        return;
    if (permille > 1000)
        permille = 1000;
    limit = sum / 1000 * permille + sum % 1000 * permille / 1000;
    pension_issue_add(issues, code, hard && off > limit, 0);
}

/* Every row is of the service: what was paid elsewhere stays on the form of that place. */
void pension_check_service_rows(const struct pension_form *form, const char *code, bool hard,
                                struct pension_issues *issues)
{
    for (size_t i = 0; i < form->row_count; i++)
        if (form->rows[i].region != PENSION_SERVICE_REGION)
            pension_issue_add(issues, code, hard, i + 1);
    if (form->row_count == 0)
        pension_issue_add(issues, code, hard, 0);
}

/* 8 % of the wage of every month of the service, as the pooled part is 12 % (PEN-C05). The
 * finance office keeps no account, so there is no interest. */
void pension_check_service_account(const struct pension_form *form, const char *code, bool hard,
                                   struct pension_issues *issues)
{
    int64_t sum;

    if (!form->boxes_read)
        return;
    if (!pension_share_exact(form, SERVICE_RATE, &sum))
        pension_issue_add(issues, code, hard, 0);
    else
        pension_check_sum(form, form->boxes[ACCOUNT], sum, code, hard, issues);
}
