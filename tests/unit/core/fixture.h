/* fixture.h: a core with a small contact centre around it, for tests.
 *
 * Queues and channels: "support" (chat, channel "web", live), "texts" (SMS, "sms"), "mail"
 * ("mail"), "social" ("toots", pulled). Capacity as in routing.md §2. What the core stores is kept
 * here, as the engine would in Redis, so that needs can be answered and a new leader can take over.
 * Each command is a batch of its own: needs, apply, timers due, drain, core_check. Time is a plain
 * number. */
#ifndef TESTS_CORE_FIXTURE_H
#define TESTS_CORE_FIXTURE_H

#include "base/map.h"
#include "base/mem.h"
#include "core/core.h"
#include "model/stats.h"

#include <stdio.h>
#include <stdlib.h>

#define FIX __attribute__((unused)) static
/* Holds in every kind of build, unlike assert. */
#define FIX_MUST(x)                                                                                \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            fprintf(stderr, "fixture: %s\n", #x);                                                  \
            abort();                                                                               \
        }                                                                                          \
    } while (0)
#define S(lit) TD_STR(lit)
#define Z(cstr) td_str_of(cstr)

enum { FIX_START = 1000000, FIX_FIGURES = 1024 };

struct fix_blob {
    struct td_str key, bytes;
    bool open;
};
/* A figure of one quarter of an hour, summed as Redis would. */
struct fix_figure {
    char field[64];
    int64_t at, sum;
};
struct fix {
    struct core *core;
    struct td_arena *batch;
    struct map stored[EK_N]; /* struct fix_blob */
    int64_t now;
    uint64_t term;
    uint64_t salt; /* of the seed of the core's tables */
    unsigned commands;
    struct fix_figure figures[FIX_FIGURES];
    size_t n_figures;
    struct effects fx;    /* of the last step */
    struct result result; /* of the last command; ok when it had none */
    bool has_result;
};

/* ---- policy ---- */

FIX uint64_t fix_matrix[CK_N][CK_N] = {
    /* new →     voice         chat          SMS       social    mail */
    [CK_VOICE] = {IM_BLOCK, IM_BLOCK, IM_BLOCK, IM_BLOCK, IM_BLOCK},
    [CK_CHAT] = {IM_BLOCK, IM_ALLOW, IM_ALLOW, IM_ALLOW, IM_ALLOW},
    [CK_SMS] = {IM_INTERRUPT, IM_ALLOW, IM_ALLOW, IM_ALLOW, IM_ALLOW},
    [CK_SOCIAL] = {IM_INTERRUPT, IM_INTERRUPT, IM_ALLOW, IM_ALLOW, IM_ALLOW},
    [CK_MAIL] = {IM_INTERRUPT, IM_INTERRUPT, IM_ALLOW, IM_ALLOW, IM_ALLOW},
};

FIX struct profile fix_profile(const char *id) {
    struct profile p = {
        .id = Z(id),
        .capacity = 100,
        .kinds = {[CK_VOICE] = {.cost = 100, .maximum = 1, .wrap_ms = 30000, .wrap_max_ms = 120000},
                  [CK_CHAT] = {.cost = 30,
                               .maximum = 3,
                               .offer_ms = 20000,
                               .misses = 1,
                               .wrap_ms = 15000,
                               .park_after_ms = 300000,
                               .nudge_ms = 90000,
                               .escalate_ms = 180000,
                               .silent_requeue_ms = 300000},
                  [CK_SMS] = {.cost = 15,
                              .maximum = 4,
                              .offer_ms = 45000,
                              .misses = 2,
                              .park_after_ms = 300000},
                  [CK_SOCIAL] = {.cost = 20, .maximum = 2, .accept = AM_PULL},
                  [CK_MAIL] = {.cost = 40, .maximum = 1, .accept = AM_AUTO}},
    };
    for (uint32_t k = 0; k < CK_N; k++)
        p.kinds[k].interrupts = (struct td_u64s){fix_matrix[k], CK_N};
    return p;
}

