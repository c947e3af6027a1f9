/* host_priv.h: one channel instance's host, shared by the files that implement <tandem/host.h>. */
#ifndef OUTBOX_HOST_PRIV_H
#define OUTBOX_HOST_PRIV_H

#include "base/list.h"
#include "outbox/host.h"
#include "outbox/host_link.h"

struct td_host {
    struct loop *loop;
    struct store *store;
    struct inbox *inbox;
    struct http_client *http;
    const struct config_channel *channel;
    uint64_t term;
    bool allow_private;
    struct td_arena *cursor_arena;
    struct td_str cursor;
    int64_t now_ms;
    struct workers *workers, *peer_workers;
    struct blobs *blobs;
    const uint8_t *key;
    struct metrics *metrics;
    struct td_str public_url;
    size_t takes, https, timers, watches, jobs, blob_jobs, tcps, streams, secrets; /* under way */
    struct td_arena *state_arena; /* NULL: all told */
    struct td_str state, state_text;
    struct loop_timer state_timer;
    bool troubled;         /* the last state was not "up" */
    struct host_link link; /* of a phone system */
};

/* host_report.c: its figures are nobody's from now on. */
void host_report_end(struct td_host *h);

#endif
