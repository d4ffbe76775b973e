/* export_person.c - who a row is about: a pseudonym, and name and number as far as allowed. */
#include <string.h>

#include "cli/export.h"

/* Equal for equal persons within one export and for nobody outside it: the salt is forgotten.
 */
void cell_pseudonym(struct export *export, const uint8_t person_tag[16])
{
    static const uint8_t nobody[16];
    const struct text parts[] = {
        {(const char *)person_tag, 16},
    };
    struct error ignored = ERROR_INIT;
    struct digest digest;

    if (memcmp(person_tag, nobody, sizeof(nobody)) == 0 ||
        !hmac_of(export->origin.digest_kind, export->salt, sizeof(export->salt), parts,
                 COUNT_OF(parts), &digest, &ignored))
        cell_none(export);
    else
        cell_hex(export, digest.bytes, PSEUDONYM_BYTES);
}

static void cells_nobody(struct export *export)
{
    export->unopened++;
    cell_none(export);
    cell_none(export);
}

bool cell_person(struct export *export, const struct flow_case *row, struct error *err)
{
    struct disclosed_person person;

    if (export->disclosing == NULL) {
        cells_nobody(export);
        return true;
    }
    arena_reset(export->row);
    if (!disclosing_person(export->disclosing, &row->case_id, export->scope.unmask,
                           export->scope.reason, export->row, &person, err)) {
        /* Sealed with a key that is not there any more: the row stands without names. */
        if (err->code != ERROR_CRYPTO)
            return false;
        *err = (struct error)ERROR_INIT;
        person.found = false;
    }
    if (!person.found) {
        cells_nobody(export);
        return true;
    }
    cell_text(export, person.name.hidden);
    cell_text(export, person.number.hidden);
    export->disclosed += export->scope.unmask ? 1 : 0;
    return true;
}
