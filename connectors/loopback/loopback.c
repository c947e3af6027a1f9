/* The reference connector: what a customer is sent comes back as his answer. It reaches nobody,
 * needs no account, and keeps to every rule of connector.h: begin a stateful connector from here.
 *
 * Happy path of a send: `delay` → done(verdict) → a receipt and the echo are taken → the echo is
 * gone. Failure modes: cancelled before the delay is over: temporary, for nothing was sent; the
 * intake is full or away: tried again every second; stopped meanwhile: the echo is dropped, as a
 * network would.
 *
 * It is idempotent for free: the same key makes the same dedupe key. */
#include <tandem/connector.h>

#include <assert.h>

#define RETRY_MS 1000

static const struct td_setting settings[] = {
    {.name = "delay",
     .type = TD_S_DURATION,
     .fallback = "50ms",
     .min = 0,
     .max = 60000,
     .help = "How long a message is on its way."},
    {.name = "echo",
     .type = TD_S_BOOL,
     .fallback = "true",
     .help = "Answer each message with its own text."},
    {.name = "prefix", .type = TD_S_TEXT, .help = "What stands before the echoed text."},
    {.name = "verdict",
     .type = TD_S_CHOICE,
     .fallback = "accepted",
     .choices = "accepted|unknown|temporary|auth|permanent|opted-out",
     .help = "What becomes of every send: to see how a failure looks."},
    TD_SETTING_RATE("100"),
    {0}};

struct loopback {
    struct td_arena *arena; /* it lives there itself */
    struct td_host *host;
    const struct td_settings *settings;
    struct echo *echoes; /* sends and what comes back, at most max_in_flight and as many more */
    struct td_timer end;
    bool started, stopping;
    void (*stopped)(void *arg);
    void *stopped_arg;
};
struct echo { /* lives in its own arena */
    struct loopback *l;
    struct echo *next;
    struct td_arena *arena;
    struct td_send *send; /* NULL once it is done */
    struct td_timer timer;
    struct td_incoming in;
    bool cancelled, taking;
};

static struct echo *of_timer(struct td_timer *t) {
    return (struct echo *)(void *)((char *)t - offsetof(struct echo, timer));
}

static void on_end(struct td_timer *t) {
    struct loopback *l = (struct loopback *)(void *)((char *)t - offsetof(struct loopback, end));
    l->stopped(l->stopped_arg); /* l may be gone */
}

static void drop(struct echo *e) {
    struct loopback *l = e->l;
    struct echo **at = &l->echoes;
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    td_timer_stop(&e->timer);
    struct td_arena *a = e->arena;
    td_arena_free(&a);
    if (l->stopping && !l->echoes)
        td_timer_start(l->host, &l->end, 0, on_end);
}

/* ---- what comes back ---- */

static void on_retry(struct td_timer *t);

static void on_taken(void *arg, int rc) {
    struct echo *e = arg;
    e->taking = false;
    if (rc == TD_OK || e->l->stopping)
        drop(e);
    else
        td_timer_start(e->l->host, &e->timer, RETRY_MS, on_retry);
}

static void come_back(struct echo *e) {
    e->taking = true;
    int rc = td_host_take(e->l->host, &e->in, on_taken, e);
    if (rc != TD_OK)
        on_taken(e, rc);
}

static void on_retry(struct td_timer *t) {
    come_back(of_timer(t));
}

/* Before done: the message is the caller's, and gone after it. */
static void prepare(struct echo *e, struct td_str external_id) {
    struct td_arena *a = e->arena;
    struct td_str prefix = td_settings_text(e->l->settings, "prefix");
    e->in.receipts.v = TD_ARENA_NEW(a, struct td_receipt);
    e->in.receipts.n = 1;
    e->in.receipts.v[0] = (struct td_receipt){
        .external_id = external_id, .state = TD_R_DELIVERED, .at = td_host_now_ms(e->l->host)};
    if (!td_settings_number(e->l->settings, "echo"))
        return;
    struct td_message *m = e->in.messages.v = TD_ARENA_NEW(a, struct td_message);
    e->in.messages.n = 1;
    m->from.type = td_arena_dup(a, e->send->to->type);
    m->from.addr = td_arena_dup(a, e->send->to->addr);
    m->from.name = td_arena_dup(a, e->send->to->name);
    m->text = td_arena_printf(a, "%.*s%.*s", TD_FMT(prefix), TD_FMT(e->send->message->text));
    m->dedupe = td_arena_printf(a, "echo:%.*s", TD_FMT(e->send->key));
}

