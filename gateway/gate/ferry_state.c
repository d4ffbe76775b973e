/* ferry_state.c - numbers and gaps, in memory and in their file. */
#include "gate/ferry_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"

enum { STATE_BYTES_MAX = 16 * 1024, STATE_MEMORY_MAX = 256 * 1024, NUMBER_DIGITS_MAX = 18 };

static void drop_gap(struct ferry_state *state, size_t at)
{
    state->gap_count--;
    memmove(&state->gaps[at], &state->gaps[at + 1],
            (state->gap_count - at) * sizeof(state->gaps[0]));
}

static void insert_gap(struct ferry_state *state, size_t at, const struct ferry_gap *gap)
{
    if (state->gap_count == FERRY_GAPS_MAX) {
        drop_gap(state, 0);
        at -= at > 0;
    }
    memmove(&state->gaps[at + 1], &state->gaps[at],
            (state->gap_count - at) * sizeof(state->gaps[0]));
    state->gaps[at] = *gap;
    state->gap_count++;
}

static enum ferry_arrival fill(struct ferry_state *state, uint64_t number)
{
    for (size_t i = 0; i < state->gap_count; i++) {
        struct ferry_gap *gap = &state->gaps[i];
        struct ferry_gap behind = {number + 1, gap->to, gap->since};

        if (number < gap->from || number > gap->to)
            continue;
        if (gap->from == gap->to) {
            drop_gap(state, i);
        } else if (number == gap->from) {
            gap->from++;
        } else {
            gap->to = number - 1;
            if (behind.from <= behind.to)
                insert_gap(state, i + 1, &behind);
        }
        return FERRY_FILLED;
    }
    return FERRY_AGAIN;
}

enum ferry_arrival ferry_note(struct ferry_state *state, uint64_t number, struct instant now)
{
    struct ferry_gap gap = {state->seen + 1, number - 1, now};

    if (number <= state->seen)
        return fill(state, number);
    state->seen = number;
    if (gap.from > gap.to)
        return FERRY_NEXT;
    insert_gap(state, state->gap_count, &gap);
    return FERRY_GAP;
}

void ferry_give_up(struct ferry_state *state, struct instant then)
{
    for (size_t i = state->gap_count; i > 0; i--) {
        if (instant_before(state->gaps[i - 1].since, then))
            drop_gap(state, i - 1);
    }
}

uint64_t ferry_missing(const struct ferry_state *state)
{
    uint64_t count = 0;

    for (size_t i = 0; i < state->gap_count; i++)
        count += state->gaps[i].to - state->gaps[i].from + 1;
    return count;
}

uint64_t ferry_number_of_name(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    uint64_t number = 0;

    if (digits > NUMBER_DIGITS_MAX || name[digits] != '-' ||
        !text_to_u64((struct text){name, digits}, &number))
        return 0;
    return number;
}

/* --- the file ----------------------------------------------------------------------------- */

bool ferry_state_path(const char *ledger_path, const char *party, char path[FERRY_PATH_SIZE])
{
    int size = snprintf(path, FERRY_PATH_SIZE, "%s/ferry/%s", ledger_path, party);

    return size > 0 && size < FERRY_PATH_SIZE;
}

static bool take_number(struct text *rest, uint64_t *number)
{
    return text_to_u64(text_cut(rest, ' '), number) && *number <= FERRY_NUMBER_MAX;
}

static bool take_gap(struct text *rest, struct ferry_state *state)
{
    uint64_t least = state->gap_count == 0 ? 0 : state->gaps[state->gap_count - 1].to;
    struct ferry_gap gap;
    uint64_t since;

    if (state->gap_count == FERRY_GAPS_MAX || !take_number(rest, &gap.from) ||
        !take_number(rest, &gap.to) || !take_number(rest, &since) || gap.from <= least ||
        gap.to < gap.from || gap.to >= state->seen)
        return false;
    gap.since.ms = (int64_t)since;
    state->gaps[state->gap_count++] = gap;
    return true;
}

static bool take_line(struct text line, struct ferry_state *state)
{
    struct text word = text_cut(&line, ' ');
    bool ok;

    if (text_is(word, "sent"))
        ok = take_number(&line, &state->sent);
    else if (text_is(word, "seen"))
        ok = take_number(&line, &state->seen);
    else
        ok = text_is(word, "missing") && take_gap(&line, state);
    return ok && line.size == 0;
}

bool ferry_state_load(const char *path, struct ferry_state *state, struct error *err)
{
    struct arena *arena = arena_new(STATE_MEMORY_MAX);
    struct error absent = ERROR_INIT;
    struct text rest;
    bool ok;

    *state = (struct ferry_state){0};
    if (arena == NULL)
        return fail(err, ERROR_MEMORY, "no memory for %s", path);
    if (!file_read_plain(arena, path, STATE_BYTES_MAX, &rest, &absent)) {
        arena_free(arena);
        if (absent.code == ERROR_NOT_FOUND)
            return true;
        *err = absent;
        return false;
    }
    ok = text_is(text_cut(&rest, '\n'), "qiantong-ferry 1");
    while (ok && rest.size > 0)
        ok = take_line(text_cut(&rest, '\n'), state);
    arena_free(arena);
    return ok || fail(err, ERROR_CONFIG, "%s is not a file of running numbers", path);
}

bool ferry_state_save(const char *path, const struct ferry_state *state, struct error *err)
{
    char bytes[STATE_BYTES_MAX];
    size_t size = (size_t)snprintf(bytes, sizeof(bytes),
                                   "qiantong-ferry 1\nsent %" PRIu64 "\nseen %" PRIu64 "\n",
                                   state->sent, state->seen);

    for (size_t i = 0; i < state->gap_count; i++)
        size += (size_t)snprintf(
            bytes + size, sizeof(bytes) - size, "missing %" PRIu64 " %" PRIu64 " %" PRId64 "\n",
            state->gaps[i].from, state->gaps[i].to, state->gaps[i].since.ms);
    CHECK(size < sizeof(bytes)); /* 64 lines of at most 66 bytes */
    return file_write_atomic(path, (struct text){bytes, size}, 0640, err);
}
