#include "core/core.h"

#include "base/join.h"
#include "base/mem.h"
#include "core/act.h"
#include "core/agents.h"
#include "core/calls.h"
#include "core/config.h"
#include "core/effects.h"
#include "core/gate.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/queues.h"
#include "core/router.h"
#include "core/seen.h"
#include "core/stats_rows.h"
#include "core/table.h"
#include "core/timers.h"
#include "core/visits.h"

#include <assert.h>

/* ---- what each command needs and does ---- */

static const struct handler {
    handler_fn *needs; /* NULL: nothing beyond what is always loaded */
    handler_fn *apply;
} handlers[CMD_MAX] = {
    [CMD_CONFIG_SET] = {NULL, apply_config_set},
    [CMD_USER_PUT] = {needs_user, apply_user_put},
    [CMD_USER_PASSWORD] = {needs_user, apply_user_password},
    [CMD_USER_DISABLE] = {needs_user, apply_user_disable},
    [CMD_MESSAGE_IN] = {needs_message_in, apply_message_in},
    [CMD_RECEIPT_IN] = {needs_receipt_in, apply_receipt_in},
    [CMD_OPTOUT_IN] = {needs_optout_in, apply_optout_in},
    [CMD_SEND_VERDICT] = {needs_send_verdict, apply_send_verdict},
    [CMD_CHANNEL_STATE] = {needs_channel, apply_channel_state},
    [CMD_CHANNEL_CURSOR] = {needs_channel, apply_channel_cursor},
    [CMD_ALARM_RAISE] = {NULL, apply_alarm_raise},
    [CMD_VOICE_STATE] = {needs_voice_state, apply_voice_state},
    [CMD_VOICE_LINK] = {needs_voice_link, apply_voice_link},
    [CMD_VOICE_GATE] = {needs_voice_gate, apply_voice_gate},
    [CMD_VISITOR_OPEN] = {needs_visitor, apply_visitor_open},
    [CMD_VISITOR_SEEN] = {needs_visitor, apply_visitor_seen},
    [CMD_VISITOR_GONE] = {needs_visitor, apply_visitor_gone},
    [CMD_VISITOR_BACK] = {needs_visitor, apply_visitor_back},
    [CMD_VISITOR_END] = {needs_visitor, apply_visitor_end},
    [CMD_VISITOR_RATE] = {needs_visitor, apply_visitor_rate},
    [CMD_VISITOR_CALLBACK] = {needs_visitor, apply_visitor_callback},
    [CMD_SESSION_OPEN] = {NULL, apply_session_open},
    [CMD_SESSION_CLOSE] = {NULL, apply_session_close},
    [CMD_PROCESS_GONE] = {NULL, apply_process_gone},
    [CMD_PRESENCE_SET] = {NULL, apply_presence_set},
    [CMD_EXTENSION_SET] = {NULL, apply_extension_set},
    [CMD_OFFER_ACCEPT] = {needs_work, apply_offer_accept},
    [CMD_OFFER_DECLINE] = {needs_work, apply_offer_decline},
    [CMD_WORK_PICK] = {needs_work, apply_work_pick},
    [CMD_WORK_ASSIGN] = {needs_work, apply_work_assign},
    [CMD_WORK_TRANSFER] = {needs_work, apply_work_transfer},
    [CMD_WORK_PARK] = {needs_work, apply_work_park},
    [CMD_WORK_SNOOZE] = {needs_work, apply_work_snooze},
    [CMD_WORK_RESOLVE] = {needs_work_resolve, apply_work_resolve},
    [CMD_WORK_REOPEN] = {needs_work, apply_work_reopen},
    [CMD_WORK_WRAPPED] = {needs_work, apply_work_wrapped},
    [CMD_WORK_PRIORITY] = {needs_work, apply_work_priority},
    [CMD_WORK_UNPARK] = {needs_work, apply_work_unpark},
    [CMD_WORK_WHY] = {needs_work, apply_work_why},
    [CMD_WORK_CONSULT] = {needs_work, apply_work_consult},
    [CMD_MESSAGE_SEND] = {needs_message_send, apply_message_send},
    [CMD_MESSAGE_RETRY] = {needs_message_retry, apply_message_retry},
    [CMD_MESSAGE_REACT] = {needs_message_react, apply_message_react},
    [CMD_OUTBOUND_HOLD] = {needs_outbound_hold, apply_outbound_hold},
    [CMD_NOTE_ADD] = {needs_work, apply_note_add},
    [CMD_CONV_READ] = {needs_work, apply_conv_read},
    [CMD_CONV_TAG] = {needs_work, apply_conv_tag},
    [CMD_CONV_SPAM] = {needs_work, apply_conv_spam},
    [CMD_CONV_BLOCK] = {needs_conv_block, apply_conv_block},
    [CMD_CONV_MERGE] = {needs_conv_merge, apply_conv_merge},
    [CMD_CONV_UNMERGE] = {needs_conv_unmerge, apply_conv_unmerge},
    [CMD_CONV_START] = {needs_conv_start, apply_conv_start},
    [CMD_MEDIA_IN] = {needs_media_in, apply_media_in},
    [CMD_MEDIA_RETRY] = {needs_media_retry, apply_media_retry},
    [CMD_CONTACT_SET] = {needs_contact_set, apply_contact_set},
    [CMD_CONTACT_LINK] = {needs_contact_link, apply_contact_link},
    [CMD_CONTACT_MERGE] = {needs_contact_merge, apply_contact_merge},
    [CMD_CONTACT_UNMERGE] = {needs_contact_unmerge, apply_contact_unmerge},
};

