/* Allocation that never fails. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "base/mem.h"
#include <cmocka.h>

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_alloc_is_zeroed(void **state) {
    (void)state;
    for (size_t n = 0; n < 5000; n += 37) {
        unsigned char *p = mem_alloc(n);
        assert_non_null(p);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        mem_free(p);
    }
    struct pair {
        int a, b;
    } *pair = MEM_NEW(struct pair);
    assert_int_equal(pair->a + pair->b, 0);
    mem_free(pair);
}

static void test_realloc_keeps_what_was_there(void **state) {
    (void)state;
    char *p = mem_realloc(NULL, 4);
    memcpy(p, "abc", 4);
    p = mem_realloc(p, 100000);
    assert_string_equal(p, "abc");
    p = mem_realloc(p, 2);
    assert_memory_equal(p, "ab", 2);
    p = mem_realloc(p, 0);
    assert_non_null(p);
    mem_free(p);
}

static void test_dup_ends_with_nul(void **state) {
    (void)state;
    char *p = mem_dup("a\0bc", 3);
    assert_memory_equal(p, "a\0b", 4);
    mem_free(p);
    p = mem_dup(NULL, 0);
    assert_string_equal(p, "");
    mem_free(p);
}

static void test_free_of_null(void **state) {
    (void)state;
    mem_free(NULL);
}

/* More than there can be. Kept from the compiler, which would say so. */
static volatile size_t too_much = SIZE_MAX / 2;

static void in_a_child(void (*f)(void)) {
    pid_t pid = fork();
    if (pid == 0) {
        close(STDERR_FILENO); /* it is said to die loudly */
        f();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void alloc_too_much(void) {
    mem_alloc(too_much);
}
static void realloc_too_much(void) {
    mem_realloc(NULL, too_much);
}
static void dup_too_much(void) {
    mem_dup("", too_much * 2 + 1);
}

static void test_a_shortage_ends_the_process(void **state) {
    (void)state;
    in_a_child(alloc_too_much);
    in_a_child(realloc_too_much);
    in_a_child(dup_too_much);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc_is_zeroed),
        cmocka_unit_test(test_realloc_keeps_what_was_there),
        cmocka_unit_test(test_dup_ends_with_nul),
        cmocka_unit_test(test_free_of_null),
        cmocka_unit_test(test_a_shortage_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
