/* entity.h: everything that is stored, as plain structs.
 *
 * Each entity has a stable key, a version that grows by one with every change (clients apply only
 * newer ones) and room for fields of newer versions. Tables stand in entity_*.c; the registry below
 * lists them. Agents, work and the tenant record are always in the leader's memory; the rest is
 * loaded on demand. */
#ifndef MODEL_ENTITY_H
#define MODEL_ENTITY_H

#include "model/record.h"
#include "model/types.h"
#include <tandem/message.h>
#include <tandem/verdict.h>

/* What was seen lately, oldest first, in slots of 12 bytes: hash_str of a dedupe key (8, little
 * endian) and when (4, Unix seconds). Bytes and not a list, because it is written with every
 * message. */
enum { RING_SLOT_BYTES = 12 };
struct ring {
    struct td_str slots;
};

/* The tenant's own counters. Key: "". */
struct tenant {
    uint64_t next_id;    /* conversations, contacts, work: one sequence, shown to people as #1042 */
    uint64_t next_offer; /* offers: "<n>-<term>" */
    uint64_t version;
    uint64_t next_agent_order; /* round robin, and ties */
    struct td_str config_hash; /* SHA-256 of the committed policy */
    struct td_strs links_lost; /* voice channels whose phone system cannot be reached */
    /* What of ours must not go out (core/hold.h): a channel kind's name, "all", "channel:<id>". */
    struct td_strs holds;
    struct {
        struct spiking { /* a channel with more mentions than usual (core/spike.h) */
            struct td_str channel;
            int64_t due; /* then somebody looks whether it is over */
        } * v;
        size_t n;
    } spiking;
    struct {
        struct joining { /* a thread that has pieces of an unfinished message */
            struct td_str thread;
            int64_t due; /* then they are taken as they are */
        } * v;
        size_t n;
    } joining;
    struct {
        struct flow { /* how fast a queue's chats are handled (core/estimate.h) */
            struct td_str queue;
            uint32_t chats; /* counted so far, up to the weight of the mean */
            int64_t mean_ms;
        } * v;
        size_t n;
    } flows;
    struct td_str unknown;
};

/* A message that waits for its turn or its verdict. */
struct pending_send {
    struct td_str message_id;
    uint64_t seq; /* in the log */
    uint32_t attempts;
    int64_t due;         /* not before */
    bool out;            /* it is in the outbox; at most one per conversation */
    struct td_str entry; /* unused by the core; reserved */
    uint32_t state;      /* enum td_delivery: QUEUED, SENDING; FAILED, UNKNOWN: kept for a retry */
    uint32_t uncharged;  /* of `attempts`, those that a pause of the channel took back */
    struct td_str body;  /* the packed td_message: the core must be able to send it again */
    bool exempt;         /* goes even to who has opted out: the answer to his STOP or HELP */
    bool held;           /* not sent on purpose; people were told so */
};

/* A customer's post that can be answered or liked (core/posts.h). */
struct post_ref {
    uint64_t seq;
    struct td_str external_id, parent_id, root_id, reply_ref, visibility, url;
    uint64_t reach;
    int64_t sentiment;
    uint32_t flags; /* of the message: TD_LISTENED… */
    bool gone;      /* its author has deleted it */
    bool edited;
    struct td_str reaction; /* ours; "": none */
};

