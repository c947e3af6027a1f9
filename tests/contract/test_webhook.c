/* Hooks through the real web server into a real inbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/redis_server.h"
#include "base/list.h"
#include "config/settings.h"
#include "edge/edge.h"
#include "stand_in.h"

#define S(lit) TD_STR(lit)

static struct redis_server server;
static struct place place;
static struct edge edge;
static struct web *web;
static struct config config;
static struct config_channel channels[3];
static struct td_settings *settings[3];

struct call {
    struct http_op op;
    int rc, status;
    char body[512], retry_after[16], type[64];
    bool done;
};
static struct call call;

static void on_answer(struct http_op *op, const struct http_answer *a) {
    struct call *c = CONTAINER_OF(op, struct call, op);
    c->done = true;
    c->rc = a->rc;
    if (!a->response)
        return;
    c->status = a->response->status;
    snprintf(c->body, sizeof c->body, "%.*s", TD_FMT(a->response->body));
    for (size_t i = 0; i < a->response->headers.n; i++) {
        const struct td_pair *h = &a->response->headers.v[i];
        if (td_str_eqz(h->name, "retry-after"))
            snprintf(c->retry_after, sizeof c->retry_after, "%.*s", TD_FMT(h->value));
        if (td_str_eqz(h->name, "content-type"))
            snprintf(c->type, sizeof c->type, "%.*s", TD_FMT(h->value));
    }
}

static bool is_answered(struct place *p) {
    (void)p;
    return call.done;
}

static void begin_call(const char *method, const char *path, const char *token,
                       struct td_str body) {
    char url[256];
    struct td_pair headers[] = {{S("content-type"), S("application/json")},
                                {S("x-token"), td_str_of(token)}};
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", web_port(web, 0), path);
    struct td_request r = {.method = td_str_of(method), .url = td_str_of(url), .body = body};
    r.headers.v = headers;
    r.headers.n = 2;
    call = (struct call){0};
    assert_int_equal(http_start(place.http, &call.op, &r, 5000, true, on_answer, NULL), TD_OK);
}

static int hook(const char *method, const char *path, const char *token, const char *body) {
    begin_call(method, path, token, td_str_of(body));
    place_run(&place, is_answered);
    assert_int_equal(call.rc, TD_OK);
    return call.status;
}

/* ---- fixture ---- */

static void add_channel(size_t i, struct td_str id, const char *connector,
                        const char *const *pairs) {
    struct td_error err = {0};
    const struct td_connector *c = td_connector_find(td_str_of(connector));
    settings[i] = settings_of(c->settings, pairs, &err);
    if (!settings[i])
        fail_msg("%s", err.text);
    channels[i] = (struct config_channel){.id = id, .connector = c, .settings = settings[i]};
    channels[i].public_url = td_arena_printf(place.arena, "https://chat.example/hooks/%.*s",
                                             TD_FMT(id));
}

static void open_all(void) {
    static struct web_route routes[8]; /* borrowed by the server */
    struct td_error err = {0};
    redis_server_ask(&server, "FLUSHALL");
    place_open(&place, server.url);
    add_channel(0, S("sms"), "sms_http",
                (const char *const[]){"hook_auth", "header", "hook_header", "x-token",
                                      "hook_secret", "right", "answer_status", "201", "answer_type",
                                      "text/xml", "answer_body", "<Response/>", NULL});
    add_channel(1, S("watch"), "sms_http",
                (const char *const[]){"hook_auth", "header", "hook_header", "x-token",
                                      "hook_secret", "right", "verify", "observe", NULL});
    add_channel(2, S("pbx"), "voice_http",
                (const char *const[]){"hook_auth", "header", "hook_header", "x-token",
                                      "hook_secret", "right", NULL});
    config.channels.v = channels;
    config.channels.n = 3;
    edge = (struct edge){
        .loop = place.loop, .store = place.store, .inbox = place.inbox, .config = &config};
    size_t n = webhook_routes(&edge, routes, 8);
    assert_int_equal(n, 4);
    static const struct web_listen listen = {.address = "127.0.0.1"};
    web = web_new(place.loop,
                  &(struct web_options){.listen = &listen,
                                        .n_listen = 1,
                                        .max_header_bytes = 8192,
                                        .request_timeout_ms = 5000,
                                        .max_connections = 100},
                  routes, n, &err);
    if (!web)
        fail_msg("%s", err.text);
    assert_int_equal(webhook_want_headers(&edge, web), TD_OK);
}

