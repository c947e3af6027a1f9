/* Bytes and names: packed lists, stream ids, keys, the ring of events, holders of leases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/entity.h"
#include "store/entry.h"
#include "store/holder.h"
#include "store/keys.h"
#include "store/tail_ring.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void packed_lists(void **state) {
    (void)state;
    struct buf b;
    char big[300] = {0};
    buf_init(&b, 1000);
    packed_put(&b, TD_STR("one"));
    packed_put(&b, TD_STR(""));
    packed_put(&b, (struct td_str){big, sizeof big});
    struct td_str rest = buf_str(&b), item;
    assert_int_equal(packed_count(rest), 3);
    assert_true(packed_next(&rest, &item) && td_str_eqz(item, "one"));
    assert_true(packed_next(&rest, &item) && item.n == 0);
    assert_true(packed_next(&rest, &item) && item.n == sizeof big);
    assert_false(packed_next(&rest, &item));
    assert_int_equal(rest.n, 0);
    /* Cut anywhere: never past the end. */
    for (size_t n = 0; n < b.n; n++) {
        rest = (struct td_str){b.p, n};
        while (packed_next(&rest, &item))
            assert_true(item.p + item.n <= b.p + n);
    }
    buf_fini(&b);
}

static void stream_ids(void **state) {
    (void)state;
    struct stream_id a, b;
    uint64_t index;
    assert_true(stream_id_parse(TD_STR("17-3"), &a, NULL));
    assert_int_equal(a.ms, 17);
    assert_int_equal(a.seq, 3);
    assert_true(stream_id_parse(TD_STR("17-3:9"), &b, &index));
    assert_int_equal(index, 9);
    assert_int_equal(stream_id_cmp(a, b), 0);
    assert_true(stream_id_parse(TD_STR("17-4-2"), &b, &index));
    assert_int_equal(index, 2);
    assert_int_equal(stream_id_cmp(a, b), -1);
    assert_int_equal(stream_id_cmp(b, a), 1);
    assert_true(stream_id_parse(TD_STR("18-0"), &a, &index));
    assert_int_equal(index, 0);
    const char *bad[] = {"", "17", "17-", "-3", "17-3:", "17-3-x", "x-3", "17-3:1:1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(stream_id_parse(td_str_of(bad[i]), &a, &index) && bad[i][0] != '\0' &&
                     strcmp(bad[i], "17-3:") != 0);
    assert_false(stream_id_parse(TD_STR("17-3:9"), &a, NULL));
}

static void keys_have_the_tenants_tag(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    assert_true(td_str_eqz(key(a, "main", "inbox"), "{main}:inbox"));
    assert_true(td_str_eqz(key_outbox(a, "main", TD_STR("sms")), "{main}:outbox:sms"));
    assert_true(
        td_str_eqz(key_entity(a, "t", EK_THREAD, TD_STR("sms|sms:+44")), "{t}:thread:sms|sms:+44"));
    assert_true(td_str_eqz(key_entity(a, "t", EK_POLICY, TD_STR("")), "{t}:policy"));
    assert_true(td_str_eqz(key_log(a, "t", 1042), "{t}:conv:1042:log"));
    assert_true(td_str_eqz(key_out(a, "t", 0), "{t}:conv:0:out"));
    assert_true(td_str_eqz(key_index(a, "t", TD_STR("queue:x")), "{t}:ix:queue:x"));
    assert_string_equal(key_hash(EK_WORK), "open");
    assert_null(key_hash(EK_CONV));
    /* No two kinds share a key. */
    for (uint32_t x = 1; x < EK_N; x++)
        for (uint32_t y = x + 1; y < EK_N; y++)
            assert_false(
                td_str_eq(key_entity(a, "t", x, TD_STR("1")), key_entity(a, "t", y, TD_STR("1"))));
    td_arena_free(&a);
}

static unsigned replayed;
static void on_replay(void *arg, struct td_str id, const struct event *ev) {
    (void)arg;
    (void)id;
    (void)ev;
    replayed++;
}

static void the_ring_drops_the_oldest(void **state) {
    (void)state;
    struct tail_ring r;
    tail_ring_init(&r);
    struct buf events, one;
    buf_init(&events, 100000);
    buf_init(&one, 1000);
    record_pack(&one, &rec_event, &(struct event){.kind = EV_FACT});
    for (int i = 0; i < 1000; i++)
        packed_put(&events, buf_str(&one));
    char id[32];
    for (int i = 1; i <= 20; i++) {
        int n = snprintf(id, sizeof id, "%d-0", i);
        struct stream_entry e = {
            .id = {id, (size_t)n}, .t = TD_STR("t"), .b = buf_str(&events), .s = (uint64_t)i};
        tail_ring_add(&r, &e);
    }
    assert_int_equal(r.n_events, TAIL_RING_EVENTS);
    assert_int_equal(tail_ring_replay(&r, TD_STR("t"), TD_STR("10-0-999"), on_replay, NULL),
                     TD_ENOTFOUND);
    replayed = 0;
    assert_int_equal(tail_ring_replay(&r, TD_STR("t"), TD_STR("19-0-998"), on_replay, NULL), TD_OK);
    assert_int_equal(replayed, 1001);
    assert_int_equal(tail_ring_replay(&r, TD_STR("t"), TD_STR("20-0-1000"), on_replay, NULL),
                     TD_ENOTFOUND);
    assert_int_equal(tail_ring_replay(&r, TD_STR("t"), TD_STR("21-0-0"), on_replay, NULL),
                     TD_ENOTFOUND);
    /* One huge entry: kept, alone. */
    buf_reset(&events);
    for (int i = 0; i < TAIL_RING_EVENTS + 5; i++)
        packed_put(&events, buf_str(&one));
    struct stream_entry e = {
        .id = TD_STR("30-0"), .t = TD_STR("t"), .b = buf_str(&events), .s = 21};
    tail_ring_add(&r, &e);
    assert_int_equal(r.n_events, TAIL_RING_EVENTS + 5);
    buf_fini(&events);
    buf_fini(&one);
    tail_ring_fini(&r);
}

static void the_dead_are_told_from_the_living(void **state) {
    (void)state;
    char self[HOLDER_MAX], other[HOLDER_MAX];
    holder_self(self, "p");
    assert_false(holder_is_dead(td_str_of(self)));
    int pipe_fd[2];
    assert_int_equal(pipe(pipe_fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        holder_self(other, "child|with/odd name");
        ssize_t n = write(pipe_fd[1], other, sizeof other);
        _exit(n == sizeof other ? 0 : 1);
    }
    assert_int_equal(read(pipe_fd[0], other, sizeof other), sizeof other);
    close(pipe_fd[0]);
    close(pipe_fd[1]);
    waitpid(pid, NULL, 0);
    assert_true(holder_is_dead(td_str_of(other)));
    /* Our pid, but begun at another time: it was given away again. */
    char *slash = strrchr(self, '/');
    snprintf(slash, 3, "/1");
    assert_true(holder_is_dead(td_str_of(self)));
    /* Of elsewhere, or unreadable: alive as far as we know. */
    assert_false(holder_is_dead(TD_STR("p|other-boot/pid:[1]/1/1")));
    assert_false(holder_is_dead(TD_STR("")));
    assert_false(holder_is_dead(TD_STR("nonsense")));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(packed_lists), cmocka_unit_test(stream_ids),
                                       cmocka_unit_test(keys_have_the_tenants_tag),
                                       cmocka_unit_test(the_ring_drops_the_oldest),
                                       cmocka_unit_test(the_dead_are_told_from_the_living)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
