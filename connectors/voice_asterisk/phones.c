#include "voice_asterisk/phones.h"

#include "voice_link/pattern.h"

/* ---- names ---- */

struct td_str phones_interface(const struct phones *p, struct td_arena *a,
                               struct td_str extension) {
    return pattern_fill(a, p->pattern, extension);
}

/* "" when the interface is none of the pattern's. */
static struct td_str extension_of(const struct phones *p, struct td_str interface) {
    return pattern_match(p->pattern, interface, CALLS_NAME_MAX);
}

struct phone *phones_find(const struct phones *p, struct td_str extension) {
    struct phone *x = p->first;
    while (x && !td_str_eq(phone_extension(x), extension))
        x = x->next;
    return x;
}

/* Made when it is new; NULL without an extension. */
static struct phone *phone_with(struct phones *p, struct td_str extension) {
    struct phone *x = extension.n ? phones_find(p, extension) : NULL;
    if (x || !extension.n || p->n == PHONES_MAX)
        return x;
    x = TD_ARENA_NEW(p->arena, struct phone);
    x->next = p->first;
    p->first = x;
    p->n++;
    x->extension_n = extension.n;
    memcpy(x->extension, extension.p, extension.n);
    return x;
}

static struct phone *phone_of(struct phones *p, struct td_str interface) {
    return phone_with(p, extension_of(p, interface));
}

/* ---- a phone's calls ---- */

static bool is_ringing(enum device d) {
    return d == DEVICE_RINGING || d == DEVICE_RINGINUSE;
}

static bool is_busy(enum device d) {
    return d == DEVICE_INUSE || d == DEVICE_BUSY || d == DEVICE_ONHOLD || is_ringing(d);
}

static enum call_state call_state_of(enum device d) {
    return d == DEVICE_RINGING ? CALL_RINGING : d == DEVICE_ONHOLD ? CALL_HOLD : CALL_ACTIVE;
}

static bool is_device_call(const struct phone *x, const struct call *c) {
    return x->device_call_n &&
           td_str_eq(call_id(c), (struct td_str){x->device_call, x->device_call_n});
}

static const struct call *queue_call(const struct phones *p, const struct phone *x) {
    const struct call *c = NULL;
    while ((c = live_calls_next(p->calls, phone_extension(x), c)) && is_device_call(x, c))
        ;
    return c;
}

bool phone_is_busy(const struct phones *p, const struct phone *x) {
    for (const struct member *m = x->members; m; m = m->next)
        if (m->in_call)
            return true;
    return is_busy(x->device) || live_calls_next(p->calls, phone_extension(x), NULL);
}

static void tell(struct phones *p, const struct phone *x, struct td_str id, enum call_state state) {
    live_calls_tell(p->calls,
                    &(struct call_news){.agent = phone_extension(x), .id = id, .state = state});
}

static void end_device_call(struct phones *p, struct phone *x) {
    if (x->device_call_n)
        tell(p, x, (struct td_str){x->device_call, x->device_call_n}, CALL_OVER);
    x->device_call_n = 0;
}

/* Trunks have devices too: a phone is what is a member of a queue. */
static void tell_device_call(struct phones *p, struct phone *x) {
    if (!x->members)
        return;
    if (!x->device_call_n) {
        struct td_arena *a = td_arena_new();
        struct td_str id = td_arena_printf(a, "device:%.*s:%lld",
                                           TD_FMT(td_str_cut(phone_extension(x), 60)),
                                           (long long)td_host_now_ms(p->host));
        x->device_call_n = id.n;
        memcpy(x->device_call, id.p, id.n);
        td_arena_free(&a);
    }
    tell(p, x, (struct td_str){x->device_call, x->device_call_n}, call_state_of(x->device));
}

/* Every call of his, in a state, or in the one that each has (CALL_QUEUED stands for that). */
static void tell_all(struct phones *p, const struct phone *x, enum call_state state,
                     enum call_state only) {
    for (struct call *c = live_calls_next(p->calls, phone_extension(x), NULL), *next; c; c = next) {
        next = live_calls_next(p->calls, phone_extension(x), c);
        if (only == CALL_QUEUED || c->state == only)
            tell(p, x, call_id(c), state);
    }
}

/* ---- devices ---- */

/* The device has been as it is for a moment. */
static void settle(struct phones *p, struct phone *x) {
    x->unsettled = false;
    if (!is_busy(x->device)) {
        if (x->was_busy)
            tell_all(p, x, CALL_OVER, CALL_QUEUED); /* an end that nobody told */
        x->was_busy = false;
        x->device_call_n = 0;
    } else if (queue_call(p, x)) {
        end_device_call(p, x);
    } else {
        tell_device_call(p, x);
    }
}

