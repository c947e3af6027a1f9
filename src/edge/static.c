/* The built pages: the agents' desktop, the visitors' widget, the demo shop.
 *
 *   /                       desktop/index.html        asked for again each time (ETag)
 *   /oauth/callback         the same: the page finishes what an administrator began (api/oauth.c)
 *   /assets/…               desktop/assets/…          for ever: names carry a hash
 *   /favicon.ico and such   desktop/…
 *   /widget.js              widget/widget.js          five minutes
 *   /widget/<version>/…     widget/widget/<version>/… for ever, from anywhere
 *   /demo, /demo/…          demo/…                    only with server.demo; index.html is a
 * template
 *
 * They are read at the start from config.static_dir and live as long as the process. */
#include "edge/edge.h"
#include "edge/http_util.h"
#include "edge/static_files.h"

#include <sodium.h>
#include <stdio.h>
#include <tandem/log.h>

#define ROOT_FILES_MAX 16
#define HSTS "max-age=31536000"

enum kind { PAGE, ASSET, WIDGET_SHORT, WIDGET_FOREVER, DEMO_ASSET };

static const char page_policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; "
                                  "connect-src 'self'; img-src 'self' blob: data:; "
                                  "font-src 'self'; media-src 'self'; frame-src 'self' blob:; "
                                  "base-uri 'none'; form-action 'none'; "
                                  "frame-ancestors 'none'";

/* Headers by kind, in pairs. */
static const char *const headers_of[][13] = {
    [PAGE] = {"Cache-Control", "no-cache", "Content-Security-Policy", page_policy,
              "Cross-Origin-Opener-Policy", "same-origin", "X-Frame-Options", "DENY", NULL},
    [ASSET] = {"Cache-Control", "public, max-age=31536000, immutable", NULL},
    [WIDGET_SHORT] = {"Cache-Control", "public, max-age=300", "Access-Control-Allow-Origin", "*",
                      "Cross-Origin-Resource-Policy", "cross-origin", NULL},
    [WIDGET_FOREVER] = {"Cache-Control", "public, max-age=31536000, immutable",
                        "Access-Control-Allow-Origin", "*", "Cross-Origin-Resource-Policy",
                        "cross-origin", NULL},
    [DEMO_ASSET] = {"Cache-Control", "no-cache", NULL},
};

struct pages {
    struct edge *e;
    struct td_arena *a;
    struct static_files files;
};

static void reply_file(struct web_request *r, const struct static_file *f, enum kind kind) {
    const char *headers[32];
    size_t n = 0;
    if (!f) {
        http_error(r, 404, "not-found", NULL, "there is no such page");
        return;
    }
    for (const char *const *h = headers_of[kind]; *h; h++)
        headers[n++] = *h;
    const char *const common[] = {"ETag",    f->etag,           "X-Content-Type-Options",
                                  "nosniff", "Referrer-Policy", "same-origin"};
    memcpy(headers + n, common, sizeof common);
    n += sizeof common / sizeof common[0];
    if (web_is_secure(r)) {
        headers[n++] = "Strict-Transport-Security";
        headers[n++] = HSTS;
    }
    struct td_str body = f->body;
    if (f->gzip.n) {
        headers[n++] = "Vary";
        headers[n++] = "Accept-Encoding";
        struct td_str accept = web_header(r, "accept-encoding");
        if (accept.n && memmem(accept.p, accept.n, "gzip", 4)) {
            headers[n++] = "Content-Encoding";
            headers[n++] = "gzip";
            body = f->gzip;
        }
    }
    headers[n] = NULL;
    if (http_etag_matches(web_header(r, "if-none-match"), f->etag))
        web_reply(r, 304, NULL, (struct td_str){NULL, 0}, headers);
    else
        web_reply_static(r, 200, f->type, body, headers);
}

static const struct static_file *find(const struct pages *p, struct td_arena *a, const char *folder,
                                      struct td_str name) {
    return static_files_find(&p->files, td_arena_printf(a, "%s%.*s", folder, TD_FMT(name)));
}

static void on_index(struct web_request *r, void *arg) {
    struct pages *p = arg;
    reply_file(r, static_files_find(&p->files, TD_STR("desktop/index.html")), PAGE);
}

static void on_asset(struct web_request *r, void *arg) {
    reply_file(r, find(arg, web_arena(r), "desktop/assets/", web_param(r, "rest")), ASSET);
}

static void on_root_file(struct web_request *r, void *arg) {
    reply_file(r, find(arg, web_arena(r), "desktop", web_path(r)), DEMO_ASSET);
}

static void on_widget_js(struct web_request *r, void *arg) {
    struct pages *p = arg;
    reply_file(r, static_files_find(&p->files, TD_STR("widget/widget.js")), WIDGET_SHORT);
}

static void on_widget(struct web_request *r, void *arg) {
    reply_file(r, find(arg, web_arena(r), "widget/widget/", web_param(r, "rest")), WIDGET_FOREVER);
}

/* ---- the demo ---- */

static struct td_str chat_channel(const struct config *c) {
    for (size_t i = 0; i < c->channels.n; i++)
        if (c->channels.v[i].connector->capabilities & TD_CAN_LIVE)
            return c->channels.v[i].id;
    return (struct td_str){NULL, 0};
}

