/* Files in pieces: taken in order, once, within bounds; kept when whole, gone when not. */
#include "unit.h"

#include "core/attachment.h"
#include "engine_fixture.h"

enum { PIECE = ATTACHMENT_PIECE_SIZE };

/* A file whose bytes follow from a letter; what judges them lies outside the engine. */
struct a_file {
    uint8_t digest[32];
    uint32_t total;
};

static struct a_file file_of(char letter, uint32_t total)
{
    struct a_file file = {.total = total};

    memset(file.digest, letter, sizeof(file.digest));
    return file;
}

static struct work *file_work(const struct a_file *file, uint32_t party, enum file_act act)
{
    struct work *work = work_new(WORK_FILE);

    work->party = party;
    work->file = arena_alloc(work->arena, sizeof(*work->file));
    assert_non_null(work->file);
    *work->file = (struct file_work){.act = act, .total = file->total, .media = MEDIA_PDF};
    memcpy(work->file->digest, file->digest, 32);
    return work;
}

/* As a worker prepares it: head, then bytes, which `fill` stands for. */
static struct work *piece_work(const struct a_file *file, uint32_t party, uint32_t offset,
                               char fill)
{
    struct work *work = file_work(file, party, FILE_PIECE);
    char plain[ATTACHMENT_HEAD_SIZE + 8];

    work->file->offset = offset;
    attachment_head(file->digest, offset, party, (unsigned char *)plain);
    memset(plain + ATTACHMENT_HEAD_SIZE, fill, 8);
    work_add_body(work, BODY_PIECE,
                  arena_copy(work->arena, (struct text){plain, sizeof(plain)}));
    return work;
}

static void expect_refused(struct work *work, enum error_code code)
{
    apply(work);
    assert_int_equal(work->file->refusal.code, code);
    assert_false(work->file->whole);
}

static void expect_there(struct work *work, uint32_t received, bool whole)
{
    apply(work);
    if (work->file->refusal.code != ERROR_NONE)
        fprintf(stderr, "refused: %s\n", work->file->refusal.text);
    assert_int_equal(work->file->refusal.code, ERROR_NONE);
    assert_int_equal(work->file->received, received);
    assert_int_equal(work->file->whole, whole);
}

static struct attachment_row row_of(const struct a_file *file)
{
    struct attachment_row row = {.seq = 0};
    struct ledger_txn *txn = NULL;
    bool found;

    must(ledger_begin_read(bench.ledger, &txn, &bench.err) &&
         ledger_get_attachment(txn, file->digest, &row, &found, &bench.err));
    ledger_abort(txn);
    return row;
}

static uint64_t count_rows(enum store_database database)
{
    struct store_txn *txn = NULL;
    uint64_t count = 0;

    must(store_begin_read(bench.store, &txn, &bench.err) &&
         store_count(txn, database, &count, &bench.err));
    store_abort(txn);
    return count;
}

static void bring(const struct a_file *file, uint32_t party)
{
    for (uint32_t at = 0; at < file->total; at += PIECE)
        expect_there(piece_work(file, party, at, 'x'),
                     at + attachment_piece_size(file->total, at), false);
    expect_there(file_work(file, party, FILE_WHOLE), file->total, true);
}

static void test_whole(void **state)
{
    struct a_file file = file_of('a', 2 * PIECE + 5);
    uint64_t before = ledger_size(bench.ledger);
    struct attachment_row row;
    struct ledger_txn *txn = NULL;
    struct entry_body piece;
    bool found;

    (void)state;
    expect_there(file_work(&file, CORE, FILE_PIECE), 0, false); /* only asks */
    bring(&file, CORE);
    assert_int_equal(ledger_size(bench.ledger), before + 1);
    row = row_of(&file);
    assert_int_equal(row.seq, before + 1);
    assert_int_equal(row.size, file.total);
    assert_int_equal(row.media, MEDIA_PDF);
    assert_int_equal(row.party, CORE);
    assert_int_equal(row.named, 0);
    assert_int_equal(count_rows(DATABASE_UPLOADS), 0);
    assert_int_equal(count_rows(DATABASE_BODY), 3);
    must(ledger_begin_read(bench.ledger, &txn, &bench.err));
    for (uint32_t at = 0; at < file.total; at += PIECE) {
        must(ledger_attachment_piece(txn, &row, at, bench.arena, &piece, &found, &bench.err));
        assert_true(found);
        assert_int_equal(piece.use, BODY_PIECE);
    }
    must(ledger_attachment_piece(txn, &row, 1, bench.arena, &piece, &found, &bench.err));
    assert_false(found);
    must(
        ledger_attachment_piece(txn, &row, 3 * PIECE, bench.arena, &piece, &found, &bench.err));
    assert_false(found);
    ledger_abort(txn);
}

