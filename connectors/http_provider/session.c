#include "http_provider/session.h"

#include "http_provider/secrets.h"
#include "http_provider/verdicts.h"

#include <stdio.h>
#include <tandem/log.h>

#define NAME "session"
#define RETRY_FIRST_MS 10000
#define RETRY_MAX_MS 300000
#define RETRY_REFUSED_MAX_MS 900000
#define STORE_AGAIN_MS 2000
#define MADE_JUST_NOW_MS 30000
#define REFRESH_SOONEST_MS 60000
#define PROVEN_MS 600000

static void ask(struct session *s);
static void store(struct session *s);

static struct session *of_timer(struct td_timer *t) {
    return INSTANCE_OF(t, struct session, timer);
}
static int64_t now_of(const struct session *s) {
    return td_host_now_ms(s->instance->host);
}

/* ---- those who wait ---- */

static void wake(struct session *s, int rc) {
    struct session_wait *w = s->first;
    s->first = NULL;
    while (w) { /* whoever is woken may wait again, behind the others */
        struct session_wait *next = w->next;
        w->waiting = false;
        w->done(w, rc);
        w = next;
    }
}

void session_leave(struct session *s, struct session_wait *w) {
    if (!w->waiting)
        return;
    struct session_wait **at = &s->first;
    while (*at && *at != w)
        at = &(*at)->next;
    if (*at)
        *at = w->next;
    w->waiting = false;
}

static void rest(struct session *s) {
    s->step = SESSION_RESTING;
    if (s->stopping)
        s->idle(s);
}

/* ---- failing ---- */

static void on_retry(struct td_timer *t) {
    ask(of_timer(t));
}

static void fail(struct session *s, int rc, const char *state, struct td_str text) {
    const struct instance *i = s->instance;
    int64_t wait = RETRY_FIRST_MS, most = rc == TD_EAUTH ? RETRY_REFUSED_MAX_MS : RETRY_MAX_MS;
    for (unsigned k = 0; k < s->failures && wait < most; k++)
        wait *= 2;
    s->failures++;
    s->rc = rc;
    text = secrets_hide(i->connector, i->settings, text);
    snprintf(s->why, sizeof s->why, "%.*s", TD_FMT(td_str_cut(text, sizeof s->why - 1)));
    if (s->before.n) /* it may still do for a while */
        td_settings_set_session(i->settings, s->before);
    if (!s->stopping) {
        if (!s->good || rc == TD_EAUTH)
            health_tell(i->health, 0, state, td_str_of(s->why));
        td_timer_start(i->host, &s->timer, wait < most ? wait : most, on_retry);
    }
    s->step = SESSION_RESTING;
    wake(s, rc);
    rest(s);
}

/* ---- having one ---- */

static void on_time(struct td_timer *t) {
    ask(of_timer(t));
}

static void now_good(struct session *s) {
    const struct instance *i = s->instance;
    s->good = true;
    s->generation++;
    s->why[0] = 0;
    if (s->refresh_at_ms && !s->stopping) {
        int64_t wait = s->refresh_at_ms - now_of(s);
        bool soon = wait < REFRESH_SOONEST_MS && s->made_at_ms;
        td_timer_start(i->host, &s->timer,
                       soon       ? REFRESH_SOONEST_MS
                       : wait > 0 ? wait
                                  : 0,
                       on_time);
    }
    if (!s->stopping)
        health_tell(i->health, 0, "up", TD_STR(""));
    s->step = SESSION_RESTING;
    wake(s, TD_OK);
    rest(s);
}

static void use_fresh(struct session *s) {
    td_settings_set_session(s->instance->settings, s->fresh.value);
    s->refresh_at_ms = s->fresh.refresh_at_ms;
    s->made_at_ms = now_of(s);
    s->failures = 0;
    now_good(s);
}

static void on_stored(void *arg, int rc);

static void on_store_again(struct td_timer *t) {
    store(of_timer(t));
}

