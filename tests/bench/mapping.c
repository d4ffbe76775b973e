/*
 * mapping.c - a 4 KB form through an adapter, against libxslt renaming the same fields.
 *
 *     mapping
 *
 * The stylesheets are made from the adapter's own mapping.xml: the same fields, groups and rows
 * under the same names. They only rename; types, code lists, lengths and money are checked and
 * converted by the adapter alone, so the comparison favours libxslt.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bench.h"
#include "crypt/digest.h"
#include "documents.h"
#include "wire/adapter_internal.h"
#include "wire/start.h"

#ifdef BENCH_XSLT
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxslt/transform.h>
#include <libxslt/xsltInternals.h>
#include <libxslt/xsltutils.h>

#include "wire/codec_internal.h"
#include "wire/document_internal.h"
#endif

enum { ROUNDS = 800, WARM = 50 };

enum thing {
    READ,
    WRITE,
    MAP_READ,
    MAP_WRITE,
    XSLT_READ,
    XSLT_WRITE,
    XSLT_MAP_READ,
    XSLT_MAP_WRITE,
    THINGS
};

static const char *const thing_names[THINGS] = {
    [READ] = "adapter_read: bytes to checked record",
    [WRITE] = "adapter_write: record to bytes",
    [MAP_READ] = "  of it the mapping, record to record",
    [MAP_WRITE] = "  of it the mapping, record to record",
    [XSLT_READ] = "libxslt: parse, rename, same schema check",
    [XSLT_WRITE] = "libxslt: rename, serialise",
    [XSLT_MAP_READ] = "  of it the rename, tree to tree",
    [XSLT_MAP_WRITE] = "  of it the rename, tree to tree",
};

struct run {
    const char *adapter_name;
    struct wire_schemas *schemas;
    struct adapter *adapter;
    struct arena *arena;   /* lives as long as the run */
    struct arena *scratch; /* of one call */
    struct record *ours;
    struct record *theirs;
    struct text bytes; /* theirs */
    const struct adapter_entry *entry;
    struct samples times[THINGS];
    struct xslt *xslt;
};

/* --- the adapter ----------------------------------------------------------------------------
 */

static void map(struct run *run, enum thing thing)
{
    struct mapping_head head = {.local_key = {"GZ00000000000001", 16}, .revision = 1};
    struct error err = ERROR_INIT;
    struct record *target;
    struct text lost;
    bool in = thing == MAP_READ;
    uint64_t at = bench_now();
    bool ok = mapping_run(&run->entry->plan, in ? MAPPING_TO_OURS : MAPPING_TO_THEIRS,
                          in ? run->theirs : run->ours, run->scratch, &head, &target, &lost,
                          &err);

    samples_add(&run->times[thing], bench_now() - at);
    bench_need(ok, "mapping", &err);
    if (thing == MAP_WRITE && run->theirs == NULL)
        run->theirs = target;
    arena_reset(run->scratch);
}

static void read_adapter(struct run *run)
{
    struct adapter_message message;
    struct error err = ERROR_INIT;
    uint64_t at = bench_now();
    bool ok = adapter_read(run->adapter, FROM_CORE, run->bytes, run->scratch, &message, &err);

    samples_add(&run->times[READ], bench_now() - at);
    bench_need(ok, "reading", &err);
    arena_reset(run->scratch);
}

static struct text write_adapter(struct run *run, struct arena *arena)
{
    struct adapter_message message = {.flow = FLOW_PENSION_EMPLOYEE,
                                      .action = ACTION_FORM,
                                      .revision = 1,
                                      .local_key = {"GZ00000000000001", 16},
                                      .body = run->ours};
    struct error err = ERROR_INIT;
    struct text bytes;
    uint64_t at = bench_now();
    bool ok = adapter_write(run->adapter, TO_CORE, &message, arena, &bytes, &err);

    samples_add(&run->times[WRITE], bench_now() - at);
    bench_need(ok, "writing", &err);
    return bytes;
}

#ifdef BENCH_XSLT
/* --- the stylesheets, from mapping.xml
 * -------------------------------------------------------- */

enum { PAIRS_MAX = 256, PATH_SIZE = 128, SHEET_SIZE = 128 * 1024 };

