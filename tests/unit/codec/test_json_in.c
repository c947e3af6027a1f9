/* JSON from peers: what comes in is what the table says, and each error names its field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "../model/random_record.h"
#include "codec/json_in.h"
#include "codec/json_out.h"
#include "codec/json_text.h"
#include "model/command.h"
#include "model/event.h"
#include "model/tables.h"

static struct td_arena *arena;

static int setup(void **state) {
    (void)state;
    arena = td_arena_new();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    td_arena_free(&arena);
    return 0;
}

static void test_round_trips(void **state) {
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 22);
    for (size_t i = 0; record_all[i]; i++) {
        const struct record *r = record_all[i];
        for (uint64_t round = 1; round <= 50; round++) {
            struct random_record g = {.state = round * 100 + i,
                                      .a = arena,
                                      .leave_out = FF_SECRET,
                                      .percent = (unsigned)round * 2};
            void *obj = random_new(&g, r), *back = td_arena_alloc(arena, r->size);
            struct td_error err = {0};
            json_out_record(&out, r, obj, 0);
            int rc = json_in_text(arena, r, buf_str(&out), 0, back, &err);
            if (rc)
                fail_msg("%s: %s: %.*s", r->name, err.text, TD_FMT(buf_str(&out)));
            assert_true(record_equal(r, obj, back));
            buf_reset(&out);
            td_arena_reset(arena);
        }
    }
    buf_fini(&out);
}

static void test_nothing_borrows(void **state) {
    (void)state;
    json_t *tree = json_pack("{s:s, s:[s,s], s:o}", "text", "hello", "add", "a", "", "conv",
                             json_integer(7));
    struct act act;
    assert_int_equal(json_in_record(arena, &rec_act, tree, 0, &act, NULL), TD_OK);
    json_decref(tree);
    assert_true(td_str_eqz(act.text, "hello"));
    assert_true(act.add.n == 2 && td_str_eqz(act.add.v[0], "a") && act.add.v[1].n == 0);
    assert_int_equal(act.conv, 7);
}

static void test_numbers(void **state) {
    (void)state;
    struct act act;
    struct td_str text = TD_STR("{\"conv\":9007199254740992,\"other\":\"18446744073709551615\","
                                "\"seq\":\"7\",\"until\":\"-9223372036854775808\","
                                "\"priority\":4294967295}");
    assert_int_equal(json_in_text(arena, &rec_act, text, 0, &act, NULL), TD_OK);
    assert_true(act.conv == UINT64_C(1) << 53 && act.other == UINT64_MAX && act.seq == 7);
    assert_true(act.until == INT64_MIN && act.priority == UINT32_MAX);
}

static void refuses(const struct record *r, struct td_str json, unsigned refuse, int rc,
                    const char *text) {
    struct td_error err = {0};
    void *obj = td_arena_alloc(arena, r->size);
    if (json_in_text(arena, r, json, refuse, obj, &err) != rc || strcmp(err.text, text) != 0)
        fail_msg("%.*s\n%d %s\nexpected %d %s", TD_FMT(json), err.rc, err.text, rc, text);
}

static void test_errors_name_the_field(void **state) {
    (void)state;
    static const struct {
        const struct record *r;
        struct td_str json;
        const char *text;
    } cases[] = {
        {&rec_inbound, TD_STR("{\"message\":{\"text\":5}}"),
         "message.text: expected a string, found a number"},
        {&rec_inbound, TD_STR("{\"message\":{\"text\":null}}"),
         "message.text: expected a string, found null"},
        {&rec_inbound, TD_STR("{\"message\":[]}"), "message: expected an object, found an array"},
        {&rec_inbound, TD_STR("{\"message\":{\"to\":[{},{\"addr\":true}]}}"),
         "message.to[1].addr: expected a string, found a boolean"},
        {&rec_inbound, TD_STR("{\"message\":{\"to\":{}}}"),
         "message.to: expected an array, found an object"},
        {&rec_inbound, TD_STR("{\"message\":{\"kind\":\"notes\"}}"),
         "message.kind: expected one of text, note, event, reaction, edit, delete"},
        {&rec_inbound, TD_STR("{\"message\":{\"kind\":1}}"),
         "message.kind: expected a string, found a number"},
        {&rec_inbound, TD_STR("{\"message\":{\"is_private\":true}}"),
         "message.is_private: unknown field"},
        {&rec_inbound, TD_STR("{\"cursor\":\"AA\"}"), "cursor: not base64"},
        {&rec_act, TD_STR("{\"konv\":7}"), "konv: unknown field"},
        {&rec_act, TD_STR("{\"\":7}"), "unknown field"},
        {&rec_act, TD_STR("{\"add\":[\"a\",7]}"), "add[1]: expected a string, found a number"},
        {&rec_act, TD_STR("{\"conv\":1.5}"),
         "conv: expected a whole number, found a number with a fraction"},
        {&rec_act, TD_STR("{\"conv\":-1}"), "conv: expected 0 to 18446744073709551615"},
        {&rec_act, TD_STR("{\"conv\":9007199254740993}"),
         "conv: a number beyond 2^53; larger ones are strings of digits"},
        {&rec_act, TD_STR("{\"conv\":\"7x\"}"),
         "conv: expected a whole number, found a string that is none"},
        {&rec_act, TD_STR("{\"conv\":\"\"}"),
         "conv: expected a whole number, found a string that is none"},
        {&rec_act, TD_STR("{\"conv\":\"18446744073709551616\"}"),
         "conv: expected a whole number, found a string that is none"},
        {&rec_act, TD_STR("{\"until\":\"9223372036854775808\"}"), "until: over 63 bits"},
        {&rec_act, TD_STR("{\"until\":\"--1\"}"),
         "until: expected a whole number, found a string that is none"},
        {&rec_act, TD_STR("{\"priority\":4294967296}"), "priority: expected 0 to 4294967295"},
        {&rec_act, TD_STR("[]"), "expected an object, found an array"},
        {&rec_voice, TD_STR("{\"link_up\":1}"), "link_up: expected a boolean, found a number"},
        {&rec_policy, TD_STR("{\"queues\":[{\"id\":\"a\"},{\"name\":\"b\"}]}"),
         "queues[1].id: missing"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        refuses(cases[i].r, cases[i].json, 0, TD_EINVAL, cases[i].text);
}

static void test_what_clients_may_not_set(void **state) {
    (void)state;
    struct td_str url = TD_STR("{\"attachments\":[{\"name\":\"a\",\"url\":\"http://10.0.0.1/\"}]}");
    struct td_str password = TD_STR("{\"id\":\"anna\",\"password\":\"x\"}");
    struct act act;
    struct account account;
    refuses(&rec_act, url, FF_INTERNAL, TD_EINVAL, "attachments: unknown field");
    assert_int_equal(json_in_text(arena, &rec_act, url, 0, &act, NULL), TD_OK);
    refuses(&rec_account, password, FF_SECRET | FF_INTERNAL, TD_EINVAL, "password: unknown field");
    assert_int_equal(json_in_text(arena, &rec_account, password, FF_INTERNAL, &account, NULL), 0);
    assert_true(td_str_eqz(account.password, "x"));
}

static void test_limits(void **state) {
    (void)state;
    char *big = td_arena_alloc(arena, JSON_IN_MAX + 2);
    memset(big, ' ', JSON_IN_MAX + 2);
    big[0] = '{';
    big[JSON_IN_MAX - 1] = '}';
    struct act act;
    assert_int_equal(
        json_in_text(arena, &rec_act, (struct td_str){big, JSON_IN_MAX}, 0, &act, NULL), TD_OK);
    big[JSON_IN_MAX - 1] = ' ';
    big[JSON_IN_MAX] = '}';
    refuses(&rec_act, (struct td_str){big, JSON_IN_MAX + 1}, 0, TD_ELIMIT,
            "JSON of 1048577 bytes, at most 1048576");

    struct td_str list = TD_STR("{\"add\":[\"\"");
    for (size_t i = 1; i < 65; i++)
        list = td_arena_printf(arena, "%.*s,\"\"", TD_FMT(list));
    list = td_arena_printf(arena, "%.*s]}", TD_FMT(list));
    refuses(&rec_act, list, 0, TD_ELIMIT, "add: 65 elements, at most 64");

    memset(big, 'x', 1001);
    struct td_str reason = td_arena_printf(arena, "{\"reason\":\"%.*s\"}", 1001, big);
    refuses(&rec_act, reason, 0, TD_ELIMIT, "reason: 1001 bytes, at most 1000");

    memset(big, '[', JSON_IN_MAX);
    refuses(&rec_act, (struct td_str){big, JSON_IN_MAX}, 0, TD_ELIMIT, "JSON nested over 24 deep");
    /* brackets in strings do not count, nor does an escaped quote end one */
    struct td_str flat = TD_STR("{\"text\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}");
    assert_int_equal(json_in_text(arena, &rec_act, flat, 0, &act, NULL), TD_OK);
}

