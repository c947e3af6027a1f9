/* The table of outgoing webhooks: who is told of events. */
#include "config/tables.h"

#include <sodium.h>
#include <stdio.h>

#define AT(member_) .at = offsetof(struct config_webhook, member_)
#define HOUR INT64_C(3600000)
#define KEY_PREFIX TD_STR("whsec_")

enum { KEY_MIN = 24 };

/* The first part of every type (codec/webhook_out.h). */
static const char *const families[] = {"message", "delivery", "conversation", "work",
                                       "contact", "agent",    "channel",      "policy",
                                       "fact",    "alarm",    "gap",          NULL};

bool config_webhook_key(const struct td_secret *secret, uint8_t out[WEBHOOK_KEY_MAX], size_t *n) {
    struct td_str text = td_secret_reveal(secret);
    const char *end = NULL;
    *n = 0;
    if (!td_str_starts(text, KEY_PREFIX))
        return false;
    text = (struct td_str){text.p + KEY_PREFIX.n, text.n - KEY_PREFIX.n};
    return sodium_base642bin(out, WEBHOOK_KEY_MAX, text.p, text.n, NULL, n, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           end == text.p + text.n && *n >= KEY_MIN;
}

static void check_secret(struct reader *r, const struct place *up, unsigned line, const char *key,
                         const struct td_secret *secret) {
    struct place at = {up, td_str_of(key), 0};
    uint8_t bytes[WEBHOOK_KEY_MAX];
    size_t n;
    if (secret && !config_webhook_key(secret, bytes, &n))
        reader_fail(r, &at, line,
                    "expected whsec_ and the base64 of 24 to 64 random bytes, as of "
                    "`echo whsec_$(openssl rand -base64 32)`");
    sodium_memzero(bytes, sizeof bytes);
}

static bool is_pattern(struct td_str p) {
    if (td_str_eqz(p, "*"))
        return true;
    for (size_t i = 0; families[i]; i++) {
        struct td_str family = td_str_of(families[i]);
        if (td_str_starts(p, family) && (p.n == family.n || p.p[family.n] == '.')) {
            const char *star = memchr(p.p, '*', p.n);
            return !star || (star == p.p + p.n - 1 && star[-1] == '.');
        }
    }
    return false;
}

static void check_events(struct reader *r, const struct place *up, unsigned line,
                         const struct td_strs *events) {
    for (size_t i = 0; i < events->n; i++) {
        struct place at = {up, TD_STR("events"), i + 1};
        if (!is_pattern(events->v[i]))
            reader_fail(r, &at, line,
                        "found \"%.*s\", expected a type such as message.received, a family such "
                        "as work.*, or *",
                        TD_FMT(td_str_cut(events->v[i], 64)));
    }
}

static void webhook_done(struct reader *r, const struct place *at, const struct yaml_node *node,
                         void *obj) {
    const struct config_webhook *w = obj;
    struct place url = {at, TD_STR("url"), 0};
    unsigned line = node ? node->line : 1;
    if (td_str_starts(w->url, TD_STR("http:")) && !w->allow_plaintext)
        reader_fail(r, &url, line,
                    "events would be readable on the way: expected https://, or allow_plaintext");
    check_secret(r, at, line, "secret", w->secret);
    check_secret(r, at, line, "old_secret", w->old_secret);
    check_events(r, at, line, &w->events);
}

static const struct row webhook_rows[] = {
    {.key = "url",
     AT(url),
     .rule = {.type = V_URL},
     .required = true,
     .help = "Where each event is posted; a redirect is not followed."},
    {.key = "secret",
     .cell = CELL_SECRET,
     AT(secret),
     .required = true,
     .help = "Signs them: whsec_ and the base64 of 24 to 64 random bytes."},
    {.key = "old_secret",
     .cell = CELL_SECRET,
     AT(old_secret),
     .help = "While secrets change: each request is signed with both."},
    {.key = "events",
     .cell = CELL_TEXTS,
     AT(events),
     .rule = {.type = V_TEXT},
     .shown = "all",
     .help = "Types (message.received), families (work.*) or *."},
    {.key = "timeout",
     AT(timeout_ms),
     .rule = {.type = V_DURATION, .min = 1000, .max = 60000},
     .fallback = "15s",
     .help = "How long one request may take in all."},
    {.key = "retry_first",
     AT(retry_first_ms),
     .rule = {.type = V_DURATION, .min = 50, .max = 600000},
     .fallback = "2s",
     .help = "Wait after the first failure; it doubles each time, up to 30m, less up to half at "
             "random."},
    {.key = "give_up",
     AT(give_up_ms),
     .rule = {.type = V_DURATION, .min = 1000, .max = 24 * HOUR},
     .fallback = "24h",
     .help = "How old an event becomes before it is put aside as a dead letter; a receiver that "
             "failed for so long is paused."},
    {.key = "allow_private",
     AT(allow_private),
     .rule = {.type = V_BOOL},
     .fallback = "false",
     .help = "Let requests reach private and loopback addresses."},
    {.key = "allow_plaintext",
     AT(allow_plaintext),
     .rule = {.type = V_BOOL},
     .fallback = "false",
     .help = "Let the url be http:// (a receiver on this machine)."},
};
const struct table table_webhook = {
    .title = "a webhook",
    .help =
        "Every event is posted there, signed and in order: [the format](../src/outbox/README.md)."
        " At most 32.",
    .size = sizeof(struct config_webhook),
    TABLE_ROWS(webhook_rows),
    .done = webhook_done};
