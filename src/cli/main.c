/* main.c: arguments of tandemctl, and the table of its commands. */
#include "cli/cli.h"
#include "cli/commands.h"

#include <stdio.h>
#include <tandem/log.h>

#define USER_OPTIONS "name= email= role= profile= extension= queues= skills= teams="

static const struct cli_command commands[] = {
    {"status", "", 0, 0, "", "is it running, and what waits", cmd_status},
    {"agents", "", 0, 0, "", "who is here, doing what", cmd_agents},
    {"queues", "", 0, 0, "", "what waits where, how long", cmd_queues},
    {"channels", "", 0, 0, "", "the state of each channel", cmd_channels},
    {"conversations", "", 0, 0, "view= limit=",
     "--view open, closed, queue:ID, agent:ID, contact:ID; --limit N", cmd_conversations},
    {"show", "ID", 1, 1, "", "a conversation with its messages", cmd_show},
    {"hold", "[SCOPE]", 0, 1, "",
     "nothing goes out: social (or another kind), channel:ID, all; it waits and is shown as held",
     cmd_hold},
    {"release", "[SCOPE]", 0, 1, "", "what was held goes out; all: whatever was held", cmd_release},
    {"tail", "", 0, 0, "kind=", "events as JSON lines, as they happen; --kind message,fact,…",
     cmd_tail},
    {"dead", "", 0, 0, "", "commands that could not be applied", cmd_dead},
    {"dead replay", "ID", 1, 1, "", "appends one of them again", cmd_dead_replay},
    {"doctor", "CHANNEL", 1, 1, "dns= dkim=",
     "looks at a channel from end to end and names the fix; --dkim SELECTOR", cmd_doctor},
    {"import", "CHANNEL", 1, 1, "since= folder=",
     "fetches what was there before the channel began, as closed conversations; --since 2026-01-31",
     cmd_import},
    {"import show", "CHANNEL", 1, 1, "", "how far that is", cmd_import_show},
    {"quarantine list", "[CHANNEL]", 0, 1, "", "hooks of which nothing could be taken",
     cmd_quarantine_list},
    {"quarantine show", "CHANNEL ID", 2, 2, "", "one of them, as it came", cmd_quarantine_show},
    {"quarantine replay", "CHANNEL ID", 2, 2, "",
     "takes it as genuine, by the settings of now, and out of the list", cmd_quarantine_replay},
    {"webhook list", "", 0, 0, "", "receivers of events, and how they are", cmd_webhook_list},
    {"webhook dead", "ID", 1, 1, "", "events that one did not take", cmd_webhook_dead},
    {"webhook replay", "ID [ENTRY]", 1, 2, "", "sends one of them again, or all",
     cmd_webhook_replay},
    {"webhook pause", "ID", 1, 1, "", "sends it nothing for now", cmd_webhook_pause},
    {"webhook resume", "ID", 1, 1, "", "goes on where it was", cmd_webhook_resume},
    {"send-test", "CHANNEL FROM TEXT", 3, 3,
     "name= subject=", "a message as if a customer had sent it", cmd_send_test},
    {"user add", "ID", 1, 1, USER_OPTIONS " password=",
     "a login; without --password it is asked for, or made when there is no terminal",
     cmd_user_add},
    {"user set", "ID", 1, 1, USER_OPTIONS " enable", "changes what is given", cmd_user_set},
    {"user list", "", 0, 0, "", "all logins", cmd_user_list},
    {"user disable", "ID", 1, 1, "", "ends its sessions and refuses its login", cmd_user_disable},
    {"user password", "ID", 1, 1, "password=", "a new password", cmd_user_password},
    {"token add", "NAME", 1, 1,
     "scopes=", "a token for the REST API, shown once; --scopes read,write,admin (default read)",
     cmd_token_add},
    {"token list", "", 0, 0, "", "all tokens", cmd_token_list},
    {"token remove", "NAME", 1, 1, "", "it is refused from now on", cmd_token_remove},
    {"reload", "", 0, 0, "", "tandemd reads its settings again", cmd_reload},
    {"stop", "", 0, 0, "keep-redis", "stops tandemd, and its private Redis after it", cmd_stop},
    {"backup", "FILE", 1, 1, "", "all of the tenant's data as of one moment, while it runs",
     cmd_backup},
    {"restore", "FILE", 1, 1, "force",
     "into an empty Redis; --force removes what is there. No tandemd may run", cmd_restore},
    {"simulate", "POLICY DAY", 2, 2, "compare= compare-day= staff= group= replay= days= seed= csv",
     "a day on the real core: waits, service levels, occupancy; --compare POLICY2 beside it; "
     "--staff 80/20: agents per hour; see src/sim/README.md",
     cmd_simulate},
    {"check", "FILE", 1, 1, "", "reads settings and prints every error", cmd_check},
    {"channel-types", "[NAME]", 0, 1, "", "the connectors; of one, its settings",
     cmd_channel_types},
    {"reference", "", 0, 0, "", "all settings, as in config/README.md", cmd_reference},
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_usage(FILE *out) {
    fputs("tandemctl [--data FOLDER] [--config FILE] [--json] COMMAND …\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++) {
        int n = fprintf(out, "  %s%s%s", commands[i].name, *commands[i].args ? " " : "",
                        commands[i].args);
        fprintf(out, "%*s%s\n", n < 30 ? 30 - n : 1, "", commands[i].help);
    }
    fputs("\n--data: the daemon's folder (default ./data, then /var/lib/tandem). --json: for "
          "programs.\nExit: 0 done, 1 failed, 2 not understood.\n",
          out);
}

static int usage(const struct cli_command *cmd, const char *fmt, const char *what) {
    fputs("tandemctl: ", stderr);
    fprintf(stderr, fmt, what);
    fputc('\n', stderr);
    if (cmd) {
        fprintf(stderr, "usage: tandemctl %s%s%s", cmd->name, *cmd->args ? " " : "", cmd->args);
        for (const char *p = cmd->options; *p;) {
            size_t n = strcspn(p, " ");
            bool value = p[n - 1] == '=';
            fprintf(stderr, " [--%.*s%s]", (int)(n - value), p, value ? " …" : "");
            p += n + strspn(p + n, " ");
        }
        fputc('\n', stderr);
    } else {
        fputs("tandemctl --help tells what there is\n", stderr);
    }
    return CLI_USAGE;
}

/* "user add" from two words, "status" from one. */
static const struct cli_command *find(const char *one, const char *two, bool *used_two) {
    char name[64];
    snprintf(name, sizeof(name), "%s %s", one, two ? two : "");
    *used_two = true;
    for (size_t i = 0; i < COMMANDS; i++)
        if (two && strcmp(commands[i].name, name) == 0)
            return &commands[i];
    *used_two = false;
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, one) == 0)
            return &commands[i];
    return NULL;
}