static void on_tick(struct td_timer *t) {
    struct phones *p = (struct phones *)(void *)((char *)t - offsetof(struct phones, tick));
    int64_t now = td_host_now_ms(p->host);
    bool more = false;
    for (struct phone *x = p->first; x; x = x->next) {
        if (x->unsettled && now - x->changed_ms >= PHONES_SETTLE_MS)
            settle(p, x);
        more |= x->unsettled;
    }
    for (struct call *c = live_calls_next(p->calls, TD_STR(""), NULL), *next; c; c = next) {
        next = live_calls_next(p->calls, TD_STR(""), c);
        if (c->left_ms && now - c->left_ms >= PHONES_LEFT_MS) {
            live_calls_stop_ringing(p->calls, call_id(c), TD_STR(""));
            live_calls_tell(p->calls, &(struct call_news){.id = call_id(c), .state = CALL_OVER});
        } else {
            more |= c->left_ms != 0;
        }
    }
    if (more)
        td_timer_start(p->host, &p->tick, PHONES_SETTLE_MS / 2, on_tick);
}

static void tick(struct phones *p) {
    if (!p->tick.impl)
        td_timer_start(p->host, &p->tick, PHONES_SETTLE_MS / 2, on_tick);
}

static void device_is(struct phones *p, struct phone *x, enum device d) {
    enum device was = x->device;
    if (was == d)
        return;
    x->device = d;
    x->changed_ms = td_host_now_ms(p->host);
    x->unsettled = true;
    x->was_busy |= is_busy(d);
    if (is_ringing(was) && !is_busy(d))
        tell_all(p, x, CALL_OVER, CALL_RINGING);
    if (!is_busy(d))
        end_device_call(p, x);
    else if (x->device_call_n)
        tell_device_call(p, x);
    if (is_busy(d))
        p->rang(p->arg, x);
    tick(p);
}

static bool device_number(struct td_str s, enum device *out) {
    uint64_t n;
    if (!td_str_to_u64(s, &n) || n >= DEVICE_STATES)
        return false;
    *out = (enum device)n;
    return true;
}

/* The device of a member "Local/1001@agents/n" is told without the "/n". Only where the device is
 * all that tells: else the queue knows better (a hint may stand for other devices). */
static struct phone *phone_of_device(struct phones *p, struct td_str device) {
    struct td_str pattern = p->pattern;
    if (p->own_device_states && td_str_starts(pattern, TD_STR("Local/")) && pattern.n > 2 &&
        memcmp(pattern.p + pattern.n - 2, "/n", 2) == 0) {
        pattern.n -= 2;
        return phone_with(p, pattern_match(pattern, device, CALLS_NAME_MAX));
    }
    return phone_of(p, device);
}

static bool on_device(struct phones *p, const struct ami_message *m) {
    static const char *const names[DEVICE_STATES] = {"UNKNOWN", "NOT_INUSE", "INUSE",
                                                     "BUSY",    "INVALID",   "UNAVAILABLE",
                                                     "RINGING", "RINGINUSE", "ONHOLD"};
    struct phone *x = phone_of_device(p, ami_get(m, "Device"));
    struct td_str state = ami_get(m, "State");
    for (int i = 0; x && i < DEVICE_STATES; i++)
        if (td_str_eqz(state, names[i]))
            device_is(p, x, (enum device)i);
    return true;
}

/* ---- queue members ---- */

/* Asterisk forgets reasons when its queues are reloaded: what we asked for stays ours. */
bool member_is_ours(const struct member *m) {
    struct td_str reason = {m->reason, m->reason_n};
    return m->paused && (td_str_eqz(reason, PAUSE_REASON) || (m->asked && !reason.n));
}

static struct member *member_of(struct phones *p, struct phone *x, struct td_str queue) {
    queue = td_str_cut(queue, CALLS_NAME_MAX);
    struct member *m = x->members;
    while (m && !td_str_eq(member_queue(m), queue))
        m = m->next;
    if (m || !queue.n || x->n_members == PHONE_QUEUES_MAX)
        return m;
    m = p->spare;
    if (m)
        p->spare = m->next;
    else
        m = TD_ARENA_NEW(p->arena, struct member);
    *m = (struct member){.next = x->members, .queue_n = queue.n};
    memcpy(m->queue, queue.p, queue.n);
    x->members = m;
    x->n_members++;
    return m;
}

