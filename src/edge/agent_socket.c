/* Happy path: upgrade (own origin) → cookie → hello → session.open durable → welcome → load → live
 * frames both ways. Failure: no session 4401, foreign origin 403, silence instead of hello 4400,
 * too slow 4408, repeated nonsense 4429. On close session.close is said until it is durable. */
#include "base/list.h"
#include "base/mem.h"
#include "codec/frame_out.h"
#include "codec/json_out.h"
#include "edge/agent_conn.h"
#include "edge/say.h"

#include <stdio.h>
#include <tandem/log.h>

enum {
    HELLO_MS = 10000,
    WAITING_MAX = 4 << 20,
    NONSENSE_MAX = 10,
    FRAME_MAX = 64 << 10,
    OUT_MAX = 8 << 20
};

void conn_unref(struct agent_conn *c) {
    if (--c->refs)
        return;
    buf_fini(&c->waiting);
    viewer_fini(&c->viewer);
    mem_free(c);
}

bool conn_send(struct agent_conn *c, struct td_str json) {
    return c->socket && !web_socket_send(c->socket, json);
}

/* ---- events ---- */

static void on_frame(struct fanout_peer *p, struct td_str id, struct td_str json) {
    struct agent_conn *c = CONTAINER_OF(p, struct agent_conn, peer);
    if (c->state == CONN_LIVE) {
        conn_send(c, json);
        return;
    }
    buf_put_varint(&c->waiting, id.n);
    buf_put_str(&c->waiting, id);
    buf_put_varint(&c->waiting, json.n);
    buf_put_str(&c->waiting, json);
    if (buf_rc(&c->waiting) && c->socket)
        web_socket_close(c->socket, 4408, "too much happened while the snapshot was made");
}

static void on_result(struct fanout_peer *p, const struct event *ev) {
    struct agent_conn *c = CONTAINER_OF(p, struct agent_conn, peer);
    struct td_arena *a = td_arena_new();
    struct buf b;
    buf_init(&b, 65536);
    if (!frame_result(a, &b, ev, strlen(c->tab) + 1))
        conn_send(c, buf_str(&b));
    buf_fini(&b);
    td_arena_free(&a);
}

static void on_reset(struct fanout_peer *p) {
    struct agent_conn *c = CONTAINER_OF(p, struct agent_conn, peer);
    if (c->state != CONN_LIVE)
        return; /* its snapshot is on the way and is newer than what was missed */
    c->event[0] = '\0';
    buf_fini(&c->waiting);
    buf_init(&c->waiting, WAITING_MAX);
    conn_load(c);
}

static uint32_t actor_of(uint32_t role) {
    return role == ROLE_ADMIN ? A_ADMIN : role == ROLE_SUPERVISOR ? A_SUPERVISOR : A_AGENT;
}

static void on_agent(struct fanout_peer *p, const struct agent *a) {
    struct agent_conn *c = CONTAINER_OF(p, struct agent_conn, peer);
    bool changed = viewer_set(&c->viewer, a);
    c->actor_kind = actor_of(a->role);
    if (a->disabled && c->socket)
        web_socket_close(c->socket, 4401, "this account was disabled");
    else if (a->password_at > c->password_at && c->socket)
        web_socket_close(c->socket, 4401, "the password was changed: log in again");
    else if (changed)
        on_reset(p);
}

/* ---- the steps to LIVE ---- */

static void send_welcome(struct agent_conn *c) {
    static const char *const roles[] = {"agent", "supervisor", "admin"};
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "t", TD_STR("welcome"));
    json_key_str(&j, "me", td_str_of(c->viewer.id));
    json_key_str(&j, "role", td_str_of(roles[c->viewer.role]));
    json_key_str(&j, "session", td_str_of(c->session));
    json_key_i64(&j, "now", loop_wall_ms());
    json_obj_end(&j);
    conn_send(c, buf_str(&b));
    buf_fini(&b);
}

