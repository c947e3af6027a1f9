#include "http_provider/polls.h"

#include "http_provider/cursors.h"

#define HURRY_APART_MS 200

unsigned polls_count(const struct td_connector *c, const struct td_settings *s) {
    const struct td_provider *p = c->provider;
    if (!p->poll_build || !p->poll_parse)
        return 0;
    unsigned n = p->poll_count ? p->poll_count(s) : 1;
    return n > CURSORS_MAX ? CURSORS_MAX : n;
}

/* ---- one intake at a time ---- */

static void next_take(struct polls *p);

static void on_taken(void *arg, int rc) {
    struct polls *p = arg;
    struct poller *taker = p->taking;
    p->taking = NULL;
    poller_taken(taker, rc);
    next_take(p);
}

/* With the cursors of all: the taker's as it will be, the others' as they are. */
static int take_now(struct polls *p, struct poller *taker) {
    struct td_incoming in = *taker->give;
    td_arena_reset(p->take_arena);
    if (in.cursor.n) {
        struct td_str cursors[CURSORS_MAX];
        for (unsigned i = 0; i < p->n; i++)
            cursors[i] = &p->v[i] == taker ? in.cursor : p->v[i].cursor;
        in.cursor = cursors_pack(p->take_arena, cursors, p->n);
    }
    int rc = td_host_take(p->instance->host, &in, on_taken, p);
    if (rc == TD_OK)
        p->taking = taker;
    return rc;
}

static void next_take(struct polls *p) {
    while (!p->taking && p->first) {
        struct poller *taker = p->first;
        p->first = taker->next;
        int rc = take_now(p, taker);
        if (rc != TD_OK)
            poller_taken(taker, rc);
    }
}

int polls_take(struct polls *p, struct poller *taker, const struct td_incoming *in) {
    taker->give = in;
    if (!p->taking)
        return take_now(p, taker);
    struct poller **at = &p->first;
    while (*at)
        at = &(*at)->next;
    taker->next = NULL;
    *at = taker;
    return TD_OK;
}

/* ---- life ---- */

static void on_poller_idle(struct poller *poller) {
    struct polls *p = poller->polls;
    if (p->stopping && !polls_busy(p))
        p->idle(p);
}

void polls_start(struct polls *p) {
    const struct instance *i = p->instance;
    struct td_str cursors[CURSORS_MAX];
    int64_t interval = td_settings_number(i->settings, "poll_interval");
    p->n = polls_count(i->connector, i->settings);
    p->arena = td_arena_new();
    p->take_arena = td_arena_new();
    p->v = TD_ARENA_ARRAY(p->arena, struct poller, p->n);
    cursors_unpack(td_host_cursor(i->host), cursors, p->n);
    for (unsigned k = 0; k < p->n; k++) {
        p->v[k].instance = i;
        p->v[k].polls = p;
        p->v[k].index = k;
        p->v[k].idle = on_poller_idle;
        poller_start(&p->v[k], cursors[k], interval * k / p->n);
    }
}

void polls_hurry(struct polls *p) {
    for (unsigned k = 0; k < p->n; k++)
        poller_hurry(&p->v[k], (int64_t)k * HURRY_APART_MS);
}

void polls_stop(struct polls *p) {
    p->stopping = true;
    for (unsigned k = 0; k < p->n; k++)
        poller_stop(&p->v[k]);
    if (!polls_busy(p))
        p->idle(p);
}

bool polls_busy(const struct polls *p) {
    for (unsigned k = 0; k < p->n; k++)
        if (poller_busy(&p->v[k]))
            return true;
    return false;
}

void polls_fini(struct polls *p) {
    for (unsigned k = 0; k < p->n; k++)
        poller_fini(&p->v[k]);
    td_arena_free(&p->take_arena);
    td_arena_free(&p->arena);
}
