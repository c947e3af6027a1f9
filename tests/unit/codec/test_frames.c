/* The frames of the two sockets as src/edge/README.md and connectors/webchat/README.md show them,
 * what is refused, and that nothing private ever becomes a visitor's line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>

#include "codec/frame_in.h"
#include "codec/frame_out.h"
#include "codec/token_in.h"

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))
#define TAB "0123456789abcdef"

static struct td_arena *arena;
static struct buf out;

static int set_up(void **state) {
    (void)state;
    arena = td_arena_new();
    buf_init(&out, 1 << 20);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    buf_fini(&out);
    td_arena_free(&arena);
    return 0;
}

static void same(struct td_str s, const char *text) {
    assert_string_equal(td_arena_printf(arena, "%.*s", TD_FMT(s)).p, text);
}

static void out_is(int rc, const char *json) {
    assert_int_equal(rc, TD_OK);
    same(buf_str(&out), json);
    json_decref(json_loadb(out.p, out.n, 0, NULL));
    buf_reset(&out);
}

/* ---- what agents send ---- */

static struct agent_frame agent(const char *text, int want) {
    struct agent_frame f;
    struct td_error err = {0};
    int rc = frame_agent(arena, td_str_of(text), &f, &err);
    assert_int_equal(rc, want);
    assert_int_equal(err.rc, want);
    assert_int_equal(frame_agent(arena, td_str_of(text), &(struct agent_frame){0}, NULL) == TD_OK,
                     want == TD_OK);
    return f;
}

static void test_agent_frames(void **state) {
    (void)state;
    struct agent_frame f = agent("{\"t\":\"hello\",\"tab\":\"" TAB
                                 "\",\"resume\":{\"term\":\"9-1\","
                                 "\"event\":\"1700-0\"}}",
                                 TD_OK);
    same(f.t, "hello");
    same(f.tab, TAB);
    same(f.term, "9-1");
    same(f.event, "1700-0");
    f = agent("{\"t\":\"hello\",\"tab\":\"" TAB "\",\"resume\":null}", TD_OK);
    assert_true(f.tab.n == 16 && !f.term.n && !f.event.n);
    f = agent("{\"t\":\"cmd\",\"id\":\"7\",\"cmd\":\"offer.accept\","
              "\"body\":{\"conv\":1042,\"offer\":\"5-3\"}}",
              TD_OK);
    const struct act *act = f.body;
    same(f.id, "7");
    assert_int_equal(f.kind, CMD_OFFER_ACCEPT);
    assert_int_equal(act->conv, 1042);
    same(act->offer, "5-3");
    f = agent("{\"t\":\"cmd\",\"id\":\"8\",\"cmd\":\"work.wrapped\"}", TD_OK); /* no body: empty */
    assert_int_equal(f.kind, CMD_WORK_WRAPPED);
    assert_int_equal(((const struct act *)f.body)->conv, 0);
    f = agent("{\"t\":\"typing\",\"conv\":1042}", TD_OK);
    assert_int_equal(f.conv, 1042);
    f = agent(" {\"t\":\"ping\", \"new\":[1]} ", TD_OK); /* a later page may say more */
    same(f.t, "ping");
    f = agent("{\"t\":\"zzz\"}", TD_OK); /* the socket refuses what it does not know */
    same(f.t, "zzz");
}

/* The sentence begins with the field. */
static void agent_refused(const char *text, int want, const char *begin) {
    struct agent_frame f;
    struct td_error err = {0};
    assert_int_equal(frame_agent(arena, td_str_of(text), &f, &err), want);
    if (!td_str_starts(td_str_of(err.text), td_str_of(begin)))
        fail_msg("%s: \"%s\" does not begin with \"%s\"", text, err.text, begin);
}

