/* What handlers ask of a request, and what is derived from its head. */
#include "base/mem.h"
#include "io/web_priv.h"
#include "io/web_text.h"

struct web_request *request_new(struct web_conn *c) {
    struct td_arena *a = td_arena_new();
    struct web_request *r = TD_ARENA_NEW(a, struct web_request);
    r->arena = a;
    r->conn = c;
    return r;
}

void request_free(struct web_request **r) {
    if (!*r)
        return;
    struct td_arena *a = (*r)->arena;
    buf_fini(&(*r)->body);
    (*r)->conn->web->large -= (*r)->large;
    *r = NULL;
    td_arena_free(&a);
}

void request_gone(struct web_request **r) {
    struct web_request *x = *r;
    *r = NULL;
    if (x->gone)
        x->gone(x, x->user);
    request_free(&x);
}

static bool is_trusted(const struct web *w, const struct cidr_addr *a) {
    for (size_t i = 0; i < w->n_proxies; i++)
        if (cidr_has(&w->proxies[i], a))
            return true;
    return false;
}

/* The client's address: from the right of X-Forwarded-For, the first that no trusted proxy has.
 * What stands left of it is the client's own claim. */
static struct cidr_addr client_of(const struct web *w, struct cidr_addr peer,
                                  struct td_str forwarded) {
    while (forwarded.n && is_trusted(w, &peer)) {
        struct cidr_addr next;
        if (!cidr_addr_parse(&next, web_text_pop(&forwarded)))
            break;
        peer = next;
    }
    return peer;
}

void request_complete(struct web_request *r) {
    struct web_conn *c = r->conn;
    struct web *w = c->web;
    char text[CIDR_TEXT_MAX];
    bool trusted = is_trusted(w, &c->peer);
    struct td_str forwarded = web_header(r, "x-forwarded-for");
    struct cidr_addr client = trusted ? client_of(w, c->peer, forwarded) : c->peer;
    r->peer = td_arena_dup(r->arena, (struct td_str){text, cidr_addr_text(&client, text)});
    r->secure = c->tls;
    if (trusted) {
        struct td_str proto = web_header(r, "x-forwarded-proto");
        if (proto.n)
            r->secure = web_text_eq_nocase(web_text_pop(&proto), "https");
    }
    /* A proxy on this machine that nobody named as trusted must not make the world local. */
    bool proxied = forwarded.n || web_header(r, "forwarded").n || web_header(r, "x-real-ip").n ||
                   web_header(r, "via").n;
    r->loopback = cidr_addr_is_loopback(&client) && (trusted || !proxied);
    struct td_str original = {NULL, 0};
    if (trusted && w->o.original_uri_header)
        original = web_header(r, w->o.original_uri_header);
    r->td.url = original.n ? original : web_text_url(r->arena, r->path, r->query.v, r->query.n);
}

const struct td_request *web_request_td(const struct web_request *r) {
    return &r->td;
}

struct td_str web_param(const struct web_request *r, const char *name) {
    return web_text_find(r->match.params, r->match.n_params, name);
}

struct td_str web_query(const struct web_request *r, const char *name) {
    return web_text_find(r->query.v, r->query.n, name);
}

struct td_str web_path(const struct web_request *r) {
    return r->path;
}

struct td_str web_header(const struct web_request *r, const char *lower_name) {
    return web_text_find(r->td.headers.v, r->td.headers.n, lower_name);
}

struct td_str web_cookie(const struct web_request *r, const char *name) {
    return web_text_cookie(web_header(r, "cookie"), name);
}

struct td_str web_peer(const struct web_request *r) {
    return r->peer;
}
bool web_is_secure(const struct web_request *r) {
    return r->secure;
}
bool web_is_loopback(const struct web_request *r) {
    return r->loopback;
}
struct td_arena *web_arena(struct web_request *r) {
    return r->arena;
}
void *web_user(const struct web_request *r) {
    return r->user;
}

void web_set_user(struct web_request *r, void *user,
                  void (*gone)(struct web_request *r, void *user)) {
    r->user = user;
    r->gone = gone;
}
