/* td_host_secret_put, td_host_secret_get: sealed for this channel and this name, then stored. */
#include "base/mem.h"
#include "config/seal.h"
#include "outbox/host_priv.h"
#include "store/secrets.h"

#include <sodium.h>
#include <tandem/log.h>

enum { NAME_MAX_BYTES = 64, AT_ONCE = 16 };

struct host_secret {
    struct td_host *host;
    td_secret_put_done *put;
    td_secret_got_done *got;
    void *arg;
    char name[NAME_MAX_BYTES + 1];
};

static bool is_name(const char *s) {
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-.");
    return n > 0 && n <= NAME_MAX_BYTES && !s[n];
}

static struct host_secret *secret_new(struct td_host *h, const char *name, void *arg) {
    struct host_secret *x = MEM_NEW(struct host_secret);
    x->host = h;
    x->arg = arg;
    snprintf(x->name, sizeof x->name, "%s", name);
    h->secrets++;
    return x;
}

static struct host_secret secret_end(struct host_secret *x) {
    struct host_secret copy = *x;
    x->host->secrets--;
    mem_free(x);
    return copy;
}

static void key_of(const struct td_host *h, const char *name, uint8_t out[32]) {
    static const uint8_t none[32];
    seal_channel_key(h->key ? h->key : none, h->channel->id, td_str_of(name), out);
}

static int check(const struct td_host *h, const char *name) {
    return !h->store               ? TD_EUNSUPPORTED
           : !is_name(name)        ? TD_EINVAL
           : h->secrets >= AT_ONCE ? TD_EFULL
                                   : TD_OK;
}

static void on_put(void *arg, int rc) {
    struct host_secret x = secret_end(arg);
    x.put(x.arg, rc);
}

int td_host_secret_put(struct td_host *h, const char *name, struct td_str value,
                       td_secret_put_done *done, void *arg) {
    int rc = check(h, name);
    if (rc != TD_OK)
        return rc;
    if (value.n > TD_SECRET_MAX_BYTES)
        return TD_ELIMIT;
    uint8_t key[32];
    struct td_arena *a = td_arena_new();
    struct host_secret *x = secret_new(h, name, arg);
    x->put = done;
    key_of(h, name, key);
    struct td_str sealed = value.n ? seal(a, key, value) : TD_STR("");
    rc = secret_put(h->store, h->channel->id, h->term, td_str_of(name), sealed, on_put, x);
    if (rc != TD_OK)
        secret_end(x);
    sodium_memzero(key, sizeof key);
    td_arena_free(&a);
    return rc;
}

static void on_got(void *arg, int rc, struct td_str sealed) {
    struct td_arena *a = td_arena_new();
    struct td_str plain = TD_STR("");
    struct td_error err = {0};
    uint8_t key[32];
    struct host_secret x = secret_end(arg);
    if (rc == TD_OK && sealed.n) {
        key_of(x.host, x.name, key);
        if (seal_open(a, key, sealed, &plain, &err) != TD_OK) {
            td_log(TD_ERROR, "channel", "a stored secret cannot be opened",
                   "channel=\"%.*s\" name=%s why=\"%s\"", TD_FMT(x.host->channel->id), x.name,
                   err.text);
            rc = TD_EAUTH;
            plain = TD_STR("");
        }
        sodium_memzero(key, sizeof key);
    }
    x.got(x.arg, rc, plain); /* the host may be gone afterwards */
    if (plain.n)
        sodium_memzero((void *)(uintptr_t)plain.p, plain.n);
    td_arena_free(&a);
}

int td_host_secret_get(struct td_host *h, const char *name, td_secret_got_done *done, void *arg) {
    int rc = check(h, name);
    if (rc != TD_OK)
        return rc;
    struct host_secret *x = secret_new(h, name, arg);
    x->got = done;
    rc = secret_get(h->store, h->channel->id, td_str_of(name), on_got, x);
    if (rc != TD_OK)
        secret_end(x);
    return rc;
}
