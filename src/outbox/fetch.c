#include "outbox/fetch.h"

#include "base/list.h"
#include "base/mem.h"
#include "outbox/fetch_url.h"

#include <stdio.h>
#include <tandem/sniff.h>

enum { HOPS_MAX = 5 };

struct fetch {
    struct fetch_options o;
    struct td_arena *arena;
    struct http_op op;
    struct loop_timer defer;
    int64_t until_ms;
    struct td_str asked; /* the attachment's url */
    struct td_str said;
    struct td_request own; /* the provider's own request: its headers go to its origin only */
    struct td_str url;     /* of the request under way */
    unsigned hops;
    bool parsed;  /* the provider has looked at the answer to its request */
    bool storing; /* the blob store has it */
    char error[300];
    bool temporary;
    struct td_str type;
    uint64_t bytes;
    void (*done)(void *arg, const struct fetch_result *r); /* NULL: cancelled */
    void *arg;
};

static void fetch_free(struct fetch *f) {
    loop_timer_stop(&f->defer);
    td_arena_free(&f->arena);
    mem_free(f);
}

/* ---- the end ---- */

static void finish(struct fetch *f, const char *sha256) {
    struct fetch_result r = {.sha256 = sha256,
                             .type = f->type,
                             .bytes = f->bytes,
                             .error = f->error,
                             .temporary = f->temporary};
    if (f->done)
        f->done(f->arg, &r);
    fetch_free(f);
}

static void on_failed(struct loop_timer *t) {
    finish(CONTAINER_OF(t, struct fetch, defer), "");
}

static void fail(struct fetch *f, bool temporary, const char *text) {
    snprintf(f->error, sizeof f->error, "%s", text);
    f->temporary = temporary;
    loop_defer(f->o.loop, &f->defer, on_failed);
}

/* ---- storing ---- */

static void on_stored(void *arg, int rc, const char *name) {
    struct fetch *f = arg;
    f->storing = false;
    if (rc != TD_OK && f->done) {
        snprintf(f->error, sizeof f->error, "It could not be stored here: %s.", td_rc_text(rc));
        f->temporary = true;
    }
    finish(f, rc == TD_OK ? name : "");
}

static struct td_str media_type(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == ';' || s.p[i] == ' ')
            return (struct td_str){s.p, i};
    return s;
}

static void store(struct fetch *f, const struct td_response *r) {
    struct td_str said = td_header(r->headers.v, r->headers.n, "content-type");
    if (r->body.n == 0) {
        fail(f, true, "The provider sent an empty file.");
        return;
    }
    f->type = td_arena_dup(f->arena, td_sniff_type(r->body, media_type(said.n ? said : f->said)));
    f->bytes = r->body.n;
    f->storing = blobs_put(f->o.blobs, r->body, on_stored, f) == TD_OK;
    if (!f->storing)
        fail(f, true, "Too many files are being stored; it waits.");
}

/* ---- requests ---- */

static void ask(struct fetch *f, struct td_str url);

static void refused(struct fetch *f, int status) {
    static const int later[] = {401, 403, 404, 408, 425, 429}; /* repaired, or not there yet */
    bool temporary = status >= 500;
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        temporary |= status == later[i];
    char text[100];
    snprintf(text, sizeof text, "The provider answered with status %d.", status);
    fail(f, temporary, text);
}

static void redirected(struct fetch *f, const struct td_response *r) {
    struct td_str to = td_header(r->headers.v, r->headers.n, "location");
    struct td_str url = fetch_resolve(f->arena, f->url, to);
    if (++f->hops > HOPS_MAX)
        fail(f, false, "The provider redirects too often.");
    else if (!url.n)
        fail(f, false, "The provider redirects to what is no web address.");
    else if (fetch_url_is_https(f->url) && !fetch_url_is_https(url))
        fail(f, false, "The provider redirects from https to http.");
    else
        ask(f, url);
}

/* Where the bytes are may want the credentials too; whether that host is to be trusted with them,
 * the provider knows. */
static void ask_again(struct fetch *f, struct td_str next) {
    struct td_request own = {0};
    if (f->o.provider->media_build &&
        f->o.provider->media_build(f->arena, f->o.settings, next, &own, NULL) == TD_OK)
        f->own = own;
    ask(f, next);
}

