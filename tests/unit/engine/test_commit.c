/* The bytes of a commit, command by command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/commit.h"
#include "io/redis_reply.h"
#include "store/entry.h"

#include <stdio.h>

/* A request is an array of strings: the reply parser reads it. Joined with blanks, a line each. */
static struct buf text_of(struct td_str bytes) {
    struct buf out;
    buf_init(&out, 100000);
    struct reply_reader *r = reply_reader_new();
    const struct redis_reply *cmd;
    assert_int_equal(reply_reader_feed(r, bytes), TD_OK);
    while (reply_reader_next(r, &cmd) == TD_OK && cmd) {
        for (size_t i = 0; i < cmd->n; i++)
            buf_printf(&out, "%s%.*s", i ? " " : "", TD_FMT(cmd->v[i]->s));
        buf_putc(&out, '\n');
    }
    reply_reader_free(&r);
    buf_putc(&out, '\0');
    return out;
}

static void grouped_and_in_order(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    const struct effect fx[] = {
        {.kind = FX_PUT, .entity = EK_CONV, .key = TD_STR("7"), .bytes = TD_STR("conv7")},
        {.kind = FX_PUT,
         .entity = EK_WORK,
         .key = TD_STR("7"),
         .bytes = TD_STR("w7"),
         .open = true},
        {.kind = FX_PUT, .entity = EK_WORK, .key = TD_STR("8"), .bytes = TD_STR("w8")},
        {.kind = FX_PUT, .entity = EK_AGENT, .key = TD_STR("anna"), .bytes = TD_STR("a")},
        {.kind = FX_PUT, .entity = EK_TENANT, .bytes = TD_STR("t")},
        {.kind = FX_DEL, .entity = EK_EARLY, .key = TD_STR("x")},
        {.kind = FX_EXPIRE_PUT,
         .entity = EK_EXT,
         .key = TD_STR("e"),
         .bytes = TD_STR("b"),
         .ttl_ms = 500},
        {.kind = FX_LOG, .conv = 8, .bytes = TD_STR("8a")},
        {.kind = FX_LOG, .conv = 7, .bytes = TD_STR("7a")},
        {.kind = FX_LOG, .conv = 8, .bytes = TD_STR("8b")},
        {.kind = FX_DELIVERY, .conv = 7, .key = TD_STR("m"), .bytes = TD_STR("d")},
        {.kind = FX_EVENT, .bytes = TD_STR("E1")},
        {.kind = FX_SEND, .key = TD_STR("sms"), .bytes = TD_STR("send")},
        {.kind = FX_SENT, .key = TD_STR("sms"), .bytes = TD_STR("1-0")},
        {.kind = FX_SENT, .key = TD_STR("sms"), .bytes = TD_STR("1-1")},
        {.kind = FX_INDEX, .key = TD_STR("open"), .conv = 7, .score = 10},
        {.kind = FX_UNINDEX, .key = TD_STR("open"), .conv = 8},
        {.kind = FX_INDEX, .key = TD_STR("open"), .conv = 7, .score = 11},
        {.kind = FX_INDEX, .key = TD_STR("open"), .conv = 8, .score = 3},
        {.kind = FX_UNINDEX, .key = TD_STR("open"), .conv = 8},
        {.kind = FX_INDEX, .key = TD_STR("queue:q"), .conv = 7, .score = -4},
        {.kind = FX_COUNT, .key = TD_STR("talk_ms:a:anna"), .at = 900000, .score = 70},
        {.kind = FX_COUNT, .key = TD_STR("talk_ms:q:q"), .at = 900000, .score = 70},
        {.kind = FX_COUNT, .key = TD_STR("entered:q:q"), .at = 1800000, .score = 1},
    };
    struct td_str own = TD_STR("E2");
    struct dead_letter dead = {TD_STR("1-0:0"), TD_STR("why"), TD_STR("bytes")};
    struct commit_input in = {
        .tenant = "main",
        .arena = a,
        .before = {.term = "3-ab", .batch = 4, .pos = "1-0:0", .events = 9},
        .after =
            {.term = "3-ab", .batch = 5, .pos = "2-0:1", .now = 1000, .fire_to = 900, .events = 9},
        .term_first = 8,
        .effects = {fx, sizeof fx / sizeof *fx},
        .dead = &dead,
        .n_dead = 1,
        .events = &own,
        .n_events = 1,
        .trim_inbox = TD_STR("2-0"),
        .clear_trying = true,
    };
    struct commit c;
    commit_init(&c);
    assert_int_equal(commit_build(&c, &in), TD_OK);
    struct buf text = text_of(buf_str(&c.bytes));
    assert_string_equal(
        text.p, "MULTI\n"
                "HSET {main}:fence batch 5 pos 2-0:1 now 1000 fire_to 900 strikes 0 events 10\n"
                "MSET {main}:conv:7 conv7 {main}:tenant t\n"
                "HSET {main}:agents anna a\n"
                "HSET {main}:open 7 w7\n"
                "HDEL {main}:open 8\n"
                "DEL {main}:early:x\n"
                "SET {main}:work:8 w8 PX 2592000000\n"
                "SET {main}:ext:e b PX 500\n"
                "RPUSH {main}:conv:7:log 7a\n"
                "RPUSH {main}:conv:8:log 8a 8b\n"
                "HSET {main}:conv:7:out m d\n"
                "XADD {main}:events * t 3-ab s 10 f 8 m 5 1000 900 1-0:0 2-0:1 b \x02"
                "E1\x02"
                "E2\n"
                "XADD {main}:outbox:sms * b send\n"
                "XDEL {main}:outbox:sms 1-0 1-1\n"
                "XADD {main}:dead * id 1-0:0 why why b bytes\n"
                "DEL {main}:trying\n"
                "ZADD {main}:ix:open 11 7\n"
                "ZREM {main}:ix:open 8\n"
                "ZADD {main}:ix:queue:q -4 7\n"
                "HINCRBY {main}:stats:900 talk_ms:a:anna 70\n"
                "EXPIRE {main}:stats:900 34560000\n"
                "HINCRBY {main}:stats:900 talk_ms:q:q 70\n"
                "HINCRBY {main}:stats:1800 entered:q:q 1\n"
                "EXPIRE {main}:stats:1800 34560000\n"
                "XTRIM {main}:inbox MINID 2-0\n"
                "EXEC\n"
                "WATCH {main}:fence\n"
                "HMGET {main}:fence term batch\n");
    assert_int_equal(c.commands, 25);
    assert_int_equal(c.replies, 29);
    assert_int_equal(c.events_at, 11);
    assert_int_equal(in.after.events, 10);

    /* Nothing happened: the fence alone, and no number is spent. */
    in.effects.n = 0;
    in.n_dead = in.n_events = 0;
    in.trim_inbox.n = 0;
    in.clear_trying = false;
    assert_int_equal(commit_build(&c, &in), TD_OK);
    assert_int_equal(c.commands, 1);
    assert_int_equal(c.events_at, -1);
    assert_int_equal(in.after.events, 9);
    buf_fini(&text);
    commit_fini(&c);
    td_arena_free(&a);
}

