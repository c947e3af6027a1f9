/* The tables themselves: a mistake in one of them would be stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/command.h"
#include "model/event.h"
#include "model/tables.h"

static size_t field_size(const struct field *f) {
    switch ((enum field_type)f->type) {
    case F_BOOL:
        return sizeof(bool);
    case F_U32:
    case F_ENUM:
        return sizeof(uint32_t);
    case F_U64:
    case F_I64:
        return sizeof(uint64_t);
    case F_REC:
        return f->rec->size;
    default: /* strings and lists: a pointer and a length */
        return sizeof(struct td_str);
    }
}

static bool is_snake(const char *s) {
    return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(s);
}

static void check_table(const struct record *r, unsigned depth);

static void check_row(const struct record *r, size_t i, unsigned depth) {
    const struct field *f = &r->fields[i];
    if (!is_snake(f->name) || f->tag == 0 || (i && f->tag <= r->fields[i - 1].tag))
        fail_msg("%s.%s: name or tag", r->name, f->name);
    for (size_t k = 0; k < i; k++)
        assert_string_not_equal(f->name, r->fields[k].name);
    if ((f->type == F_REC || f->type == F_LIST) != (f->rec != NULL))
        fail_msg("%s.%s: table", r->name, f->name);
    if ((f->type == F_ENUM) != (f->names != NULL))
        fail_msg("%s.%s: names", r->name, f->name);
    if (f->rec)
        check_table(f->rec, depth + 1);
}

/* Every member stands in the table: gaps between the fields are padding, so smaller than a word. */
static void check_cover(const struct record *r) {
    unsigned char *covered = mem_alloc(r->size);
    for (size_t i = 0; i < r->n_fields; i++) {
        const struct field *f = &r->fields[i];
        for (size_t k = f->offset; k < f->offset + field_size(f); k++) {
            if (k >= r->size || covered[k])
                fail_msg("%s.%s: overlaps", r->name, f->name);
            covered[k] = 1;
        }
    }
    for (size_t k = 0; r->unknown && k < sizeof(struct td_str); k++)
        covered[r->unknown + k] = 1;
    for (size_t k = 0, gap = 0; k < r->size; k++) {
        gap = covered[k] ? 0 : gap + 1;
        if (gap >= sizeof(void *))
            fail_msg("%s: no field covers byte %zu", r->name, k);
    }
    mem_free(covered);
}

static void check_table(const struct record *r, unsigned depth) {
    assert_true(depth <= RECORD_DEPTH_MAX);
    assert_true(r->version >= 1 && r->n_fields > 0);
    for (size_t i = 0; i < r->n_fields; i++)
        check_row(r, i, depth);
    check_cover(r);
}

static void test_tables_are_sound(void **state) {
    (void)state;
    for (size_t i = 0; record_all[i]; i++) {
        check_table(record_all[i], 0);
        assert_true(record_all[i]->kind && record_all[i]->unknown);
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(record_all[i]->kind, record_all[k]->kind);
            assert_string_not_equal(record_all[i]->name, record_all[k]->name);
        }
    }
}

static void test_entities_use_their_number(void **state) {
    (void)state;
    assert_null(entity_records[0]);
    for (uint16_t i = 1; i < EK_N; i++)
        assert_int_equal(entity_records[i]->kind, i);
}

static void check_names(const char *const *names, size_t n, const char *last) {
    for (size_t i = 0; i < n; i++)
        assert_non_null(names[i]);
    assert_null(names[n]);
    assert_string_equal(names[n - 1], last);
}

static void test_names_match_enumerations(void **state) {
    (void)state;
    check_names(channel_kind_names, CK_N, "mail");
    check_names(work_kind_names, WK_TASK + 1, "task");
    check_names(work_state_names, WS_N, "callback");
    check_names(presence_names, PR_NOT_RESPONDING + 1, "not-responding");
    check_names(voice_state_names, VS_WRAP + 1, "wrap");
    check_names(role_names, ROLE_ADMIN + 1, "admin");
    check_names(conv_state_names, CS_ARCHIVED + 1, "archived");
    check_names(interrupt_names, IM_INTERRUPT + 1, "interrupt");
    check_names(strategy_names, ST_PACK + 1, "pack");
    check_names(accept_mode_names, AM_PULL + 1, "pull");
    check_names(direction_names, TD_INTERNAL + 1, "internal");
    check_names(message_kind_names, TD_MSG_DELETE + 1, "delete");
    check_names(delivery_names, TD_BOUNCED + 1, "bounced");
    check_names(matched_names, TD_MATCH_HAND + 1, "hand");
    check_names(verdict_names, TD_V_WINDOW_CLOSED + 1, "window-closed");
    check_names(receipt_state_names, TD_R_OPTED_OUT + 1, "opted-out");
}

static void test_policy_lookups(void **state) {
    (void)state;
    struct queue_policy queues[] = {{.id = TD_STR("a")}, {.id = TD_STR("b")}};
    struct channel_policy channels[] = {{.id = TD_STR("mail")}};
    struct profile profiles[] = {{.id = TD_STR("std")}, {.id = TD_STR("vip")}};
    struct hours hours[] = {{.id = TD_STR("office")}};
    struct policy p = {.queues = {queues, 2},
                       .channels = {channels, 1},
                       .profiles = {profiles, 2},
                       .hours = {hours, 1}},
                  none = {0};
    assert_ptr_equal(policy_queue(&p, TD_STR("b")), &queues[1]);
    assert_null(policy_queue(&p, TD_STR("c")));
    assert_null(policy_queue(&p, TD_STR("")));
    assert_ptr_equal(policy_channel(&p, TD_STR("mail")), &channels[0]);
    assert_null(policy_channel(&p, TD_STR("mai")));
    assert_ptr_equal(policy_profile(&p, TD_STR("vip")), &profiles[1]);
    assert_ptr_equal(policy_profile(&p, TD_STR("")), &profiles[0]);
    assert_null(policy_profile(&p, TD_STR("x")));
    assert_ptr_equal(policy_hours(&p, TD_STR("office")), &hours[0]);
    assert_null(policy_profile(&none, TD_STR("")));
    assert_null(policy_hours(&none, TD_STR("office")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_sound),
        cmocka_unit_test(test_entities_use_their_number),
        cmocka_unit_test(test_names_match_enumerations),
        cmocka_unit_test(test_policy_lookups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
