#include "app_offer.h"

#include "base/list.h"
#include "base/mem.h"
#include "edge/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tandem/log.h>
#include <unistd.h>

enum { RETRY_MS = 500, HISTORY_MAX = 64 };

struct offer {
    struct edge *e;
    const struct config *config;
    bool by_hand, asking, again;
    struct loop_timer timer;
    unsigned round;
};

static void ask(struct offer *o);

static void on_timer(struct loop_timer *t) {
    struct offer *o = CONTAINER_OF(t, struct offer, timer);
    loop_timer_stop(t);
    ask(o);
}

static bool in_history(const struct policy *committed, struct td_str hash) {
    for (size_t i = 0; i < committed->history.n; i++)
        if (td_str_eq(committed->history.v[i], hash))
            return true;
    return false;
}

static void decide(struct offer *o, struct td_arena *a, const struct policy *committed) {
    const struct config *c = o->config;
    if (td_str_eq(committed->hash, c->hash))
        return;
    if (!o->by_hand && in_history(committed, c->hash)) {
        td_log(TD_WARN, "app",
               "these settings are older than the committed ones and are not offered",
               "file=\"%.*s\" hint=\"SIGHUP offers them\"", TD_FMT(c->path));
        return;
    }
    struct policy offered = c->policy;
    size_t keep = committed->history.n < HISTORY_MAX ? committed->history.n : HISTORY_MAX - 1;
    offered.hash = c->hash;
    offered.version = committed->version + 1;
    offered.history.v = TD_ARENA_ARRAY(a, struct td_str, keep + 1);
    for (size_t i = 0; i < keep; i++)
        offered.history.v[i] = committed->history.v[committed->history.n - keep + i];
    if (committed->hash.n)
        offered.history.v[keep] = committed->hash;
    offered.history.n = keep + (committed->hash.n > 0);
    struct td_str id = td_arena_printf(a, "config-%.*s-%llu", TD_FMT(c->hash),
                                       (unsigned long long)offered.version);
    td_log(TD_INFO, "app", "settings offered", "hash=%.12s", c->hash.p);
    say_command(o->e->say, CMD_CONFIG_SET, &offered, id);
}

static void on_policy(void *arg, int rc, const struct read_item *v, size_t n) {
    struct offer *o = arg;
    struct td_arena *a = td_arena_new();
    struct policy committed = {0};
    o->asking = false;
    if (rc) {
        loop_timer_start(o->e->loop, &o->timer, RETRY_MS, 0, on_timer);
    } else if (o->again) {
        o->again = false;
        ask(o);
    } else {
        if (n && v[0].bytes.n && record_unpack(a, &rec_policy, v[0].bytes, &committed, NULL))
            committed = (struct policy){0};
        decide(o, a, &committed);
    }
    td_arena_free(&a);
}

static void ask(struct offer *o) {
    if (o->asking) {
        o->again = true;
        return;
    }
    o->asking = true;
    if (read_all(o->e->store, EK_POLICY, on_policy, o)) {
        o->asking = false;
        loop_timer_start(o->e->loop, &o->timer, RETRY_MS, 0, on_timer);
    }
}

void offer_policy(struct offer *o, const struct config *c, bool by_hand) {
    o->config = c;
    o->by_hand = by_hand;
    ask(o);
}

struct offer *offer_new(struct edge *e) {
    struct offer *o = MEM_NEW(struct offer);
    o->e = e;
    return o;
}

void offer_free(struct offer **op) {
    struct offer *o = *op;
    if (!o)
        return;
    loop_timer_stop(&o->timer);
    mem_free(o);
    *op = NULL;
}

void app_notify(const char *state) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof to.sun_path)
        return;
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    if (path[0] == '@')
        to.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, length) < 0)
        td_log(TD_WARN, "app", "the service manager was not told", "state=%s", state);
    close(fd);
}
