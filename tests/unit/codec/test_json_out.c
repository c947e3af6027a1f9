/* JSON as clients get it: exact texts, and what never gets out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "../model/random_record.h"
#include "codec/json_in.h"
#include "codec/json_out.h"
#include "model/command.h"
#include "model/event.h"
#include "model/tables.h"

static struct td_arena *arena;
static struct buf out;

static int setup(void **state) {
    (void)state;
    arena = td_arena_new();
    buf_init(&out, 1 << 22);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    buf_fini(&out);
    td_arena_free(&arena);
    return 0;
}

static void is_text(const char *json) {
    assert_int_equal(buf_rc(&out), TD_OK);
    buf_putc(&out, '\0');
    assert_string_equal(out.p, json);
    buf_reset(&out);
}

static void gives(const struct record *r, const void *obj, unsigned leave_out, const char *json) {
    json_out_record(&out, r, obj, leave_out);
    is_text(json);
}

/* ---- exact texts ---- */

static void test_strings(void **state) {
    (void)state;
#define BAD "\xEF\xBF\xBD"
    static const struct {
        struct td_str in;
        const char *json;
    } cases[] = {
        {TD_STR(""), "\"\""},
        {TD_STR("plain"), "\"plain\""},
        {TD_STR("a\"b\\c/d"), "\"a\\\"b\\\\c/d\""},
        {TD_STR("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
        {TD_STR("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\x7f\""},
        {TD_STR("é€🙂"), "\"é€🙂\""},
        {TD_STR("a\xffz"), "\"a" BAD "z\""},                     /* never a first byte */
        {TD_STR("\x80\x80"), "\"" BAD BAD "\""},                 /* never first bytes either */
        {TD_STR("\xc0\xaf"), "\"" BAD BAD "\""},                 /* overlong */
        {TD_STR("\xe0\x80\xaf"), "\"" BAD BAD BAD "\""},         /* overlong */
        {TD_STR("\xed\xa0\x80"), "\"" BAD BAD BAD "\""},         /* a surrogate */
        {TD_STR("\xf4\x90\x80\x80"), "\"" BAD BAD BAD BAD "\""}, /* beyond U+10FFFF */
        {TD_STR("\xe2\x82"), "\"" BAD "\""},                     /* cut off at the end */
        {TD_STR("\xf0\x9f\x99 \xe2\x82\"x"), "\"" BAD " " BAD "\\\"x\""}, /* cut off in between */
        {TD_STR("\xf4\x8f\xbf\xbf\xed\x9f\xbf"),
         "\"\xf4\x8f\xbf\xbf\xed\x9f\xbf\""}, /* just valid */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_out j;
        json_begin(&j, &out);
        json_put_str(&j, cases[i].in);
        is_text(cases[i].json);
    }
}

static void test_base64(void **state) { /* RFC 4648 §10 */
    (void)state;
    static const struct {
        struct td_str in;
        const char *json;
    } cases[] = {
        {TD_STR(""), "\"\""},
        {TD_STR("f"), "\"Zg==\""},
        {TD_STR("fo"), "\"Zm8=\""},
        {TD_STR("foo"), "\"Zm9v\""},
        {TD_STR("foob"), "\"Zm9vYg==\""},
        {TD_STR("fooba"), "\"Zm9vYmE=\""},
        {TD_STR("foobar"), "\"Zm9vYmFy\""},
        {TD_STR("\xff\xfe\x00\xfb\xf0"), "\"//4A+/A=\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_out j;
        json_begin(&j, &out);
        json_put_base64(&j, cases[i].in);
        is_text(cases[i].json);
    }
}

static void test_numbers(void **state) {
    (void)state;
    struct json_out j;
    json_begin(&j, &out);
    json_arr_begin(&j);
    json_put_u64(&j, 0);
    json_put_u64(&j, UINT64_C(1) << 53);
    json_put_u64(&j, (UINT64_C(1) << 53) + 1);
    json_put_u64(&j, UINT64_MAX);
    json_put_i64(&j, -1);
    json_put_i64(&j, -(INT64_C(1) << 53));
    json_put_i64(&j, INT64_MIN);
    json_put_i64(&j, INT64_MAX);
    json_arr_end(&j);
    is_text("[0,9007199254740992,\"9007199254740993\",\"18446744073709551615\",-1,"
            "-9007199254740992,\"-9223372036854775808\",\"9223372036854775807\"]");
}

static void test_by_hand(void **state) {
    (void)state;
    struct result r = {.id = TD_STR("c1"), .ok = true, .conv = 7};
    struct json_out j;
    json_begin(&j, &out);
    json_obj_begin(&j);
    json_key_str(&j, "type", TD_STR("result"));
    json_put_members(&j, &rec_result, &r, JSON_FOR_STAFF);
    json_put_key(&j, "list");
    json_arr_begin(&j);
    json_obj_begin(&j);
    json_obj_end(&j);
    json_arr_begin(&j);
    json_arr_end(&j);
    json_put_null(&j);
    json_put_raw(&j, TD_STR("[1,2]"));
    json_put_record(&j, &rec_result, &r, JSON_FOR_STAFF);
    json_arr_end(&j);
    json_put_name(&j, TD_STR("a\"b"));
    json_put_bool(&j, false);
    json_key_u64(&j, "n", 5);
    json_key_i64(&j, "m", -5);
    json_key_bool(&j, "yes", true);
    json_obj_end(&j);
    is_text("{\"type\":\"result\",\"id\":\"c1\",\"ok\":true,\"conv\":7,"
            "\"list\":[{},[],null,[1,2],{\"id\":\"c1\",\"ok\":true,\"conv\":7}],"
            "\"a\\\"b\":false,\"n\":5,\"m\":-5,\"yes\":true}");
}

static struct td_message message(void) {
    static struct td_address to[] = {{TD_STR("mail"), TD_STR("help@example.com"), {NULL, 0}}};
    static struct td_attachment files[] = {{.name = TD_STR("a.png"),
                                            .type = TD_STR("image/png"),
                                            .bytes = 9,
                                            .url = TD_STR("https://provider.example/secret")}};
    return (struct td_message){.id = TD_STR("01HF"),
                               .conv = 1042,
                               .seq = 2,
                               .channel = TD_STR("shop"),
                               .direction = TD_OUT,
                               .dedupe = TD_STR("d"),
                               .external_id = TD_STR("e"),
                               .matched = TD_MATCH_THREAD,
                               .from = {TD_STR("mail"), TD_STR("a@b.c"), TD_STR("Anna")},
                               .to = {to, 1},
                               .author = TD_STR("anna"),
                               .text = TD_STR("Good\nmorning"),
                               .attachments = {files, 1},
                               .received_at = 1700000000000,
                               .at = 1700000000001,
                               .flags = TD_BOT,
                               .client_ref = TD_STR("draft-1")};
}

static void test_message_for_each_audience(void **state) {
    (void)state;
    struct td_message m = message();
    gives(&rec_message, &m, JSON_FOR_STAFF,
          "{\"id\":\"01HF\",\"conv\":1042,\"seq\":2,\"channel\":\"shop\",\"direction\":\"out\","
          "\"kind\":\"text\",\"dedupe\":\"d\",\"external_id\":\"e\",\"matched\":\"thread\","
          "\"from\":{\"type\":\"mail\",\"addr\":\"a@b.c\",\"name\":\"Anna\"},"
          "\"to\":[{\"type\":\"mail\",\"addr\":\"help@example.com\"}],\"author\":\"anna\","
          "\"text\":\"Good\\nmorning\",\"attachments\":[{\"name\":\"a.png\","
          "\"type\":\"image/png\",\"bytes\":9}],\"received_at\":1700000000000,"
          "\"at\":1700000000001,\"flags\":8,\"client_ref\":\"draft-1\"}");
    gives(&rec_message, &m, JSON_FOR_VISITOR,
          "{\"id\":\"01HF\",\"conv\":1042,\"seq\":2,\"channel\":\"shop\",\"direction\":\"out\","
          "\"kind\":\"text\",\"from\":{\"type\":\"mail\",\"addr\":\"a@b.c\",\"name\":\"Anna\"},"
          "\"author\":\"anna\",\"text\":\"Good\\nmorning\",\"attachments\":[{\"name\":\"a.png\","
          "\"type\":\"image/png\",\"bytes\":9}],\"at\":1700000000001,"
          "\"client_ref\":\"draft-1\"}");
}

static void test_what_is_always_there(void **state) {
    (void)state;
    struct agent a = {.counts = {0, 2, 0, 0, 1}, .used = 100};
    gives(&rec_agent, &a, JSON_FOR_STAFF,
          "{\"id\":\"\",\"version\":0,\"role\":\"agent\",\"presence\":\"out\",\"voice\":\"none\","
          "\"used\":100,\"count_chat\":2,\"count_mail\":1,\"gate\":\"none\"}");
    struct result r = {.id = TD_STR("7"), .error = TD_STR("stale")};
    gives(&rec_result, &r, JSON_FOR_VISITOR, "{\"id\":\"7\",\"ok\":false,\"error\":\"stale\"}");
    struct user u = {.id = TD_STR("anna"), .password = TD_STR("$argon2id$"), .must_change = true};
    gives(&rec_user, &u, JSON_FOR_STAFF, "{\"id\":\"anna\",\"version\":0}");
    struct chan c = {.id = TD_STR("x"), .cursor = TD_STR("\x00\xff")};
    gives(&rec_chan, &c, FF_SECRET, "{\"id\":\"x\",\"version\":0,\"cursor\":\"AP8=\"}");
}

static void test_full_buffer_is_an_error(void **state) {
    (void)state;
    struct td_message m = message();
    struct buf small;
    buf_init(&small, 50);
    json_out_record(&small, &rec_message, &m, JSON_FOR_STAFF);
    assert_int_equal(buf_rc(&small), TD_ELIMIT);
    buf_fini(&small);
}

/* ---- what never gets out ---- */

static void check_object(const struct record *r, const json_t *object, unsigned leave_out);

static void check_member(const struct record *r, const char *key, json_t *value,
                         unsigned leave_out) {
    for (size_t i = 0; i < r->n_fields; i++) {
        const struct field *f = &r->fields[i];
        if (strcmp(f->name, key) != 0)
            continue;
        if (f->flags & leave_out)
            fail_msg("%s.%s got out", r->name, key);
        if (f->type == F_REC)
            check_object(f->rec, value, leave_out);
        for (size_t k = 0; f->type == F_LIST && k < json_array_size(value); k++)
            check_object(f->rec, json_array_get(value, k), leave_out);
        return;
    }
    fail_msg("%s has no %s", r->name, key);
}

static void check_object(const struct record *r, const json_t *object, unsigned leave_out) {
    const char *key;
    json_t *value;
    assert_true(json_is_object(object));
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
        check_member(r, key, value, leave_out);
}

/* Every record, full, with bytes that are not UTF-8: valid JSON, and nothing but what may be seen.
 */
static void test_nothing_leaks(void **state) {
    (void)state;
    static const unsigned masks[] = {0, JSON_FOR_STAFF, JSON_FOR_VISITOR};
    for (size_t i = 0; record_all[i]; i++) {
        const struct record *r = record_all[i];
        struct random_record g = {.state = i, .a = arena, .percent = 100, .any_bytes = true};
        void *obj = random_new(&g, r);
        *(struct td_str *)(void *)((char *)obj + r->unknown) = TD_STR("\x01\x01");
        for (size_t m = 0; m < sizeof(masks) / sizeof(masks[0]); m++) {
            struct td_error err = {0};
            json_out_record(&out, r, obj, masks[m]);
            json_t *tree = json_in_parse(buf_str(&out), &err);
            assert_string_equal(err.text, "");
            check_object(r, tree, masks[m] | FF_SECRET);
            json_decref(tree);
            buf_reset(&out);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_base64, setup, teardown),
        cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_by_hand, setup, teardown),
        cmocka_unit_test_setup_teardown(test_message_for_each_audience, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_always_there, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_buffer_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_leaks, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
