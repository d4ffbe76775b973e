/*
 * pension_resident.h - the flow pension.resident (RP-RP): a resident's pension relation follows
 * the household register, 城乡居民基本养老保险关系转移接续 (国发〔2014〕8号).
 *
 * States, tables and pairs are those of a transfer (core/pension_transfer.h): application
 * 关系转入申请表, letter 关系转入接收函, form 关系转出审批表. The whole account moves, own,
 * collective and government parts (PEN-C22, PEN-C25), nothing pooled, and money whatever
 * PEN-MONEY says of employees (PEN-MONEY-RP). Limits of its own: PEN-D1-RP, PEN-D2-RP,
 * PEN-D3-RP.
 */
#ifndef CORE_PENSION_RESIDENT_H
#define CORE_PENSION_RESIDENT_H

#include "core/flow.h"

extern const struct flow pension_resident_flow;

#endif
