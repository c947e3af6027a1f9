/* Logins. Passwords are hashed here (argon2id, 64 MiB, as interactive logins have it); what leaves
 * this process is the hash. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include "config/value.h"

#include <sodium.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 256, LIST_MAX = 200 };

/* ---- passwords ---- */

/* One line from the terminal, unseen. */
static bool ask_line(const char *prompt, char *out, size_t size) {
    struct termios before, quiet;
    bool hidden = tcgetattr(STDIN_FILENO, &before) == 0;
    fputs(prompt, stderr);
    quiet = before;
    quiet.c_lflag &= (tcflag_t)~ECHO;
    if (hidden)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    bool got = fgets(out, (int)size, stdin) != NULL;
    if (hidden) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    out[got ? strcspn(out, "\r\n") : 0] = '\0';
    return got && out[0];
}

/* --password, or asked for, or made and *made is set. false: told. */
static bool get_password(const struct cli *c, char out[PASSWORD_MAX], bool *made) {
    const char *given = cli_option(c, "password");
    char again[PASSWORD_MAX] = "";
    *made = false;
    if (given && !strcmp(given, "-")) {
        if (!ask_line("", out, PASSWORD_MAX))
            return cli_fail("no password on standard input"), false;
    } else if (given) {
        snprintf(out, PASSWORD_MAX, "%s", given);
    } else if (isatty(STDIN_FILENO)) {
        if (!ask_line("Password: ", out, PASSWORD_MAX) || !ask_line("Again: ", again, PASSWORD_MAX))
            return cli_fail("no password"), false;
        bool same = strcmp(out, again) == 0;
        sodium_memzero(again, sizeof(again));
        if (!same)
            return cli_fail("the two are not the same"), false;
    } else {
        unsigned char random[15];
        randombytes_buf(random, sizeof(random));
        sodium_bin2base64(out, PASSWORD_MAX, random, sizeof(random),
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        *made = true;
    }
    if (strlen(out) < PASSWORD_MIN)
        return cli_fail("a password has at least 8 characters"), false;
    return true;
}

static bool hash_password(struct cli *c, char password[PASSWORD_MAX], struct td_str *out) {
    char hash[crypto_pwhash_STRBYTES];
    int rc = crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                               crypto_pwhash_MEMLIMIT_INTERACTIVE);
    if (rc)
        return cli_fail("hashing the password needs 64 MiB of memory"), false;
    *out = td_arena_dup(c->arena, td_str_of(hash));
    return true;
}

/* ---- the account ---- */

static struct td_strs split(struct cli *c, const char *list) {
    struct td_strs out = {TD_ARENA_ARRAY(c->arena, struct td_str, LIST_MAX), 0};
    for (const char *p = list; *p && out.n < LIST_MAX;) {
        size_t n = strcspn(p, ",");
        if (n)
            out.v[out.n++] = td_arena_dup(c->arena, (struct td_str){p, n});
        p += n + (p[n] == ',');
    }
    return out;
}

static bool check_role(const char *role) {
    for (size_t i = 0; role && role_names[i]; i++)
        if (!strcmp(role, role_names[i]))
            return true;
    return !role;
}

static bool check_skills(const struct td_strs *skills) {
    for (size_t i = 0; i < skills->n; i++) {
        struct td_str s = skills->v[i];
        const char *colon = memchr(s.p, ':', s.n);
        uint64_t level = 0;
        if (!colon ||
            !td_str_to_u64((struct td_str){colon + 1, s.n - (size_t)(colon + 1 - s.p)}, &level) ||
            level < 1 || level > 10)
            return cli_fail("skills: found \"%.*s\", expected such as billing:3 (1 to 10)",
                            TD_FMT(s)),
                   false;
    }
    return true;
}

/* Queues and profile that the committed policy does not have are a mistake of typing. */
static bool check_names(struct cli *c, const struct account *a) {
    struct policy p;
    if ((!a->queues.n && !a->profile.n) || !cli_read_policy(c, &p))
        return !a->queues.n && !a->profile.n;
    for (size_t i = 0; i < a->queues.n; i++)
        if (!policy_queue(&p, a->queues.v[i]))
            return cli_fail("no queue \"%.*s\" in the settings", TD_FMT(a->queues.v[i])), false;
    if (a->profile.n && !policy_profile(&p, a->profile))
        return cli_fail("no profile \"%.*s\" in the settings", TD_FMT(a->profile)), false;
    return true;
}

