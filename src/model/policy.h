/* policy.h: the part of the configuration that decides, as the core uses it: no secrets, no URLs.
 *
 * It reaches the core by a config.set command and is an entity like any other, so that a log
 * replays with the policy of its time. Defaults (routing.md §2) are filled in by config/, never by
 * the core. */
#ifndef MODEL_POLICY_H
#define MODEL_POLICY_H

#include "model/entity.h"

/* How one channel kind is handled by a profile: one column of the table in routing.md §2. */
struct kind_policy {
    uint32_t cost;    /* units of 100 */
    uint32_t maximum; /* items at once */
    uint32_t accept;  /* enum accept_mode */
    int64_t offer_ms; /* deadline of an offer */
    uint32_t misses;  /* in a row until NOT_RESPONDING; 0: never */
    int64_t wrap_ms;  /* wrap-up after resolve; 0: none */
    int64_t wrap_max_ms;
    int64_t
        park_after_ms; /* of the customer's silence; 0: at once on the agent's reply; −1: never */
    int64_t nudge_ms, escalate_ms, silent_requeue_ms; /* an agent who does not answer; 0: never */
    struct td_u64s interrupts; /* CK_N values of enum interrupt: this kind active, row [new kind] */
};

struct profile { /* of agents */
    struct td_str id;
    uint32_t capacity; /* 100 */
    struct kind_policy
        kinds[CK_N]; /* stored as records kind_0…kind_4, named by channel_kind_names */
};

struct relax_step {
    int64_t after_ms;
    bool any_skill;       /* drop the skill requirements */
    uint32_t level_minus; /* or lower every level by so much */
    struct td_str queue;  /* or overflow there */
};

struct open_span { /* minutes since Monday 0:00 local time */
    uint32_t from, to;
};
struct holiday {       /* local day, closed from…to minutes of it (0…1440: the whole day) */
    struct td_str day; /* "2026-12-25" */
    uint32_t from, to;
};
struct hours {
    struct td_str id, zone; /* IANA name, shown to people */
    struct {
        struct open_span *v;
        size_t n;
    } open;
    struct {
        struct holiday *v;
        size_t n;
    } holidays;
    /* UTC offsets: from `at` on, `offset_s` is added to UTC. Computed by config/ for the years
     * around now, so that the core needs no zone database. */
    struct {
        struct zone_shift {
            int64_t at, offset_s;
        } * v;
        size_t n;
    } shifts;
};

struct queue_policy {
    struct td_str id, name;
    uint32_t priority;                        /* band; 0 first */
    uint32_t strategy;                        /* enum strategy */
    uint32_t accept;                          /* enum accept_mode, plus 1; 0: the profile's */
    int64_t offer_ms;                         /* 0: the profile's */
    int64_t target_ms;                        /* service target, open hours */
    uint32_t weight;                          /* w_class ×100; 100 */
    struct td_str hours;                      /* "" : always open */
    int64_t prefer_within_ms, prefer_wait_ms; /* last agent first: how long ago, how long to wait */
    int64_t max_wait_ms;                      /* then overflow or leave-a-message; 0: never */
    struct td_str overflow;                   /* queue */
    uint32_t reserve;                         /* r: free voice agents to keep; 0: off */
    int64_t exclude_ms;                       /* after a decline or time-out */
    bool promote;     /* work past its target stands one band higher within its kind */
    bool language;    /* the customer's language is a required skill, if it is one: "lang-de" */
    int64_t short_ms; /* who leaves before it left at once */
    bool callback;    /* who waits may ask to be called back */
    struct {
        struct relax_step *v;
        size_t n;
    } relax;
    struct {
        struct skill_need *v;
        size_t n;
    } skills;
};

/* What a customer's whole message, one of these words, means; by language in config/keywords.c. */
struct keyword_policy {
    struct td_str word;   /* folded: see core/optout.c */
    uint32_t action;      /* enum keyword_action */
    struct td_str answer; /* "": none */
};

/* What is done with a post that has all of what is named here (core/rules.h). */
struct rule_policy {
    struct td_str keyword, language; /* "": any */
    uint64_t reach;                  /* of its author, at least; 0: any */
    struct td_strs authors;          /* one of these addresses; empty: anybody */
    struct td_strs tags;             /* … is given these */
    uint32_t priority;               /* plus 1; 0: as it was */
    struct td_str queue;
    bool alert; /* supervisors are told */
};

struct channel_policy {
    struct td_str id, connector, queue;
    uint32_t kind; /* enum channel_kind */
    bool live; /* the conversation reaches the customer by its own socket: no outbox (webchat) */
    int64_t reopen_ms;        /* a new message within it reopens the resolved conversation */
    int64_t visitor_grace_ms; /* live: place kept after the socket is lost */
    uint32_t max_attempts;
    struct td_strs origins; /* webchat */
    bool idempotent;        /* a repeated send with the same key sends once */
    bool gate;              /* voice: calls can be kept from an agent */
    struct {
        struct keyword_policy *v;
        size_t n;
    } keywords;                 /* STOP, START, HELP and their kin; empty: none is looked for */
    bool observe;               /* takes in and records, but never sends */
    bool reacts;                /* the connector sends likes */
    struct td_str listen_queue; /* what was found by a keyword waits here; "": in `queue` */
    uint32_t spike_per_minute;  /* more mentions than that are gathered in clusters; 0: never */
    struct {
        struct rule_policy *v;
        size_t n;
    } rules;
    uint32_t length_unit, max_length; /* of one message: length_unit_names; 0: no limit */
    uint32_t media_max; /* bytes of the largest file that is sent; 0: it takes no files */
};

struct code { /* a disposition or a presence reason */
    struct td_str id, name;
};

struct canned {
    struct td_str id, text;
};

struct policy {
    uint64_t version;
    struct td_str hash; /* SHA-256 of the file it came from */
    struct td_str name; /* of the business, shown to visitors */
    struct {
        struct profile *v;
        size_t n;
    } profiles;
    struct {
        struct queue_policy *v;
        size_t n;
    } queues;
    struct {
        struct channel_policy *v;
        size_t n;
    } channels;
    struct {
        struct hours *v;
        size_t n;
    } hours;
    struct {
        struct code *v;
        size_t n;
    } dispositions, reasons;
    struct {
        struct canned *v;
        size_t n;
    } canned;
    struct td_strs skills;
    int64_t socket_grace_ms; /* agent's socket lost: requeue after; 60 s */
    int64_t login_ramp_ms;   /* after login, next offer so long after the last accept; 20 s */
    int64_t voice_stale_ms;  /* a call nobody renewed becomes UNKNOWN; 4 h */
    int64_t voice_wrap_ms;   /* unused: wrap-up after a call is kinds[CK_VOICE].wrap_ms */
    int64_t retry_base_ms, retry_max_ms; /* back-off of sends */
    int64_t requeue_interrupted_ms;      /* 60 min */
    uint32_t parked_overbook;            /* returning parked items allowed above capacity: 1 */
    struct td_strs history; /* hashes committed before, oldest first, at most 64: see app_offer.h */
    struct td_str unknown;
};

/* Lookups by id; NULL when unknown. */
const struct queue_policy *policy_queue(const struct policy *p, struct td_str id);
const struct channel_policy *policy_channel(const struct policy *p, struct td_str id);
const struct profile *policy_profile(const struct policy *p, struct td_str id); /* "" → the first */
const struct hours *policy_hours(const struct policy *p, struct td_str id);
/* The hours of the queue that the channel's work goes to; NULL: always open. */
const struct hours *policy_channel_hours(const struct policy *p, struct td_str channel);

#endif
