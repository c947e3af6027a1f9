/* Happy path: every part of `in` becomes a command, all are checked → all are appended → the last
 * append is durable → done. A failure while checking takes nothing. A failure of the first append
 * takes nothing either; of a later one: done tells it, and the peer sends all of it again, which
 * the dedupe keys make harmless. */
#include "store/intake.h"

#include "base/hash.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/ulid.h"

#include <stdio.h>

#define COMMAND_ID_MAX 200

struct taking {
    void (*done)(void *arg, int rc);
    void *arg;
    size_t left; /* appends under way */
    int rc;      /* of an append after the first that was refused at once */
    struct loop_timer defer;
};

struct batch {
    const struct intake *to;
    struct td_arena *a;
    struct command *v;
    size_t n;
    int64_t now;
};

/* ---- commands ---- */

static struct td_str mint(struct td_arena *a, int64_t now) {
    char text[ULID_LEN + 1];
    uint8_t random[10];
    loop_random(random, sizeof random);
    ulid_format(text, (uint64_t)now, random);
    return td_arena_dup(a, td_str_of(text));
}

static struct td_str command_id(struct td_arena *a, struct td_str dedupe) {
    if (dedupe.n <= COMMAND_ID_MAX)
        return dedupe;
    return td_arena_printf(a, "~%016llx", (unsigned long long)hash_str(dedupe));
}

static int add(struct batch *b, uint32_t kind, struct td_str id, struct td_str message_id,
               const void *body, struct td_error *err) {
    struct command *c = &b->v[b->n++];
    *c = (struct command){.actor_kind = A_CONNECTOR,
                          .actor = b->to->channel,
                          .id = command_id(b->a, id),
                          .received_at = b->now,
                          .message_id = message_id};
    int rc = command_make(b->a, c, kind, body);
    if (rc != TD_OK)
        return td_error_set(err, rc, "%s: larger than a command may be (%d bytes)",
                            command_rows[kind].name, COMMAND_MAX_BYTES);
    void *checked;
    rc = command_open(b->a, c, &checked, err);
    return rc == TD_OK ? TD_OK : rc == TD_ELIMIT ? TD_ELIMIT : TD_EINVAL;
}

static void fill_type(struct td_address *x, const char *type) {
    if (!x->type.n)
        x->type = td_str_of(type);
}

static int add_message(struct batch *b, const struct td_message *m, struct td_str cursor,
                       struct td_error *err) {
    struct inbound body = {.message = *m, .cursor = cursor};
    struct td_message *x = &body.message;
    if (cursor.n)
        body.term = b->to->term;
    if (!x->dedupe.n)
        x->dedupe = x->external_id;
    if (!x->dedupe.n)
        return td_error_set(err, TD_EINVAL, "message.dedupe: missing");
    x->id = mint(b->a, b->now);
    x->channel = b->to->channel;
    x->received_at = b->now;
    if (x->direction != TD_OUT) /* ours, by other means: from a folder of sent mail */
        x->direction = TD_IN;
    fill_type(&x->from, b->to->address_type);
    x->to.v = TD_ARENA_ARRAY(b->a, struct td_address, m->to.n);
    for (size_t i = 0; i < m->to.n; i++) {
        x->to.v[i] = m->to.v[i];
        fill_type(&x->to.v[i], b->to->address_type);
    }
    return add(b, CMD_MESSAGE_IN, x->dedupe, x->id, &body, err);
}

static int add_receipt(struct batch *b, const struct td_receipt *r, struct td_error *err) {
    struct receipt_in body = {.channel = b->to->channel, .receipt = *r};
    if (!body.receipt.at)
        body.receipt.at = b->now;
    struct td_str about = r->external_id.n ? r->external_id : r->message_id;
    struct td_str id = td_arena_printf(b->a, "receipt %.*s %u %.*s", TD_FMT(about),
                                       (unsigned)r->state, TD_FMT(r->code));
    return add(b, CMD_RECEIPT_IN, id, TD_STR(""), &body, err);
}

/* No dedupe: the same person may opt out, in and out again. */
static int add_opt(struct batch *b, const struct td_address *who, bool out, struct td_error *err) {
    struct inbound body = {.message = {.from = *who, .channel = b->to->channel}};
    if (!out)
        body.message.event = TD_STR("opt-in");
    fill_type(&body.message.from, b->to->address_type);
    body.message.received_at = b->now;
    return add(b, CMD_OPTOUT_IN, TD_STR(""), TD_STR(""), &body, err);
}