static void test_agent_refused(void **state) {
    (void)state;
    agent_refused("", TD_EPARSE, "JSON");
    agent_refused("{", TD_EPARSE, "JSON");
    agent_refused("{\"t\":\"ping\"} x", TD_EPARSE, "JSON");
    agent_refused("{\"t\":\"a\",\"t\":\"b\"}", TD_EPARSE, "JSON");
    agent_refused("{\"t\":\"p\\u0000\"}", TD_EPARSE, "JSON");
    agent_refused("[1]", TD_EINVAL, "expected an object");
    agent_refused("{\"t\":1}", TD_EINVAL, "t: ");
    agent_refused("{\"t\":\"12345678901234567\"}", TD_ELIMIT, "t: ");
    agent_refused("{\"t\":\"hello\",\"tab\":\"0123456789012345678901234567890123456\"}", TD_ELIMIT,
                  "tab: ");
    agent_refused("{\"t\":\"typing\",\"conv\":-1}", TD_EINVAL, "conv: ");
    agent_refused("{\"t\":\"typing\",\"conv\":1.5}", TD_EINVAL, "conv: ");
    agent_refused("{\"t\":\"typing\",\"conv\":\"7\"}", TD_EINVAL, "conv: ");
    agent_refused("{\"t\":\"typing\",\"conv\":9223372036854775808}", TD_EPARSE, "JSON");
    agent_refused("{\"t\":\"cmd\",\"id\":\"7\"}", TD_EINVAL, "cmd: ");
    agent_refused("{\"t\":\"cmd\",\"id\":\"7\",\"cmd\":\"\"}", TD_EINVAL, "cmd: ");
    agent_refused("{\"t\":\"cmd\",\"id\":\"7\",\"cmd\":\"work.pick\",\"body\":[]}", TD_EINVAL,
                  "body: ");
    agent_refused("{\"t\":\"cmd\",\"cmd\":\"work.pick\",\"body\":{\"konv\":7}}", TD_EINVAL,
                  "konv: ");
    agent_refused("{\"t\":\"cmd\",\"cmd\":\"message.in\",\"body\":{\"term\":7}}", TD_EINVAL,
                  "term: ");
}

/* The command's id comes back even with a frame that is wrong: the page must know which one. */
static void test_agent_keeps_id(void **state) {
    (void)state;
    static const char *const frames[] = {
        "{\"t\":\"cmd\",\"id\":\"7\",\"cmd\":\"no.such\"}",
        "{\"t\":\"cmd\",\"id\":\"7\",\"cmd\":\"work.pick\",\"body\":{\"conv\":\"x\"}}",
        "{\"t\":\"cmd\",\"id\":\"7\",\"cmd\":5}",
        "{\"cmd\":\"work.pick\",\"body\":7,\"id\":\"7\",\"t\":\"cmd\"}",
        "{\"t\":\"cmd\",\"id\":\"7\",\"tab\":{}}"};
    for (size_t i = 0; i < N_OF(frames); i++) {
        struct agent_frame f;
        assert_int_equal(frame_agent(arena, td_str_of(frames[i]), &f, NULL), TD_EINVAL);
        same(f.id, "7");
    }
}

/* ---- what visitors send ---- */

static struct visitor_frame visitor(struct td_str text, int want) {
    struct visitor_frame f;
    struct td_error err = {0};
    assert_int_equal(frame_visitor(arena, text, &f, &err), want);
    assert_int_equal(err.rc, want);
    return f;
}

static void test_visitor_frames(void **state) {
    (void)state;
    struct visitor_frame f = visitor(
        TD_STR("{\"t\":\"hello\",\"channel\":\"web\",\"tab\":\"" TAB
               "\",\"token\":\"v1.a.1.ff\",\"have\":12,\"conv\":7,\"identity\":\"e.y.J\"}"),
        TD_OK);
    same(f.channel, "web");
    same(f.tab, TAB);
    same(f.token, "v1.a.1.ff");
    same(f.identity, "e.y.J");
    assert_true(f.have == 12 && f.conv == 7);
    f = visitor(TD_STR("{\"t\":\"open\",\"id\":\"1\",\"fields\":{\"name\":\"Ada\","
                       "\"email\":\"a@b.example\"}}"),
                TD_OK);
    assert_int_equal(f.fields.n, 4);
    for (size_t i = 0; i < 4; i += 2)
        if (td_str_eqz(f.fields.v[i], "name"))
            same(f.fields.v[i + 1], "Ada");
        else
            same(f.fields.v[i + 1], "a@b.example");
    f = visitor(TD_STR("{\"t\":\"send\",\"id\":\"" TAB "-2\",\"text\":\"h\\u00e9\\n\"}"), TD_OK);
    same(f.id, TAB "-2");
    same(f.text, "hé\n");
    f = visitor(TD_STR("{\"t\":\"seen\",\"delivered\":12,\"read\":11}"), TD_OK);
    assert_true(f.delivered == 12 && f.read == 11);
    f = visitor(TD_STR("{\"t\":\"rate\",\"id\":\"4\",\"rating\":5,\"text\":\"\"}"), TD_OK);
    assert_true(f.rating == 5 && !f.text.n);
    f = visitor(TD_STR("{\"t\":\"open\",\"id\":\"1\",\"fields\":{}}"), TD_OK);
    assert_int_equal(f.fields.n, 0);
    f = visitor(TD_STR("{\"t\":\"open\",\"id\":\"1\",\"fields\":null}"), TD_OK);
    assert_int_equal(f.fields.n, 0);
    f = visitor(TD_STR("{}"), TD_OK);
    assert_int_equal(f.t.n, 0);
}

