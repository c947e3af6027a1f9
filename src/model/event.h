/* event.h: what happened, as the events stream tells it.
 *
 * Most events are the change log itself: the entity as it was committed, the message as it was
 * appended. Clients keep a copy of what they may see and apply newer versions. The audience stands
 * in plain fields, so that fan-out decides without decoding the body. `visitor` is set only on what
 * a customer may see: a private note can never match a visitor. */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "model/entity.h"

enum event_kind {
    EV_ENTITY = 1, /* body: the packed entity of `entity` kind; key in `key` */
    EV_MESSAGE,    /* body: packed td_message; conv, seq */
    EV_DELIVERY,   /* body: packed delivery */
    EV_RESULT,     /* body: packed result; to `sender` only */
    EV_VISIT,      /* body: packed visit; for the visitor */
    EV_FACT,       /* body: packed fact; metrics, "why" history, webhooks */
    EV_POLICY,     /* the committed policy changed; body: packed policy */
    EV_ALARM       /* body: packed fact; for supervisors */
};

struct event {
    uint32_t kind;     /* enum event_kind */
    uint32_t entity;   /* enum entity_kind for EV_ENTITY */
    struct td_str key; /* the entity's */
    uint64_t version;  /* of the entity */
    uint64_t conv, seq;
    int64_t at; /* the batch's now */
    /* audience */
    bool staff; /* agents may see it: those of `queue`, `agent` himself, all leads */
    struct td_str queue, agent; /* empty both with staff: everybody on the staff */
    struct td_str was_agent,
        was_queue; /* who could see it before: they must learn that it is gone */
    struct td_str consult, was_consult; /* an agent who is, or was, asked for advice */
    struct td_str visitor; /* thread key "<channel>|<type>:<addr>" that may see it; empty: nobody */
    struct td_str sender;  /* EV_RESULT: to whom */
    struct td_str body;
    struct td_str unknown;
};

struct delivery { /* of one outbound message; stored in conv:<id>:out under the message id */
    uint64_t conv, seq;
    struct td_str message_id;
    uint32_t state; /* enum td_delivery */
    uint32_t attempts;
    int64_t next_at;
    struct td_str external_id, code, error;
    int64_t at;
    struct td_str unknown;
};

struct result {       /* exactly one per command that names a sender */
    struct td_str id; /* the command's own */
    bool ok;
    struct td_str error; /* "stale", "forbidden", "gone", "not-yours", "full", "invalid", … */
    struct td_str text;  /* the sentence */
    uint64_t conv, seq, contact; /* what it made */
    bool duplicate;              /* was applied before; the first result stands */
    struct td_str unknown;
};

struct visit { /* what a visitor's widget shows above the conversation */
    uint64_t conv;
    struct td_str state;      /* "idle", "waiting", "active", "closed", "left-message" */
    uint64_t position;        /* in the queue, from 1; 0: unknown */
    int64_t expected_wait_ms; /* −1: unknown */
    struct td_str agent;      /* display name */
    bool on_call;             /* the agent is on a call: "back in about 3 minutes" */
    uint64_t read_seq;        /* agents have read up to */
    bool callback;            /* he waits, and may ask to be called back */
    int64_t callback_at;      /* he did: it is due then (Unix ms); 0: he did not */
    bool leaving; /* a process lost his last socket: one that still has another says he is there */
    struct td_str unknown;
};

struct fact { /* something counted or explained */
    struct td_str
        name; /* "offered", "accepted", "declined", "offer.timeout", "answered", "abandoned",
                 "resolved", "requeued", "dead", "conflict", "alarm", "call.ended" … */
    struct td_str queue, channel, agent, text;
    uint32_t channel_kind;
    uint64_t work;
    int64_t wait_ms, talk_ms;
    bool in_target;  /* answered, abandoned: within the service target, in open hours */
    bool short_wait; /* abandoned: before the queue's bound of a short abandon */
    struct td_str unknown;
};

/* What the sender of a channel takes from its outbox. */
struct send {
    struct td_message message;
    struct td_address to;
    uint32_t attempt;
    struct td_str key; /* idempotency key: the message id, the same on every attempt */
    struct td_str unknown;
};

extern const struct record rec_event, rec_delivery, rec_result, rec_visit, rec_fact, rec_send;

#endif