struct fix_policy {
    struct policy p;
    struct profile profiles[2];
    struct queue_policy queues[5];
    struct channel_policy channels[5]; /* the last, "pbx" with a gate, stands beyond channels.n */
};

FIX struct policy *fix_policy(struct fix_policy *f) {
    *f = (struct fix_policy){0};
    f->profiles[0] = fix_profile("blended");
    f->queues[0] = (struct queue_policy){.id = S("support"),
                                         .name = S("Support"),
                                         .target_ms = 45000,
                                         .exclude_ms = 60000,
                                         .prefer_within_ms = 86400000,
                                         .prefer_wait_ms = 20000};
    f->queues[1] = (struct queue_policy){
        .id = S("texts"), .target_ms = 300000, .exclude_ms = 60000};
    f->queues[2] = (struct queue_policy){
        .id = S("mail"), .target_ms = 14400000, .exclude_ms = 60000, .prefer_wait_ms = 60000};
    f->queues[3] = (struct queue_policy){.id = S("social"), .target_ms = 3600000};
    f->queues[4] = (struct queue_policy){
        .id = S("second"), .target_ms = 45000, .exclude_ms = 60000};
    f->channels[0] = (struct channel_policy){.id = S("web"),
                                             .connector = S("webchat"),
                                             .queue = S("support"),
                                             .kind = CK_CHAT,
                                             .live = true,
                                             .reopen_ms = 86400000,
                                             .visitor_grace_ms = 180000};
    f->channels[1] = (struct channel_policy){.id = S("sms"),
                                             .connector = S("sms_kannel"),
                                             .queue = S("texts"),
                                             .kind = CK_SMS,
                                             .reopen_ms = 259200000,
                                             .max_attempts = 3};
    f->channels[2] = (struct channel_policy){.id = S("mail"),
                                             .connector = S("email"),
                                             .queue = S("mail"),
                                             .kind = CK_MAIL,
                                             .reopen_ms = 2592000000,
                                             .max_attempts = 3};
    f->channels[3] = (struct channel_policy){.id = S("toots"),
                                             .connector = S("social_mastodon"),
                                             .queue = S("social"),
                                             .kind = CK_SOCIAL,
                                             .reopen_ms = 604800000,
                                             .max_attempts = 3};
    f->channels[4] = (struct channel_policy){.id = S("pbx"),
                                             .connector = S("voice_asterisk"),
                                             .queue = S("support"),
                                             .kind = CK_VOICE,
                                             .gate = true};
    struct policy *p = &f->p;
    p->hash = S("first");
    p->profiles.v = f->profiles;
    p->profiles.n = 1;
    p->queues.v = f->queues;
    p->queues.n = 5;
    p->channels.v = f->channels;
    p->channels.n = 4;
    p->socket_grace_ms = 60000;
    p->voice_stale_ms = 14400000;
    p->retry_base_ms = 10000;
    p->retry_max_ms = 60000;
    p->requeue_interrupted_ms = 3600000;
    p->parked_overbook = 1;
    return p;
}

/* ---- the store ---- */

FIX void fix_blob_free(struct fix_blob *b) {
    if (!b)
        return;
    mem_free((void *)(uintptr_t)b->key.p);
    mem_free((void *)(uintptr_t)b->bytes.p);
    mem_free(b);
}

FIX void fix_count_in(struct fix *f, const struct effect *e) {
    size_t i = 0;
    if (f->n_figures == FIX_FIGURES) /* a long run, which does not look at them */
        return;
    while (i < f->n_figures &&
           (f->figures[i].at != e->at || !td_str_eqz(e->key, f->figures[i].field)))
        i++;
    FIX_MUST(e->key.n < sizeof f->figures[i].field);
    if (i == f->n_figures) {
        f->figures[f->n_figures++] = (struct fix_figure){.at = e->at};
        memcpy(f->figures[i].field, e->key.p, e->key.n);
    }
    f->figures[i].sum += e->score;
}

