/* Building the server and taking it down; its clock. */
#include "base/mem.h"
#include "io/web_headers.h"
#include "io/web_priv.h"

#define SCRATCH_MAX (256 * 1024)
#define NUDGE_TICKS (1000 / WHEEL_TICK_MS)

static const char *copy(struct td_arena *a, const char *s) {
    return s ? td_arena_dup(a, td_str_of(s)).p : NULL;
}

static unsigned or_default(unsigned v, unsigned fallback) {
    return v ? v : fallback;
}

static int take_proxies(struct web *w, const char *const *list, struct td_error *err) {
    size_t n = 0;
    while (list && list[n])
        n++;
    w->proxies = TD_ARENA_ARRAY(w->arena, struct cidr, n);
    for (size_t i = 0; i < n; i++)
        if (!cidr_parse(&w->proxies[w->n_proxies++], td_str_of(list[i])))
            return td_error_set(
                err, TD_EINVAL,
                "trusted proxy \"%s\": expected an address or a network such as 10.0.0.0/8",
                list[i]);
    return TD_OK;
}

static int take_options(struct web *w, const struct web_options *o, struct td_error *err) {
    w->o = *o;
    w->o.listen = NULL;
    w->o.trusted_proxies = NULL;
    w->o.cert_path = copy(w->arena, o->cert_path);
    w->o.key_path = copy(w->arena, o->key_path);
    w->o.original_uri_header = copy(w->arena, o->original_uri_header);
    w->o.max_header_bytes = or_default(o->max_header_bytes, 8192);
    w->o.request_timeout_ms = or_default(o->request_timeout_ms, 10000);
    w->o.max_connections = or_default(o->max_connections, 10000);
    w->o.ping_ms = or_default(o->ping_ms, 30000);
    w->o.silence_ms = or_default(o->silence_ms, 75000);
    w->o.idle_ms = or_default(o->idle_ms, 60000);
    w->o.handler_ms = or_default(o->handler_ms, 60000);
    w->o.max_large_bytes = o->max_large_bytes ? o->max_large_bytes : (size_t)256 << 20;
    for (size_t i = 0; i < o->n_listen; i++)
        if (o->listen[i].tls && (!o->cert_path || !o->key_path))
            return td_error_set(err, TD_EINVAL, "listen %s: TLS needs a certificate and a key",
                                o->listen[i].address);
    for (const char *const *name = web_headers_usual; *name; name++)
        w->wanted[w->n_wanted++] = td_str_of(*name);
    if (w->o.original_uri_header)
        web_want_header(w, w->o.original_uri_header);
    return take_proxies(w, o->trusted_proxies, err);
}

int web_want_header(struct web *w, const char *lower_name) {
    struct td_str with_colon = td_arena_printf(w->arena, "%s:", lower_name);
    for (size_t i = 0; i < w->n_wanted; i++)
        if (td_str_eq(with_colon, w->wanted[i]))
            return TD_OK;
    if (w->n_wanted == WEB_WANTED_MAX)
        return TD_EFULL;
    w->wanted[w->n_wanted++] = with_colon;
    return TD_OK;
}

static void on_node_due(struct wheel_node *n, void *arg) {
    struct web_conn *c = CONTAINER_OF(n, struct web_conn, wheel);
    (void)arg;
    if (c->phase == WP_SOCKET)
        socket_on_due(c);
    else if (c->phase != WP_DEAD)
        http_on_due(c);
}

static void on_tick(struct loop_timer *t) {
    struct web *w = CONTAINER_OF(t, struct web, tick);
    wheel_turn(&w->wheel, loop_boot_ms(), on_node_due, w);
    http_check_parked(w);
    if (w->n_conns > 0 && w->wheel.tick % NUDGE_TICKS == 0)
        wire_nudge(w);
}

struct web *web_new(struct loop *l, const struct web_options *o, const struct web_route *routes,
                    size_t n, struct td_error *err) {
    struct web *w = MEM_NEW(struct web);
    struct td_error local = {0};
    err = err ? err : &local;
    w->loop = l;
    w->arena = td_arena_new();
    w->routes = routes;
    w->n_routes = n;
    list_init(&w->conns);
    list_init(&w->parked);
    list_init(&w->talking);
    buf_init(&w->scratch, SCRATCH_MAX);
    wheel_init(&w->wheel, loop_boot_ms());
    int rc = take_options(w, o, err);
    if (rc == TD_OK && w->o.cert_path)
        rc = web_tls_check(w->o.cert_path, w->o.key_path, err);
    if (rc == TD_OK)
        rc = wire_open(w, err);
    if (rc == TD_OK)
        rc = listen_start(w, o->listen, o->n_listen, err);
    if (rc != TD_OK) {
        web_free(&w);
        return NULL;
    }
    loop_timer_start(l, &w->tick, WHEEL_TICK_MS, WHEEL_TICK_MS, on_tick);
    return w;
}

void web_stop(struct web *w) {
    if (w->stopping)
        return;
    w->stopping = true;
    listen_close(w);
    LIST_EACH(pos, &w->conns) {
        struct web_conn *c = CONTAINER_OF(pos, struct web_conn, all);
        if (c->sock)
            socket_shutdown(c);
        else if (c->phase == WP_HEAD)
            http_due_in(c, 0); /* idle, or hardly begun */
    }
}

void web_free(struct web **w) {
    struct web *x = *w;
    if (!x)
        return;
    web_stop(x);
    loop_timer_stop(&x->tick);
    listen_free(x);
    wire_shut(x);
    loop_timer_stop(&x->talked);
    buf_fini(&x->scratch);
    td_arena_free(&x->arena);
    mem_free(x);
    *w = NULL;
}

int web_reload_tls(struct web *w, struct td_error *err) {
    if (!w->o.cert_path)
        return TD_OK;
    int rc = web_tls_check(w->o.cert_path, w->o.key_path, err);
    if (rc == TD_OK && wire_reload_tls(w) != TD_OK)
        rc = td_error_set(err, TD_EIO, "the certificate %s could not be loaded", w->o.cert_path);
    return rc;
}

void web_stats_get(const struct web *w, struct web_stats *out) {
    *out = w->stats;
    out->open = w->n_conns;
}
