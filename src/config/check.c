/* What no single value shows. */
#include "config/tables.h"

#include "config/settings.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { POLICY_MAX_BYTES = 60 * 1024 }; /* a command holds 64 KiB */

/* ---- addresses ---- */

static bool to_cstr(struct td_str s, char *out, size_t size) {
    if (s.n >= size)
        return false;
    snprintf(out, size, "%.*s", TD_FMT(s));
    return true;
}

/* 4 or 6; 0: no address. */
static int address_family(struct td_str s) {
    char text[64];
    unsigned char bytes[16];
    if (!to_cstr(s, text, sizeof(text)))
        return 0;
    return inet_pton(AF_INET, text, bytes) == 1 ? 4 : inet_pton(AF_INET6, text, bytes) == 1 ? 6 : 0;
}

static bool is_loopback(struct td_str s) {
    return td_str_eqz(s, "localhost") || td_str_eqz(s, "::1") ||
           (address_family(s) == 4 && td_str_starts(s, TD_STR("127.")));
}

static bool is_network(struct td_str s) {
    const char *slash = s.n ? memchr(s.p, '/', s.n) : NULL;
    struct td_str address = {s.p, slash ? (size_t)(slash - s.p) : s.n};
    int family = address_family(address);
    uint64_t bits = 0;
    if (slash && !td_str_to_u64((struct td_str){slash + 1, s.n - address.n - 1}, &bits))
        return false;
    return family && bits <= (family == 4 ? 32 : 128);
}

/* ---- server ---- */

static void check_readable(struct reader *r, const char *key, const struct td_str *path) {
    struct place server = {NULL, TD_STR("server"), 0};
    struct place at = {&server, td_str_of(key), 0};
    if (path->n && access(path->p, R_OK)) /* arena texts end with a NUL */
        reader_fail(r, &at, reader_line(r, path), "%.*s cannot be read", TD_FMT(*path));
}

static void check_listener(struct reader *r, size_t i) {
    const struct config *c = r->config;
    const struct config_listener *l = &c->listeners.v[i];
    struct place server = {NULL, TD_STR("server"), 0};
    struct place listen = {&server, TD_STR("listen"), i + 1};
    struct place address = {&listen, TD_STR("address"), 0};
    unsigned line = reader_line(r, &l->port);
    if (!address_family(l->address))
        reader_fail(r, &address, line, "found \"%.*s\", expected an IP address such as 127.0.0.1",
                    TD_FMT(l->address));
    if (l->tls && (!c->tls_cert.n || !c->tls_key.n))
        reader_fail(r, &listen, line, "tls needs server.certificate and server.key");
    for (size_t k = 0; k < i; k++)
        if (l->port == c->listeners.v[k].port && td_str_eq(l->address, c->listeners.v[k].address))
            reader_fail(r, &listen, line, "the same address and port as listen[%zu]", k + 1);
    if (!l->tls && !is_loopback(l->address))
        reader_warn(r, &listen, line,
                    "without TLS beyond this machine: hooks and chats are readable on the way, "
                    "and agents' logins are refused here");
}

static void check_server(struct reader *r) {
    const struct config *c = r->config;
    struct place server = {NULL, TD_STR("server"), 0};
    for (size_t i = 0; i < c->listeners.n; i++)
        check_listener(r, i);
    check_readable(r, "certificate", &c->tls_cert);
    check_readable(r, "key", &c->tls_key);
    for (size_t i = 0; i < c->trusted_proxies.n; i++) {
        struct place at = {&server, TD_STR("trusted_proxies"), i + 1};
        if (!is_network(c->trusted_proxies.v[i]))
            reader_fail(r, &at, reader_line(r, &c->trusted_proxies),
                        "found \"%.*s\", expected an address or network such as 10.0.0.0/8",
                        TD_FMT(c->trusted_proxies.v[i]));
    }
    struct td_str uri = c->public_url;
    struct place at = {&server, TD_STR("public_url"), 0};
    if (uri.n && (memchr(uri.p, '?', uri.n) || memchr(uri.p, '#', uri.n)))
        reader_fail(r, &at, reader_line(r, &c->public_url), "expected no ? and no # in it");
}

/* ---- redis ---- */

static struct td_str redis_host(struct td_str url) {
    struct td_str s = {url.p + 8, url.n - 8}; /* redis:// */
    if (s.n && s.p[0] == '[') {
        const char *end = memchr(s.p, ']', s.n);
        return (struct td_str){s.p + 1, end ? (size_t)(end - s.p - 1) : 0};
    }
    const char *end = s.n ? memchr(s.p, ':', s.n) : NULL;
    return (struct td_str){s.p, end ? (size_t)(end - s.p) : s.n};
}