static void close_all(void) {
    http_client_free(&place.http); /* its connections, before the server that they lead to */
    web_free(&web);
    place_close(&place);
    for (size_t i = 0; i < 3; i++)
        settings_free(&settings[i]);
}

static int start_server(void **state) {
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    return redis_server_start(&server, NULL, NULL) ? 0 : -1;
}
static int stop_server(void **state) {
    (void)state;
    redis_server_stop(&server);
    return 0;
}

#define GOOD "{\"from\":\"+442222222222\",\"text\":\"Hi\",\"id\":\"m-1\"}"

static bool has_message(struct place *p) {
    return place_count(p, CMD_MESSAGE_IN) >= 1;
}
static bool has_three(struct place *p) {
    return place_count(p, CMD_MESSAGE_IN) >= 3;
}
static bool has_voice(struct place *p) {
    return place_count(p, CMD_VOICE_STATE) >= 1;
}
static bool has_receipt(struct place *p) {
    return place_count(p, CMD_RECEIPT_IN) >= 1;
}
static bool is_down(struct place *p) {
    return !inbox_open(p->inbox);
}

/* ---- tests ---- */

static void test_message(void **state) {
    (void)state;
    open_all();
    assert_int_equal(hook("POST", "/hooks/sms", "right", GOOD), 201);
    assert_string_equal(call.body, "<Response/>");
    assert_non_null(strstr(call.type, "text/xml"));
    place_run(&place, has_message);
    const struct note *n = place_note(&place, CMD_MESSAGE_IN, 0);
    const struct inbound *in = n->body;
    assert_true(td_str_eqz(in->message.text, "Hi"));
    assert_true(td_str_eqz(in->message.channel, "sms"));
    assert_true(td_str_eqz(in->message.from.type, "sms"));
    assert_true(td_str_eqz(n->command.actor, "sms"));
    assert_int_equal(n->command.actor_kind, A_CONNECTOR);
    assert_true(td_str_eqz(n->command.id, "in:m-1"));
    assert_true(in->message.received_at > INT64_C(1600000000000));
    assert_int_equal(in->term, 0);
    close_all();
}

static void test_same_hook_twice(void **state) {
    (void)state;
    open_all();
    hook("POST", "/hooks/sms", "right", GOOD);
    hook("POST", "/hooks/sms/", "right", GOOD); /* whatever the router makes of that */
    hook("POST", "/hooks/sms/sms", "right", GOOD);
    hook("POST", "/hooks/sms", "right", GOOD);
    place_run(&place, has_three);
    const struct note *a = place_note(&place, CMD_MESSAGE_IN, 0);
    const struct note *b = place_note(&place, CMD_MESSAGE_IN, 2);
    assert_true(td_str_eq(a->command.id, b->command.id)); /* the core takes it once */
    assert_false(td_str_eq(a->command.message_id, b->command.message_id));
    close_all();
}

static void test_voice_and_receipts(void **state) {
    (void)state;
    open_all();
    assert_int_equal(hook("POST", "/hooks/voice/pbx", "right",
                          "{\"agent\":\"anna\",\"call\":\"c\",\"sequence\":3,\"state\":\"hold\"}"),
                     204);
    place_run(&place, has_voice);
    const struct voice *v = place_note(&place, CMD_VOICE_STATE, 0)->body;
    assert_true(td_str_eqz(v->agent, "anna") && td_str_eqz(v->state, "hold") && v->seq == 3);
    assert_int_equal(hook("POST", "/hooks/chat/pbx", "right", "{}"), 404); /* of another kind */
    assert_int_equal(
        hook("POST", "/hooks/sms", "right", "{\"id\":\"gw-1\",\"status\":\"delivered\"}"), 201);
    place_run(&place, has_receipt);
    const struct receipt_in *r = place_note(&place, CMD_RECEIPT_IN, 0)->body;
    assert_int_equal(r->receipt.state, TD_R_DELIVERED);
    assert_true(r->receipt.at > 0);
    close_all();
}