/* A field, or a row when rows is set; its fields follow with `row` naming its index + 1. */
struct pair {
    char path[2][PATH_SIZE]; /* MAPPING_TO_OURS: the national path; MAPPING_TO_THEIRS: theirs */
    bool rows;
    int row;
};

struct sheet {
    struct pair pairs[PAIRS_MAX];
    int count;
    enum mapping_way way;
    struct buffer text;
};

struct xslt {
    xsltStylesheetPtr sheets[MAPPING_WAYS];
    xmlDocPtr ours;
};

static const char *child_text(xmlNodePtr node, const char *name, char out[PATH_SIZE])
{
    out[0] = '\0';
    for (xmlNodePtr child = xmlFirstElementChild(node); child != NULL;
         child = xmlNextElementSibling(child)) {
        xmlChar *content;
        if (!xmlStrEqual(child->name, (const xmlChar *)name))
            continue;
        content = xmlNodeGetContent(child);
        snprintf(out, PATH_SIZE, "%s", (const char *)content);
        xmlFree(content);
        break;
    }
    return out;
}

static void add_pair(struct sheet *sheet, xmlNodePtr node, const char *under, int row)
{
    struct pair *pair = &sheet->pairs[sheet->count];
    char theirs[PATH_SIZE];

    child_text(node, "theirs", theirs);
    child_text(node, "ours", pair->path[MAPPING_TO_OURS]);
    if (theirs[0] == '\0' || pair->path[MAPPING_TO_OURS][0] == '\0')
        return;
    if (theirs[0] == '/')
        memmove(pair->path[MAPPING_TO_THEIRS], theirs + 1, strlen(theirs));
    else if (row == 0 && under[0] != '\0')
        bench_need(snprintf(pair->path[MAPPING_TO_THEIRS], PATH_SIZE, "%.60s/%.60s", under,
                            theirs) < PATH_SIZE,
                   "a short path", NULL);
    else
        memcpy(pair->path[MAPPING_TO_THEIRS], theirs, PATH_SIZE);
    pair->row = row;
    pair->rows = xmlStrEqual(node->name, (const xmlChar *)"rows");
    sheet->count++;
    bench_need(sheet->count < PAIRS_MAX, "room for fields", NULL);
}

static xmlNodePtr part_of(xmlNodePtr root, const char *kind, const char *name)
{
    char found[PATH_SIZE];

    for (xmlNodePtr node = xmlFirstElementChild(root); node != NULL;
         node = xmlNextElementSibling(node))
        if (xmlStrEqual(node->name, (const xmlChar *)kind) &&
            strcmp(child_text(node, "name", found), name) == 0)
            return node;
    bench_need(false, name, NULL);
    return NULL;
}

static void add_part(struct sheet *sheet, xmlNodePtr root, xmlNodePtr part, const char *under)
{
    for (xmlNodePtr node = xmlFirstElementChild(part); node != NULL;
         node = xmlNextElementSibling(node)) {
        if (xmlStrEqual(node->name, (const xmlChar *)"field"))
            add_pair(sheet, node, under, 0);
        if (xmlStrEqual(node->name, (const xmlChar *)"include")) {
            xmlChar *name = xmlNodeGetContent(node);
            add_part(sheet, root, part_of(root, "fragment", (const char *)name), under);
            xmlFree(name);
        }
        if (xmlStrEqual(node->name, (const xmlChar *)"rows")) {
            int row;
            add_pair(sheet, node, under, 0);
            row = sheet->count;
            for (xmlNodePtr field = xmlFirstElementChild(node); field != NULL;
                 field = xmlNextElementSibling(field))
                if (xmlStrEqual(field->name, (const xmlChar *)"field"))
                    add_pair(sheet, field, "", row);
        }
    }
}

/* The source path of a pair: the other side's names, national ones with a prefix. */
static void write_source(struct sheet *sheet, const struct pair *pair)
{
    bool national = sheet->way == MAPPING_TO_THEIRS;
    struct text rest = text_of(pair->path[national ? MAPPING_TO_OURS : MAPPING_TO_THEIRS]);

    while (rest.size > 0) {
        struct text name = text_cut(&rest, '/');
        buffer_string(&sheet->text, national ? "p:" : "");
        buffer_text(&sheet->text, name);
        buffer_string(&sheet->text, rest.size > 0 ? "/" : "");
    }
}

