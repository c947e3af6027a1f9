/* tandemctl beside a running engine: what it reads, what it changes. */
#include "place.h"

#include "store/entry.h"
#include "store/inbox.h"

#include <sodium.h>

static struct redis_server server;
static pid_t engine;

static int setup(void **state) {
    (void)state;
    if (!redis_server_start(&server, NULL, NULL))
        return -1;
    engine = child_engine(&server);
    return sodium_init() < 0;
}

static int teardown(void **state) {
    (void)state;
    child_kill(engine);
    redis_server_stop(&server);
    return 0;
}

static void test_words_that_mean_nothing(void **state) {
    (void)state;
    CTL(&server, "frobnicate");
    assert_int_equal(ran.code, 2);
    assert_err("frobnicate: no such command");
    CTL(&server, "show");
    assert_int_equal(ran.code, 2);
    assert_err("usage: tandemctl show ID");
    CTL(&server, "user", "add", "x", "--colour", "red");
    assert_int_equal(ran.code, 2);
    assert_err("--colour: no such option");
    CTL(&server, "user", "add", "x", "--name");
    assert_int_equal(ran.code, 2);
    CTL(&server, "show", "1", "2");
    assert_int_equal(ran.code, 2);
    CTL(&server, NULL);
    assert_int_equal(ran.code, 2);
    assert_err("send-test CHANNEL FROM TEXT");
    run_in("/nowhere", "status", NULL);
    assert_int_equal(ran.code, 1);
    assert_err("/nowhere: no such folder");
    run_in("/", "status", NULL);
    assert_int_equal(ran.code, 1);
    assert_err("is tandemd running there?");
}

static void test_status(void **state) {
    (void)state;
    CTL_OK(&server, "status");
    assert_out("Leader    child, term 1-");
    assert_out("Inbox     0 waiting");
    CTL_OK(&server, "status", "--json");
    assert_out("{\"leading\":true,\"leader\":\"child\"");
    assert_out("\"redis_version\":\"");
}

/* The stored record; only the hash stands in it. */
static void assert_password(const char *id, const char *password) {
    char line[200];
    const char *answer = ask(&server, "GET {main}:user:%s", id);
    const char *hash = NULL;
    size_t n = (size_t)strtol(*answer == '$' ? answer + 1 : "0", NULL, 10);
    for (size_t i = 0; i + 10 < n && !hash; i++)
        if (!memcmp(answer + i, "$argon2id$", 10))
            hash = answer + i;
    assert_non_null(hash);
    snprintf(line, sizeof(line), "%.*s", (int)strcspn(hash, "\x01\x02\x18\x20\r\n"), hash);
    line[97] = '\0'; /* argon2id strings of these limits have 97 characters */
    assert_int_equal(crypto_pwhash_str_verify(line, password, strlen(password)), 0);
}

static void test_users(void **state) {
    (void)state;
    CTL_OK(&server, "user", "add", "anna", "--name", "Anna Archer", "--role", "admin", "--queues",
           "sms,mail", "--skills=billing:3", "--password", "correct horse");
    assert_out("anna: added");
    assert_password("anna", "correct horse");
    CTL(&server, "user", "add", "anna", "--password", "correct horse");
    assert_int_equal(ran.code, 1);
    assert_err("anna is there already");
    CTL_OK(&server, "user", "list");
    assert_out("anna  Anna Archer  admin  out");
    assert_out("sms,mail");
    CTL_OK(&server, "user", "list", "--json");
    assert_out("\"skills\":[{\"skill\":\"billing\",\"level\":3}]");
    assert_null(strstr(ran.out, "argon2"));
    CTL_OK(&server, "user", "set", "anna", "--queues", "", "--extension", "77");
    CTL_OK(&server, "--json", "agents");
    assert_out("\"extension\":\"77\"");
    assert_null(strstr(ran.out, "\"queues\""));
    CTL_OK(&server, "user", "password", "anna", "--password=battery staple");
    assert_password("anna", "battery staple");
    CTL_OK(&server, "user", "disable", "anna");
    CTL_OK(&server, "agents");
    assert_out("disabled");
    CTL_OK(&server, "user", "list", "--json");
    assert_out("\"disabled\":true");
    CTL_OK(&server, "user", "set", "anna", "--enable");
    CTL_OK(&server, "user", "list", "--json");
    assert_null(strstr(ran.out, "\"disabled\":true"));
}

