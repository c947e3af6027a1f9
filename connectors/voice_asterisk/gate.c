/* The gate: no queue gives calls to an agent whom messages have filled.
 *
 * Closing: QueuePause with the reason "tandem" in each queue where he is not paused (or the ARI
 * device state) → all acknowledged → QueueStatus of him shows him idle → a guard → done. A call
 * that rings, or a device that is busy, at any time before: ringing, and the gate is opened again.
 * Failure modes: no link, no answer in time, refused: failed, and what was closed is opened as far
 * as it can be. A pause with another reason is somebody else's: it keeps calls away as well, is
 * left as it is, and when he ends it while the gate should be closed, ours takes its place. */
#include "voice_asterisk/asterisk.h"

#include "http_provider/text.h"

#include <stdio.h>

#define STRAY_MS 15000
#define REQUEST_MAX 4096

enum step { CLOSING, LOOKING, GUARDING, OPENING };

static struct asterisk *of(const struct gate_op *op) {
    return (struct asterisk *)(void *)((char *)op->all - offsetof(struct asterisk, gates));
}

static bool by_device_state(const struct asterisk *x) {
    return td_str_eqz(td_settings_text(x->settings, "gate"), "device_state");
}

static struct phone *phone_of(const struct gate_op *op) {
    return phones_find(&of(op)->phones, op->agent);
}

/* ---- pauses ---- */

static void send_pause(struct asterisk *x, const struct phone *p, struct member *m, bool pause,
                       uint64_t number) {
    struct td_arena *a = td_arena_new();
    struct td_str interface = phones_interface(&x->phones, a, phone_extension(p));
    struct td_str queue = td_arena_dup(a, member_queue(m));
    struct td_str id = td_arena_printf(a, "gate-%llu", (unsigned long long)number);
    m->asked = pause;
    asterisk_act(x, (const char *const[]){"Action", "QueuePause", "ActionID", id.p, "Interface",
                                          interface.p, "Queue", queue.p, "Paused",
                                          pause ? "true" : "false", "Reason", PAUSE_REASON, NULL});
    td_arena_free(&a);
}

static bool is_ours(const struct member *m) {
    return m->asked || member_is_ours(m);
}

/* Returns how many answers will come. */
static unsigned send_pauses(struct asterisk *x, struct phone *p, bool pause, uint64_t number) {
    unsigned n = 0;
    for (struct member *m = p->members; m; m = m->next) {
        if (pause ? m->paused : !is_ours(m))
            continue;
        send_pause(x, p, m, pause, number);
        n++;
    }
    return n;
}

/* ---- device states, by ARI ---- */

static void on_device_state_set(struct td_http *http, const struct td_response *r, bool sent,
                                const char *failure);

static int put_device_state(struct asterisk *x, struct td_http *http, struct td_str extension,
                            bool busy) {
    struct td_arena *a = td_arena_new();
    struct text url;
    struct td_str base = td_settings_text(x->settings, "ari_url");
    const struct td_secret *password = td_settings_secret(x->settings, "ari_password");
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    text_init(&url, a, REQUEST_MAX);
    text_put(&url, base);
    text_puts(&url, "/deviceStates/Stasis%3Atandem-");
    text_put_percent(&url, extension);
    text_puts(&url, busy ? "?deviceState=BUSY" : "?deviceState=NOT_INUSE");
    struct td_str both = td_arena_printf(
        a, "%.*s:%.*s", TD_FMT(td_settings_text(x->settings, "ari_username")),
        TD_FMT(password ? td_secret_reveal(password) : TD_STR("")));
    struct td_str basic = text_base64(a, (const uint8_t *)both.p, both.n);
    struct td_pair header = {TD_STR("authorization"),
                             td_arena_printf(a, "Basic %.*s", TD_FMT(basic))};
    struct td_request r = {.method = TD_STR("PUT"), .url = text_str(&url), .headers = {&header, 1}};
    int rc = url.over
                 ? TD_ELIMIT
                 : td_http_start(x->host, http, &r, td_settings_number(x->settings, "gate_timeout"),
                                 on_device_state_set);
    td_arena_free(&a);
    return rc;
}