static int add_voice(struct batch *b, const struct td_voice_event *e, struct td_error *err) {
    struct voice body = {.channel = b->to->channel,
                         .agent = e->agent,
                         .call = e->call,
                         .state = e->state,
                         .from = e->from,
                         .to = e->to,
                         .queue = e->queue,
                         .reason = e->reason,
                         .seq = e->seq,
                         .at = e->at};
    struct td_str id = td_arena_printf(b->a, "voice %.*s %.*s %.*s %llu %lld", TD_FMT(e->agent),
                                       TD_FMT(e->call), TD_FMT(e->state),
                                       (unsigned long long)e->seq, e->seq ? 0LL : (long long)e->at);
    return add(b, CMD_VOICE_STATE, id, TD_STR(""), &body, err);
}

static int add_cursor(struct batch *b, struct td_str cursor, struct td_error *err) {
    struct channel_state body = {.channel = b->to->channel, .cursor = cursor, .term = b->to->term};
    return add(b, CMD_CHANNEL_CURSOR, TD_STR(""), TD_STR(""), &body, err);
}

static int make_all(struct batch *b, const struct td_incoming *in, struct td_error *err) {
    int rc = TD_OK;
    bool others = in->receipts.n || in->opt_outs.n || in->opt_ins.n || in->voice.n;
    for (size_t i = 0; i < in->messages.n && rc == TD_OK; i++) {
        bool last = !others && i + 1 == in->messages.n;
        rc = add_message(b, &in->messages.v[i], last ? in->cursor : TD_STR(""), err);
    }
    for (size_t i = 0; i < in->receipts.n && rc == TD_OK; i++)
        rc = add_receipt(b, &in->receipts.v[i], err);
    for (size_t i = 0; i < in->opt_outs.n && rc == TD_OK; i++)
        rc = add_opt(b, &in->opt_outs.v[i], true, err);
    for (size_t i = 0; i < in->opt_ins.n && rc == TD_OK; i++)
        rc = add_opt(b, &in->opt_ins.v[i], false, err);
    for (size_t i = 0; i < in->voice.n && rc == TD_OK; i++)
        rc = add_voice(b, &in->voice.v[i], err);
    if (rc == TD_OK && in->cursor.n && (others || in->messages.n == 0))
        rc = add_cursor(b, in->cursor, err);
    return rc;
}

/* ---- appending ---- */

static void tell(struct taking *t, int rc) {
    void (*done)(void *, int) = t->done;
    t->done = NULL; /* the rest may settle as it likes */
    if (done)
        done(t->arg, t->rc != TD_OK ? t->rc : rc);
}

static void on_append(void *arg, int rc, struct td_str inbox_id) {
    (void)inbox_id;
    struct taking *t = arg;
    t->left--;
    if (rc != TD_OK || t->left == 0)
        tell(t, rc);
    if (t->left == 0) {
        loop_timer_stop(&t->defer);
        mem_free(t);
    }
}

/* There was nothing to take, or the refusal of a later append is told. */
static void on_deferred(struct loop_timer *timer) {
    struct taking *t = CONTAINER_OF(timer, struct taking, defer);
    tell(t, TD_OK);
    if (t->left == 0)
        mem_free(t);
}

static int append_all(const struct batch *b, struct taking *t, struct td_error *err) {
    for (size_t i = 0; i < b->n && t->rc == TD_OK; i++) {
        t->rc = inbox_append(b->to->inbox, &b->v[i], on_append, t);
        if (t->rc == TD_OK)
            t->left++;
    }
    if (t->rc != TD_OK && t->left == 0)
        return td_error_set(err, t->rc, "%s", td_rc_text(t->rc));
    if (t->rc != TD_OK || b->n == 0)
        loop_defer(b->to->loop, &t->defer, on_deferred);
    return TD_OK;
}

int intake_take(const struct intake *to, const struct td_incoming *in,
                void (*done)(void *arg, int rc), void *arg, struct td_error *err) {
    size_t most = in->messages.n + in->receipts.n + in->opt_outs.n + in->opt_ins.n + in->voice.n +
                  1;
    struct batch b = {.to = to, .a = td_arena_new(), .now = loop_wall_ms()};
    b.v = TD_ARENA_ARRAY(b.a, struct command, most);
    int rc = make_all(&b, in, err);
    if (rc == TD_OK) {
        struct taking *t = MEM_NEW(struct taking);
        t->done = done;
        t->arg = arg;
        rc = append_all(&b, t, err);
        if (rc != TD_OK)
            mem_free(t);
    }
    td_arena_free(&b.a);
    return rc;
}