static void not_stored(struct session *s, int rc) {
    if (rc == TD_ESTALE || rc == TD_ELIMIT || s->stopping) {
        fail(s, TD_ECONN, "down",
             rc == TD_ESTALE ? TD_STR("another process has the channel now")
                             : TD_STR("the new session could not be stored"));
        return;
    }
    td_log(TD_WARN, "channel", "the new session is not stored yet", "channel=\"%.*s\" why=\"%s\"",
           TD_FMT(td_host_channel(s->instance->host)), td_rc_text(rc));
    td_timer_start(s->instance->host, &s->timer, STORE_AGAIN_MS, on_store_again);
}

static void on_stored(void *arg, int rc) {
    struct session *s = arg;
    if (rc == TD_OK)
        use_fresh(s);
    else
        not_stored(s, rc);
}

static void store(struct session *s) {
    struct td_str value = td_arena_printf(s->arena, "%lld %.*s", (long long)s->fresh.refresh_at_ms,
                                          TD_FMT(s->fresh.value));
    s->step = SESSION_STORING;
    int rc = td_host_secret_put(s->instance->host, NAME, value, on_stored, s);
    if (rc == TD_EUNSUPPORTED) /* this host keeps none: it lives as long as the process */
        use_fresh(s);
    else if (rc != TD_OK)
        not_stored(s, rc);
}

/* ---- asking for one ---- */

/* A refusal may mean the session that we have (a spent refresh token): then from the beginning. */
static void refused(struct session *s, const struct td_response *r, uint32_t kind) {
    const struct td_settings *settings = s->instance->settings;
    if (!s->before.n && td_settings_session(settings).n) {
        s->before = td_arena_dup(s->arena, td_settings_session(settings));
        td_settings_set_session(settings, TD_STR(""));
        s->again = true;
        ask(s);
        return;
    }
    struct td_str text = td_arena_printf(s->arena, "no session: HTTP %d %.*s", r->status,
                                         TD_FMT(verdict_excerpt(s->arena, r->body)));
    fail(s, TD_EAUTH, kind == TD_V_MISCONFIGURED ? "misconfigured" : "auth", text);
}

static void on_answer(struct td_http *http, const struct td_response *r, bool sent,
                      const char *failure) {
    struct session *s = INSTANCE_OF(http, struct session, http);
    const struct instance *i = s->instance;
    struct td_error err = {0};
    struct td_verdict v = {0};
    (void)sent;
    s->fresh = (struct td_session){0};
    if (!r) {
        fail(s, TD_ECONN, "down", td_str_of(failure));
        return;
    }
    verdict_by_status(s->arena, r, now_of(s), &v);
    if (v.kind == TD_V_TEMPORARY || v.kind == TD_V_RATE_LIMITED || v.kind == TD_V_UNKNOWN)
        fail(s, TD_ECONN, "down", td_arena_printf(s->arena, "no session: HTTP %d", r->status));
    else if (v.kind != TD_V_ACCEPTED)
        refused(s, r, v.kind);
    else if (i->connector->provider->session_parse(s->arena, i->settings, r, now_of(s), &s->fresh,
                                                   &err) != TD_OK ||
             !s->fresh.value.n)
        fail(s, TD_ECONN, "down", td_arena_printf(s->arena, "no session: %s", err.text));
    else
        store(s);
}

static void ask(struct session *s) {
    const struct instance *i = s->instance;
    struct td_request request = {0};
    struct td_error err = {0};
    s->step = SESSION_ASKING;
    td_timer_stop(&s->timer);
    if (!s->again) { /* else it is one more try, and `before` stands in the arena */
        td_arena_reset(s->arena);
        s->before = TD_STR("");
    }
    s->again = false;
    int rc = i->connector->provider->session_build(s->arena, i->settings, now_of(s), &request,
                                                   &err);
    if (rc == TD_EEXIST && (s->good || !s->generation || s->failures)) {
        s->refresh_at_ms = 0;
        s->made_at_ms = now_of(s);
        now_good(s);
        return;
    }
    if (rc == TD_OK)
        rc = td_http_start(i->host, &s->http, &request, i->timeout_ms, on_answer);
    if (rc == TD_EEXIST)
        fail(s, TD_EAUTH, "auth", TD_STR("the provider does not accept the credentials"));
    else if (rc == TD_EFULL)
        fail(s, TD_ECONN, "down", td_str_of(td_rc_text(rc)));
    else if (rc != TD_OK)
        fail(s, TD_EAUTH, "misconfigured", td_str_of(err.text[0] ? err.text : td_rc_text(rc)));
}

