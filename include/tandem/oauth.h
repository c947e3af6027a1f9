/* oauth.h: logging in at a provider by OAuth 2: the authorization code with PKCE, S256 (RFC 6749
 * §4.1, §6; RFC 7636; RFC 9700). Pure: requests are built, answers are read, nothing is sent here.
 *
 * How a channel is connected: an administrator's browser is sent to td_oauth_authorize_url and
 * comes back with a code; td_oauth_code_request exchanges it (src/api/oauth.c) and the grant is
 * kept as the channel's secret TD_OAUTH_GRANT. Who holds the channel takes the tokens from there,
 * refreshes them (td_oauth_refresh_request) and keeps what it got as its own secret, so that the
 * two never overwrite each other. */
#ifndef TANDEM_OAUTH_H
#define TANDEM_OAUTH_H

#include <tandem/provider.h>

/* What a channel's settings say of it. A login_hint is the account's name, extra more parameters of
 * the authorization ("&access_type=offline"), encoded already; secret "": a public client. */
struct td_oauth {
    struct td_str authorize_url, token_url, client_id, client_secret, scopes, login_hint, extra;
    bool allow_private; /* the token endpoint may be in one's own network */
};
#define TD_OAUTH_GRANT "oauth-grant"

/* What was granted. id: of the grant, the same through all refreshes. Printable ASCII each. */
struct td_oauth_tokens {
    struct td_str id, access, refresh;
    int64_t expires_at_ms; /* of `access`; 0: unknown */
};
/* As a secret's text. TD_EPARSE: it is none. */
struct td_str td_oauth_pack(struct td_arena *a, const struct td_oauth_tokens *t);
int td_oauth_unpack(struct td_arena *a, struct td_str packed, struct td_oauth_tokens *out);

/* BASE64URL(SHA-256(verifier)), RFC 7636 §4.2. */
struct td_str td_oauth_challenge(struct td_arena *a, struct td_str verifier);
struct td_str td_oauth_authorize_url(struct td_arena *a, const struct td_oauth *o,
                                     struct td_str redirect_uri, struct td_str state,
                                     struct td_str challenge);
void td_oauth_code_request(struct td_arena *a, const struct td_oauth *o, struct td_str redirect_uri,
                           struct td_str code, struct td_str verifier, struct td_request *out);
void td_oauth_refresh_request(struct td_arena *a, const struct td_oauth *o, struct td_str refresh,
                              struct td_request *out);

/* The token endpoint's answer (RFC 6749 §5). `t` comes with what is known (id, the refresh token in
 * use) and is changed on TD_OK only; an answer without a refresh token keeps the one in use.
 * TD_EAUTH: the grant is over (invalid_grant): somebody has to connect anew. TD_EINVAL: the client
 * or the request is refused: the settings are wrong. TD_EBUSY: not now (5xx, 429). TD_EPARSE: no
 * answer of a token endpoint. err: a sentence with the provider's own words, without secrets. */
int td_oauth_parse(struct td_arena *a, const struct td_response *r, int64_t now_ms,
                   struct td_oauth_tokens *t, struct td_error *err);

#endif