static void on_opened(void *arg, int rc, struct td_str inbox_id) {
    struct agent_conn *c = arg;
    (void)inbox_id;
    if (!c->socket) {
        /* closed meanwhile: session.close was said behind it */
    } else if (rc) {
        web_socket_close(c->socket, 1013, "cannot be stored now; come back");
    } else {
        send_welcome(c);
        buf_fini(&c->waiting);
        buf_init(&c->waiting, WAITING_MAX);
        c->peer = (struct fanout_peer){.sender = td_str_of(c->session),
                                       .viewer = &c->viewer,
                                       .frame = on_frame,
                                       .result = on_result,
                                       .agent = on_agent,
                                       .reset = on_reset};
        fanout_join(c->e->fanout, &c->peer);
        c->joined = true;
        conn_load(c);
    }
    conn_unref(c);
}

static struct session session_body(struct agent_conn *c) {
    return (struct session){.agent = td_str_of(c->viewer.id),
                            .session = td_str_of(c->session),
                            .process = td_str_of(store_process(c->e->store))};
}

static void hello(struct agent_conn *c, struct td_arena *a, const struct agent_frame *f) {
    if (c->state != CONN_HELLO || f->tab.n < 16) {
        conn_refuse(c, f->id, "invalid", "hello: expected once, with a tab of 16 to 36 characters");
        return;
    }
    loop_timer_stop(&c->hello_timer);
    snprintf(c->tab, sizeof c->tab, "%.*s", TD_FMT(f->tab));
    snprintf(c->term, sizeof c->term, "%.*s", TD_FMT(f->term));
    snprintf(c->event, sizeof c->event, "%.*s", TD_FMT(f->event));
    struct command cmd = {.actor_kind = A_SYSTEM, .received_at = loop_wall_ms()};
    struct session body = session_body(c);
    cmd.id = td_arena_printf(a, "%s-open", c->session);
    c->state = CONN_OPENING;
    c->refs++;
    if (command_make(a, &cmd, CMD_SESSION_OPEN, &body) ||
        inbox_append(c->e->inbox, &cmd, on_opened, c)) {
        c->refs--;
        c->state = CONN_HELLO;
        web_socket_close(c->socket, 1013, "cannot be stored now; come back");
    }
}

static void handle_text(struct agent_conn *c, struct td_str text);

static void on_agent_entity(void *arg, int rc, const struct read_item *v, size_t n) {
    struct agent_conn *c = arg;
    struct td_arena *a = td_arena_new();
    struct agent agent;
    if (c->socket) {
        if (rc || n != 1 || record_unpack(a, &rec_agent, v[0].bytes, &agent, NULL)) {
            web_socket_close(c->socket, rc ? 1013 : 4401, "the account cannot be read");
        } else {
            viewer_set(&c->viewer, &agent);
            c->actor_kind = actor_of(agent.role);
            c->state = CONN_HELLO;
            if (c->waiting.n)
                handle_text(c, buf_str(&c->waiting));
            buf_fini(&c->waiting);
        }
    }
    td_arena_free(&a);
    conn_unref(c);
}

static void on_who(struct auth_lookup *l, const struct auth_who *who) {
    struct agent_conn *c = CONTAINER_OF(l, struct agent_conn, auth);
    if (!(who->actor_kind & A_PEOPLE)) {
        web_socket_close(c->socket, who->unavailable ? 1013 : 4401,
                         who->unavailable ? "come back" : "log in first");
        return;
    }
    snprintf(c->viewer.id, sizeof c->viewer.id, "%.*s", TD_FMT(who->id));
    snprintf(c->name, sizeof c->name, "%.*s", TD_FMT(who->name));
    c->password_at = who->password_at;
    struct td_str key = td_str_of(c->viewer.id);
    c->refs++;
    if (read_entities(c->e->store, EK_AGENT, &key, 1, on_agent_entity, c)) {
        c->refs--;
        web_socket_close(c->socket, 1013, "come back");
    }
}

/* ---- the socket ---- */

static void hint(struct agent_conn *c, const struct agent_frame *f) {
    struct hint h = {.t = f->t,
                     .conv = f->conv,
                     .who = TD_STR("agent"),
                     .agent = td_str_of(c->viewer.id),
                     .name = td_str_of(c->name),
                     .from = td_str_of(c->session)};
    fanout_hint(c->e->fanout, &h);
}

