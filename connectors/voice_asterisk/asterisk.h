/* asterisk.h: one instance, shared by this folder's files. */
#ifndef VOICE_ASTERISK_ASTERISK_H
#define VOICE_ASTERISK_ASTERISK_H

#include "voice_asterisk/ami.h"
#include "voice_asterisk/phones.h"
#include "voice_link/gates.h"
#include "voice_link/link.h"

enum asterisk_step { AWAIT_GREETING, AWAIT_CHALLENGE, AWAIT_LOGIN, AWAIT_LISTS, READY };
struct asterisk {
    struct td_arena *arena; /* it lives there itself */
    struct td_host *host;
    const struct td_settings *settings;
    struct link link;
    struct ami ami;
    struct calls calls;
    struct phones phones;
    struct gates gates;
    enum asterisk_step step;
    bool devices_listed, queues_listed; /* of the resync */
    struct td_timer stray, end;
    bool started, stopping, link_stopped;
    void (*stopped)(void *arg);
    void *stopped_arg;
};

/* One action, as name, value, …, NULL; the values hold no line ends. */
void asterisk_act(struct asterisk *x, const char *const *lines);

/* gate.c */
void asterisk_gate_init(struct asterisk *x);
int asterisk_gate(void *self, struct td_gate *g);
void asterisk_gate_cancel(void *self, struct td_gate *g);
/* What answers an action of a gate (ActionID "gate-…"); false: it is none. */
bool asterisk_gate_answer(struct asterisk *x, const struct ami_message *m);
/* The link stands again: what is paused by us and wished by nobody is freed after a while. */
void asterisk_gate_link_up(struct asterisk *x);
int asterisk_gate_check(const struct td_settings *s, struct td_error *err);

#endif
