/* Happy path: pack, append, durable, forget. Failure: stays in the list; the timer tries the whole
 * list again each second while the inbox is open. */
#include "edge/say.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/ulid.h"

#include <tandem/log.h>

enum { SAY_MAX = 10000, RETRY_MS = 1000 };

struct said {
    struct list link;
    struct say *s; /* NULL: the owner is gone, only the reply is awaited */
    struct td_arena *a;
    struct command cmd;
    bool flying;
};

struct say {
    struct edge *e;
    struct list waiting;
    size_t n;
    struct loop_timer timer;
};

struct td_str say_ulid(struct td_arena *a) {
    uint8_t random[10];
    char *out = td_arena_alloc(a, ULID_LEN + 1);
    loop_random(random, sizeof random);
    ulid_format(out, (uint64_t)loop_wall_ms(), random);
    return (struct td_str){out, ULID_LEN};
}

static void said_free(struct said *x) {
    list_del(&x->link);
    if (x->s)
        x->s->n--;
    td_arena_free(&x->a);
    mem_free(x);
}

static void on_done(void *arg, int rc, struct td_str inbox_id) {
    struct said *x = arg;
    (void)inbox_id;
    x->flying = false;
    if (!rc || !x->s)
        said_free(x);
}

static void try_one(struct said *x) {
    x->flying = true;
    if (inbox_append(x->s->e->inbox, &x->cmd, on_done, x))
        x->flying = false;
}

static void on_timer(struct loop_timer *t) {
    struct say *s = CONTAINER_OF(t, struct say, timer);
    if (!inbox_open(s->e->inbox))
        return;
    LIST_EACH_SAFE(x, next, &s->waiting) {
        struct said *said = CONTAINER_OF(x, struct said, link);
        if (!said->flying)
            try_one(said);
    }
}

void say_command(struct say *s, uint32_t kind, const void *body, struct td_str id) {
    if (s->n >= SAY_MAX) {
        td_log(TD_ERROR, "edge", "too much unsaid, a command is dropped", "kind=%s",
               command_rows[kind].name);
        return;
    }
    struct said *x = MEM_NEW(struct said);
    x->s = s;
    x->a = td_arena_new();
    x->cmd.actor_kind = A_SYSTEM;
    x->cmd.received_at = loop_wall_ms();
    x->cmd.id = td_arena_dup(x->a, id);
    list_init(&x->link);
    list_push(&s->waiting, &x->link);
    s->n++;
    if (command_make(x->a, &x->cmd, kind, body)) {
        td_log(TD_ERROR, "edge", "a command could not be made", "kind=%s", command_rows[kind].name);
        said_free(x);
        return;
    }
    try_one(x);
}

struct say *say_new(struct edge *e) {
    struct say *s = MEM_NEW(struct say);
    s->e = e;
    list_init(&s->waiting);
    loop_timer_start(e->loop, &s->timer, RETRY_MS, RETRY_MS, on_timer);
    return s;
}

void say_free(struct say **sp) {
    struct say *s = *sp;
    if (!s)
        return;
    loop_timer_stop(&s->timer);
    LIST_EACH_SAFE(x, next, &s->waiting) {
        struct said *said = CONTAINER_OF(x, struct said, link);
        if (said->flying) {
            list_del(x);
            said->s = NULL;
        } else {
            said_free(said);
        }
    }
    mem_free(s);
    *sp = NULL;
}
