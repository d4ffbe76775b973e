/* cli.c - the words of the command line to a verb, and its error to a person. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/version.h"
#include "cli/output.h"

enum { ARENA_MAX = 1024 * 1024 * 1024 };

/* What stands before the verb. */
struct head {
    const char *config_path;
    const char *encoding; /* NULL: UTF-8 */
    bool help;
    bool version;
    int used; /* words, with the program's own name */
};

const struct verb cli_verbs[] = {
    {"status", "[--json]", N_("one screen: what needs action, and how everything is"),
     cli_status},
    {"cases",
     "[--open] [--overdue] [--due DAYS] [--party ID] [--state NAME] [--kind NAME] [--json]",
     N_("list cases"), cli_cases},
    {"case", "ID [--unmask [--reason TEXT]] [--json]",
     N_("a case's story, by number, its beginning, or trace number"), cli_case},
    {"stays", "[--open] [--party ID] [--month yyyy-MM] [--times] [--json]",
     N_("stays settled directly: state, amounts; --times: how long answers took"), cli_stays},
    {"stay", "ID [--lines] [--json]",
     N_("one stay: filing, amounts, who owes what, questions and their times"), cli_stay},
    {"uncertain", "[--json]", N_("every outcome in doubt, and what is done about it"),
     cli_uncertain},
    {"owes", "[--month yyyy-MM] [--json]", N_("who owes whom, by partner, insurance and month"),
     cli_owes},
    {"rate", "[--month yyyy-MM] [--json]", N_("how many registered stays are settled directly"),
     cli_rate},
    {"punctuality", "[--month yyyy-MM] [--json]",
     N_("limits kept, late and overdue, by whose duty, partner, flow and step"),
     cli_punctuality},
    {"person", "[--reason TEXT] [--json]",
     N_("cases and entries of one person; asks for the identity number"), cli_person},
    {"message", "ID [--json] | ID --raw [--reply] [--reason TEXT]",
     N_("what is known of a message; --raw opens its exact bytes"), cli_message},
    {"attachments get", "DIGEST FILE [--reason TEXT]",
     N_("write a file that documents name; that is journaled"), cli_attachments_get},
    {"attachments", "[DIGEST] [--missing] [--json]",
     N_("files that documents name: which are here, who brought them"), cli_attachments},
    {"party check", "[ID] [--offline] [--json]",
     N_("could we exchange with it now: pins, days, lists, address, a call"), cli_party_check},
    {"party", "[ID] [--json]", N_("parties: certificates, letters"), cli_party},
    {"letters", "[--dead] [--all] [--json]", N_("letters that are under way or dead"),
     cli_letters},
    {"outbox", "[PARTY] [--json]", N_("what is on its way to whom, and what holds it up"),
     cli_outbox},
    {"mailbox", "[PARTY] [--json]", N_("what lies ready for parties that we cannot call"),
     cli_mailbox},
    {"retry", "LETTER [--reason TEXT]", N_("try a dead letter again"), cli_retry},
    {"close", "LETTER --reason TEXT", N_("give a dead letter up; the case goes on without it"),
     cli_close},
    {"pause", "CASE LIMIT --reason TEXT", N_("a limit that is our own duty rests"), cli_pause},
    {"resume", "CASE LIMIT --reason TEXT", N_("a limit that rests goes on"), cli_resume},
    {"reverse", "STAY --reason TEXT", N_("undo a settlement over there; needs a second person"),
     cli_reverse},
    {"import", "--open-cases FILE --reason TEXT [--json]",
     N_("take open cases of another system over, each once"), cli_import},
    {"approvals", "[NUMBER] [--all] [--json]", N_("acts that wait for a second person"),
     cli_approvals},
    {"propose", "ACT OBJECT --reason TEXT", N_("ask for an act that needs a second person"),
     cli_propose},
    {"approve", "NUMBER --reason TEXT", N_("be the second person: the act is done"),
     cli_approve},
    {"decline", "NUMBER [--reason TEXT]", N_("say no to what was proposed, or take it back"),
     cli_decline},
    {"reload", "[--json]", N_("read the configuration anew, without a restart"), cli_reload},
    {"submit",
     "FILE [--party CORE] [--json]\n"
     "    | --batch DIR|LIST [--results FILE] [--jobs N] [--party CORE] [--json]",
     N_("submit a document of the core system by hand; --batch: thousands"), cli_submit},
    {"alarms ack", "CODE [--reason TEXT]", N_("an alarm was seen: it is not told again"),
     cli_alarms_ack},
    {"alarms silence", "CODE --hours N [--reason TEXT]",
     N_("an alarm is not told for some hours"), cli_alarms_silence},
    {"alarms", "[--json]", N_("alarms that stand, and what to type"), cli_alarms},
    {"doctor", "[--json]", N_("what is wrong here, and what to type"), cli_doctor},
    {"metrics", "", N_("the running gateway's numbers, as Prometheus reads them"), cli_metrics},
    {"ledger verify", "[--keys] [--json]", N_("check every entry, hash and body"),
     cli_ledger_verify},
    {"ledger rebuild", "[--json]", N_("make everything anew from the journal and compare"),
     cli_ledger_rebuild},
    {"ledger backup", "FILE [--continue | --from ENTRY]",
     N_("write all entries and bodies as a stream"), cli_ledger_backup},
    {"ledger restore", "FILE... DIR [--accept-cut]", N_("make a ledger from such a stream"),
     cli_ledger_restore},
    {"ledger export",
     "DIR|FILE [--format csv|xml] [--from DATE] [--until DATE] [--party ID] [--case ID]\n"
     "    [--english] [--rows N] [--unmask] [--reason TEXT]",
     N_("write the ledger as tables for auditors"), cli_ledger_export},
    {"config check", "", N_("check the configuration and everything it names"),
     cli_config_check},
    {"adapter check", "DIR [--schemas DIR]", N_("prove an adapter's examples both ways"),
     cli_adapter_check},
    {"adapter explain", "DIR FIELD [--schemas DIR]", N_("where a field's value comes from"),
     cli_adapter_explain},
    {"help", "[VERB]", N_("this list, or one verb"), cli_help},
};
const size_t cli_verb_count = COUNT_OF(cli_verbs);