static void pong(struct agent_conn *c) {
    char text[64];
    snprintf(text, sizeof text, "{\"t\":\"pong\",\"now\":%lld}", (long long)loop_wall_ms());
    conn_send(c, td_str_of(text));
}

static void dispatch(struct agent_conn *c, struct td_arena *a, const struct agent_frame *f) {
    bool live = c->state == CONN_LIVE || c->state == CONN_LOADING;
    if (td_str_eqz(f->t, "hello"))
        hello(c, a, f);
    else if (td_str_eqz(f->t, "cmd") && live)
        conn_command(c, a, f);
    else if ((td_str_eqz(f->t, "typing") || td_str_eqz(f->t, "viewing")) && live)
        hint(c, f);
    else if (td_str_eqz(f->t, "ping"))
        pong(c);
    else
        conn_refuse(c, f->id, "invalid", live ? "t: no such frame" : "hello comes first");
}

static void handle_text(struct agent_conn *c, struct td_str text) {
    struct td_arena *a = td_arena_new();
    struct agent_frame f;
    struct td_error err = {0};
    if (!frame_agent(a, text, &f, &err)) {
        dispatch(c, a, &f);
    } else if (++c->nonsense > NONSENSE_MAX) {
        web_socket_close(c->socket, 4429, "repeated nonsense");
    } else {
        conn_refuse(c, f.id, "invalid", err.text);
    }
    td_arena_free(&a);
}

/* Browsers say hello at once; it waits until we know who it is. */
static void on_text(struct web_socket *s, struct td_str text) {
    struct agent_conn *c = web_socket_get(s);
    if (c->state != CONN_AUTH)
        handle_text(c, text);
    else if (c->waiting.n || buf_put_str(&c->waiting, text))
        web_socket_close(s, 4429, "hello comes first, and then its welcome");
}

static void on_hello_late(struct loop_timer *t) {
    struct agent_conn *c = CONTAINER_OF(t, struct agent_conn, hello_timer);
    loop_timer_stop(t);
    if (c->socket)
        web_socket_close(c->socket, 4400, "no hello within 10 s");
}

static void on_open(struct web_socket *s, struct web_request *r, void *arg) {
    struct edge *e = arg;
    struct agent_conn *c = MEM_NEW(struct agent_conn);
    uint8_t random[16];
    c->e = e;
    c->socket = s;
    c->refs = 1;
    c->budget = 80;
    c->budget_at = loop_boot_ms();
    loop_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(c->session + 2 * i, 3, "%02x", random[i]);
    web_socket_set(s, c);
    buf_init(&c->waiting, FRAME_MAX);
    loop_timer_start(e->loop, &c->hello_timer, HELLO_MS, 0, on_hello_late);
    auth_lookup_start(e, &c->auth, auth_cookie(r), on_who);
    web_socket_forget_request(s);
}

static void on_closed(struct web_socket *s) {
    struct agent_conn *c = web_socket_get(s);
    c->socket = NULL;
    loop_timer_stop(&c->hello_timer);
    auth_lookup_cancel(&c->auth);
    if (c->joined)
        fanout_leave(c->e->fanout, &c->peer);
    if (c->state >= CONN_OPENING) {
        struct session body = session_body(c);
        char id[48];
        snprintf(id, sizeof id, "%s-close", c->session);
        say_command(c->e->say, CMD_SESSION_CLOSE, &body, td_str_of(id));
    }
    conn_unref(c);
}

static int on_accept(struct web_request *r, void *arg) {
    struct edge *e = arg;
    if (!auth_same_origin(r))
        return 403;
    return store_up(e->store) ? 0 : 503;
}

static const struct web_socket_ops ops = {
    .open = on_open, .text = on_text, .closed = on_closed, .max_out_bytes = OUT_MAX};

size_t agent_socket_routes(struct edge *e, struct web_route *out, size_t max) {
    if (!max)
        return 0;
    out[0] = (struct web_route){.method = "WS",
                                .pattern = "/agent/ws",
                                .max_body = FRAME_MAX,
                                .accept = on_accept,
                                .socket = &ops,
                                .arg = e};
    return 1;
}
