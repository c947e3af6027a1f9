/* provider.h: the pure interface for everything that is HTTP. No I/O, no clock, no state.
 *
 * A provider translates: a hook's request into messages and receipts, a message into a request,
 * an answer into a verdict. One driver (connectors/http_provider) owns sockets, time-outs,
 * throttling, logging and metrics. All memory comes from the arena given. `now_ms` is passed in
 * where time matters. `out` is zeroed by the caller. */
#ifndef TANDEM_PROVIDER_H
#define TANDEM_PROVIDER_H

#include <tandem/arena.h>
#include <tandem/error.h>
#include <tandem/exchange.h>
#include <tandem/message.h>
#include <tandem/settings.h>
#include <tandem/verdict.h>

/* What a phone system told. `agent` is an agent's id or the extension that he is bound to. About a
 * call of an agent (agent and call set): "ringing", "active", "hold", "idle" (over). About a call
 * that nobody has yet (agent empty): "queued", "abandoned". About the agent himself (call empty):
 * "paused" and "unpaused" by other means than our own gate; `reason` as the phone shows it. */
struct td_voice_event {
    struct td_str agent, call, state, from, to, queue, reason;
    uint64_t seq; /* grows within a call; 0: unknown */
    int64_t at;
};
struct td_incoming {
    struct {
        struct td_message *v;
        size_t n;
    } messages;
    struct {
        struct td_receipt *v;
        size_t n;
    } receipts;
    struct {
        struct td_address *v;
        size_t n;
    } opt_outs, opt_ins; /* who wants no messages any more, or wants them again */
    struct {
        struct td_voice_event *v;
        size_t n;
    } voice;
    struct td_str cursor; /* poll: committed with what it brought */
    int answer_status;    /* hook: 200, 204 … once all is durable */
    struct td_str answer_type, answer_body;
};

struct td_session {
    struct td_str value; /* the provider's own form; a secret */
    int64_t refresh_at_ms;
};

struct td_provider {
    /* The names of headers that verify and decode_hook read, lower case or not: a server may have
     * to be told. Fills up to `max`, returns how many. The strings live as long as the settings.
     * NULL: none but the usual (content-type, authorization). */
    size_t (*hook_headers)(const struct td_settings *s, struct td_str *out, size_t max);
    /* TD_OK, TD_EAUTH (wrong or missing signature: 401), TD_ESTALE (outside the replay window:
     * 401). NULL: the provider has no hooks. */
    int (*verify)(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_error *err);
    /* TD_EPARSE with the field's name: 400. */
    int (*decode_hook)(struct td_arena *a, const struct td_settings *s,
                       const struct td_request *hook, int64_t now_ms, struct td_incoming *out,
                       struct td_error *err);
    /* How many things are asked for (mentions, a hashtag), each with a cursor and a pace of its
     * own; `poll` is 0 to 63 at most; a cursor but poll 0's names what it is of. NULL: one. */
    unsigned (*poll_count)(const struct td_settings *s);
    /* TD_EBUSY: not now (a budget is used up): the channel shows err, sends go on, asked again. */
    int (*poll_build)(struct td_arena *a, const struct td_settings *s, unsigned poll,
                      struct td_str cursor, struct td_request *out, struct td_error *err);
    int (*poll_parse)(struct td_arena *a, const struct td_settings *s, unsigned poll,
                      struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                      struct td_error *err);
    /* One call per part (0-based); *parts is set on the first. `key` is the same on every attempt.
     */
    int (*submit_build)(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                        const struct td_address *to, struct td_str key, unsigned part,
                        unsigned *parts, struct td_request *out, struct td_error *err);
    /* Last, when it is about to go: adds what depends on the time (a signature). NULL: nothing. */
    int (*submit_sign)(struct td_arena *a, const struct td_settings *s, int64_t now_ms,
                       struct td_request *out, struct td_error *err);
    /* Only for answers that came; the driver maps failures of transport (connectors/README.md,
     * "Verdicts"). TD_EUNSUPPORTED: out->kind by the status, as the driver does; the rest is kept.
     */
    int (*submit_parse)(struct td_arena *a, const struct td_settings *s,
                        const struct td_response *r, struct td_verdict *out);

    /* A session: what the provider hands out for a while (tokens, an endpoint). The driver keeps it
     * sealed, shows it as td_settings_session, makes one request at a time; a new one is durable
     * before it is used. NULL: none. session_build, only at need (none yet, its time, it is over):
     * TD_OK and what to ask, or TD_EEXIST: the settings must do. A refusal (4xx) while there was
     * one: it is forgotten and asked for from the beginning, once. session_parse, of 2xx only:
     * `refresh_at_ms`: when to build again (0: when it is over). session_over: does this answer say
     * so, and nothing was done? NULL: a 401 does. */
    int (*session_build)(struct td_arena *a, const struct td_settings *s, int64_t now_ms,
                         struct td_request *out, struct td_error *err);
    int (*session_parse)(struct td_arena *a, const struct td_settings *s,
                         const struct td_response *r, int64_t now_ms, struct td_session *out,
                         struct td_error *err);
    bool (*session_over)(const struct td_settings *s, const struct td_response *r);

    /* News as they happen: server-sent events over one long answer. What is missed comes by the
     * polls: no cursor. NULL: none; stream_build TD_EUNSUPPORTED: the settings want none.
     * stream_parse TD_EPARSE: this event is logged and left out. */
    int (*stream_build)(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                        struct td_error *err);
    int (*stream_parse)(struct td_arena *a, const struct td_settings *s, struct td_str event,
                        struct td_str data, struct td_incoming *out, struct td_error *err);

    /* An attachment's bytes: the request for its url; if the answer only says where they are, *next
     * (asked with the same headers on the same host only). NULL media_build: a plain GET without
     * credentials. NULL media_parse: the answer is the bytes; else TD_OK and *next "" say so. */
    int (*media_build)(struct td_arena *a, const struct td_settings *s, struct td_str url,
                       struct td_request *out, struct td_error *err);
    int (*media_parse)(struct td_arena *a, const struct td_settings *s, struct td_str url,
                       const struct td_response *r, struct td_str *next, struct td_error *err);
    /* For `tandemctl doctor`: a request that needs the login and changes nothing, and what its
     * answer means: TD_OK, or the fix in one sentence. TD_EUNSUPPORTED of probe_build: not with
     * these settings. Both NULL: there is none. */
    int (*probe_build)(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                       struct td_error *err);
    int (*probe_parse)(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                       struct td_error *err);
    /* Attachments that the provider wants before the message, one call each: *ref becomes the
     * attachment's url for submit_build. TD_EBUSY: not ready, built again later, url being
     * *ref. NULL (with TD_CAN_MEDIA): the provider fetches them from us by the attachment's url. */
    int (*upload_build)(struct td_arena *a, const struct td_settings *s,
                        const struct td_attachment *file, struct td_str bytes,
                        struct td_request *out, struct td_error *err);
    int (*upload_parse)(struct td_arena *a, const struct td_settings *s,
                        const struct td_response *r, struct td_str *ref, struct td_error *err);
};

#endif
