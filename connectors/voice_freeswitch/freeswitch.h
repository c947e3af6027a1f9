/* freeswitch.h: one instance, shared by this folder's files. */
#ifndef VOICE_FREESWITCH_FREESWITCH_H
#define VOICE_FREESWITCH_FREESWITCH_H

#include "voice_freeswitch/agents.h"
#include "voice_freeswitch/esl.h"
#include "voice_link/gates.h"
#include "voice_link/link.h"

#define EXPECT_MAX 1024
#define QUEUES_MAX 200

/* FreeSWITCH answers commands in their order: who asked what is a queue. */
enum ask {
    ASK_AUTH,
    ASK_EVENTS,
    ASK_AGENTS,
    ASK_QUEUES,
    ASK_MEMBERS,
    ASK_CHANNELS,
    ASK_PING,
    ASK_GATE,
    ASK_GRANT
};
struct expected {
    enum ask ask;
    uint64_t number; /* of the gate */
};
struct freeswitch {
    struct td_arena *arena; /* it lives there itself */
    struct td_host *host;
    const struct td_settings *settings;
    struct link link;
    struct esl esl;
    struct calls calls;
    struct agents agents;
    struct gates gates;
    struct expected expected[EXPECT_MAX]; /* a ring */
    size_t expect_at, expect_n;
    bool ready; /* events are on and the listings asked for */
    struct td_timer stray, grant, end;
    bool started, stopping, link_stopped;
    void (*stopped)(void *arg);
    void *stopped_arg;
};

/* One command; its answer is expected. */
void freeswitch_ask(struct freeswitch *x, enum ask ask, uint64_t number, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* listing.c: the resync */
void freeswitch_listing_begin(struct freeswitch *x);
void freeswitch_listing_answer(struct freeswitch *x, enum ask ask, struct td_str body);

/* gate.c */
void freeswitch_gate_init(struct freeswitch *x);
void freeswitch_gate_answer(struct freeswitch *x, uint64_t number, struct td_str body);
void freeswitch_gate_link_up(struct freeswitch *x);
void freeswitch_gate_stop(struct freeswitch *x);
int freeswitch_gate(void *self, struct td_gate *g);
void freeswitch_gate_cancel(void *self, struct td_gate *g);

#endif
