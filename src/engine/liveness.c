#include "engine/liveness.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/keys.h"

#include <tandem/log.h>

#define LOOK_MS 1000
#define GRACE_MS 4000 /* longer than a key lives: who has not renewed by then is gone */

struct process {
    struct liveness *liveness; /* NULL: forgotten, an answer is under way */
    struct td_str name;
    bool asked;
};

struct liveness {
    struct store *store;
    struct inbox *inbox;
    struct map processes;
    struct loop_timer timer;
    struct store_watch watch;
    int64_t trust_from; /* boot time */
};

static void append_gone(struct liveness *p, struct td_str process) {
    struct td_arena *a = td_arena_new();
    struct session body = {.process = process};
    struct command c = {.actor_kind = A_SYSTEM, .actor = td_str_of(store_process(p->store))};
    if (command_make(a, &c, CMD_PROCESS_GONE, &body) == TD_OK &&
        inbox_append(p->inbox, &c, NULL, NULL) == TD_OK)
        td_log(TD_WARN, "engine", "a process is gone", "process=%.*s", TD_FMT(process));
    td_arena_free(&a);
}

static void forget(struct process *x) {
    if (x->liveness)
        map_del(&x->liveness->processes, x->name);
    x->liveness = NULL;
    if (x->asked)
        return; /* its answer frees it */
    mem_free((char *)(uintptr_t)x->name.p);
    mem_free(x);
}

static void on_exists(void *arg, const struct redis_reply *reply) {
    struct process *x = arg;
    struct liveness *p = x->liveness;
    x->asked = false;
    if (!p) {
        forget(x);
        return;
    }
    if (!redis_is(reply, R_INT) || reply->i != 0 || loop_boot_ms() < p->trust_from)
        return;
    append_gone(p, x->name);
    forget(x);
}

static void look(struct loop_timer *t) {
    struct liveness *p = CONTAINER_OF(t, struct liveness, timer);
    if (loop_boot_ms() < p->trust_from)
        return;
    struct td_arena *a = td_arena_new();
    struct process *x;
    for (size_t i = 0; (x = map_next(&p->processes, &i));)
        if (!x->asked && REDIS_SEND(store_redis(p->store), on_exists, x, TD_STR("EXISTS"),
                                    key_process(a, store_tenant(p->store), x->name)) == TD_OK)
            x->asked = true;
    td_arena_free(&a);
}

static void on_watch(struct store_watch *w, bool up) {
    struct liveness *p = CONTAINER_OF(w, struct liveness, watch);
    if (up)
        p->trust_from = loop_boot_ms() + GRACE_MS;
}

struct liveness *liveness_new(struct store *s, struct inbox *i) {
    struct liveness *p = MEM_NEW(struct liveness);
    p->store = s;
    p->inbox = i;
    map_init(&p->processes, 0);
    p->watch.cb = on_watch;
    store_watch(s, &p->watch);
    return p;
}

void liveness_start(struct liveness *p) {
    p->trust_from = loop_boot_ms() + GRACE_MS;
    loop_timer_start(store_loop(p->store), &p->timer, LOOK_MS, LOOK_MS, look);
}

void liveness_stop(struct liveness *p) {
    loop_timer_stop(&p->timer);
    struct process *x;
    for (size_t i = 0; (x = map_next(&p->processes, &i));)
        forget(x);
}

void liveness_free(struct liveness **p) {
    if (!*p)
        return;
    liveness_stop(*p);
    store_unwatch((*p)->store, &(*p)->watch);
    map_fini(&(*p)->processes);
    mem_free(*p);
    *p = NULL;
}

void liveness_note(struct liveness *p, struct td_str process) {
    if (process.n == 0 || map_get(&p->processes, process))
        return;
    struct process *x = MEM_NEW(struct process);
    x->liveness = p;
    x->name = (struct td_str){mem_dup(process.p, process.n), process.n};
    map_put(&p->processes, x->name, x);
}
