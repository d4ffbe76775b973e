/*
 * bench.h - what the programs of `make bench` share: time, samples, lines, files.
 *
 * A bench prints figures and never fails because of one; it stops only where something did not
 * work at all. Times are monotonic nanoseconds. Not for threads, except bench_now.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

uint64_t bench_now(void);
/* From now on bench_now is the processor time of the calling thread: what neighbours cannot
 * change much, and without the waits for the disk. */
void bench_use_processor_time(void);

/* One measured thing. The name is printed as it is. */
struct samples {
    const char *name;
    uint64_t *ns;
    size_t count;
    size_t count_max;
};

struct samples samples_new(const char *name, size_t count_max);
/* More than count_max are dropped. */
void samples_add(struct samples *samples, uint64_t ns);
void samples_free(struct samples *samples);
/* Sorts. `permille` 0 is the smallest, 500 the median, 990 the 99th percentile. No samples: 0.
 */
uint64_t samples_at(struct samples *samples, unsigned permille);
/* "  name   min   median   p99", in microseconds with one decimal. */
void samples_head(const char *title);
void samples_line(struct samples *samples);
void bench_line(const char *name, uint64_t ns); /* one number in the column of medians */

/* a / b in hundredths: prints "1.23". */
void bench_ratio(uint64_t a, uint64_t b, char text[24]);

/* Ends the program if !ok, saying what did not work and why. err may be NULL. */
void bench_need(bool ok, const char *what, const struct error *err);
/* The whole file in the arena, a NUL behind it. */
struct text bench_file(struct arena *arena, const char *path);
/* rm -r of a folder that this bench made (one level of files). */
void bench_remove_folder(const char *path);

#endif
