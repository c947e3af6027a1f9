/* api.h: the REST API's inside: the routes' table, and one request on its way through it.
 *
 * A request becomes a `call`: who is it → may he → (an agent: what may he see) → (after=: until the
 * engine has come so far) → the row's handler. The handler ends the call exactly once with
 * call_json or call_error, at once or later. A call outlives its request when the peer goes away:
 * whoever has something under way asks call_alive when it comes back, which frees the call of a
 * peer that left.
 */
#ifndef API_API_H
#define API_API_H

#include "base/list.h"
#include "codec/json_out.h"
#include "edge/edge.h"
#include "edge/viewer.h"
#include "model/command.h"

struct call;

enum need {
    NEED_NOTHING,
    NEED_READ,  /* a person who is logged in, or a token with "read" */
    NEED_WRITE, /* a person, or a token with "write"; the command says which people */
    NEED_ADMIN, /* an administrator, or a token with "admin" */
    NEED_SELF   /* a person, or a token with "admin" */
};

struct api_route {
    const char *method, *pattern;
    const char *operation; /* the operationId of openapi.json */
    enum need need;
    void (*handle)(struct call *c);
    /* Rows of api_command: which one, and where the path's number or name goes in its body. */
    enum command_kind command;
    const char *id_field;
};
/* The table; ended by a row without a method. */
extern const struct api_route api_table[];

#define API_BODY_MAX 65536
#define API_WAIT_MS 5000 /* longest wait for a result or a position */

struct results;
struct budget;
struct api {
    struct edge *e;
    struct tail_sub sub;
    struct results *results;
    struct list calls;   /* all that are under way */
    struct list waiting; /* those that wait for a result */
    size_t n_waiting;
    struct budget *budgets;
    struct api_entry { /* what a row of the server's table needs */
        struct api *api;
        const struct api_route *route;
    } * entries;
};

struct call {
    struct list link, waiting; /* of api->calls, api->waiting */
    struct api *api;           /* NULL: the API has ended */
    struct web_request *r;     /* NULL: the peer went away */
    const struct api_route *route;
    struct td_arena *a; /* lives as long as the call */
    uint32_t actor_kind;
    struct td_str actor;  /* agent id; "token:<name>" when a token acts as administrator */
    struct td_str sender; /* of commands: tells whose a result is, to every process */
    struct viewer viewer; /* whose role is SUPERVISOR for tokens */
    struct loop_timer timer;
    bool parked;      /* only the timer or a result is waited for */
    int64_t until_ms; /* boot: end of that wait */
    int64_t began_ms;
    struct td_str id; /* of the command sent */
    struct td_str position, key;
    void *state; /* the handler's own, in the arena */
};

/* false: the peer or the API is gone; the call was freed. */
bool call_alive(struct call *c);
/* Each ends the call. `text` is a sentence; field may be NULL. */
void call_json(struct call *c, int status, const struct buf *b);
void call_error(struct call *c, int status, const char *error, const char *field, const char *text);
/* Ends the call and gives the request, to be answered at once with that status. */
struct web_request *call_take(struct call *c, int status);
/* 400 by what a parser or check said: "field: what is wrong". */
void call_invalid(struct call *c, const struct td_error *err);
void call_unavailable(struct call *c); /* 503: the store is away */
void call_not_found(struct call *c);   /* 404: also for what he may not see */
/* By rc of store/read.h: 0, or the call was ended with 503 or 500. For callbacks; asks call_alive.
 */
bool call_read_ok(struct call *c, int rc);
/* What a read returned when it was started: 0, or the call was ended. */
void call_started(struct call *c, int rc);

/* A parameter of the path as a copy; of the query. */
struct td_str call_param(struct call *c, const char *name);
struct td_str call_query(struct call *c, const char *name);
/* A number of the query: `otherwise` when absent; false: the call was ended with 400. */
bool call_number(struct call *c, const char *name, uint64_t otherwise, uint64_t max, uint64_t *out);

/* Waits until `c->until_ms` with cb each `every_ms`; cb goes on, parks again or ends the call. */
void call_park(struct call *c, int64_t every_ms, void (*cb)(struct loop_timer *t));
void call_unpark(struct call *c);

/* json_put_record for staff, of bytes as stored; false: they do not decode, nothing was written. */
bool call_put_stored(struct call *c, struct json_out *j, const struct record *r,
                     struct td_str bytes, void **obj);

/* api/commands.c: any row with a command. */
void api_command(struct call *c);
/* Checks, appends, answers 202 when it is durable (or 200 with the result, for ?wait=1). */
void call_send(struct call *c, enum command_kind kind, const void *body);

#endif