/* ---- loading ---- */

static void load(struct session *s);

static void on_load_again(struct td_timer *t) {
    load(of_timer(t));
}

static void on_loaded(void *arg, int rc, struct td_str value) {
    struct session *s = arg;
    const struct instance *i = s->instance;
    const char *blank = value.n ? memchr(value.p, ' ', value.n) : NULL;
    uint64_t refresh_at;
    if (s->stopping) {
        rest(s);
    } else if (rc == TD_ECONN) { /* to ask for a new one could spend the one that is there */
        td_timer_start(i->host, &s->timer, STORE_AGAIN_MS, on_load_again);
    } else if (rc == TD_OK && blank &&
               td_str_to_u64((struct td_str){value.p, (size_t)(blank - value.p)}, &refresh_at)) {
        size_t n = (size_t)(blank + 1 - value.p);
        td_settings_set_session(i->settings, (struct td_str){value.p + n, value.n - n});
        s->refresh_at_ms = (int64_t)refresh_at;
        now_good(s);
    } else {
        if (rc != TD_OK && rc != TD_EUNSUPPORTED)
            td_log(TD_WARN, "channel", "the stored session cannot be read: a new one is asked for",
                   "channel=\"%.*s\" why=\"%s\"", TD_FMT(td_host_channel(i->host)), td_rc_text(rc));
        ask(s);
    }
}

static void load(struct session *s) {
    s->step = SESSION_LOADING;
    int rc = td_host_secret_get(s->instance->host, NAME, on_loaded, s);
    if (rc == TD_EUNSUPPORTED)
        ask(s);
    else if (rc != TD_OK)
        td_timer_start(s->instance->host, &s->timer, STORE_AGAIN_MS, on_load_again);
}

/* ---- the interface ---- */

static void ask_soon(struct session *s) {
    s->step = SESSION_ASKING;
    td_timer_start(s->instance->host, &s->timer, 0, on_retry);
}

void session_start(struct session *s) {
    s->arena = td_arena_new();
    load(s);
}

int session_need(struct session *s, unsigned over, unsigned *generation, struct session_wait *w,
                 void (*done)(struct session_wait *w, int rc)) {
    if (!s)
        return TD_OK;
    *generation = s->generation;
    if (over && over == s->generation && s->good) {
        int64_t age = s->made_at_ms ? now_of(s) - s->made_at_ms : PROVEN_MS;
        bool at_once = age < MADE_JUST_NOW_MS;
        s->good = false;
        if (age >= PROVEN_MS)
            s->failures = 0;
        if (s->step == SESSION_RESTING && at_once && !s->stopping)
            fail(s, TD_EAUTH, "auth", TD_STR("the provider refuses the session it has just made"));
        else if (s->step == SESSION_RESTING && !s->stopping)
            ask_soon(s);
    }
    if (s->good)
        return TD_OK;
    if (s->step == SESSION_RESTING || s->step == SESSION_OFF)
        return s->rc ? s->rc : TD_ECONN;
    w->done = done;
    w->waiting = true;
    w->next = NULL;
    struct session_wait **at = &s->first;
    while (*at)
        at = &(*at)->next;
    *at = w;
    return TD_EBUSY;
}

const char *session_why(const struct session *s) {
    return s->why[0] ? s->why : "there is no session with the provider";
}

bool session_is_over(const struct instance *i, const struct td_response *r) {
    const struct td_provider *p = i->connector->provider;
    if (!i->session)
        return false;
    return p->session_over ? p->session_over(i->settings, r) : r->status == 401;
}

/* What is only waited for is given up; what is under way with a peer is not. */
void session_stop(struct session *s) {
    bool rests = s->timer.impl || s->step == SESSION_RESTING || s->step == SESSION_OFF;
    s->stopping = true;
    td_timer_stop(&s->timer);
    if (!rests)
        return;
    s->step = SESSION_RESTING;
    wake(s, TD_ECONN);
    s->idle(s);
}

bool session_busy(const struct session *s) {
    return s->step != SESSION_OFF && s->step != SESSION_RESTING;
}

void session_fini(struct session *s) {
    td_arena_free(&s->arena);
}