/* "--name value" or "--name=value", of the blank-separated list. 0: not in it; −1: the value is
 * missing, or it takes none; else how many words it took. */
static int take_option(struct cli *c, const char *list, const char *word, const char *next,
                       struct cli_option *out) {
    const char *name = word + 2;
    size_t n = strcspn(name, "=");
    for (const char *p = list; *p; p += strcspn(p, " "), p += strspn(p, " ")) {
        size_t k = strcspn(p, " =");
        if (k != n || strncmp(p, name, n) != 0)
            continue;
        *out = (struct cli_option){td_arena_dup(c->arena, (struct td_str){name, n}).p, ""};
        if (p[k] != '=')
            return name[n] ? -1 : 1;
        out->value = name[n] ? name + n + 1 : next;
        return !out->value ? -1 : name[n] ? 1 : 2;
    }
    return 0;
}

static bool take_global(struct cli *c, const struct cli_option *o) {
    if (!strcmp(o->name, "data"))
        c->data_dir = o->value;
    else if (!strcmp(o->name, "config"))
        c->config_path = o->value;
    else
        c->json = true;
    return true;
}

/* Words and options in any order; "--" ends the options. CLI_OK, or CLI_USAGE and it was told. */
static int parse(struct cli *c, int argc, char **argv, const struct cli_command **cmd) {
    bool only_words = false;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
        struct cli_option o;
        if (!only_words && strncmp(word, "--", 2) == 0) {
            only_words = !word[2];
            if (only_words)
                continue;
            int n = take_option(c, "data= config= json", word, next, &o);
            bool global = n > 0 && take_global(c, &o);
            if (!n && *cmd)
                n = take_option(c, (*cmd)->options, word, next, &o);
            if (n <= 0)
                return usage(*cmd, n ? "%s: a value is missing, or too much" : "%s: no such option",
                             word);
            if (!global && c->n_options == CLI_ARGS_MAX)
                return usage(*cmd, "%s: too many options", word);
            if (!global)
                c->options[c->n_options++] = o;
            i += n - 1;
        } else if (!*cmd) {
            bool two;
            *cmd = find(word, next, &two);
            if (!*cmd)
                return usage(NULL, "%s: no such command", word);
            i += two;
        } else if (c->n_args == (*cmd)->max_args) {
            return usage(*cmd, "%s: one word too many", word);
        } else {
            c->args[c->n_args++] = word;
        }
    }
    return CLI_OK;
}

int main(int argc, char **argv) {
    const struct cli_command *cmd = NULL;
    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))) {
        print_usage(stdout);
        return CLI_OK;
    }
    if (argc == 2 && !strcmp(argv[1], "--version")) {
        puts("tandemctl " TANDEM_VERSION);
        return CLI_OK;
    }
    td_log_setup(TD_ERROR, 0); /* what the daemon's modules would tell in passing */
    struct cli c = {.arena = td_arena_new()};
    int code = parse(&c, argc, argv, &cmd);
    if (!code && !cmd) {
        print_usage(stderr);
        code = CLI_USAGE;
    } else if (!code && c.n_args < cmd->min_args) {
        code = usage(cmd, "%s: a word is missing", cmd->name);
    } else if (!code) {
        code = cmd->fn(&c);
    }
    cli_close(&c);
    config_free(&c.config);
    td_arena_free(&c.arena);
    return code;
}
