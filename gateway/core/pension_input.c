/* pension_input.c - the sentences. */
#include "core/pension_input.h"

#include "base/check.h"

static const struct name texts[] = {
    {"nothing is wrong", "无误"},
    {"no period of insurance is given", "没有参保缴费时段"},
    {"too many periods of insurance", "参保缴费时段过多"},
    {"not a region of six digits", "行政区划代码有误"},
    {"a month that cannot be", "年月有误"},
    {"a period ends before it begins", "缴费时段起止颠倒"},
    {"a period of residents is in more than one year", "居民缴费时段跨年度"},
    {"more months paid than the period has", "缴费月数超出时段"},
    {"an amount out of bounds", "金额超出范围"},
    {"no such pension scheme", "养老保险制度类型有误"},
    {"the sex is not known", "性别不明"},
    {"the kind of post is not known", "岗位类别不明"},
    {"the birth date is missing or in the future", "出生日期缺失或晚于当日"},
    {"the rules do not say it for that time", "规则未规定该时间的取值"},
};
_Static_assert(COUNT_OF(texts) == INPUTS, "everything that can be wrong has its sentence");

struct name pension_input_text(enum pension_input input)
{
    static const struct name unknown = {"unknown", "未知"};

    return (unsigned)input < COUNT_OF(texts) ? texts[input] : unknown;
}
