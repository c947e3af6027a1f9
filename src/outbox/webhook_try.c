/* Happy path: the event at the head → signed, posted → 2xx → the place moves behind it.
 *
 * Failure modes: any other answer, or none → wait, twice as long each time → again. Refused for
 * what it is, five times, or older than `give_up` → a dead letter. 410, or failing for `give_up` →
 * paused, until a person resumes it; meanwhile what gets too old is put aside untried. */
#include "base/list.h"
#include "metrics/metrics.h"
#include "outbox/webhook_priv.h"
#include "outbox/webhook_retry.h"

#include <stdio.h>
#include <tandem/log.h>

#define TELL_AFTER_MS ((int64_t)5 * 60 * 1000) /* of failing: people are told */

static bool is_too_old(const struct webhook *w) {
    return loop_wall_ms() - w->head.at >= w->give_up_ms;
}

/* ---- leaving the head ---- */

static void move_place(struct webhook *w) {
    if (w->item == WI_EVENT)
        source_mark(&w->source, &w->st);
    else if (w->item == WI_GAP)
        source_mark_gap(&w->source, &w->st);
    w->st.attempts = 0;
    w->st.next_try_at = 0;
}

static void on_settled(void *arg, const struct redis_reply *reply) {
    struct webhook *w = arg;
    w->pending--;
    w->settling = false;
    if (w->phase == WP_DRAINING) {
        webhook_drained(w);
        return;
    }
    if (!redis_is(reply, R_INT))
        return; /* not known: the tick settles it again */
    if (reply->i < 0)
        return; /* fenced: the lease, or the next question, says so at once */
    if (reply->i > 0)
        webhook_alarm(w, "webhook.dropped",
                      TD_STR("Too many dead letters wait: the oldest were dropped."));
    w->st.dropped += (uint64_t)reply->i;
    if (w->item == WI_AGAIN)
        w->again = (struct td_str){NULL, 0};
    w->item = WI_NONE;
    w->leaving = w->dead = false;
    if (w->phase == WP_READY)
        webhook_pump(w);
}

void webhook_leave(struct webhook *w) {
    struct webhook_settle s = {.holder = w->holder,
                               .term = td_str_of(w->term),
                               .keys = &w->keys,
                               .state = &w->st,
                               .dead = w->dead ? &w->head : NULL};
    if (w->settling)
        return;
    if (w->item == WI_AGAIN)
        s.again = w->again;
    if (webhook_settle(w->redis, &s, on_settled, w) == TD_OK) {
        w->settling = true;
        w->pending++;
    }
}

static void give_up(struct webhook *w, const char *why) {
    td_log(TD_WARN, "webhook", "an event became a dead letter",
           "webhook=%.*s event=%.*s type=%.*s why=\"%s\"", TD_FMT(w->id), TD_FMT(w->head.id),
           TD_FMT(w->head.type), why);
    w->head.why = td_arena_dup(w->work, td_str_of(why));
    w->head.at = loop_wall_ms();
    w->st.dead++;
    move_place(w);
    w->leaving = w->dead = true;
    webhook_leave(w);
}

static void delivered(struct webhook *w) {
    if (w->st.health == WH_FAILING) {
        w->st.health = WH_UP;
        w->st.changed_at = loop_wall_ms();
        td_log(TD_INFO, "webhook", "taken again", "webhook=%.*s", TD_FMT(w->id));
    }
    w->st.failing_since = 0;
    w->st.told = false;
    w->st.error[0] = 0;
    w->st.delivered++;
    w->st.delivered_at = loop_wall_ms();
    if (w->item == WI_GAP)
        w->st.missed += w->gap_batches;
    move_place(w);
    if (w->item == WI_AGAIN) {
        w->leaving = true;
        webhook_leave(w);
        return;
    }
    w->item = WI_NONE;
    webhook_save(w);
}

/* ---- failing ---- */

static void pause(struct webhook *w, const char *why) {
    w->st.health = WH_PAUSED;
    w->st.changed_at = loop_wall_ms();
    w->st.told = true;
    struct td_arena *a = td_arena_new();
    webhook_alarm(w, "webhook.paused",
                  td_arena_printf(a, "Paused until somebody resumes it: %s", why));
    td_arena_free(&a);
}

static bool failed_for_long(const struct webhook *w) {
    return w->st.failing_since && loop_wall_ms() - w->st.failing_since >= w->give_up_ms;
}

static void on_retry(struct loop_timer *t) {
    struct webhook *w = CONTAINER_OF(t, struct webhook, retry);
    w->waiting = false;
    webhook_pump(w);
}

