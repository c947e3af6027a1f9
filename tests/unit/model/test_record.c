/* The stored form: what is written comes back, what is broken is refused, what is newer is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/command.h"
#include "model/event.h"
#include "model/tables.h"
#include "random_record.h"

#define SEED UINT64_C(20240229)
#define MAX (1 << 22)

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

static struct random_record generator(uint64_t seed, unsigned percent) {
    return (struct random_record){.state = seed, .a = arena, .percent = percent, .any_bytes = true};
}

/* In memory of just that size, so that AddressSanitizer sees one byte too many. */
static struct td_str exact(struct td_str s) {
    return (struct td_str){mem_dup(s.p, s.n), s.n};
}

static void test_round_trips(void **state) {
    (void)state;
    struct buf one, two;
    buf_init(&one, MAX);
    buf_init(&two, MAX);
    for (size_t i = 0; record_all[i]; i++) {
        const struct record *r = record_all[i];
        for (uint64_t round = 0; round < 100; round++) {
            struct random_record g = generator(SEED + round * 1000 + i, (unsigned)round + 1);
            struct td_error err;
            void *obj = random_new(&g, r), *back = td_arena_alloc(arena, r->size);
            assert_int_equal(record_check(r, obj, &err), TD_OK);
            buf_reset(&one);
            buf_reset(&two);
            assert_int_equal(record_pack(&one, r, obj), TD_OK);
            uint32_t kind, version;
            assert_int_equal(record_peek(buf_str(&one), &kind, &version), TD_OK);
            assert_true(kind == r->kind && version == r->version);
            assert_int_equal(record_unpack(arena, r, buf_str(&one), back, &err), TD_OK);
            if (!record_equal(r, obj, back))
                fail_msg("%s differs, seed %llu", r->name, (unsigned long long)(SEED + round));
            assert_int_equal(record_pack(&two, r, back), TD_OK);
            assert_true(td_str_eq(buf_str(&one), buf_str(&two)));
            td_arena_reset(arena);
        }
    }
    buf_fini(&one);
    buf_fini(&two);
}

static void test_copies_stand_alone(void **state) {
    (void)state;
    struct td_arena *other = td_arena_new();
    for (size_t i = 0; record_all[i]; i++) {
        const struct record *r = record_all[i];
        struct random_record g = generator(SEED + i, 90);
        void *obj = random_new(&g, r), *copy = td_arena_alloc(other, r->size);
        void *empty = td_arena_alloc(arena, r->size);
        *(struct td_str *)(void *)((char *)obj + r->unknown) = td_arena_dup(arena, TD_STR("kept"));
        record_copy(other, r, copy, obj);
        assert_true(record_equal(r, obj, copy));
        assert_false(record_equal(r, obj, empty));
        struct buf before, after;
        buf_init(&before, MAX);
        buf_init(&after, MAX);
        *(struct td_str *)(void *)((char *)copy + r->unknown) = (struct td_str){NULL, 0};
        record_pack(&before, r, copy);
        td_arena_reset(arena); /* the source is gone */
        record_pack(&after, r, copy);
        assert_true(td_str_eq(buf_str(&before), buf_str(&after)));
        buf_fini(&before);
        buf_fini(&after);
    }
    td_arena_free(&other);
}

static void test_zero_is_two_bytes(void **state) {
    (void)state;
    for (size_t i = 0; record_all[i]; i++) {
        struct buf b;
        buf_init(&b, MAX);
        void *obj = td_arena_alloc(arena, record_all[i]->size);
        record_pack(&b, record_all[i], obj);
        assert_int_equal(b.n, 2);
        buf_fini(&b);
    }
}

/* ---- broken bytes ---- */

static void test_truncated_anywhere(void **state) {
    (void)state;
    for (size_t i = 0; record_all[i]; i++) {
        const struct record *r = record_all[i];
        struct random_record g = generator(SEED + i, 100);
        struct buf b;
        buf_init(&b, MAX);
        void *obj = random_new(&g, r), *back = td_arena_alloc(arena, r->size);
        record_pack(&b, r, obj);
        for (size_t n = 0; n < b.n; n++) {
            struct td_str cut = exact((struct td_str){b.p, n});
            struct td_error err = {0};
            int rc = record_unpack(arena, r, cut, back, &err);
            /* cut between two fields it is a record with less in it */
            assert_true(rc == TD_OK ? n >= 2 : rc == TD_EPARSE && err.text[0]);
            assert_true(rc || !record_equal(r, obj, back));
            mem_free((void *)(uintptr_t)cut.p);
        }
        buf_fini(&b);
        td_arena_reset(arena);
    }
}