/* The page with {{nonce}}, {{host}}, {{channel}} filled in: values that need no escaping. */
static void fill_template(struct buf *out, struct td_str page, struct td_str nonce,
                          struct td_str host, struct td_str channel) {
    const struct {
        struct td_str mark, value;
    } marks[] = {
        {TD_STR("{{nonce}}"), nonce}, {TD_STR("{{host}}"), host}, {TD_STR("{{channel}}"), channel}};
    while (page.n) {
        const char *open = memmem(page.p, page.n, "{{", 2);
        size_t before = open ? (size_t)(open - page.p) : page.n;
        buf_put(out, page.p, before);
        page.p += before;
        page.n -= before;
        size_t used = 0;
        for (size_t i = 0; i < sizeof marks / sizeof marks[0] && !used; i++)
            if (td_str_starts(page, marks[i].mark)) {
                buf_put_str(out, marks[i].value);
                used = marks[i].mark.n;
            }
        if (!used && page.n) {
            buf_putc(out, page.p[0]);
            used = 1;
        }
        page.p += used;
        page.n -= used;
    }
}

static void on_demo(struct web_request *r, void *arg) {
    struct pages *p = arg;
    const struct static_file *f = static_files_find(&p->files, TD_STR("demo/index.html"));
    struct td_str host = web_header(r, "host"), channel = chat_channel(p->e->config);
    unsigned char random[18];
    char nonce[32];
    if (!p->e->config->demo || !f) {
        http_error(r, 404, "not-found", NULL, "there is no demo here");
        return;
    }
    if (!http_host_is_plain(host)) {
        http_error(r, 400, "invalid", "host", "the Host header is not a host");
        return;
    }
    loop_random(random, sizeof random);
    sodium_bin2base64(nonce, sizeof nonce, random, sizeof random, sodium_base64_VARIANT_ORIGINAL);
    struct buf b;
    buf_init(&b, 2 * STATIC_FILE_MAX);
    fill_template(&b, f->body, td_str_of(nonce), host, channel);
    const char *s = web_is_secure(r) ? "s" : "";
    struct td_str policy = td_arena_printf(
        web_arena(r),
        "default-src 'none'; script-src 'nonce-%s' 'strict-dynamic'; style-src 'none'; connect-src "
        "http%s://%.*s "
        "ws%s://%.*s; img-src http%s://%.*s blob:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for "
        "'script'; trusted-types tandem",
        nonce, s, TD_FMT(host), s, TD_FMT(host), s, TD_FMT(host));
    const char *headers[] = {"Content-Security-Policy",
                             policy.p,
                             "Cache-Control",
                             "no-store",
                             "X-Content-Type-Options",
                             "nosniff",
                             "Referrer-Policy",
                             "same-origin",
                             web_is_secure(r) ? "Strict-Transport-Security" : NULL,
                             HSTS,
                             NULL};
    web_reply(r, buf_rc(&b) == TD_OK ? 200 : 500, "text/html; charset=utf-8", buf_str(&b), headers);
    buf_fini(&b);
}

static void on_demo_asset(struct web_request *r, void *arg) {
    struct pages *p = arg;
    struct td_str name = web_param(r, "rest");
    bool hidden = !p->e->config->demo || td_str_eqz(name, "index.html");
    reply_file(r, hidden ? NULL : find(p, web_arena(r), "demo/", name), DEMO_ASSET);
}

/* ---- the table ---- */

/* Files of the desktop that stand beside index.html (favicon.ico, robots.txt): a row each, so that
 * other names stay unknown paths. */
static size_t root_file_routes(struct pages *p, struct web_route *out, size_t max) {
    static const struct td_str folder = {"desktop/", 8};
    size_t n = 0;
    for (size_t i = 0; i < p->files.n && n < max && n < ROOT_FILES_MAX; i++) {
        struct td_str name = p->files.v[i].name;
        struct td_str rest = {name.p + folder.n, name.n > folder.n ? name.n - folder.n : 0};
        if (!td_str_starts(name, folder) || memchr(rest.p, '/', rest.n) ||
            memchr(rest.p, ':', rest.n) || td_str_eqz(rest, "index.html"))
            continue;
        const char *pattern = td_arena_printf(p->a, "/%.*s", TD_FMT(rest)).p;
        out[n++] = (struct web_route){
            .method = "GET", .pattern = pattern, .handle = on_root_file, .arg = p};
    }
    return n;
}

size_t static_routes(struct edge *e, struct web_route *out, size_t max) {
    static const struct web_route rows[] = {
        {.method = "GET", .pattern = "/", .handle = on_index},
        {.method = "GET", .pattern = "/oauth/callback", .handle = on_index},
        {.method = "GET", .pattern = "/assets/:rest*", .handle = on_asset},
        {.method = "GET", .pattern = "/widget.js", .handle = on_widget_js},
        {.method = "GET", .pattern = "/widget/:rest*", .handle = on_widget},
        {.method = "GET", .pattern = "/demo", .handle = on_demo},
        {.method = "GET", .pattern = "/demo/:rest*", .handle = on_demo_asset},
    };
    /* As long as the process: web_reply_static borrows from it until the server is gone. */
    static struct pages pages;
    struct td_error err = {0};
    size_t n = 0;
    td_arena_free(&pages.a);
    pages = (struct pages){.e = e, .a = td_arena_new()};
    struct td_str folder = td_arena_dup(pages.a, e->config->static_dir);
    if (static_files_read(pages.a, folder.p, &pages.files, &err))
        td_log(TD_WARN, "static", "there are no pages to serve", "why=\"%s\"", err.text);
    for (; n < sizeof rows / sizeof rows[0] && n < max; n++) {
        out[n] = rows[n];
        out[n].arg = &pages;
    }
    return n + root_file_routes(&pages, out + n, max - n);
}