static void wait_for(struct webhook *w, int64_t ms) {
    w->waiting = true;
    w->st.next_try_at = loop_wall_ms() + ms;
    loop_timer_start(webhook_loop(w), &w->retry, ms, 0, on_retry);
}

static void tell(struct webhook *w, int64_t now) {
    int64_t bound = w->give_up_ms < TELL_AFTER_MS ? w->give_up_ms : TELL_AFTER_MS;
    if (w->st.told || now - w->st.failing_since < bound)
        return;
    w->st.told = true;
    webhook_alarm(w, "webhook.failing", td_str_of(w->st.error));
}

static void failed(struct webhook *w, enum webhook_outcome outcome, int64_t at_least_ms) {
    int64_t now = loop_wall_ms();
    uint32_t random;
    loop_random(&random, sizeof random);
    w->st.attempts++;
    if (outcome == WO_REFUSED && w->st.attempts >= WEBHOOK_REFUSED_MAX) {
        give_up(w, w->st.error);
        return;
    }
    if (w->st.health == WH_UP) {
        w->st.health = WH_FAILING;
        w->st.changed_at = w->st.failing_since = now;
    }
    if (outcome == WO_GONE || failed_for_long(w)) {
        pause(w, w->st.error);
    } else {
        int64_t wait = webhook_wait_ms(w->retry_first_ms, w->st.attempts, random);
        tell(w, now);
        wait_for(w, wait > at_least_ms ? wait : at_least_ms);
    }
    webhook_save(w);
}

/* ---- one request ---- */

static int64_t retry_after(const struct td_response *r) {
    uint64_t seconds;
    struct td_str text = td_header(r->headers.v, r->headers.n, "retry-after");
    return td_str_to_u64(text, &seconds) ? webhook_retry_after_ms(seconds) : 0;
}

static const char *name_of(enum webhook_outcome outcome) {
    static const char *const names[] = {[WO_DELIVERED] = "delivered",
                                        [WO_AGAIN] = "again",
                                        [WO_REFUSED] = "refused",
                                        [WO_GONE] = "gone"};
    return names[outcome];
}

static void on_answer(struct http_op *op, const struct http_answer *a) {
    struct webhook *w = CONTAINER_OF(op, struct webhook, op);
    enum webhook_outcome outcome = webhook_outcome(a->response ? a->response->status : 0);
    int64_t at_least_ms = a->response ? retry_after(a->response) : 0;
    w->trying = false;
    if (w->phase == WP_DRAINING) {
        webhook_drained(w);
        return;
    }
    metrics_count(w->o.metrics, METRIC_WEBHOOKS, w->id, td_str_of(name_of(outcome)));
    if (outcome == WO_DELIVERED) {
        delivered(w);
        webhook_pump(w);
        return;
    }
    if (a->response)
        snprintf(w->st.error, sizeof w->st.error, "The receiver answered %d%s.",
                 a->response->status,
                 a->response->status / 100 == 3 ? ": redirects are not followed" : "");
    else
        snprintf(w->st.error, sizeof w->st.error, "%s", a->failure);
    failed(w, outcome, at_least_ms);
    webhook_pump(w); /* a dead letter may have left the head already */
}

static void try_head(struct webhook *w) {
    int64_t now_s = loop_wall_ms() / 1000;
    struct td_pair headers[] = {
        {TD_STR("content-type"), TD_STR("application/json")},
        {TD_STR("user-agent"), TD_STR("Tandem/" TANDEM_VERSION)},
        {TD_STR("webhook-id"), w->head.id},
        {TD_STR("webhook-timestamp"), td_arena_printf(w->work, "%lld", (long long)now_s)},
        {TD_STR("webhook-signature"),
         webhook_signature(w->work, w->secrets, w->head.id, now_s, w->head.body)}};
    struct td_request r = {.method = TD_STR("POST"), .url = w->url, .body = w->head.body};
    struct td_error err = {0};
    r.headers.v = headers;
    r.headers.n = sizeof headers / sizeof headers[0];
    if (http_start(w->o.http, &w->op, &r, w->timeout_ms, w->allow_private, on_answer, &err) ==
        TD_OK) {
        w->trying = true;
        return;
    }
    snprintf(w->st.error, sizeof w->st.error, "%s", err.text);
    failed(w, WO_AGAIN, 0);
}

void webhook_consider(struct webhook *w) {
    if (w->st.health == WH_FAILING && failed_for_long(w))
        pause(w, w->st.error);
    if (w->st.health != WH_UP && is_too_old(w))
        give_up(w, w->st.error[0] ? w->st.error : "It was paused for too long.");
    else if (w->st.health != WH_PAUSED)
        try_head(w);
}
