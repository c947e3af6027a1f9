/* fake_host.h: a host without a loop, for the contract suite: virtual time, scripted HTTP, recorded
 * intake.
 *
 * It checks the caller's half of the contract as it goes: callbacks never fire inside a call of the
 * connector (fake_enter … fake_leave), timers and exchanges are not started before they may be. */
#ifndef CONTRACT_FAKE_HOST_H
#define CONTRACT_FAKE_HOST_H

#include <tandem/connector.h>

/* What became of one exchange: status 0 with `sent` and `failure` is no answer. */
struct fake_answer {
    struct td_response response;
    bool sent;
    const char *failure; /* no answer */
    bool hang;           /* never answered: only cancel ends it, with `sent` */
};
struct fake_seen {             /* one exchange that was started */
    struct td_request request; /* in the host's arena */
    int64_t timeout_ms;
};

/* What becomes of a connection: nobody listens, a peer is there, or nothing ever answers. */
enum fake_tcp_mode { FAKE_TCP_REFUSES, FAKE_TCP_ACCEPTS, FAKE_TCP_HANGS };

/* What becomes of a stream that is started: no connection, an answer of success, a refusal. */
enum fake_stream_mode { FAKE_STREAM_FAILS, FAKE_STREAM_OPENS, FAKE_STREAM_REFUSES };
struct fake_stream;
struct fake_stream_script {
    enum fake_stream_mode mode;
    struct td_response refusal;
    struct fake_stream *open; /* at most one at a time is under way */
    struct td_request seen;   /* the last that was started, in the host's arena */
    unsigned starts;
};

struct fake_timer;
struct fake_tcp;
struct fake_http;
struct td_host {
    const struct td_connector *connector;
    const struct td_settings *settings;
    struct td_arena *arena;
    int64_t now_ms;
    bool inside;    /* a call of the connector is under way */
    bool forbidden; /* nothing may be started now (create, before start) */
    struct fake_timer *timers;
    struct fake_http *https;
    struct td_str cursor;
    /* script: what the n-th exchange is answered; NULL: 200 with an empty body.
     * Jobs ask it too, with r NULL: `hang` holds them until their deadline or cancel. */
    struct fake_answer (*answer)(struct td_host *h, const struct td_request *r, size_t n);
    struct fake_seen seen[64];
    size_t n_seen;
    /* intake: rc at once, and later */
    int take_now, take_later;
    int (*picky)(struct td_host *h, const struct td_incoming *in); /* NULL, or another rc at once */
    struct td_incoming taken[64];                                  /* in the host's arena */
    size_t n_taken;
    struct fake_take *takes;
    struct fake_job *jobs;
    struct fake_blob *blobs;
    struct fake_secret *secrets; /* what is kept, and what is under way */
    struct fake_secret_job *secret_jobs;
    int secret_rc; /* what asking for a secret, and keeping one, ends with */
    struct fake_watch *watches;
    struct td_str stored[64]; /* the first files put, in the host's arena */
    unsigned n_stored;
    char states[16][300]; /* "down: why" */
    size_t n_states;
    char alarms[8][64];
    size_t n_alarms;
    int64_t looked_at_ms; /* as told last */
    uint64_t behind;
    /* voice: what was taken, and the link as told ("" before) */
    struct td_voice_event voice[512]; /* in the host's arena */
    size_t n_voice;
    char links[64][8];
    size_t n_links;
    struct fake_tcp *tcps; /* fake_tcp.h */
    enum fake_tcp_mode tcp_mode;
    unsigned tcp_starts;
    struct fake_stream_script streams; /* fake_stream.h */
    void *user;
};

struct td_host *fake_new(const struct td_connector *c, const struct td_settings *s);
void fake_free(struct td_host **h); /* nothing may be left under way */
/* Fires what is due, in order of time, until `ms` have passed. */
void fake_run(struct td_host *h, int64_t ms);
/* How much is under way: timers, exchanges, takes. */
size_t fake_pending(const struct td_host *h);

/* A copy in the host's arena. */
struct td_request fake_copy_request(struct td_host *h, const struct td_request *r);

#endif