static void test_texts_that_are_no_json(void **state) {
    (void)state;
    static const struct td_str cases[] = {
        TD_STR(""),
        TD_STR(" "),
        TD_STR("{"),
        TD_STR("nul"),
        TD_STR("7"),
        TD_STR("{\"conv\":7}x"),
        TD_STR("{\"conv\":7,}"),
        TD_STR("{\"conv\":07}"),
        TD_STR("{'conv':7}"),
        TD_STR("{\"text\":\"\x01\"}"),
        TD_STR("{\"text\":\"\\u0000\"}"),
        TD_STR("{\"text\":\"\xff\"}"),
        TD_STR("{\"text\":\"\\ud800\"}"),
        TD_STR("{\"conv\":99999999999999999999}"),
        TD_STR("{\"conv\":7,\"conv\":8}"),
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct act act;
        struct td_error err = {0};
        assert_int_equal(json_in_text(arena, &rec_act, cases[i], 0, &act, &err), TD_EPARSE);
        assert_memory_equal(err.text, "JSON, line 1 column", 19);
        assert_int_equal(json_in_text(arena, &rec_act, cases[i], 0, &act, NULL), TD_EPARSE);
    }
    assert_int_equal(
        json_in_text(arena, &rec_act, (struct td_str){NULL, 0}, 0, &(struct act){0}, NULL),
        TD_EPARSE);
}