static void files_of_messages_are_noted(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    struct td_attachment files[] = {{.name = TD_STR("a.pdf"), .sha256 = TD_STR("aaaa")},
                                    {.name = TD_STR("not stored yet")}};
    struct td_message with = {.text = TD_STR("see file"), .attachments = {files, 2}},
                      without = {.text = TD_STR("hello"), .at = 5};
    struct buf one, two;
    buf_init(&one, 1000);
    buf_init(&two, 1000);
    record_pack(&one, &rec_message, &with);
    record_pack(&two, &rec_message, &without);
    const struct effect fx[] = {{.kind = FX_LOG, .conv = 1, .bytes = buf_str(&one)},
                                {.kind = FX_LOG, .conv = 1, .bytes = buf_str(&two)},
                                {.kind = FX_LOG, .conv = 1, .bytes = TD_STR("\x01garbage")}};
    struct commit_input in = {.tenant = "t", .arena = a, .effects = {fx, 3}};
    struct commit c;
    commit_init(&c);
    assert_int_equal(commit_build(&c, &in), TD_OK);
    struct buf text = text_of(buf_str(&c.bytes));
    const char *sadd = memmem(text.p, text.n, "SADD {t}:blobs aaaa\n", 20);
    assert_non_null(sadd);
    assert_null(memmem(sadd + 1, text.n - (size_t)(sadd + 1 - text.p), "SADD", 4));
    buf_fini(&text);
    buf_fini(&one);
    buf_fini(&two);
    commit_fini(&c);
    td_arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(grouped_and_in_order),
                                       cmocka_unit_test(files_of_messages_are_noted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
