/* wire_envelope_fuzz.c - signed messages. The first byte chooses who speaks:
 *
 *   0  anybody who has no key: bytes as they are. Whatever is accepted means exactly one of the
 *      messages that were signed; nothing else can be made of them.
 *   1  a partner, who signs whatever he likes: what is accepted is sealed again by us and opens
 *      as the same message.
 *
 * The keys lie in build/fuzz/keys, made once, so that signed seeds stay good.
 */
#include "fuzz.h"

#include "base/file.h"
#include "wire/envelope.h"
#include "wire/start.h"

enum { SHORT_RUNS = 3000 };
enum { ANYBODY, PARTNER, SPEAKERS };

#define KEYS "build/fuzz/keys/"

static const char *const documents[] = {"application", "letter",      "letter_return",
                                        "form",        "fund_advice", "completion"};
enum { SIGNED = sizeof(documents) / sizeof(documents[0]) };

static struct wire_schemas *schemas;
static struct signer *signer;
static struct verifier *verifier;
static struct message originals[SIGNED];
static struct text signed_bytes[SIGNED];
static struct arena *kept; /* holds them */

static bool make_original(struct arena *arena, size_t i, struct error *err)
{
    struct message *message = &originals[i];
    struct document *document = NULL;
    struct record *body = NULL;
    struct text bytes;
    char path[256];
    bool ok;

    snprintf(path, sizeof(path), "tests/data/national/%s.xml", documents[i]);
    ok = file_read(arena, path, 1 << 20, &bytes, err) &&
         document_parse(bytes, NULL, &document, err) && codec_read(document, arena, &body, err);
    document_free(document);
    *message = (struct message){.from = "hrss.440000",
                                .to = "hrss.520000",
                                .flow = FLOW_PENSION_EMPLOYEE,
                                .revision = 1,
                                .sent_at = {1772413200000},
                                .body = body};
    message->message_id = uuid_v7(message->sent_at, (const uint8_t *)"0123456789");
    message->message_id.bytes[15] = (uint8_t)i;
    message->case_id = uuid_v7(message->sent_at, (const uint8_t *)"9876543210");
    return ok && (message->action = (uint16_t)action_by_name(text_of(body->name))) != 0 &&
           envelope_seal(schemas, message, signer, arena, &signed_bytes[i], err);
}

bool fuzz_open(struct error *err)
{
    bool ok = (kept = arena_new(16 << 20)) != NULL && wire_start(err) &&
              wire_schemas_load("schemas", &schemas, err) &&
              system("sh certs/make-certs.sh " KEYS " hrss.440000 >/dev/null") == 0 &&
              signer_load(SUITE_ECDSA, KEYS "hrss.440000.ecdsa.key",
                          KEYS "hrss.440000.ecdsa.crt", NULL, &signer, err) &&
              verifier_load(SUITE_ECDSA, KEYS "hrss.440000.ecdsa.crt", NULL, NULL, &verifier,
                            err);

    for (size_t i = 0; ok && i < SIGNED; i++)
        ok = make_original(kept, i, err);
    return ok;
}

void fuzz_seeds(void)
{
    for (size_t i = 0; i < SIGNED; i++) {
        fuzz_seed(ANYBODY, signed_bytes[i]);
        fuzz_seed(PARTNER, signed_bytes[i]);
    }
    fuzz_seed_files(PARTNER, "tests/data/envelope/*.xml");
}

static bool same(const struct message *a, const struct message *b)
{
    return uuid_equal(&a->message_id, &b->message_id) && uuid_equal(&a->case_id, &b->case_id) &&
           uuid_equal(&a->in_reply_to, &b->in_reply_to) && strcmp(a->from, b->from) == 0 &&
           strcmp(a->to, b->to) == 0 && a->flow == b->flow && a->action == b->action &&
           a->revision == b->revision && a->sent_at.ms == b->sent_at.ms &&
           a->answer_by.ms == b->answer_by.ms && text_equal(a->checkpoint, b->checkpoint) &&
           record_equal(a->body, b->body);
}

static bool open_message(struct text bytes, struct arena *arena, struct message *message,
                         struct error *err)
{
    const struct verifier *const pins[] = {verifier};
    const struct verifier *used = NULL;
    enum envelope_stage stage = ENVELOPE_NOTHING;
    bool ok = envelope_open(schemas, NULL, bytes, pins, 1, arena, message, &used, &stage, err);

    fuzz_hold(!ok || (stage == ENVELOPE_HEADER_HELD && used == verifier),
              "what is accepted is signed and has a header");
    fuzz_hold(stage == ENVELOPE_NOTHING || used == verifier, "no stage without a signature");
    if (!ok)
        fuzz_hold_private(bytes, err);
    return ok;
}

static void hear_anybody(struct text bytes, struct arena *arena)
{
    struct message message;
    struct error err = ERROR_INIT;
    bool known = false;

    if (!open_message(bytes, arena, &message, &err))
        return;
    for (size_t i = 0; i < SIGNED; i++)
        known = known || same(&message, &originals[i]);
    fuzz_hold(known, "without the key nothing can be said that was not said");
}

/* The document is signed as it is: without a signature that it may carry already. */
static bool sign(struct text bytes, struct arena *arena, struct text *out)
{
    struct document *document = NULL;
    struct error err = ERROR_INIT;
    const char *end = memmem(bytes.at, bytes.size, "<Signature", 10);
    const char *last = memmem(bytes.at, bytes.size, "</Signature>", 12);
    struct text parts[2] = {bytes, TEXT_NONE};
    struct buffer whole = buffer_over(arena_alloc(arena, bytes.size), bytes.size);
    bool ok;

    if (end != NULL && last != NULL && last > end) {
        parts[0].size = (size_t)(end - bytes.at);
        parts[1].at = last + 12;
        parts[1].size = bytes.size - (size_t)(parts[1].at - bytes.at);
    }
    buffer_text(&whole, parts[0]);
    buffer_text(&whole, parts[1]);
    ok = document_parse(buffer_as_text(&whole), NULL, &document, &err) &&
         signature_sign(document, signer, &err) && document_write(document, arena, out, &err);
    document_free(document);
    return ok;
}

static void hear_partner(struct text bytes, struct arena *arena)
{
    struct message first, second;
    struct error err = ERROR_INIT;
    struct text out, again;

    if (!sign(bytes, arena, &out) || !open_message(out, arena, &first, &err))
        return;
    fuzz_hold(envelope_seal(schemas, &first, signer, arena, &again, &err),
              "what was accepted can be sealed");
    fuzz_hold(open_message(again, arena, &second, &err) && same(&first, &second),
              "and opens as the same message");
}

void fuzz_input(struct text input, struct arena *arena)
{
    struct text bytes = {input.at + 1, input.size - 1};

    if (input.size == 0)
        return;
    if ((unsigned char)input.at[0] % SPEAKERS == ANYBODY)
        hear_anybody(bytes, arena);
    else
        hear_partner(bytes, arena);
}
