/* One entry of the outbox. Happy path: its turn → journalled → the connector's send → its verdict
 * appended to the inbox → forgotten from the journal.
 *
 * Failure modes: Redis away before the journal answered: not sent, its turn comes again. The
 * journal refuses: fenced, nothing more is begun. The connector never answers: cancelled after
 * SEND_MAX_MS. The verdict cannot be appended: tried again until it can. */
#include "outbox/sender_priv.h"

#include "base/mem.h"
#include "store/failpoint.h"

#include <assert.h>

#define SEND_MAX_MS 300000
#define REFUSED_HOLD_MS 10000 /* after auth and misconfigured: no drumfire on a closed door */

void job_free(struct job *j) {
    struct sender *s = j->sender;
    list_del(&j->link);
    loop_timer_stop(&j->timer);
    s->n_jobs--;
    if (j->step == JOB_TELLING)
        s->n_telling--;
    struct td_arena *a = j->arena;
    mem_free(j);
    td_arena_free(&a);
}

/* ---- the verdict ---- */

static void tell(struct job *j);

static void on_tell_timer(struct loop_timer *t) {
    tell(CONTAINER_OF(t, struct job, timer));
}

static void on_told(void *arg, int rc, struct td_str inbox_id) {
    (void)inbox_id;
    struct job *j = arg;
    struct sender *s = j->sender;
    j->appending = false;
    if (rc != TD_OK && !s->giving_up) {
        loop_timer_start(sender_loop(s), &j->timer, SENDER_RETRY_MS, 0, on_tell_timer);
        return;
    }
    if (rc == TD_OK)
        hold_forget(s->o.hold, j->entry);
    job_free(j);
    sender_read(s);
    sender_try_stopped(s);
}

static void tell(struct job *j) {
    struct sender *s = j->sender;
    struct verdict_in body = {.channel = s->o.channel->id,
                              .message_id = j->send.message.id,
                              .entry = j->entry,
                              .conv = j->send.message.conv,
                              .attempt = j->send.attempt,
                              .verdict = j->verdict};
    struct td_arena *a = td_arena_new();
    struct command c = {.actor_kind = A_SYSTEM, .actor = s->o.channel->id};
    c.id = td_arena_printf(a, "verdict %.*s", TD_FMT(j->entry));
    int rc = command_make(a, &c, CMD_SEND_VERDICT, &body);
    if (rc == TD_OK)
        rc = inbox_append(s->o.inbox, &c, on_told, j);
    td_arena_free(&a);
    j->appending = rc == TD_OK;
    if (rc != TD_OK)
        loop_timer_start(sender_loop(s), &j->timer, SENDER_RETRY_MS, 0, on_tell_timer);
}

static void begin_telling(struct job *j) {
    struct sender *s = j->sender;
    loop_timer_stop(&j->timer);
    j->step = JOB_TELLING;
    s->n_telling++;
    tell(j);
    sender_pump(s);
    sender_try_stopped(s);
}

/* ---- the send ---- */

static void heed(struct sender *s, const struct td_verdict *v) {
    int64_t now = loop_wall_ms();
    if (v->kind == TD_V_RATE_LIMITED)
        throttle_hold(&s->throttle, v->until_ms > now ? v->until_ms : now + 1000);
    else if (v->kind == TD_V_AUTH || v->kind == TD_V_MISCONFIGURED)
        throttle_hold(&s->throttle, now + REFUSED_HOLD_MS);
}

/* What is not text would be refused by the inbox's reader, and the verdict with it. */
static struct td_str keep(struct job *j, struct td_str s, size_t max) {
    return td_str_is_utf8(s) ? td_arena_dup(j->arena, td_str_cut(s, max)) : TD_STR("");
}

static void on_sent(struct td_send *td, const struct td_verdict *v) {
    struct job *j = CONTAINER_OF(td, struct job, td);
    assert(j->step == JOB_SENDING);
    failpoint("outbox.after_answer");
    j->verdict = *v;
    j->verdict.external_id = keep(j, v->external_id, 2000);
    j->verdict.code = keep(j, v->code, 200);
    j->verdict.text = keep(j, v->text, 2000);
    throttle_end(&j->sender->throttle);
    heed(j->sender, v);
    begin_telling(j);
}

static void on_overdue(struct loop_timer *t) {
    struct job *j = CONTAINER_OF(t, struct job, timer);
    j->sender->o.runner->cancel(j->sender->o.instance, &j->td);
}

static void give_to_connector(struct job *j) {
    struct sender *s = j->sender;
    j->step = JOB_SENDING;
    j->td = (struct td_send){.message = &j->send.message,
                             .to = &j->send.to,
                             .key = j->send.key.n ? j->send.key : j->send.message.id,
                             .attempt = j->send.attempt,
                             .done = on_sent};
    int rc = s->o.runner->send(s->o.instance, &j->td);
    if (rc == TD_OK) {
        loop_timer_start(sender_loop(s), &j->timer, SEND_MAX_MS, 0, on_overdue);
        return;
    }
    struct td_verdict v = {.kind = rc == TD_EUNSUPPORTED ? TD_V_MISCONFIGURED : TD_V_TEMPORARY,
                           .code = TD_STR("not-sent"),
                           .text = rc == TD_EUNSUPPORTED ? TD_STR("this channel cannot send")
                                                         : td_str_of(td_rc_text(rc))};
    on_sent(&j->td, &v);
}

static void on_journalled(void *arg, int rc) {
    struct job *j = arg;
    struct sender *s = j->sender;
    if (rc == TD_OK && !s->stopping && !s->fenced) {
        failpoint("outbox.after_journal");
        give_to_connector(j);
        return;
    }
    throttle_end(&s->throttle);
    if (rc == TD_OK) /* journalled, and certainly not sent */
        hold_forget(s->o.hold, j->entry);
    if (rc == TD_ESTALE && !s->fenced) {
        s->fenced = true;
        s->o.on_fenced(s->o.owner); /* may stop us, and must find the job as it was */
    }
    if (s->stopping) {
        job_free(j);
    } else {
        j->step = JOB_WAITING;
        throttle_hold(&s->throttle, loop_wall_ms() + SENDER_RETRY_MS);
    }
    sender_pump(s);
    sender_try_stopped(s);
}

void job_begin(struct job *j) {
    struct sender *s = j->sender;
    bool idempotent = s->o.channel->connector->capabilities & TD_CAN_IDEMPOTENT;
    if (j->begun_before && !idempotent) {
        j->verdict = (struct td_verdict){
            .kind = TD_V_UNKNOWN,
            .code = TD_STR("interrupted"),
            .text = TD_STR("The process that was sending it ended before the provider's answer.")};
        begin_telling(j);
        return;
    }
    throttle_begin(&s->throttle);
    j->step = JOB_JOURNALLING;
    int rc = hold_journal(s->o.hold, j->entry, on_journalled, j);
    if (rc != TD_OK) {
        throttle_end(&s->throttle);
        j->step = JOB_WAITING;
        throttle_hold(&s->throttle, loop_wall_ms() + SENDER_RETRY_MS);
    }
}