static void write_group(struct sheet *sheet, const char *prefix, int row);

static void write_leaf(struct sheet *sheet, int index, const char *name)
{
    const struct pair *pair = &sheet->pairs[index];
    struct buffer *text = &sheet->text;

    buffer_string(text, pair->rows ? "<xsl:for-each select=\"" : "<xsl:if test=\"");
    write_source(sheet, pair);
    buffer_format(text, "\"><%s>", name);
    if (pair->rows) {
        write_group(sheet, "", index + 1);
        buffer_format(text, "</%s></xsl:for-each>", name);
        return;
    }
    buffer_string(text, "<xsl:value-of select=\"");
    write_source(sheet, pair);
    buffer_format(text, "\"/></%s></xsl:if>", name);
}

/* Everything below a target path, each group once. */
static void write_group(struct sheet *sheet, const char *prefix, int row)
{
    size_t skip = strlen(prefix);
    char done[16][PATH_SIZE];
    int done_count = 0;

    for (int i = 0; i < sheet->count; i++) {
        const char *path = sheet->pairs[i].path[sheet->way];
        const char *slash;
        char group[PATH_SIZE];
        bool seen = false;
        if (sheet->pairs[i].row != row || strncmp(path, prefix, skip) != 0)
            continue;
        slash = strchr(path + skip, '/');
        if (slash == NULL) {
            write_leaf(sheet, i, path + skip);
            continue;
        }
        snprintf(group, sizeof(group), "%.*s", (int)(slash - path) + 1, path);
        for (int k = 0; k < done_count; k++)
            seen = seen || strcmp(done[k], group) == 0;
        if (seen)
            continue;
        memcpy(done[done_count++], group, PATH_SIZE);
        buffer_format(&sheet->text, "<%.*s>", (int)(slash - path - (long)skip), path + skip);
        write_group(sheet, group, row);
        buffer_format(&sheet->text, "</%.*s>", (int)(slash - path - (long)skip), path + skip);
    }
}

static xsltStylesheetPtr make_sheet(struct run *run, struct sheet *sheet, enum mapping_way way)
{
    const char *root = run->entry->plan.root[way];
    bool ours = way == MAPPING_TO_OURS;
    xmlDocPtr xml;
    xsltStylesheetPtr made;

    sheet->way = way;
    sheet->text = buffer_over(arena_alloc(run->arena, SHEET_SIZE), SHEET_SIZE);
    buffer_format(&sheet->text,
                  "<xsl:stylesheet version=\"1.0\""
                  " xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\""
                  " xmlns:p=\"urn:qiantong:pension:1\"%s exclude-result-prefixes=\"p\">"
                  "<xsl:output method=\"xml\" encoding=\"%s\"/>"
                  "<xsl:template match=\"/*\"><%s>",
                  ours ? " xmlns=\"urn:qiantong:pension:1\"" : "",
                  !ours && run->adapter->carrier.encoding == ENCODING_GB18030 ? "GB18030"
                                                                              : "UTF-8",
                  root);
    write_group(sheet, "", 0);
    buffer_format(&sheet->text, "</%s></xsl:template></xsl:stylesheet>", root);
    bench_need(!sheet->text.overflow, "room for a stylesheet", NULL);
    xml = xmlReadMemory((const char *)sheet->text.at, (int)sheet->text.size, NULL, NULL, 0);
    bench_need(xml != NULL, "the text of a stylesheet", NULL);
    made = xsltParseStylesheetDoc(xml);
    bench_need(made != NULL && made->errors == 0, "a stylesheet", NULL);
    return made;
}

static void count_leaves(xmlNodePtr node, size_t *count)
{
    for (xmlNodePtr child = xmlFirstElementChild(node); child != NULL;
         child = xmlNextElementSibling(child)) {
        if (xmlFirstElementChild(child) != NULL)
            count_leaves(child, count);
        else
            (*count)++;
    }
}

static size_t leaves_of(xmlDocPtr xml)
{
    size_t count = 0;

    count_leaves(xmlDocGetRootElement(xml), &count);
    return count;
}

static size_t leaves_of_record(const struct record *node)
{
    size_t count = 0;

    for (const struct record *child = node->first; child != NULL; child = child->next)
        count += child->first != NULL ? leaves_of_record(child) : 1;
    return count;
}

