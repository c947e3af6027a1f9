/* What a channel instance tells of itself beside its state: how far it is behind, alarms. */
#include "outbox/host_priv.h"

#include "metrics/metrics.h"

#include <tandem/log.h>

void td_host_lag(struct td_host *h, int64_t looked_at_ms, uint64_t behind) {
    if (looked_at_ms)
        metrics_set_of(h->metrics, METRIC_LOOKED, h->channel->id, (double)looked_at_ms / 1000);
    metrics_set_of(h->metrics, METRIC_BEHIND, h->channel->id, (double)behind);
}

void host_report_end(struct td_host *h) {
    metrics_forget(h->metrics, METRIC_LOOKED, h->channel->id);
    metrics_forget(h->metrics, METRIC_BEHIND, h->channel->id);
}

void td_host_alarm(struct td_host *h, const char *name, struct td_str text) {
    struct channel_state body = {
        .channel = h->channel->id, .state = td_str_of(name), .error = td_str_cut(text, 1000)};
    struct td_arena *a = td_arena_new();
    struct command c = {.actor_kind = A_SYSTEM};
    td_log(TD_WARN, "channel", "alarm", "channel=\"%.*s\" alarm=%s why=\"%.*s\"",
           TD_FMT(h->channel->id), name, TD_FMT(text));
    if (command_make(a, &c, CMD_ALARM_RAISE, &body) == TD_OK)
        inbox_append(h->inbox, &c, NULL, NULL); /* the log and the channel's state say it, too */
    td_arena_free(&a);
}
