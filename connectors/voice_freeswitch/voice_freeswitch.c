/* FreeSWITCH with mod_callcenter, by its event socket (ESL, inbound).
 *
 * Happy path: auth/request → auth → event plain … → agents, queues, members, channels → all told →
 * up → events as they come. Failure modes: see voice_link/link.h; a refused password or address is
 * the state "auth" and is tried again once a minute. */
#include "voice_freeswitch/freeswitch.h"

#include "http_provider/text.h"
#include "voice_link/pattern.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#define COMMAND_MAX 512

static const struct td_setting settings[] = {
    VOICE_LINK_SETTINGS("8021"),
    {.name = "password",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,
     .help = "The password of event_socket.conf."},
    {.name = "agent",
     .type = TD_S_TEXT,
     .fallback = "{extension}@default",
     .help = "How callcenter agents are named: {extension} stands for the agent's extension."},
    {.name = "gate_timeout",
     .type = TD_S_DURATION,
     .fallback = "5s",
     .min = 500,
     .max = 30000,
     .help = "How long closing or opening a gate may take in all."},
    {0}};

void freeswitch_ask(struct freeswitch *x, enum ask ask, uint64_t number, const char *fmt, ...) {
    char command[COMMAND_MAX];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(command, sizeof command - 2, fmt, args);
    va_end(args);
    assert(n > 0 && n < (int)sizeof command - 2);
    if (x->expect_n == EXPECT_MAX) {
        link_drop(&x->link, "down", "FreeSWITCH does not answer what it is asked");
        return;
    }
    x->expected[(x->expect_at + x->expect_n++) % EXPECT_MAX] = (struct expected){ask, number};
    memcpy(command + n, "\n\n", 2);
    link_send(&x->link, (struct td_str){command, (size_t)n + 2});
    explicit_bzero(command, sizeof command); /* one of them is the password */
}

/* ---- frames ---- */

static void refused(struct freeswitch *x, const char *state, const char *what, struct td_str why) {
    char text[200];
    snprintf(text, sizeof text, "%s: %.*s", what, TD_FMT(td_str_cut(why, 100)));
    link_drop(&x->link, state, text);
}

static void on_reply(struct freeswitch *x, struct expected e, const struct esl_frame *f) {
    struct td_str text = esl_get(&f->head, "Reply-Text");
    bool good = td_str_starts(text, TD_STR("+OK"));
    link_step(&x->link);
    if (e.ask == ASK_AUTH && good)
        freeswitch_ask(x, ASK_EVENTS, 0,
                       "event plain CHANNEL_CALLSTATE CHANNEL_HANGUP_COMPLETE CUSTOM "
                       "callcenter::info");
    else if (e.ask == ASK_EVENTS && good)
        freeswitch_listing_begin(x);
    else if (e.ask == ASK_AUTH)
        refused(x, "auth", "FreeSWITCH refuses the password", text);
    else
        refused(x, "misconfigured", "FreeSWITCH tells no events", text);
}

static void on_api(struct freeswitch *x, struct expected e, const struct esl_frame *f) {
    if (e.ask == ASK_PING)
        link_heard(&x->link);
    else if (e.ask == ASK_GATE)
        freeswitch_gate_answer(x, e.number, text_trim(f->body));
    else if (e.ask == ASK_GRANT)
        return; /* what came of it is told by an event */
    else if (f->too_large)
        link_drop(&x->link, "misconfigured", "a list of FreeSWITCH's is too long to be read");
    else
        freeswitch_listing_answer(x, e.ask, f->body);
}

static void on_answer(struct freeswitch *x, const struct esl_frame *f, bool is_api) {
    if (!x->expect_n)
        return;
    struct expected e = x->expected[x->expect_at];
    x->expect_at = (x->expect_at + 1) % EXPECT_MAX;
    x->expect_n--;
    if (is_api != (e.ask > ASK_EVENTS))
        link_drop(&x->link, "down", "FreeSWITCH answers something else than it was asked");
    else if (is_api)
        on_api(x, e, f);
    else
        on_reply(x, e, f);
}

static void on_event(struct freeswitch *x, struct td_str body) {
    struct td_arena *a = td_arena_new();
    struct esl_fields *e = TD_ARENA_NEW(a, struct esl_fields);
    esl_event(a, body, e);
    struct td_str name = esl_get(e, "Event-Name");
    if (td_str_eqz(name, "CUSTOM"))
        fs_agents_callcenter(&x->agents, e);
    else
        fs_agents_channel(&x->agents, e);
    td_arena_free(&a);
}

static void on_frame(void *arg, const struct esl_frame *f) {
    struct freeswitch *x = arg;
    if (link_is_closing(&x->link))
        return;
    if (td_str_eqz(f->type, "text/event-plain")) {
        if (x->ready && !f->too_large)
            on_event(x, f->body);
    } else if (td_str_eqz(f->type, "api/response")) {
        on_answer(x, f, true);
    } else if (td_str_eqz(f->type, "command/reply")) {
        on_answer(x, f, false);
    } else if (td_str_eqz(f->type, "auth/request")) {
        struct td_str password = td_secret_reveal(td_settings_secret(x->settings, "password"));
        link_step(&x->link);
        freeswitch_ask(x, ASK_AUTH, 0, "auth %.*s", TD_FMT(password));
    } else if (td_str_eqz(f->type, "text/rude-rejection")) {
        link_drop(&x->link, "auth", "FreeSWITCH refuses this address (apply-inbound-acl)");
    }
}

