/* edge.h: what the edges and the REST API share, and who registers which routes.
 *
 * Each file offers its routes as a table; app.c joins them into one for web_new. */
#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H

#include "config/config.h"
#include "io/web.h"
#include "store/inbox.h"
#include "store/read.h"
#include "store/tail.h"

struct api;
struct auth;
struct blobs;
struct fanout;
struct http_client;
struct metrics;
struct say;
struct workers;

/* Looks at one channel by a configuration of its own, read from the file: on any thread, blocking
 * (doctor/doctor.h). An empty report: the file has no such channel. */
struct chan;
struct doctor_report;
typedef int edge_examine(const char *path, struct td_str channel, const struct chan *chan,
                         const uint8_t key[32], struct doctor_report *out, struct td_error *err);

/* How much a visitor, or an address, may still upload: a small table by hash; two that collide take
 * turns with a fresh budget. */
enum { VISITOR_BUDGETS = 1024 };
struct visitor_budget {
    uint64_t who;
    int64_t at_ms;
    double left;
};

struct edge {
    struct loop *loop;
    struct store *store;
    struct inbox *inbox;
    struct tail *tail;
    const struct config *config; /* replaced on reload; do not keep pointers into it across calls */
    struct auth *auth;
    struct fanout *fanout;
    struct metrics *metrics;
    struct say *say; /* edge/say.h */
    struct workers *workers;
    struct http_client *http; /* for what is asked of providers here */
    struct blobs *blobs;
    struct api *api; /* made by api_routes */
    edge_examine *examine;
    uint8_t key[32];                                        /* of the key file */
    struct visitor_budget visitor_budgets[VISITOR_BUDGETS]; /* edge/visitor_files.c */
};

/* Fill up to `max` rows, return how many. arg of every row is the edge. */
size_t webhook_routes(struct edge *e, struct web_route *out, size_t max); /* edge/webhook.c */
/* Has the server see the headers that the channels' hooks are signed in; after web_new and after
 * each reload. TD_EFULL: more names than it can take. */
int webhook_want_headers(const struct edge *e, struct web *w);
size_t auth_routes(struct edge *e, struct web_route *out,
                   size_t max); /* edge/auth_routes.c: /login /logout /v1/me */
size_t agent_socket_routes(struct edge *e, struct web_route *out,
                           size_t max); /* edge/agent_socket.c */
size_t visitor_socket_routes(struct edge *e, struct web_route *out,
                             size_t max); /* edge/visitor_socket.c */
size_t visitor_files_routes(struct edge *e, struct web_route *out,
                            size_t max); /* edge/visitor_files.c */
size_t static_routes(struct edge *e, struct web_route *out,
                     size_t max); /* edge/static.c: desktop, widget, demo */
size_t api_routes(struct edge *e, struct web_route *out, size_t max); /* api/routes.c: /v1/… */
size_t media_routes(struct edge *e, struct web_route *out,
                    size_t max); /* edge/media.c: /media/… by signed links */
/* Ends what api_routes made: after web_free, before the tail, the inbox and the store. */
void api_free(struct api **a);
size_t ops_routes(struct edge *e, struct web_route *out,
                  size_t max); /* api/ops.c: /healthz /readyz /metrics */

#endif
