#include "store/quarantine.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "store/keys.h"

#define KEEP "999" /* the last index of LTRIM */
#define KEEP_S "604800"
#define BODY_MAX 32768
#define ENTRY_MAX 131072
#define HEADERS_MAX 100

struct put {
    void (*done)(void *arg, int rc);
    void *arg;
};

static bool is_credential(struct td_str name) {
    return td_str_eqz(name, "authorization") || td_str_eqz(name, "cookie") ||
           td_str_eqz(name, "proxy-authorization");
}

/* One line of it: a sentence may quote what came. */
static void write_line(struct buf *b, struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        buf_putc(b, s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i]);
    buf_putc(b, '\n');
}

static void write_entry(struct buf *b, const struct td_request *hook, const char *why,
                        int64_t now_ms) {
    buf_printf(b, "at: %lld\nwhy: ", (long long)now_ms);
    write_line(b, td_str_of(why));
    if (hook->body.n > BODY_MAX)
        buf_puts(b, "cut: 1\n");
    buf_putc(b, '\n');
    buf_put_str(b, hook->method);
    buf_putc(b, ' ');
    write_line(b, hook->url);
    for (size_t i = 0; i < hook->headers.n && i < HEADERS_MAX; i++) {
        const struct td_pair *h = &hook->headers.v[i];
        buf_put_str(b, h->name);
        buf_puts(b, ": ");
        write_line(b, is_credential(h->name) ? TD_STR("(hidden)") : h->value);
    }
    buf_putc(b, '\n');
    struct td_str body = {hook->body.p, hook->body.n < BODY_MAX ? hook->body.n : BODY_MAX};
    buf_put_str(b, body);
}

static void on_pushed(void *arg, const struct redis_reply *reply) {
    struct put *p = arg;
    p->done(p->arg, !reply ? TD_ECONN : reply->type == R_INT ? TD_OK : TD_EIO);
    mem_free(p);
}

struct td_str quarantine_key(struct td_arena *a, const char *tenant, struct td_str channel) {
    return key(a, tenant, td_arena_printf(a, "quarantine:%.*s", TD_FMT(channel)).p);
}

int quarantine_put(struct store *s, struct td_str channel, const struct td_request *hook,
                   const char *why, int64_t now_ms, void (*done)(void *arg, int rc), void *arg) {
    struct td_arena *a = td_arena_new();
    struct td_str k = quarantine_key(a, store_tenant(s), channel);
    struct buf b;
    buf_init(&b, ENTRY_MAX);
    write_entry(&b, hook, why, now_ms);
    struct redis *r = store_redis(s);
    int rc = buf_rc(&b);
    if (rc == TD_OK) {
        struct put *p = MEM_NEW(struct put);
        *p = (struct put){done, arg};
        rc = REDIS_SEND(r, on_pushed, p, TD_STR("LPUSH"), k, buf_str(&b));
        if (rc != TD_OK)
            mem_free(p);
    }
    if (rc == TD_OK) { /* a lost LTRIM or EXPIRE is made up for by the next */
        REDIS_SEND(r, NULL, NULL, TD_STR("LTRIM"), k, TD_STR("0"), TD_STR(KEEP));
        REDIS_SEND(r, NULL, NULL, TD_STR("EXPIRE"), k, TD_STR(KEEP_S));
    }
    buf_fini(&b);
    td_arena_free(&a);
    return rc;
}

/* ---- reading ---- */

static bool take_line(struct td_str *rest, struct td_str *line) {
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    if (!end)
        return false;
    *line = (struct td_str){rest->p, (size_t)(end - rest->p)};
    *rest = (struct td_str){end + 1, rest->n - line->n - 1};
    return true;
}

static bool split(struct td_str line, const char *mark, struct td_str *before,
                  struct td_str *after) {
    size_t n = strlen(mark);
    const char *at = line.n ? memmem(line.p, line.n, mark, n) : NULL;
    if (!at)
        return false;
    *before = (struct td_str){line.p, (size_t)(at - line.p)};
    *after = (struct td_str){at + n, line.n - before->n - n};
    return true;
}

static bool read_about(struct td_str *rest, struct quarantined *out) {
    struct td_str line, name, value;
    uint64_t at;
    while (take_line(rest, &line) && line.n) {
        if (!split(line, ": ", &name, &value))
            return false;
        if (td_str_eqz(name, "at") && td_str_to_u64(value, &at) && at <= INT64_MAX)
            out->at = (int64_t)at;
        else if (td_str_eqz(name, "why"))
            out->why = value;
        else if (td_str_eqz(name, "cut"))
            out->cut = true;
    }
    return out->at > 0;
}

int quarantine_parse(struct td_arena *a, struct td_str entry, struct quarantined *out) {
    struct td_str rest = entry, line;
    struct td_request *hook = &out->hook;
    *out = (struct quarantined){0};
    if (!read_about(&rest, out) || !take_line(&rest, &line) ||
        !split(line, " ", &hook->method, &hook->url))
        return TD_EPARSE;
    hook->headers.v = TD_ARENA_ARRAY(a, struct td_pair, HEADERS_MAX);
    while (take_line(&rest, &line)) {
        struct td_pair *h = &hook->headers.v[hook->headers.n];
        if (!line.n) {
            hook->body = rest;
            return TD_OK;
        }
        if (hook->headers.n == HEADERS_MAX || !split(line, ": ", &h->name, &h->value))
            return TD_EPARSE;
        hook->headers.n++;
    }
    return TD_EPARSE;
}

struct td_str quarantine_id(struct td_arena *a, struct td_str entry) {
    return td_arena_printf(a, "%012llx",
                           (unsigned long long)(hash_str(entry) & UINT64_C(0xffffffffffff)));
}
