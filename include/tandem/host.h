/* host.h: what Tandem offers to a connector. All calls are on the loop's thread. */
#ifndef TANDEM_HOST_H
#define TANDEM_HOST_H

#include <tandem/provider.h>

struct td_host; /* one per channel instance */
struct td_connector;

int64_t td_host_now_ms(struct td_host *h); /* Unix ms, never decreasing in a process */
/* Of this instance: the descriptor, the channel's name, the cursor that was committed last ("":
 * none; borrowed until the next call). */
const struct td_connector *td_host_connector(const struct td_host *h);
struct td_str td_host_channel(const struct td_host *h);
struct td_str td_host_cursor(const struct td_host *h);

/* Durable intake. `done` fires exactly once, never inside the call; rc TD_OK: durable, the peer may
 * be told. Otherwise it must not be told, and will or should send again. TD_EFULL, TD_ECONN at
 * once: nothing was taken. */
typedef void td_taken(void *arg, int rc);
int td_host_take(struct td_host *h, const struct td_incoming *in, td_taken *done, void *arg);

/* The state shown to people: "up", "down", "auth", "misconfigured"; text explains. */
void td_host_state(struct td_host *h, const char *state, struct td_str text);

/* For /metrics: when the provider was last asked for what is new and all of it taken (host's clock;
 * 0: not yet), and how many messages it is known to have beyond that. */
void td_host_lag(struct td_host *h, int64_t looked_at_ms, uint64_t behind);
/* Tells supervisors once (the event "alarm"); name: a constant, as "channel.stalled". */
void td_host_alarm(struct td_host *h, const char *name, struct td_str text);

/* Voice: the link to the phone system; down when the instance begins. Told up only after every live
 * call was taken (td_host_take) since it came back: what was not among them has ended meanwhile.
 * Down makes its phones UNKNOWN. */
void td_host_voice_link(struct td_host *h, bool up);

/* One HTTP exchange with total deadline, size limit (1 MiB) and address policy (the channel's
 * setting allow_private). The request is copied. done fires once, never inside; r is NULL when no
 * answer came, and then `failure` is a sentence without secrets. `sent`: the request may have
 * reached the peer (decides temporary or unknown). At once, nothing was sent and done never fires:
 * TD_EINVAL (the URL, a control character in a header), TD_EFULL. */
struct td_http {
    void *impl; /* private; NULL while it is not running */
    void (*done)(struct td_http *op, const struct td_response *r, bool sent, const char *failure);
};
int td_http_start(struct td_host *h, struct td_http *op, const struct td_request *req,
                  int64_t timeout_ms,
                  void (*done)(struct td_http *, const struct td_response *, bool, const char *));
void td_http_cancel(struct td_http *op); /* done fires soon, r NULL; fine when not running */

/* One outgoing TCP connection, for what is not HTTP. The callbacks are set before the start.
 * on_closed fires once for each start that succeeded, never inside a call: "" after td_tcp_close,
 * else why (no such name, refused, the deadline, the peer's end, a peer that takes nothing for
 * timeout_ms); it may be started again in it. Nothing else is called after td_tcp_close. The
 * channel's setting allow_private is kept to, as in HTTP. */
struct td_tcp {
    void *impl; /* private; NULL while it is not running */
    void (*on_open)(struct td_tcp *t);
    void (*on_data)(struct td_tcp *t, struct td_str data); /* borrowed for the call */
    void (*on_closed)(struct td_tcp *t, const char *why);
};
struct td_tcp_options {
    struct td_str host; /* copied */
    uint16_t port;
    int64_t timeout_ms;     /* for the name and the connection together */
    size_t write_max_bytes; /* that may wait for the peer */
};
int td_tcp_start(struct td_host *h, struct td_tcp *t, const struct td_tcp_options *o,
                 struct td_error *err); /* TD_EINVAL */
/* Copies. TD_ECONN: not open; TD_EFULL: nothing of it was taken. */
int td_tcp_write(struct td_tcp *t, struct td_str data);
void td_tcp_close(struct td_tcp *t); /* fine when it is not running */

/* One-shot, embedded, zeroed before its first start. Starting it again moves it; stopping is fine
 * when it is not running. */
