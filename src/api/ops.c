/* GET /healthz: the process answers. GET /readyz: what it is sent now can be kept, somebody leads
 * and the settings are committed. GET /metrics: Prometheus text, for this machine or a token with
 * "read". */
#include "base/mem.h"
#include "codec/token_in.h"
#include "edge/auth.h"
#include "edge/edge.h"
#include "edge/fanout.h"
#include "edge/http_util.h"
#include "metrics/metrics.h"
#include "store/keys.h"

enum { METRICS_TEXT_MAX = 8 << 20 };

static void on_healthz(struct web_request *r, void *arg) {
    (void)arg;
    web_reply(r, 200, "application/json", TD_STR("{\"ok\":true}\n"), http_api_headers);
}

/* ---- readiness ---- */

struct ready {
    struct web_request *r; /* NULL: gone */
};

static void on_gone(struct web_request *r, void *user) {
    (void)r;
    ((struct ready *)user)->r = NULL;
}

static void answer_ready(struct web_request *r, const char *why) {
    if (why)
        http_error(r, 503, "unavailable", NULL, why);
    else
        web_reply(r, 200, "application/json", TD_STR("{\"ready\":true}\n"), http_api_headers);
}

static void on_exists(void *arg, const struct redis_reply *reply) {
    struct ready *x = arg;
    struct web_request *r = x->r;
    mem_free(x);
    if (!r)
        return;
    web_set_user(r, NULL, NULL);
    if (!redis_is(reply, R_INT))
        answer_ready(r, "The store is away.");
    else
        answer_ready(r, reply->i == 2 ? NULL
                                      : "Nobody leads yet, or the settings are not committed yet.");
}

static void on_readyz(struct web_request *r, void *arg) {
    struct edge *e = arg;
    struct td_arena *a = web_arena(r);
    const char *tenant = store_tenant(e->store);
    if (!store_up(e->store) || !inbox_open(e->inbox)) {
        answer_ready(r, store_up(e->store) ? "The inbox is full." : "The store is away.");
        return;
    }
    struct ready *x = MEM_NEW(struct ready);
    x->r = r;
    web_set_user(r, x, on_gone);
    if (REDIS_SEND(store_redis(e->store), on_exists, x, TD_STR("EXISTS"), key(a, tenant, "lease"),
                   key(a, tenant, "policy"))) {
        mem_free(x);
        web_set_user(r, NULL, NULL);
        answer_ready(r, "The store is away.");
    }
}

/* ---- metrics ---- */

static void answer_metrics(struct edge *e, struct web_request *r) {
    struct buf b;
    buf_init(&b, METRICS_TEXT_MAX);
    metrics_set(e->metrics, METRIC_AGENT_SOCKETS, (double)fanout_staff(e->fanout));
    metrics_set(e->metrics, METRIC_VISITOR_SOCKETS, (double)fanout_visitors(e->fanout));
    metrics_text(e->metrics, &b);
    if (buf_rc(&b))
        http_error(r, 500, "internal", NULL, "The text is too large.");
    else
        web_reply(r, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&b),
                  http_api_headers);
    buf_fini(&b);
}

static void on_checked(struct web_request *r, void *arg, const struct auth_who *who) {
    if (who->unavailable)
        http_error(r, 503, "unavailable", NULL, "The store is away, and the token cannot be read.");
    else if (who->actor_kind == A_ADMIN || who->scopes & SCOPE_READ)
        answer_metrics(arg, r);
    else
        http_error(r, who->actor_kind ? 403 : 401, who->actor_kind ? "forbidden" : "login", NULL,
                   "From another machine metrics need a token with the scope \"read\".");
}

static void on_metrics(struct web_request *r, void *arg) {
    if (web_is_loopback(r))
        answer_metrics(arg, r);
    else
        auth_check(arg, r, on_checked, arg);
}

size_t ops_routes(struct edge *e, struct web_route *out, size_t max) {
    static const struct web_route rows[] = {
        {.method = "GET", .pattern = "/healthz", .handle = on_healthz},
        {.method = "GET", .pattern = "/readyz", .handle = on_readyz},
        {.method = "GET", .pattern = "/metrics", .handle = on_metrics}};
    size_t n = sizeof rows / sizeof rows[0] < max ? sizeof rows / sizeof rows[0] : max;
    for (size_t i = 0; i < n; i++) {
        out[i] = rows[i];
        out[i].arg = e;
    }
    return n;
}
