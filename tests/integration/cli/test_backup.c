/* Backups: of one moment although everything moves, and what a restore refuses. */
#include "place.h"

static struct redis_server server;
static char file[128];

static int setup(void **state) {
    (void)state;
    if (!redis_server_start(&server, NULL, NULL))
        return -1;
    snprintf(file, sizeof(file), "%s/backup", server.dir);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    redis_server_stop(&server);
    return 0;
}

/* Every conversation's state and its log were written in one transaction: as many lines as the
 * state counts. `show` reads both; one that reads fewer or more would be told apart by its seq. */
static void assert_whole(const struct redis_server *s) {
    const char *out = NULL;
    CTL_OK(s, "conversations", "--limit", "1000", "--json");
    size_t n = 0;
    static char all[sizeof(ran.out)];
    memcpy(all, ran.out, sizeof(all));
    for (const char *p = all; (p = strstr(p, "{\"conv\":{\"id\":")); n++) {
        long id = strtol(p + 14, NULL, 10);
        p += 14;
        out = strstr(p, "\"seq\":");
        assert_non_null(out);
        long seq = strtol(out + 6, NULL, 10);
        assert_int_equal(ask_number(s, "LLEN {main}:conv:%ld:log", id), seq);
    }
    assert_true(n > 0);
}

static long fence(const struct redis_server *s, const char *field) {
    const char *answer = ask(s, "HGET {main}:fence %s", field);
    const char *line = strchr(answer, '\n');
    return line ? strtol(line + 1, NULL, 10) : -1;
}

static long head(const char *name) {
    char line[200];
    long v = -1;
    size_t n = strlen(name);
    FILE *f = fopen(file, "r");
    assert_non_null(f);
    while (v < 0 && fgets(line, sizeof(line), f))
        if (!strncmp(line, name, n) && line[n] == ' ')
            v = strtol(line + n, NULL, 10);
    fclose(f);
    return v;
}

static void test_of_one_moment(void **state) {
    (void)state;
    pid_t engine = child_engine(&server), load = child_load(&server);
    while (fence(&server, "batch") < 50)
        redis_server_nap();
    assert_int_equal(*ask(&server, "SET {main}:login:x anna PX 100000"), '+');
    assert_int_equal(*ask(&server, "SET {main}:early:y z PX 100000"), '+');
    for (int i = 0; i < 5; i++) {
        long before = fence(&server, "batch");
        CTL_OK(&server, "backup", file);
        assert_out(" records, as of batch ");
        assert_true(head("batch") >= before);
        assert_true(head("batch") <= fence(&server, "batch"));
        struct redis_server other;
        assert_true(redis_server_start(&other, NULL, NULL));
        CTL_OK(&other, "restore", file);
        assert_int_equal(fence(&other, "batch"), head("batch"));
        assert_whole(&other);
        assert_int_equal(ask_number(&other, "EXISTS {main}:login:x"), 0);
        assert_true(ask_number(&other, "PTTL {main}:early:y") > 10000);
        assert_true(ask_number(&other, "PTTL {main}:early:y") <= 100000);
        assert_int_equal(ask_number(&other, "EXISTS {main}:lease"), 0);
        redis_server_stop(&other);
    }
    child_kill(load);
    child_kill(engine);
    /* The writers never noticed: nothing is left of the pause or the tracking. */
    assert_int_equal(*ask(&server, "SET {main}:x y"), '+');
}

/* What was restored goes on: the engine takes over, applies what waited, and new work. */
static void test_it_goes_on(void **state) {
    (void)state;
    struct redis_server other;
    assert_true(redis_server_start(&other, NULL, NULL));
    CTL_OK(&other, "restore", file);
    pid_t engine = child_engine(&other);
    CTL_OK(&other, "send-test", "sms", "+4477", "after the restore");
    CTL_OK(&other, "conversations", "--limit", "1000");
    assert_out("after the restore");
    child_kill(engine);
    redis_server_stop(&other);
}

static void damage(long at, const char *with) {
    FILE *f = fopen(file, "r+");
    fseek(f, at, at < 0 ? SEEK_END : SEEK_SET);
    fputs(with, f);
    fclose(f);
}

static void test_what_a_restore_refuses(void **state) {
    (void)state;
    struct redis_server other;
    assert_true(redis_server_start(&other, NULL, NULL));
    assert_int_equal(*ask(&other, "SET {main}:something there"), '+');
    assert_int_equal(*ask(&other, "SET {second}:something there"), '+');
    CTL(&other, "restore", file);
    assert_int_equal(ran.code, 1);
    assert_err("there is data already (1 keys)");
    assert_int_equal(ask_number(&other, "EXISTS {main}:lease"), 0);
    CTL_OK(&other, "restore", file, "--force");
    assert_int_equal(ask_number(&other, "EXISTS {main}:something"), 0);
    assert_int_equal(ask_number(&other, "EXISTS {second}:something"), 1);
    assert_whole(&other);
    assert_int_equal(*ask(&other, "SET {main}:lease child|x PX 100000"), '+');
    CTL(&other, "restore", file, "--force");
    assert_err("a tandemd leads here");
    assert_whole(&other);
    assert_int_equal(ask_number(&other, "DEL {main}:lease"), 1);
    damage(-1, "x");
    CTL(&other, "restore", file, "--force");
    assert_err("damaged or cut short");
    damage(0, "tandem-backup 2\n");
    CTL(&other, "restore", file, "--force");
    assert_err("a backup of version 2");
    damage(0, "hello");
    CTL(&other, "restore", file, "--force");
    assert_err("this is no backup");
    assert_whole(&other); /* none of them touched anything */
    CTL(&other, "restore", "/nowhere");
    assert_int_equal(ran.code, 1);
    redis_server_stop(&other);
}

static void test_another_tenant(void **state) {
    (void)state;
    char path[128];
    CTL_OK(&server, "backup", file);
    snprintf(path, sizeof(path), "%s/tandem.yaml", server.dir);
    FILE *f = fopen(path, "w");
    fputs("tenant: second\n", f);
    fclose(f);
    CTL(&server, "restore", file);
    assert_err("the backup is of the tenant main, these settings are of second");
    unlink(path);
}

static void test_nothing_is_left_of_a_failed_backup(void **state) {
    (void)state;
    char part[160];
    CTL(&server, "backup", "/nowhere/backup");
    assert_int_equal(ran.code, 1);
    assert_err("/nowhere/backup.part: No such file or directory");
    unlink(file);
    snprintf(part, sizeof(part), "%s.part", file);
    run_in("/nowhere", "backup", file, NULL);
    assert_int_equal(ran.code, 1);
    assert_int_not_equal(access(file, F_OK), 0);
    assert_int_not_equal(access(part, F_OK), 0);
}

int main(int argc, char **argv) {
    child_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_one_moment),
        cmocka_unit_test(test_it_goes_on),
        cmocka_unit_test(test_what_a_restore_refuses),
        cmocka_unit_test(test_another_tenant),
        cmocka_unit_test(test_nothing_is_left_of_a_failed_backup),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