/* ---- steps ---- */

/* Nobody is kept from calls by a gate that was not closed for good. */
static void give_up(struct gate_op *op, enum td_gate_answer answer, const char *text) {
    struct asterisk *x = of(op);
    struct phone *p = phone_of(op);
    bool reopen = op->close && p && !op->ending;
    gates_end(op, answer, text);
    if (!reopen)
        return;
    p->closed = false;
    if (!by_device_state(x))
        send_pauses(x, p, false, 0);
    else if (!op->http.impl) /* else it may be set: asked for again when its answer is here */
        put_device_state(x, &op->http, op->agent, false);
}

static void look(struct gate_op *op) {
    struct asterisk *x = of(op);
    struct td_arena *a = td_arena_new();
    struct td_str interface = phones_interface(&x->phones, a, op->agent);
    struct td_str id = td_arena_printf(a, "gate-%llu", (unsigned long long)op->number);
    op->step = LOOKING;
    asterisk_act(x, (const char *const[]){"Action", "QueueStatus", "ActionID", id.p, "Member",
                                          interface.p, NULL});
    td_arena_free(&a);
}

static bool rings(struct gate_op *op) {
    const struct phone *p = phone_of(op);
    if (!p || !phone_is_busy(&of(op)->phones, p))
        return false;
    give_up(op, TD_GATE_RINGING, "a call rings or talks");
    return true;
}

static void on_guard(struct td_timer *t) {
    struct gate_op *op = (struct gate_op *)(void *)((char *)t - offsetof(struct gate_op, guard));
    if (!rings(op))
        gates_end(op, TD_GATE_DONE, "");
}

static void begin_close(struct asterisk *x, struct gate_op *op, struct phone *p) {
    if (rings(op))
        return;
    p->closed = true;
    op->step = CLOSING;
    if (by_device_state(x)) {
        if (put_device_state(x, &op->http, op->agent, true) != TD_OK)
            give_up(op, TD_GATE_FAILED, "the device state could not be asked for");
        return;
    }
    op->awaited = send_pauses(x, p, true, op->number);
    if (!op->awaited)
        look(op);
}

static void begin_open(struct asterisk *x, struct gate_op *op, struct phone *p) {
    p->closed = false;
    op->step = OPENING;
    if (by_device_state(x)) {
        if (put_device_state(x, &op->http, op->agent, false) != TD_OK)
            give_up(op, TD_GATE_FAILED, "the device state could not be asked for");
        return;
    }
    op->awaited = send_pauses(x, p, false, op->number);
    if (!op->awaited)
        gates_end(op, TD_GATE_DONE, "");
}

static void on_device_state_set(struct td_http *http, const struct td_response *r, bool sent,
                                const char *failure) {
    struct gate_op *op = (struct gate_op *)(void *)((char *)http - offsetof(struct gate_op, http));
    char text[160];
    (void)sent;
    if (op->ending) { /* given up meanwhile: it may stand as BUSY */
        if (op->step == CLOSING && op->answer != TD_GATE_DONE) {
            op->step = OPENING;
            put_device_state(of(op), &op->http, op->agent, false);
        }
        return;
    }
    if (!r || r->status < 200 || r->status > 299) {
        if (r)
            snprintf(text, sizeof text, "ARI answers %d", r->status);
        else
            snprintf(text, sizeof text, "ARI does not answer: %s", failure);
        give_up(op, TD_GATE_FAILED, text);
    } else if (op->step == CLOSING) {
        look(op);
    } else {
        gates_end(op, TD_GATE_DONE, "");
    }
}

/* ---- answers ---- */

static void on_acknowledged(struct gate_op *op, const struct ami_message *m) {
    struct td_str why = ami_get(m, "Message");
    bool good = td_str_eqz(ami_get(m, "Response"), "Success");
    char text[160];
    /* Not found: he was removed from that queue meanwhile, which is as good as paused. */
    if (!good && !td_str_eqz(why, "Interface not found")) {
        snprintf(text, sizeof text, "Asterisk refuses: %.*s", TD_FMT(td_str_cut(why, 120)));
        give_up(op, TD_GATE_FAILED, text);
        return;
    }
    if (op->step == LOOKING || op->awaited == 0 || --op->awaited > 0)
        return;
    if (op->close)
        look(op);
    else
        gates_end(op, TD_GATE_DONE, "");
}

