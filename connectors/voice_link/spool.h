/* spool.h: voice events on their way to the inbox, in order.
 *
 * Happy path: put → td_host_take in batches → the mark is reached. An intake that is full or away
 * is tried again every second. At its maximum (SPOOL_EVENTS_MAX that wait) all that wait is dropped
 * and `over` is called: the connector drops its link, and the resync afterwards tells anew what is
 * true by then. */
#ifndef VOICE_LINK_SPOOL_H
#define VOICE_LINK_SPOOL_H

#include <tandem/host.h>

#define SPOOL_EVENTS_MAX 5000
#define SPOOL_BATCH 50

struct spool_lot { /* what was put since the last swap */
    struct td_arena *arena;
    struct td_voice_event *v;
    size_t n, cap;
};
struct spool {
    struct td_host *host;
    void (*over)(void *arg);
    void (*reached)(void *arg); /* the mark; may be called inside spool_mark */
    void (*idle)(void *arg);    /* after spool_stop: nothing is under way; may be called inside */
    void *arg;
    /* private */
    struct spool_lot filling, leaving;
    size_t at, flying; /* in leaving: the first not taken, and how many are being taken */
    uint64_t put, taken, mark;
    bool marked, stopping;
    struct td_timer retry;
};
/* The fields above "private" are set. */
void spool_init(struct spool *s);
void spool_fini(struct spool *s); /* idle, or nothing was ever put */
/* Copies. */
void spool_put(struct spool *s, const struct td_voice_event *e);
/* `reached` is called once when all that was put by now is taken. Again: the newer mark counts. */
void spool_mark(struct spool *s);
void spool_unmark(struct spool *s);
/* What waits is dropped. */
void spool_stop(struct spool *s);

#endif
