/* visitor_conn.h: one visitor's socket. Private to edge/visitor_*.c. */
#ifndef EDGE_VISITOR_CONN_H
#define EDGE_VISITOR_CONN_H

#include "edge/auth.h"
#include "edge/fanout.h"

struct visitor_conn {
    struct edge *e;
    struct web_socket *socket; /* NULL: closed, waiting for replies to come back */
    char origin[257];
    char channel[65], visitor[65], tab[37], session[33], name[201];
    char thread[200]; /* "<channel>|visitor:<id>" */
    uint64_t conv;    /* 0: none yet, as far as this socket knows */
    bool greeted;     /* hello was answered */
    bool acted;       /* a conversation exists or is about to: its going away matters */
    struct fanout_peer peer;
    unsigned refs;
    int64_t budget_at, typed_at;
    double budget;
    unsigned nonsense;
    struct loop_timer hello_timer;
};

void visitor_unref(struct visitor_conn *c);
bool visitor_send(struct visitor_conn *c, struct td_str json);
void visitor_refuse(struct visitor_conn *c, struct td_str id, const char *error, const char *text);

/* visitor_hello.c: token, welcome, what it lacks of the conversation. */
void visitor_hello(struct visitor_conn *c, struct td_arena *a, const struct visitor_frame *f);
/* visitor_command.c: open, send, seen, end, rate → the inbox; ack when durable. */
void visitor_command(struct visitor_conn *c, struct td_arena *a, const struct visitor_frame *f);
/* visitor_files.c: the largest file that visitors of this channel may send, 0: none; a file's token
 * becomes the message's attachment, TD_EAUTH: it is not his. */
#define VISITOR_FILE_MAX ((size_t)25 * 1024 * 1024)
uint64_t visitor_file_max(const struct config *c, struct td_str channel);
int visitor_file_claim(struct visitor_conn *c, struct td_arena *a, struct td_str token,
                       struct td_message *m);
/* Exact match against the allow-list of the channel, or of any channel when it is empty. */
bool visitor_origin_ok(const struct config *cfg, struct td_str channel, struct td_str origin);
/* Said on connect and close of a visitor who has a conversation, and when the core asks. */
void visitor_presence(struct visitor_conn *c, bool back);

#endif