struct td_timer {
    void *impl;
    void (*cb)(struct td_timer *t);
};
void td_timer_start(struct td_host *h, struct td_timer *t, int64_t after_ms,
                    void (*cb)(struct td_timer *));
void td_timer_stop(struct td_timer *t);

/* Readiness of a socket that somebody else owns (a private library): cb is called as long as it is
 * ready. Starting it again changes the events. One watch per socket; stop before closing it. */
enum td_ready { TD_READABLE = 1, TD_WRITABLE = 2, TD_BROKEN = 4 };
struct td_watch {
    void *impl;
    void (*cb)(struct td_watch *w, unsigned events);
};
int td_watch_start(struct td_host *h, struct td_watch *w, int fd, unsigned events,
                   void (*cb)(struct td_watch *, unsigned events));
void td_watch_stop(struct td_watch *w); /* fine when it is not running */

/* Work on another thread: what computes long (large MIME), or what waits for a peer in a blocking
 * library. The job carries deep copies of all it needs: `run` touches nothing but the job, never
 * the host. `done` fires once on the loop, never inside start: TD_OK after `run`; TD_ETIMEDOUT,
 * TD_ECANCELED: `run` may still be at work, so it must not read what `run` writes. `release` frees
 * the job after both; the instance may be gone by then. */
enum td_job_kind { TD_JOB_COMPUTES, TD_JOB_WAITS };
struct td_job {
    void (*run)(struct td_job *j);
    void (*done)(struct td_job *j, int rc);
    void (*release)(struct td_job *j);
    void *impl; /* private; NULL once done has fired */
};
/* TD_EFULL: nothing was started, the caller still owns the job. */
int td_job_start(struct td_host *h, struct td_job *j, enum td_job_kind kind, int64_t deadline_ms);
void td_job_cancel(struct td_job *j); /* done follows soon; fine when it is not running */

/* Files by their SHA-256 (media, attachments, raw mail). What was put is durable when done says
 * TD_OK; then, and not before, a message may name it. The bytes are copied; the name and the bytes
 * that done is given live for the call. At once: TD_ELIMIT (over 64 MiB), TD_EFULL, TD_EINVAL,
 * TD_EUNSUPPORTED (this host keeps no files). */
typedef void td_blob_put_done(void *arg, int rc, struct td_str sha256);
typedef void td_blob_got_done(void *arg, int rc, struct td_str bytes);
int td_host_blob_put(struct td_host *h, struct td_str bytes, td_blob_put_done *done, void *arg);
int td_host_blob_get(struct td_host *h, struct td_str sha256, size_t max_bytes,
                     td_blob_got_done *done, void *arg);

/* A small secret of this channel that must outlive the process (tokens of a session): sealed with
 * the key file, in Redis. `done` fires once, never inside; put: durable when it says TD_OK
 * (TD_ESTALE: another process has the channel now; TD_ECONN: not known). An empty value removes it.
 * got: value lives for the call, "" when there is none (TD_ECONN: not known; TD_EAUTH: sealed with
 * another key file, or changed). At once: TD_ELIMIT: over 16 KiB, TD_EINVAL: a name of other than 1
 * to 64 of a-z 0-9 _ - ., TD_EFULL, TD_ECONN, TD_EUNSUPPORTED (this host keeps none). */
#define TD_SECRET_MAX_BYTES 16384
typedef void td_secret_put_done(void *arg, int rc);
typedef void td_secret_got_done(void *arg, int rc, struct td_str value);
int td_host_secret_put(struct td_host *h, const char *name, struct td_str value,
                       td_secret_put_done *done, void *arg);
int td_host_secret_get(struct td_host *h, const char *name, td_secret_got_done *done, void *arg);

/* Where the world may fetch a stored file for a while: signed, expiring. "" when the installation
 * has no public URL. */
struct td_str td_host_media_url(struct td_host *h, struct td_arena *a, struct td_str sha256,
                                struct td_str name, struct td_str type);

/* A key of this installation for one purpose of this channel, the same on every process. */
void td_host_key(struct td_host *h, const char *purpose, uint8_t out[32]);

#endif
