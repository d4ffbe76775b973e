/*
 * fuzz.h - what the fuzz targets share.
 *
 * A target is one file <layer>_<name>_fuzz.c for one function (or a family) that meets foreign
 * bytes. It says what must hold of every input, not only that nothing crashes; fuzz.c holds the
 * ends that libFuzzer calls. Targets run in the top folder of the project.
 *
 *   fuzz_open     once: schemas, keys, adapters
 *   fuzz_seeds    good inputs to begin with, through fuzz_seed and fuzz_seed_files
 *   fuzz_input    one input; the arena is empty again before each
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

bool fuzz_open(struct error *err);
void fuzz_seeds(void);
void fuzz_input(struct text input, struct arena *arena);

/* Prints `what` and ends the process unless it holds; the input is kept by libFuzzer. */
void fuzz_hold(bool holds, const char *what);

/* One seed, after `choice` unless that is negative: for targets whose first byte chooses. */
void fuzz_seed(int choice, struct text bytes);
/* Every file that the pattern of glob(3) names. */
void fuzz_seed_files(int choice, const char *pattern);

/* A folder of this process alone, removed at its end. */
const char *fuzz_folder(void);

/*
 * The error's text holds nothing that the document says: no run of six digits or more, no run
 * of two characters beyond ASCII. What also stands inside a tag is not looked at, for names of
 * elements may be told. `document` is UTF-8; anything else is not looked at either.
 */
void fuzz_hold_private(struct text document, const struct error *err);

#endif