/* Key: decimal id. */
struct conv {
    uint64_t id, version;
    uint64_t contact;
    struct td_str channel;
    uint32_t kind;          /* enum channel_kind */
    struct td_address peer; /* the customer's address on this channel */
    struct td_str contact_name, subject, language;
    uint32_t state;          /* enum conv_state */
    uint64_t seq;            /* entries in its log */
    struct td_str last_text; /* ≤ 140 bytes, for lists; never of a private note for a visitor */
    uint32_t last_direction;
    int64_t created_at, last_at, last_customer_at, last_human_reply_at, first_reply_at, resolved_at;
    struct td_str last_agent; /* who had it last: preferred next time */
    struct td_str disposition;
    struct td_strs tags;
    uint64_t read_seq;                          /* read by agents up to */
    uint64_t peer_read_seq, peer_delivered_seq; /* by the customer (chat) */
    struct {
        struct pending_send *v;
        size_t n;
    } pending;
    uint64_t merged_into;
    uint64_t parent_work; /* cluster, consult */
    uint32_t csat;        /* 1…5, 0: none */
    struct td_str csat_text;
    bool blocked;
    struct {
        struct conv_field {
            struct td_str key, value;
        } * v;
        size_t n;
    } fields;                       /* pre-chat form, referring page, campaign … */
    struct td_str root_external_id; /* the first message's; of mail the newest of the customer's */
    /* The stale-draft guard: the newest entry that the customer may see, who wrote it ("": the
     * customer), and the newest one by anybody else than him. */
    uint64_t public_seq, other_seq;
    struct td_str public_author;
    struct {
        struct post_ref *v;
        size_t n;
    } posts;                /* the newest, oldest first, at most POSTS_MAX (core/posts.h) */
    uint64_t last_text_seq; /* whose text last_text is */
    struct td_str unknown;
};

struct skill_need {
    struct td_str skill;
    uint32_t level; /* 1…10 */
};
struct exclusion {
    struct td_str agent;
    int64_t until;
};

/* What the router routes; one per open conversation (same id) or call. Key: decimal id. Small: a
 * new leader loads all open ones. */
struct work {
    uint64_t id, version;
    uint32_t kind;         /* enum work_kind */
    uint32_t channel_kind; /* enum channel_kind */
    struct td_str channel, queue;
    uint32_t state;          /* enum work_state */
    uint32_t priority;       /* 0 highest; default by channel kind */
    int64_t t0;              /* since when the customer waits; survives requeueing */
    int64_t queued_at;       /* of this stay in the queue */
    uint64_t open_ms_before; /* reserved for open-hours age of earlier stays */
    uint64_t attempts;       /* offers made so far */
    struct td_str agent;     /* reserved, offered, active… by whom */
    struct td_str offer;     /* its id while RESERVED/OFFERED */
    int64_t offered_at, offer_deadline, accepted_at;
    /* of the policy that the live offer was made under: how many in a row its agent may let pass
     * (0: any number), and for how long who lets it pass is left out (0: not) */
    uint32_t offer_misses;
    int64_t offer_exclude_ms;
    struct td_str preferred; /* agent; with until when to wait for him */
    int64_t preferred_until;
    bool preferred_only; /* transferred to that agent */
    struct {
        struct skill_need *v;
        size_t n;
    } skills;
    uint32_t relaxed; /* relaxation step reached */
    struct {
        struct exclusion *v;
        size_t n;
    } excluded;
    bool forced;    /* admitted beyond capacity by a person */
    bool released;  /* HELD/PARKED: its units are free */
    uint32_t units; /* what it costs while it counts */
    int64_t park_at, wake_at, wrap_until, requeue_at, give_up_at; /* deadlines; 0: none */
    int64_t silent_since; /* agent's turn since; 0: customer's turn */
    uint32_t nudges;
    struct td_str reason;    /* the last decision, one sentence for people */
    struct td_str waits_for; /* why it waits, one sentence */
    /* calls */
    struct td_str call_id, from, to;
    uint64_t call_seq;
    int64_t answered_at, ended_at;
    bool returning;    /* was parked, snoozed or held: ahead of its class, the same agent first */
    bool overbooked;   /* admitted above capacity as a returning item */
    bool left_message; /* live, but nobody comes in time: the visitor left a message */
    int64_t send_at;   /* a send of the conversation waits until then; keeps the work resident */
    int64_t since;     /* of this state */
    struct td_str consult;         /* agent who is asked for advice and sees it; "": none */
    bool unanswered;               /* the customer entered and has had no reply of a person yet */
    struct td_str visitor_session; /* the visitor's newest socket; gone of an older one is stale */
    /* calls: last heard of; not heard of since the link was lost */
    int64_t renewed_at;
    bool unheard;
    /* Clusters (core/cluster.h): the items that are handled with this one; or the one that this is
     * handled with, 0: by itself. */
    struct td_u64s members;
    uint64_t cluster;
    struct td_str unknown;
};