bool cli_hint(struct cli *cli, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(cli->hint, sizeof(cli->hint), format, arguments);
    va_end(arguments);
    text_one_line(cli->hint);
    return false;
}

static bool read_head(int word_count, char *const words[], struct head *head, struct error *err)
{
    const char *from_environment = getenv("QIANTONG_CONFIG");

    *head = (struct head){.used = 1, .config_path = CLI_CONFIG_DEFAULT};
    head->encoding = output_encoding(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"));
    if (from_environment != NULL && from_environment[0] != '\0')
        head->config_path = from_environment;
    while (head->used < word_count && words[head->used][0] == '-') {
        const char *word = words[head->used++];

        if (strcmp(word, "--version") == 0) {
            head->version = true;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            head->help = true;
        } else if (strncmp(word, "--config=", 9) == 0 && word[9] != '\0') {
            head->config_path = word + 9;
        } else if (strncmp(word, "--encoding=", 11) == 0) {
            head->encoding = word + 11;
        } else if (strcmp(word, "--encoding") == 0 && head->used < word_count) {
            head->encoding = words[head->used++];
        } else if (strcmp(word, "--config") == 0 && head->used < word_count) {
            head->config_path = words[head->used++];
        } else {
            return fail(err, ERROR_USAGE, _("unknown option %s, or its value is missing"),
                        word);
        }
    }
    return true;
}

/* Words of the verb's name that `words` begins with; 0: it is another verb. */
static int matches(const struct verb *verb, int word_count, char *const words[])
{
    struct text rest = text_of(verb->name);
    int count = 0;

    while (rest.size > 0) {
        struct text word = text_cut(&rest, ' ');

        if (count == word_count || !text_is(word, words[count]))
            return 0;
        count++;
    }
    return count;
}

/* "ledger" alone, or with a word that does not belong: its verbs are shown, not all. */
static bool unknown_verb(struct cli *cli, const char *word, struct error *err)
{
    size_t size = strlen(word);

    cli_hint(cli, _("`qiantong help` lists what there is"));
    for (size_t i = 0; i < cli_verb_count; i++)
        if (strncmp(cli_verbs[i].name, word, size) == 0 && cli_verbs[i].name[size] == ' ')
            cli_hint(cli, _("`qiantong help %s` lists what there is"), word);
    return fail(err, ERROR_USAGE, _("unknown verb: %s"), word);
}

static bool run_verb(struct cli *cli, int word_count, char *const words[], struct error *err)
{
    if (word_count == 0)
        return cli_help(cli, 0, NULL, err);
    for (size_t i = 0; i < cli_verb_count; i++) {
        int used = matches(&cli_verbs[i], word_count, words);

        if (used == 0)
            continue;
        if (cli_verbs[i].run(cli, word_count - used, words + used, err))
            return true;
        if (err->code == ERROR_USAGE && cli->hint[0] == '\0')
            cli_hint(cli, "qiantong %s %s", cli_verbs[i].name, cli_verbs[i].usage);
        return false;
    }
    return unknown_verb(cli, words[0], err);
}

/* What a person can do about a kind of error when the verb itself said nothing. */
static const char *general_hint(enum error_code code)
{
    switch (code) {
    case ERROR_USAGE:
        return _("`qiantong help` lists what there is");
    case ERROR_CONFIG:
        return _("mend it, then `qiantong config check`");
    case ERROR_LEDGER:
        return _("stop the gateway, keep the files, run `qiantong ledger verify`");
    case ERROR_NOT_FOUND:
        return _("check the name, and from which folder it is meant");
    case ERROR_SYSTEM:
        return _("mend what the system says, then try again");
    case ERROR_DISK_FULL:
        return _("make room where the ledger lies");
    case ERROR_BUSY:
    case ERROR_NETWORK:
        return _("see `qiantong status` and the gateway's log, then try again");
    case ERROR_DENIED:
        return _("run it as a member of the ledger's group");
    default:
        return NULL;
    }
}

static void print_error(const struct cli *cli, const struct error *err)
{
    const char *hint = cli->hint[0] != '\0' ? cli->hint : general_hint(err->code);

    fflush(stdout);
    /* What lower layers say is English; the kind of error at least is told in Chinese. */
    fprintf(stderr, language_chinese() ? "qiantong: %s（%s，%s）\n" : "qiantong: %s (%s%s)\n",
            err->text, language_chinese() ? gettext(error_meaning(err->code)) : "",
            error_name(err->code));
    if (hint != NULL)
        fprintf(stderr, _("next: %s\n"), hint);
}

static bool flush_output(const struct cli *cli, struct error *err)
{
    bool good = fflush(stdout) == 0 && !ferror(stdout);

    if (fflush(cli->screen.bytes) != 0 || ferror(cli->screen.bytes) || !good)
        return fail(err, ERROR_SYSTEM, _("the output could not be written"));
    return true;
}

static bool run(struct cli *cli, int word_count, char *words[], struct error *err)
{
    struct head head;

    if (!read_head(word_count, words, &head, err) ||
        (head.encoding != NULL && !output_convert(&cli->screen, head.encoding, err)))
        return false;
    if (head.version) {
        printf("qiantong " QIANTONG_VERSION "\n");
        return true;
    }
    cli->config_path = head.config_path;
    cli->arena = arena_new(ARENA_MAX);
    if (cli->arena == NULL)
        return fail(err, ERROR_MEMORY, _("no memory"));
    if (head.help)
        return cli_help(cli, 0, NULL, err);
    return run_verb(cli, word_count - head.used, words + head.used, err);
}

int cli_main(int word_count, char *words[])
{
    struct cli cli = {.screen = screen_on(stdout)};
    struct error err = ERROR_INIT;
    bool ok;

    language_start();
    ok = run(&cli, word_count, words, &err) && flush_output(&cli, &err);
    cli_close_ledger(&cli);
    config_free(cli.config);
    if (!ok)
        print_error(&cli, &err);
    output_end(&cli.screen);
    arena_free(cli.arena);
    if (ok)
        return cli.status;
    return cli.failed_status != 0 ? cli.failed_status : error_exit(err.code);
}