static void remove_member(struct phones *p, struct phone *x, struct member *m) {
    struct member **at = &x->members;
    while (*at != m)
        at = &(*at)->next;
    *at = m->next;
    m->next = p->spare;
    p->spare = m;
    x->n_members--;
}

/* What a person set, in any queue, is told once; our own pause is the gate and no news. */
static void tell_pause(struct phones *p, struct phone *x) {
    const struct member *by_hand = NULL;
    for (const struct member *m = x->members; m; m = m->next)
        if (m->paused && !member_is_ours(m))
            by_hand = m;
    if ((by_hand != NULL) == x->pause_told)
        return;
    x->pause_told = by_hand != NULL;
    live_calls_tell_pause(p->calls, phone_extension(x), x->pause_told,
                          by_hand ? (struct td_str){by_hand->reason, by_hand->reason_n}
                                  : TD_STR(""));
}

/* A pause without a reason: told as new it is somebody's, else its reason may be forgotten. */
static void read_pause(struct member *m, const struct ami_message *e) {
    struct td_str reason = td_str_cut(ami_get(e, "PausedReason"), CALLS_NAME_MAX);
    bool is_new = td_str_eqz(ami_get(e, "Event"), "QueueMemberPause");
    m->paused = td_str_eqz(ami_get(e, "Paused"), "1");
    if (m->paused && !td_str_eqz(reason, PAUSE_REASON) && (reason.n || is_new))
        m->asked = false;
    m->reason_n = m->paused ? reason.n : 0;
    if (m->reason_n)
        memcpy(m->reason, reason.p, reason.n);
}

/* In a listing what is live is told again: known calls where the phone is busy, else its device. */
static void tell_again(struct phones *p, struct phone *x, const struct member *m) {
    if (m->in_call && !is_busy(x->device)) {
        tell_all(p, x, CALL_ACTIVE, CALL_QUEUED);
    } else if (is_busy(x->device)) {
        if (queue_call(p, x))
            tell_all(p, x, call_state_of(x->device), CALL_QUEUED);
        else
            tell_device_call(p, x);
    }
}

static bool on_member(struct phones *p, const struct ami_message *e, bool listing) {
    struct td_str interface = ami_get(e, "Interface");
    struct phone *x = phone_of(p, interface.n ? interface : ami_get(e, "Location"));
    struct member *m = x ? member_of(p, x, ami_get(e, "Queue")) : NULL;
    enum device d;
    if (!m)
        return true;
    m->seen = true;
    m->in_call = td_str_eqz(ami_get(e, "InCall"), "1");
    read_pause(m, e);
    if (!p->own_device_states && device_number(ami_get(e, "Status"), &d))
        device_is(p, x, d);
    if (listing)
        tell_again(p, x, m);
    tell_pause(p, x);
    if (x->closed && !m->paused)
        p->opened(p->arg, x, m);
    return true;
}

static bool on_member_removed(struct phones *p, const struct ami_message *e) {
    struct phone *x = phone_of(p, ami_get(e, "Interface"));
    struct member *m = x ? member_of(p, x, ami_get(e, "Queue")) : NULL;
    if (!m)
        return true;
    remove_member(p, x, m);
    tell_pause(p, x);
    return true;
}

/* ---- queue calls ---- */

static struct call_news news_of(const struct ami_message *e, struct td_str agent,
                                enum call_state state) {
    return (struct call_news){.agent = agent,
                              .id = ami_get(e, "Uniqueid"),
                              .state = state,
                              .from = ami_get(e, "CallerIDNum"),
                              .to = ami_get(e, "Exten"),
                              .queue = ami_get(e, "Queue")};
}

static void on_caller(struct phones *p, const struct ami_message *e, enum call_state state) {
    struct call_news n = news_of(e, TD_STR(""), state);
    if (state == CALL_OVER)
        live_calls_stop_ringing(p->calls, n.id, TD_STR(""));
    live_calls_tell(p->calls, &n);
}

static void on_caller_left(struct phones *p, const struct ami_message *e) {
    struct call *c = live_calls_find(p->calls, TD_STR(""), ami_get(e, "Uniqueid"));
    if (!c)
        return;
    c->left_ms = td_host_now_ms(p->host);
    tick(p);
}

/* AgentComplete has no Uniqueid when the caller's channel went first: then it is the one call he
 * talks in; of several the device tells. */
static struct td_str completed_id(const struct phones *p, const struct phone *x) {
    const struct call *found = NULL;
    for (const struct call *c = NULL; (c = live_calls_next(p->calls, phone_extension(x), c));) {
        if (c->state == CALL_RINGING || is_device_call(x, c))
            continue;
        if (found)
            return TD_STR("");
        found = c;
    }
    return found ? call_id(found) : TD_STR("");
}