static void test_duplicate_keys_are_named(void **state) {
    (void)state;
    struct act act;
    struct td_error err;
    json_in_text(arena, &rec_act, TD_STR("{\"conv\":7,\"conv\":8}"), 0, &act, &err);
    assert_non_null(strstr(err.text, "conv"));
}

static void test_base64(void **state) {
    (void)state;
    static const char *const bad[] = {"A",    "AA",   "AAA",  "A===",     "====",    "AA=A",
                                      "AB==", "AAB=", "A A=", "AA==AAAA", "AAA\xff", "-_AA"};
    struct td_str got;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (json_base64_get(arena, td_str_of(bad[i]), &got))
            fail_msg("%s", bad[i]);
    struct random_record g = {.state = 7};
    struct buf text;
    buf_init(&text, 1000);
    for (size_t n = 0; n < 100; n++) {
        char bytes[100];
        for (size_t i = 0; i < n; i++)
            bytes[i] = (char)random_next(&g);
        buf_reset(&text);
        json_base64_put(&text, (struct td_str){bytes, n});
        assert_true(json_base64_get(arena, (struct td_str){text.p + 1, text.n - 2}, &got));
        assert_true(td_str_eq(got, (struct td_str){bytes, n}));
    }
    buf_fini(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trips, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_borrows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors_name_the_field, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_clients_may_not_set, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_texts_that_are_no_json, setup, teardown),
        cmocka_unit_test_setup_teardown(test_duplicate_keys_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(test_base64, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
