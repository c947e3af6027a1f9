#include "voice_link/link.h"

#include <stdio.h>

#define RETRY_MAX_MS 60000

static void attempt(struct link *l);

#define OF(t, member) ((struct link *)(void *)((char *)(t)-offsetof(struct link, member)))

static void tell_state(struct link *l, const char *state, const char *why) {
    if (strcmp(l->state, state) == 0 && strcmp(l->why, why) == 0)
        return; /* said before: an outage is one line, not one a minute */
    snprintf(l->state, sizeof l->state, "%s", state);
    snprintf(l->why, sizeof l->why, "%s", why);
    td_host_state(l->host, state, td_str_of(why));
}

static void settle(struct link *l) {
    if (l->stopping && !l->running && l->spool_idle && !l->idle_told) {
        l->idle_told = true;
        l->idle(l->arg);
    }
}

/* ---- down ---- */

static void on_retry(struct td_timer *t) {
    attempt(OF(t, retry));
}

/* The chance need not be secret: it keeps two processes from asking in step. */
static int64_t back_off(const struct link *l) {
    int64_t ms = l->refused ? RETRY_MAX_MS : 1000;
    for (unsigned i = 1; i < l->failures && ms < RETRY_MAX_MS; i++)
        ms *= 2;
    ms = ms < RETRY_MAX_MS ? ms : RETRY_MAX_MS;
    uint64_t x = (uint64_t)td_host_now_ms(l->host) * UINT64_C(0x9e3779b97f4a7c15) ^ (uintptr_t)l;
    x ^= x >> 29;
    return ms * 3 / 4 + (int64_t)(x % (uint64_t)(ms / 4 + 1));
}

static void on_closed(struct td_tcp *t, const char *why) {
    struct link *l = OF(t, tcp);
    bool was_up = l->is_up;
    l->running = l->is_up = false;
    td_timer_stop(&l->step);
    td_timer_stop(&l->ping_timer);
    spool_unmark(&l->spool);
    if (was_up || !l->told)
        td_host_voice_link(l->host, false);
    l->told = true;
    l->closed(l->arg);
    if (l->stopping) {
        settle(l);
        return;
    }
    if (why[0]) /* else link_drop has said why */
        tell_state(l, "down", why);
    l->failures++;
    td_timer_start(l->host, &l->retry, back_off(l), on_retry);
}

void link_drop(struct link *l, const char *state, const char *why) {
    if (!l->tcp.impl || l->closing)
        return;
    l->closing = true;
    l->refused = strcmp(state, "down") != 0;
    tell_state(l, state, why);
    td_timer_stop(&l->step);
    td_tcp_close(&l->tcp);
}

static void on_step(struct td_timer *t) {
    link_drop(OF(t, step), "down", "the phone system does not answer");
}

void link_step(struct link *l) {
    td_timer_start(l->host, &l->step, td_settings_number(l->settings, "timeout"), on_step);
}

/* ---- up ---- */

static void on_open(struct td_tcp *t) {
    struct link *l = OF(t, tcp);
    link_step(l);
    l->opened(l->arg);
}

static void on_data(struct td_tcp *t, struct td_str data) {
    struct link *l = OF(t, tcp);
    l->bytes(l->arg, data);
}

static void attempt(struct link *l) {
    struct td_tcp_options o = {.host = td_settings_text(l->settings, "host"),
                               .port = (uint16_t)td_settings_number(l->settings, "port"),
                               .timeout_ms = td_settings_number(l->settings, "timeout"),
                               .write_max_bytes = LINK_WRITE_MAX};
    struct td_error err = {0};
    l->tcp.on_open = on_open;
    l->tcp.on_data = on_data;
    l->tcp.on_closed = on_closed;
    l->refused = l->closing = false;
    if (td_tcp_start(l->host, &l->tcp, &o, &err) == TD_OK)
        l->running = true;
    else
        tell_state(l, "misconfigured",
                   err.text); /* only other settings help, and they restart it */
}

void link_send(struct link *l, struct td_str text) {
    int rc = td_tcp_write(&l->tcp, text);
    if (rc == TD_EFULL)
        link_drop(l, "down", "the phone system takes nothing");
}

static void on_ping_timer(struct td_timer *t) {
    struct link *l = OF(t, ping_timer);
    td_timer_start(l->host, &l->ping_timer, td_settings_number(l->settings, "keepalive"),
                   on_ping_timer);
    if (l->step.impl)
        return; /* the last one is not answered yet, and has its own deadline */
    link_step(l);
    l->ping(l->arg);
}

void link_heard(struct link *l) {
    td_timer_stop(&l->step);
}

static void on_reached(void *arg) {
    struct link *l = arg;
    if (!l->running || l->is_up)
        return;
    td_timer_stop(&l->step);
    l->is_up = l->told = true;
    l->failures = 0;
    tell_state(l, "up", "");
    td_host_voice_link(l->host, true);
    td_timer_start(l->host, &l->ping_timer, td_settings_number(l->settings, "keepalive"),
                   on_ping_timer);
    if (l->up)
        l->up(l->arg);
}

/* Taking what was told has no deadline of its own: the intake waits for Redis, and the phones are
 * unknown until then. */
void link_synced(struct link *l) {
    td_timer_stop(&l->step);
    spool_mark(&l->spool);
}

/* ---- the whole ---- */

static void on_over(void *arg) {
    link_drop(arg, "down", "more voice events than can be stored; the link begins anew");
}

static void on_spool_idle(void *arg) {
    struct link *l = arg;
    l->spool_idle = true;
    settle(l);
}

void link_init(struct link *l) {
    l->spool.host = l->host;
    l->spool.over = on_over;
    l->spool.reached = on_reached;
    l->spool.idle = on_spool_idle;
    l->spool.arg = l;
    spool_init(&l->spool);
}

void link_fini(struct link *l) {
    spool_fini(&l->spool);
}

void link_start(struct link *l) {
    attempt(l);
}

void link_stop(struct link *l) {
    l->stopping = true;
    td_timer_stop(&l->retry);
    td_timer_stop(&l->step);
    td_timer_stop(&l->ping_timer);
    td_tcp_close(&l->tcp);
    spool_stop(&l->spool);
    settle(l);
}
