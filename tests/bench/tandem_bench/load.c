#include "load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DRAIN_S = 10 };

struct mark { /* one message */
    int64_t due_ns;
    bool acked, seen;
};

struct load {
    const struct load_options *o;
    struct load_report *r;
    struct net net;
    struct agents agents;
    struct post *posts, **idle;
    unsigned n_idle, n_busy;
    struct mark *marks;
    uint64_t n_marks, max_marks; /* due so far */
    uint64_t sent;
    bool running;
    int64_t from, to; /* the measured time */
    uint64_t acked_in, seen_in;
    uint64_t random;
};

/* ---- what comes back ---- */

static bool measured(const struct load *l, int64_t at) {
    return at >= l->from && at < l->to;
}

static void send_one(struct load *l, struct post *p);

static void on_seen(struct agents *a, uint64_t id) {
    struct load *l = a->owner;
    if (id < l->o->first || id - l->o->first >= l->n_marks)
        return; /* of an earlier run */
    struct mark *m = &l->marks[id - l->o->first];
    int64_t now = now_ns();
    l->r->sightings++;
    if (m->seen)
        return;
    m->seen = true;
    l->r->seen++;
    l->seen_in += measured(l, now);
    if (measured(l, m->due_ns))
        hist_add(&l->r->end_to_end, (now - m->due_ns) / 1000);
}

static void count(struct load *l, struct mark *m, int status) {
    int64_t now = now_ns();
    if (status < 200 || status > 299) {
        l->r->refused += status == 503;
        l->r->failed += status && status != 503;
        l->r->lost += !status;
        return;
    }
    m->acked = true;
    l->r->acked++;
    l->acked_in += measured(l, now);
    if (measured(l, m->due_ns))
        hist_add(&l->r->ack, (now - m->due_ns) / 1000);
}

static void on_answer(struct post *p, int status) {
    struct load *l = p->owner;
    count(l, &l->marks[p->id - l->o->first], status);
    l->idle[l->n_idle++] = p;
    l->n_busy--;
}

/* ---- what is due ---- */

static void add_due(struct load *l, int64_t at) {
    if (l->n_marks == l->max_marks) {
        l->max_marks = l->max_marks ? l->max_marks * 2 : 1 << 16;
        l->marks = realloc(l->marks, l->max_marks * sizeof *l->marks);
        if (!l->marks)
            die("no memory");
    }
    l->marks[l->n_marks++] = (struct mark){.due_ns = at};
}

static void send_one(struct load *l, struct post *p) {
    uint64_t id = l->o->first + l->sent;
    if (!post_send(p, &l->net, id))
        die("cannot reach 127.0.0.1:%u", l->o->target.port);
    l->sent++;
    l->n_busy++;
}

static void send_due(struct load *l) {
    while (l->n_idle && l->sent < l->n_marks)
        send_one(l, l->idle[--l->n_idle]);
}

static void send_closed(struct load *l) {
    while (l->n_idle && l->running) {
        add_due(l, now_ns());
        send_one(l, l->idle[--l->n_idle]);
    }
}

static double uniform(struct load *l) { /* xorshift; (0, 1] */
    l->random ^= l->random << 13;
    l->random ^= l->random >> 7;
    l->random ^= l->random << 17;
    return ((double)(l->random >> 11) + 1) / 9007199254740992.0;
}

static int64_t gap_ns(struct load *l) {
    double mean = 1e9 / l->o->rate;
    return (int64_t)(l->o->poisson ? -log(uniform(l)) * mean : mean);
}

/* ---- the run ---- */

static int64_t own_cpu_us(void) {
    return proc_cpu_us((int)getpid());
}

static void read_cpu(const struct load_options *o, int64_t *out) {
    for (unsigned i = 0; i < o->n_procs; i++)
        out[i] = proc_cpu_us(o->procs[i].pid);
    out[o->n_procs] = own_cpu_us();
}

static void drive(struct load *l) {
    int64_t due = now_ns(), cpu[2][PROC_MAX + 1];
    bool begun = false;
    while (now_ns() < l->to) {
        int64_t now = now_ns();
        if (!begun && now >= l->from) {
            begun = true;
            read_cpu(l->o, cpu[0]);
        }
        int64_t next = begun ? l->to : l->from;
        if (l->o->rate > 0) {
            for (; due <= now; due += gap_ns(l))
                add_due(l, due);
            send_due(l);
            next = due < next ? due : next;
        } else {
            send_closed(l);
        }
        net_wait(&l->net, next);
    }
    read_cpu(l->o, cpu[1]);
    double n = l->acked_in ? (double)l->acked_in : 1;
    for (unsigned i = 0; i < l->o->n_procs; i++)
        l->r->cpu_us[i] = (double)(cpu[1][i] - cpu[0][i]) / n;
    l->r->own_cpu_us = (double)(cpu[1][l->o->n_procs] - cpu[0][l->o->n_procs]) / n;
}

/* Tandem shows a message to all agents of its queue, the peer to one. */
static bool all_seen(const struct load *l) {
    uint64_t copies = l->o->agents.plain ? 1 : l->o->agents.n;
    return !l->o->agents.n || l->r->sightings >= copies * l->r->acked;
}

/* What is under way still ends; what was acknowledged is still to be seen. */
static void drain(struct load *l) {
    int64_t end = now_ns() + (int64_t)DRAIN_S * 1000000000;
    l->running = false;
    while (now_ns() < end && (l->n_busy || l->sent < l->n_marks || !all_seen(l))) {
        send_due(l);
        net_wait(&l->net, now_ns() + 10000000);
    }
}

void load_run(const struct load_options *o, struct load_report *r) {
    struct load l = {.o = o, .r = r, .running = true, .random = 0x9e3779b97f4a7c15u};
    memset(r, 0, sizeof *r);
    net_init(&l.net);
    l.agents.owner = &l;
    l.agents.message = on_seen;
    agents_open(&l.agents, &l.net, &o->agents);
    l.posts = calloc(o->connections, sizeof *l.posts);
    l.idle = calloc(o->connections, sizeof *l.idle);
    for (unsigned i = 0; i < o->connections; i++) {
        post_init(&l.posts[i], &o->target);
        l.posts[i].owner = &l;
        l.posts[i].done = on_answer;
        l.idle[l.n_idle++] = &l.posts[i];
    }
    l.from = now_ns() + (int64_t)(o->warmup * 1e9);
    l.to = l.from + (int64_t)(o->seconds * 1e9);
    drive(&l);
    drain(&l);
    r->sent = l.sent;
    r->acks_per_s = (double)l.acked_in / o->seconds;
    r->seen_per_s = (double)l.seen_in / o->seconds;
    for (unsigned i = 0; i < o->connections; i++)
        net_close(&l.posts[i].conn);
    agents_close(&l.agents);
    net_fini(&l.net);
    free(l.posts);
    free(l.idle);
    free(l.marks);
}