/* {"t":"open","fields":{<n keys of key_bytes>:<text of value_bytes>}} */
static struct td_str form(size_t n, size_t key_bytes, size_t value_bytes) {
    buf_puts(&out, "{\"t\":\"open\",\"fields\":{");
    for (size_t i = 0; i < n; i++) {
        buf_printf(&out, "%s\"%02zu", i ? "," : "", i);
        for (size_t k = 2; k < key_bytes; k++)
            buf_putc(&out, 'k');
        buf_puts(&out, "\":\"");
        for (size_t k = 0; k < value_bytes; k++)
            buf_putc(&out, 'v');
        buf_putc(&out, '"');
    }
    buf_puts(&out, "}}");
    struct td_str text = td_arena_dup(arena, buf_str(&out));
    buf_reset(&out);
    return text;
}

static struct td_str saying(size_t bytes) {
    buf_puts(&out, "{\"t\":\"send\",\"id\":\"1\",\"text\":\"");
    for (size_t k = 0; k < bytes; k++)
        buf_putc(&out, 'x');
    buf_puts(&out, "\"}");
    struct td_str text = td_arena_dup(arena, buf_str(&out));
    buf_reset(&out);
    return text;
}

static void test_visitor_limits(void **state) {
    (void)state;
    assert_int_equal(visitor(form(20, 64, 2000), TD_OK).fields.n, 40);
    visitor(form(21, 4, 1), TD_EINVAL);
    visitor(form(1, 65, 1), TD_ELIMIT);
    visitor(form(1, 4, 2001), TD_ELIMIT);
    assert_int_equal(visitor(saying(16384), TD_OK).text.n, 16384);
    visitor(saying(16385), TD_ELIMIT);
    visitor(TD_STR("{\"t\":\"open\",\"fields\":[\"name\",\"Ada\"]}"), TD_EINVAL);
    visitor(TD_STR("{\"t\":\"open\",\"fields\":{\"name\":7}}"), TD_EINVAL);
    visitor(TD_STR("{\"t\":\"rate\",\"rating\":-1}"), TD_EINVAL);
    visitor(TD_STR("{\"t\":\"send\",\"text\":\"\xff\"}"), TD_EPARSE);
    visitor(TD_STR("null"), TD_EPARSE);
    visitor((struct td_str){0}, TD_EPARSE);
}

static void test_cut_frames(void **state) {
    (void)state;
    struct td_str whole = TD_STR(
        "{\"t\":\"open\",\"id\":\"1\",\"fields\":{\"name\":\"\xc3\xa9\"}}");
    for (size_t n = 0; n < whole.n; n++) {
        struct td_str part = td_arena_dup(arena, (struct td_str){whole.p, n});
        visitor(part, TD_EPARSE);
        struct agent_frame f;
        assert_int_equal(frame_agent(arena, part, &f, NULL), TD_EPARSE);
    }
}

static void test_hint_and_login(void **state) {
    (void)state;
    struct hint h;
    assert_int_equal(frame_hint(arena,
                                TD_STR("{\"t\":\"typing\",\"conv\":7,\"who\":\"agent\","
                                       "\"agent\":\"anna\",\"name\":\"Anna\",\"visitor\":"
                                       "\"web|visitor:v\",\"from\":\"s1\"}"),
                                &h, NULL),
                     TD_OK);
    assert_int_equal(h.conv, 7);
    same(h.agent, "anna");
    same(h.visitor, "web|visitor:v");
    assert_int_equal(frame_hint(arena, TD_STR("{\"t\":[]}"), &h, NULL), TD_EINVAL);
    struct td_str user, password;
    struct td_error err = {0};
    assert_int_equal(frame_login(arena, TD_STR("{\"user\":\"anna\",\"password\":\"p\"}"), &user,
                                 &password, &err),
                     TD_OK);
    same(user, "anna");
    same(password, "p");
    assert_int_equal(frame_login(arena, TD_STR("{\"user\":\"anna\"}"), &user, &password, &err),
                     TD_EINVAL);
    assert_string_equal(err.text, "password: expected a text");
    assert_int_equal(frame_login(arena, TD_STR("{}"), &user, &password, &err), TD_EINVAL);
    assert_int_equal(frame_login(arena, TD_STR("7"), &user, &password, NULL), TD_EPARSE);
}

