#include "edge/quarantine.h"

#include "base/buf.h"
#include "base/mem.h"
#include "store/keys.h"

#define KEEP "999" /* the last index of LTRIM */
#define KEEP_S "604800"
#define BODY_MAX 8192
#define ENTRY_MAX 65536

struct put {
    void (*done)(void *arg, int rc);
    void *arg;
};

static bool is_credential(struct td_str name) {
    return td_str_eqz(name, "authorization") || td_str_eqz(name, "cookie") ||
           td_str_eqz(name, "proxy-authorization");
}

static void write_entry(struct buf *b, const struct td_request *hook, const char *why,
                        int64_t now_ms) {
    buf_printf(b, "at: %lld\nwhy: %s\n\n", (long long)now_ms, why);
    buf_printf(b, "%.*s %.*s\n", TD_FMT(hook->method), TD_FMT(hook->url));
    for (size_t i = 0; i < hook->headers.n; i++) {
        const struct td_pair *h = &hook->headers.v[i];
        buf_put_str(b, h->name);
        buf_puts(b, ": ");
        buf_put_str(b, is_credential(h->name) ? TD_STR("(hidden)") : h->value);
        buf_putc(b, '\n');
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

int quarantine_put(struct store *s, struct td_str channel, const struct td_request *hook,
                   const char *why, int64_t now_ms, void (*done)(void *arg, int rc), void *arg) {
    struct td_arena *a = td_arena_new();
    struct td_str list = td_arena_printf(a, "quarantine:%.*s", TD_FMT(channel));
    struct td_str k = key(a, store_tenant(s), list.p);
    struct buf b;
    buf_init(&b, ENTRY_MAX);
    write_entry(&b, hook, why, now_ms);
    struct put *p = MEM_NEW(struct put);
    *p = (struct put){done, arg};
    struct redis *r = store_redis(s);
    int rc = REDIS_SEND(r, on_pushed, p, TD_STR("LPUSH"), k, buf_str(&b));
    if (rc == TD_OK) { /* a lost LTRIM or EXPIRE is made up for by the next */
        REDIS_SEND(r, NULL, NULL, TD_STR("LTRIM"), k, TD_STR("0"), TD_STR(KEEP));
        REDIS_SEND(r, NULL, NULL, TD_STR("EXPIRE"), k, TD_STR(KEEP_S));
    } else {
        mem_free(p);
    }
    buf_fini(&b);
    td_arena_free(&a);
    return rc;
}
