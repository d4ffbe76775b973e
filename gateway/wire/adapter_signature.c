/* adapter_signature.c - a signature over the members beside the body: sorted by name, written
 * one after the other as the adapter says, SM2 with SM3. */
#include <stdlib.h>
#include <string.h>

#include "crypt/base64.h"
#include "wire/adapter_internal.h"

enum { HEADER_MAX = 100 };

static const struct adapter_allowed signature_elements[] = {
    {"field", 1, 1},   {"unsigned", 0, ADAPTER_UNSIGNED_MAX},
    {"assign", 0, 1},  {"between", 0, 1},
    {"empties", 0, 1}, {"form", 0, 1},
    {"demanded", 1, 1}};

bool adapter_read_signature(struct adapter *adapter, const struct adapter_file *file,
                            const struct adapter_node *root, struct error *err)
{
    struct adapter_signature *signature = &adapter->signature;
    const struct adapter_node *node = adapter_child(root, "signature");
    struct text form;

    if (node == NULL)
        return true;
    if (!adapter_children(file, node, signature_elements, COUNT_OF(signature_elements), err) ||
        !adapter_child_bool(file, node, "empties", false, &signature->empties, err) ||
        !adapter_child_bool(file, node, "demanded", true, &signature->demanded, err))
        return false;
    signature->field = adapter_child_text(node, "field").at;
    if (signature->field[0] == '\0' || strchr(signature->field, '/') != NULL)
        return adapter_fault(file, node, err, "field: not the name of a member of the root");
    for (const struct adapter_node *at = node->first; at != NULL; at = at->next)
        if (strcmp(at->name, "unsigned") == 0)
            signature->unsigned_names[signature->unsigned_count++] = at->value.at;
    signature->assign = adapter_child(node, "assign") == NULL
                            ? NULL
                            : adapter_child_text(node, "assign").at;
    signature->between = adapter_child(node, "between") == NULL
                             ? ""
                             : adapter_child_text(node, "between").at;
    form = adapter_child_text(node, "form");
    signature->der = text_is(form, "der");
    return form.size == 0 || signature->der || text_is(form, "raw") ||
           adapter_fault(file, node, err, "form: neither raw nor der");
}

bool adapter_needs_keys(const struct adapter *adapter)
{
    return adapter->signature.field != NULL;
}

bool adapter_use_keys(struct adapter *adapter, const struct signer *signer,
                      const struct verifier *const pins[], size_t pin_count, struct error *err)
{
    if (signer_suite(signer) != SUITE_GM)
        return fail(err, ERROR_CONFIG, "a header is signed with suite gm");
    if (pin_count == 0 || pin_count > ADAPTER_PINS_MAX)
        return fail(err, ERROR_CONFIG, "a signed header needs 1 to %d pins", ADAPTER_PINS_MAX);
    for (size_t i = 0; i < pin_count; i++) {
        if (verifier_suite(pins[i]) != SUITE_GM)
            return fail(err, ERROR_CONFIG, "a header is signed with suite gm");
        adapter->pins[i] = pins[i];
    }
    adapter->pin_count = pin_count;
    adapter->signer = signer;
    return true;
}

/* --- what is signed ------------------------------------------------------------------------
 */

/* The signature itself, the body, and what else is not signed. */
static bool is_left_out(const struct adapter_signature *signature, const struct record *member)
{
    for (size_t i = 0; i < signature->unsigned_count; i++)
        if (strcmp(member->name, signature->unsigned_names[i]) == 0)
            return true;
    return strcmp(member->name, signature->field) == 0;
}

static int by_name(const void *a, const void *b)
{
    const struct record *const *first = a;
    const struct record *const *second = b;

    return strcmp((*first)->name, (*second)->name);
}

static bool join(const struct adapter_signature *signature, const struct record *members[],
                 size_t count, struct arena *arena, struct text *bytes, struct error *err)
{
    const char *assign = signature->assign == NULL ? "" : signature->assign;
    size_t room = 1;
    struct buffer buffer;

    for (size_t i = 0; i < count; i++)
        room += strlen(members[i]->name) + strlen(assign) + strlen(signature->between) +
                members[i]->value.hidden.size;
    buffer = buffer_over(arena_alloc(arena, room), room);
    if (buffer.at == NULL)
        return fail(err, ERROR_MEMORY, "no memory for what is signed");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_string(&buffer, signature->between);
        if (signature->assign != NULL) {
            buffer_string(&buffer, members[i]->name);
            buffer_string(&buffer, assign);
        }
        buffer_text(&buffer, members[i]->value.hidden);
    }
    *bytes = buffer_as_text(&buffer);
    return true;
}