static void flip(const struct record *r, struct td_str bytes, size_t bit) {
    char *p = mem_dup(bytes.p, bytes.n);
    p[bit / 8] = (char)(p[bit / 8] ^ 1 << bit % 8);
    void *obj = td_arena_alloc(arena, r->size), *back = td_arena_alloc(arena, r->size);
    if (record_unpack(arena, r, (struct td_str){p, bytes.n}, obj, NULL) == TD_OK) {
        struct buf again;
        buf_init(&again, MAX);
        assert_int_equal(record_pack(&again, r, obj), TD_OK);
        assert_int_equal(record_unpack(arena, r, buf_str(&again), back, NULL), TD_OK);
        assert_true(record_equal(r, obj, back));
        buf_fini(&again);
    }
    mem_free(p);
    td_arena_reset(arena);
}

static void test_flipped_bits(void **state) {
    (void)state;
    for (size_t i = 0; record_all[i]; i++) {
        const struct record *r = record_all[i];
        struct random_record g = generator(SEED + i, 60);
        struct buf b;
        buf_init(&b, MAX);
        record_pack(&b, r, random_new(&g, r));
        td_arena_reset(arena);
        for (size_t bit = 0; bit < b.n * 8; bit++)
            flip(r, buf_str(&b), bit);
        buf_fini(&b);
    }
}

/* Bytes after the head of a visit (kind 36, version 1): what is expected of each. */
static void test_refused(void **state) {
    (void)state;
    static const struct {
        struct td_str bytes;
        int rc;
        const char *text; /* begins with */
    } cases[] = {
        {TD_STR(""), TD_EPARSE, "visit: truncated"},
        {TD_STR("\x24"), TD_EPARSE, "visit: truncated"},
        {TD_STR("\x24\x00"), TD_EPARSE, "visit: truncated"},
        {TD_STR("\x24\x02"), TD_EVERSION, "visit: stored in version 2"},
        {TD_STR("\x25\x01"), TD_EPARSE, "visit: expected record kind 36, found 37"},
        {TD_STR("\x24\x01\x04"), TD_EPARSE, "truncated"},             /* conv without a value */
        {TD_STR("\x24\x01\x06\x00"), TD_EPARSE, "truncated"},         /* wire 2 */
        {TD_STR("\x24\x01\x00\x01"), TD_EPARSE, "field 0"},           /* tag 0 */
        {TD_STR("\x24\x01\x0c\x01\x04\x01"), TD_EPARSE, "field 1"},   /* 3 before 1 */
        {TD_STR("\x24\x01\x04\x01\x04\x01"), TD_EPARSE, "field 1"},   /* twice */
        {TD_STR("\x24\x01\x05\x01x"), TD_EPARSE, "conv: a number"},   /* bytes for a number */
        {TD_STR("\x24\x01\x08\x01"), TD_EPARSE, "state: a number"},   /* a number for bytes */
        {TD_STR("\x24\x01\x09\x05xx"), TD_EPARSE, "truncated"},       /* longer than there is */
        {TD_STR("\x24\x01\x18\x02"), TD_EPARSE, "on_call: not a bo"}, /* boolean 2 */
        {TD_STR("\x24\x01\x80\x80\x10\x01"), TD_EPARSE, "truncated"}, /* tag 65536 */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct visit v;
        struct td_error err = {0};
        assert_int_equal(record_unpack(arena, &rec_visit, cases[i].bytes, &v, &err), cases[i].rc);
        if (strncmp(err.text, cases[i].text, strlen(cases[i].text)) != 0)
            fail_msg("case %zu: %s", i, err.text);
    }
    struct delivery d; /* states go up to 8 */
    struct td_error err;
    assert_int_equal(record_unpack(arena, &rec_delivery, TD_STR("\x22\x01\x10\x08"), &d, &err), 0);
    assert_int_equal(record_unpack(arena, &rec_delivery, TD_STR("\x22\x01\x10\x09"), &d, &err),
                     TD_EPARSE);
    assert_string_equal(err.text, "state: no value 9");
    assert_int_equal(
        record_unpack(arena, &rec_delivery, TD_STR("\x22\x01\x14\x80\x80\x80\x80\x10"), &d, &err),
        TD_EPARSE);
    assert_string_equal(err.text, "attempts: over 32 bits");
}

/* ---- versions ---- */

