/* agent_conn.h: one agent's socket: its life from the upgrade to the close. Private to
 * edge/agent_*.c.
 *
 * AUTH → HELLO → OPENING (session.open is being appended) → LOADING (snapshot on its way, events
 * wait) → LIVE. */
#ifndef EDGE_AGENT_CONN_H
#define EDGE_AGENT_CONN_H

#include "edge/auth.h"
#include "edge/fanout.h"

enum conn_state { CONN_AUTH, CONN_HELLO, CONN_OPENING, CONN_LOADING, CONN_LIVE };

struct agent_conn {
    struct edge *e;
    struct web_socket *socket; /* NULL: closed, waiting for replies to come back */
    enum conn_state state;
    struct auth_lookup auth;
    struct loop_timer hello_timer;
    struct viewer viewer;
    uint32_t actor_kind;
    int64_t password_at; /* of the login behind it */
    char name[201], session[33], tab[37];
    struct fanout_peer peer;
    bool joined;
    /* events that came while the snapshot was on its way: [varint id length][id][varint
     * length][frame] */
    struct buf waiting;
    char term[129], event[65]; /* to resume from, as hello said */
    unsigned refs;             /* replies under way that hold this struct */
    /* budgets */
    int64_t budget_at;
    double budget;
    unsigned nonsense;
};

void conn_unref(struct agent_conn *c);
/* Sends one frame; false: the socket is gone or going. */
bool conn_send(struct agent_conn *c, struct td_str json);
void conn_refuse(struct agent_conn *c, struct td_str id, const char *error, const char *text);

/* agent_command.c: a cmd frame → the inbox → ack or refused. */
void conn_command(struct agent_conn *c, struct td_arena *a, const struct agent_frame *f);
/* agent_snapshot.c: resume or snapshot, then LIVE. */
void conn_load(struct agent_conn *c);

#endif
