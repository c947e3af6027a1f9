/* poller.h: asks a provider for one kind of news again and again, with a cursor that moves only
 * when what it brought is durable.
 *
 * Happy path: session → build → HTTP → parse → polls_take → the cursor moves → at once again if
 * something came, else after `poll_interval`; later where the provider's rate headers want it
 * (pace.h). Failures keep the cursor and back off, doubling up to 5 minutes: no session, no answer,
 * a refusal (the channel's state says "auth" or "down"), an answer that does not parse, an intake
 * that is full. A session that is over is renewed and the question put once more. A message that
 * can never be taken is left out, and the rest goes on. */
#ifndef HTTP_PROVIDER_POLLER_H
#define HTTP_PROVIDER_POLLER_H

#include "http_provider/session.h"

struct polls;
struct poller {
    const struct instance *instance;
    struct polls *polls;
    unsigned index;                 /* which poll of the provider's */
    void (*idle)(struct poller *p); /* nothing is under way any more, after poller_stop; may fire
                                       inside it */
    /* polls.c's */
    struct poller *next;
    const struct td_incoming *give;
    struct td_str cursor; /* durable */
    /* private */
    struct td_timer timer;
    struct td_http http;
    struct session_wait wait;
    struct td_arena *arena; /* of one round */
    struct td_arena *cursor_arena;
    struct td_str place, next_cursor; /* place: what is asked, for people */
    struct td_incoming in, part;      /* of this round; what of it is given */
    size_t one;                       /* the next message to take alone */
    enum { POLLER_WHOLE, POLLER_ONE, POLLER_OTHERS, POLLER_CURSOR } giving;
    unsigned failures, generation;
    int64_t pace_ms;
    bool busy, stopping, renewed, hurried;
};
/* The fields above "polls.c's" are set. */
void poller_start(struct poller *p, struct td_str cursor, int64_t after_ms);
/* Asks soon, or once more if it is asking now. */
void poller_hurry(struct poller *p, int64_t after_ms);
void poller_stop(struct poller *p);
bool poller_busy(const struct poller *p);
void poller_fini(struct poller *p); /* idle, or never started */

/* Between polls.c and poller.c: an intake with the cursors of all; its end comes by poller_taken,
 * never inside. At once TD_EINVAL, TD_ELIMIT (it can never be taken), TD_EFULL, TD_ECONN. */
int polls_take(struct polls *all, struct poller *taker, const struct td_incoming *in);
void poller_taken(struct poller *p, int rc);

#endif