/* Over all quarters. */
FIX int64_t fix_figure(const struct fix *f, const char *field) {
    int64_t sum = 0;
    FIX_MUST(f->n_figures < FIX_FIGURES);
    for (size_t i = 0; i < f->n_figures; i++)
        sum += strcmp(f->figures[i].field, field) ? 0 : f->figures[i].sum;
    return sum;
}

FIX void fix_store(struct fix *f, const struct effect *e) {
    if (e->kind == FX_COUNT)
        fix_count_in(f, e);
    if (e->kind == FX_PUT || e->kind == FX_EXPIRE_PUT) {
        struct fix_blob *b = MEM_NEW(struct fix_blob);
        b->key = (struct td_str){mem_dup(e->key.p, e->key.n), e->key.n};
        b->bytes = (struct td_str){mem_dup(e->bytes.p, e->bytes.n), e->bytes.n};
        b->open = e->open;
        fix_blob_free(map_put(&f->stored[e->entity], b->key, b));
    } else if (e->kind == FX_DEL) {
        fix_blob_free(map_del(&f->stored[e->entity], e->key));
    }
}

FIX struct td_str fix_stored(const struct fix *f, uint32_t kind, struct td_str key) {
    const struct fix_blob *b = map_get(&f->stored[kind], key);
    return b ? b->bytes : (struct td_str){NULL, 0};
}

/* ---- running ---- */

FIX void fix_take_core(struct fix *f) {
    static const uint32_t first[] = {EK_TENANT, EK_POLICY, EK_AGENT, EK_WORK};
    f->core = core_new(++f->term * 7919 + f->salt);
    for (size_t k = 0; k < 4; k++) {
        struct fix_blob *b;
        for (size_t i = 0; (b = map_next(&f->stored[first[k]], &i));)
            if (first[k] != EK_WORK || b->open)
                core_load(f->core, first[k], b->key, b->bytes, NULL);
    }
    core_ready(f->core, f->now, f->term);
}

FIX void fix_load(struct fix *f, struct needs n) {
    for (size_t i = 0; i < n.n; i++)
        core_load(f->core, n.v[i].entity, n.v[i].key, fix_stored(f, n.v[i].entity, n.v[i].key),
                  NULL);
}

FIX void fix_check(struct fix *f) {
    struct td_error err;
    if (core_check(f->core, &err)) {
        fprintf(stderr, "core_check at %lld: %s\n", (long long)f->now, err.text);
        abort();
    }
}

/* Ends the batch: what it left is stored and kept for looking at. */
FIX void fix_drain(struct fix *f) {
    f->fx = core_drain(f->core);
    for (size_t i = 0; i < f->fx.n; i++)
        fix_store(f, &f->fx.v[i]);
    fix_check(f);
}

FIX void fix_begin(struct fix *f) {
    td_arena_reset(f->batch);
    core_begin(f->core, f->batch, f->now);
}

FIX void fix_fire(struct fix *f, int64_t fire_to) {
    bool due;
    for (;;) {
        struct needs n = core_fire_needs(f->core, fire_to, &due);
        if (n.n)
            fix_load(f, n);
        else if (!due || !core_fire_one(f->core, fire_to))
            return;
    }
}

/* Only decodes what is there: a pack of events is small. */
FIX void fix_find_result(struct fix *f) {
    f->has_result = false;
    f->result = (struct result){.ok = true};
    for (size_t i = 0; i < f->fx.n; i++) {
        struct event e;
        if (f->fx.v[i].kind != FX_EVENT ||
            record_unpack(f->batch, &rec_event, f->fx.v[i].bytes, &e, NULL) || e.kind != EV_RESULT)
            continue;
        FIX_MUST(!f->has_result); /* exactly one */
        f->has_result = true;
        record_unpack(f->batch, &rec_result, e.body, &f->result, NULL);
    }
}

