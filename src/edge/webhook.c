/* Providers' hooks: POST or GET /hooks/:channel and /hooks/:kind/:channel.
 *
 * Happy path: the channel → the request as its provider signed it → verify → decode → intake → the
 * provider's answer, once all is durable. Failures, each with a JSON body that says why:
 *   404 no such channel, or it takes no hooks      401 wrong signature, or too old
 *   400 malformed: the field is named, and it is kept in quarantine; 413 larger than 256 KiB
 *   (io/web)   503 + Retry-After: not taken; send it again
 *   202 kept in quarantine (verify: observe)
 * The provider may go away before its answer; what was taken stays taken. */
#include "base/buf.h"
#include "base/mem.h"
#include "codec/json_out.h"
#include "doctor/doctor.h"
#include "edge/edge.h"
#include "metrics/metrics.h"
#include "store/intake.h"
#include "store/quarantine.h"

#include <stdio.h>
#include <tandem/log.h>

#define BODY_MAX (256 * 1024)
#define RETRY_AFTER_S "2"
#define WANTED_MAX 8

struct hook { /* from the handler until what was started has ended */
    struct edge *edge;
    struct web_request *request; /* NULL: the peer went away */
    struct td_str channel;       /* these live in the request's arena */
    int status;
    const char *type;
    struct td_str body;
};

/* ---- answers ---- */

static void answer(struct edge *e, struct web_request *r, struct td_str channel, int status,
                   const char *type, struct td_str body) {
    static const char *const retry[] = {"Retry-After", RETRY_AFTER_S, NULL};
    char label[16];
    snprintf(label, sizeof label, "%d", status);
    metrics_count(e->metrics, METRIC_HOOKS, channel, td_str_of(label));
    web_reply(r, status, type, body, status == 503 ? retry : NULL);
}

static void answer_error(struct edge *e, struct web_request *r, struct td_str channel, int status,
                         const char *error, const char *text) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "error", td_str_of(error));
    json_key_str(&j, "text", td_str_of(text));
    json_obj_end(&j);
    answer(e, r, channel, status, "application/json", buf_str(&b));
    buf_fini(&b);
}

static void answer_unavailable(struct edge *e, struct web_request *r, struct td_str channel) {
    answer_error(e, r, channel, 503, "unavailable", "Nothing was taken. Send it again later.");
}

static void on_gone(struct web_request *r, void *user) {
    (void)r;
    struct hook *h = user;
    h->request = NULL;
}

static struct hook *hook_new(struct edge *e, struct web_request *r, struct td_str channel) {
    struct hook *h = MEM_NEW(struct hook);
    h->edge = e;
    h->request = r;
    h->channel = td_arena_dup(web_arena(r), channel);
    web_set_user(r, h, on_gone);
    return h;
}

/* Frees it; forgets the request, which may outlive it until its answer is written. */
static struct hook hook_end(struct hook *h) {
    struct hook copy = *h;
    if (h->request)
        web_set_user(h->request, NULL, NULL);
    mem_free(h);
    return copy;
}

/* ---- quarantine ---- */

static void on_quarantined(void *arg, int rc) {
    struct hook h = hook_end(arg);
    if (h.request && h.status == 400) /* kept or not: it is malformed */
        answer_error(h.edge, h.request, h.channel, 400, "invalid", h.body.p);
    else if (h.request && rc == TD_OK)
        answer(h.edge, h.request, h.channel, 202, "text/plain",
               TD_STR("kept in quarantine; nothing was taken\n"));
    else if (h.request)
        answer_unavailable(h.edge, h.request, h.channel);
}

/* A genuine hook may prove itself by a secret in its URL or in any header. */
static struct td_str without_secrets(struct td_arena *a, const struct config_channel *c,
                                     struct td_str text) {
    for (const struct td_setting *row = c->connector->settings; row && row->name; row++) {
        const struct td_secret *x = row->flags & TD_SET_SECRET
                                        ? td_settings_secret(c->settings, row->name)
                                        : NULL;
        struct td_str secret = x ? td_secret_reveal(x) : TD_STR("");
        const char *at = secret.n && text.n ? memmem(text.p, text.n, secret.p, secret.n) : NULL;
        if (!at)
            continue;
        size_t before = (size_t)(at - text.p), after = text.n - before - secret.n;
        text = td_arena_printf(a, "%.*s(hidden)%.*s", (int)before, text.p, (int)after,
                               at + secret.n);
    }
    return text;
}