bool asterisk_gate_answer(struct asterisk *x, const struct ami_message *m) {
    struct td_str id = ami_get(m, "ActionID");
    uint64_t number;
    if (!td_str_starts(id, TD_STR("gate-")))
        return false;
    struct gate_op *op = td_str_to_u64((struct td_str){id.p + 5, id.n - 5}, &number)
                             ? gates_find(&x->gates, number)
                             : NULL;
    if (!op)
        return true;
    if (ami_get(m, "Response").n)
        on_acknowledged(op, m);
    else if (td_str_eqz(ami_get(m, "Event"), "QueueStatusComplete") && op->step == LOOKING &&
             !rings(op)) {
        op->step = GUARDING;
        td_timer_start(x->host, &op->guard, td_settings_number(x->settings, "guard"), on_guard);
    }
    return true;
}

/* ---- what phones tell ---- */

static void on_rang(void *arg, struct phone *p) {
    struct asterisk *x = arg;
    struct gate_op *op = gates_of(&x->gates, phone_extension(p));
    if (op && op->close)
        rings(op);
}

static void on_opened(void *arg, struct phone *p, struct member *m) {
    struct asterisk *x = arg;
    if (!by_device_state(x) && link_is_up(&x->link) && !gates_of(&x->gates, phone_extension(p)))
        send_pause(x, p, m, true, 0);
}

/* ---- the interface ---- */

int asterisk_gate(void *self, struct td_gate *g) {
    struct asterisk *x = self;
    if (!x->started || x->stopping)
        return TD_EBUSY;
    struct phone *p = phones_find(&x->phones, g->agent);
    struct gate_op *op = gates_add(&x->gates, g);
    if (!link_is_up(&x->link))
        gates_end(op, TD_GATE_FAILED, "there is no link to Asterisk");
    else if (!p || !p->members)
        gates_end(op, TD_GATE_UNKNOWN_AGENT, "no queue has a member of this extension");
    else if (op->close)
        begin_close(x, op, p);
    else
        begin_open(x, op, p);
    return TD_OK;
}

void asterisk_gate_cancel(void *self, struct td_gate *g) {
    (void)self;
    if (g->impl)
        give_up(g->impl, TD_GATE_FAILED, "cancelled");
}

static void on_expired(struct gate_op *op) {
    give_up(op, TD_GATE_FAILED, "Asterisk does not answer in time");
}

void asterisk_gate_init(struct asterisk *x) {
    x->gates.host = x->host;
    x->gates.timeout_ms = td_settings_number(x->settings, "gate_timeout");
    x->gates.expired = on_expired;
    x->phones.rang = on_rang;
    x->phones.opened = on_opened;
    x->phones.arg = x;
}

/* Pauses of a process that died, which nobody wishes any more. */
static void on_stray(struct td_timer *t) {
    struct asterisk *x = (struct asterisk *)(void *)((char *)t - offsetof(struct asterisk, stray));
    for (struct phone *p = x->phones.first; p; p = p->next)
        if (!p->closed && !gates_of(&x->gates, phone_extension(p)))
            send_pauses(x, p, false, 0);
}

void asterisk_gate_link_up(struct asterisk *x) {
    if (!by_device_state(x))
        td_timer_start(x->host, &x->stray, STRAY_MS, on_stray);
}

int asterisk_gate_check(const struct td_settings *s, struct td_error *err) {
    static const char *const needed[] = {"ari_url", "ari_username"};
    if (!td_str_eqz(td_settings_text(s, "gate"), "device_state"))
        return TD_OK;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!td_settings_text(s, needed[i]).n)
            return td_error_set(err, TD_EINVAL, "%s: needed for gate: device_state", needed[i]);
    const struct td_secret *password = td_settings_secret(s, "ari_password");
    if (!password || !td_secret_reveal(password).n)
        return td_error_set(err, TD_EINVAL, "ari_password: needed for gate: device_state");
    return TD_OK;
}
