#include "voice_link/gates.h"

#include <stdio.h>

static void on_deadline(struct td_timer *t) {
    struct gate_op *op = (struct gate_op *)(void *)((char *)t - offsetof(struct gate_op, deadline));
    op->all->expired(op);
}

struct gate_op *gates_add(struct gates *g, struct td_gate *gate) {
    struct td_arena *a = td_arena_new();
    struct gate_op *op = TD_ARENA_NEW(a, struct gate_op);
    op->all = g;
    op->arena = a;
    op->gate = gate;
    op->number = ++g->numbers;
    op->agent = td_arena_dup(a, td_str_cut(gate->agent, GATE_AGENT_MAX));
    op->close = gate->close;
    op->next = g->first;
    g->first = op;
    gate->impl = op;
    td_timer_start(g->host, &op->deadline, g->timeout_ms, on_deadline);
    return op;
}

static void on_end(struct td_timer *t) {
    struct gate_op *op = (struct gate_op *)(void *)((char *)t - offsetof(struct gate_op, end));
    struct gates *g = op->all;
    struct td_gate *gate = op->gate;
    if (op->http.impl) { /* its answer is awaited: it points into the op */
        td_timer_start(g->host, &op->end, 10, on_end);
        return;
    }
    struct gate_op **at = &g->first;
    while (*at != op)
        at = &(*at)->next;
    *at = op->next;
    gate->impl = NULL;
    gate->done(gate, op->answer, td_str_of(op->text));
    struct td_arena *a = op->arena;
    td_arena_free(&a);
    if (!g->first)
        g->all_done(g->arg);
}

void gates_end(struct gate_op *op, enum td_gate_answer answer, const char *text) {
    if (op->ending)
        return;
    op->ending = true;
    op->answer = answer;
    snprintf(op->text, sizeof op->text, "%s", text);
    td_timer_stop(&op->deadline);
    td_timer_stop(&op->guard);
    td_http_cancel(&op->http);
    td_timer_start(op->all->host, &op->end, 0, on_end);
}

struct gate_op *gates_find(const struct gates *g, uint64_t number) {
    struct gate_op *op = g->first;
    while (op && op->number != number)
        op = op->next;
    return op && !op->ending ? op : NULL;
}

struct gate_op *gates_of(const struct gates *g, struct td_str agent) {
    struct gate_op *op = g->first;
    while (op && (op->ending || !td_str_eq(op->agent, agent)))
        op = op->next;
    return op;
}

void gates_end_all(struct gates *g, enum td_gate_answer answer, const char *text) {
    for (struct gate_op *op = g->first; op; op = op->next)
        gates_end(op, answer, text);
}
