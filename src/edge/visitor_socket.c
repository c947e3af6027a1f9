/* Happy path: upgrade (allowed origin) → hello → welcome, history → frames both ways. Failure:
 * foreign origin 403, silence 4400, too slow 4408, repeated nonsense 4400, over budget 4429. When
 * the last socket of a visitor in this process closes, visitor.gone is said until it is durable;
 * the core keeps his place for a while, and asks: a process that has another socket of his says
 * visitor.back. */

#include "base/list.h"
#include "base/mem.h"
#include "codec/frame_out.h"
#include "edge/visitor_conn.h"

#include <stdio.h>

enum {
    HELLO_MS = 10000,
    NONSENSE_MAX = 10,
    FRAME_MAX = 16 << 10,
    OUT_MAX = 512 << 10,
    TYPING_MS = 2500,
    BUDGET_START = 20
};

void visitor_unref(struct visitor_conn *c) {
    if (!--c->refs)
        mem_free(c);
}

bool visitor_send(struct visitor_conn *c, struct td_str json) {
    return c->socket && !web_socket_send(c->socket, json);
}

void visitor_refuse(struct visitor_conn *c, struct td_str id, const char *error, const char *text) {
    struct buf b;
    buf_init(&b, 4096);
    frame_refused(&b, id, error, text);
    visitor_send(c, buf_str(&b));
    buf_fini(&b);
}

/* ---- events ---- */

static void on_frame(struct fanout_peer *p, struct td_str id, struct td_str json) {
    (void)id;
    visitor_send(CONTAINER_OF(p, struct visitor_conn, peer), json);
}

static void on_result(struct fanout_peer *p, const struct event *ev) {
    struct visitor_conn *c = CONTAINER_OF(p, struct visitor_conn, peer);
    struct td_arena *a = td_arena_new();
    struct buf b;
    buf_init(&b, 16384);
    if (ev->conv)
        c->conv = ev->conv;
    if (!frame_result(a, &b, ev, 0))
        visitor_send(c, buf_str(&b));
    buf_fini(&b);
    td_arena_free(&a);
}

static void on_asked(struct fanout_peer *p) {
    visitor_presence(CONTAINER_OF(p, struct visitor_conn, peer), true);
}

static void on_reset(struct fanout_peer *p) {
    struct visitor_conn *c = CONTAINER_OF(p, struct visitor_conn, peer);
    if (c->socket) /* it resumes from its sequence */
        web_socket_close(c->socket, 1012, "come back");
}

/* ---- frames ---- */

static void typing(struct visitor_conn *c) {
    int64_t now = loop_boot_ms();
    if (!c->conv || now - c->typed_at < TYPING_MS)
        return;
    c->typed_at = now;
    struct hint h = {.t = TD_STR("typing"),
                     .conv = c->conv,
                     .who = TD_STR("visitor"),
                     .visitor = td_str_of(c->thread),
                     .from = td_str_of(c->session)};
    fanout_hint(c->e->fanout, &h);
}

static void on_text(struct web_socket *s, struct td_str text) {
    struct visitor_conn *c = web_socket_get(s);
    struct td_arena *a = td_arena_new();
    struct visitor_frame f;
    struct td_error err = {0};
    int rc = frame_visitor(a, text, &f, &err);
    if (rc) {
        if (++c->nonsense > NONSENSE_MAX)
            web_socket_close(s, 4400, "repeated nonsense");
        else
            visitor_refuse(c, f.id, "invalid", err.text);
    } else if (td_str_eqz(f.t, "hello")) {
        visitor_hello(c, a, &f);
    } else if (td_str_eqz(f.t, "ping")) {
        visitor_send(c, TD_STR("{\"t\":\"pong\"}"));
    } else if (!c->greeted) {
        visitor_refuse(c, f.id, "invalid", "hello comes first");
    } else if (td_str_eqz(f.t, "typing")) {
        typing(c);
    } else {
        visitor_command(c, a, &f);
    }
    td_arena_free(&a);
}

static void on_hello_late(struct loop_timer *t) {
    struct visitor_conn *c = CONTAINER_OF(t, struct visitor_conn, hello_timer);
    loop_timer_stop(t);
    if (c->socket)
        web_socket_close(c->socket, 4400, "no hello within 10 s");
}

static void on_open(struct web_socket *s, struct web_request *r, void *arg) {
    struct visitor_conn *c = MEM_NEW(struct visitor_conn);
    uint8_t random[16];
    c->e = arg;
    c->socket = s;
    c->refs = 1;
    c->budget = BUDGET_START;
    c->budget_at = loop_boot_ms();
    c->peer = (struct fanout_peer){
        .frame = on_frame, .result = on_result, .asked = on_asked, .reset = on_reset};
    snprintf(c->origin, sizeof c->origin, "%.*s", TD_FMT(web_header(r, "origin")));
    loop_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(c->session + 2 * i, 3, "%02x", random[i]);
    web_socket_set(s, c);
    web_socket_forget_request(s);
    loop_timer_start(c->e->loop, &c->hello_timer, HELLO_MS, 0, on_hello_late);
}

static void on_closed(struct web_socket *s) {
    struct visitor_conn *c = web_socket_get(s);
    c->socket = NULL;
    loop_timer_stop(&c->hello_timer);
    if (c->greeted) {
        fanout_leave(c->e->fanout, &c->peer);
        if (c->acted && !fanout_has_visitor(c->e->fanout, td_str_of(c->thread)))
            visitor_presence(c, false);
    }
    visitor_unref(c);
}

static int on_accept(struct web_request *r, void *arg) {
    struct edge *e = arg;
    if (!visitor_origin_ok(e->config, (struct td_str){0}, web_header(r, "origin")))
        return 403;
    return store_up(e->store) ? 0 : 503;
}

static const struct web_socket_ops ops = {
    .open = on_open, .text = on_text, .closed = on_closed, .max_out_bytes = OUT_MAX};

size_t visitor_socket_routes(struct edge *e, struct web_route *out, size_t max) {
    if (!max)
        return 0;
    out[0] = (struct web_route){.method = "WS",
                                .pattern = "/chat/ws",
                                .max_body = FRAME_MAX,
                                .accept = on_accept,
                                .socket = &ops,
                                .arg = e};
    return 1;
}