/* The same piece again is done already; a whole file too. Nothing is stored twice. */
static void test_again(void **state)
{
    struct a_file file = file_of('a', PIECE + 1);
    uint64_t entries;

    (void)state;
    expect_there(piece_work(&file, CORE, 0, 'x'), PIECE, false);
    expect_there(piece_work(&file, CORE, 0, 'x'), PIECE, false);
    bench_crash();
    expect_there(file_work(&file, CORE, FILE_PIECE), PIECE, false);
    expect_there(piece_work(&file, CORE, PIECE, 'x'), PIECE + 1, false);
    expect_there(piece_work(&file, CORE, PIECE, 'x'), PIECE + 1, false);
    expect_there(file_work(&file, CORE, FILE_WHOLE), PIECE + 1, true);
    entries = ledger_size(bench.ledger);
    expect_there(file_work(&file, CORE, FILE_WHOLE), PIECE + 1, true);
    expect_there(piece_work(&file, CORE, 0, 'x'), PIECE + 1, true);
    expect_there(piece_work(&file, CORE, 0, 'y'), PIECE + 1, true);
    expect_there(file_work(&file, CORE, FILE_PIECE), PIECE + 1, true);
    assert_int_equal(ledger_size(bench.ledger), entries);
    assert_int_equal(count_rows(DATABASE_BODY), 2);
}

static void test_wrong_pieces(void **state)
{
    struct a_file file = file_of('a', 3 * PIECE);
    struct a_file longer = file_of('a', 4 * PIECE);

    (void)state;
    expect_refused(piece_work(&file, CORE, PIECE, 'x'), ERROR_VALUE); /* a gap */
    assert_int_equal(count_rows(DATABASE_UPLOADS), 0);
    expect_there(piece_work(&file, CORE, 0, 'x'), PIECE, false);
    expect_refused(piece_work(&file, CORE, 0, 'y'), ERROR_CONFLICT);
    expect_refused(piece_work(&file, CORE, 2 * PIECE, 'x'), ERROR_VALUE);
    expect_refused(piece_work(&longer, CORE, PIECE, 'x'), ERROR_CONFLICT);
    expect_refused(file_work(&longer, CORE, FILE_PIECE), ERROR_CONFLICT);
    expect_refused(file_work(&file, CORE, FILE_WHOLE), ERROR_BUSY); /* not all is here */
    assert_int_equal(count_rows(DATABASE_BODY), 1);
    assert_int_equal(row_of(&file).seq, 0);
}

/* What does not make up its digest leaves nothing behind, and may come again. */
static void test_dropped(void **state)
{
    struct a_file file = file_of('a', PIECE + 9);
    uint64_t entries = ledger_size(bench.ledger);

    (void)state;
    expect_there(piece_work(&file, PARTNER, 0, 'w'), PIECE, false);
    expect_there(piece_work(&file, PARTNER, PIECE, 'w'), PIECE + 9, false);
    apply(file_work(&file, PARTNER, FILE_DROP));
    apply(file_work(&file, PARTNER, FILE_DROP));
    assert_int_equal(ledger_size(bench.ledger), entries);
    assert_int_equal(count_rows(DATABASE_BODY), 0);
    assert_int_equal(count_rows(DATABASE_UPLOADS), 0);
    bring(&file, PARTNER);
}

/* Two parties bring one file: it lies here once, and neither disturbs the other. */
static void test_two_parties(void **state)
{
    struct a_file file = file_of('a', 2 * PIECE);

    (void)state;
    expect_there(piece_work(&file, PARTNER, 0, 'w'), PIECE, false); /* wrong bytes */
    expect_there(piece_work(&file, OTHER, 0, 'x'), PIECE, false);
    bring(&file, CORE);
    assert_int_equal(count_rows(DATABASE_BODY), 4);
    apply(file_work(&file, PARTNER, FILE_DROP));
    /* Who did not bring it is not told that it is here, until it has brought it. */
    expect_there(file_work(&file, OTHER, FILE_PIECE), PIECE, false);
    expect_there(file_work(&file, PARTNER, FILE_PIECE), 0, false);
    expect_there(piece_work(&file, OTHER, PIECE, 'x'), 2 * PIECE, false);
    expect_there(file_work(&file, OTHER, FILE_WHOLE), 2 * PIECE, true);
    assert_int_equal(count_rows(DATABASE_BODY), 2);
    assert_int_equal(count_rows(DATABASE_UPLOADS), 0);
    assert_int_equal(row_of(&file).party, CORE);
}

/* What a partner brought is told to our own core. */
static void test_core_is_told(void **state)
{
    struct a_file file = file_of('a', 77);
    struct a_file other_size = file_of('a', 78);

    (void)state;
    bring(&file, PARTNER);
    expect_there(file_work(&file, CORE, FILE_PIECE), 77, true);
    expect_there(file_work(&file, PARTNER, FILE_PIECE), 77, true);
    expect_refused(file_work(&other_size, CORE, FILE_PIECE), ERROR_CONFLICT);
}

