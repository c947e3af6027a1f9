/* The key file, its subkeys, sealed texts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "config/config.h"
#include "config/seal.h"
#include <cmocka.h>

#include "fake_registry.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/tandem-test-XXXXXX", path[64];

static int setup(void **state) {
    (void)state;
    if (sodium_init() < 0 || !mkdtemp(dir))
        return -1;
    snprintf(path, sizeof(path), "%s/tandem.key", dir);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    unlink(path);
    return rmdir(dir); /* fails when something was left behind */
}

static void test_made_once(void **state) {
    (void)state;
    uint8_t a[32], b[32];
    struct stat st;
    struct td_error err;
    assert_int_equal(config_key_file(dir, a, &err), TD_OK);
    assert_int_equal(config_key_file(dir, b, &err), TD_OK);
    assert_memory_equal(a, b, 32);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, 32);
    unlink(path);
    assert_int_equal(config_key_file(dir, b, &err), TD_OK);
    assert_memory_not_equal(a, b, 32);
    unlink(path);
}

static void test_what_is_refused(void **state) {
    (void)state;
    uint8_t key[32];
    struct td_error err;
    assert_int_equal(config_key_file("/nowhere", key, &err), TD_EIO);
    assert_int_equal(config_key_file(dir, key, &err), TD_OK);
    chmod(path, 0640);
    assert_int_equal(config_key_file(dir, key, &err), TD_EFORBIDDEN);
    assert_non_null(strstr(err.text, "others may read it"));
    chmod(path, 0600);
    assert_int_equal(truncate(path, 31), 0);
    assert_int_equal(config_key_file(dir, key, &err), TD_EPARSE);
    unlink(path);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(config_key_file(dir, key, &err), TD_EIO);
    unlink(path);
}

/* Many start at once: all have the same key. */
static void test_race(void **state) {
    (void)state;
    enum { N = 8 };
    int pipes[2];
    pid_t pids[N];
    assert_int_equal(pipe(pipes), 0);
    for (int i = 0; i < N; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            uint8_t key[32];
            bool ok = config_key_file(dir, key, NULL) == TD_OK && write(pipes[1], key, 32) == 32;
            _exit(ok ? 0 : 1);
        }
    }
    uint8_t first[32], next[32];
    assert_int_equal(read(pipes[0], first, 32), 32);
    for (int i = 1; i < N; i++) {
        assert_int_equal(read(pipes[0], next, 32), 32);
        assert_memory_equal(first, next, 32);
    }
    for (int i = 0; i < N; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    close(pipes[0]);
    close(pipes[1]);
    unlink(path);
}

static void test_subkeys(void **state) {
    (void)state;
    uint8_t key[32] = {0}, a[32], b[32];
    config_subkey(key, "visitor-token", a);
    config_subkey(key, "reply-token", b);
    assert_memory_not_equal(a, b, 32);
    config_subkey(key, "visitor-token", b);
    assert_memory_equal(a, b, 32);
    /* HMAC-SHA256 of "seal" with 32 zero bytes, by another implementation */
    static const char known[] = "e75643ab9f0be3900d70f99b42eea7ccccb51747dd8efea148a556952c6c09e6";
    char hex[65];
    config_subkey(key, "seal", a);
    sodium_bin2hex(hex, sizeof(hex), a, 32);
    assert_string_equal(hex, known);
}

static void test_seal(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    uint8_t key[32], other[32];
    struct td_error err;
    struct td_str plain, back;
    randombytes_buf(key, 32);
    randombytes_buf(other, 32);
    static const char *const texts[] = {"", "x", "a token with \x01 bytes"};
    for (size_t i = 0; i < 3; i++) {
        plain = td_str_of(texts[i]);
        struct td_str one = seal(a, key, plain), two = seal(a, key, plain);
        assert_false(td_str_eq(one, two));
        assert_true(td_str_is_utf8(one));
        assert_int_equal(seal_open(a, key, one, &back, &err), TD_OK);
        assert_true(td_str_eq(back, plain));
        assert_int_equal(seal_open(a, other, one, &back, &err), TD_EAUTH);
        for (size_t n = 0; n < one.n; n++) { /* cut or changed anywhere */
            assert_int_not_equal(seal_open(a, key, (struct td_str){one.p, n}, &back, &err), TD_OK);
            struct td_str changed = td_arena_dup(a, one);
            char *p = td_arena_alloc(a, one.n);
            memcpy(p, changed.p, one.n);
            p[n] = p[n] == 'A' ? 'B' : 'A';
            /* the last character may have bits that base64 does not use: refused all the same */
            assert_int_not_equal(seal_open(a, key, (struct td_str){p, one.n}, &back, &err), TD_OK);
        }
    }
    assert_int_equal(seal_open(a, key, TD_STR("plain text"), &back, &err), TD_EPARSE);
    td_arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_once), cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_race),      cmocka_unit_test(test_subkeys),
        cmocka_unit_test(test_seal),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