static void test_refusals(void **state) {
    (void)state;
    open_all();
    assert_int_equal(hook("POST", "/hooks/nobody", "right", GOOD), 404);
    assert_int_equal(hook("POST", "/hooks/sms", "wrong", GOOD), 401);
    assert_non_null(strstr(call.body, "does not match"));
    assert_int_equal(hook("POST", "/hooks/sms", "right", "{\"text\":\"Hi\",\"id\":\"1\"}"), 400);
    assert_non_null(strstr(call.body, "from (from): missing"));
    assert_int_equal(hook("POST", "/hooks/sms", "right", "{\"from\":"), 400);
    size_t n = 300 * 1024;
    char *big = malloc(n);
    memset(big, ' ', n);
    begin_call("POST", "/hooks/sms", "right", (struct td_str){big, n});
    place_run(&place, is_answered);
    assert_true(call.status == 413 || call.rc == TD_ECONN); /* the answer, or the closed door */
    free(big);
    place_rest(&place, 50);
    assert_int_equal(place.n_notes, 0);
    close_all();
}

/* A field beyond the limit of what is stored is the sender's mistake, told as one. */
static void test_too_long_a_field(void **state) {
    (void)state;
    open_all();
    char *body = malloc(200000);
    int n = sprintf(body, "{\"from\":\"+44\",\"id\":\"1\",\"text\":\"");
    memset(body + n, 'x', 100000);
    sprintf(body + n + 100000, "\"}");
    assert_int_equal(hook("POST", "/hooks/sms", "right", body), 400);
    assert_true(strlen(call.body) > 0);
    free(body);
    close_all();
}

static void test_observe(void **state) {
    (void)state;
    open_all();
    assert_int_equal(hook("POST", "/hooks/watch", "wrong", GOOD), 202);
    assert_int_equal(hook("POST", "/hooks/watch", "right", GOOD), 200); /* what is right is taken */
    place_run(&place, has_message);
    assert_int_equal(place_count(&place, CMD_MESSAGE_IN), 1);
    struct td_str kept = PLACE_ASK(&place, S("LINDEX"), S("{main}:quarantine:watch"), S("0"));
    assert_non_null(memmem(kept.p, kept.n, "why: the secret", 15));
    assert_non_null(memmem(kept.p, kept.n, "POST https://chat.example/hooks/watch\n", 38));
    assert_non_null(memmem(kept.p, kept.n, "x-token: wrong\n", 15));
    assert_non_null(memmem(kept.p, kept.n, GOOD, strlen(GOOD)));
    assert_true(td_str_eqz(PLACE_ASK(&place, S("LLEN"), S("{main}:quarantine:watch")), "1"));
    close_all();
}

/* Genuine, but not understood: refused, and kept without the secret that proved it. */
static void test_malformed_is_kept(void **state) {
    (void)state;
    open_all();
    assert_int_equal(hook("POST", "/hooks/sms", "right", "{\"text\":\"x\"}"), 400);
    assert_non_null(strstr(call.body, "missing"));
    struct td_str kept = PLACE_ASK(&place, S("LINDEX"), S("{main}:quarantine:sms"), S("0"));
    assert_non_null(memmem(kept.p, kept.n, "x-token: (hidden)\n", 18));
    assert_non_null(memmem(kept.p, kept.n, "{\"text\":\"x\"}", 12));
    assert_int_equal(hook("POST", "/hooks/sms", "wrong", GOOD), 401); /* anybody's is not kept */
    assert_true(td_str_eqz(PLACE_ASK(&place, S("LLEN"), S("{main}:quarantine:sms")), "1"));
    assert_int_equal(hook("POST", "/hooks/watch", "right", "{\"text\":\"x\"}"), 202);
    close_all();
}

static void test_redis_away(void **state) {
    (void)state;
    open_all();
    redis_server_kill(&server);
    place_run(&place, is_down);
    assert_int_equal(hook("POST", "/hooks/sms", "right", GOOD), 503);
    assert_string_equal(call.retry_after, "2");
    assert_int_equal(hook("POST", "/hooks/watch", "wrong", GOOD), 503);
    assert_true(redis_server_run(&server, NULL, NULL));
    while (is_down(&place))
        place_rest(&place, 20);
    assert_int_equal(hook("POST", "/hooks/sms", "right", GOOD), 201);
    close_all();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message),
        cmocka_unit_test(test_same_hook_twice),
        cmocka_unit_test(test_voice_and_receipts),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_too_long_a_field),
        cmocka_unit_test(test_malformed_is_kept),
        cmocka_unit_test(test_observe),
        cmocka_unit_test(test_redis_away),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