static void open_xslt(struct run *run)
{
    struct sheet *sheet = calloc(1, sizeof(*sheet));
    char path[256];
    char under[PATH_SIZE];
    struct text bytes;
    struct error err = ERROR_INIT;
    struct document *document;
    xmlDocPtr mapping;
    xmlNodePtr root;
    xmlNodePtr form;

    run->xslt = calloc(1, sizeof(*run->xslt));
    bench_need(sheet != NULL && run->xslt != NULL, "memory", NULL);
    snprintf(path, sizeof(path), "adapters/%s/mapping.xml", run->adapter_name);
    bytes = bench_file(run->arena, path);
    mapping = xmlReadMemory(bytes.at, (int)bytes.size, NULL, NULL, 0);
    bench_need(mapping != NULL, path, NULL);
    root = xmlDocGetRootElement(mapping);
    form = part_of(root, "document", "form");
    child_text(form, "under", under);
    add_part(sheet, root, form, under);
    for (unsigned way = 0; way < MAPPING_WAYS; way++)
        run->xslt->sheets[way] = make_sheet(run, sheet, way);
    bench_need(codec_write(run->ours, "urn:qiantong:pension:1", &document, &err), "a tree",
               &err);
    run->xslt->ours = xmlCopyDoc(document_xml(document), 1);
    document_free(document);
    xmlFreeDoc(mapping);
    free(sheet);
}

static void close_xslt(struct run *run)
{
    for (unsigned way = 0; way < MAPPING_WAYS; way++)
        xsltFreeStylesheet(run->xslt->sheets[way]);
    xmlFreeDoc(run->xslt->ours);
    free(run->xslt);
}

static void read_xslt(struct run *run)
{
    const struct schema *national = wire_schemas_national(run->schemas, FLOW_PENSION_EMPLOYEE);
    bool gb = run->adapter->carrier.encoding == ENCODING_GB18030; /* whatever the label says */
    uint64_t began = bench_now();
    xmlDocPtr xml = xmlReadMemory(run->bytes.at, (int)run->bytes.size, NULL,
                                  gb ? "GB18030" : NULL, XML_PARSE_NONET | XML_PARSE_COMPACT);
    uint64_t at = bench_now();
    xmlDocPtr result = xsltApplyStylesheet(run->xslt->sheets[MAPPING_TO_OURS], xml, NULL);
    struct error err = ERROR_INIT;

    bench_need(xml != NULL, "libxml2 parse", NULL);
    bench_need(result != NULL, "libxslt", NULL);
    samples_add(&run->times[XSLT_MAP_READ], bench_now() - at);
    /* order and formats are the dialect's: what it says does not matter, only its time */
    (void)!schema_check_subtree(national, xmlDocGetRootElement(result), &err);
    xmlFreeDoc(xml);
    xmlFreeDoc(result);
    samples_add(&run->times[XSLT_READ], bench_now() - began);
}

static void write_xslt(struct run *run)
{
    xsltStylesheetPtr sheet = run->xslt->sheets[MAPPING_TO_THEIRS];
    uint64_t began = bench_now();
    xmlDocPtr result = xsltApplyStylesheet(sheet, run->xslt->ours, NULL);
    xmlChar *bytes = NULL;
    int size = 0;

    bench_need(result != NULL, "libxslt", NULL);
    samples_add(&run->times[XSLT_MAP_WRITE], bench_now() - began);
    bench_need(xsltSaveResultToString(&bytes, &size, result, sheet) == 0, "serialising", NULL);
    xmlFree(bytes);
    xmlFreeDoc(result);
    samples_add(&run->times[XSLT_WRITE], bench_now() - began);
}

/* Do the stylesheets carry as many fields as the adapter does? */
static void print_fields(struct run *run)
{
    xmlDocPtr theirs = xsltApplyStylesheet(run->xslt->sheets[MAPPING_TO_THEIRS],
                                           run->xslt->ours, NULL);
    xmlDocPtr ours = xsltApplyStylesheet(run->xslt->sheets[MAPPING_TO_OURS], theirs, NULL);

    printf("  fields: adapter %zu national, %zu theirs; libxslt %zu and %zu\n",
           leaves_of_record(run->ours), leaves_of_record(run->theirs), leaves_of(ours),
           leaves_of(theirs));
    xmlFreeDoc(theirs);
    xmlFreeDoc(ours);
}
#endif

