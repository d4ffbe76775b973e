/*
 * test_certs.h - certificates made for one test: an authority, and what it signs.
 *
 * Everything lies as PEM in a folder of its own under $TMPDIR or /tmp, which test_folder_remove
 * deletes. Keys are P-256, made anew in each run. Failures end the test.
 */
#ifndef SUPPORT_TEST_CERTS_H
#define SUPPORT_TEST_CERTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"

enum { TEST_PATH_SIZE = 256 };

struct test_folder {
    char path[TEST_PATH_SIZE];
};

void test_folder_make(struct test_folder *folder);
/* Removes the folder with the files in it. */
void test_folder_remove(const struct test_folder *folder);
/* "<folder>/<name>"; returns out. */
const char *test_path(const struct test_folder *folder, const char *name,
                      char out[TEST_PATH_SIZE]);

struct test_authority;

/* Writes <name>.pem; valid for ever. */
struct test_authority *test_authority_new(const struct test_folder *folder, const char *name);
void test_authority_free(struct test_authority *authority);

/* Writes <name>.pem and <name>.key: for clients and for servers named localhost, 127.0.0.1. */
void test_certificate(struct test_authority *authority, const struct test_folder *folder,
                      const char *name, struct instant from, struct instant until);

#endif
