/* export_cells.c - values to text, by hand where a row of the journal has dozens of them. */
#include "cli/export.h"

#include <string.h>

#include "base/utf8.h"

enum { CELL_MAX = 4096, REGION_DIGITS = 6 };

static void put(struct export *export, struct text text)
{
    const struct export_column *column = &export->table->columns[export->column];

    CHECK(export->column < export->table->column_count);
    export->column++;
    if (export->scope.xml)
        put_xml_cell(export, column, text);
    else
        put_csv_cell(export, column, text);
}

void cell_none(struct export *export)
{
    put(export, TEXT_NONE);
}

static bool is_plain(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.at[i] < 0x20 || (unsigned char)text.at[i] >= 0x7F)
            return false;
    return true;
}

/* Line ends and tabs become blanks; other control characters and what is no UTF-8 the
 * replacement character: neither CSV readers nor XML take them. */
static void clean(struct text text, struct buffer *out)
{
    uint32_t code;

    while (utf8_take(&text, &code)) {
        char bytes[UTF8_SIZE_MAX];

        if (code == '\t' || code == '\n' || code == '\r')
            code = ' ';
        else if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xFFFE ||
                 code == 0xFFFF)
            code = UTF8_REPLACEMENT;
        buffer_bytes(out, bytes, utf8_encode(code, bytes));
    }
}

void cell_text(struct export *export, struct text text)
{
    unsigned char memory[CELL_MAX];
    struct buffer cleaned = buffer_over(memory, sizeof(memory));

    if (is_plain(text)) {
        put(export, text);
        return;
    }
    clean(text, &cleaned);
    put(export, buffer_as_text(&cleaned));
}

void cell_string(struct export *export, const char *nul_terminated)
{
    cell_text(export, text_of(nul_terminated));
}

void cell_code(struct export *export, struct name name)
{
    put(export, text_is(text_of(name.english), "none") ? TEXT_NONE : text_of(name.english));
}

void cell_number(struct export *export, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(export, (struct text){digits + at, sizeof(digits) - at});
}

void cell_number_or_none(struct export *export, uint64_t number)
{
    if (number == 0)
        cell_none(export);
    else
        cell_number(export, number);
}

void cell_flag(struct export *export, bool flag)
{
    put(export, flag ? TEXT("1") : TEXT("0"));
}

void cell_money(struct export *export, struct money money)
{
    char text[MONEY_TEXT_SIZE];

    put(export, text_of(money_format(money, text)));
}

void cell_time(struct export *export, struct instant at)
{
    char text[INSTANT_TEXT_SIZE];

    put(export, at.ms == 0 ? TEXT_NONE : text_of(instant_format(at, text)));
}

void cell_day(struct export *export, struct day day)
{
    char text[DAY_TEXT_SIZE];

    put(export, text_of(day_format(day, text)));
}

void cell_uuid(struct export *export, const struct uuid *id)
{
    char text[UUID_TEXT_SIZE];

    put(export, uuid_is_none(id) ? TEXT_NONE : text_of(uuid_format(id, text)));
}

void cell_hex(struct export *export, const void *bytes, size_t size)
{
    static const unsigned char zeros[64];
    char text[2 * sizeof(zeros) + 1];

    CHECK(size <= sizeof(zeros));
    if (memcmp(bytes, zeros, size) == 0) {
        cell_none(export);
        return;
    }
    hex_encode(bytes, size, text);
    put(export, (struct text){text, 2 * size});
}

void cell_region(struct export *export, uint32_t region)
{
    char digits[REGION_DIGITS];

    if (region == 0) {
        cell_none(export);
        return;
    }
    for (size_t i = REGION_DIGITS; i-- > 0; region /= 10)
        digits[i] = (char)('0' + region % 10);
    put(export, (struct text){digits, sizeof(digits)});
}

bool row_begin(struct export *export, struct error *err)
{
    CHECK(export->column == 0);
    if (!export->scope.xml && export->file_rows == export->scope.rows_max &&
        !files_next_part(export, err))
        return false;
    if (export->scope.xml) {
        export_file_text(export->file, "    <");
        export_file_text(export->file, export->table->row);
        export_file_text(export->file, ">");
    }
    return true;
}

void row_end(struct export *export)
{
    CHECK(export->column == export->table->column_count);
    export->column = 0;
    export->file_rows++;
    export->table_rows++;
    export->rows++;
    if (!export->scope.xml) {
        export_file_put(export->file, "\r\n", 2);
        return;
    }
    export_file_text(export->file, "</");
    export_file_text(export->file, export->table->row);
    export_file_text(export->file, ">\n");
}