FIX void fix_apply(struct fix *f, const struct command *cmd) {
    char cause[32];
    struct needs n;
    int rounds = 0;
    while ((n = core_needs(f->core, cmd)).n) {
        fix_load(f, n);
        FIX_MUST(++rounds <= 8);
    }
    snprintf(cause, sizeof cause, "%u-0", ++f->commands);
    core_apply(f->core, cmd, td_arena_dup(f->batch, Z(cause)));
}

/* One command, then the timers that are due. */
FIX void fix_run(struct fix *f, const struct command *cmd) {
    fix_begin(f);
    fix_apply(f, cmd);
    fix_fire(f, f->now);
    fix_drain(f);
    fix_find_result(f);
}

FIX void fix_wait(struct fix *f, int64_t ms) {
    f->now += ms;
    fix_begin(f);
    fix_fire(f, f->now);
    fix_drain(f);
}

/* Another process takes over: everything in memory is built from what is stored. */
FIX void fix_restart(struct fix *f) {
    core_free(&f->core);
    fix_take_core(f);
    fix_check(f);
}

/* ---- commands ---- */

FIX struct td_str fix_pack(const struct record *r, const void *obj, struct buf *b) {
    buf_init(b, 1 << 20);
    FIX_MUST(!record_pack(b, r, obj));
    return buf_str(b);
}

FIX void fix_send_as(struct fix *f, uint32_t kind, uint32_t actor_kind, const char *actor,
                     const char *id, const void *body) {
    struct buf b;
    char own[32];
    snprintf(own, sizeof own, "c%u", f->commands + 1);
    struct command cmd = {.kind = kind,
                          .actor_kind = actor_kind,
                          .actor = Z(actor),
                          .sender = S("socket"),
                          .id = id ? Z(id) : Z(own),
                          .received_at = f->now,
                          .body = fix_pack(command_rows[kind].body, body, &b)};
    fix_run(f, &cmd);
    buf_fini(&b);
}

FIX void fix_act(struct fix *f, const char *who, uint32_t kind, struct act act) {
    fix_send_as(f, kind, A_AGENT, who, NULL, &act);
}
FIX void fix_lead(struct fix *f, const char *who, uint32_t kind, struct act act) {
    fix_send_as(f, kind, A_SUPERVISOR, who, NULL, &act);
}
FIX void fix_system(struct fix *f, uint32_t kind, const void *body) {
    fix_send_as(f, kind, A_SYSTEM, "", NULL, body);
}

FIX void fix_config(struct fix *f, const struct policy *p) {
    fix_system(f, CMD_CONFIG_SET, p);
}

FIX void fix_session(struct fix *f, const char *agent, const char *session, bool open) {
    struct session s = {.agent = Z(agent), .session = Z(session), .process = S("p1")};
    fix_system(f, open ? CMD_SESSION_OPEN : CMD_SESSION_CLOSE, &s);
}

/* An agent of these queues, logged in and available. */
FIX void fix_agent_of(struct fix *f, const char *id, const char *const *queues, size_t n) {
    struct td_str list[8];
    for (size_t i = 0; i < n; i++)
        list[i] = Z(queues[i]);
    struct account a = {.id = Z(id), .role = S("agent"), .queues = {list, n}};
    fix_system(f, CMD_USER_PUT, &a);
    fix_session(f, id, id, true);
}
FIX void fix_agent(struct fix *f, const char *id) {
    static const char *const all[] = {"support", "texts", "mail", "social"};
    fix_agent_of(f, id, all, 4);
}

FIX void fix_visitor(struct fix *f, const char *addr, const char *text) {
    char actor[64];
    snprintf(actor, sizeof actor, "web|visitor:%s", addr);
    struct inbound in = {.message = {.channel = S("web"),
                                     .from = {S("visitor"), Z(addr), S("Vera")},
                                     .text = Z(text)}};
    fix_send_as(f, CMD_MESSAGE_IN, A_VISITOR, actor, NULL, &in);
}

