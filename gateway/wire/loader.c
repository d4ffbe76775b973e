/* loader.c - deny by default; a thread that loads a schema sees one folder. */
#include "wire/loader.h"

#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/uri.h>
#include <libxml/xmlIO.h>

static _Thread_local const char *open_folder; /* NULL: nothing may be read */
static atomic_size_t refused;

/* The absolute path without links, if it lies below the open folder. */
static bool resolve(const char *url, char path[PATH_MAX])
{
    size_t folder_size = strlen(open_folder);
    const char *local = strncmp(url, "file://", 7) == 0 ? url + 7 : url;
    char *plain = xmlURIUnescapeString(local, 0, NULL);
    bool ok = plain != NULL && realpath(plain, path) != NULL;

    xmlFree(plain);
    return ok && strncmp(path, open_folder, folder_size) == 0 && path[folder_size] == '/';
}

static bool read_fully(int fd, char *bytes, size_t size)
{
    size_t got = 0;

    while (got < size) {
        ssize_t n = read(fd, bytes + got, size - got);
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    return true;
}

/* The library reads schemas with entities switched on, so a declaration must not get that far.
 */
static bool read_file(const char *path, char **bytes, size_t *size)
{
    struct stat about;
    bool ok = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    *bytes = NULL;
    if (fd < 0)
        return false;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size <= 0 ||
        about.st_size > LOADER_FILE_MAX)
        goto out;
    *size = (size_t)about.st_size;
    *bytes = malloc(*size);
    ok = *bytes != NULL && read_fully(fd, *bytes, *size) &&
         memmem(*bytes, *size, "<!DOCTYPE", 9) == NULL;
out:
    close(fd);
    return ok;
}

static xmlParserInputPtr input_of_file(const char *path, xmlParserCtxtPtr context)
{
    xmlParserInputBufferPtr buffer = NULL;
    xmlParserInputPtr input = NULL;
    char *bytes = NULL;
    size_t size = 0;

    if (read_file(path, &bytes, &size))
        buffer = xmlParserInputBufferCreateMem(bytes, (int)size, XML_CHAR_ENCODING_NONE);
    free(bytes);
    if (buffer == NULL)
        return NULL;
    input = xmlNewIOInputStream(context, buffer, XML_CHAR_ENCODING_NONE);
    if (input == NULL) {
        xmlFreeParserInputBuffer(buffer);
        return NULL;
    }
    /* the base of relative names inside this file */
    input->filename = (char *)xmlCanonicPath((const xmlChar *)path);
    if (input->filename != NULL)
        return input;
    xmlFreeInputStream(input);
    return NULL;
}

static xmlParserInputPtr load(const char *url, const char *id, xmlParserCtxtPtr context)
{
    char path[PATH_MAX];
    xmlParserInputPtr input = NULL;

    (void)id;
    if (open_folder != NULL && url != NULL && resolve(url, path))
        input = input_of_file(path, context);
    if (input == NULL)
        atomic_fetch_add(&refused, 1);
    return input;
}

void loader_install(void)
{
    xmlSetExternalEntityLoader(load);
}

void loader_open(const char *folder)
{
    CHECK(open_folder == NULL);
    open_folder = folder;
}

void loader_close(void)
{
    open_folder = NULL;
}

size_t loader_refused_count(void)
{
    return atomic_load(&refused);
}
