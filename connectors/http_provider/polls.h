/* polls.h: all polls of one channel: their pollers, and the one string that keeps their cursors.
 *
 * They begin spread over the interval, each with its own pace after that. What they bring is taken
 * one after the other, for each intake commits the cursors of all. */
#ifndef HTTP_PROVIDER_POLLS_H
#define HTTP_PROVIDER_POLLS_H

#include "http_provider/poller.h"

struct polls {
    const struct instance *instance;
    void (*idle)(struct polls *p); /* nothing is under way any more, after polls_stop */
    /* private */
    struct td_arena *arena; /* of the pollers */
    struct poller *v;
    unsigned n;
    struct poller *taking, *first; /* whose intake is under way; who waits for it, in order */
    struct td_arena *take_arena;
    bool stopping;
};
/* How many polls the provider has; 0: none. At most CURSORS_MAX. */
unsigned polls_count(const struct td_connector *c, const struct td_settings *s);
void polls_start(struct polls *p);
/* All of them soon, one shortly after the other: a stream is open (again). */
void polls_hurry(struct polls *p);
void polls_stop(struct polls *p);
bool polls_busy(const struct polls *p);
void polls_fini(struct polls *p); /* idle, or never started */

#endif
