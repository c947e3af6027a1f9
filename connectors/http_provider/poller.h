/* poller.h: asks a provider for news again and again, with a cursor that moves only when what it
 * brought is durable.
 *
 * Happy path: build → HTTP → parse → td_host_take → the cursor moves → at once again if something
 * came, else after `poll_interval`. Failures keep the cursor and back off, doubling up to 5
 * minutes: no answer, a refusal (the channel's state says "auth" or "down"), an answer that does
 * not parse, an intake that is full. A message that can never be taken is left out, and the rest
 * goes on. */
#ifndef HTTP_PROVIDER_POLLER_H
#define HTTP_PROVIDER_POLLER_H

#include <tandem/connector.h>

struct poller {
    struct td_host *host;
    const struct td_provider *provider;
    const struct td_settings *settings;
    int64_t timeout_ms;
    void (*idle)(struct poller
                     *p); /* nothing is under way any more, after poller_stop; may fire inside it */
    /* private */
    struct td_timer timer;
    struct td_http http;
    struct td_arena *arena; /* of one round */
    struct td_arena *cursor_arena;
    struct td_str cursor, next_cursor;
    struct td_incoming in; /* of this round */
    size_t one;            /* the next message to take alone */
    const char *state;     /* as last told */
    unsigned failures;
    bool busy, stopping;
};
/* The fields above "private" are set; begins at td_host_cursor. */
void poller_start(struct poller *p);
void poller_stop(struct poller *p);
bool poller_busy(const struct poller *p);
void poller_fini(struct poller *p); /* idle, or never started */

#endif
