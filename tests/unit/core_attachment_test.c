/* Files that documents name: what they are, where their pieces end, which ones are named. */
#include "unit.h"

#include <string.h>

#include "core/attachment.h"
#include "core/entry.h"

static void test_media(void **state)
{
    static const struct {
        struct text begin;
        enum attachment_media media;
    } rows[] = {
        {TEXT("%PDF-1.7\n"), MEDIA_PDF},
        {TEXT("%PDF-"), MEDIA_PDF},
        {TEXT("\xff\xd8\xff\xe0 JFIF"), MEDIA_JPEG},
        {TEXT("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), MEDIA_PNG},
        {TEXT(""), MEDIA_NONE},
        {TEXT("%PDF"), MEDIA_NONE},
        {TEXT(" %PDF-1.7"), MEDIA_NONE},
        {TEXT("%pdf-1.7"), MEDIA_NONE},
        {TEXT("\xff\xd8"), MEDIA_NONE},
        {TEXT("\x89PNG\n\x1a\n"), MEDIA_NONE},
        {TEXT("MZ\x90\0"), MEDIA_NONE},
        {TEXT("PK\x03\x04"), MEDIA_NONE},
        {TEXT("<html>"), MEDIA_NONE},
        {TEXT("GIF89a"), MEDIA_NONE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(attachment_media_of(rows[i].begin), rows[i].media);
    assert_string_equal(attachment_media_type(MEDIA_PDF), "application/pdf");
    assert_string_equal(attachment_media_type(MEDIA_JPEG), "image/jpeg");
    assert_string_equal(attachment_media_type(MEDIA_PNG), "image/png");
    assert_string_equal(attachment_media_type(MEDIA_NONE), "application/octet-stream");
    assert_string_equal(attachment_media_type(200), "application/octet-stream");
}

static void test_pieces(void **state)
{
    const uint32_t piece = ATTACHMENT_PIECE_SIZE;

    (void)state;
    assert_int_equal(attachment_piece_size(1, 0), 1);
    assert_int_equal(attachment_piece_size(piece, 0), piece);
    assert_int_equal(attachment_piece_size(piece, piece), 0);
    assert_int_equal(attachment_piece_size(piece + 1, piece), 1);
    assert_int_equal(attachment_piece_size(3 * piece, piece), piece);
    assert_int_equal(attachment_piece_size(3 * piece, piece + 1), 0);
    assert_int_equal(attachment_piece_size(3 * piece, 1), 0);
    assert_int_equal(attachment_piece_size(0, 0), 0);
    assert_int_equal(attachment_piece_size(ATTACHMENT_SIZE_MAX, ATTACHMENT_SIZE_MAX - piece),
                     piece);
    assert_int_equal(attachment_piece_size((uint32_t)ATTACHMENT_SIZE_MAX + 1, 0), 0);
    assert_int_equal(attachment_piece_size(UINT32_MAX, 0), 0);
}

/* Each of its three parts makes another head. */
static void test_head(void **state)
{
    const uint8_t digest[32] = {1};
    const uint8_t other[32] = {2};
    unsigned char first[ATTACHMENT_HEAD_SIZE];
    unsigned char second[ATTACHMENT_HEAD_SIZE];

    (void)state;
    attachment_head(digest, 524288, 7, first);
    assert_memory_equal(first, digest, 32);
    assert_memory_equal(first + 32, "\0\x08\0\0\0\0\0\7", 8);
    attachment_head(other, 524288, 7, second);
    assert_memory_not_equal(first, second, sizeof(first));
    attachment_head(digest, 0, 7, second);
    assert_memory_not_equal(first, second, sizeof(first));
    attachment_head(digest, 524288, 8, second);
    assert_memory_not_equal(first, second, sizeof(first));
}

static struct record *name_file(struct arena *arena, struct record *files, const char *digest)
{
    struct record *file = record_add(arena, files, "attachment", TEXT_NONE);

    assert_non_null(file);
    assert_non_null(record_add(arena, file, "type", TEXT("法律文书 喆㛃𠮷")));
    if (digest != NULL)
        assert_non_null(record_add(arena, file, "sha256", text_of(digest)));
    return file;
}

static void test_named(void **state)
{
    static const char hex[] = "00112233445566778899aabbccddeeff"
                              "00112233445566778899aabbccddeeff";
    uint8_t digests[ATTACHMENTS_NAMED_MAX][ATTACHMENT_DIGEST_SIZE];
    struct arena *arena = arena_new(1 << 20);
    struct record *form = record_new(arena, "form");
    struct record *files;

    (void)state;
    assert_int_equal(attachments_named(form, digests), 0);
    files = record_add(arena, form, "attachments", TEXT_NONE);
    assert_int_equal(attachments_named(form, digests), 0);
    name_file(arena, files, hex);
    name_file(arena, files, hex); /* once more */
    name_file(arena, files, NULL);
    name_file(arena, files, "00112233");
    name_file(arena, files, "zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
    assert_int_equal(attachments_named(form, digests), 1);
    assert_memory_equal(digests[0], "\x00\x11\x22\x33\x44\x55\x66\x77", 8);
    for (int i = 0; i < 40; i++)
        name_file(arena, files, arena_format(arena, "%064x", i + 1));
    assert_int_equal(attachments_named(form, digests), ATTACHMENTS_NAMED_MAX);
    assert_int_equal(digests[31][31], 31);
    arena_free(arena);
}

static bool passes(struct entry_attachment attachment)
{
    unsigned char bytes[64];
    struct buffer buffer = buffer_over(bytes, sizeof(bytes));
    struct entry_attachment out;

    entry_attachment_encode(&attachment, &buffer);
    assert_int_equal(buffer.size, 38);
    return entry_attachment_decode(buffer_as_text(&buffer), &out) &&
           out.change == attachment.change && out.size == attachment.size &&
           out.media == attachment.media && memcmp(out.digest, attachment.digest, 32) == 0;
}

static void test_bytes(void **state)
{
    struct entry_attachment out;
    unsigned char bytes[39] = {ATTACHMENT_NAMED};

    (void)state;
    assert_true(passes((struct entry_attachment){ATTACHMENT_NAMED, {9}, 0, 0}));
    assert_true(passes((struct entry_attachment){ATTACHMENT_WHOLE, {9}, 1, MEDIA_PDF}));
    assert_true(passes(
        (struct entry_attachment){ATTACHMENT_WHOLE, {9}, ATTACHMENT_SIZE_MAX, MEDIA_PNG}));
    assert_false(passes((struct entry_attachment){ATTACHMENT_NAMED, {9}, 1, 0}));
    assert_false(passes((struct entry_attachment){ATTACHMENT_NAMED, {9}, 0, MEDIA_PDF}));
    assert_false(passes((struct entry_attachment){ATTACHMENT_WHOLE, {9}, 0, MEDIA_PDF}));
    assert_false(passes((struct entry_attachment){ATTACHMENT_WHOLE, {9}, 1, MEDIA_NONE}));
    assert_false(passes((struct entry_attachment){ATTACHMENT_WHOLE, {9}, 1, MEDIA_KINDS}));
    assert_false(passes((struct entry_attachment){
        ATTACHMENT_WHOLE, {9}, (uint32_t)ATTACHMENT_SIZE_MAX + 1, MEDIA_PDF}));
    assert_false(passes((struct entry_attachment){0, {9}, 1, MEDIA_PDF}));
    assert_false(passes((struct entry_attachment){3, {9}, 1, MEDIA_PDF}));
    for (size_t size = 0; size <= sizeof(bytes); size++)
        assert_int_equal(entry_attachment_decode((struct text){(char *)bytes, size}, &out),
                         size == 38);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_media), cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_head),  cmocka_unit_test(test_named),
        cmocka_unit_test(test_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