static void test_users_that_cannot_be(void **state) {
    (void)state;
    static const struct {
        const char *option, *value, *told;
    } cases[] = {{"--role", "boss", "role: one of agent, supervisor, admin"},
                 {"--queues", "sms,nothing", "no queue \"nothing\" in the settings"},
                 {"--profile", "nothing", "no profile \"nothing\" in the settings"},
                 {"--skills", "billing", "expected such as billing:3"},
                 {"--skills", "billing:11", "expected such as billing:3"},
                 {"--password", "short", "at least 8 characters"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CTL(&server, "user", "add", "eve", cases[i].option, cases[i].value);
        assert_int_equal(ran.code, 1);
        assert_err(cases[i].told);
    }
    CTL(&server, "user", "add", "Eve Two", "--password", "long enough");
    assert_err("a login has only a-z, 0-9");
    CTL(&server, "user", "set", "nobody", "--name", "x");
    assert_err("no login nobody");
    CTL(&server, "user", "password", "nobody", "--password", "long enough");
    assert_err("no login nobody");
    CTL(&server, "user", "disable", "nobody");
    assert_int_equal(ran.code, 1);
    assert_err("There is no agent nobody");
    CTL_OK(&server, "user", "list");
    assert_null(strstr(ran.out, "eve"));
}

/* Without a terminal and --password one is made, and it is the one that works. */
static void test_a_password_is_made(void **state) {
    (void)state;
    CTL_OK(&server, "user", "add", "carl");
    const char *at = strstr(ran.out, "password: ");
    assert_non_null(at);
    char password[64];
    snprintf(password, sizeof(password), "%.20s", at + 10);
    assert_password("carl", password);
    CTL_OK(&server, "user", "add", "dora", "--json");
    assert_out("{\"password\":\"");
}

static void test_a_message_and_how_it_is_seen(void **state) {
    (void)state;
    CTL_OK(&server, "send-test", "sms", "+44123", "Hello \x1b[2Jthere", "--name", "Ada");
    assert_out("stands in conversation ");
    char id[32];
    snprintf(id, sizeof(id), "%ld", strtol(strstr(ran.out, "conversation ") + 13, NULL, 10));
    CTL_OK(&server, "conversations");
    assert_out("Ada");
    assert_out("queued");
    assert_null(strchr(ran.out, '\x1b'));
    CTL_OK(&server, "conversations", "--view", "queue:sms", "--json");
    assert_out("\"work\":{");
    CTL_OK(&server, "conversations", "--view", "closed");
    assert_out("none");
    CTL_OK(&server, "show", id);
    assert_out("Hello  [2Jthere");
    assert_out("open, queued in sms");
    CTL_OK(&server, "show", id, "--json");
    assert_out("\"messages\":[{");
    assert_out("\"direction\":\"in\"");
    CTL_OK(&server, "queues");
    assert_out("sms   Texts  1");
    CTL_OK(&server, "queues", "--json");
    assert_out("{\"id\":\"sms\",\"name\":\"Texts\",\"waiting\":1,");
    CTL_OK(&server, "status");
    assert_out("Work      1 open: 1 queued");
    CTL(&server, "show", "999999");
    assert_int_equal(ran.code, 1);
    assert_err("no conversation 999999");
    CTL(&server, "conversations", "--view", "mine");
    assert_int_equal(ran.code, 2);
    CTL(&server, "send-test", "nothing", "+44", "x");
    assert_err("no channel nothing");
}

static void test_tail(void **state) {
    (void)state;
    static const char *const words[] = {"tail", "--kind", "message", NULL};
    int out;
    pid_t pid = run_start(server.dir, &out, words);
    FILE *f = fdopen(out, "r");
    char line[8192] = "";
    /* It follows from when it is there: what was sent before is not told. */
    CTL_OK(&server, "send-test", "sms", "+44125", "one");
    while (strncmp(ask(&server, "CLIENT LIST TYPE normal"), "$", 1) == 0 &&
           !strstr(ask(&server, "CLIENT LIST TYPE normal"), "cmd=xread"))
        redis_server_nap();
    CTL_OK(&server, "send-test", "sms", "+44126", "two");
    while (!strstr(line, "two"))
        assert_non_null(fgets(line, sizeof(line), f));
    assert_true(strstr(line, "\"kind\":\"message\""));
    assert_true(strstr(line, "\"data\":{"));
    assert_int_equal(line[0], '{');
    assert_int_equal(line[strlen(line) - 2], '}');
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    fclose(f);
    CTL(&server, "tail", "--kind", "nonsense");
    assert_int_equal(ran.code, 2);
}

static void test_tokens(void **state) {
    (void)state;
    CTL_OK(&server, "token", "add", "crm", "--scopes", "read,write");
    char token[64], hex[65];
    unsigned char hash[32];
    snprintf(token, sizeof(token), "%.*s", (int)strcspn(ran.out, " \n"), ran.out);
    assert_int_equal(strncmp(token, "tdm_", 4), 0);
    crypto_hash_sha256(hash, (unsigned char *)token, strlen(token));
    sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
    const char *stored = ask(&server, "HGET {main}:tokens %s", hex);
    assert_non_null(
        strstr(stored, "{\"name\":\"crm\",\"scopes\":[\"read\",\"write\"],\"created\":"));
    CTL(&server, "token", "add", "crm");
    assert_err("a token crm is there already");
    CTL(&server, "token", "add", "x", "--scopes", "root");
    assert_err("scopes: one or more of read, write, admin");
    CTL_OK(&server, "token", "list");
    assert_out("crm   read,write");
    CTL_OK(&server, "token", "list", "--json");
    assert_null(strstr(ran.out, token));
    CTL_OK(&server, "token", "remove", "crm");
    assert_int_equal(ask_number(&server, "HLEN {main}:tokens"), 0);
    CTL(&server, "token", "remove", "crm");
    assert_int_equal(ran.code, 1);
}

/* A letter as the engine writes it: the command's bytes, percent by percent for the inline form. */
static void put_dead(const char *text) {
    struct td_arena *a = td_arena_new();
    struct inbound in = {.message = {.channel = TD_STR("sms"),
                                     .from = {.type = TD_STR("sms"), .addr = TD_STR("+44999")},
                                     .dedupe = TD_STR("dead-1"),
                                     .text = td_str_of(text)}};
    struct command c = {.actor_kind = A_CONNECTOR, .actor = TD_STR("sms"), .id = TD_STR("dead-1")};
    struct buf b;
    char hex[4000];
    size_t n = 0;
    assert_int_equal(command_make(a, &c, CMD_MESSAGE_IN, &in), 0);
    buf_init(&b, 100000);
    record_pack(&b, &rec_command, &c);
    for (size_t i = 0; i < b.n; i++)
        n += (size_t)snprintf(hex + n, sizeof(hex) - n, "\\x%02x", (unsigned char)b.p[i]);
    assert_int_equal(*ask(&server,
                          "XADD {main}:dead 5-1 id 1-0:0 why \"it ended the engine\" b "
                          "\"%s\"",
                          hex),
                     '$');
    buf_fini(&b);
    td_arena_free(&a);
}

static void test_dead_letters(void **state) {
    (void)state;
    CTL_OK(&server, "dead");
    assert_out("none");
    put_dead("back from the dead");
    CTL_OK(&server, "dead");
    assert_out("message.in");
    assert_out("it ended the engine");
    CTL_OK(&server, "dead", "--json");
    assert_out("\"inbox_id\":\"1-0:0\"");
    CTL_OK(&server, "status");
    assert_out("Dead      1 commands");
    CTL(&server, "dead", "replay", "9-9");
    assert_int_equal(ran.code, 1);
    CTL_OK(&server, "dead", "replay", "5-1");
    assert_out("message.in: appended again");
    assert_int_equal(ask_number(&server, "XLEN {main}:dead"), 0);
    do
        CTL_OK(&server, "conversations");
    while (!strstr(ran.out, "back from the dead"));
}

static void test_without_a_leader(void **state) {
    (void)state;
    kill(engine, SIGSTOP);
    while (strncmp(ask(&server, "EXISTS {main}:lease"), ":0", 2) != 0)
        redis_server_nap();
    CTL(&server, "status");
    assert_int_equal(ran.code, 1);
    assert_out("Leader    none");
    kill(engine, SIGCONT);
}

static void test_settings_without_a_daemon(void **state) {
    (void)state;
    char path[128];
    snprintf(path, sizeof(path), "%s/t.yaml", server.dir);
    FILE *f = fopen(path, "w");
    fputs(
        "queues: { sms: { target: fast } }\nserver: { listen: [{ address: 0.0.0.0, port: 1 }] }\n",
        f);
    fclose(f);
    CTL(&server, "check", path);
    assert_int_equal(ran.code, 1);
    assert_out("t.yaml:1: queues.sms.target: found \"fast\", expected a duration such as 45s");
    CTL(&server, "check", path, "--json");
    assert_out("[{\"kind\":\"error\",\"line\":1,\"text\":\"queues.sms.target");
    f = fopen(path, "w");
    fputs("server: { listen: [{ address: 0.0.0.0, port: 1 }] }\n", f);
    fclose(f);
    CTL_OK(&server, "check", path);
    assert_out("warning: server.listen[1]: without TLS");
    assert_out("0 channels, 0 queues, no errors");
    CTL(&server, "check", "/nowhere.yaml");
    assert_int_equal(ran.code, 1);
    CTL_OK(&server, "channel-types");
    assert_out("webchat (chat)");
    CTL_OK(&server, "channel-types", "webchat", "--json");
    assert_out("\"required\":true");
    CTL(&server, "channel-types", "telegraph");
    assert_int_equal(ran.code, 1);
}

int main(int argc, char **argv) {
    child_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_that_mean_nothing),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_users),
        cmocka_unit_test(test_users_that_cannot_be),
        cmocka_unit_test(test_a_password_is_made),
        cmocka_unit_test(test_a_message_and_how_it_is_seen),
        cmocka_unit_test(test_tail),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_dead_letters),
        cmocka_unit_test(test_settings_without_a_daemon),
        cmocka_unit_test(test_without_a_leader),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