struct agent_session {
    struct td_str id, process;
    int64_t at;
};
struct agent_call {
    struct td_str id;
    uint64_t seq;
    uint32_t state; /* enum voice_state */
    int64_t since, renewed_at;
    struct td_str from, to, queue;
};
struct agent_skill {
    struct td_str skill;
    uint32_t level;
};

/* Account (what may be shown) and routing state of one agent. Key: id. */
struct agent {
    struct td_str id;
    uint64_t version;
    struct td_str name, email, profile, extension, language;
    uint32_t role; /* enum role */
    bool disabled;
    struct td_strs queues, teams;
    struct {
        struct agent_skill *v;
        size_t n;
    } skills;
    uint64_t order;    /* of creation: the last tie-break */
    uint32_t presence; /* enum presence */
    struct td_str presence_reason;
    int64_t presence_since;
    struct {
        struct agent_session *v;
        size_t n;
    } sessions;
    int64_t grace_until;                             /* all sessions lost: requeue then; 0: none */
    int64_t login_at, last_accept_at, next_offer_at; /* login limit */
    int64_t last_work_end;                           /* fairness; a pause never changes it */
    uint32_t misses;                                 /* offers let pass in a row */
    uint32_t voice; /* enum voice_state, derived from calls, wrap and link */
    int64_t voice_since, voice_wrap_until;
    bool voice_link_lost;
    struct {
        struct agent_call *v;
        size_t n;
    } calls;
    uint32_t used;       /* units in use now; derived, published for the capacity bar */
    uint32_t counts[5];  /* items per channel kind, as used: JSON count_voice … count_mail */
    struct td_str offer; /* the one live offer */
    struct ring seen;    /* command ids of this agent's senders */
    /* The phone: the voice channel that it was last heard on; a pause made on it; the presence that
     * its end brings back, plus one (0: none). */
    struct td_str phone_channel;
    bool phone_paused;
    struct td_str phone_reason;
    uint32_t phone_presence;
    /* Its gate (core/gate.h). The channel's holder follows these and makes them so. */
    struct td_str gate_channel; /* whose holder sees to it; "": there is none */
    bool gate_close;            /* the wish */
    uint64_t gate_seq;          /* of the wish; grows whenever it is to be seen to (again) */
    uint32_t gate;              /* enum gate_state */
    int64_t gate_hold_until;    /* it could not be closed: no exclusive work until then; 0: fine */
    bool gate_trouble;          /* people were told */
    int64_t counted_at;         /* until when his time stands in the figures */
    int64_t password_at;        /* user.changed_at: a login by an older password counts no more */
    struct td_str unknown;
};

/* Credentials; never leaves the server. Key: agent id. */
struct user {
    struct td_str id;
    uint64_t version;
    struct td_str password; /* argon2id string of libsodium */
    struct td_str totp;     /* sealed */
    bool must_change;
    int64_t changed_at;
    struct td_str unknown;
};

/* Key: decimal id. */
struct contact {
    uint64_t id, version;
    struct td_str name, language, note;
    struct {
        struct identity {
            struct td_address address;
            bool verified;
            struct td_str source; /* who says so: "sms hook", "token", "agent anna" */
        } * v;
        size_t n;
    } identities;
    struct {
        struct conv_field *v;
        size_t n;
    } fields;
    uint64_t merged_into;
    struct td_u64s conversations; /* newest last, at most 500 */
    int64_t created_at;
    struct td_str unknown;
};

/* Address → contact. Key: "<type>:<addr>". */
struct ident {
    uint64_t contact;
    uint64_t version;
    bool verified;
    struct td_str unknown;
};

