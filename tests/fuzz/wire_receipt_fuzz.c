/* wire_receipt_fuzz.c - the body of a receipt as its sender reads it: what is taken is written
 * and taken again with the same meaning. Signature and header: wire_envelope_fuzz. */
#include "fuzz.h"

#include "wire/envelope.h"
#include "wire/start.h"

enum { SHORT_RUNS = 15000 };

bool fuzz_open(struct error *err)
{
    return wire_start(err);
}

void fuzz_seeds(void)
{
    fuzz_seed(-1,
              TEXT("<receipt><MessageId>019caaf8-6900-7000-8000-000000000001</MessageId>"
                   "<Verdict>refused</Verdict><Code>PEN-R11</Code><Reason>form: A6</Reason>"
                   "<DigestKind>sha256</DigestKind><Digest>"
                   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef</Digest>"
                   "<ReceivedAt>2026-03-02T09:00:00.123+08:00</ReceivedAt>"
                   "<LogId>0123456789abcdef0123456789abcdef</LogId>"
                   "<Sequence>18446744073709551615</Sequence></receipt>"));
    fuzz_seed_files(-1, "tests/data/envelope/receipt.xml");
}

static void hold_same(const struct receipt *a, const struct receipt *b)
{
    fuzz_hold(uuid_equal(&a->message_id, &b->message_id) && a->verdict == b->verdict &&
                  strcmp(a->code, b->code) == 0 && a->sequence == b->sequence &&
                  strcmp(a->digest_kind, b->digest_kind) == 0 &&
                  memcmp(a->digest, b->digest, sizeof(a->digest)) == 0 &&
                  memcmp(a->log_id, b->log_id, sizeof(a->log_id)) == 0 &&
                  a->received_at.ms == b->received_at.ms,
              "a receipt means the same when it is written and read again");
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct document *document = NULL;
    struct record *root = NULL, *again;
    struct receipt first, second;
    struct error err = ERROR_INIT;

    if (document_parse(input, NULL, &document, &err) &&
        codec_read(document, arena, &root, &err) && receipt_from_record(root, &first, &err)) {
        again = receipt_to_record(&first, arena);
        fuzz_hold(again != NULL && receipt_from_record(again, &second, &err),
                  "what was taken can be written");
        hold_same(&first, &second);
    } else {
        fuzz_hold_private(input, &err);
    }
    document_free(document);
}
