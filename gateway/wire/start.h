/*
 * start.h - the process-wide state of the XML and signature libraries, set up once.
 *
 * wire_start runs in the main thread before any other thread exists and before anything else of
 * wire/ is called; the daemon, the tools and the tests all begin with it. It closes every door
 * through which a document could make a library open a file or a connection: from then on only
 * schema_load reads files, and only below the folder of the schema it loads (wire/loader.h).
 */
#ifndef WIRE_START_H
#define WIRE_START_H

#include "base/error.h"

/*
 * Memory first (wire/xml_memory.h), then parser, hooks, xmlsec, then the self-test
 * (wire/self_test.h). A program does not run on after a failure. A second call does nothing.
 * ERROR_CONFIG: library versions that do not fit; ERROR_CRYPTO: an initialisation or the
 * self-test failed; ERROR_ENCODING: this system cannot convert GB18030.
 */
MUST_USE bool wire_start(struct error *err);

/* libxml2 keeps its error hooks per thread: every worker calls this first, once. Without it a
 * library might print foreign text to stderr. */
void wire_thread_start(void);

#endif