/* ---- sending ---- */

static uint32_t chosen_verdict(const struct td_settings *s) {
    static const struct {
        const char *name;
        uint32_t kind;
    } verdicts[] = {{"unknown", TD_V_UNKNOWN},     {"temporary", TD_V_TEMPORARY},
                    {"auth", TD_V_AUTH},           {"permanent", TD_V_PERMANENT},
                    {"opted-out", TD_V_OPTED_OUT}, {"accepted", TD_V_ACCEPTED}};
    struct td_str name = td_settings_text(s, "verdict");
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (td_str_eqz(name, verdicts[i].name))
            return verdicts[i].kind;
    return TD_V_ACCEPTED;
}

static void on_arrived(struct td_timer *t) {
    struct echo *e = of_timer(t);
    struct td_send *s = e->send;
    struct td_verdict v = {.kind = chosen_verdict(e->l->settings)};
    if (e->cancelled)
        v = (struct td_verdict){.kind = TD_V_TEMPORARY, .text = TD_STR("cancelled")};
    if (v.kind == TD_V_ACCEPTED) {
        v.external_id = td_arena_printf(e->arena, "loop-%.*s", TD_FMT(s->key));
        prepare(e, v.external_id);
    } else if (!v.text.n) {
        v.code = TD_STR("rehearsal");
        v.text = TD_STR("the channel's setting `verdict` says so");
    }
    e->send = NULL;
    s->impl = NULL;
    s->done(s, &v);
    if (v.kind == TD_V_ACCEPTED && !e->l->stopping)
        come_back(e);
    else
        drop(e);
}

static int loopback_send(void *self, struct td_send *s) {
    struct loopback *l = self;
    if (!l->started || l->stopping)
        return TD_EBUSY;
    struct td_arena *a = td_arena_new();
    struct echo *e = TD_ARENA_NEW(a, struct echo);
    e->l = l;
    e->arena = a;
    e->send = s;
    e->next = l->echoes;
    l->echoes = e;
    s->impl = e;
    td_timer_start(l->host, &e->timer, td_settings_number(l->settings, "delay"), on_arrived);
    return TD_OK;
}

static void loopback_cancel(void *self, struct td_send *s) {
    struct loopback *l = self;
    struct echo *e = s->impl;
    if (!e)
        return;
    e->cancelled = true;
    td_timer_start(l->host, &e->timer, 0, on_arrived);
}

/* ---- the instance ---- */

static int loopback_create(struct td_host *h, const struct td_settings *s, void **self,
                           struct td_error *err) {
    (void)err;
    struct td_arena *a = td_arena_new();
    struct loopback *l = TD_ARENA_NEW(a, struct loopback);
    l->arena = a;
    l->host = h;
    l->settings = s;
    *self = l;
    return TD_OK;
}

static int loopback_start(void *self, struct td_error *err) {
    struct loopback *l = self;
    if (l->started)
        return td_error_set(err, TD_EEXIST, "started already");
    l->started = true;
    td_host_state(l->host, "up", TD_STR(""));
    return TD_OK;
}

static void loopback_stop(void *self, void (*stopped)(void *arg), void *arg) {
    struct loopback *l = self;
    l->stopping = true;
    l->stopped = stopped;
    l->stopped_arg = arg;
    if (!l->echoes) {
        td_timer_start(l->host, &l->end, 0, on_end);
        return;
    }
    for (struct echo *e = l->echoes, *next; e; e = next) {
        next = e->next;
        if (!e->send && !e->taking)
            drop(e);
    }
}

static void loopback_destroy(void **self) {
    struct loopback *l = *self;
    if (!l)
        return;
    assert(!l->echoes);
    struct td_arena *a = l->arena;
    td_arena_free(&a);
    *self = NULL;
}

const struct td_connector loopback_connector = {
    .name = "loopback",
    .title = "Loopback",
    .help = "Reaches nobody: each message comes back. For trying things out and for tests.",
    .kind = "sms",
    .address_type = "loopback",
    .capabilities = TD_CAN_SEND | TD_CAN_RECEIPTS | TD_CAN_IDEMPOTENT,
    .length_unit = TD_LEN_GRAPHEMES,
    .max_length = 10000,
    .max_in_flight = 16,
    .settings = settings,
    .create = loopback_create,
    .start = loopback_start,
    .send = loopback_send,
    .cancel = loopback_cancel,
    .stop = loopback_stop,
    .destroy = loopback_destroy};