/* ---- life ---- */

struct core *core_new(uint64_t hash_seed) {
    struct core *c = MEM_NEW(struct core);
    c->seed = hash_seed;
    table_init(c);
    timers_init(c);
    stats_rows_init(c);
    map_init(&c->queue_ids, c->seed);
    list_init(&c->kicked_agents);
    list_init(&c->kicked_work);
    list_init(&c->stale_agents);
    list_init(&c->idle_classes);
    return c;
}

void core_leave_uncounted(struct core *c) {
    c->uncounted = true;
}

void core_free(struct core **c) {
    if (!*c)
        return;
    timers_fini(*c);
    queues_fini(*c);
    agents_fini(*c);
    table_fini(*c);
    effects_fini(*c);
    stats_rows_fini(*c);
    ptrs_fini(&(*c)->dirty);
    ptrs_fini(&(*c)->touched);
    ptrs_fini(&(*c)->calls);
    buf_fini(&(*c)->class_key);
    buf_fini(&(*c)->text);
    mem_free((*c)->needs.v);
    mem_free(*c);
    *c = NULL;
}

int core_load(struct core *c, uint32_t entity, struct td_str key, struct td_str bytes,
              struct td_error *err) {
    if (entity == 0 || entity >= EK_N)
        return td_error_set(err, TD_EINVAL, "no entity kind %u", (unsigned)entity);
    int rc = table_load(c, entity, key, bytes, err);
    if (c->ready && entity == EK_WORK)
        visits_loaded(table_find(c, entity, key)->rt);
    return rc;
}

void core_ready(struct core *c, int64_t now, uint64_t term) {
    c->now = c->ready_at = now;
    c->term = term;
    c->batch = td_arena_new(); /* of this call only: nothing of it is committed */
    config_ready(c);
    td_arena_free(&c->batch);
    c->ready = true;
}

/* Without its counters the tenant would begin to number anew, over what is stored: then nothing
 * moves. An unreadable policy is healed by the next config.set. */
static bool is_unreadable(const struct core *c, uint32_t kind) {
    if (c->tenant_cell->state == CELL_QUARANTINED)
        return true;
    return c->policy_cell->state == CELL_QUARANTINED && kind != CMD_CONFIG_SET;
}

/* What a command or a timer set in motion: matches, deadlines. */
static void settle(struct core *c) {
    do {
        if (!is_unreadable(c, CMD_NONE))
            router_settle(c);
        for (size_t i = 0; i < c->touched.n; i++) {
            struct cell *cell = c->touched.v[i];
            if (cell->kind == EK_AGENT && cell->state == CELL_PRESENT)
                gate_update(c, cell->rt);
            cell->touched = false;
            timers_update(c, cell);
        }
        c->touched.n = 0;
    } while (!list_empty(&c->kicked_agents) && !is_unreadable(c, CMD_NONE));
}

void core_begin(struct core *c, struct td_arena *batch, int64_t now) {
    assert(c->ready && !c->dirty.n);
    c->batch = batch;
    c->now = now > c->now ? now : c->now;
    c->opened = NULL;
    effects_reset(c);
    settle(c); /* a new leader's first: what its predecessor may have left unmatched */
}

/* ---- one command ---- */

/* Decoded once, however often its needs are asked for. */
static void open_command(struct core *c, const struct command *cmd) {
    if (c->opened == cmd)
        return;
    c->opened = cmd;
    c->complete = false;
    c->opened_body = NULL;
    c->opened_rc = command_open(c->batch, cmd, &c->opened_body, &c->opened_err);
}