static bool fill_account(struct cli *c, struct account *a) {
    static const char *const lists[] = {"queues", "skills", "teams"};
    struct td_strs *const of[] = {&a->queues, &a->skills, &a->teams};
    a->id = td_str_of(c->args[0]);
    a->name = td_str_of(cli_option(c, "name"));
    a->email = td_str_of(cli_option(c, "email"));
    a->role = td_str_of(cli_option(c, "role"));
    a->profile = td_str_of(cli_option(c, "profile"));
    a->extension = td_str_of(cli_option(c, "extension"));
    a->set.v = TD_ARENA_ARRAY(c->arena, struct td_str, 4);
    if (cli_option(c, "enable"))
        a->set.v[a->set.n++] = TD_STR("enabled");
    for (size_t i = 0; i < 3; i++) {
        const char *given = cli_option(c, lists[i]);
        if (!given)
            continue;
        *of[i] = split(c, given);
        a->set.v[a->set.n++] = td_str_of(lists[i]);
    }
    if (!value_is_id(a->id))
        return cli_fail("a login has only a-z, 0-9, - and _, and at most 64 of them"), false;
    if (!check_role(cli_option(c, "role")))
        return cli_fail("role: one of agent, supervisor, admin"), false;
    return check_skills(&a->skills) && check_names(c, a);
}

static bool read_agent(struct cli *c, struct agent *out) {
    struct td_str id = td_str_of(c->args[0]);
    struct cli_items items;
    return cli_read(c, EK_AGENT, &id, 1, &items) && items.n && items.v[0].bytes.n &&
           cli_unpack(c, &rec_agent, items.v[0].bytes, out);
}

static int send_account(struct cli *c, uint32_t kind, const struct account *a, const char *done) {
    struct command cmd = {.kind = kind};
    struct result r;
    if (cli_command(c, &cmd, kind, a, &r))
        return CLI_FAILED;
    if (!c->json)
        printf("%.*s: %s\n", TD_FMT(a->id), done);
    return CLI_OK;
}

static void show_made(const struct cli *c, const char *password) {
    printf(c->json ? "{\"password\":\"%s\"}\n" : "password: %s   (shown only now)\n", password);
}

static int add_with_password(struct cli *c, uint32_t kind, struct account *a, const char *done) {
    char password[PASSWORD_MAX];
    bool made;
    if (sodium_init() < 0 || !get_password(c, password, &made))
        return CLI_FAILED;
    int code = hash_password(c, password, &a->password) ? send_account(c, kind, a, done)
                                                        : CLI_FAILED;
    if (code == CLI_OK && made)
        show_made(c, password);
    sodium_memzero(password, sizeof(password));
    return code;
}

int cmd_user_add(struct cli *c) {
    struct account a = {0};
    struct agent there;
    if (cli_find(c) || cli_open(c) || !fill_account(c, &a))
        return CLI_FAILED;
    if (read_agent(c, &there))
        return cli_fail("%s is there already: tandemctl user set", c->args[0]);
    if (!a.name.n)
        a.name = a.id;
    if (!a.role.n)
        a.role = TD_STR("agent");
    return add_with_password(c, CMD_USER_PUT, &a, "added");
}

int cmd_user_set(struct cli *c) {
    struct account a = {0};
    struct agent there;
    if (cli_find(c) || cli_open(c) || !fill_account(c, &a))
        return CLI_FAILED;
    if (!read_agent(c, &there))
        return cli_fail("no login %s", c->args[0]);
    return send_account(c, CMD_USER_PUT, &a, "changed");
}

int cmd_user_disable(struct cli *c) {
    struct account a = {.id = td_str_of(c->args[0])};
    if (cli_find(c) || cli_open(c))
        return CLI_FAILED;
    return send_account(c, CMD_USER_DISABLE, &a, "disabled");
}

int cmd_user_password(struct cli *c) {
    struct account a = {.id = td_str_of(c->args[0])};
    struct agent there;
    if (cli_find(c) || cli_open(c))
        return CLI_FAILED;
    if (!read_agent(c, &there))
        return cli_fail("no login %s", c->args[0]);
    return add_with_password(c, CMD_USER_PASSWORD, &a, "password changed");
}

int cmd_user_list(struct cli *c) {
    return cmd_agents(c);
}
