/* Happy path: look (own secret, then the consent's) → tokens → (soon over: refresh → kept) → ready
 * → look again from time to time.
 *
 * Failure modes: Redis away: looked again. The provider's login away: tried again, 1 s to 1 min,
 * with the old token as long as it lives. invalid_grant: over; a new consent is looked for. Not
 * kept: what came is held back and put again; it is used only when it is durable. */
#include "email/grant.h"

#include <stdio.h>
#include <stdlib.h>
#include <tandem/log.h>

#define OWN_SECRET "oauth"

enum {
    AHEAD_MS = 300000,   /* an access token is replaced so long before its end */
    LOOK_MS = 30000,     /* for a new consent, while all is well */
    LOOK_OVER_MS = 2000, /* … while somebody waits for it */
    RETRY_MIN_MS = 1000,
    RETRY_MAX_MS = 60000,
    FRESH_MS = 60000 /* a token that was refused so young is not worth another try */
};

struct grant {
    struct grant_options o;
    struct td_timer timer;
    struct td_http http;
    enum grant_state state;
    bool under_way, stopping, looked, must_refresh, fresh;
    struct td_arena *arena; /* of the tokens */
    struct td_oauth_tokens tokens;
    unsigned number;             /* of the tokens so far */
    struct td_arena *next_arena; /* fetched, not kept yet */
    struct td_oauth_tokens next;
    char over_id[80]; /* the grant that is over */
    int64_t fetched_at_ms, retry_ms;
    char why[300];
    void (*stopped)(void *arg);
    void *stopped_arg;
};

static void look(struct grant *g);
static void go_on(struct grant *g);

static void on_timer(struct td_timer *t) {
    struct grant *g = (struct grant *)(void *)((char *)t - offsetof(struct grant, timer));
    if (g->stopping)
        g->stopped(g->stopped_arg); /* g may be gone */
    else
        go_on(g);
}

static void later(struct grant *g, int64_t ms) {
    g->under_way = false;
    td_timer_start(g->o.host, &g->timer, g->stopping ? 0 : ms, on_timer);
}

static void later_more(struct grant *g) {
    g->retry_ms = g->retry_ms ? g->retry_ms * 2 : RETRY_MIN_MS;
    if (g->retry_ms > RETRY_MAX_MS)
        g->retry_ms = RETRY_MAX_MS;
    later(g, g->retry_ms);
}

static void tell(struct grant *g, enum grant_state state, const char *why) {
    bool news = state != g->state || g->fresh, fresh = g->fresh;
    g->state = state;
    g->fresh = false;
    snprintf(g->why, sizeof g->why, "%s", why);
    if (news && !g->stopping)
        g->o.on_change(g->o.owner, state, fresh, g->why);
}

static void wipe(struct td_arena **a, struct td_oauth_tokens *t) {
    if (t->access.n)
        explicit_bzero((char *)(uintptr_t)t->access.p, t->access.n);
    if (t->refresh.n)
        explicit_bzero((char *)(uintptr_t)t->refresh.p, t->refresh.n);
    td_arena_free(a);
    *t = (struct td_oauth_tokens){0};
}

static void use(struct grant *g, struct td_arena *a, struct td_oauth_tokens t) {
    wipe(&g->arena, &g->tokens);
    g->arena = a;
    g->tokens = t;
    g->number++;
}

static bool has_time(struct grant *g, int64_t ahead_ms) {
    return g->tokens.access.n && (!g->tokens.expires_at_ms ||
                                  g->tokens.expires_at_ms - td_host_now_ms(g->o.host) > ahead_ms);
}

/* While all is well: until the token wants to be replaced, or a new consent is looked for. */
static void rest(struct grant *g) {
    int64_t ms = LOOK_MS;
    if (g->tokens.expires_at_ms) {
        int64_t left = g->tokens.expires_at_ms - AHEAD_MS - td_host_now_ms(g->o.host);
        ms = left < LOOK_MS ? left : LOOK_MS;
    }
    later(g, ms > RETRY_MIN_MS ? ms : RETRY_MIN_MS);
}

/* ---- keeping ---- */

static void on_kept(void *arg, int rc) {
    struct grant *g = arg;
    if (rc != TD_OK) {
        later_more(g); /* another holder (TD_ESTALE) ends this instance soon */
        return;
    }
    g->fetched_at_ms = td_host_now_ms(g->o.host);
    g->must_refresh = false;
    g->retry_ms = 0;
    use(g, g->next_arena, g->next);
    g->next_arena = NULL;
    g->next = (struct td_oauth_tokens){0};
    tell(g, GRANT_READY, "");
    rest(g);
}

static void keep(struct grant *g) {
    struct td_arena *a = td_arena_new();
    struct td_str packed = td_oauth_pack(a, &g->next);
    g->under_way = true;
    if (td_host_secret_put(g->o.host, OWN_SECRET, packed, on_kept, g) != TD_OK)
        later_more(g);
    explicit_bzero((char *)(uintptr_t)packed.p, packed.n);
    td_arena_free(&a);
}

/* ---- refreshing ---- */

static void over(struct grant *g, const char *why) {
    snprintf(g->over_id, sizeof g->over_id, "%.*s", TD_FMT(td_str_cut(g->tokens.id, 79)));
    wipe(&g->arena, &g->tokens);
    tell(g, GRANT_OVER, why);
    later(g, LOOK_OVER_MS);
}