/* status 202: the sender may forget it; 400: he is told what is wrong. */
static void keep(struct edge *e, struct web_request *r, const struct config_channel *c,
                 const struct td_request *hook, const char *why, int status) {
    struct td_arena *a = web_arena(r);
    struct td_request shown = *hook;
    struct hook *h = hook_new(e, r, c->id);
    shown.url = without_secrets(a, c, hook->url);
    shown.headers.v = TD_ARENA_ARRAY(a, struct td_pair, hook->headers.n);
    for (size_t i = 0; i < hook->headers.n; i++)
        shown.headers.v[i] = (struct td_pair){hook->headers.v[i].name,
                                              without_secrets(a, c, hook->headers.v[i].value)};
    h->status = status;
    h->body = td_arena_dup(a, td_str_of(why));
    int rc = quarantine_put(e->store, c->id, &shown, why, loop_wall_ms(), on_quarantined, h);
    if (rc == TD_OK)
        return;
    hook_end(h);
    if (status == 400)
        answer_error(e, r, c->id, 400, "invalid", why);
    else
        answer_unavailable(e, r, c->id);
}

static bool observes(const struct config_channel *c) {
    return td_connector_setting(c->connector, "verify") &&
           td_str_eqz(td_settings_text(c->settings, "verify"), "observe");
}

static void refuse(struct edge *e, struct web_request *r, const struct config_channel *c,
                   const struct td_request *hook, const struct td_error *why) {
    metrics_count(e->metrics, METRIC_HOOKS_REFUSED, c->id, TD_STR(""));
    td_log(TD_WARN, "webhook", "a hook failed verification",
           "channel=\"%.*s\" peer=\"%.*s\" why=\"%s\"", TD_FMT(c->id), TD_FMT(web_peer(r)),
           why->text);
    if (!observes(c)) {
        answer_error(e, r, c->id, 401, "unauthorized", why->text);
        return;
    }
    keep(e, r, c, hook, why->text, 202);
}

/* ---- intake ---- */

static void on_taken(void *arg, int rc) {
    struct hook h = hook_end(arg);
    if (h.request && rc == TD_OK)
        answer(h.edge, h.request, h.channel, h.status, h.type, h.body);
    else if (h.request)
        answer_unavailable(h.edge, h.request, h.channel);
}

static void take(struct edge *e, struct web_request *r, const struct config_channel *c,
                 const struct td_incoming *in) {
    struct td_arena *a = web_arena(r);
    struct td_error err = {0};
    struct intake to = {.loop = e->loop,
                        .inbox = e->inbox,
                        .channel = c->id,
                        .address_type = c->connector->address_type};
    struct hook *h = hook_new(e, r, c->id);
    h->status = in->answer_status ? in->answer_status : 200;
    h->type = in->answer_type.n ? td_arena_dup(a, in->answer_type).p : "text/plain";
    h->body = td_arena_dup(a, in->answer_body);
    int rc = intake_take(&to, in, on_taken, h, &err);
    if (rc == TD_OK)
        return;
    hook_end(h);
    if (rc == TD_EINVAL || rc == TD_ELIMIT)
        answer_error(e, r, c->id, 400, "invalid", err.text);
    else
        answer_unavailable(e, r, c->id);
}

/* ---- the request ---- */

static const struct config_channel *find_channel(const struct config *c, struct td_str id,
                                                 struct td_str kind) {
    for (size_t i = 0; i < c->channels.n; i++) {
        const struct config_channel *x = &c->channels.v[i];
        if (!td_str_eq(x->id, id))
            continue;
        bool right = !kind.n || td_str_eqz(kind, x->connector->kind);
        return right && x->connector->provider && x->connector->provider->verify ? x : NULL;
    }
    return NULL;
}

