/* Reload and stop: by the pid file, never a stranger; the private Redis after the daemon. */
#include "place.h"

static struct redis_server server;

static int setup(void **state) {
    (void)state;
    return redis_server_start(&server, NULL, NULL) ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    redis_server_stop(&server);
    return 0;
}

static void write_file(const char *name, const char *text) {
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", server.dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static bool is_there(const char *name) {
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", server.dir, name);
    return access(path, F_OK) == 0;
}

static void test_no_daemon(void **state) {
    (void)state;
    CTL(&server, "reload");
    assert_int_equal(ran.code, 1);
    assert_err("no tandemd runs in ");
    write_file("tandemd.pid", "nonsense\n");
    CTL(&server, "reload");
    assert_int_equal(ran.code, 1);
    char own[32]; /* a pid that is not a tandemd's is left alone */
    snprintf(own, sizeof(own), "%ld\n", (long)getpid());
    write_file("tandemd.pid", own);
    CTL(&server, "reload");
    assert_int_equal(ran.code, 1);
    CTL_OK(&server, "stop", "--keep-redis");
    assert_out("no tandemd ran in ");
    assert_true(is_there("redis.sock"));
}

static void test_reload(void **state) {
    (void)state;
    pid_t daemon = child_daemon(&server);
    write_file("tandem.yaml", "queues: { a: { target: never } }\n");
    CTL(&server, "reload");
    assert_int_equal(ran.code, 1);
    assert_err("tandem.yaml:1: queues.a.target: found \"never\"");
    assert_false(is_there("reloaded"));
    write_file("tandem.yaml", "queues: { a: {} }\n");
    CTL_OK(&server, "reload");
    while (!is_there("reloaded"))
        redis_server_nap();
    signal(SIGCHLD, SIG_IGN); /* a daemon has no parent that keeps it as a zombie */
    CTL_OK(&server, "stop", "--keep-redis");
    assert_out(" has stopped");
    assert_int_not_equal(kill(daemon, 0), 0);
    signal(SIGCHLD, SIG_DFL);
    assert_true(is_there("redis.sock"));
}

static void test_stop_ends_redis_cleanly(void **state) {
    (void)state;
    assert_int_equal(*redis_server_ask(&server, "SET {main}:kept yes"), '+');
    CTL_OK(&server, "stop");
    int status = -1;
    assert_int_equal(waitpid(server.pid, &status, 0), server.pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(redis_server_run(&server, NULL, NULL));
    assert_non_null(strstr(redis_server_ask(&server, "GET {main}:kept"), "yes"));
    redis_server_kill(&server);
    CTL_OK(&server, "stop"); /* twice is fine */
}

/* Into a folder whose Redis does not run: it is started for the restore and stopped after it. */
static void test_restore_starts_redis(void **state) {
    (void)state;
    char backup[128];
    struct redis_server other;
    snprintf(backup, sizeof(backup), "%s/backup", server.dir);
    assert_true(redis_server_start(&other, NULL, NULL));
    assert_int_equal(*redis_server_ask(&other, "SET {main}:kept restored"), '+');
    CTL_OK(&other, "backup", backup);
    redis_server_stop(&other);
    CTL_OK(&server, "restore", backup, "--force");
    assert_int_equal(*redis_server_ask(&server, "PING"), '\0');
    assert_true(is_there("redis.conf"));
}

/* A Redis that the settings name: found through --config and through the folder's tandem.yaml. */
static void test_a_redis_that_the_settings_name(void **state) {
    (void)state;
    char text[300], path[128];
    struct redis_server other;
    assert_true(redis_server_start(&other, NULL, NULL));
    assert_int_equal(*redis_server_ask(&other, "CONFIG SET requirepass \"pass word\""), '+');
    snprintf(text, sizeof(text),
             "tenant: second\nredis: { url: \"%s\", password: pass word }\nqueues: { a: 5 }\n",
             other.url);
    write_file("tandem.yaml", text); /* it has an error elsewhere, and is good enough for this */
    CTL(&server, "status");
    assert_int_equal(ran.code, 1);
    assert_out("Leader    none");
    assert_out(other.url);
    snprintf(path, sizeof(path), "%s/tandem.yaml", server.dir);
    run_in("/", "--config", path, "token", "add", "x", NULL);
    assert_int_equal(ran.code, 0);
    run_in("/", "--config", path, "backup", text, NULL); /* no such folder */
    assert_int_equal(ran.code, 1);
    snprintf(text, sizeof(text), "%s/backup2", server.dir);
    CTL_OK(&server, "backup", text);
    assert_out("1 records");
    CTL_OK(&server, "stop"); /* not ours to stop */
    CTL_OK(&server, "token", "list");
    run_in("/", "--config", "/nowhere.yaml", "status", NULL);
    assert_err("/nowhere.yaml: No such file or directory");
    snprintf(text, sizeof(text), "redis: { url: \"%s\", password: wrong }\n", other.url);
    write_file("tandem.yaml", text);
    CTL(&server, "status");
    assert_int_equal(ran.code, 1);
    assert_err("no answer from Redis at ");
    assert_err("WRONGPASS");
    redis_server_stop(&other);
    unlink(path);
}

int main(int argc, char **argv) {
    child_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_daemon),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_stop_ends_redis_cleanly),
        cmocka_unit_test(test_restore_starts_redis),
        cmocka_unit_test(test_a_redis_that_the_settings_name),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