static bool gather(const struct adapter_signature *signature, const struct record *root,
                   struct arena *arena, struct text *bytes, struct error *err)
{
    const struct record *members[HEADER_MAX];
    size_t count = 0;

    for (const struct record *at = root->first; at != NULL; at = at->next) {
        if (is_left_out(signature, at))
            continue;
        if (at->first != NULL)
            return fail(err, ERROR_SIGNATURE, "%s: a group cannot be signed", at->name);
        if (at->value.hidden.size == 0 && !signature->empties)
            continue;
        if (count == HEADER_MAX)
            return fail(err, ERROR_SIGNATURE, "more than %d members are signed", HEADER_MAX);
        members[count++] = at;
    }
    qsort(members, count, sizeof(*members), by_name);
    for (size_t i = 1; i < count; i++)
        if (strcmp(members[i - 1]->name, members[i]->name) == 0)
            return fail(err, ERROR_SIGNATURE, "%s: stands there twice", members[i]->name);
    return join(signature, members, count, arena, bytes, err);
}

/* --- the signature itself ------------------------------------------------------------------
 */

bool adapter_sign(const struct adapter *adapter, struct record *root, struct arena *arena,
                  struct error *err)
{
    const struct adapter_signature *signature = &adapter->signature;
    struct record *place = root->first;
    struct raw_signature made;
    uint8_t der[GM_DER_SIZE_MAX];
    const uint8_t *value = made.bytes;
    size_t size;
    struct text bytes;
    char *base64 = arena_alloc(arena, BASE64_SIZE(GM_DER_SIZE_MAX) + 1);

    if (adapter->signer == NULL || signature->field == NULL)
        return true;
    while (place != NULL && strcmp(place->name, signature->field) != 0)
        place = place->next;
    CHECK(place != NULL); /* the mapping kept it */
    if (base64 == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a signature");
    if (!gather(signature, root, arena, &bytes, err) ||
        !signer_sign_bytes(adapter->signer, bytes, &made, err))
        return false;
    size = made.size;
    if (signature->der) {
        if (!gm_raw_to_der(made.bytes, der, &size))
            return fail(err, ERROR_CRYPTO, "a signature cannot be written");
        value = der;
    }
    base64_encode(value, size, base64);
    place->value = personal_of(text_of(base64));
    return true;
}

/* r and s of the base64 in the field. */
static bool decode(const struct adapter_signature *signature, struct text base64,
                   uint8_t raw[GM_SIGNATURE_SIZE])
{
    uint8_t bytes[GM_DER_SIZE_MAX];
    struct error ignored;
    size_t size;

    if (!base64_decode(base64, BASE64_STRICT, bytes, sizeof(bytes), &size, &ignored))
        return false;
    if (signature->der)
        return gm_der_to_raw(bytes, size, raw);
    if (size == GM_SIGNATURE_SIZE)
        memcpy(raw, bytes, size);
    return size == GM_SIGNATURE_SIZE;
}

bool adapter_verify(const struct adapter *adapter, const struct record *root,
                    struct arena *arena, struct error *err)
{
    const struct adapter_signature *signature = &adapter->signature;
    uint8_t raw[GM_SIGNATURE_SIZE];
    struct text said = TEXT_NONE;
    struct text bytes;

    if (adapter->pin_count == 0 || signature->field == NULL)
        return true;
    if (!record_text(root, signature->field, &said))
        return !signature->demanded ||
               fail(err, ERROR_SIGNATURE, "%s: the header is not signed", signature->field);
    if (!decode(signature, said, raw))
        return fail(err, ERROR_SIGNATURE, "%s: not a signature", signature->field);
    if (!gather(signature, root, arena, &bytes, err))
        return false;
    for (size_t i = 0; i < adapter->pin_count; i++) {
        if (verifier_verify_bytes(adapter->pins[i], bytes,
                                  (struct text){(const char *)raw, sizeof(raw)}, err))
            return true;
        if (err->code != ERROR_SIGNATURE)
            return false;
    }
    return fail(err, ERROR_SIGNATURE, "%s: the signature does not verify", signature->field);
}