static void on_agent(struct phones *p, const struct ami_message *e, enum call_state state) {
    struct phone *x = phone_of(p, ami_get(e, "Interface"));
    struct td_str id = ami_get(e, "Uniqueid");
    if (state == CALL_ACTIVE) {
        live_calls_forget(p->calls, TD_STR(""), id);
        live_calls_stop_ringing(p->calls, id, x ? phone_extension(x) : TD_STR(""));
    }
    if (!x)
        return;
    struct call_news n = news_of(e, phone_extension(x), state);
    if (!id.n && td_str_eqz(ami_get(e, "Event"), "AgentComplete"))
        n.id = completed_id(p, x);
    live_calls_tell(p->calls, &n);
    if (state != CALL_OVER) {
        end_device_call(p, x);
        p->rang(p->arg, x);
    } else {
        x->unsettled = true; /* still busy in a moment: something else keeps it so */
        x->changed_ms = td_host_now_ms(p->host);
        tick(p);
    }
}

/* The channel "PJSIP/1001-0000001a" is a call of the device PJSIP/1001. */
static void on_hold(struct phones *p, const struct ami_message *e, bool held) {
    struct td_str channel = ami_get(e, "Channel");
    size_t n = channel.n;
    while (n > 0 && channel.p[n - 1] != '-')
        n--;
    struct td_str extension = n ? extension_of(p, (struct td_str){channel.p, n - 1}) : TD_STR("");
    struct phone *x = extension.n ? phones_find(p, extension) : NULL;
    if (x)
        tell_all(p, x, held ? CALL_HOLD : CALL_ACTIVE, held ? CALL_ACTIVE : CALL_HOLD);
}

/* ---- events ---- */

enum what { CALLER, LEFT, AGENT, MEMBER, REMOVED, DEVICE, HELD, UNHELD };
static const struct row {
    const char *event;
    enum what what;
    enum call_state state;
} rows[] = {
    {"QueueCallerJoin", CALLER, CALL_QUEUED}, {"QueueEntry", CALLER, CALL_QUEUED},
    {"QueueCallerLeave", LEFT, CALL_OVER},    {"QueueCallerAbandon", CALLER, CALL_OVER},
    {"AgentCalled", AGENT, CALL_RINGING},     {"AgentConnect", AGENT, CALL_ACTIVE},
    {"AgentComplete", AGENT, CALL_OVER},      {"AgentDump", AGENT, CALL_OVER},
    {"AgentRingNoAnswer", AGENT, CALL_OVER},  {"QueueMember", MEMBER, CALL_OVER},
    {"QueueMemberStatus", MEMBER, CALL_OVER}, {"QueueMemberPause", MEMBER, CALL_OVER},
    {"QueueMemberAdded", MEMBER, CALL_OVER},  {"QueueMemberRemoved", REMOVED, CALL_OVER},
    {"DeviceStateChange", DEVICE, CALL_OVER}, {"Hold", HELD, CALL_HOLD},
    {"Unhold", UNHELD, CALL_ACTIVE},
};

static bool apply(struct phones *p, const struct row *r, const struct ami_message *m,
                  bool listing) {
    switch (r->what) {
    case CALLER:
        on_caller(p, m, r->state);
        break;
    case LEFT:
        on_caller_left(p, m);
        break;
    case AGENT:
        on_agent(p, m, r->state);
        break;
    case MEMBER:
        return on_member(p, m, listing);
    case REMOVED:
        return on_member_removed(p, m);
    case DEVICE:
        return on_device(p, m);
    case HELD:
    case UNHELD:
        on_hold(p, m, r->what == HELD);
        break;
    }
    return true;
}

bool phones_event(struct phones *p, const struct ami_message *m, bool listing) {
    struct td_str event = ami_get(m, "Event");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (td_str_eqz(event, rows[i].event))
            return apply(p, &rows[i], m, listing);
    return false;
}

void phones_resync_begin(struct phones *p) {
    live_calls_resync_begin(p->calls);
    for (struct phone *x = p->first; x; x = x->next)
        for (struct member *m = x->members; m; m = m->next)
            m->seen = m->in_call = false;
}

void phones_resync_end(struct phones *p) {
    for (struct phone *x = p->first; x; x = x->next) {
        for (struct member *m = x->members, *next; m; m = next) {
            next = m->next;
            if (!m->seen)
                remove_member(p, x, m);
        }
        tell_pause(p, x);
    }
    live_calls_resync_end(p->calls);
}

void phones_stop(struct phones *p) {
    td_timer_stop(&p->tick);
}