/* One customer address on one channel: its current conversation, and what was seen from it.
 * Key: "<channel>|<type>:<addr>". */
struct thread {
    uint64_t version;
    uint64_t conv; /* the latest */
    struct ring seen;
    bool opted_out;
    bool blocked;
    int64_t helped_at; /* HELP was last answered */
    struct {
        struct piece { /* of a message that the network cut up */
            struct td_str ref;
            uint32_t part, parts;
            int64_t due;
            struct td_str body; /* the packed td_message */
        } * v;
        size_t n;
    } pieces;
    struct td_str unknown;
};

/* External id → message. Key: "<channel>|<external id>". Expires. */
struct ext {
    uint64_t version;
    uint64_t conv, seq;
    struct td_str message_id;
    uint32_t state; /* enum td_delivery of an outbound message; NONE: inbound */
    struct td_str unknown;
};

/* Receipts that came before the send's answer. Key as ext. */
struct early {
    uint64_t version;
    struct {
        struct td_receipt *v;
        size_t n;
    } receipts;
    struct td_str unknown;
};

/* A channel's running state. Key: channel name. */
struct chan {
    struct td_str id;
    uint64_t version;
    struct td_str connector;
    bool paused;          /* sends wait */
    int64_t paused_until; /* 0: until a person or channel.start */
    struct td_str state;  /* "up", "down", "auth", "misconfigured", "rate-limited" */
    struct td_str error;
    struct td_str cursor; /* opaque */
    uint64_t term;        /* of the holder; stale cursor commands are ignored */
    int64_t changed_at;
    struct {
        struct waiting_send {
            uint64_t conv;
        } * v;
        size_t n;
    } waiting; /* conversations whose send waits for the channel */
    /* A person holds what would go out (core/hold.h): who, since when. */
    bool held;
    struct td_str held_by;
    int64_t held_at;
    /* Mentions by the minute, and whether they are more than usual since then (core/spike.h). */
    int64_t minute_at;
    uint32_t minute_n, minute_before;
    int64_t spike_since;
    uint32_t spike_rate; /* a minute, when it was last looked at */
    struct {
        struct lately { /* a mention that others may be like (core/cluster.h) */
            uint64_t conv, sketch, root;
        } * v;
        size_t n;
    } lately;
    struct td_str unknown;
};

/* What becomes of a message's attachments that its provider keeps for us: the log's line says how
 * they came, this how they stand. Key: "<conv>/<seq>". Made with the message; as long as an item
 * waits it stands in the channel's work list. */
struct media {
    uint64_t conv, seq, version;
    struct td_str channel;
    struct {
        struct media_item {
            uint32_t index;                   /* of the message's attachments */
            uint32_t state;                   /* enum media_state */
            struct td_str url;                /* at the provider */
            struct td_str name, type, sha256; /* type: as told, once it is stored as sniffed */
            uint64_t bytes;
            uint32_t attempts; /* that failed */
            int64_t next_at;   /* not before */
            struct td_str error;
        } * v;
        size_t n;
    } items;
    struct td_str unknown;
};

enum entity_kind {
    EK_TENANT = 1,
    EK_CONV,
    EK_WORK,
    EK_AGENT,
    EK_USER,
    EK_CONTACT,
    EK_IDENT,
    EK_THREAD,
    EK_EXT,
    EK_EARLY,
    EK_CHAN,
    EK_POLICY,
    EK_MEDIA,
    EK_N
};

extern const struct record rec_tenant, rec_conv, rec_work, rec_agent, rec_user, rec_contact,
    rec_ident, rec_thread, rec_ext, rec_early, rec_chan, rec_policy, rec_media;
extern const struct record rec_address, rec_attachment, rec_message, rec_receipt, rec_verdict;

/* Indexed by enum entity_kind; [0] is NULL. */
extern const struct record *const entity_records[EK_N];

#endif
