/* app.c: builds the modules in order, destroys them in reverse, reloads the settings.
 *
 * Happy path: settings → key file → private Redis (or the one named) → store → inbox, events →
 * engine → edges, API, channels → listeners → policy offered → READY. A module that cannot be made
 * ends the start with one sentence. SIGHUP: new settings are read whole and checked before any of
 * them counts. */
#include "app.h"

#include "app_doctor.h"
#include "app_offer.h"
#include "app_tls.h"
#include "base/list.h"
#include "base/mem.h"
#include "config/config.h"
#include "edge/auth.h"
#include "edge/edge.h"
#include "edge/fanout.h"
#include "edge/say.h"
#include "engine/engine.h"
#include "io/http_client.h"
#include "io/redis_child.h"
#include "io/worker.h"
#include "metrics/metrics.h"
#include "metrics/metrics_events.h"
#include "metrics/process.h"
#include "outbox/channels.h"
#include "outbox/webhooks.h"
#include "store/blobs.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <tandem/log.h>
#include <unistd.h>

enum {
    ROUTES_MAX = 128,
    LISTENERS_MAX = 16,
    WORKER_THREADS = 4,
    WORKER_JOBS = 1024,
    PEER_THREADS = 16, /* they only wait: for mail servers, in a blocking library */
    PEER_JOBS = 256
};

struct app {
    const char *config_path, *data_dir;
    struct config *config, *old; /* old: until its channels have ended */
    struct loop *loop;
    struct workers *workers, *peer_workers;
    struct blobs *blobs;
    struct redis_child *child; /* NULL: redis.url names one */
    struct store *store;
    struct inbox *inbox;
    struct tail *tail;
    struct engine *engine;
    struct http_client *http;
    struct channels *channels;
    struct webhooks *webhooks;
    struct web *web;
    struct offer *offer;
    struct app_tls tls;
    struct metrics_events *counting;
    struct process_sources sources;
    struct edge edge;
    struct web_route routes[ROUTES_MAX]; /* as long as web lives */
    struct loop_signal sig_term, sig_int, sig_hup;
    char process[128], pid_path[4224], data_path[4096]; /* data_path: PATH_MAX, for realpath */
    unsigned stopping; /* modules that still have to say that they stopped */
    bool stop_asked, reload_again;
};

static enum td_log_level log_level(struct td_str name) {
    static const char *const names[] = {"debug", "info", "warn", "error"};
    for (unsigned i = 0; i < 4; i++)
        if (td_str_eqz(name, names[i]))
            return (enum td_log_level)i;
    return TD_INFO;
}

static int load(const struct app_options *o, struct config **out) {
    const struct config_error *errors = NULL;
    size_t n = 0;
    struct td_error err = {0};
    int rc = config_load(o->config_path, out, &errors, &n, &err);
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "%s:%u: %.*s\n", o->config_path, errors[i].line, TD_FMT(errors[i].text));
    for (size_t i = 0; !rc && i < (*out)->warnings.n; i++)
        fprintf(stderr, "%s:%u: warning: %.*s\n", o->config_path, (*out)->warnings.v[i].line,
                TD_FMT((*out)->warnings.v[i].text));
    if (rc && !n)
        fprintf(stderr, "%s: %s\n", o->config_path, err.text);
    return rc;
}

int app_check(const struct app_options *o) {
    struct config *c = NULL;
    int rc = load(o, &c);
    if (!rc)
        printf("%s: %zu channels, %zu queues, no errors\n", o->config_path, c->channels.n,
               c->policy.queues.n);
    config_free(&c);
    return rc ? 1 : 0;
}

/* ---- stopping ---- */

static void stopped_one(void *arg) {
    struct app *a = arg;
    if (--a->stopping == 0)
        loop_stop(a->loop);
}

