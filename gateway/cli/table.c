/* table.c - a table of text: collected, measured, then printed. */
#include "cli/screen.h"

#include <string.h>

#include "base/text.h"

enum { GAP = 2, CELL_BYTES = 512 };

struct cell {
    struct cell *next;
    const char *text;
    enum paint paint;
    size_t width;
};

struct table {
    struct arena *arena;
    const struct table_column *columns;
    size_t column_count;
    size_t widths[TABLE_COLUMNS_MAX]; /* natural */
    struct cell *first;
    struct cell *last;
    size_t cell_count;
};

struct table *table_new(struct arena *arena, const struct table_column *columns,
                        size_t column_count)
{
    struct table *table = arena_alloc(arena, sizeof(*table));

    CHECK(column_count > 0 && column_count <= TABLE_COLUMNS_MAX);
    if (table == NULL)
        return NULL;
    table->arena = arena;
    table->columns = columns;
    table->column_count = column_count;
    for (size_t i = 0; i < column_count; i++)
        table->widths[i] = screen_width(columns[i].title);
    return table;
}

bool table_cell(struct table *table, enum paint paint, const char *text, struct error *err)
{
    size_t column = table->cell_count % table->column_count;
    struct cell *cell = arena_alloc(table->arena, sizeof(*cell));
    struct text copy = arena_copy(table->arena, text_of(text));

    if (cell == NULL || copy.at == NULL)
        return fail(err, ERROR_MEMORY, "the listing is too long for this program's memory");
    *cell = (struct cell){.text = copy.at, .paint = paint, .width = text_columns(copy)};
    if (cell->width > table->widths[column])
        table->widths[column] = cell->width;
    if (table->last == NULL)
        table->first = cell;
    else
        table->last->next = cell;
    table->last = cell;
    table->cell_count++;
    return true;
}

size_t table_rows(const struct table *table)
{
    return table->cell_count / table->column_count;
}

static size_t total_width(const struct table *table, const size_t *widths)
{
    size_t total = (table->column_count - 1) * GAP;

    for (size_t i = 0; i < table->column_count; i++)
        total += widths[i];
    return total;
}

/* Flexible columns give way, the widest first, until the table fits or all are at their least.
 */
static void fit(const struct table *table, size_t *widths)
{
    memcpy(widths, table->widths, sizeof(table->widths));
    while (total_width(table, widths) > SCREEN_COLUMNS) {
        size_t widest = table->column_count;

        for (size_t i = 0; i < table->column_count; i++)
            if (table->columns[i].flexible && widths[i] > TABLE_CELL_MIN &&
                (widest == table->column_count || widths[i] > widths[widest]))
                widest = i;
        if (widest == table->column_count)
            return;
        widths[widest]--;
    }
}

/* A line under way: blanks are owed until something follows them, so that no line ends in one.
 */
struct line {
    const struct screen *screen;
    size_t owed;
};

static void print_cell(struct line *line, const struct table_column *column, size_t width,
                       enum paint paint, const char *text)
{
    char cut[CELL_BYTES];
    const char *shown = screen_cut(text, width, cut, sizeof(cut));
    size_t pad = width - screen_width(shown);

    if (column->right)
        line->owed += pad;
    if (shown[0] != '\0') {
        for (; line->owed > 0; line->owed--)
            fputc(' ', line->screen->out);
        screen_paint(line->screen, paint, shown);
    }
    line->owed += GAP + (column->right ? 0 : pad);
}

static void end_line(struct line *line)
{
    fputc('\n', line->screen->out);
    line->owed = 0;
}

void table_print(const struct table *table, const struct screen *screen)
{
    size_t widths[TABLE_COLUMNS_MAX];
    struct line line = {.screen = screen};
    size_t column = 0;

    fit(table, widths);
    for (size_t i = 0; i < table->column_count; i++)
        print_cell(&line, &table->columns[i], widths[i], PAINT_TITLE, table->columns[i].title);
    end_line(&line);
    for (const struct cell *cell = table->first; cell != NULL; cell = cell->next) {
        print_cell(&line, &table->columns[column], widths[column], cell->paint, cell->text);
        column = column + 1 == table->column_count ? 0 : column + 1;
        if (column == 0)
            end_line(&line);
    }
}
