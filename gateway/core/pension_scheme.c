/* pension_scheme.c - the conditions of a change between the two schemes. */
#include "core/pension_scheme.h"

static const struct name texts[] = {
    {"the change is allowed", "可以办理衔接"},
    {"the statutory retirement age is not reached", "未达到职工法定退休年龄"},
    {"fewer months as an employee than a pension needs",
     "职工养老保险缴费年限不足最低缴费年限"},
    {"enough months as an employee for a pension of that scheme",
     "职工养老保险缴费年限已满最低缴费年限"},
    {"draws a pension already", "已领取养老保险待遇"},
};
_Static_assert(COUNT_OF(texts) == SCHEME_ANSWERS, "every answer has its sentence");

struct name scheme_text(enum scheme_answer answer)
{
    static const struct name unknown = {"unknown", "未知"};

    return (unsigned)answer < COUNT_OF(texts) ? texts[answer] : unknown;
}

enum scheme_answer scheme_change(enum scheme_direction direction,
                                 const struct retirement *retirement, int32_t employee_months,
                                 bool drawing, struct day today)
{
    bool enough = employee_months >= retirement->minimum_months;

    if (drawing)
        return SCHEME_DRAWING;
    if (!retirement_reached(retirement, today))
        return SCHEME_YOUNG;
    if (direction == TO_EMPLOYEES)
        return enough ? SCHEME_ALLOWED : SCHEME_SHORT;
    return enough ? SCHEME_ENOUGH : SCHEME_ALLOWED;
}

bool scheme_boxes_right(const struct pension_form *form)
{
    return form->boxes_read && form->boxes[POOLED] == 0 &&
           form->boxes[TOTAL] == form->boxes[ACCOUNT];
}