/* ---- the link ---- */

static void on_link_opened(void *arg) {
    struct freeswitch *x = arg;
    x->expect_at = x->expect_n = 0;
    x->ready = false;
    esl_reset(&x->esl);
}

static void on_link_bytes(void *arg, struct td_str data) {
    struct freeswitch *x = arg;
    if (!esl_feed(&x->esl, data))
        link_drop(&x->link, "down", "what comes is not FreeSWITCH's event socket");
}

static void on_link_ping(void *arg) {
    freeswitch_ask(arg, ASK_PING, 0, "api echo tandem");
}

static void on_link_up(void *arg) {
    freeswitch_gate_link_up(arg);
}

static void on_link_closed(void *arg) {
    struct freeswitch *x = arg;
    freeswitch_gate_stop(x);
    gates_end_all(&x->gates, TD_GATE_FAILED, "the link to FreeSWITCH was lost");
}

/* ---- the instance ---- */

static void on_end(struct td_timer *t) {
    struct freeswitch *x = (struct freeswitch *)(void *)((char *)t -
                                                         offsetof(struct freeswitch, end));
    x->stopped(x->stopped_arg); /* x may be gone */
}

static void on_link_idle(void *arg) {
    struct freeswitch *x = arg;
    td_timer_start(x->host, &x->end, 0, on_end);
}

/* Gates under way are finished first: what they have closed must be known. */
static void on_gates_done(void *arg) {
    struct freeswitch *x = arg;
    if (!x->stopping || x->link_stopped)
        return;
    x->link_stopped = true;
    freeswitch_gate_stop(x);
    fs_agents_stop(&x->agents);
    link_stop(&x->link);
}

static int check(const struct td_settings *s, struct td_error *err) {
    struct td_str password = td_secret_reveal(td_settings_secret(s, "password"));
    for (size_t i = 0; i < password.n; i++)
        if ((unsigned char)password.p[i] < ' ') /* it would be another command */
            return td_error_set(err, TD_EINVAL, "password: has a line end");
    if (!password.n || password.n > 256)
        return td_error_set(err, TD_EINVAL, "password: expected 1 to 256 bytes");
    if (!pattern_is_good(td_settings_text(s, "agent")))
        return td_error_set(err, TD_EINVAL,
                            "agent: expected a name with {extension} once, without blanks");
    return TD_OK;
}

static int freeswitch_create(struct td_host *h, const struct td_settings *s, void **self,
                             struct td_error *err) {
    int rc = check(s, err);
    if (rc != TD_OK)
        return rc;
    struct td_arena *a = td_arena_new();
    struct freeswitch *x = TD_ARENA_NEW(a, struct freeswitch);
    x->arena = a;
    x->host = h;
    x->settings = s;
    x->link = (struct link){.host = h,
                            .settings = s,
                            .opened = on_link_opened,
                            .bytes = on_link_bytes,
                            .ping = on_link_ping,
                            .up = on_link_up,
                            .closed = on_link_closed,
                            .idle = on_link_idle,
                            .arg = x};
    link_init(&x->link);
    x->esl.frame = on_frame;
    x->esl.arg = x;
    esl_init(&x->esl);
    x->calls = (struct calls){.host = h, .spool = &x->link.spool, .arena = a};
    x->agents.host = h;
    x->agents.arena = a;
    x->agents.calls = &x->calls;
    x->agents.pattern = td_settings_text(s, "agent");
    freeswitch_gate_init(x);
    x->gates.all_done = on_gates_done;
    x->gates.arg = x;
    *self = x;
    return TD_OK;
}

static int freeswitch_start(void *self, struct td_error *err) {
    struct freeswitch *x = self;
    if (x->started)
        return td_error_set(err, TD_EEXIST, "started already");
    x->started = true;
    link_start(&x->link);
    return TD_OK;
}

static void freeswitch_stop(void *self, void (*stopped)(void *arg), void *arg) {
    struct freeswitch *x = self;
    x->stopping = true;
    x->stopped = stopped;
    x->stopped_arg = arg;
    if (!x->gates.first)
        on_gates_done(x);
}

static void freeswitch_destroy(void **self) {
    struct freeswitch *x = *self;
    if (!x)
        return;
    assert(!x->gates.first);
    esl_fini(&x->esl);
    link_fini(&x->link);
    struct td_arena *a = x->arena;
    td_arena_free(&a);
    *self = NULL;
}

const struct td_connector voice_freeswitch_connector = {
    .name = "voice_freeswitch",
    .title = "FreeSWITCH",
    .help = "Learns from FreeSWITCH's call centre what agents' phones do, and keeps calls from "
            "agents whom messages have filled.",
    .kind = "voice",
    .address_type = "tel",
    .capabilities = TD_CAN_VOICE | TD_CAN_GATE,
    .settings = settings,
    .check = check,
    .create = freeswitch_create,
    .start = freeswitch_start,
    .gate = freeswitch_gate,
    .gate_cancel = freeswitch_gate_cancel,
    .stop = freeswitch_stop,
    .destroy = freeswitch_destroy};