FIX void fix_message(struct fix *f, const char *channel, const char *type, const char *addr,
                     const char *external_id, const char *in_reply_to) {
    struct inbound in = {.message = {.channel = Z(channel),
                                     .from = {Z(type), Z(addr), S("")},
                                     .dedupe = Z(external_id),
                                     .external_id = Z(external_id),
                                     .in_reply_to = Z(in_reply_to),
                                     .text = S("Hello")}};
    fix_send_as(f, CMD_MESSAGE_IN, A_CONNECTOR, channel, NULL, &in);
}
FIX void fix_mail(struct fix *f, const char *addr, const char *id) {
    fix_message(f, "mail", "email", addr, id, "");
}
FIX void fix_sms(struct fix *f, const char *addr, const char *id) {
    fix_message(f, "sms", "sms", addr, id, "");
}

FIX void fix_call(struct fix *f, const char *agent, const char *call, uint64_t seq,
                  const char *state) {
    struct voice v = {
        .channel = S("pbx"), .agent = Z(agent), .call = Z(call), .seq = seq, .state = Z(state)};
    fix_send_as(f, CMD_VOICE_STATE, A_CONNECTOR, "pbx", NULL, &v);
}

/* All that may be told of a call; agent "": nobody's yet. */
FIX void fix_phone(struct fix *f, struct voice v) {
    v.channel = S("pbx");
    fix_send_as(f, CMD_VOICE_STATE, A_CONNECTOR, "pbx", NULL, &v);
}

/* The answer of the gate's, to the wish of that number. */
FIX void fix_gate_old(struct fix *f, const char *agent, uint64_t gate_seq, const char *answer) {
    struct voice v = {
        .channel = S("pbx"), .agent = Z(agent), .gate = gate_seq, .answer = Z(answer)};
    fix_send_as(f, CMD_VOICE_GATE, A_CONNECTOR, "pbx", NULL, &v);
}

FIX void fix_link(struct fix *f, bool up) {
    struct voice v = {.channel = S("pbx"), .link_up = up};
    fix_send_as(f, CMD_VOICE_LINK, A_CONNECTOR, "pbx", NULL, &v);
}

FIX void fix_verdict(struct fix *f, uint64_t conv, const char *channel, struct td_str message_id,
                     uint32_t attempt, struct td_verdict verdict) {
    struct verdict_in v = {.channel = Z(channel),
                           .message_id = message_id,
                           .entry = S("9-9"),
                           .conv = conv,
                           .attempt = attempt,
                           .verdict = verdict};
    fix_system(f, CMD_SEND_VERDICT, &v);
}

/* ---- looking ---- */

FIX void *fix_entity(struct fix *f, uint32_t kind, struct td_str key) {
    void *obj = td_arena_alloc(f->batch, entity_records[kind]->size);
    struct td_str bytes = fix_stored(f, kind, key);
    if (!bytes.n || record_unpack(f->batch, entity_records[kind], bytes, obj, NULL))
        return NULL;
    return obj;
}
FIX struct td_str fix_id(struct fix *f, uint64_t id) {
    return td_arena_printf(f->batch, "%llu", (unsigned long long)id);
}
FIX const struct conv *fix_conv(struct fix *f, uint64_t id) {
    return fix_entity(f, EK_CONV, fix_id(f, id));
}
FIX const struct work *fix_work(struct fix *f, uint64_t id) {
    return fix_entity(f, EK_WORK, fix_id(f, id));
}
FIX const struct agent *fix_get_agent(struct fix *f, const char *id) {
    return fix_entity(f, EK_AGENT, Z(id));
}

/* … to the present wish. */
FIX void fix_gate(struct fix *f, const char *agent, const char *answer) {
    fix_gate_old(f, agent, fix_get_agent(f, agent)->gate_seq, answer);
}

