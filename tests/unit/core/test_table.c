/* Cells: loading, quarantine, trimming, compaction, rings; effects of a batch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/table.h"
#include "fixture.h"

static bool is(struct td_str s, const char *text) {
    return td_str_eqz(s, text);
}

static void test_needs_are_a_chain(void **state) {
    struct fix f;
    struct buf b;
    (void)state;
    fix_open(&f);
    fix_sms(&f, "+44", "m1");
    fix_lead(&f, "boss", CMD_WORK_RESOLVE, (struct act){.conv = f.result.conv});
    core_trim(f.core, 0);
    struct core_stats stats;
    core_stats_get(f.core, &stats);
    assert_int_equal(stats.cached, 0);
    struct inbound in = {
        .message = {.channel = S("sms"), .from = {S("sms"), S("+44"), S("")}, .text = S("x")}};
    struct command cmd = {
        .kind = CMD_MESSAGE_IN, .actor_kind = A_CONNECTOR, .body = fix_pack(&rec_inbound, &in, &b)};
    fix_begin(&f);
    int rounds = 0;
    struct needs n;
    while ((n = core_needs(f.core, &cmd)).n) {
        fix_load(&f, n);
        rounds++;
    }
    assert_in_range(rounds, 2, 5);
    fix_apply(&f, &cmd);
    fix_drain(&f);
    buf_fini(&b);
    fix_close(&f);
}

static void test_quarantine(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_sms(&f, "+44", "m1");
    uint64_t id = f.result.conv;
    struct fix_blob *blob = map_get(&f.stored[EK_CONV], fix_id(&f, id));
    ((char *)(uintptr_t)blob->bytes.p)[0] ^= 0x7f;
    fix_restart(&f);
    fix_lead(&f, "boss", CMD_NOTE_ADD, (struct act){.conv = id, .text = S("x")});
    assert_true(is(f.result.error, "quarantined"));
    assert_int_equal(fix_count(&f, FX_PUT), 0);
    fix_sms(&f, "+45", "m2"); /* the rest goes on */
    assert_true(f.result.ok);
    fix_close(&f);
}

static void test_unreadable_tenant_stops_all(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_visitor(&f, "v1", "Hello?");
    struct fix_blob *blob = map_get(&f.stored[EK_TENANT], S(""));
    ((char *)(uintptr_t)blob->bytes.p)[0] ^= 0x7f;
    fix_restart(&f);
    fix_sms(&f, "+45", "m2");
    assert_true(is(f.result.error, "quarantined"));
    assert_int_equal(fix_count(&f, FX_PUT) + fix_count(&f, FX_DEL), 0);
    assert_int_equal(core_next_due(f.core), INT64_MAX);
    fix_close(&f);
}

static void test_an_entity_once_per_batch(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    uint64_t version = fix_work(&f, id)->version;
    fix_accept(&f, "anna", id);
    size_t puts = 0;
    for (size_t i = 0; i < f.fx.n; i++)
        puts += f.fx.v[i].kind == FX_PUT && f.fx.v[i].entity == EK_WORK;
    assert_int_equal(puts, 1);
    assert_int_equal(fix_work(&f, id)->version, version + 1);
    fix_close(&f);
}

static void test_indexes(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_sms(&f, "+44", "m1");
    uint64_t id = f.result.conv;
    bool open = false, queue = false, contact = false;
    for (size_t i = 0; i < f.fx.n; i++) {
        const struct effect *e = &f.fx.v[i];
        if (e->kind != FX_INDEX)
            continue;
        assert_int_equal(e->conv, id);
        open |= is(e->key, "open") && e->score == f.now;
        queue |= is(e->key, "queue:texts");
        contact |= td_str_starts(e->key, S("contact:"));
    }
    assert_true(open && queue && contact);
    fix_agent(&f, "anna");
    fix_accept(&f, "anna", id);
    assert_int_equal(fix_count(&f, FX_INDEX), 0); /* she had it when it was offered */
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id});
    assert_int_equal(fix_count(&f, FX_UNINDEX), 3); /* open, queue, agent */
    assert_int_equal(fix_count(&f, FX_INDEX), 1);   /* closed */
    fix_close(&f);
}

static void test_a_long_life_does_not_grow(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    fix_accept(&f, "anna", id);
    for (int i = 0; i < 300; i++) {
        char text[40];
        snprintf(text, sizeof text, "message number %d of many", i);
        fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = Z(text)});
        fix_visitor(&f, "v1", text);
    }
    struct id_key k;
    const struct cell *cell = table_find(f.core, EK_CONV, id_key(&k, id)->s);
    assert_in_range(td_arena_used(cell->arena), 1, 16384);
    cell = table_find(f.core, EK_AGENT, S("anna"));
    assert_in_range(td_arena_used(cell->arena), 1, 32768);
    assert_int_equal(fix_get_agent(&f, "anna")->seen.slots.n, 64 * RING_SLOT_BYTES);
    fix_close(&f);
}

static void test_rings(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_begin(&f);
    struct cell *cell = table_make(f.core, EK_THREAD, S("t"));
    struct thread *t = cell->obj;
    char key[16];
    for (int i = 0; i < 200; i++) {
        snprintf(key, sizeof key, "k%d", i);
        assert_false(ring_has(&t->seen, Z(key)));
        ring_add(cell, &t->seen, Z(key), i * 1000, 1000, RING_MAX);
        assert_true(ring_has(&t->seen, Z(key)));
    }
    assert_int_equal(t->seen.slots.n, RING_MAX * RING_SLOT_BYTES);
    assert_false(ring_has(&t->seen, S("k71")));
    assert_true(ring_has(&t->seen, S("k72")));
    ring_add(cell, &t->seen, S("late"), 2000000, 1000, RING_MAX); /* the others are too old */
    assert_int_equal(t->seen.slots.n, RING_SLOT_BYTES);
    fix_drain(&f);
    fix_close(&f);
}

static void test_id_keys(void **state) {
    struct id_key k;
    (void)state;
    assert_true(is(id_key(&k, 0)->s, "0"));
    assert_true(is(id_key(&k, 1042)->s, "1042"));
    assert_true(is(id_key(&k, UINT64_MAX)->s, "18446744073709551615"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_needs_are_a_chain),
        cmocka_unit_test(test_quarantine),
        cmocka_unit_test(test_unreadable_tenant_stops_all),
        cmocka_unit_test(test_an_entity_once_per_batch),
        cmocka_unit_test(test_indexes),
        cmocka_unit_test(test_a_long_life_does_not_grow),
        cmocka_unit_test(test_rings),
        cmocka_unit_test(test_id_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
