/* gates.h: the td_gates under way of one instance: each ends exactly once, never inside gate or
 * gate_cancel, at the latest at its deadline. What to do for one is the connector's. */
#ifndef VOICE_LINK_GATES_H
#define VOICE_LINK_GATES_H

#include <tandem/connector.h>

#define GATE_AGENT_MAX 64

struct gates;
struct gate_op { /* lives in its own arena */
    struct gates *all;
    struct gate_op *next;
    struct td_arena *arena;
    struct td_gate *gate; /* NULL once it is done */
    uint64_t number;      /* from 1, never again in this process */
    struct td_str agent;  /* copied */
    bool close, ending;
    struct td_timer deadline, guard, end; /* guard: the connector's own */
    enum td_gate_answer answer;
    char text[200];
    /* the connector's own */
    unsigned step, awaited;
    struct td_http http;
};
struct gates {
    struct td_host *host;
    int64_t timeout_ms;
    void (*expired)(struct gate_op *op); /* the deadline: the connector ends it */
    void (*all_done)(void *arg);         /* the last one has ended; may be called at any time */
    void *arg;
    /* private */
    struct gate_op *first;
    uint64_t numbers;
};

struct gate_op *gates_add(struct gates *g, struct td_gate *gate);
/* Ends it; the second time is for nothing. */
void gates_end(struct gate_op *op, enum td_gate_answer answer, const char *text);
struct gate_op *gates_find(const struct gates *g, uint64_t number);
/* The one of that agent that is not ending; NULL. */
struct gate_op *gates_of(const struct gates *g, struct td_str agent);
/* All end so (the link is gone). */
void gates_end_all(struct gates *g, enum td_gate_answer answer, const char *text);

#endif
