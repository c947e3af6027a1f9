/* The registry of commands, and the one way to open one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/command.h"
#include "model/tables.h"
#include "random_record.h"

static struct td_arena *arena;
static struct buf body;

static int setup(void **state) {
    (void)state;
    arena = td_arena_new();
    buf_init(&body, 1 << 22);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    buf_fini(&body);
    td_arena_free(&arena);
    return 0;
}

static struct command command_of(uint32_t kind, const void *obj) {
    const struct command_row *row = &command_rows[kind];
    buf_reset(&body);
    assert_int_equal(record_pack(&body, row->body, obj), TD_OK);
    uint32_t who = row->who & -row->who; /* the first that may */
    return (struct command){.kind = kind, .actor_kind = who, .body = buf_str(&body)};
}

static void opens(uint32_t kind, const void *obj, int rc, const char *text) {
    struct command c = command_of(kind, obj);
    struct td_error err = {0};
    void *out = NULL;
    assert_int_equal(command_open(arena, &c, &out, &err), rc);
    assert_string_equal(err.text, text);
    assert_true(rc ? out == NULL : record_equal(command_rows[kind].body, out, obj));
}

static void test_names(void **state) {
    (void)state;
    size_t n = 0;
    for (uint32_t i = 0; i < CMD_MAX; i++) {
        if (!command_rows[i].name)
            continue;
        n++;
        assert_int_equal(command_by_name(td_str_of(command_rows[i].name)), i);
        assert_non_null(command_rows[i].body);
        assert_int_not_equal(command_rows[i].who, 0);
    }
#define X(...) +1
    assert_int_equal(n, 0 COMMAND_LIST(X)); /* no number stands twice */
#undef X
    assert_int_equal(command_by_name(TD_STR("message.send")), CMD_MESSAGE_SEND);
    assert_int_equal(command_by_name(TD_STR("message.sen")), CMD_NONE);
    assert_int_equal(command_by_name(TD_STR("")), CMD_NONE);
}

/* Full of everything, each command opens: so each required path exists in its table. */
static void test_full_ones_open(void **state) {
    (void)state;
    for (uint32_t i = 0; i < CMD_MAX; i++) {
        if (!command_rows[i].name)
            continue;
        struct random_record g = {.state = i, .a = arena, .percent = 100};
        opens(i, random_new(&g, command_rows[i].body), TD_OK, "");
    }
}

static void test_empty_ones_name_what_is_missing(void **state) {
    (void)state;
    for (uint32_t i = 0; i < CMD_MAX; i++) {
        const struct command_row *row = &command_rows[i];
        if (!row->name)
            continue;
        void *empty = td_arena_alloc(arena, row->body->size);
        struct td_str first = td_arena_printf(arena, "%.*s: missing",
                                              (int)strcspn(row->required, ","), row->required);
        opens(i, empty, row->required[0] ? TD_EINVAL : TD_OK, row->required[0] ? first.p : "");
    }
}

static void test_required_of_each_type(void **state) {
    (void)state;
    struct act act = {.conv = 7};
    opens(CMD_NOTE_ADD, &act, TD_EINVAL, "text: missing");
    act.text = TD_STR("hello");
    opens(CMD_NOTE_ADD, &act, TD_OK, "");

    struct inbound in = {.message = {.text = TD_STR("hi"), .from = {.name = TD_STR("Anna")}}};
    opens(CMD_MESSAGE_IN, &in, TD_EINVAL, "message.from: missing"); /* a name is no address */
    in.message.from.addr = TD_STR("anna@example.org");
    opens(CMD_MESSAGE_IN, &in, TD_OK, "");

    struct visitor visitor = {.channel = TD_STR("chat"), .peer = {.type = TD_STR("visitor")}};
    opens(CMD_VISITOR_OPEN, &visitor, TD_EINVAL, "peer: missing");
    visitor.peer.addr = TD_STR("v1");
    opens(CMD_VISITOR_OPEN, &visitor, TD_OK, "");
    opens(CMD_VISITOR_RATE, &visitor, TD_EINVAL, "rating: missing");

    struct start start = {.channel = TD_STR("sms"), .text = TD_STR("hello")};
    opens(CMD_CONV_START, &start, TD_EINVAL, "peer.addr: missing");
    start.peer.addr = TD_STR("+44");
    opens(CMD_CONV_START, &start, TD_OK, "");
}

static void test_who_may(void **state) {
    (void)state;
    struct act act = {.conv = 7, .agent = TD_STR("anna")};
    struct command c = command_of(CMD_WORK_ASSIGN, &act);
    void *out;
    struct td_error err;
    for (uint32_t who = A_SYSTEM; who <= A_API; who <<= 1) {
        c.actor_kind = who;
        bool may = who == A_SUPERVISOR || who == A_ADMIN;
        assert_int_equal(command_open(arena, &c, &out, &err), may ? TD_OK : TD_EFORBIDDEN);
    }
    c.actor_kind = 0;
    assert_int_equal(command_open(arena, &c, &out, &err), TD_EFORBIDDEN);
    assert_string_equal(err.text, "work.assign: not for this kind of sender");
}

static void test_newer_and_broken(void **state) {
    (void)state;
    struct act act = {.conv = 7};
    struct td_error err;
    void *out;
    struct command c = command_of(CMD_WORK_PICK, &act);
    static const uint32_t unknown[] = {0, 9, CMD_MAX - 1, CMD_MAX, UINT32_MAX};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        c.kind = unknown[i];
        assert_int_equal(command_open(arena, &c, &out, &err), TD_EVERSION);
    }
    c.kind = CMD_WORK_PICK;
    body.p[1] = 2; /* the body's version */
    assert_int_equal(command_open(arena, &c, &out, &err), TD_EVERSION);
    body.p[1] = 1;
    c.body.n = 1;
    assert_int_equal(command_open(arena, &c, &out, &err), TD_EPARSE);
    c.body = (struct td_str){NULL, 0};
    assert_int_equal(command_open(arena, &c, &out, &err), TD_EPARSE);

    char *big = td_arena_alloc(arena, 1001);
    memset(big, 'x', 1001);
    act.reason = (struct td_str){big, 1001};
    opens(CMD_WORK_PICK, &act, TD_ELIMIT, "reason: 1001 bytes, at most 1000");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_ones_open, setup, teardown),
        cmocka_unit_test_setup_teardown(test_empty_ones_name_what_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_required_of_each_type, setup, teardown),
        cmocka_unit_test_setup_teardown(test_who_may, setup, teardown),
        cmocka_unit_test_setup_teardown(test_newer_and_broken, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