static void test_bounds(void **state)
{
    struct a_file file = file_of('a', 2 * PIECE);
    struct work *work;

    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        struct a_file other = file_of('b', 2 * PIECE);
        other.digest[0] = (uint8_t)i;
        expect_there(piece_work(&other, PARTNER, 0, 'x'), PIECE, false);
    }
    expect_refused(piece_work(&file, PARTNER, 0, 'x'), ERROR_BUSY);
    expect_there(piece_work(&file, OTHER, 0, 'x'), PIECE, false);
    bench.now.ms += 8 * day_ms; /* given up meanwhile: one goes with each that begins */
    expect_there(piece_work(&file, PARTNER, 0, 'x'), PIECE, false);
    assert_int_equal(count_rows(DATABASE_BODY), 65);

    work = piece_work(&file, PARTNER, PIECE, 'x');
    work->file->day_max = PIECE - 1;
    expect_refused(work, ERROR_BUSY);
    work = piece_work(&file, PARTNER, PIECE, 'x');
    work->file->day_max = PIECE;
    expect_there(work, 2 * PIECE, false);
    expect_there(file_work(&file, PARTNER, FILE_WHOLE), 2 * PIECE, true);
    file = file_of('c', 1);
    work = piece_work(&file, PARTNER, 0, 'x');
    work->file->day_max = PIECE;
    expect_refused(work, ERROR_BUSY);
    bench.now.ms += day_ms; /* another day */
    work = piece_work(&file, PARTNER, 0, 'x');
    work->file->day_max = PIECE;
    expect_there(work, 1, false);
}

/* The largest file fits into its entry. */
static void test_largest(void **state)
{
    struct a_file file = file_of('a', ATTACHMENT_SIZE_MAX);

    (void)state;
    bring(&file, CORE);
    assert_int_equal(row_of(&file).size, ATTACHMENT_SIZE_MAX);
    assert_int_equal(count_rows(DATABASE_BODY), ATTACHMENT_PIECES_MAX);
}

/* Rule ATT-FILE: the form is taken once its file is here. What it names is in the ledger. */
static void test_required(void **state)
{
    struct a_file file = file_of('f', 9);
    struct record *form;
    struct record *named;
    struct record *files;
    struct uuid case_id;
    struct work *work;
    char hex[65];

    (void)state;
    work = submission(ACTION_APPLICATION, 1, document(ACTION_APPLICATION, 1));
    apply_accepted(work);
    case_id = work->result.case_id;
    apply_accepted(submission(ACTION_LETTER, 1, document(ACTION_LETTER, 1)));
    form = document(ACTION_FORM, 1);
    files = record_add(bench.arena, form, "attachments", TEXT_NONE);
    named = record_add(bench.arena, files, "attachment", TEXT_NONE);
    hex_encode(file.digest, sizeof(file.digest), hex);
    assert_non_null(
        record_add(bench.arena, named, "sha256", arena_copy(bench.arena, text_of(hex))));
    bench.rules->rows[bench.rules->count++] = (struct rule){.id = "ATT-FILE", .value = 1};
    work = message_from(PARTNER, &case_id, ACTION_FORM, 1, form);
    apply(work);
    expect_verdict(work, VERDICT_REFUSED, "FLW-12");
    assert_int_equal(row_of(&file).names, 0);
    bring(&file, PARTNER);
    apply_accepted(message_from(PARTNER, &case_id, ACTION_FORM, 1, form));
    assert_int_equal(row_of(&file).names, 1);
    assert_int_equal(row_of(&file).named, ledger_size(bench.ledger));
}

/* As long as the rule does not say so, its name is enough; our own core is never asked. */
static void test_not_required(void **state)
{
    struct a_file file = file_of('f', 9);
    struct record *application = document(ACTION_APPLICATION, 1);
    struct record *files = record_add(bench.arena, application, "attachments", TEXT_NONE);
    struct record *named = record_add(bench.arena, files, "attachment", TEXT_NONE);
    char hex[65];

    (void)state;
    hex_encode(file.digest, sizeof(file.digest), hex);
    assert_non_null(
        record_add(bench.arena, named, "sha256", arena_copy(bench.arena, text_of(hex))));
    bench.rules->rows[bench.rules->count++] = (struct rule){.id = "ATT-FILE", .value = 1};
    apply_accepted(submission(ACTION_APPLICATION, 1, application));
    assert_int_equal(row_of(&file).names, 1);
    assert_int_equal(row_of(&file).seq, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_whole),        ENGINE_TEST(test_again),
        ENGINE_TEST(test_wrong_pieces), ENGINE_TEST(test_dropped),
        ENGINE_TEST(test_two_parties),  ENGINE_TEST(test_core_is_told),
        ENGINE_TEST(test_bounds),       ENGINE_TEST(test_largest),
        ENGINE_TEST(test_required),     ENGINE_TEST(test_not_required),
    };

    if (!digest_setup(&bench.err))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