/* --- running
 * ------------------------------------------------------------------------------------ */

#ifdef BENCH_XSLT
static void print_ratio(struct run *run, const char *name, enum thing ours, enum thing theirs)
{
    uint64_t a = samples_at(&run->times[ours], 500) + samples_at(&run->times[ours + 1], 500);
    uint64_t b = samples_at(&run->times[theirs], 500) +
                 samples_at(&run->times[theirs + 1], 500);
    char ratio[24];

    bench_ratio(b, a, ratio);
    printf("  %s, both ways: libxslt / adapter = %s\n", name, ratio);
}
#endif

static void print_run(struct run *run)
{
    samples_head(run->adapter_name);
    for (unsigned i = 0; i < THINGS; i++)
        if (run->times[i].count > 0)
            samples_line(&run->times[i]);
#ifdef BENCH_XSLT
    print_fields(run);
    print_ratio(run, "mapping alone (target 4)", MAP_READ, XSLT_MAP_READ);
    print_ratio(run, "bytes in, bytes out", READ, XSLT_READ);
#else
    printf("  libxslt's headers are not installed: no comparison\n");
#endif
}

static void open_run(struct run *run, const char *name)
{
    struct error err = ERROR_INIT;
    char path[256];

    *run = (struct run){.adapter_name = name,
                        .arena = arena_new(16 * 1024 * 1024),
                        .scratch = arena_new(16 * 1024 * 1024)};
    bench_need(run->arena != NULL && run->scratch != NULL, "memory", NULL);
    snprintf(path, sizeof(path), "adapters/%s", name);
    bench_need(wire_schemas_load("schemas", &run->schemas, &err) &&
                   adapter_load(path, run->schemas, &run->adapter, &err),
               path, &err);
    for (unsigned i = 0; i < THINGS; i++)
        run->times[i] = samples_new(thing_names[i], ROUNDS);
    for (size_t i = 0; i < run->adapter->entry_count; i++)
        if (run->adapter->entries[i].action == ACTION_FORM)
            run->entry = &run->adapter->entries[i];
    bench_need(run->entry != NULL, "a form in the adapter", NULL);
    run->ours = document_of(run->arena, "gateway-killed/form.xml", 0);
    run->bytes = write_adapter(run, run->arena);
}

/* Their record as the adapter reads it, for the mapping alone. */
static void read_theirs(struct run *run)
{
    struct carrier_content content = {0};
    struct error err = ERROR_INIT;

    bench_need(
        carrier_read(&run->adapter->carrier, NULL, run->bytes, run->arena, &content, &err),
        "their record", &err);
    run->theirs = content.root;
}

static void run_adapter(const char *name)
{
    struct run run;

    open_run(&run, name);
    read_theirs(&run);
#ifdef BENCH_XSLT
    open_xslt(&run);
#endif
    for (unsigned i = 0; i < ROUNDS + WARM; i++) {
        read_adapter(&run);
        map(&run, MAP_READ);
        write_adapter(&run, run.scratch);
        arena_reset(run.scratch);
        map(&run, MAP_WRITE);
#ifdef BENCH_XSLT
        read_xslt(&run);
        write_xslt(&run);
#endif
        for (unsigned k = 0; i + 1 == WARM && k < THINGS; k++)
            run.times[k].count = 0;
    }
    printf("\n  form of %zu bytes in the dialect\n", run.bytes.size);
    print_run(&run);
#ifdef BENCH_XSLT
    close_xslt(&run);
#endif
    for (unsigned i = 0; i < THINGS; i++)
        samples_free(&run.times[i]);
    adapter_free(run.adapter);
    wire_schemas_free(run.schemas);
    arena_free(run.arena);
    arena_free(run.scratch);
}

int main(void)
{
    struct error err = ERROR_INIT;

    log_set_level(LOG_LEVEL_WARN);
    bench_need(digest_setup(&err) && wire_start(&err), "starting", &err);
    run_adapter("guizhou-core");
    run_adapter("guangdong-core");
    return 0;
}
