/* stand.h: a whole tenant on a private Redis in one process: store, inbox, tail, engines. */
#ifndef STAND_H
#define STAND_H

#include "../../support/redis_server.h"
#include "base/list.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "store/keys.h"
#include "store/read.h"
#include "store/tail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct sent { /* one appended command, and what became of it */
    struct stand *stand;
    bool settled, has_result, ok, duplicate;
    int rc;
    char inbox_id[80], id[40], error[40];
    uint64_t conv, seq;
    unsigned results;
};

struct stand {
    struct redis_server *server;
    struct loop *loop;
    struct store *store;
    struct inbox *inbox;
    struct tail *tail;
    struct engine *engine;
    struct tail_sub sub;
    struct td_arena *arena;
    struct sent *sent;
    size_t n_sent, cap_sent, n_settled, n_results;
    uint64_t events, messages, resets, alarms, policies;
    char last_term[96];
    int64_t offer_ms; /* of stand_policy; 0: 300 */
    bool timed_out, stopped;
};

/* Without engine or tail where not wanted (tail and engine connect on their own). */
void stand_open(struct stand *s, struct redis_server *server, const char *process);
void stand_engine(struct stand *s, const struct engine_tuning *t);
void stand_close(struct stand *s);
/* Runs the loop until the condition holds; fails the test after a minute. */
void stand_until(struct stand *s, bool (*cond)(struct stand *));
void stand_run_ms(struct stand *s, int64_t ms);

/* Appends a message from `addr` over channel "sms"; waits while Redis is down. */
struct sent *stand_message(struct stand *s, const char *addr, const char *text, const char *dedupe);
struct sent *stand_command(struct stand *s, uint32_t kind, uint32_t actor_kind, const char *actor,
                           const void *body);
void stand_policy(struct stand *s); /* config.set with one queue and channels, applied */

bool stand_up(struct stand *s);
bool stand_leads(struct stand *s);
bool stand_all_settled(struct stand *s);
bool stand_all_results(struct stand *s); /* every settled-OK command has its result */
struct engine_status stand_status(struct stand *s);
/* What Redis says to one command line. */
const char *stand_ask(struct stand *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
long stand_ask_number(struct stand *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* How many lines are in all conversations' logs. */
long stand_logged(struct stand *s);

#endif