struct old_part {
    uint64_t a;
};
struct old {
    uint64_t a;
    struct td_str c;
    struct {
        struct old_part *v;
        size_t n;
    } parts;
    struct td_str unknown;
};
struct new {
    uint64_t zero, a, between;
    struct td_str c, d;
    struct {
        struct old_part *v;
        size_t n;
    } parts;
    struct td_strs list;
    struct td_str unknown;
};
static const struct field part_fields[] = {FIELD(1, F_U64, struct old_part, a)};
static const struct record rec_part = {
    .name = "part", .version = 1, RECORD_FIELDS(struct old_part, part_fields)};
static const struct field old_fields[] = {
    FIELD(2, F_U64, struct old, a),
    FIELD(4, F_STR, struct old, c),
    FIELD(6, F_LIST, struct old, parts, .rec = &rec_part),
};
static const struct record rec_old = {.name = "thing",
                                      .kind = 200,
                                      .version = 1,
                                      RECORD_FIELDS(struct old, old_fields),
                                      .unknown = offsetof(struct old, unknown)};
static const struct field new_fields[] = {
    FIELD(1, F_U64, struct new, zero),     FIELD(2, F_U64, struct new, a),
    FIELD(3, F_U64, struct new, between),  FIELD(4, F_STR, struct new, c),
    FIELD(5, F_STR, struct new, d),        FIELD(6, F_LIST, struct new, parts, .rec = &rec_part),
    FIELD(9000, F_STRS, struct new, list),
};
static const struct record rec_new = {.name = "thing",
                                      .kind = 200,
                                      .version = 1,
                                      RECORD_FIELDS(struct new, new_fields),
                                      .unknown = offsetof(struct new, unknown)};

/* Newer bytes go through an older build, which changes what it knows. */
static void test_unknown_fields_are_kept(void **state) {
    (void)state;
    struct td_str words[] = {TD_STR("x"), TD_STR(""), TD_STR("yz")};
    struct old_part parts[] = {{7}, {0}};
    struct new in = {.zero = 5,
                     .a = 1,
                     .between = 300,
                     .c = TD_STR("c"),
                     .d = TD_STR("d"),
                     .parts = {parts, 2},
                     .list = {words, 3}};
    struct buf b, c, d;
    buf_init(&b, MAX);
    buf_init(&c, MAX);
    buf_init(&d, MAX);
    record_pack(&b, &rec_new, &in);

    struct old old;
    assert_int_equal(record_unpack(arena, &rec_old, buf_str(&b), &old, NULL), TD_OK);
    assert_true(old.unknown.n > 0 && old.a == 1 && old.parts.n == 2);
    record_pack(&c, &rec_old, &old);
    assert_true(
        td_str_eq(buf_str(&b), buf_str(&c))); /* untouched: the very bytes, in their order */

    struct old copy;
    record_copy(arena, &rec_old, &copy, &old);
    copy.a = 2;
    copy.c = (struct td_str){NULL, 0};
    record_pack(&d, &rec_old, &copy);
    struct new out;
    assert_int_equal(record_unpack(arena, &rec_new, buf_str(&d), &out, NULL), TD_OK);
    in.a = 2;
    in.c = copy.c;
    assert_true(record_equal(&rec_new, &in, &out));
    assert_int_equal(out.unknown.n, 0);
    buf_fini(&b);
    buf_fini(&c);
    buf_fini(&d);
}

/* ---- limits ---- */

struct node {
    struct {
        struct node *v;
        size_t n;
    } kids;
};
static const struct record rec_node;
static const struct field node_fields[] = {FIELD(1, F_LIST, struct node, kids, .rec = &rec_node)};
static const struct record rec_node = {
    .name = "node", .kind = 201, .version = 1, RECORD_FIELDS(struct node, node_fields)};

/* A node that holds a node that holds…, `depth` of them inside the outermost: each level is the
 * field (tag 1, bytes), the length of the list, and the length of its one element. */
static struct td_str nested(size_t depth) {
    char *p = td_arena_alloc(arena, 3 + 3 * depth);
    memcpy(p, "\xc9\x01\x01", 3); /* kind 201, version 1 */
    for (size_t i = 0; i < depth; i++) {
        size_t inside = 3 * (depth - i - 1);
        p[3 + 3 * i] = 1 << 2 | 1;
        p[4 + 3 * i] = (char)(inside + 1);
        p[5 + 3 * i] = (char)inside;
    }
    return (struct td_str){p, 3 + 3 * depth};
}

