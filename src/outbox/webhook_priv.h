/* webhook_priv.h: what webhook.c (the lease, the place, the stream) and webhook_try.c (one event at
 * its receiver) share. */
#ifndef OUTBOX_WEBHOOK_PRIV_H
#define OUTBOX_WEBHOOK_PRIV_H

#include "io/http_client.h"
#include "outbox/hold.h"
#include "outbox/webhook.h"
#include "outbox/webhook_sign.h"
#include "outbox/webhook_source.h"

enum webhook_phase { WP_OFF, WP_LOADING, WP_READY, WP_DRAINING };
enum webhook_item { WI_NONE, WI_EVENT, WI_GAP, WI_AGAIN };

struct webhook {
    struct webhooks_options o;
    struct redis *redis;
    struct td_arena *arena; /* for its life */
    struct td_str id, url;
    struct webhook_key secrets[WEBHOOK_KEYS_MAX];
    struct td_strs patterns;
    bool allow_private;
    int64_t timeout_ms, retry_first_ms, give_up_ms;
    struct webhook_keys keys;
    struct td_str holder; /* the key with the term */

    struct hold *hold;
    enum webhook_phase phase;
    char term[24];
    uint64_t next_term; /* held anew while the last term drains; 0: not */
    bool ending;        /* frees itself when drained */
    size_t pending;     /* answers of Redis */
    struct loop_timer tick, retry;

    struct webhook_state st;
    struct webhook_source source;
    bool reading, at_end; /* the stream's next entry */
    bool gap;             /* before the entry under way, not told yet */
    uint64_t gap_batches;
    bool dirty, saving; /* the place */
    struct td_arena *again_arena;
    struct td_str again; /* the first dead letter that is wanted again; "": none is known */

    /* the event at the head */
    enum webhook_item item;
    struct td_arena *work;    /* of it */
    struct webhook_dead head; /* id, type, body; `at` counts its age; why: when it is given up */
    bool leaving;             /* done with; what Redis must know for good is not settled yet */
    bool settling, dead;      /* it is on its way; it is a dead letter */
    struct http_op op;
    bool trying, waiting; /* a request is under way; the retry timer runs */
};

static inline struct loop *webhook_loop(const struct webhook *w) {
    return store_loop(w->o.store);
}

/* webhook.c */
void webhook_pump(struct webhook *w);
void webhook_save(struct webhook *w);    /* the place and the state, soon */
void webhook_drained(struct webhook *w); /* something that was under way has ended */
void webhook_alarm(struct webhook *w, const char *name, struct td_str text);

/* webhook_try.c */
void webhook_consider(struct webhook *w); /* the head: give up, wait, or try */
void webhook_leave(struct webhook *w);    /* `leaving`: settle it, again if need be */

#endif
