/* fault.h - what fault.c records, and what a program under it may say and ask. */
#ifndef SUPPORT_FAULT_H
#define SUPPORT_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_kind {
    FAULT_WRITE = 1,
    FAULT_FLUSH = 2,
    FAULT_DURABLE_WRITE = 3,
    FAULT_ACKNOWLEDGED = 4 /* `offset` is what the program said */
};

struct fault_record {
    uint64_t kind; /* enum fault_kind */
    uint64_t offset;
    uint64_t size; /* bytes that follow */
};

/* Found with dlsym: they exist only under LD_PRELOAD. */
bool fault_fired(void);
void fault_acknowledge(uint64_t number);

#endif
