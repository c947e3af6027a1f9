/* What is reached by HTTP: the addresses in the settings, the login that a provider can try, and
 * our own public address. HTTP/1.0, so that an answer ends with its connection. */
#include "doctor/steps.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { ANSWER_MAX = 65536, HEADERS_MAX = 64, NONCE = 16 };

struct url {
    bool tls;
    char host[256];
    unsigned port;
    struct td_str path; /* with the query */
};

static bool split_url(struct td_arena *a, struct td_str text, struct url *out) {
    static const struct {
        const char *scheme;
        bool tls;
        unsigned port;
    } schemes[] = {{"https://", true, 443}, {"http://", false, 80}};
    struct td_str rest = {NULL, 0};
    for (size_t i = 0; i < 2; i++) {
        struct td_str s = td_str_of(schemes[i].scheme);
        if (!td_str_starts(text, s))
            continue;
        *out = (struct url){.tls = schemes[i].tls, .port = schemes[i].port};
        rest = (struct td_str){text.p + s.n, text.n - s.n};
    }
    size_t n = 0;
    while (n < rest.n && !strchr("/?#", rest.p[n]))
        n++;
    struct td_str at = {rest.p, n};
    struct td_str path = {rest.p + n, rest.n - n};
    out->path = path.n && path.p[0] == '/' ? td_arena_dup(a, path)
                                           : td_arena_printf(a, "/%.*s", TD_FMT(path));
    bool six = at.n && at.p[0] == '[';
    const char *end = !at.n ? NULL : six ? memchr(at.p, ']', at.n) : memrchr(at.p, ':', at.n);
    size_t host_n = end ? (size_t)(end - at.p) - six : at.n;
    snprintf(out->host, sizeof out->host, "%.*s", (int)host_n, at.p + six);
    const char *colon = end && six ? end + 1 : end;
    if (colon && colon < at.p + at.n && *colon == ':')
        out->port = (unsigned)strtoul(
            td_arena_dup(a, (struct td_str){colon + 1, (size_t)(at.p + at.n - colon - 1)}).p, NULL,
            10);
    return out->host[0] && out->port > 0 && out->port < 65536;
}

static struct peer *reach(struct doctor *d, const char *group, const struct url *u,
                          const char *setting_name) {
    struct peer *w = peer_connect(d, group, u->host, u->port, setting_name);
    if (w && u->tls && !peer_tls(d, w, group, u->host))
        peer_close(&w);
    return w;
}

/* 0: no answer. */
static int exchange(struct doctor *d, struct peer *w, const struct url *u,
                    const struct td_request *r, struct td_response *out) {
    struct td_str head = td_arena_printf(d->a, "%.*s %.*s HTTP/1.0\r\nhost: %s\r\n",
                                         TD_FMT(r->method), TD_FMT(u->path), u->host);
    for (size_t i = 0; i < r->headers.n; i++)
        head = td_arena_printf(d->a, "%.*s%.*s: %.*s\r\n", TD_FMT(head),
                               TD_FMT(r->headers.v[i].name), TD_FMT(r->headers.v[i].value));
    struct td_str line;
    *out = (struct td_response){0};
    if (!WIRE_SEND(d, w, "%.*scontent-length: %zu\r\n\r\n", TD_FMT(head), r->body.n) ||
        (r->body.n && !peer_send(w, r->body)) || !peer_line(d, w, &line) || line.n < 12 ||
        !td_str_starts(line, TD_STR("HTTP/1.")))
        return 0;
    out->headers.v = TD_ARENA_ARRAY(d->a, struct td_pair, HEADERS_MAX);
    uint64_t status = 0;
    if (!td_str_to_u64((struct td_str){line.p + 9, 3}, &status))
        return 0;
    while (peer_line(d, w, &line) && line.n) {
        const char *colon = memchr(line.p, ':', line.n);
        if (!colon || out->headers.n == HEADERS_MAX)
            continue;
        struct td_str value = {colon + 1, line.n - (size_t)(colon + 1 - line.p)};
        while (value.n && value.p[0] == ' ')
            value = (struct td_str){value.p + 1, value.n - 1};
        char *name = td_arena_alloc(d->a, (size_t)(colon - line.p));
        for (size_t i = 0; i < (size_t)(colon - line.p); i++)
            name[i] = line.p[i] >= 'A' && line.p[i] <= 'Z' ? (char)(line.p[i] + 32) : line.p[i];
        out->headers.v[out->headers.n++] = (struct td_pair){{name, (size_t)(colon - line.p)},
                                                            value};
    }
    out->status = (int)status;
    out->body = peer_rest(d, w, ANSWER_MAX);
    return out->status;
}

/* ---- the provider ---- */

static bool is_ours(const char *name) {
    return !strcmp(name, "public_url") || !strcmp(name, "hook_url");
}

