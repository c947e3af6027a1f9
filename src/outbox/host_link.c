#include "outbox/host_link.h"

#include "base/mem.h"

#define RETRY_MS 1000

struct host_link_append { /* outlives the link when it must */
    struct list list;
    struct host_link *link; /* NULL: gone */
    bool up;
};

static void on_retry(struct loop_timer *t) {
    host_link_flush(CONTAINER_OF(t, struct host_link, retry));
}

/* An append that failed may have come through; told twice it changes nothing. */
static void on_append(void *arg, int rc, struct td_str inbox_id) {
    struct host_link_append *x = arg;
    struct host_link *l = x->link;
    (void)inbox_id;
    if (l)
        list_del(&x->list);
    if (l && rc != TD_OK) {
        if (!x->up)
            l->down_due = true;
        l->up_due = l->up;
        loop_timer_start(l->loop, &l->retry, RETRY_MS, 0, on_retry);
    }
    mem_free(x);
}

static int append(struct host_link *l, bool up) {
    struct voice body = {.channel = l->channel,
                         .link_up = up,
                         .term = l->term,
                         .reason = td_str_of(up ? "" : l->why)};
    struct command c = {.actor_kind = A_CONNECTOR, .actor = l->channel};
    struct host_link_append *x = MEM_NEW(struct host_link_append);
    struct td_arena *a = td_arena_new();
    *x = (struct host_link_append){.link = l, .up = up};
    int rc = command_make(a, &c, CMD_VOICE_LINK, &body);
    if (rc == TD_OK)
        rc = inbox_append(l->inbox, &c, on_append, x);
    td_arena_free(&a);
    if (rc == TD_OK)
        list_push(&l->telling, &x->list);
    else
        mem_free(x);
    return rc;
}

int host_link_flush(struct host_link *l) {
    int rc = TD_OK;
    if (l->down_due) {
        rc = append(l, false);
        l->down_due = rc != TD_OK;
    }
    if (rc == TD_OK && l->up_due) {
        rc = append(l, true);
        l->up_due = rc != TD_OK;
    }
    if (rc != TD_OK)
        loop_timer_start(l->loop, &l->retry, RETRY_MS, 0, on_retry);
    return l->down_due ? rc : TD_OK;
}

void host_link_tell(struct host_link *l, bool up, const char *why) {
    l->up = l->up_due = up;
    if (!up)
        l->why = why;
    l->down_due = l->down_due || !up;
    host_link_flush(l);
}

void host_link_init(struct host_link *l, struct loop *loop, struct inbox *inbox,
                    struct td_str channel, uint64_t term) {
    *l = (struct host_link){
        .loop = loop, .inbox = inbox, .channel = channel, .term = term, .why = ""};
    list_init(&l->telling);
}

void host_link_fini(struct host_link *l) {
    loop_timer_stop(&l->retry);
    LIST_EACH_SAFE(at, next, &l->telling) {
        CONTAINER_OF(at, struct host_link_append, list)->link = NULL;
        list_del(at);
    }
}
