/* session.h: keeps a provider's session (td_provider.session_build and its like).
 *
 * Happy path: loaded from the host's secrets → none there, or it is time: session_build → HTTP →
 * session_parse → put, durable → shown as td_settings_session → those who wait go on → again at
 * refresh_at_ms, while the old one still serves. One request at a time.
 *
 * The provider is asked (session_build) only when there is a need: no session, its time has come,
 * or an answer said that it is over. Failure modes: a refusal while there was a session: it is
 * forgotten and one is asked for from the beginning, once; a refusal again: the channel is "auth",
 * those who wait fail, tried again after 10 s, doubling up to 15 min; no answer, a full queue: the
 * same up to 5 min, "down". A new session that cannot be stored is put again and again: it is not
 * asked for twice, for its predecessor may be spent. A session that is over within 30 s of its
 * making is a refusal. At stop a request under way is awaited, not cut: what it brings must be
 * kept. */
#ifndef HTTP_PROVIDER_SESSION_H
#define HTTP_PROVIDER_SESSION_H

#include "http_provider/instance.h"

struct session_wait { /* one who waits; zeroed before the first use */
    struct session_wait *next;
    bool waiting;
    void (*done)(struct session_wait *w, int rc); /* never inside session_need */
};
struct session {
    const struct instance *instance;
    void (*idle)(struct session *s); /* nothing is under way any more, after session_stop */
    /* private */
    enum { SESSION_OFF, SESSION_LOADING, SESSION_RESTING, SESSION_ASKING, SESSION_STORING } step;
    struct td_http http;
    struct td_timer timer;
    struct td_arena *arena;  /* of one request */
    struct td_session fresh; /* in the arena, until it is stored */
    struct td_str before;    /* in the arena: what was forgotten for this request */
    struct session_wait *first;
    unsigned generation, failures;
    int64_t made_at_ms, refresh_at_ms;
    int rc; /* of the last failure */
    char why[256];
    bool good, again, stopping;
};
/* Only for providers that have session_build. */
void session_start(struct session *s);
/* TD_OK: there is one; its number is *generation. TD_EBUSY: done will tell. Otherwise there is
 * none: TD_EAUTH or TD_ECONN, and session_why. `over`: the number of the one that an answer said is
 * over, 0: none. With s NULL always TD_OK. */
int session_need(struct session *s, unsigned over, unsigned *generation, struct session_wait *w,
                 void (*done)(struct session_wait *w, int rc));
void session_leave(struct session *s, struct session_wait *w); /* fine when it does not wait */
const char *session_why(const struct session *s);
/* Does this answer say that the session is over? */
bool session_is_over(const struct instance *i, const struct td_response *r);
void session_stop(struct session *s);
bool session_busy(const struct session *s);
void session_fini(struct session *s); /* idle, or never started */

#endif
