/* config_header.c - the SM2 keys of a core whose dialect signs its header. */
#include "gate/config_read.h"

#define ELEMENT "headerSignature"

/* An adapter that signs works with keys only, and keys without such an adapter are a mistake.
 */
static bool check_given(const struct config_parts *parts, const struct config_file *file,
                        const struct config_party *party, bool given, struct error *err)
{
    bool needed;

    if (given && party->kind != PARTY_CORE)
        return config_wrong(file, ELEMENT, err, "only a core has one");
    if (parts->depth != CONFIG_FULL || party->dialect == NULL)
        return true;
    needed = adapter_needs_keys(party->dialect);
    if (needed && !given)
        return config_wrong(file, ELEMENT, err, "missing; the adapter %s signs its header",
                            party->adapter);
    return needed == given ||
           config_wrong(file, ELEMENT, err, "the adapter %s signs nothing", party->adapter);
}

static bool load_signer(struct config_parts *parts, const struct config_file *file,
                        const struct config_party *party, struct error *err)
{
    const char *certificate;
    const char *key;

    if (!config_path(file, ELEMENT "/certificate", &certificate, err) ||
        !config_path(file, ELEMENT "/key", &key, err) ||
        config_add_certificate(parts, file, ELEMENT "/certificate", CONFIG_OWN_SIGNING,
                               party->id, certificate, err) == NULL)
        return false;
    if (parts->depth != CONFIG_FULL)
        return true;
    return config_need_secret(file, ELEMENT "/key", key, err) &&
           (signer_load(SUITE_GM, key, certificate, NULL, &parts->header_signer, err) ||
            fail_prefix(err, "%s: " ELEMENT, file->path));
}

static bool load_pin(struct config_parts *parts, const struct config_file *pin,
                     struct config_party *party, struct error *err)
{
    const char *element = ELEMENT "/pin";
    struct verifier **verifier = &parts->verifiers[parts->verifier_count];
    const struct config_certificate *added;
    const char *path;

    if (party->signing_pin_count == CONFIG_PINS_MAX)
        return config_wrong(pin, element, err, "more than %d", CONFIG_PINS_MAX);
    if (!config_path(pin, "certificate", &path, err))
        return false;
    added = config_add_certificate(parts, pin, element, CONFIG_SIGNING_PIN, party->id, path,
                                   err);
    if (added == NULL)
        return false;
    if (parts->depth != CONFIG_FULL || added->revoked)
        return true;
    if (!verifier_load(SUITE_GM, path, NULL, NULL, verifier, err))
        return fail_prefix(err, "%s: %s", pin->path, element);
    parts->verifier_count++;
    party->signing_pins[party->signing_pin_count++] = *verifier;
    return true;
}

bool config_read_header(struct config_parts *parts, const struct config_file *file,
                        struct config_party *party, struct error *err)
{
    const struct record *pin = record_find(file->root, ELEMENT "/pin");
    bool given = record_find(file->root, ELEMENT) != NULL;

    if (!check_given(parts, file, party, given, err))
        return false;
    if (!given)
        return true;
    if (!load_signer(parts, file, party, err))
        return false;
    for (; pin != NULL; pin = record_same(pin)) {
        struct config_file at = config_file_at(file, pin);

        if (!load_pin(parts, &at, party, err))
            return false;
    }
    return parts->depth != CONFIG_FULL ||
           adapter_use_keys(party->dialect, parts->header_signer, party->signing_pins,
                            party->signing_pin_count, err) ||
           fail_prefix(err, "%s: " ELEMENT, file->path);
}