static void probe(struct doctor *d) {
    const struct td_provider *p = d->in->channel->connector->provider;
    struct td_request r = {0};
    struct td_response answer;
    struct td_error err = {0};
    struct url u;
    if (!p || !p->probe_build)
        return;
    int rc = p->probe_build(d->a, d->s, &r, &err);
    if (rc == TD_EUNSUPPORTED)
        return;
    if (rc != TD_OK || !split_url(d->a, r.url, &u)) {
        STEP(d, "login", DOCTOR_FAILED, td_str_of(err.text), "Correct the channel's settings.");
        return;
    }
    struct peer *w = reach(d, "provider", &u, "url");
    if (!w)
        return;
    if (!exchange(d, w, &u, &r, &answer)) {
        STEP(d, "login", DOCTOR_FAILED, TD_STR("no HTTP answer"), "Correct the url: %s, port %u.",
             u.host, u.port);
    } else if (p->probe_parse(d->a, d->s, &answer, &err) == TD_OK) {
        doctor_tell(d, "login", DOCTOR_OK, td_arena_printf(d->a, "answered %d", answer.status),
                    NO_FIX);
    } else {
        STEP(d, "login", DOCTOR_FAILED, td_arena_printf(d->a, "answered %d", answer.status), "%s",
             err.text);
    }
    peer_close(&w);
}

void doctor_urls(struct doctor *d) {
    const struct td_connector *c = d->in->channel->connector;
    if (c->provider && c->provider->probe_build) {
        probe(d);
        return;
    }
    for (const struct td_setting *row = c->settings; row && row->name; row++) {
        struct url u;
        /* Also a TEXT that is an address with placeholders. */
        struct td_str text = td_str_of(doctor_setting(d, row->name));
        if (is_ours(row->name) || !td_str_starts(text, TD_STR("http")) ||
            !split_url(d->a, text, &u))
            continue;
        struct peer *w = reach(d, row->name, &u, row->name);
        peer_close(&w);
    }
}

/* ---- our public address ---- */

static void unsigned_hook(struct doctor *d, const struct url *u) {
    struct td_request r = {.method = TD_STR("POST"), .body = TD_STR("{}")};
    struct td_pair type = {TD_STR("content-type"), TD_STR("application/json")};
    struct td_response answer;
    r.headers.v = &type;
    r.headers.n = 1;
    size_t before = d->out->n;
    struct peer *w = reach(d, "hook", u, "public_url");
    d->out->n = w ? before : d->out->n; /* the way was told already */
    if (!w)
        return;
    int status = exchange(d, w, u, &r, &answer);
    peer_close(&w);
    struct td_str found = td_arena_printf(d->a, "a hook without a signature: %d", status);
    if (status == 401)
        doctor_tell(d, "hook signature", DOCTOR_OK, found, NO_FIX);
    else if (status == 202)
        STEP(d, "hook signature", DOCTOR_OK, found,
             "Set `verify: enforce` once genuine hooks pass: now wrong ones are only kept.");
    else
        STEP(d, "hook signature", DOCTOR_FAILED, found,
             "Have %s, which stands before Tandem, pass requests on unchanged.", u->host);
}

void doctor_hook(struct doctor *d) {
    const struct td_provider *p = d->in->channel->connector->provider;
    struct td_str url = d->in->channel->public_url;
    char nonce[2 * NONCE + 1], proof[65];
    uint8_t random[NONCE];
    struct td_response answer;
    struct url u;
    if (!p || !p->verify)
        return;
    if (!url.n || !split_url(d->a, url, &u)) {
        STEP(d, "hook address", DOCTOR_FAILED, TD_STR("none"),
             "Set `server.public_url` to the address that the world reaches this server by.");
        return;
    }
    bool allowed = d->allow_private;
    d->allow_private = true; /* our own address */
    struct peer *w = reach(d, "hook", &u, "public_url");
    if (w) {
        randombytes_buf(random, sizeof random);
        sodium_bin2hex(nonce, sizeof nonce, random, sizeof random);
        struct td_request r = {.method = TD_STR("POST")};
        struct td_pair asks = {TD_STR(DOCTOR_HEADER), td_str_of(nonce)};
        r.headers.v = &asks;
        r.headers.n = 1;
        int status = exchange(d, w, &u, &r, &answer);
        doctor_proof(d->in->key, td_str_of(nonce), proof);
        peer_close(&w);
        bool ours = status == 200 && td_str_eqz(answer.body, proof);
        if (ours)
            doctor_tell(d, "hook address", DOCTOR_OK,
                        td_arena_printf(d->a, "%.*s leads here", TD_FMT(url)), NO_FIX);
        else
            STEP(d, "hook address", DOCTOR_FAILED, td_arena_printf(d->a, "answered %d", status),
                 "Lead %.*s to this server: what answers there is another, or an older one.",
                 TD_FMT(url));
        if (ours)
            unsigned_hook(d, &u);
    }
    d->allow_private = allowed;
}