static void stop(struct app *a) {
    if (a->stop_asked)
        return;
    a->stop_asked = true;
    td_log(TD_INFO, "app", "stopping", "");
    app_notify("STOPPING=1");
    app_tls_stop(&a->tls);
    web_stop(a->web); /* nobody is taken in any more; sockets are told 1012 */
    a->stopping = 2;
    channels_stop(a->channels, stopped_one, a);
    engine_stop(a->engine, stopped_one, a);
}

/* ---- settings, again ---- */

static void reload(struct app *a);

static void on_reloaded(void *arg) {
    struct app *a = arg;
    config_free(&a->old); /* channels that go on as they are share it */
    td_log(TD_INFO, "app", "settings reloaded", "channels=%zu", a->config->channels.n);
    app_notify("READY=1");
    if (a->reload_again) {
        a->reload_again = false;
        reload(a);
    }
}

static void reload(struct app *a) {
    struct app_options o = {.config_path = a->config_path};
    struct config *fresh = NULL;
    struct td_error err = {0};
    if (a->old) { /* the one before is still under way */
        a->reload_again = true;
        return;
    }
    app_notify("RELOADING=1");
    if (load(&o, &fresh)) {
        td_log(TD_ERROR, "app", "the new settings have errors, the old ones stay", "file=\"%s\"",
               a->config_path);
        config_free(&fresh);
    } else {
        a->old = a->config;
        a->config = fresh;
        a->edge.config = fresh;
        webhook_want_headers(&a->edge, a->web);
        offer_policy(a->offer, fresh, true);
        td_log(TD_INFO, "app", "settings read again", "file=\"%s\"", a->config_path);
        webhooks_reload(a->webhooks, fresh);
        channels_reload(a->channels, fresh, on_reloaded, a);
    }
    if (web_reload_tls(a->web, &err))
        td_log(TD_ERROR, "app", "the certificate was not reloaded", "why=\"%s\"", err.text);
    if (!a->old)
        app_notify("READY=1");
}

static void on_term(struct loop_signal *s, int signum) {
    struct app *a = CONTAINER_OF(s, struct app, sig_term);
    (void)signum;
    stop(a);
}
static void on_int(struct loop_signal *s, int signum) {
    (void)signum;
    stop(CONTAINER_OF(s, struct app, sig_int));
}
static void on_hup(struct loop_signal *s, int signum) {
    struct app *a = CONTAINER_OF(s, struct app, sig_hup);
    (void)signum;
    if (!a->stop_asked)
        reload(a);
}

/* ---- starting: each step makes one thing, or says in one sentence why it cannot ---- */

static int start_data(struct app *a, struct td_error *err) {
    if (mkdir(a->data_dir, 0700) && errno != EEXIST)
        return td_error_set(err, TD_EIO, "%s: %s", a->data_dir, strerror(errno));
    if (!realpath(a->data_dir,
                  a->data_path)) /* the working directory may change, the child's does */
        return td_error_set(err, TD_EIO, "%s: %s", a->data_dir, strerror(errno));
    a->data_dir = a->data_path;
    return config_key_file(a->data_dir, a->edge.key, err);
}

static int start_redis(struct app *a, struct td_error *err) {
    if (a->config->redis_url.n)
        return TD_OK;
    return redis_child_new(a->loop, &(struct redis_child_options){.data_dir = a->data_dir},
                           &a->child, err);
}

static int use_bucket(struct app *a, const struct config_s3 *c, struct td_error *err) {
    struct s3 *s3 = NULL;
    int rc = s3_new(&(struct s3_options){.endpoint = c->endpoint,
                                         .bucket = c->bucket,
                                         .region = c->region,
                                         .prefix = c->prefix,
                                         .access_key = td_secret_reveal(c->access_key),
                                         .secret_key = td_secret_reveal(c->secret_key)},
                    &s3, err);
    if (rc == TD_OK)
        blobs_use_bucket(a->blobs, s3);
    s3_unref(&s3);
    return rc;
}

