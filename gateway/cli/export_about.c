/* export_about.c - what explains the tables: dictionary, code lists, scripts that load them. */
#include <inttypes.h>
#include <string.h>

#include "cli/export.h"
#include "core/flow.h"

/* How a database calls a type of column. */
struct sql_types {
    const char *file;
    const char *types[COLUMN_TYPES];
};

static const struct sql_types dialects[] = {
    {"load-sqlite.sql",
     {[COLUMN_TEXT] = "TEXT",
      [COLUMN_CODE] = "TEXT",
      [COLUMN_ID] = "TEXT",
      [COLUMN_NUMBER] = "INTEGER",
      [COLUMN_AMOUNT] = "NUMERIC",
      [COLUMN_DAY] = "TEXT",
      [COLUMN_TIME] = "TEXT",
      [COLUMN_FLAG] = "INTEGER"}},
    {"load-postgresql.sql",
     {[COLUMN_TEXT] = "text",
      [COLUMN_CODE] = "varchar(40)",
      [COLUMN_ID] = "varchar(64)",
      [COLUMN_NUMBER] = "numeric(20)",
      [COLUMN_AMOUNT] = "numeric(18,2)",
      [COLUMN_DAY] = "date",
      [COLUMN_TIME] = "timestamp(3) with time zone",
      [COLUMN_FLAG] = "numeric(1)"}},
    {"load-mysql.sql",
     {[COLUMN_TEXT] = "TEXT",
      [COLUMN_CODE] = "VARCHAR(40)",
      [COLUMN_ID] = "VARCHAR(64)",
      [COLUMN_NUMBER] = "DECIMAL(20)",
      [COLUMN_AMOUNT] = "DECIMAL(18,2)",
      [COLUMN_DAY] = "DATE",
      [COLUMN_TIME] = "VARCHAR(32)",
      [COLUMN_FLAG] = "DECIMAL(1)"}},
};

static const char *type_word(enum column_type type)
{
    static const char *const words[COLUMN_TYPES] = {
        [COLUMN_TEXT] = "text",     [COLUMN_CODE] = "code",     [COLUMN_ID] = "id",
        [COLUMN_NUMBER] = "number", [COLUMN_AMOUNT] = "amount", [COLUMN_DAY] = "date",
        [COLUMN_TIME] = "time",     [COLUMN_FLAG] = "flag",
    };

    return words[type];
}

static const char *unit_word(const struct export_column *column)
{
    if (column->type == COLUMN_AMOUNT)
        return "yuan 元, 0.00";
    if (column->type == COLUMN_DAY)
        return "yyyy-mm-dd";
    if (column->type == COLUMN_TIME)
        return "ISO 8601 +08:00";
    return column->type == COLUMN_FLAG ? "1 / 0" : "";
}

static void line(struct export *export, const char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        export_file_text(export->file, i > 0 ? ",\"" : "\"");
        export_file_text(export->file, fields[i]);
        export_file_put(export->file, "\"", 1);
    }
    export_file_text(export->file, "\r\n");
    export->file_rows++;
}

/* --- dictionary and code lists
 * ----------------------------------------------------------------- */

static bool write_dictionary(struct export *export, struct error *err)
{
    if (!files_open(export, "dictionary.csv", err))
        return false;
    export_file_text(export->file, "\xEF\xBB\xBF"
                                   "table,table_chinese,column,title,type,unit,list,meaning,"
                                   "meaning_chinese\r\n");
    for (size_t t = 0; t < export_table_count; t++) {
        const struct export_table *table = &export_tables[t];

        for (size_t c = 0; c < table->column_count; c++) {
            const struct export_column *column = &table->columns[c];
            const char *const fields[] = {
                table->name,
                table->chinese,
                column->name,
                column->title,
                type_word(column->type),
                unit_word(column),
                column->list == NULL ? "" : column->list,
                column->english,
                column->chinese,
            };

            line(export, fields, COUNT_OF(fields));
        }
    }
    return files_close(export, "dictionary.csv", NULL, err);
}

static void write_code(struct export *export, const char *list, unsigned number,
                       struct name name)
{
    char text[16];
    const char *const fields[] = {list, text, name.english, name.chinese};

    snprintf(text, sizeof(text), "%u", number);
    if (strcmp(name.english, "unknown") != 0)
        line(export, fields, COUNT_OF(fields));
}

static bool write_codes(struct export *export, struct error *err)
{
    if (!files_open(export, "codes.csv", err))
        return false;
    export_file_text(export->file, "\xEF\xBB\xBF"
                                   "list,number,code,chinese\r\n");
    for (size_t l = 0; l < export_list_count; l++)
        for (unsigned i = export_lists[l].first; i < export_lists[l].end; i++)
            write_code(export, export_lists[l].name, i, export_lists[l].name_of(i));
    for (size_t f = 0; flows[f] != NULL; f++)
        for (unsigned i = 0; i < flows[f]->state_count; i++)
            write_code(export, "state", i, flow_state_name(flows[f], i));
    return files_close(export, "codes.csv", NULL, err);
}

/* --- load scripts
 * ------------------------------------------------------------------------------ */

