/* oracle_state.h: the oracle's picture of the world; for the files oracle*.c only. */
#ifndef SIM_ORACLE_STATE_H
#define SIM_ORACLE_STATE_H

#include "oracle.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdio.h>

enum { ORACLE_AGENTS = 16, ORACLE_GIVES = 64, ORACLE_FACTS = 256 };

/* An entity as it was committed last, and as it stood before that batch. */
struct version {
    struct td_arena *arena[2];
    unsigned at;
    bool touched; /* in this batch */
};

struct seen_work {
    struct version version;
    struct work v[2];
    bool known; /* was committed before this batch */
    /* in its first wait since the customer came or came back (20) */
    bool fresh;
    int64_t waits_since;
    bool for_all; /* QUEUED: it did not wait, or no longer, for its preferred agent alone */
    bool by_hand; /* a person gave it to whom has it (17) */
};
struct seen_agent {
    struct version version;
    struct agent v[2];
    bool known;
    int64_t idle_since; /* end of his last work, or login (18) */
    bool in;            /* logged in, whatever he does */
    bool ramping;       /* logged in and has not caught up yet (19) */
    int64_t last_taken; /* what the router gave and he accepted, since the login */
    char last_call[32]; /* the latest that was reported, and how far (13) */
    uint64_t last_call_seq;
};

struct seen_fact {
    struct td_str name, agent, text;
    uint64_t work;
    int64_t wait_ms;
};
struct give { /* the router gave it to him in this batch, and there it is */
    struct seen_work *x;
    struct seen_agent *a;
};
struct note { /* what is known under a key */
    struct td_str key;
    uint64_t a;
};

struct oracle {
    struct fault fault;
    const struct oracle_step *step;
    struct td_arena *batch;

    struct td_arena *policy_arena;
    struct policy policy;
    bool policy_touched;
    struct seen_agent agents[ORACLE_AGENTS];
    size_t n_agents;
    struct map works;        /* id → struct seen_work */
    struct seen_work **open; /* not over, or touched in this batch */
    size_t n_open, cap_open;

    /* this batch */
    struct seen_fact facts[ORACLE_FACTS];
    size_t n_facts;
    struct give gives[ORACLE_GIVES];
    size_t n_gives;
    bool held;  /* something was interrupted */
    void *body; /* of the command; NULL: none, or it cannot be read */
    struct result result;
    bool last_ok, last_duplicate;

    /* messages (5, 13) */
    struct map messages;   /* message id → conversation */
    struct map attempts;   /* "<message id>/<attempt>" put into an outbox */
    struct map deliveries; /* message id → state */
    struct map versions;   /* "<kind>/<key>" → version told last */
    struct map seqs;       /* conversation → last sequence */
    struct map terms;      /* channel → term of its latest holder */
    struct map offers;     /* offer id → work, of all that were ever made */
    uint64_t accepted, logged;

    /* counts (20) */
    uint64_t offered, answered, abandoned, overflowed, called_back, ended_else;
    uint64_t waiting; /* of those, in the queues now */
    int64_t counted_at;
    int64_t area, waited; /* ∫ waiting dt; the sum of the waits that ended, as told */
};

/* Notes the first fault. Gives false, for `return oracle_fail(…)`. */
bool oracle_fail(struct oracle *o, int invariant, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
#define NUM(x) ((unsigned long long)(x))

/* ---- oracle_state.c ---- */

static inline const struct work *work_now(const struct seen_work *x) {
    return &x->v[x->version.at];
}
/* … at the end of the batch before */
static inline const struct work *work_was(const struct seen_work *x) {
    return &x->v[x->version.touched ? !x->version.at : x->version.at];
}
static inline const struct agent *agent_now(const struct seen_agent *a) {
    return &a->v[a->version.at];
}
static inline const struct agent *agent_was(const struct seen_agent *a) {
    return &a->v[a->version.touched ? !a->version.at : a->version.at];
}
struct seen_work *oracle_work(const struct oracle *o, uint64_t id);        /* NULL: unknown */
struct seen_agent *oracle_agent(const struct oracle *o, struct td_str id); /* NULL: unknown */
/* Whether the batch told such a fact of this work. */
const struct seen_fact *oracle_fact(const struct oracle *o, const char *name, uint64_t work);
bool oracle_take_in(struct oracle *o); /* the effects of the step */
void oracle_state_free(struct oracle *o);
struct note *oracle_note(struct map *m, struct td_str key); /* made when there is none */
bool waits_in_line(const struct work *w);                   /* QUEUED, RESERVED, OFFERED */
bool is_offer(const struct work *w);                        /* RESERVED, OFFERED */
bool is_over(const struct work *w);
bool is_live_work(const struct work *w);

/* ---- oracle_fit.c: what the rules allow ---- */

/* What counts against an agent. */
struct ledger {
    uint32_t units, counts[CK_N], overbooked;
};
bool counts_work(uint32_t state);
bool counts_voice(uint32_t voice);
const struct profile *profile_of(const struct oracle *o, const struct seen_agent *a);
/* `without`: leave this item out, and count what was interrupted in this batch as active; NULL. */
struct ledger ledger_of(const struct oracle *o, const struct seen_agent *a,
                        const struct seen_work *without);
enum fits { FITS_NOT, FITS, FITS_BY_HOLDS, FITS_OVERBOOKED };
enum fits fits(const struct oracle *o, const struct seen_agent *a, const struct work *w,
               const struct ledger *l);
bool is_exclusive(const struct oracle *o, const struct seen_agent *a, uint32_t kind);
uint32_t interrupts(const struct profile *p, uint32_t active, uint32_t newer);
/* Membership and skills after so many steps of relaxation. */
bool qualifies_after(const struct oracle *o, const struct agent *a, const struct work *w,
                     size_t steps);
bool qualifies(const struct oracle *o, const struct agent *a, const struct work *w);
bool is_his(const struct agent *a, const struct work *w); /* he is asked, nobody else */
uint32_t accept_mode(const struct oracle *o, const struct seen_agent *a, const struct work *w);
bool is_excluded(const struct work *w, const struct agent *a, int64_t at);
/* The one agent that it waits for alone; NULL: for whoever can. */
const struct seen_agent *waits_for_one(const struct oracle *o, const struct work *w);
bool reserve_allows(const struct oracle *o, const struct seen_agent *a, const struct work *w,
                    const struct seen_work *without);
/* Everything but exclusions. */
bool may_take(const struct oracle *o, const struct seen_agent *a, const struct work *w,
              const struct ledger *l);
/* Open-hours wait in its queue, over the target, times the weight: as a rational. */
struct urgency {
    double weighted_ms;
    double target_ms;
};
struct urgency urgency_at(const struct oracle *o, const struct work *w, int64_t now);
int64_t open_ms(const struct oracle *o, const struct work *w, int64_t from, int64_t to);

/* ---- the checks: false after oracle_fail ---- */

bool check_messages(struct oracle *o); /* 5, 13 */
bool check_counts(struct oracle *o);   /* 20 */
bool check_counts_end(struct oracle *o);
bool check_commands(struct oracle *o);   /* 13 */
bool check_works(struct oracle *o);      /* 1, 2, 4, 10, 11, 12, 14, 16, 17 */
bool check_gives(struct oracle *o);      /* 2, 3, 4, 7, 8, 9, 15, 17, 18, 19 */
bool check_conserving(struct oracle *o); /* 6, 9 */
bool check_agents(struct oracle *o);     /* 18, 19 */

#endif