static int start_store(struct app *a, struct td_error *err) {
    const struct td_secret *password = a->config->redis_password;
    struct store_options o = {.redis_url = a->child ? redis_child_url(a->child)
                                                    : a->config->redis_url.p,
                              .redis_password = password ? td_secret_reveal(password).p : NULL,
                              .tenant = a->config->tenant.p,
                              .process = a->process,
                              .replicas = a->config->redis_replicas};
    a->store = store_new(a->loop, &o);
    a->inbox = inbox_new(a->store);
    a->tail = tail_new(a->store);
    char dir[sizeof a->data_path + 8];
    snprintf(dir, sizeof dir, "%s/blobs", a->data_dir);
    bool far = a->config->s3.bucket.n > 0; /* its jobs wait for the network */
    int rc = blobs_new(a->store, far ? a->peer_workers : a->workers, dir, &a->blobs, err);
    if (rc == TD_OK && far)
        rc = use_bucket(a, &a->config->s3, err);
    if (rc != TD_OK)
        return rc;
    a->engine = engine_new(a->store, a->inbox);
    return TD_OK;
}

static int start_edges(struct app *a, struct td_error *err) {
    struct edge *e = &a->edge;
    e->loop = a->loop;
    e->store = a->store;
    e->inbox = a->inbox;
    e->tail = a->tail;
    e->config = a->config;
    e->workers = a->workers;
    e->examine = app_examine;
    e->blobs = a->blobs;
    e->say = say_new(e);
    e->auth = auth_new(e);
    e->metrics = metrics_new();
    a->counting = metrics_events_new(e->metrics, a->tail, a->engine);
    e->fanout = fanout_new(e);
    a->http = http_client_new(a->loop, &(struct http_client_options){0});
    e->http = a->http;
    struct channels_options o = {.store = a->store,
                                 .inbox = a->inbox,
                                 .http = a->http,
                                 .tail = a->tail,
                                 .config = a->config,
                                 .workers = a->workers,
                                 .peer_workers = a->peer_workers,
                                 .blobs = a->blobs,
                                 .key = e->key,
                                 .metrics = e->metrics};
    a->webhooks = webhooks_new(&(struct webhooks_options){.store = a->store,
                                                          .inbox = a->inbox,
                                                          .tail = a->tail,
                                                          .http = a->http,
                                                          .metrics = e->metrics,
                                                          .config = a->config});
    a->channels = channels_new(&o, err);
    return a->channels ? TD_OK : TD_EINVAL;
}

static int start_web(struct app *a, struct td_error *err) {
    static size_t (*const families[])(struct edge *, struct web_route *, size_t) = {
        ops_routes,           webhook_routes, agent_socket_routes, visitor_socket_routes,
        visitor_files_routes, auth_routes,    api_routes,          media_routes,
        static_routes};
    struct web_listen listen[LISTENERS_MAX];
    const struct config *c = a->config;
    size_t n = 0, n_listen = 0;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        n += families[i](&a->edge, a->routes + n, ROUTES_MAX - n);
    for (; n_listen < c->listeners.n && n_listen < LISTENERS_MAX; n_listen++)
        listen[n_listen] = (struct web_listen){.address = c->listeners.v[n_listen].address.p,
                                               .port = (uint16_t)c->listeners.v[n_listen].port,
                                               .tls = c->listeners.v[n_listen].tls};
    const char **proxies = mem_alloc((c->trusted_proxies.n + 1) * sizeof *proxies);
    for (size_t i = 0; i < c->trusted_proxies.n; i++)
        proxies[i] = c->trusted_proxies.v[i].p;
    struct web_options o = {
        .listen = listen,
        .n_listen = n_listen,
        .cert_path = c->tls_cert.n ? c->tls_cert.p : NULL,
        .key_path = c->tls_key.n ? c->tls_key.p : NULL,
        .max_header_bytes = c->max_header_bytes,
        .request_timeout_ms = 10000,
        .max_connections = c->max_connections,
        .trusted_proxies = proxies,
        .original_uri_header = c->original_uri_header.n ? c->original_uri_header.p : NULL};
    a->web = web_new(a->loop, &o, a->routes, n, err);
    mem_free(proxies);
    if (!a->web)
        return TD_EIO;
    webhook_want_headers(&a->edge, a->web);
    a->sources = (struct process_sources){a->loop, a->store, a->inbox, a->engine, a->web};
    metrics_sampler(a->edge.metrics, process_sample, &a->sources);
    app_tls_start(&a->tls, a->loop, a->web, c->tls_cert);
    return TD_OK;
}

