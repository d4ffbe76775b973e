/*
 * config_fixture.h - a whole configuration in a folder of its own, good until a test spoils one
 * place of it. Certificates are made by certs/make-certs.sh, so tests start in the top folder.
 */
#ifndef SUPPORT_CONFIG_FIXTURE_H
#define SUPPORT_CONFIG_FIXTURE_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

#define FIXTURE __attribute__((unused)) static

enum { FIXTURE_TEXT_MAX = 16 * 1024, FIXTURE_PATH_MAX = 400 };

static char fixture_folder[] = "/tmp/qiantong-config-XXXXXX";
static char fixture_top[FIXTURE_PATH_MAX];

static const char fixture_gateway[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!-- <schemas>nowhere</schemas> is not the element -->\n"
    "<gateway xmlns=\"urn:qiantong:config:1\">\n"
    "  <party>hrss.520000</party>\n"
    "  <ledger>\n"
    "    <path>ledger</path>\n"
    "    <hash>sha256</hash>\n"
    "    <test>true</test>\n"
    "  </ledger>\n"
    "  <sealKeys>keys/hrss.520000.seal</sealKeys>\n"
    "  <clockOffset>clock</clockOffset>\n"
    "  <listen><address>127.0.0.1</address><port>8443</port></listen>\n"
    "  <control>control</control>\n"
    "  <tls>\n"
    "    <certificate>keys/hrss.520000.tls.crt</certificate>\n"
    "    <key>keys/hrss.520000.tls.key</key>\n"
    "    <ca>keys/ca.crt</ca>\n"
    "  </tls>\n"
    "  <signing>\n"
    "    <suite>ecdsa</suite>\n"
    "    <certificate>keys/hrss.520000.ecdsa.crt</certificate>\n"
    "    <key>keys/hrss.520000.ecdsa.key</key>\n"
    "  </signing>\n"
    "  <schemas>TOP/schemas</schemas>\n"
    "  <adapters>TOP/adapters</adapters>\n"
    "  <rules>rules.xml</rules>\n"
    "  <calendar>calendar.xml</calendar>\n"
    "  <parties>parties</parties>\n"
    "  <workers>3</workers>\n"
    "  <limits><messageBytes>8192</messageBytes><lifetimeDays>30</lifetimeDays></limits>\n"
    "</gateway>\n";

static const char fixture_province[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<party xmlns=\"urn:qiantong:config:1\">\n"
    "  <id>hrss.440000</id>\n"
    "  <kind>province</kind>\n"
    "  <title><english>Guangdong</english><chinese>广东省人社</chinese></title>\n"
    "  <url>https://gateway.example:8443/v1/messages</url>\n"
    "  <suite>ecdsa</suite>\n"
    "  <transportPins>\n"
    "    <pin><certificate>../keys/hrss.440000.tls.crt</certificate></pin>\n"
    "  </transportPins>\n"
    "  <signingPins>\n"
    "    <pin>\n"
    "      <certificate>../keys/hrss.440000.ecdsa.crt</certificate>\n"
    "      <from>2026-02-01T00:00:00+08:00</from>\n"
    "      <until>2027-01-01T00:00:00+08:00</until>\n"
    "      <graceHours>48</graceHours>\n"
    "    </pin>\n"
    "  </signingPins>\n"
    "  <flows><flow><name>pension.employee</name></flow></flows>\n"
    "</party>\n";

static const char fixture_core[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<party xmlns=\"urn:qiantong:config:1\">\n"
    "  <id>hrss.520000.core</id>\n"
    "  <kind>core</kind>\n"
    "  <adapter>guizhou-core</adapter>\n"
    "  <messageBytes>65536</messageBytes>\n"
    "  <transportPins>\n"
    "    <pin><certificate>../keys/hrss.520000.core.tls.crt</certificate></pin>\n"
    "  </transportPins>\n"
    "  <flows><flow><name>pension.employee</name></flow></flows>\n"
    "</party>\n";

static const char fixture_rules[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<rules xmlns=\"urn:qiantong:config:1\">\n"
    "  <rule><id>PEN-D2</id><from>2010-01-01</from><value>15</value><unit>workingDays</unit>\n"
    "    <meaning><english>OUT</english><chinese>转出地</chinese></meaning>\n"
    "    <source>a notice</source><confirmed>yes</confirmed></rule>\n"
    "  <rule><id>PEN-D1</id><from>2010-01-01</from><value>15</value><unit>workingDays</unit>\n"
    "    <meaning><english>IN</english><chinese>转入地</chinese></meaning>\n"
    "    <source>a notice</source><confirmed>yes</confirmed></rule>\n"
    "  <rule><id>PEN-D1</id><from>2026-07-01</from><value>12</value><unit>workingDays</unit>\n"
    "    <meaning><english>IN, later</english><chinese>转入地</chinese></meaning>\n"
    "    <source>a notice</source><confirmed>no</confirmed></rule>\n"
    "</rules>\n";

static const char fixture_calendar[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<calendar xmlns=\"urn:qiantong:config:1\">\n"
    "  <version>20261</version>\n"
    "  <range><first>2026-01-01</first><last>2026-12-31</last></range>\n"
    "  <source>a notice</source>\n"
    "  <off><from>2026-02-15</from><to>2026-02-23</to></off>\n"
    "  <off><from>2026-04-20</from><region>450000</region></off>\n"
    "  <makeup><day>2026-02-28</day></makeup>\n"
    "</calendar>\n";

FIXTURE const char *fixture_path(const char *name, char path[FIXTURE_PATH_MAX])
{
    CHECK(snprintf(path, FIXTURE_PATH_MAX, "%s/%s", fixture_folder, name) < FIXTURE_PATH_MAX);
    return path;
}

FIXTURE void fixture_write(const char *name, const char *text)
{
    char path[FIXTURE_PATH_MAX];
    FILE *file = fopen(fixture_path(name, path), "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* `text` with the first `from` replaced by `to`; `from` NULL: as it is; "TOP" is where the
 * project's own folders are. */
FIXTURE void fixture_write_with(const char *name, const char *text, const char *from,
                                const char *to)
{
    static char changed[2 * FIXTURE_TEXT_MAX];
    static char whole[2 * FIXTURE_TEXT_MAX];
    const char *at = from == NULL ? NULL : strstr(text, from);
    const char *rest = changed;
    const char *top;

    CHECK(from == NULL || at != NULL);
    if (from == NULL)
        snprintf(changed, sizeof(changed), "%s", text);
    else
        snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, to,
                 at + strlen(from));
    whole[0] = '\0';
    while ((top = strstr(rest, "TOP")) != NULL) {
        strncat(whole, rest, (size_t)(top - rest));
        strcat(whole, fixture_top);
        rest = top + 3;
    }
    strcat(whole, rest);
    fixture_write(name, whole);
}

FIXTURE void fixture_remove(const char *name)
{
    char path[FIXTURE_PATH_MAX];

    unlink(fixture_path(name, path));
}

/* Everything good again. */
FIXTURE void fixture_reset(void)
{
    char path[FIXTURE_PATH_MAX];
    static const char *const extra[] = {"parties/second.xml", "parties/hrss.520000.other.xml",
                                        "parties/hrss.450000.xml", "parties/nhsa.440000.xml"};

    for (size_t i = 0; i < COUNT_OF(extra); i++)
        fixture_remove(extra[i]);
    fixture_write_with("gateway.xml", fixture_gateway, NULL, NULL);
    fixture_write("parties/hrss.440000.xml", fixture_province);
    fixture_write("parties/hrss.520000.core.xml", fixture_core);
    fixture_write("rules.xml", fixture_rules);
    fixture_write("calendar.xml", fixture_calendar);
    fixture_write("clock", "0\n");
    assert_int_equal(chmod(fixture_path("keys/hrss.520000.seal", path), 0600), 0);
}

FIXTURE int fixture_make(void **state)
{
    char command[FIXTURE_PATH_MAX + 200];
    char path[FIXTURE_PATH_MAX];

    (void)state;
    if (getcwd(fixture_top, sizeof(fixture_top)) == NULL || mkdtemp(fixture_folder) == NULL ||
        mkdir(fixture_path("parties", path), 0700) != 0)
        return -1;
    snprintf(command, sizeof(command),
             "sh certs/make-certs.sh '%s/keys' hrss.520000 hrss.440000 hrss.520000.core "
             "hrss.450000 >/dev/null",
             fixture_folder);
    return system(command) == 0 ? 0 : -1;
}

FIXTURE int fixture_drop(void **state)
{
    char command[FIXTURE_PATH_MAX + 16];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", fixture_folder);
    return system(command) == 0 ? 0 : -1;
}

#endif