/* ---- what is sent ---- */

static struct td_str packed(const struct record *r, const void *obj) {
    struct buf b;
    buf_init(&b, 1 << 16);
    assert_int_equal(record_pack(&b, r, obj), TD_OK);
    struct td_str bytes = td_arena_dup(arena, buf_str(&b));
    buf_fini(&b);
    return bytes;
}

static struct td_message line(void) {
    return (struct td_message){.id = TD_STR("m1"),
                               .seq = 5,
                               .direction = TD_OUT,
                               .from = {.name = TD_STR("Anna")},
                               .author = TD_STR("anna"),
                               .text = TD_STR("Hello \"Ada\""),
                               .at = 1700,
                               .client_ref = TD_STR("draft-1")};
}

static struct event told(const struct td_message *m) {
    return (struct event){.kind = EV_MESSAGE,
                          .conv = 1042,
                          .seq = m->seq,
                          .body = packed(&rec_message, m),
                          .staff = true};
}

static struct td_str link_of(const struct frame_links *l, struct td_arena *a,
                             const struct td_attachment *x) {
    (void)l;
    return td_arena_printf(a, "/media/%.*s", TD_FMT(x->sha256));
}

static void test_visitor_lines(void **state) {
    (void)state;
    struct td_message m = line();
    struct event ev = told(&m);
    out_is(frame_visitor_event(arena, &out, &ev, NULL),
           "{\"t\":\"messages\",\"items\":[{\"seq\":5,\"direction\":\"out\",\"text\":\"Hello "
           "\\\"Ada\\\"\",\"at\":1700,\"name\":\"Anna\"}],\"conv\":1042,\"last\":5,"
           "\"more\":false}");
    struct td_attachment file = {
        .name = TD_STR("a.png"), .type = TD_STR("image/png"), .bytes = 7, .sha256 = TD_STR("ab")};
    const struct frame_links links = {.link = link_of};
    m.attachments.v = &file;
    m.attachments.n = 1;
    out_is(frame_visitor_line(arena, &out, packed(&rec_message, &m), &links),
           "{\"seq\":5,\"direction\":\"out\",\"text\":\"Hello \\\"Ada\\\"\",\"at\":1700,"
           "\"name\":\"Anna\",\"files\":[{\"name\":\"a.png\",\"type\":\"image/png\",\"bytes\":7,"
           "\"url\":\"/media/ab\"}]}");
    m.attachments.n = 0;
    m.direction = TD_IN; /* his own: by the id that he sent it with, no name */
    out_is(frame_visitor_line(arena, &out, packed(&rec_message, &m), NULL),
           "{\"seq\":5,\"direction\":\"in\",\"text\":\"Hello \\\"Ada\\\"\",\"at\":1700,"
           "\"id\":\"draft-1\"}");
}

/* Each kind and direction, private and not: only open text between the two makes a line. */
static void test_private_never(void **state) {
    (void)state;
    size_t lines = 0;
    for (uint32_t kind = TD_MSG_TEXT; kind <= TD_MSG_DELETE; kind++)
        for (uint32_t direction = TD_IN; direction <= TD_INTERNAL; direction++)
            for (int private = 0; private < 2; private ++) {
                struct td_message m = line();
                m.kind = kind, m.direction = direction, m.is_private = private != 0;
                struct event ev = told(&m);
                bool open = kind == TD_MSG_TEXT && direction != TD_INTERNAL && !private;
                int want = open ? TD_OK : TD_EUNSUPPORTED;
                assert_int_equal(frame_visitor_line(arena, &out, ev.body, NULL), want);
                assert_int_equal(out.n > 0, open);
                buf_reset(&out);
                assert_int_equal(frame_visitor_event(arena, &out, &ev, NULL), want);
                assert_int_equal(memmem(out.p ? out.p : "", out.n, "Hello", 5) != NULL, open);
                buf_reset(&out);
                lines += open;
            }
    assert_int_equal(lines, 2);
}