/* Providers sign the URL that they were given: the configured one, never what a proxy made of it.
 */
static struct td_request as_signed(struct td_arena *a, const struct td_request *r,
                                   struct td_str public_url) {
    struct td_request hook = *r;
    const char *query = r->url.n ? memchr(r->url.p, '?', r->url.n) : NULL;
    hook.url = public_url;
    if (query)
        hook.url = td_arena_printf(a, "%.*s%.*s", TD_FMT(public_url),
                                   (int)(r->url.n - (size_t)(query - r->url.p)), query);
    return hook;
}

/* The doctor asks whether the public address leads here. Proves nothing but that. */
static bool answer_doctor(struct edge *e, struct web_request *r, struct td_str channel) {
    const struct td_request *t = web_request_td(r);
    struct td_str nonce = td_header(t->headers.v, t->headers.n, DOCTOR_HEADER);
    char proof[65];
    if (!nonce.n || nonce.n > DOCTOR_NONCE_MAX)
        return false;
    doctor_proof(e->key, nonce, proof);
    answer(e, r, channel, 200, "text/plain", td_str_of(proof));
    return true;
}

static void handle(struct web_request *r, void *arg) {
    struct edge *e = arg;
    struct td_arena *a = web_arena(r);
    struct td_error err = {0};
    const struct config_channel *c = find_channel(e->config, web_param(r, "channel"),
                                                  web_param(r, "kind"));
    if (!c) {
        answer_error(e, r, TD_STR("(none)"), 404, "not-found",
                     "No channel of this name takes hooks here.");
        return;
    }
    if (answer_doctor(e, r, c->id))
        return;
    if (!inbox_open(e->inbox)) { /* before the work of checking what could not be taken */
        answer_unavailable(e, r, c->id);
        return;
    }
    struct td_request hook = as_signed(a, web_request_td(r), c->public_url);
    const struct td_provider *p = c->connector->provider;
    int64_t now = loop_wall_ms();
    if (p->verify(a, c->settings, &hook, now, &err) != TD_OK) {
        refuse(e, r, c, &hook, &err);
        return;
    }
    struct td_incoming in = {0};
    if (p->decode_hook(a, c->settings, &hook, now, &in, &err) != TD_OK) {
        td_log(TD_WARN, "webhook", "a hook is malformed", "channel=\"%.*s\" why=\"%s\"",
               TD_FMT(c->id), err.text);
        keep(e, r, c, &hook, err.text, observes(c) ? 202 : 400);
        return;
    }
    take(e, r, c, &in);
}

size_t webhook_routes(struct edge *e, struct web_route *out, size_t max) {
    static const char *const methods[] = {"POST", "GET"};
    static const char *const patterns[] = {"/hooks/:channel", "/hooks/:kind/:channel"};
    size_t n = 0;
    for (size_t i = 0; i < 4 && n < max; i++)
        out[n++] = (struct web_route){.method = methods[i / 2],
                                      .pattern = patterns[i % 2],
                                      .max_body = BODY_MAX,
                                      .handle = handle,
                                      .arg = e};
    return n;
}

int webhook_want_headers(const struct edge *e, struct web *w) {
    int rc = web_want_header(w, DOCTOR_HEADER);
    for (size_t i = 0; i < e->config->channels.n; i++) {
        const struct config_channel *c = &e->config->channels.v[i];
        const struct td_provider *p = c->connector->provider;
        struct td_str names[WANTED_MAX];
        size_t n = p && p->hook_headers ? p->hook_headers(c->settings, names, WANTED_MAX) : 0;
        for (size_t k = 0; k < n; k++) {
            char lower[128] = "";
            for (size_t b = 0; b < names[k].n && b < sizeof lower - 1; b++)
                lower[b] = names[k].p[b] >= 'A' && names[k].p[b] <= 'Z' ? (char)(names[k].p[b] + 32)
                                                                        : names[k].p[b];
            if (web_want_header(w, lower) != TD_OK)
                rc = TD_EFULL;
        }
    }
    return rc;
}
