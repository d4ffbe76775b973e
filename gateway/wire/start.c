/* start.c - the order matters: initialise, close the doors, register, prove. */
#include "wire/start.h"

#include <stdlib.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemastypes.h>
#include <libxml/xmlversion.h>

#include <libxslt/security.h>

#include <xmlsec/xmlsec.h>

#include <xmlsec/errors.h>
#include <xmlsec/io.h>

#include "crypt/digest.h"
#include "wire/gm.h"
#include "wire/loader.h"
#include "wire/self_test.h"
#include "wire/xml_memory.h"
#include "wire/xmlsec_openssl.h"

/* Library messages quote documents; what a caller needs is in struct error. */
#if LIBXML_VERSION >= 21200
static void drop_error(void *self, const xmlError *error)
#else
static void drop_error(void *self, xmlErrorPtr error)
#endif
{
    (void)self;
    (void)error;
}

static void drop_message(void *self, const char *format, ...) PRINTF_LIKE(2, 3);

static void drop_message(void *self, const char *format, ...)
{
    (void)self;
    (void)format;
}

static void drop_xmlsec_error(const char *file, int line, const char *function,
                              const char *object, const char *subject, int reason,
                              const char *message)
{
    (void)file;
    (void)line;
    (void)function;
    (void)object;
    (void)subject;
    (void)reason;
    (void)message;
}

void wire_thread_start(void)
{
    xmlSetStructuredErrorFunc(NULL, drop_error);
    xmlSetGenericErrorFunc(NULL, drop_message);
}

static bool check_versions(struct error *err)
{
    long running = strtol(xmlParserVersion, NULL, 10);

    if (running / 10000 != LIBXML_VERSION / 10000 || running < LIBXML_VERSION)
        return fail(err, ERROR_CONFIG, "libxml2 %ld does not fit, built with %d", running,
                    LIBXML_VERSION);
    if (xmlSecCheckVersion() != 1)
        return fail(err, ERROR_CONFIG, "xmlsec does not fit, built with %s", XMLSEC_VERSION);
    return true;
}

/* Nothing here uses stylesheets, but xmlsec's library keeps the transform that would. */
static bool forbid_stylesheet_access(struct error *err)
{
    static const xsltSecurityOption doors[] = {
        XSLT_SECPREF_READ_FILE, XSLT_SECPREF_WRITE_FILE, XSLT_SECPREF_CREATE_DIRECTORY,
        XSLT_SECPREF_READ_NETWORK, XSLT_SECPREF_WRITE_NETWORK};
    xsltSecurityPrefsPtr preferences = xsltNewSecurityPrefs();

    if (preferences == NULL)
        return fail(err, ERROR_MEMORY, "no memory to start");
    for (size_t i = 0; i < COUNT_OF(doors); i++) {
        if (xsltSetSecurityPrefs(preferences, doors[i], xsltSecurityForbid) != 0) {
            xsltFreeSecurityPrefs(preferences);
            return fail(err, ERROR_CRYPTO, "stylesheets could not be shut off");
        }
    }
    xsltSetDefaultSecurityPrefs(preferences); /* kept until the process ends */
    return true;
}

static bool start_xmlsec(struct error *err)
{
    xmlSecErrorsSetCallback(drop_xmlsec_error);
    if (xmlSecInit() < 0)
        return fail(err, ERROR_CRYPTO, "xmlsec does not start");
    xmlSecErrorsSetCallback(drop_xmlsec_error);
    if (xmlSecOpenSSLAppInit(NULL) < 0 || xmlSecOpenSSLInit() < 0)
        return fail(err, ERROR_CRYPTO, "xmlsec does not start with OpenSSL");
    xmlSecIOCleanupCallbacks(); /* no file:, http:, ftp: any more */
    return true;
}

bool wire_start(struct error *err)
{
    static bool started;

    if (started)
        return true;
    if (!xml_memory_install(err))
        return false;
    xmlInitParser();
    loader_install();
    wire_thread_start();
    xmlSchemaInitTypes(); /* not safe if left to the first of several threads */
    if (!digest_setup(err) || !start_xmlsec(err) || !check_versions(err) ||
        !forbid_stylesheet_access(err) || !gm_register(err) || !self_test_run(err))
        return false;
    started = true;
    return true;
}