/* Nothing but messages and visits goes to a visitor, whatever the body says. */
static void test_visitor_events(void **state) {
    (void)state;
    struct visit v = {.conv = 7,
                      .state = TD_STR("waiting"),
                      .position = 2,
                      .expected_wait_ms = 60000,
                      .agent = TD_STR("Anna"),
                      .on_call = true,
                      .read_seq = 4};
    struct event ev = {.kind = EV_VISIT, .body = packed(&rec_visit, &v)};
    out_is(frame_visitor_event(arena, &out, &ev, NULL),
           "{\"t\":\"visit\",\"conv\":7,\"state\":\"waiting\",\"position\":2,"
           "\"expected_wait_ms\":60000,\"agent\":\"Anna\",\"on_call\":true,\"read_seq\":4}");
    struct td_message m = line();
    for (uint32_t kind = 0; kind <= EV_ALARM + 1; kind++) {
        ev = told(&m);
        ev.kind = kind;
        if (kind != EV_MESSAGE && kind != EV_VISIT)
            assert_int_equal(frame_visitor_event(arena, &out, &ev, NULL), TD_EUNSUPPORTED);
    }
    ev = (struct event){.kind = EV_MESSAGE, .body = TD_STR("\x01garbage")};
    assert_int_not_equal(frame_visitor_event(arena, &out, &ev, NULL), TD_OK);
    buf_reset(&out);
}

static void test_staff_frames(void **state) {
    (void)state;
    struct work w = {.id = 1042, .version = 7, .queue = TD_STR("sales")};
    struct event ev = {.kind = EV_ENTITY,
                       .entity = EK_WORK,
                       .key = TD_STR("1042"),
                       .version = 9,
                       .body = packed(entity_records[EK_WORK], &w)};
    out_is(
        frame_gone(&out, TD_STR("17-0"), &ev),
        "{\"t\":\"gone\",\"event\":\"17-0\",\"entity\":\"work\",\"key\":\"1042\",\"version\":9}");
    assert_int_equal(frame_staff(arena, &out, TD_STR("17-0"), &ev), TD_OK);
    assert_true(td_str_starts(buf_str(&out), TD_STR("{\"t\":\"entity\",\"event\":\"17-0\","
                                                    "\"entity\":\"work\",\"key\":\"1042\","
                                                    "\"version\":7,\"data\":{\"id\":1042,")));
    buf_reset(&out);
    assert_int_equal(frame_item(arena, &out, EK_WORK, ev.key, ev.body), TD_OK);
    assert_true(td_str_starts(buf_str(&out), TD_STR("{\"entity\":\"work\",\"key\":\"1042\","
                                                    "\"version\":7,\"data\":{\"id\":1042,")));
    buf_reset(&out);
    struct td_message m = line();
    m.kind = TD_MSG_NOTE, m.is_private = true; /* colleagues see notes */
    ev = told(&m);
    assert_int_equal(frame_staff(arena, &out, TD_STR("17-1"), &ev), TD_OK);
    assert_true(td_str_starts(buf_str(&out), TD_STR("{\"t\":\"message\",\"event\":\"17-1\","
                                                    "\"conv\":1042,\"seq\":5,\"data\":{")));
    assert_non_null(memmem(out.p, out.n, "\"private\":true", 14));
    buf_reset(&out);
    assert_int_equal(frame_gone(&out, TD_STR("17-1"), &ev), TD_EUNSUPPORTED);
}

/* Credentials and indices have no frame; nor has an event of a kind that is not known. */
static void test_staff_never(void **state) {
    (void)state;
    assert_null(entity_name(EK_USER));
    for (uint32_t entity = 0; entity <= EK_N; entity++) {
        struct event ev = {.kind = EV_ENTITY, .entity = entity};
        if (entity_name(entity))
            continue;
        assert_int_equal(frame_staff(arena, &out, TD_STR("1-0"), &ev), TD_EUNSUPPORTED);
        assert_int_equal(frame_gone(&out, TD_STR("1-0"), &ev), TD_EUNSUPPORTED);
        assert_int_equal(frame_item(arena, &out, entity, TD_STR("k"), ev.body), TD_EUNSUPPORTED);
    }
    static const uint32_t kinds[] = {0, EV_RESULT, EV_VISIT, EV_FACT, EV_ALARM + 1, 4000000000};
    for (size_t i = 0; i < N_OF(kinds); i++) {
        struct event ev = {.kind = kinds[i]};
        assert_int_equal(frame_staff(arena, &out, TD_STR("1-0"), &ev), TD_EUNSUPPORTED);
    }
    assert_int_equal(out.n, 0);
}