static void on_answer(struct td_http *op, const struct td_response *r, bool sent,
                      const char *failure) {
    struct grant *g = (struct grant *)(void *)((char *)op - offsetof(struct grant, http));
    struct td_error err = {0};
    struct td_arena *a = td_arena_new();
    struct td_oauth_tokens t = {.id = td_arena_dup(a, g->tokens.id),
                                .refresh = td_arena_dup(a, g->tokens.refresh)};
    (void)sent;
    int rc = r ? td_oauth_parse(a, r, td_host_now_ms(g->o.host), &t, &err)
               : td_error_set(&err, TD_ECONN, "The provider's login cannot be reached: %.200s",
                              failure);
    if (rc == TD_OK) {
        g->next_arena = a;
        g->next = t;
        keep(g);
        return;
    }
    wipe(&a, &t);
    td_log(TD_WARN, "email", "no new access token", "channel=\"%.*s\" why=\"%s\"",
           TD_FMT(td_host_channel(g->o.host)), err.text);
    if (rc == TD_EAUTH) {
        over(g, err.text);
    } else if (rc == TD_EINVAL) {
        tell(g, GRANT_REFUSED, err.text);
        g->looked = false;
        later_more(g);
    } else {
        if (!has_time(g, 0))
            tell(g, GRANT_NONE, err.text);
        later_more(g);
    }
}

static void refresh(struct grant *g) {
    struct td_arena *a = td_arena_new();
    struct td_request r = {0};
    td_oauth_refresh_request(a, g->o.oauth, g->tokens.refresh, &r);
    g->under_way = true;
    if (td_http_start(g->o.host, &g->http, &r, g->o.timeout_ms, on_answer) != TD_OK)
        later_more(g);
    explicit_bzero((char *)(uintptr_t)r.body.p, r.body.n);
    td_arena_free(&a);
}

/* ---- looking ---- */

static bool is_over(const struct grant *g, const struct td_oauth_tokens *t) {
    return g->over_id[0] && td_str_eqz(t->id, g->over_id);
}

/* Whatever is known now decides. */
static void decide(struct grant *g) {
    if (!g->tokens.refresh.n && !g->tokens.access.n) {
        tell(g, GRANT_OVER, g->over_id[0] ? g->why : "Nobody has connected the account yet.");
        later(g, LOOK_OVER_MS);
    } else if (!g->must_refresh && has_time(g, AHEAD_MS)) {
        tell(g, GRANT_READY, "");
        rest(g);
    } else {
        refresh(g);
    }
}

/* A consent that is newer than what we go by takes its place. */
static void on_consent(void *arg, int rc, struct td_str value) {
    struct grant *g = arg;
    struct td_arena *a = td_arena_new();
    struct td_oauth_tokens t = {0};
    bool there = rc == TD_OK && value.n && td_oauth_unpack(a, value, &t) == TD_OK;
    if (rc == TD_ECONN || rc == TD_EIO || g->stopping) {
        wipe(&a, &t);
        later(g, LOOK_OVER_MS);
        return;
    }
    if (there && !is_over(g, &t) && !td_str_eq(t.id, g->tokens.id)) {
        use(g, a, t);
        g->over_id[0] = 0;
        g->must_refresh = false;
        g->fresh = true;
        g->retry_ms = 0;
        g->fetched_at_ms = td_host_now_ms(g->o.host);
    } else {
        wipe(&a, &t);
    }
    decide(g);
}

static void look_for_consent(struct grant *g) {
    g->under_way = true;
    if (td_host_secret_get(g->o.host, TD_OAUTH_GRANT, on_consent, g) != TD_OK)
        later(g, LOOK_OVER_MS);
}

static void on_own(void *arg, int rc, struct td_str value) {
    struct grant *g = arg;
    struct td_arena *a = td_arena_new();
    struct td_oauth_tokens t = {0};
    if (rc == TD_ECONN || rc == TD_EIO || g->stopping) {
        td_arena_free(&a);
        later(g, LOOK_OVER_MS);
        return;
    }
    g->looked = true;
    if (rc == TD_OK && value.n && td_oauth_unpack(a, value, &t) == TD_OK)
        use(g, a, t);
    else
        wipe(&a, &t);
    look_for_consent(g);
}

static void look(struct grant *g) {
    g->under_way = true;
    if (td_host_secret_get(g->o.host, OWN_SECRET, on_own, g) != TD_OK)
        later(g, LOOK_OVER_MS);
}

static void go_on(struct grant *g) {
    if (g->next_arena)
        keep(g);
    else if (!g->looked)
        look(g);
    else
        look_for_consent(g);
}

/* ---- the outside ---- */

struct grant *grant_new(const struct grant_options *o) {
    struct grant *g = calloc(1, sizeof *g);
    if (!g)
        abort(); /* see arena.h */
    g->o = *o;
    return g;
}

void grant_free(struct grant **grant) {
    struct grant *g = *grant;
    if (!g)
        return;
    td_timer_stop(&g->timer);
    wipe(&g->arena, &g->tokens);
    wipe(&g->next_arena, &g->next);
    free(g);
    *grant = NULL;
}

void grant_start(struct grant *g) {
    later(g, 0);
}

void grant_stop(struct grant *g, void (*stopped)(void *arg), void *arg) {
    g->stopping = true;
    g->stopped = stopped;
    g->stopped_arg = arg;
    if (g->http.impl)
        td_http_cancel(&g->http);
    if (!g->under_way)
        later(g, 0);
}

enum grant_state grant_state(const struct grant *g) {
    return g->state;
}

const char *grant_access(struct grant *g, unsigned *number) {
    *number = g->number;
    return g->state == GRANT_READY && has_time(g, 0) ? g->tokens.access.p : NULL;
}

bool grant_not_taken(struct grant *g, unsigned number) {
    if (g->state != GRANT_READY || g->number != number)
        return true; /* it was replaced meanwhile */
    if (g->fetched_at_ms && td_host_now_ms(g->o.host) - g->fetched_at_ms < FRESH_MS)
        return false;
    g->must_refresh = true;
    if (!g->under_way)
        later(g, 0);
    return true;
}
