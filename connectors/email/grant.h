/* grant.h: the access token of a channel that logs in by OAuth 2 (<tandem/oauth.h>).
 *
 * Takes what an administrator's consent has brought, fetches a new access token ahead of the old
 * one's end, and keeps what it got before it uses it: a refresh token that was rotated must not be
 * lost. A grant that is over (invalid_grant) stays over until somebody connects the channel anew;
 * that is looked for every 2 s. */
#ifndef EMAIL_GRANT_H
#define EMAIL_GRANT_H

#include <tandem/connector.h>

enum grant_state {
    GRANT_NONE,   /* not known yet, or it cannot be fetched now: later */
    GRANT_READY,  /* grant_access tells it */
    GRANT_OVER,   /* somebody has to connect the channel */
    GRANT_REFUSED /* the provider refuses the client: the settings are wrong */
};
struct grant;
struct grant_options {
    struct td_host *host;
    const struct td_oauth *oauth; /* borrowed */
    int64_t timeout_ms;
    void *owner;
    /* The state has changed, or there is another token of another consent (`fresh`). Not inside a
     * call. why: a sentence, for the call. */
    void (*on_change)(void *owner, enum grant_state state, bool fresh, const char *why);
};
struct grant *grant_new(const struct grant_options *o);
void grant_free(struct grant **g); /* stopped, or never started */
void grant_start(struct grant *g);
/* stopped fires once, never inside. */
void grant_stop(struct grant *g, void (*stopped)(void *arg), void *arg);

enum grant_state grant_state(const struct grant *g);
/* NULL unless there is one that counts now; for this turn of the loop. *number tells it from
 * others.
 */
const char *grant_access(struct grant *g, unsigned *number);
/* A server did not take that one. true: another one is being fetched, it is worth another try;
 * false: it was fresh, and refused all the same. */
bool grant_not_taken(struct grant *g, unsigned number);

#endif