FIX size_t fix_count(const struct fix *f, uint32_t effect) {
    size_t n = 0;
    for (size_t i = 0; i < f->fx.n; i++)
        n += f->fx.v[i].kind == effect;
    return n;
}
FIX const struct effect *fix_effect(const struct fix *f, uint32_t effect) {
    for (size_t i = 0; i < f->fx.n; i++)
        if (f->fx.v[i].kind == effect)
            return &f->fx.v[i];
    return NULL;
}

/* The nth event of a kind in the last step. */
FIX bool fix_event(struct fix *f, uint32_t kind, size_t nth, struct event *out) {
    for (size_t i = 0; i < f->fx.n; i++)
        if (f->fx.v[i].kind == FX_EVENT &&
            !record_unpack(f->batch, &rec_event, f->fx.v[i].bytes, out, NULL) &&
            out->kind == kind && nth-- == 0)
            return true;
    return false;
}
FIX const struct fact *fix_fact(struct fix *f, const char *name) {
    struct fact *fact = TD_ARENA_NEW(f->batch, struct fact);
    struct event e;
    for (uint32_t kind = EV_FACT; kind <= EV_ALARM; kind += EV_ALARM - EV_FACT)
        for (size_t i = 0; fix_event(f, kind, i, &e); i++)
            if (!record_unpack(f->batch, &rec_fact, e.body, fact, NULL) &&
                td_str_eqz(fact->name, name))
                return fact;
    return NULL;
}
FIX const struct visit *fix_visit(struct fix *f, const char *visitor) {
    struct visit *visit = TD_ARENA_NEW(f->batch, struct visit);
    struct event e;
    const struct visit *last = NULL;
    for (size_t i = 0; fix_event(f, EV_VISIT, i, &e); i++)
        if (td_str_eqz(e.visitor, visitor) &&
            !record_unpack(f->batch, &rec_visit, e.body, visit, NULL))
            last = visit;
    return last;
}
FIX const struct delivery *fix_delivery(struct fix *f) {
    struct delivery *d = TD_ARENA_NEW(f->batch, struct delivery);
    struct event e;
    const struct delivery *last = NULL;
    for (size_t i = 0; fix_event(f, EV_DELIVERY, i, &e); i++)
        if (!record_unpack(f->batch, &rec_delivery, e.body, d, NULL))
            last = d;
    return last;
}

/* The offer that this agent has now. */
FIX struct act fix_offer(struct fix *f, const char *agent, uint64_t conv) {
    return (struct act){.conv = conv, .offer = fix_get_agent(f, agent)->offer};
}
FIX void fix_accept(struct fix *f, const char *agent, uint64_t conv) {
    struct act a = fix_offer(f, agent, conv);
    char offer[64]; /* the step resets the arena that it lies in */
    snprintf(offer, sizeof offer, "%.*s", TD_FMT(a.offer));
    a.offer = Z(offer);
    fix_act(f, agent, CMD_OFFER_ACCEPT, a);
}
FIX void fix_decline(struct fix *f, const char *agent, uint64_t conv) {
    struct act a = fix_offer(f, agent, conv);
    char offer[64];
    snprintf(offer, sizeof offer, "%.*s", TD_FMT(a.offer));
    a.offer = Z(offer);
    fix_act(f, agent, CMD_OFFER_DECLINE, a);
}

/* ---- life ---- */

FIX void fix_open_empty(struct fix *f) {
    *f = (struct fix){.now = FIX_START};
    f->batch = td_arena_new();
    for (uint32_t k = 0; k < EK_N; k++)
        map_init(&f->stored[k], k);
    fix_take_core(f);
}
FIX void fix_open(struct fix *f) {
    struct fix_policy policy;
    fix_open_empty(f);
    fix_config(f, fix_policy(&policy));
}
FIX void fix_close(struct fix *f) {
    core_free(&f->core);
    td_arena_free(&f->batch);
    for (uint32_t k = 0; k < EK_N; k++) {
        struct fix_blob *b;
        for (size_t i = 0; (b = map_next(&f->stored[k], &i));)
            fix_blob_free(b);
        map_fini(&f->stored[k]);
    }
}

#endif
