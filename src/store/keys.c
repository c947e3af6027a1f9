#include "store/keys.h"

#include "model/entity.h"

#include <string.h>

/* "{tenant}:name", or "{tenant}:name:id". By hand: keys are made for every entity of a batch. */
static struct td_str make(struct td_arena *a, const char *tenant, struct td_str name,
                          const struct td_str *id, struct td_str tail) {
    size_t t = strlen(tenant);
    size_t n = t + name.n + (id ? id->n + 1 : 0) + tail.n + 3;
    char *p = td_arena_alloc(a, n), *at = p;
    *at++ = '{';
    memcpy(at, tenant, t);
    at += t;
    *at++ = '}';
    *at++ = ':';
    memcpy(at, name.p, name.n);
    at += name.n;
    if (id) {
        *at++ = ':';
        if (id->n)
            memcpy(at, id->p, id->n);
        at += id->n;
    }
    if (tail.n)
        memcpy(at, tail.p, tail.n);
    return (struct td_str){p, n};
}

static struct td_str make_id(struct td_arena *a, const char *tenant, const char *name,
                             struct td_str id) {
    return make(a, tenant, td_str_of(name), &id, TD_STR(""));
}

static struct td_str make_conv(struct td_arena *a, const char *tenant, uint64_t conv,
                               struct td_str tail) {
    char text[24], *end = text + sizeof text, *p = end;
    do
        *--p = (char)('0' + conv % 10);
    while ((conv /= 10) > 0);
    struct td_str id = {p, (size_t)(end - p)};
    return make(a, tenant, TD_STR("conv"), &id, tail);
}

struct td_str key(struct td_arena *a, const char *tenant, const char *name) {
    return make(a, tenant, td_str_of(name), NULL, TD_STR(""));
}

struct td_str key_outbox(struct td_arena *a, const char *tenant, struct td_str channel) {
    return make_id(a, tenant, "outbox", channel);
}

static const char *const entity_names[EK_N] = {
    [EK_TENANT] = "tenant", [EK_CONV] = "conv",       [EK_WORK] = "work",   [EK_AGENT] = "agent",
    [EK_USER] = "user",     [EK_CONTACT] = "contact", [EK_IDENT] = "ident", [EK_THREAD] = "thread",
    [EK_EXT] = "ext",       [EK_EARLY] = "early",     [EK_CHAN] = "chan",   [EK_POLICY] = "policy",
    [EK_MEDIA] = "media"};

struct td_str key_entity(struct td_arena *a, const char *tenant, uint32_t entity,
                         struct td_str id) {
    const char *name = entity < EK_N && entity_names[entity] ? entity_names[entity] : "unknown";
    return id.n ? make_id(a, tenant, name, id) : key(a, tenant, name);
}

const char *key_hash(uint32_t entity) {
    return entity == EK_AGENT  ? "agents"
           : entity == EK_CHAN ? "chans"
           : entity == EK_WORK ? "open"
                               : NULL;
}

struct td_str key_stats(struct td_arena *a, const char *tenant, int64_t quarter_ms) {
    return td_arena_printf(a, "{%s}:stats:%lld", tenant, (long long)(quarter_ms / 1000));
}

struct td_str key_log(struct td_arena *a, const char *tenant, uint64_t conv) {
    return make_conv(a, tenant, conv, TD_STR(":log"));
}

struct td_str key_out(struct td_arena *a, const char *tenant, uint64_t conv) {
    return make_conv(a, tenant, conv, TD_STR(":out"));
}

struct td_str key_index(struct td_arena *a, const char *tenant, struct td_str index) {
    return make_id(a, tenant, "ix", index);
}

struct td_str key_fetch(struct td_arena *a, const char *tenant, struct td_str channel) {
    return make_id(a, tenant, "fetch", channel);
}

struct td_str key_channel_lease(struct td_arena *a, const char *tenant, struct td_str channel) {
    return make_id(a, tenant, "lease", channel);
}

struct td_str key_channel(struct td_arena *a, const char *tenant, struct td_str channel) {
    return make_id(a, tenant, "holder", channel);
}

struct td_str key_secrets(struct td_arena *a, const char *tenant, struct td_str channel) {
    return make_id(a, tenant, "secrets", channel);
}

struct td_str key_login(struct td_arena *a, const char *tenant, struct td_str token_hash) {
    return make_id(a, tenant, "login", token_hash);
}

struct td_str key_process(struct td_arena *a, const char *tenant, struct td_str process) {
    return make_id(a, tenant, "process", process);
}
