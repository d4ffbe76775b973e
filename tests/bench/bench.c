/* bench.c - time, samples, lines, files. */
#include "bench.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static clockid_t clock_in_use = CLOCK_MONOTONIC;

void bench_use_processor_time(void)
{
    clock_in_use = CLOCK_THREAD_CPUTIME_ID;
}

uint64_t bench_now(void)
{
    struct timespec at;

    clock_gettime(clock_in_use, &at);
    return (uint64_t)at.tv_sec * 1000000000U + (uint64_t)at.tv_nsec;
}

struct samples samples_new(const char *name, size_t count_max)
{
    struct samples samples = {.name = name, .count_max = count_max};

    samples.ns = calloc(count_max, sizeof(*samples.ns));
    bench_need(samples.ns != NULL, "memory for samples", NULL);
    return samples;
}

void samples_add(struct samples *samples, uint64_t ns)
{
    if (samples->count < samples->count_max)
        samples->ns[samples->count++] = ns;
}

void samples_free(struct samples *samples)
{
    free(samples->ns);
    *samples = (struct samples){.name = samples->name};
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

uint64_t samples_at(struct samples *samples, unsigned permille)
{
    if (samples->count == 0)
        return 0;
    qsort(samples->ns, samples->count, sizeof(*samples->ns), compare);
    return samples->ns[(samples->count - 1) * permille / 1000];
}

static void print_us(uint64_t ns)
{
    printf(" %9llu.%llu", (unsigned long long)(ns / 1000),
           (unsigned long long)(ns % 1000 / 100));
}

void samples_head(const char *title)
{
    printf("\n  %-46s %11s %11s %11s\n", title, "min us", "median us", "p99 us");
}

void samples_line(struct samples *samples)
{
    printf("  %-46s", samples->name);
    print_us(samples_at(samples, 0));
    print_us(samples_at(samples, 500));
    print_us(samples_at(samples, 990));
    printf("\n");
}

void bench_line(const char *name, uint64_t ns)
{
    printf("  %-46s %11s", name, "");
    print_us(ns);
    printf("\n");
}

void bench_ratio(uint64_t a, uint64_t b, char text[24])
{
    uint64_t hundredths = b == 0 ? 0 : (a * 100 + b / 2) / b;

    snprintf(text, 24, "%llu.%02llu", (unsigned long long)(hundredths / 100),
             (unsigned long long)(hundredths % 100));
}

void bench_need(bool ok, const char *what, const struct error *err)
{
    if (ok)
        return;
    fflush(stdout);
    if (err != NULL)
        fprintf(stderr, "bench: %s: %s: %s (%s:%d)\n", what, error_name(err->code), err->text,
                err->file, err->line);
    else
        fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

struct text bench_file(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    struct text bytes = {0};
    long size = -1;
    char *at;

    bench_need(file != NULL, path, NULL);
    if (fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    bench_need(size >= 0, path, NULL);
    rewind(file);
    at = arena_alloc(arena, (size_t)size + 1);
    bench_need(at != NULL && fread(at, 1, (size_t)size, file) == (size_t)size, path, NULL);
    fclose(file);
    bytes = (struct text){at, (size_t)size};
    return bytes;
}

void bench_remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    char name[4096];

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        unlink(name);
    }
    if (folder != NULL)
        closedir(folder);
    rmdir(path);
}