static void test_answers(void **state) {
    (void)state;
    frame_ack(&out, TD_STR("7"));
    out_is(buf_rc(&out), "{\"t\":\"ack\",\"id\":\"7\"}");
    frame_refused(&out, TD_STR("a\"b"), "unavailable", "not stored\nyet");
    out_is(buf_rc(&out), "{\"t\":\"refused\",\"id\":\"a\\\"b\",\"error\":\"unavailable\","
                         "\"text\":\"not stored\\nyet\"}");
    struct result r = {.id = TD_STR(TAB "-7"), .ok = true, .conv = 1042, .seq = 13};
    struct event ev = {.kind = EV_RESULT, .body = packed(&rec_result, &r)};
    out_is(frame_result(arena, &out, &ev, 17),
           "{\"t\":\"result\",\"id\":\"7\",\"ok\":true,\"conv\":1042,\"seq\":13}");
    r = (struct result){.id = TD_STR("7"), .error = TD_STR("stale"), .text = TD_STR("Too late.")};
    ev.body = packed(&rec_result, &r);
    out_is(frame_result(arena, &out, &ev, 17), /* an id shorter than the tab's name stays */
           "{\"t\":\"result\",\"id\":\"7\",\"ok\":false,\"error\":\"stale\","
           "\"text\":\"Too late.\"}");
}

/* ---- API tokens ---- */

static void test_tokens(void **state) {
    (void)state;
    static const struct {
        const char *json;
        int rc;
        uint32_t scopes;
    } cases[] = {
        {"{\"name\":\"crm\",\"scopes\":[\"read\",\"write\"]}", TD_OK, SCOPE_READ | SCOPE_WRITE},
        {"{\"name\":\"crm\",\"scopes\":\"read,admin\"}", TD_OK, SCOPE_READ | SCOPE_ADMIN},
        {"{\"name\":\"crm\",\"scopes\":[]}", TD_OK, 0},
        {"{\"name\":\"crm\",\"scopes\":\"\"}", TD_OK, 0},
        {"{\"name\":\"crm\"}", TD_OK, 0},
        {"{\"name\":\"crm\",\"scopes\":[\"all\"]}", TD_EINVAL, 0},
        {"{\"name\":\"crm\",\"scopes\":\"read, write\"}", TD_EINVAL, SCOPE_READ},
        {"{\"name\":\"crm\",\"scopes\":\"read,,write\"}", TD_EINVAL, SCOPE_READ},
        {"{\"name\":\"crm\",\"scopes\":[\"READ\"]}", TD_EINVAL, 0},
        {"{\"name\":\"crm\",\"scopes\":[7]}", TD_EINVAL, 0},
        {"{\"scopes\":[\"read\"]}", TD_EINVAL, SCOPE_READ},
        {"[]", TD_EINVAL, 0},
        {"\"crm\"", TD_EPARSE, 0},
        {"", TD_EPARSE, 0},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct td_str name = {0};
        uint32_t scopes = 0;
        struct td_error err = {0};
        assert_int_equal(token_parse(arena, td_str_of(cases[i].json), &name, &scopes, &err),
                         cases[i].rc);
        if (cases[i].rc)
            assert_true(err.text[0]);
        else
            same(name, "crm");
        assert_int_equal(scopes & ~cases[i].scopes, 0);
        if (!cases[i].rc)
            assert_int_equal(scopes, cases[i].scopes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agent_frames),   cmocka_unit_test(test_agent_refused),
        cmocka_unit_test(test_agent_keeps_id), cmocka_unit_test(test_visitor_frames),
        cmocka_unit_test(test_visitor_limits), cmocka_unit_test(test_cut_frames),
        cmocka_unit_test(test_hint_and_login), cmocka_unit_test(test_visitor_lines),
        cmocka_unit_test(test_private_never),  cmocka_unit_test(test_visitor_events),
        cmocka_unit_test(test_staff_frames),   cmocka_unit_test(test_staff_never),
        cmocka_unit_test(test_answers),        cmocka_unit_test(test_tokens),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
