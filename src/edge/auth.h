/* auth.h: who is it? Browser sessions, API tokens, visitors' tokens.
 *
 * Passwords are argon2id (libsodium, on a worker thread: slow by design). A browser session is a
 * random 256-bit token in a cookie; Redis holds its SHA-256 → "<agent id> <when his password was
 * set>", TTL 12 h, sliding: a new password ends what the old one opened. API tokens stand in the
 * hash {t}:tokens, SHA-256 (hex) → {"name","scopes"}. */
#ifndef EDGE_AUTH_H
#define EDGE_AUTH_H

#include "codec/token_in.h"
#include "edge/edge.h"

struct auth_who {
    uint32_t actor_kind; /* A_AGENT, A_SUPERVISOR, A_ADMIN, A_API; 0: nobody */
    struct td_str id;    /* agent id or token name */
    struct td_str name;  /* display name of an agent */
    int64_t password_at; /* of the session: which password opened it */
    struct td_str csrf;  /* of the session; "" for tokens */
    uint32_t scopes;     /* API tokens: enum token_scope */
    bool by_cookie;
    bool unavailable; /* Redis is away: answer 503, not 401 */
};

struct workers;
struct auth *auth_new(struct edge *e);
void auth_free(struct auth **a);

/* Looks the request's cookie or bearer token up; done fires once, never inside; `who` lives for the
 * call (copy). Not called when the request is gone before. A cookie on an unsafe method counts only
 * with its X-CSRF and the page's own Origin. */
void auth_check(struct edge *e, struct web_request *r,
                void (*done)(struct web_request *r, void *arg, const struct auth_who *who),
                void *arg);

/* The same for a session token taken from a cookie: what sockets use. Embedded in its flow. cancel:
 * done does not fire any more. */
struct auth_lookup {
    void *impl; /* private */
    void (*done)(struct auth_lookup *l, const struct auth_who *who);
};
void auth_lookup_start(struct edge *e, struct auth_lookup *l, struct td_str cookie,
                       void (*done)(struct auth_lookup *, const struct auth_who *));
void auth_lookup_cancel(struct auth_lookup *l);

/* SHA-256 of a token in hex: what Redis knows of it. */
void auth_token_hash(struct td_str token, char hex[65]);

/* The session cookie of a request, "" when it has none. */
struct td_str auth_cookie(const struct web_request *r);
/* "Origin" equals the page's own: scheme and host as the request came in. */
bool auth_same_origin(const struct web_request *r);

/* "v1.<visitor>.<issued s>.<mac>", bound to the channel; see connectors/webchat/README.md. */
struct td_str auth_visitor_token(struct edge *e, struct td_arena *a, struct td_str channel,
                                 struct td_str visitor);
/* TD_OK and the visitor id; TD_EAUTH. Tokens older than 400 days are refused. */
int auth_visitor_check(struct edge *e, struct td_str channel, struct td_str token,
                       struct td_str *visitor);

#endif