/* true: the bytes are elsewhere, or it failed. */
static bool looked_elsewhere(struct fetch *f, const struct td_response *r) {
    struct td_str next = TD_STR("");
    struct td_error err = {0};
    if (f->parsed || !f->o.provider || !f->o.provider->media_parse)
        return false;
    f->parsed = true;
    int rc = f->o.provider->media_parse(f->arena, f->o.settings, f->asked, r, &next, &err);
    if (rc != TD_OK)
        fail(f, rc == TD_EBUSY,
             err.text[0] ? err.text : "The provider's answer is not understood.");
    else if (next.n && !fetch_url_is_http(next))
        fail(f, false, "The provider names what is no web address.");
    else if (next.n)
        ask_again(f, td_arena_dup(f->arena, next));
    return rc != TD_OK || next.n;
}

static void no_answer(struct fetch *f, const struct http_answer *a) {
    char text[300];
    if (a->rc == TD_ELIMIT)
        snprintf(text, sizeof text, "It is larger than %zu KiB, the most that is taken here.",
                 f->o.max_bytes / 1024);
    else
        snprintf(text, sizeof text, "It could not be fetched: %s.", a->failure);
    fail(f, a->rc != TD_ELIMIT && a->rc != TD_EFORBIDDEN, text);
}

static void on_answer(struct http_op *op, const struct http_answer *a) {
    struct fetch *f = CONTAINER_OF(op, struct fetch, op);
    const struct td_response *r = a->response;
    if (!f->done)
        fetch_free(f);
    else if (!r)
        no_answer(f, a);
    else if (r->status >= 300 && r->status <= 399)
        redirected(f, r);
    else if (r->status < 200 || r->status > 299)
        refused(f, r->status);
    else if (!looked_elsewhere(f, r))
        store(f, r);
}

static void ask(struct fetch *f, struct td_str url) {
    static struct td_pair plain[] = {{{"accept", 6}, {"*/*", 3}}};
    struct td_request request = {.method = TD_STR("GET"), .url = url};
    struct td_error err = {0};
    int64_t left = f->until_ms - loop_boot_ms();
    request.headers.v = plain;
    request.headers.n = 1;
    if (f->own.url.n && fetch_same_origin(f->own.url, url))
        request.headers.v = f->own.headers.v, request.headers.n = f->own.headers.n;
    if (f->own.url.n && f->url.n == 0) { /* the first: as the provider made it */
        request.method = f->own.method;
        request.body = f->own.body;
    }
    f->url = url;
    f->op.max_bytes = f->o.max_bytes;
    int rc = left > 0 ? http_start(f->o.http, &f->op, &request, left, f->o.allow_private, on_answer,
                                   &err)
                      : TD_ETIMEDOUT;
    if (rc == TD_EINVAL)
        fail(f, false, "Its address is no web address.");
    else if (rc != TD_OK)
        fail(f, true, rc == TD_ETIMEDOUT ? "It took too long." : "Too many requests are waiting.");
}

struct fetch *fetch_start(const struct fetch_options *o, struct td_str url, struct td_str type,
                          void (*done)(void *arg, const struct fetch_result *r), void *arg) {
    struct fetch *f = MEM_NEW(struct fetch);
    struct td_error err = {0};
    int rc = TD_OK;
    *f = (struct fetch){.o = *o, .arena = td_arena_new(), .done = done, .arg = arg};
    f->asked = td_arena_dup(f->arena, url);
    f->said = td_arena_dup(f->arena, type);
    f->until_ms = loop_boot_ms() + o->timeout_ms;
    if (o->provider && o->provider->media_build)
        rc = o->provider->media_build(f->arena, o->settings, f->asked, &f->own, &err);
    if (rc != TD_OK)
        fail(f, rc == TD_EBUSY, err.text[0] ? err.text : "It cannot be asked for.");
    else
        ask(f, f->own.url.n ? f->own.url : f->asked);
    return f;
}

void fetch_cancel(struct fetch **fp) {
    struct fetch *f = *fp;
    *fp = NULL;
    if (!f)
        return;
    f->done = NULL;
    if (f->op.impl)
        http_cancel(&f->op);
    else if (!f->storing)
        fetch_free(f);
}