static void create_table(struct export *export, const struct sql_types *dialect,
                         const struct export_table *table)
{
    char text[256];

    snprintf(text, sizeof(text), "CREATE TABLE %s (\n", table->name);
    export_file_text(export->file, text);
    for (size_t c = 0; c < table->column_count; c++) {
        const struct export_column *column = &table->columns[c];

        snprintf(text, sizeof(text), "  c_%s %s%s\n", column->name,
                 dialect->types[column->type], c + 1 < table->column_count ? "," : "");
        export_file_text(export->file, text);
    }
    export_file_text(export->file, ");\n");
}

/* An absent value is empty; SQLite takes it as a text. */
static void load_sqlite(struct export *export, const struct export_table *table,
                        const char *file)
{
    char text[256];

    snprintf(text, sizeof(text), ".import --csv --skip 1 %s %s\n", file, table->name);
    export_file_text(export->file, text);
}

static void nulls_sqlite(struct export *export, const struct export_table *table)
{
    char text[256];

    for (size_t c = 0; c < table->column_count; c++) {
        snprintf(text, sizeof(text), "UPDATE %s SET c_%s = NULL WHERE c_%s = '';\n",
                 table->name, table->columns[c].name, table->columns[c].name);
        export_file_text(export->file, text);
    }
}

static void load_postgresql(struct export *export, const struct export_table *table,
                            const char *file)
{
    char text[256];

    snprintf(text, sizeof(text),
             "\\copy %s FROM '%s' WITH (FORMAT csv, HEADER true, "
             "ENCODING 'UTF8')\n",
             table->name, file);
    export_file_text(export->file, text);
}

static void load_mysql(struct export *export, const struct export_table *table,
                       const char *file)
{
    char text[256];

    snprintf(text, sizeof(text),
             "LOAD DATA LOCAL INFILE '%s' INTO TABLE %s\n"
             "  CHARACTER SET utf8mb4 FIELDS TERMINATED BY ','\n"
             "  OPTIONALLY ENCLOSED BY '\"' ESCAPED BY ''\n"
             "  LINES TERMINATED BY '\\r\\n' IGNORE 1 LINES\n  (",
             file, table->name);
    export_file_text(export->file, text);
    for (size_t c = 0; c < table->column_count; c++) {
        snprintf(text, sizeof(text), "%s@c%zu", c > 0 ? ", " : "", c);
        export_file_text(export->file, text);
    }
    export_file_text(export->file, ")\n  SET ");
    for (size_t c = 0; c < table->column_count; c++) {
        snprintf(text, sizeof(text), "%sc_%s = NULLIF(@c%zu, '')", c > 0 ? ",\n      " : "",
                 table->columns[c].name, c);
        export_file_text(export->file, text);
    }
    export_file_text(export->file, ";\n");
}

/* What an auditor asks first: nothing missing, and the control totals. */
static const char first_questions[] =
    "-- Entries without a gap (whole ledger only): both numbers are equal.\n"
    "SELECT COUNT(*), MAX(c_seq) - MIN(c_seq) + 1 FROM entries;\n"
    "-- Control totals by kind, party and verdict.\n"
    "SELECT c_kind, c_party, c_verdict, COUNT(*), SUM(c_amount) FROM entries\n"
    "  GROUP BY c_kind, c_party, c_verdict ORDER BY c_kind, c_party, c_verdict;\n"
    "-- Cases by state; form and money that differ although the case is closed.\n"
    "SELECT c_role, c_state, COUNT(*), SUM(c_form_total), SUM(c_money_total) FROM cases\n"
    "  GROUP BY c_role, c_state ORDER BY c_role, c_state;\n"
    "SELECT c_case_id, c_form_total, c_money_total FROM cases\n"
    "  WHERE c_state = 'closed' AND c_form_total <> c_money_total;\n"
    "-- The same person twice on the same route.\n"
    "SELECT c_person, c_in_region, c_out_region, COUNT(*) FROM cases WHERE c_person <> ''\n"
    "  GROUP BY c_person, c_in_region, c_out_region HAVING COUNT(*) > 1;\n"
    "-- Who saw personal data.\n"
    "SELECT c_user, c_act, c_purpose, COUNT(*) FROM disclosures\n"
    "  GROUP BY c_user, c_act, c_purpose ORDER BY c_user;\n";

static bool write_script(struct export *export, size_t which, struct error *err)
{
    static void (*const loads[])(struct export *, const struct export_table *,
                                 const char *) = {load_sqlite, load_postgresql, load_mysql};

    if (!files_open(export, dialects[which].file, err))
        return false;
    export_file_text(export->file,
                     "-- Run inside this folder. Columns are named c_ and the English name;\n"
                     "-- dictionary.csv explains them.\n");
    for (size_t t = 0; t < export_table_count; t++) {
        const struct export_table *table = &export_tables[t];

        create_table(export, &dialects[which], table);
        for (size_t i = 0; i < export->made_count; i++)
            if (export->made[i].table == table->name)
                loads[which](export, table, export->made[i].name);
        if (which == 0)
            nulls_sqlite(export, table);
    }
    export_file_text(export->file, first_questions);
    return files_close(export, dialects[which].file, NULL, err);
}

bool files_about(struct export *export, struct error *err)
{
    if (!write_dictionary(export, err) || !write_codes(export, err))
        return false;
    for (size_t i = 0; i < COUNT_OF(dialects); i++)
        if (!write_script(export, i, err))
            return false;
    return true;
}
