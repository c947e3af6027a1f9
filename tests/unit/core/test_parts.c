/* Messages that come in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static void piece_of(struct fix *f, const char *from, const char *ref, uint32_t part,
                     uint32_t parts, const char *text) {
    char id[64];
    snprintf(id, sizeof id, "%s-%s-%u-%u", from, ref, part, parts);
    struct inbound in = {.message = {.channel = S("sms"),
                                     .from = {S("sms"), Z(from), S("")},
                                     .dedupe = Z(id),
                                     .external_id = Z(id),
                                     .part_ref = Z(ref),
                                     .part = part,
                                     .parts = parts,
                                     .text = Z(text)}};
    fix_send_as(f, CMD_MESSAGE_IN, A_CONNECTOR, "sms", NULL, &in);
    assert_true(f->result.ok);
}
static void piece(struct fix *f, const char *ref, uint32_t part, uint32_t parts, const char *text) {
    piece_of(f, "+44", ref, part, parts, text);
}

/* The only message stored in the last step; "" for none. */
static const char *stored(struct fix *f) {
    struct td_message m;
    const struct effect *fx = fix_effect(f, FX_LOG);
    if (!fx)
        return "";
    assert_int_equal(fix_count(f, FX_LOG), 1);
    assert_int_equal(record_unpack(f->batch, &rec_message, fx->bytes, &m, NULL), TD_OK);
    assert_int_equal(m.parts, 0);
    return td_arena_dup(f->batch, m.text).p;
}
static size_t waiting(struct fix *f) {
    const struct tenant *t = fix_entity(f, EK_TENANT, S(""));
    return t ? t->joining.n : 0;
}

static void test_any_order(void **state) {
    static const uint32_t orders[][3] = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3},
                                         {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
    static const char *const texts[] = {"", "one ", "two ", "three"};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        struct fix f;
        fix_open(&f);
        fix_agent(&f, "anna");
        for (size_t k = 0; k < 3; k++) {
            assert_false(fix_get_agent(&f, "anna")->offer.n);
            piece(&f, "7", orders[i][k], 3, texts[orders[i][k]]);
            assert_string_equal(stored(&f), k < 2 ? "" : "one two three");
            assert_int_equal(waiting(&f), k < 2);
        }
        assert_true(fix_get_agent(&f, "anna")->offer.n);
        const struct thread *t = fix_entity(&f, EK_THREAD, S("sms|sms:+44"));
        assert_int_equal(t->pieces.n, 0);
        fix_wait(&f, 600000);
        assert_string_equal(stored(&f), "");
        fix_close(&f);
    }
}

static void test_twice_and_mixed(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    piece(&f, "7", 1, 2, "a1 ");
    piece(&f, "7", 1, 2, "a1 "); /* the hook came twice */
    assert_true(f.result.duplicate);
    piece(&f, "8", 1, 2, "b1 "); /* another message of the same sender */
    piece_of(&f, "+45", "7", 1, 2, "c1 ");
    piece(&f, "7", 1, 3, "d1 "); /* the same number anew, of another length */
    assert_int_equal(waiting(&f), 2);
    piece(&f, "8", 2, 2, "b2");
    assert_string_equal(stored(&f), "b1 b2");
    piece(&f, "7", 2, 2, "a2");
    assert_string_equal(stored(&f), "a1 a2");
    piece_of(&f, "+45", "7", 2, 2, "c2");
    assert_string_equal(stored(&f), "c1 c2");
    assert_int_equal(waiting(&f), 1);
    fix_close(&f);
}

static void test_missing_pieces(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    piece(&f, "7", 2, 4, "two ");
    fix_wait(&f, 60000);
    piece(&f, "7", 4, 4, "four"); /* does not prolong the wait */
    fix_wait(&f, 59999);
    assert_string_equal(stored(&f), "");
    fix_restart(&f); /* the next leader knows it too */
    fix_wait(&f, 1);
    assert_string_equal(stored(&f), "[…]two […]four");
    assert_int_equal(waiting(&f), 0);
    piece(&f, "7", 1, 4, "one "); /* late: never dropped */
    assert_string_equal(stored(&f), "");
    fix_wait(&f, 120000);
    assert_string_equal(stored(&f), "one […]");
    fix_close(&f);
}

static void test_nonsense_is_a_whole_message(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    piece(&f, "7", 1, 1, "alone");
    assert_string_equal(stored(&f), "alone");
    piece(&f, "8", 0, 2, "zeroth");
    assert_string_equal(stored(&f), "zeroth");
    piece(&f, "9", 3, 2, "third of two");
    assert_string_equal(stored(&f), "third of two");
    assert_int_equal(waiting(&f), 0);
    fix_close(&f);
}

static void test_no_room(void **state) {
    struct fix f;
    char ref[16], from[16];
    unsigned i = 0;
    (void)state;
    fix_open(&f);
    for (; i < 64; i++) {
        snprintf(ref, sizeof ref, "r%u", i);
        piece(&f, ref, 1, 2, "first ");
        assert_string_equal(stored(&f), "");
    }
    piece(&f, "one-more", 1, 2, "too many");
    assert_string_equal(stored(&f), "too many");
    piece(&f, "r5", 2, 2, "second"); /* completes what waits */
    assert_string_equal(stored(&f), "first second");
    for (i = 0; i < 255; i++) {
        snprintf(from, sizeof from, "+9%u", i);
        piece_of(&f, from, "7", 1, 2, "x");
        assert_string_equal(stored(&f), "");
    }
    piece_of(&f, "+99999", "7", 1, 2, "a thread too many");
    assert_string_equal(stored(&f), "a thread too many");
    assert_int_equal(waiting(&f), 256);
    fix_wait(&f, 120000); /* all are taken, one by one */
    assert_int_equal(waiting(&f), 0);
    assert_int_equal(fix_count(&f, FX_LOG), 63 + 255);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order),      cmocka_unit_test(test_twice_and_mixed),
        cmocka_unit_test(test_missing_pieces), cmocka_unit_test(test_nonsense_is_a_whole_message),
        cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
