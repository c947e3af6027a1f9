/* The stored form byte for byte. When a test here fails, data that installations have stored can no
 * longer be read as it was meant: never change the bytes, change the code back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "model/command.h"
#include "model/event.h"

static struct buf packed;

static int setup(void **state) {
    (void)state;
    buf_init(&packed, 1 << 16);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    buf_fini(&packed);
    return 0;
}

static void is_stored_as(const struct record *r, const void *obj, const char *hex) {
    static char found[4096];
    buf_reset(&packed);
    assert_int_equal(record_pack(&packed, r, obj), TD_OK);
    assert_true(packed.n * 2 < sizeof(found));
    for (size_t i = 0; i < packed.n; i++)
        snprintf(found + 2 * i, 3, "%02x", (unsigned)(unsigned char)packed.p[i]);
    assert_string_equal(found, hex);
}

static struct td_str act_bytes(void) {
    static struct td_str tags[] = {TD_STR("vip"), TD_STR("late")};
    static struct td_attachment files[] = {{.name = TD_STR("a.pdf"), .bytes = 70000}};
    struct act act = {.conv = 1042,
                      .text = TD_STR("Good morning"),
                      .add = {tags, 2},
                      .until = -1,
                      .if_seq = 3,
                      .attachments = {files, 1}};
    static struct buf b;
    static char bytes[200];
    buf_init(&b, sizeof(bytes));
    record_pack(&b, &rec_act, &act);
    memcpy(bytes, b.p, b.n);
    struct td_str s = {bytes, b.n};
    buf_fini(&b);
    return s;
}

static void test_command(void **state) {
    (void)state;
    struct command c = {.kind = CMD_MESSAGE_SEND,
                        .actor_kind = A_AGENT,
                        .actor = TD_STR("anna"),
                        .sender = TD_STR("p1/s9"),
                        .id = TD_STR("c-17"),
                        .received_at = 1700000000123,
                        .message_id = TD_STR("01HF7YAT00ZZZZZZZZZZZZZZZZ"),
                        .body = act_bytes()};
    is_stored_as(&rec_command, &c,
                 "2001043c08080d04616e6e61110570312f73391504632d313718f6a1abfef9621d1a303148463759"
                 "415430305a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a213040010492081d0c476f6f64206d6f726e696e"
                 "67310903766970046c61746538014003450c0b0505612e7064660cf0a204");
}

static struct work typical_work(void) {
    static struct skill_need skills[] = {{TD_STR("billing"), 3}};
    return (struct work){.id = 1042,
                         .version = 9,
                         .kind = WK_CONVERSATION,
                         .channel_kind = CK_CHAT,
                         .channel = TD_STR("shop-chat"),
                         .queue = TD_STR("billing"),
                         .state = WS_OFFERED,
                         .priority = 1,
                         .t0 = 1700000000000,
                         .queued_at = 1700000004000,
                         .attempts = 2,
                         .agent = TD_STR("anna"),
                         .offer = TD_STR("17-3"),
                         .offered_at = 1700000010000,
                         .offer_deadline = 1700000030000,
                         .skills = {skills, 1},
                         .units = 30,
                         .reason = TD_STR("longest idle of 3 with billing ≥ 3")};
}

static void test_work(void **state) {
    (void)state;
    struct work w = typical_work();
    is_stored_as(&rec_work, &w,
                 "030104920808091001150973686f702d63686174190762696c6c696e671c0220012480a0abfef962"
                 "28c0deabfef96230023504616e6e61390431372d333ca0bcacfef96240e0f4aefef962550c0b0507"
                 "62696c6c696e670803681e8901246c6f6e676573742069646c65206f66203320776974682062696c"
                 "6c696e6720e289a52033");
    assert_true(packed.n < 300); /* a new leader loads a hundred thousand of them */
}

static void test_event(void **state) {
    (void)state;
    struct event e = {.kind = EV_MESSAGE,
                      .conv = 1042,
                      .seq = 4,
                      .at = 1700000000456,
                      .staff = true,
                      .queue = TD_STR("billing"),
                      .agent = TD_STR("anna"),
                      .visitor = TD_STR("shop-chat|visitor:v1"),
                      .body = TD_STR("\x27\x01\x05\x01x")};
    is_stored_as(&rec_event, &e,
                 "2101040214920818041c90a7abfef9622001250762696c6c696e672904616e6e61351473686f702d"
                 "636861747c76697369746f723a76313d052701050178");
}

/* What an earlier build stored is read as it was meant. */
static void test_reads(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    struct work want = typical_work(), found;
    record_pack(&packed, &rec_work, &want);
    assert_int_equal(record_unpack(a, &rec_work, buf_str(&packed), &found, NULL), TD_OK);
    assert_true(record_equal(&rec_work, &want, &found));
    assert_int_equal(found.skills.v[0].level, 3);
    td_arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_command, setup, teardown),
        cmocka_unit_test_setup_teardown(test_work, setup, teardown),
        cmocka_unit_test_setup_teardown(test_event, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reads, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