static struct call call_of(struct core *c, const struct command *cmd, struct td_str cause) {
    return (struct call){.cmd = cmd,
                         .body = c->opened_body,
                         .cause = cause,
                         .who = cmd->actor_kind & A_PEOPLE ? agents_find(c, cmd->actor) : NULL};
}

struct needs core_needs(struct core *c, const struct command *cmd) {
    open_command(c, cmd);
    c->needs.n = 0;
    c->quarantined = (struct td_str){NULL, 0};
    if (c->opened_rc || !handlers[cmd->kind].apply)
        return c->needs;
    struct call call = call_of(c, cmd, (struct td_str){NULL, 0});
    seen_needs(c, &call);
    calls_command_needs(c, &call);
    if (handlers[cmd->kind].needs)
        handlers[cmd->kind].needs(c, &call);
    c->complete = !c->needs.n;
    return c->needs;
}

static const char *reject_word(int rc) {
    switch (rc) {
    case TD_EFORBIDDEN:
        return "forbidden";
    case TD_EVERSION:
    case TD_EUNSUPPORTED:
        return "unsupported";
    default:
        return "invalid";
    }
}

static void send_result(struct core *c, const struct command *cmd) {
    struct event e = {.kind = EV_RESULT, .sender = cmd->sender, .conv = c->result.conv};
    if (!cmd->sender.n)
        return;
    c->result.id = cmd->id;
    effects_event(c, &e, &rec_result, &c->result);
}

static void dispatch(struct core *c, const struct call *call) {
    const struct handler *h = &handlers[call->cmd->kind];
    if (c->opened_rc)
        act_reject(c, reject_word(c->opened_rc), "%s", c->opened_err.text);
    else if (!h->apply)
        act_reject(c, "unsupported", "This build does not know what to do with it.");
    else if (is_unreadable(c, call->cmd->kind))
        act_reject(c, "quarantined", "The tenant's record or its policy cannot be read.");
    else if (c->quarantined.n)
        act_reject(c, "quarantined", "What is stored under %.*s cannot be read.",
                   TD_FMT(c->quarantined));
    else if (seen_before(c, call))
        c->result.duplicate = true;
    else {
        if (!calls_take_command(c, call))
            h->apply(c, call);
        if (c->result.ok)
            seen_note(c, call);
    }
}

void core_apply(struct core *c, const struct command *cmd, struct td_str cause) {
    if (c->opened != cmd || !c->complete)
        core_needs(c, cmd); /* decodes it, and finds what is quarantined */
    assert(!c->needs.n);    /* the engine loads first */
    struct call call = call_of(c, cmd, cause);
    c->cause = cause;
    c->derived = 0;
    c->result = (struct result){.ok = true};
    dispatch(c, &call);
    settle(c);
    send_result(c, cmd);
    c->opened = NULL;
}

/* ---- timers ---- */

static struct cell *next_timer(const struct core *c, int64_t fire_to) {
    return is_unreadable(c, CMD_NONE) ? NULL : timers_due(c, fire_to);
}

struct needs core_fire_needs(struct core *c, int64_t fire_to, bool *due) {
    struct cell *cell = next_timer(c, fire_to);
    c->needs.n = 0;
    c->quarantined = (struct td_str){NULL, 0};
    *due = cell;
    if (cell)
        timers_needs(c, cell);
    return c->needs;
}

bool core_fire_one(struct core *c, int64_t fire_to) {
    struct cell *cell = next_timer(c, fire_to);
    if (!cell)
        return false;
    struct id_key due;
    c->cause = JOIN(c->batch, td_str_of(table_record(cell->kind)->name), TD_STR(":"), cell->key,
                    TD_STR("@"), id_key(&due, (uint64_t)cell->due)->s);
    c->derived = 0;
    timers_fire(c, cell);
    settle(c);
    return true;
}

int64_t core_next_due(const struct core *c) {
    struct heap_node *top = is_unreadable(c, CMD_NONE) ? NULL : heap_top(&c->timers);
    return top ? CONTAINER_OF(top, struct cell, timer)->due : INT64_MAX;
}

/* ---- effects, memory ---- */

struct effects core_drain(struct core *c) {
    visits_tell(c);
    return effects_drain(c);
}

void core_trim(struct core *c, size_t keep) {
    assert(!c->dirty.n);
    table_trim(c, keep);
}

void core_stats_get(const struct core *c, struct core_stats *out) {
    *out = (struct core_stats){.agents = c->agents.n,
                               .work = c->open_work,
                               .queued = c->queued,
                               .cached = c->cached,
                               .timers = c->timers.n,
                               .decisions = c->decisions};
}
