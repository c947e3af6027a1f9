/* Outgoing webhooks without a network: the signature, what an answer means, the waits, and the way
 * through the stream with its holes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "outbox/webhook_retry.h"
#include "outbox/webhook_sign.h"
#include "outbox/webhook_source.h"

/* The example of the specification's own test suite (standard-webhooks, libraries). */
static void test_signature(void **state) {
    static const char secret[] = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    static const uint8_t bytes[] = {0x31, 0xf2, 0x90, 0xf6, 0xbf, 0x06, 0x29, 0x8a,
                                    0xab, 0x4f, 0x08, 0xd4, 0x3c, 0x3f, 0x08, 0x2c,
                                    0xf6, 0x48, 0xa3, 0x62, 0xda, 0x2d, 0xa4, 0xb0};
    struct webhook_key keys[WEBHOOK_KEYS_MAX] = {{.n = sizeof bytes}};
    struct td_arena *a = td_arena_new();
    (void)state;
    assert_int_equal(sizeof secret - 1, sizeof bytes / 3 * 4);
    memcpy(keys[0].bytes, bytes, sizeof bytes);
    struct td_str id = TD_STR("msg_p5jXN8AQM9LWM0D4loKWxJek");
    struct td_str body = TD_STR("{\"test\": 2432232314}");
    struct td_str one = webhook_signature(a, keys, id, 1614265330, body);
    assert_true(td_str_eqz(one, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    keys[1] = keys[0];
    keys[1].bytes[0] ^= 1;
    struct td_str two = webhook_signature(a, keys, id, 1614265330, body);
    assert_true(td_str_starts(two, one));
    assert_int_equal(two.n, 2 * one.n + 1);
    assert_int_equal(two.p[one.n], ' ');
    assert_memory_not_equal(two.p + one.n + 1, one.p, one.n);
    td_arena_free(&a);
}

static void test_outcomes(void **state) {
    (void)state;
    static const struct {
        int status;
        enum webhook_outcome is;
    } cases[] = {{200, WO_DELIVERED}, {204, WO_DELIVERED}, {299, WO_DELIVERED}, {0, WO_AGAIN},
                 {199, WO_AGAIN},     {301, WO_AGAIN},     {307, WO_AGAIN},     {400, WO_REFUSED},
                 {401, WO_AGAIN},     {403, WO_AGAIN},     {404, WO_AGAIN},     {408, WO_AGAIN},
                 {410, WO_GONE},      {413, WO_REFUSED},   {415, WO_REFUSED},   {422, WO_REFUSED},
                 {429, WO_AGAIN},     {500, WO_AGAIN},     {503, WO_AGAIN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(webhook_outcome(cases[i].status), cases[i].is);
}

static void test_waits(void **state) {
    (void)state;
    int64_t full = 2000;
    for (uint64_t n = 1; n < 200; n++) {
        int64_t longest = webhook_wait_ms(2000, n, 0), shortest = webhook_wait_ms(2000, n, ~0U);
        assert_int_equal(longest, full);
        assert_in_range(shortest, full / 2, full / 2 + 1);
        full = full * 2 < WEBHOOK_WAIT_MAX_MS ? full * 2 : WEBHOOK_WAIT_MAX_MS;
    }
    assert_int_equal(webhook_wait_ms(0, 1, 0), 1);
    assert_int_equal(webhook_retry_after_ms(30), 30000);
    assert_int_equal(webhook_retry_after_ms(UINT64_MAX), WEBHOOK_WAIT_MAX_MS);
}

/* ---- the stream ---- */

struct stream {
    struct webhook_source source;
    struct webhook_state place;
    struct td_arena *a;
};

static void begin(struct stream *s) {
    source_init(&s->source);
    s->place = (struct webhook_state){.at = "0-0", .done = true};
    s->a = td_arena_new();
}
static void end(struct stream *s) {
    source_fini(&s->source);
    td_arena_free(&s->a);
}

/* An entry of `n` events; true: something was missing before it. */
static bool give(struct stream *s, const char *id, uint64_t number, unsigned n, uint64_t *batches) {
    struct buf b, one;
    buf_init(&b, 65536);
    for (unsigned i = 0; i < n; i++) {
        struct event ev = {.kind = EV_FACT, .seq = i};
        buf_init(&one, 4096);
        assert_int_equal(record_pack(&one, &rec_event, &ev), TD_OK);
        packed_put(&b, buf_str(&one));
        buf_fini(&one);
    }
    struct stream_entry e = {.id = td_str_of(id), .b = buf_str(&b), .s = number};
    bool missing = source_take(&s->source, &s->place, &e, batches);
    buf_fini(&b);
    return missing;
}

static void expect(struct stream *s, const char *id) {
    struct event ev;
    struct td_str is;
    assert_int_equal(source_next(&s->source, s->a, &is, &ev), SOURCE_EVENT);
    assert_true(td_str_eqz(is, id));
}
static void expect_end(struct stream *s) {
    struct event ev;
    struct td_str is;
    assert_int_equal(source_next(&s->source, s->a, &is, &ev), SOURCE_END);
}

static void test_goes_on_within_an_entry(void **state) {
    struct stream s;
    uint64_t batches;
    (void)state;
    begin(&s);
    assert_false(give(&s, "5-0", 7, 3, &batches)); /* a new one: whatever the number */
    expect(&s, "5-0-0");
    source_mark(&s.source, &s.place);
    expect(&s, "5-0-1"); /* taken, not marked: a crash */
    assert_true(td_str_eqz(source_from(s.a, &s.place), "5-0"));
    assert_false(give(&s, "5-0", 7, 3, &batches));
    expect(&s, "5-0-1");
    source_mark(&s.source, &s.place);
    expect(&s, "5-0-2");
    source_mark(&s.source, &s.place);
    expect_end(&s);
    source_mark_end(&s.source, &s.place);
    assert_true(td_str_eqz(source_from(s.a, &s.place), "(5-0"));
    assert_false(give(&s, "6-0", 8, 1, &batches));
    expect(&s, "6-0-0");
    end(&s);
}

static void test_holes(void **state) {
    struct stream s;
    uint64_t batches;
    (void)state;
    begin(&s);
    give(&s, "5-0", 7, 2, &batches);
    expect(&s, "5-0-0");
    source_mark(&s.source, &s.place);
    assert_true(give(&s, "9-0", 10, 1, &batches)); /* the rest of 7, then 8 and 9 */
    assert_int_equal(batches, 3);
    source_mark_gap(&s.source, &s.place); /* told */
    assert_false(give(&s, "9-0", 10, 1, &batches));
    expect(&s, "9-0-0");
    source_mark_end(&s.source, &s.place);
    assert_true(give(&s, "20-0", 12, 1, &batches));
    assert_int_equal(batches, 1);
    source_mark_end(&s.source, &s.place);
    assert_true(give(&s, "30-0", 12, 1, &batches)); /* numbers went back: writes were lost */
    assert_int_equal(batches, 0);
    end(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signature), cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_waits),     cmocka_unit_test(test_goes_on_within_an_entry),
        cmocka_unit_test(test_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
