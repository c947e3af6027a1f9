#include "email/watchdog.h"

#include <stddef.h>
#include <stdio.h>

enum { LOOK_MS = 60000, STALL_MIN_MS = 900000, STALL_POLLS = 3 };

static void tell_stalled(struct watchdog *w, int64_t still_ms) {
    char text[120];
    snprintf(text, sizeof text,
             "Incoming mail stands still: nothing could be fetched for %lld min.",
             (long long)(still_ms / 60000));
    td_host_alarm(w->host, "channel.stalled", td_str_of(text));
    if (w->is_up(w->owner))
        td_host_state(w->host, "down", td_str_of(text));
}

static void tell_over(struct watchdog *w) {
    td_host_alarm(w->host, "channel.stall_over", TD_STR("Incoming mail is fetched again."));
    td_host_state(w->host, "up", TD_STR(""));
}

static void on_timer(struct td_timer *t) {
    struct watchdog *w = (struct watchdog *)(void *)((char *)t - offsetof(struct watchdog, timer));
    int64_t patience = w->poll_ms * STALL_POLLS;
    if (patience < STALL_MIN_MS)
        patience = STALL_MIN_MS;
    int64_t moved = w->moved_at_ms(w->owner);
    int64_t still = td_host_now_ms(w->host) - (moved ? moved : w->started_at_ms);
    bool stalled = still > patience;
    if (stalled && !w->stalled)
        tell_stalled(w, still);
    else if (!stalled && w->stalled)
        tell_over(w);
    w->stalled = stalled;
    td_timer_start(w->host, &w->timer, LOOK_MS, on_timer);
}

void watchdog_start(struct watchdog *w) {
    w->started_at_ms = td_host_now_ms(w->host);
    td_timer_start(w->host, &w->timer, LOOK_MS, on_timer);
}

void watchdog_stop(struct watchdog *w) {
    td_timer_stop(&w->timer);
}