static void test_depth(void **state) {
    (void)state;
    struct node top;
    struct td_error err;
    struct td_str fine = nested(RECORD_DEPTH_MAX), deep = nested(RECORD_DEPTH_MAX + 1);
    assert_int_equal(record_unpack(arena, &rec_node, fine, &top, &err), TD_OK);
    assert_int_equal(record_check(&rec_node, &top, &err), TD_OK);
    assert_int_equal(top.kids.n, 1);
    assert_int_equal(record_unpack(arena, &rec_node, deep, &top, &err), TD_ELIMIT);
    assert_non_null(strstr(err.text, "nested too deeply"));
}

static void test_too_many_elements(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, MAX);
    uint64_t *v = mem_alloc((RECORD_HARD_MAX + 1) * sizeof(*v));
    struct contact in = {.conversations = {v, RECORD_HARD_MAX + 1}}, out;
    assert_int_equal(record_pack(&b, &rec_contact, &in), TD_OK);
    struct td_error err;
    assert_int_equal(record_unpack(arena, &rec_contact, buf_str(&b), &out, &err), TD_ELIMIT);
    assert_string_equal(err.text, "conversations: over 65536 elements");
    in.conversations.n--;
    buf_reset(&b);
    record_pack(&b, &rec_contact, &in);
    assert_int_equal(record_unpack(arena, &rec_contact, buf_str(&b), &out, &err), TD_OK);
    assert_int_equal(out.conversations.n, RECORD_HARD_MAX);
    mem_free(v);
    buf_fini(&b);
}

/* However small the buffer, a record is in it whole or not at all. */
static void test_full_buffer(void **state) {
    (void)state;
    struct random_record g = generator(SEED, 100);
    void *obj = random_new(&g, &rec_inbound);
    struct buf b;
    buf_init(&b, MAX);
    record_pack(&b, &rec_inbound, obj);
    size_t need = b.n;
    buf_fini(&b);
    for (size_t max = 1; max <= need + 1; max++) {
        buf_init(&b, max);
        buf_putc(&b, 'x');
        int rc = record_pack(&b, &rec_inbound, obj);
        assert_int_equal(rc, max < need + 1 ? TD_ELIMIT : TD_OK);
        assert_int_equal(b.n, rc ? 1 : need + 1);
        buf_fini(&b);
    }
}

static void check_says(const struct record *r, const void *obj, int rc, const char *text) {
    struct td_error err = {0};
    assert_int_equal(record_check(r, obj, &err), rc);
    assert_string_equal(err.text, text);
}

static void test_check_names_the_field(void **state) {
    (void)state;
    char *big = mem_alloc(70000);
    memset(big, 'x', 70000);
    struct td_attachment files[3] = {{.name = TD_STR("a")}, {.name = TD_STR("b")}, {.bytes = 0}};
    struct inbound in = {.message = {.attachments = {files, 3}}};
    check_says(&rec_inbound, &in, TD_OK, "");
    files[2].type = (struct td_str){big, 256};
    check_says(&rec_inbound, &in, TD_ELIMIT, "message.attachments[2].type: 256 bytes, at most 255");
    files[2].type.n = 255;
    in.message.text = (struct td_str){big, 65537};
    check_says(&rec_inbound, &in, TD_ELIMIT, "message.text: 65537 bytes, at most 65536");
    in.message.text.n = 65536;
    check_says(&rec_inbound, &in, TD_OK, "");
    in.message.kind = TD_MSG_DELETE + 1;
    check_says(&rec_inbound, &in, TD_EINVAL, "message.kind: no value 6");

    struct td_str tags[65] = {{NULL, 0}};
    struct act act = {.add = {tags, 65}};
    check_says(&rec_act, &act, TD_ELIMIT, "add: 65 elements, at most 64");
    act.add.n = 64;
    tags[3] = (struct td_str){big, 70000};
    check_says(&rec_act, &act, TD_ELIMIT, "add[3]: 70000 bytes, at most 65536");

    struct queue_policy queue = {.name = TD_STR("x")};
    struct policy policy = {.queues = {&queue, 1}};
    check_says(&rec_policy, &policy, TD_EINVAL, "queues[0].id: missing");
    struct command none = {0};
    check_says(&rec_command, &none, TD_EINVAL, "kind: missing");
    mem_free(big);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trips, setup, teardown),
        cmocka_unit_test_setup_teardown(test_copies_stand_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_zero_is_two_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_truncated_anywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flipped_bits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_fields_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_depth, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many_elements, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_buffer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check_names_the_field, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