static int start_rest(struct app *a, struct td_error *err) {
    a->offer = offer_new(&a->edge);
    offer_policy(a->offer, a->config, false);
    loop_signal_start(a->loop, &a->sig_term, SIGTERM, on_term);
    loop_signal_start(a->loop, &a->sig_int, SIGINT, on_int);
    loop_signal_start(a->loop, &a->sig_hup, SIGHUP, on_hup);
    snprintf(a->pid_path, sizeof a->pid_path, "%s/tandemd.pid", a->data_dir);
    FILE *f = fopen(a->pid_path, "w");
    if (!f)
        return td_error_set(err, TD_EIO, "%s: %s", a->pid_path, strerror(errno));
    fprintf(f, "%ld\n", (long)getpid());
    fclose(f);
    return TD_OK;
}

static int (*const steps[])(struct app *, struct td_error *) = {
    start_data, start_redis, start_store, start_edges, start_web, start_rest};

static void destroy(struct app *a) {
    loop_signal_stop(&a->sig_term);
    loop_signal_stop(&a->sig_int);
    loop_signal_stop(&a->sig_hup);
    offer_free(&a->offer);
    app_tls_stop(&a->tls);
    web_free(&a->web);
    api_free(&a->edge.api);
    channels_free(&a->channels);
    webhooks_free(&a->webhooks);
    http_client_free(&a->http);
    fanout_free(&a->edge.fanout);
    metrics_events_free(&a->counting);
    metrics_free(&a->edge.metrics);
    auth_free(&a->edge.auth);
    say_free(&a->edge.say);
    engine_free(&a->engine);
    blobs_free(&a->blobs);
    tail_free(&a->tail);
    inbox_free(&a->inbox);
    store_free(&a->store);
    redis_child_free(&a->child);
    workers_free(&a->peer_workers);
    workers_free(&a->workers);
    loop_free(&a->loop);
    config_free(&a->old);
    config_free(&a->config);
    sodium_memzero(a->edge.key, sizeof a->edge.key);
}

static void name_process(struct app *a) {
    char host[65] = "host";
    uint32_t random;
    gethostname(host, sizeof host - 1);
    loop_random(&random, sizeof random);
    snprintf(a->process, sizeof a->process, "%s-%ld-%08x", host, (long)getpid(), random);
}

int app_run(const struct app_options *o) {
    struct app *a = MEM_NEW(struct app);
    struct td_error err = {0};
    a->config_path = o->config_path;
    int rc = sodium_init() < 0 ? td_error_set(&err, TD_EIO, "libsodium does not start")
                               : load(o, &a->config);
    if (!rc) {
        signal(SIGPIPE, SIG_IGN);
        a->data_dir = o->data_dir ? o->data_dir : a->config->data_dir.p;
        td_log_setup(log_level(a->config->log_level), td_str_eqz(a->config->log_format, "json"));
        name_process(a);
        a->loop = loop_new();
        a->workers = workers_new(a->loop, WORKER_THREADS, WORKER_JOBS);
        a->peer_workers = workers_new(a->loop, PEER_THREADS, PEER_JOBS);
        for (size_t i = 0; !rc && i < sizeof steps / sizeof steps[0]; i++)
            rc = steps[i](a, &err);
        if (!rc) {
            td_log(TD_INFO, "app", "listening", "process=%s config=\"%s\"", a->process,
                   o->config_path);
            app_notify("READY=1");
            loop_run(a->loop);
            unlink(a->pid_path);
        }
    }
    if (rc && err.text[0])
        fprintf(stderr, "tandemd: %s\n", err.text);
    destroy(a);
    mem_free(a);
    return rc ? 1 : 0;
}