static void check_redis(struct reader *r) {
    const struct config *c = r->config;
    struct place redis = {NULL, TD_STR("redis"), 0};
    struct place at = {&redis, TD_STR("url"), 0};
    unsigned line = reader_line(r, &c->redis_url);
    if (!c->redis_url.n && c->redis_replicas) {
        struct place replicas = {&redis, TD_STR("replicas"), 0};
        reader_fail(r, &replicas, reader_line(r, &c->redis_replicas),
                    "the private Redis has no replicas: expected redis.url beside it");
    }
    if (!c->redis_url.n || td_str_starts(c->redis_url, TD_STR("unix:/")))
        return;
    if (td_str_starts(c->redis_url, TD_STR("rediss://"))) {
        reader_fail(r, &at, line,
                    "TLS to Redis goes through a tunnel (stunnel) on this machine: unix:/path or "
                    "redis://127.0.0.1:PORT");
        return;
    }
    struct td_str host = {NULL, 0};
    if (td_str_starts(c->redis_url, TD_STR("redis://")))
        host = redis_host(c->redis_url);
    if (!host.n || memchr(host.p, '/', host.n) || memchr(host.p, '@', host.n)) {
        struct td_str found = {c->redis_url.p, c->redis_url.n < 9 ? c->redis_url.n : 9};
        bool scheme = td_str_starts(c->redis_url, TD_STR("redis://"));
        reader_fail(r, &at, line, "found \"%.*s…\", expected unix:/path or redis://host:6379%s",
                    TD_FMT(found),
                    scheme ? ", without path or user (the password is redis.password)" : "");
        return;
    }
    if (!is_loopback(host) && !c->redis_allow_plaintext)
        reader_fail(r, &at, line,
                    "\"%.*s\" is another machine and the connection has no TLS: use a tunnel, or "
                    "say allow_plaintext: true",
                    TD_FMT(host));
}

/* ---- channels ---- */

static bool is_origin(struct td_str s) {
    static const struct value_rule url = {.type = V_URL};
    int64_t ignored;
    if (!value_parse(&url, s, &ignored))
        return false;
    size_t slashes = 0;
    for (size_t i = 0; i < s.n; i++) {
        slashes += s.p[i] == '/';
        if (s.p[i] == '?' || s.p[i] == '#' || s.p[i] == '*' || (s.p[i] >= 'A' && s.p[i] <= 'Z'))
            return false;
    }
    return slashes == 2;
}

static void check_origins(struct reader *r, const struct place *channel,
                          const struct config_channel *c, const struct channel_policy *p) {
    const struct td_setting *row = settings_find(c->connector->settings, TD_STR("origins"));
    struct place at = {channel, TD_STR("origins"), 0};
    if (!p->live || !row)
        return;
    if (!p->origins.n && !(row->flags & TD_SET_REQUIRED)) /* else it was told as missing */
        reader_fail(r, &at, reader_line(r, &p->origins),
                    "missing: the sites that may show this chat, such as https://example.org");
    for (size_t i = 0; i < p->origins.n; i++) {
        struct place here = {channel, TD_STR("origins"), i + 1};
        if (!is_origin(p->origins.v[i]))
            reader_fail(r, &here, reader_line(r, &p->origins),
                        "found \"%.*s\", expected an origin such as https://example.org: scheme, "
                        "host in lower case, port, nothing after it",
                        TD_FMT(p->origins.v[i]));
    }
}

static void check_channel(struct reader *r, size_t i) {
    const struct config_channel *c = &r->config->channels.v[i];
    const struct channel_policy *p = &r->config->policy.channels.v[i];
    struct place channels = {NULL, TD_STR("channels"), 0};
    struct place channel = {&channels, c->id, 0};
    struct place queue = {&channel, TD_STR("queue"), 0};
    if (p->queue.n) {
        check_queue_of_channel(r, &queue, p);
    } else if (p->kind != CK_VOICE) {
        reader_fail(r, &queue, c->line, "missing: where its conversations wait");
    }
    if (c->connector->capabilities & TD_CAN_HOOK && !c->public_url.n) {
        struct place at = {&channel, TD_STR("public_url"), 0};
        reader_fail(r, &at, c->line,
                    "missing, and so is server.public_url: the provider's hooks need to know "
                    "where to come in");
    }
    check_origins(r, &channel, c, p);
    check_social(r, &channel, c->line, p);
}

void check_config(struct reader *r) {
    struct config *c = r->config;
    check_server(r);
    check_redis(r);
    check_routing(r);
    for (size_t i = 0; i < c->channels.n; i++)
        check_channel(r, i);
    if (c->webhooks.n > WEBHOOKS_MAX) {
        struct place webhooks = {NULL, TD_STR("webhooks"), 0};
        reader_fail(r, &webhooks, 1, "found %zu, expected at most %d", c->webhooks.n, WEBHOOKS_MAX);
    }
    if (c->policy.retry_base_ms > c->policy.retry_max_ms) {
        struct place routing = {NULL, TD_STR("routing"), 0};
        struct place at = {&routing, TD_STR("retry_base"), 0};
        reader_fail(r, &at, reader_line(r, &c->policy.retry_base_ms), "is more than retry_max");
    }
    struct td_error err;
    struct buf packed;
    buf_init(&packed, POLICY_MAX_BYTES);
    if (record_check(&rec_policy, &c->policy, &err))
        reader_fail(r, NULL, 1, "%s", err.text);
    else if (record_pack(&packed, &rec_policy, &c->policy))
        reader_fail(r, NULL, 1,
                    "queues, hours and canned answers together are more than 60 KiB: shorten "
                    "`canned`");
    buf_fini(&packed);
}
