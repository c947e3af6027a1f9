#include "http_provider/secrets.h"

#define TEXT_MAX 1000
#define SECRET_MIN 4 /* what is shorter stands everywhere */
#define TOKEN_MIN 16 /* of a session: its pieces that look like a token */

static bool holds(struct td_str text, struct td_str part) {
    return text.n && part.n && memmem(text.p, text.n, part.p, part.n);
}

static bool is_token_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c && strchr("-._~+/=", c));
}

/* A session has the provider's own form, such as JSON with two tokens and an address. A token is
 * long and has a digit; the address of a server begins with "//" here. */
static bool holds_token(struct td_str text, struct td_str session) {
    for (size_t i = 0; i < session.n;) {
        size_t from = i;
        bool digit = false;
        for (; i < session.n && is_token_char(session.p[i]); i++)
            digit |= session.p[i] >= '0' && session.p[i] <= '9';
        struct td_str piece = {session.p + from, i - from};
        if (piece.n >= TOKEN_MIN && digit && memcmp(piece.p, "//", 2) != 0 && holds(text, piece))
            return true;
        i += i == from;
    }
    return false;
}

struct td_str secrets_hide(const struct td_connector *c, const struct td_settings *s,
                           struct td_str text) {
    bool found = holds_token(text, td_settings_session(s));
    for (const struct td_setting *row = c->settings; row->name && !found; row++) {
        const struct td_secret *secret = row->flags & TD_SET_SECRET
                                             ? td_settings_secret(s, row->name)
                                             : NULL;
        struct td_str value = secret ? td_secret_reveal(secret) : TD_STR("");
        found = value.n >= SECRET_MIN && holds(text, value);
    }
    return found ? TD_STR("(the provider's answer contained a secret and is not shown)")
                 : td_str_cut(text, TEXT_MAX);
}
