/* Asterisk, by its Manager Interface (AMI).
 *
 * Happy path: greeting → Challenge → Login (events of classes call and agent) → DeviceStateList
 * (with a gate by device state), QueueStatus → all told → up → events as they come. Failure modes:
 * see voice_link/link.h; a refused login is the state "auth" and is tried again once a minute, so
 * that no intrusion guard shuts us out. */
#include "voice_asterisk/asterisk.h"

#include "http_provider/crypto.h"
#include "http_provider/text.h"
#include "voice_link/pattern.h"

#include <assert.h>
#include <stdio.h>

#define ACTION_MAX 4096
#define SECRET_MAX 256

static const struct td_setting settings[] = {
    VOICE_LINK_SETTINGS("5038"),
    {.name = "username",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The user of manager.conf, with read = call,agent and write = agent."},
    {.name = "secret",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,
     .help = "His secret."},
    {.name = "auth",
     .type = TD_S_CHOICE,
     .fallback = "md5",
     .choices = "md5|plain",
     .help = "How the secret is proven: md5 answers a challenge, plain sends it as it is."},
    {.name = "interface",
     .type = TD_S_TEXT,
     .fallback = "PJSIP/{extension}",
     .help = "How queue members are named: {extension} stands for the agent's extension."},
    {.name = "gate",
     .type = TD_S_CHOICE,
     .fallback = "pause",
     .choices = "pause|device_state",
     .help = "How calls are kept from an agent: pause uses QueuePause, device_state sets "
             "Stasis:tandem-<extension> by ARI."},
    {.name = "guard",
     .type = TD_S_DURATION,
     .fallback = "250ms",
     .min = 0,
     .max = 5000,
     .help = "How long a closed gate is watched for a late ring before a chat is offered."},
    {.name = "gate_timeout",
     .type = TD_S_DURATION,
     .fallback = "5s",
     .min = 500,
     .max = 30000,
     .help = "How long closing or opening a gate may take in all."},
    {.name = "ari_url",
     .type = TD_S_URL,
     .help = "ARI's address, such as http://pbx:8088/ari (gate: device_state)."},
    {.name = "ari_username", .type = TD_S_TEXT, .help = "The user of ari.conf."},
    {.name = "ari_password", .type = TD_S_TEXT, .flags = TD_SET_SECRET, .help = "His password."},
    {0}};

void asterisk_act(struct asterisk *x, const char *const *lines) {
    struct td_arena *a = td_arena_new();
    struct text t;
    text_init(&t, a, ACTION_MAX);
    for (size_t i = 0; lines[i]; i += 2) {
        text_puts(&t, lines[i]);
        text_puts(&t, ": ");
        text_puts(&t, lines[i + 1]);
        text_puts(&t, "\r\n");
    }
    text_puts(&t, "\r\n");
    if (!t.over)
        link_send(&x->link, text_str(&t));
    td_arena_free(&a);
}

#define ACT(x, ...) asterisk_act((x), (const char *const[]){__VA_ARGS__, NULL})

/* ---- logging in ---- */

static void log_in(struct asterisk *x, struct td_str challenge) {
    char both[SECRET_MAX + 64], name[SECRET_MAX];
    uint8_t hash[CRYPTO_MAC_MAX];
    struct td_str secret = td_secret_reveal(td_settings_secret(x->settings, "secret"));
    struct td_arena *a = td_arena_new();
    snprintf(name, sizeof name, "%.*s", TD_FMT(td_settings_text(x->settings, "username")));
    int n = snprintf(both, sizeof both, "%.*s%.*s", TD_FMT(td_str_cut(challenge, 60)),
                     TD_FMT(secret));
    x->step = AWAIT_LOGIN;
    link_step(&x->link);
    if (challenge.n) {
        size_t k = crypto_digest(CRYPTO_MD5, (struct td_str){both, (size_t)n}, hash);
        ACT(x, "Action", "Login", "ActionID", "login", "AuthType", "MD5", "Username", name, "Key",
            text_hex(a, hash, k).p, "Events", "call,agent");
    } else {
        ACT(x, "Action", "Login", "ActionID", "login", "Username", name, "Secret", both, "Events",
            "call,agent");
    }
    explicit_bzero(both, sizeof both);
    td_arena_free(&a);
}

static void on_greeting(void *arg, struct td_str line) {
    struct asterisk *x = arg;
    if (!td_str_starts(line, TD_STR("Asterisk Call Manager/"))) {
        link_drop(&x->link, "misconfigured", "what answers there is no Asterisk Manager Interface");
    } else if (td_str_eqz(td_settings_text(x->settings, "auth"), "plain")) {
        log_in(x, TD_STR(""));
    } else {
        x->step = AWAIT_CHALLENGE;
        link_step(&x->link);
        ACT(x, "Action", "Challenge", "ActionID", "challenge", "AuthType", "MD5");
    }
}

static void ask_lists(struct asterisk *x) {
    x->step = AWAIT_LISTS;
    x->queues_listed = false;
    x->devices_listed = !x->phones.own_device_states;
    phones_resync_begin(&x->phones);
    link_step(&x->link);
    if (!x->devices_listed)
        ACT(x, "Action", "DeviceStateList", "ActionID", "devices");
    ACT(x, "Action", "QueueStatus", "ActionID", "queues");
}

/* ---- answers ---- */

static void refused(struct asterisk *x, const char *state, const char *what,
                    const struct ami_message *m) {
    char text[200];
    snprintf(text, sizeof text, "%s: %.*s", what, TD_FMT(td_str_cut(ami_get(m, "Message"), 100)));
    link_drop(&x->link, state, text);
}

static void on_response(struct asterisk *x, const struct ami_message *m) {
    struct td_str id = ami_get(m, "ActionID"), challenge = ami_get(m, "Challenge");
    bool good = td_str_eqz(ami_get(m, "Response"), "Success");
    if (td_str_eqz(id, "ping")) {
        link_heard(&x->link);
    } else if (td_str_eqz(id, "challenge") && x->step == AWAIT_CHALLENGE) {
        if (good && challenge.n)
            log_in(x, challenge);
        else
            refused(x, "auth", "Asterisk offers no challenge", m);
    } else if (td_str_eqz(id, "login") && x->step == AWAIT_LOGIN) {
        if (good)
            ask_lists(x);
        else
            refused(x, "auth", "Asterisk refuses the login", m);
    } else if (!good && x->step == AWAIT_LISTS && td_str_eqz(id, "devices")) {
        refused(x, "misconfigured", "Asterisk does not list its devices (res_manager_devicestate)",
                m);
    } else if (!good && x->step == AWAIT_LISTS) {
        refused(x, "misconfigured", "Asterisk does not list its queues", m);
    }
}

static void on_listed(struct asterisk *x) {
    if (x->step != AWAIT_LISTS || !x->queues_listed || !x->devices_listed)
        return;
    x->step = READY;
    phones_resync_end(&x->phones);
    link_synced(&x->link);
}

static void on_event(struct asterisk *x, const struct ami_message *m) {
    struct td_str event = ami_get(m, "Event");
    bool listing = x->step == AWAIT_LISTS && td_str_eqz(ami_get(m, "ActionID"), "queues");
    if (x->step == AWAIT_LISTS)
        link_step(&x->link); /* a long list is not a silent peer */
    if (x->step < AWAIT_LISTS || phones_event(&x->phones, m, listing))
        return;
    if (td_str_eqz(event, "DeviceStateListComplete"))
        x->devices_listed = true;
    else if (td_str_eqz(event, "QueueStatusComplete") && listing)
        x->queues_listed = true;
    on_listed(x);
}

static void on_message(void *arg, const struct ami_message *m) {
    struct asterisk *x = arg;
    if (link_is_closing(&x->link))
        return;
    bool is_response = ami_get(m, "Response").n > 0;
    if (!is_response)
        on_event(x, m); /* also what a gate asked for: it is news as any other */
    if (!asterisk_gate_answer(x, m) && is_response)
        on_response(x, m);
}

/* ---- the link ---- */

static void on_link_opened(void *arg) {
    struct asterisk *x = arg;
    x->step = AWAIT_GREETING;
    ami_reset(&x->ami);
}

static void on_link_bytes(void *arg, struct td_str data) {
    ami_feed(&((struct asterisk *)arg)->ami, data);
}

static void on_link_ping(void *arg) {
    struct asterisk *x = arg;
    ACT(x, "Action", "Ping", "ActionID", "ping");
}

static void on_link_up(void *arg) {
    asterisk_gate_link_up(arg);
}

static void on_link_closed(void *arg) {
    struct asterisk *x = arg;
    td_timer_stop(&x->stray);
    gates_end_all(&x->gates, TD_GATE_FAILED, "the link to Asterisk was lost");
}

/* ---- the instance ---- */

static void on_end(struct td_timer *t) {
    struct asterisk *x = (struct asterisk *)(void *)((char *)t - offsetof(struct asterisk, end));
    x->stopped(x->stopped_arg); /* x may be gone */
}

static void on_link_idle(void *arg) {
    struct asterisk *x = arg;
    td_timer_start(x->host, &x->end, 0, on_end);
}

/* Gates under way are finished first: what they have closed must be known. */
static void on_gates_done(void *arg) {
    struct asterisk *x = arg;
    if (!x->stopping || x->link_stopped)
        return;
    x->link_stopped = true;
    td_timer_stop(&x->stray);
    phones_stop(&x->phones);
    link_stop(&x->link);
}

/* Each would be another line of the action, or another action. */
static bool has_controls(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ')
            return true;
    return false;
}

static int check(const struct td_settings *s, struct td_error *err) {
    struct td_str name = td_settings_text(s, "username");
    struct td_str secret = td_secret_reveal(td_settings_secret(s, "secret"));
    if (has_controls(name) || name.n >= SECRET_MAX)
        return td_error_set(err, TD_EINVAL, "username: too long, or has a line end");
    if (has_controls(secret))
        return td_error_set(err, TD_EINVAL, "secret: has a line end");
    if (!secret.n || secret.n >= SECRET_MAX)
        return td_error_set(err, TD_EINVAL, "secret: expected 1 to %d bytes", SECRET_MAX - 1);
    if (!pattern_is_good(td_settings_text(s, "interface")))
        return td_error_set(err, TD_EINVAL,
                            "interface: expected a name with {extension} once, without blanks");
    return asterisk_gate_check(s, err);
}

static int asterisk_create(struct td_host *h, const struct td_settings *s, void **self,
                           struct td_error *err) {
    int rc = check(s, err);
    if (rc != TD_OK)
        return rc;
    struct td_arena *a = td_arena_new();
    struct asterisk *x = TD_ARENA_NEW(a, struct asterisk);
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
    x->ami.greeting = on_greeting;
    x->ami.message = on_message;
    x->ami.arg = x;
    x->calls = (struct calls){.host = h, .spool = &x->link.spool, .arena = a};
    x->phones.host = h;
    x->phones.arena = a;
    x->phones.calls = &x->calls;
    x->phones.pattern = td_settings_text(s, "interface");
    x->phones.own_device_states = td_str_eqz(td_settings_text(s, "gate"), "device_state");
    asterisk_gate_init(x);
    x->gates.all_done = on_gates_done;
    x->gates.arg = x;
    *self = x;
    return TD_OK;
}

static int asterisk_start(void *self, struct td_error *err) {
    struct asterisk *x = self;
    if (x->started)
        return td_error_set(err, TD_EEXIST, "started already");
    x->started = true;
    link_start(&x->link);
    return TD_OK;
}

static void asterisk_stop(void *self, void (*stopped)(void *arg), void *arg) {
    struct asterisk *x = self;
    x->stopping = true;
    x->stopped = stopped;
    x->stopped_arg = arg;
    if (!x->gates.first)
        on_gates_done(x);
}

static void asterisk_destroy(void **self) {
    struct asterisk *x = *self;
    if (!x)
        return;
    assert(!x->gates.first);
    link_fini(&x->link);
    struct td_arena *a = x->arena;
    td_arena_free(&a);
    *self = NULL;
}

const struct td_connector voice_asterisk_connector = {
    .name = "voice_asterisk",
    .title = "Asterisk",
    .help = "Learns from Asterisk's queues what agents' phones do, and keeps calls from agents "
            "whom messages have filled.",
    .kind = "voice",
    .address_type = "tel",
    .capabilities = TD_CAN_VOICE | TD_CAN_GATE,
    .settings = settings,
    .check = check,
    .create = asterisk_create,
    .start = asterisk_start,
    .gate = asterisk_gate,
    .gate_cancel = asterisk_gate_cancel,
    .stop = asterisk_stop,
    .destroy = asterisk_destroy};
