/* message.h: the normalized message, what every connector makes and takes.
 *
 * Ids are text. Times are milliseconds since 1970, UTC. Strings borrow from the arena of whoever
 * made the message. Text is UTF-8; HTML is sanitized before it is stored. */
#ifndef TANDEM_MESSAGE_H
#define TANDEM_MESSAGE_H

#include <tandem/str.h>

struct td_strs {
    struct td_str *v;
    size_t n;
};
struct td_u64s {
    uint64_t *v;
    size_t n;
};

enum td_direction { TD_IN, TD_OUT, TD_INTERNAL };
enum td_message_kind {
    TD_MSG_TEXT,  /* a message between customer and agent */
    TD_MSG_NOTE,  /* private, between colleagues */
    TD_MSG_EVENT, /* something that happened: joined, transferred, resolved, a call */
    /* Of another message, which a connector names in in_reply_to by its external id: */
    TD_MSG_REACTION, /* a like, an emoji: text; "" takes it back */
    TD_MSG_EDIT,     /* replaces the text */
    TD_MSG_DELETE    /* withdraws it */
};
enum td_delivery {
    TD_DELIVERY_NONE, /* inbound, notes, events */
    TD_QUEUED,
    TD_SENDING,
    TD_UNKNOWN, /* it may have been sent; an agent or a receipt decides */
    TD_SENT,
    TD_DELIVERED,
    TD_READ,
    TD_FAILED,
    TD_BOUNCED
};
enum td_matched { /* how a message found its conversation, best first */
                  TD_MATCH_NONE,
                  TD_MATCH_TOKEN,     /* a signed reply token */
                  TD_MATCH_REFERENCE, /* In-Reply-To, References, the parent post */
                  TD_MATCH_THREAD,    /* same channel and address, still open or within the reopen
                                         window */
                  TD_MATCH_SUBJECT,
                  TD_MATCH_NEW,
                  TD_MATCH_HAND /* an agent merged or split */
};

enum {
    TD_AUTO_SUBMITTED = 1,
    TD_BOUNCE = 2,
    TD_SPAM = 4,
    TD_BOT = 8,
    TD_LIST_MAIL = 16,
    TD_LISTENED = 32, /* found by a keyword or a hashtag: nobody wrote to us */
    TD_IMPORTED = 64  /* history: closed, unrouted, never answered by itself */
};

struct td_address { /* a typed identity: {"sms", "+441234", "Anna"} */
    struct td_str type, addr, name;
};
struct td_attachment {
    struct td_str name, type; /* file name; sniffed media type */
    uint64_t bytes;
    struct td_str sha256;     /* hex; empty until the media is stored */
    struct td_str content_id; /* of an inline image */
    /* At the provider, until it is fetched (what td_provider.media_build understands); of an
     * outbound one, what upload_parse made of it, or where the provider may fetch it. Never shown
     * to a client. */
    struct td_str url;
};

struct td_message {
    struct td_str id; /* ULID, minted where it enters */
    uint64_t conv;    /* conversation; 0 until matched */
    uint64_t seq;     /* place in the conversation's log, from 1; set by the core */
    struct td_str channel;
    uint32_t direction, kind; /* enum td_direction, td_message_kind */
    bool is_private;          /* never shown to the customer */
    struct td_str dedupe; /* unique per channel: the provider's id, or what the connector derives */
    struct td_str external_id, parent_id, root_id, in_reply_to;
    struct td_strs references;
    uint32_t matched; /* enum td_matched */
    struct td_address from;
    struct {
        struct td_address *v;
        size_t n;
    } to, cc, bcc;        /* of a mail of ours: beside the customer himself */
    struct td_str author; /* agent id of an outbound message or a note; "bot:…" of a bot */
    struct td_str text, html, quoted, subject, language;
    struct {
        struct td_attachment *v;
        size_t n;
    } attachments;
    int64_t provider_at, received_at,
        at;         /* at: the core's time, when it entered the conversation */
    uint32_t flags; /* TD_AUTO_SUBMITTED… */
    uint32_t loop_count;
    uint64_t reach;           /* followers of the author (social) */
    int64_t sentiment;        /* −100…100 */
    struct td_str event;      /* for TD_MSG_EVENT: its name, e.g. "transferred"; text explains */
    uint64_t edits;           /* for EDIT, DELETE, REACTION: seq of the message meant */
    struct td_str client_ref; /* the sender's own id, echoed so that a client can match its draft */
    /* A piece of a message that the network cut up (SMS): what joins the pieces of one sender,
     * which piece (from 1) of how many. The core joins them; parts 0: a whole message. */
    struct td_str part_ref;
    uint32_t part, parts;
    /* What the provider needs to answer this message, opaque (a visibility, hashes of posts); of an
     * outbound one, that of the message which it answers. */
    struct td_str reply_ref;
    struct td_str visibility; /* of a post: "public" "unlisted" "followers" "direct"; "": unknown */
    struct td_str url;        /* where a person can read the post; https */
    struct td_str unknown;
};

#endif
