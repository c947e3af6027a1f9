/* command.h: everything that can happen, one registry.
 *
 * A command is an envelope and a body. Bodies are few: most of what a person does to a conversation
 * is the same handful of fields. The registry row says which body, which fields must be present and
 * who may send it; edges check it before they append, the core again before it applies. */
#ifndef MODEL_COMMAND_H
#define MODEL_COMMAND_H

#include "model/policy.h"

/* name, number, body, who, required fields (of the body; ',' separated).
 * Numbers are stored: never reused. `who` is a set of enum actor_bit. */
#define COMMAND_LIST(X)                                                                            \
    /* configuration, accounts */                                                                  \
    X(CONFIG_SET, 1, "config.set", policy, A_SYSTEM | A_ADMIN, "")                                 \
    X(USER_PUT, 2, "user.put", account, A_SYSTEM | A_ADMIN, "id")                                  \
    X(USER_PASSWORD, 3, "user.password", account, A_SYSTEM | A_ADMIN | A_PEOPLE, "id,password")    \
    X(USER_DISABLE, 4, "user.disable", account, A_SYSTEM | A_ADMIN, "id")                          \
    /* from connectors */                                                                          \
    X(MESSAGE_IN, 10, "message.in", inbound, A_CONNECTOR | A_VISITOR, "message.from")              \
    X(RECEIPT_IN, 11, "receipt.in", receipt_in, A_CONNECTOR, "channel")                            \
    X(OPTOUT_IN, 12, "optout.in", inbound, A_CONNECTOR, "message.from")                            \
    X(SEND_VERDICT, 13, "send.verdict", verdict_in, A_SYSTEM, "channel,conv,message_id")           \
    X(CHANNEL_STATE, 14, "channel.state", channel_state, A_SYSTEM | A_CONNECTOR | A_ADMIN,         \
      "channel")                                                                                   \
    X(CHANNEL_CURSOR, 15, "channel.cursor", channel_state, A_CONNECTOR, "channel")                 \
    X(VOICE_STATE, 16, "voice.state", voice, A_CONNECTOR, "channel,state")                         \
    X(VOICE_LINK, 17, "voice.link", voice, A_CONNECTOR, "channel")                                 \
    X(VOICE_GATE, 18, "voice.gate", voice, A_CONNECTOR, "channel,agent,answer")                    \
    /* visitors; the thread stands in `peer` */                                                    \
    X(VISITOR_OPEN, 20, "visitor.open", visitor, A_VISITOR, "channel,peer")                        \
    X(VISITOR_SEEN, 21, "visitor.seen", visitor, A_VISITOR, "channel,peer")                        \
    X(VISITOR_GONE, 22, "visitor.gone", visitor, A_VISITOR | A_SYSTEM, "channel,peer")             \
    X(VISITOR_BACK, 23, "visitor.back", visitor, A_VISITOR | A_SYSTEM, "channel,peer")             \
    X(VISITOR_END, 24, "visitor.end", visitor, A_VISITOR, "channel,peer")                          \
    X(VISITOR_RATE, 25, "visitor.rate", visitor, A_VISITOR, "channel,peer,rating")                 \
    X(VISITOR_CALLBACK, 26, "visitor.callback", visitor, A_VISITOR, "channel,peer")                \
    /* agents' sessions and presence */                                                            \
    X(SESSION_OPEN, 30, "session.open", session, A_SYSTEM, "agent,session,process")                \
    X(SESSION_CLOSE, 31, "session.close", session, A_SYSTEM, "agent,session")                      \
    X(PROCESS_GONE, 32, "process.gone", session, A_SYSTEM, "process")                              \
    X(PRESENCE_SET, 33, "presence.set", act, A_PEOPLE, "presence")                                 \
    X(EXTENSION_SET, 34, "extension.set", act, A_PEOPLE, "")                                       \
    /* work */                                                                                     \
    X(OFFER_ACCEPT, 40, "offer.accept", act, A_PEOPLE, "conv,offer")                               \
    X(OFFER_DECLINE, 41, "offer.decline", act, A_PEOPLE, "conv,offer")                             \
    X(WORK_PICK, 42, "work.pick", act, A_PEOPLE, "conv")                                           \
    X(WORK_ASSIGN, 43, "work.assign", act, A_LEADS, "conv,agent")                                  \
    X(WORK_TRANSFER, 44, "work.transfer", act, A_PEOPLE | A_API, "conv")                           \
    X(WORK_PARK, 45, "work.park", act, A_PEOPLE, "conv")                                           \
    X(WORK_SNOOZE, 46, "work.snooze", act, A_PEOPLE | A_API, "conv,until")                         \
    X(WORK_RESOLVE, 47, "work.resolve", act, A_PEOPLE | A_API, "conv")                             \
    X(WORK_REOPEN, 48, "work.reopen", act, A_PEOPLE | A_API, "conv")                               \
    X(WORK_WRAPPED, 49, "work.wrapped", act, A_PEOPLE, "")                                         \
    X(WORK_PRIORITY, 50, "work.priority", act, A_PEOPLE | A_API, "conv")                           \
    X(WORK_UNPARK, 51, "work.unpark", act, A_PEOPLE, "conv")                                       \
    X(WORK_WHY, 52, "work.why", act, A_PEOPLE | A_API, "conv")                                     \
    X(WORK_CONSULT, 53, "work.consult", act, A_PEOPLE, "conv")                                     \
    /* conversations */                                                                            \
    X(MESSAGE_SEND, 60, "message.send", act, A_PEOPLE | A_API, "conv")                             \
    X(MESSAGE_RETRY, 61, "message.retry", act, A_PEOPLE | A_API, "conv,seq")                       \
    X(NOTE_ADD, 62, "note.add", act, A_PEOPLE | A_API, "conv,text")                                \
    X(CONV_READ, 63, "conv.read", act, A_PEOPLE, "conv,seq")                                       \
    X(CONV_TAG, 64, "conv.tag", act, A_PEOPLE | A_API, "conv")                                     \
    X(CONV_SPAM, 65, "conv.spam", act, A_PEOPLE, "conv")                                           \
    X(CONV_BLOCK, 66, "conv.block", act, A_PEOPLE, "conv")                                         \
    X(CONV_MERGE, 67, "conv.merge", act, A_PEOPLE, "conv,other")                                   \
    X(CONV_UNMERGE, 68, "conv.unmerge", act, A_PEOPLE, "conv")                                     \
    X(CONV_START, 69, "conv.start", start, A_PEOPLE | A_API, "channel,peer.addr,text")             \
    X(DRAFT_SET, 70, "draft.set", act, A_PEOPLE, "conv")                                           \
    X(MESSAGE_REACT, 71, "message.react", act, A_PEOPLE | A_API, "conv,seq")                       \
    X(OUTBOUND_HOLD, 72, "outbound.hold", act, A_SYSTEM | A_LEADS | A_API, "")                     \
    /* attachments that the provider keeps */                                                      \
    X(MEDIA_IN, 75, "media.in", media_in, A_SYSTEM | A_CONNECTOR, "channel,conv,seq")              \
    X(MEDIA_RETRY, 76, "media.retry", act, A_PEOPLE | A_API, "conv,seq")                           \
    /* contacts */                                                                                 \
    X(CONTACT_SET, 80, "contact.set", contact_edit, A_PEOPLE | A_API, "contact")                   \
    X(CONTACT_LINK, 81, "contact.link", contact_edit, A_PEOPLE | A_API, "contact,identity.addr")   \
    X(CONTACT_MERGE, 82, "contact.merge", contact_edit, A_PEOPLE | A_API, "contact,other")         \
    X(CONTACT_UNMERGE, 83, "contact.unmerge", contact_edit, A_PEOPLE | A_API, "contact")           \
    /* something of this daemon's needs a person: `state` names the alarm, `error` is the          \
     * sentence, `channel` what it is about, as "webhook:crm" */                                   \
    X(ALARM_RAISE, 84, "alarm.raise", channel_state, A_SYSTEM, "channel,state")

enum command_kind {
    CMD_NONE,
#define X(name, number, text, body, who, required) CMD_##name = (number),
    COMMAND_LIST(X)
#undef X
        CMD_MAX = 96
};

enum actor_bit {
    A_SYSTEM = 1, /* this daemon itself */
    A_CONNECTOR = 2,
    A_VISITOR = 4,
    A_AGENT = 8,
    A_SUPERVISOR = 16,
    A_ADMIN = 32,
    A_API = 64, /* a token with the scope "write" */
    A_LEADS = A_SUPERVISOR | A_ADMIN,
    A_PEOPLE = A_AGENT | A_SUPERVISOR | A_ADMIN
};

struct command {
    uint32_t kind;        /* enum command_kind */
    uint32_t actor_kind;  /* one enum actor_bit */
    struct td_str actor;  /* agent id, visitor thread, channel, token name */
    struct td_str sender; /* socket or process that waits for the result; "" : nobody */
    struct td_str id;     /* the sender's own, stable over retries; deduplicated per actor */
    int64_t received_at;
    struct td_str message_id; /* ULID minted by the edge for a message that this command may make */
    struct td_str body;       /* packed; its table is command_rows[kind].body */
    struct td_str unknown;
};

/* ---- bodies ---- */

struct act { /* what a person does; each kind reads only some of these */
    uint64_t conv, other, seq;
    struct td_str offer, agent, queue, text, reason, disposition, presence, extension;
    struct td_strs add, remove; /* tags */
    int64_t until;
    uint32_t priority;
    uint64_t if_seq; /* stale-draft guard: the customer-visible seq that the author had seen; 0:
                        send anyway */
    struct {
        struct td_attachment *v;
        size_t n;
    } attachments;
    struct td_str scope; /* OUTBOUND_HOLD: a channel kind, "all" or "channel:<id>"; "": "social" */
    bool release;        /* OUTBOUND_HOLD: it is over */
    struct {             /* a mail: beside the customer */
        struct td_address *v;
        size_t n;
    } to, cc, bcc;
    struct td_str subject; /* a mail's; "": the conversation's */
    struct td_strs files;  /* tokens of uploads; the edge makes attachments of them */
    struct td_str unknown;
};
struct inbound {
    struct td_message message;
    struct td_strs fields; /* key=value pairs alternating: k, v, k, v */
    uint64_t term;         /* channel holder's, with cursor; 0: none */
    struct td_str cursor;
    struct td_str unknown;
};
struct receipt_in {
    struct td_str channel;
    struct td_receipt receipt;
    struct td_str unknown;
};
struct verdict_in {
    struct td_str channel, message_id, entry; /* entry: outbox stream id */
    uint64_t conv;
    uint32_t attempt;
    struct td_verdict verdict;
    struct td_str unknown;
};
struct channel_state {
    struct td_str channel, connector, state, error, cursor;
    uint64_t term;
    bool start; /* a new holder */
    struct td_str unknown;
};
struct voice {
    /* state: of td_voice_event (provider.h), or one of voice_state_names */
    struct td_str channel, agent, call, state, from, to, queue;
    uint64_t seq;
    int64_t at;
    bool link_up;         /* VOICE_LINK */
    struct td_str reason; /* of a pause; of an answer: what the phone system said */
    uint64_t term;        /* the channel holder's; 0: none */
    uint64_t gate;        /* VOICE_GATE: which agent.gate_seq was asked */
    struct td_str answer; /* VOICE_GATE: gate_answer_names */
    struct td_str unknown;
};
struct visitor {
    struct td_str channel, name, text;
    struct td_address peer;
    struct td_strs fields; /* the pre-chat form */
    uint64_t delivered_seq, read_seq;
    uint32_t rating;
    struct td_str session; /* socket */
    int64_t at;            /* VISITOR_CALLBACK: not before; 0: as soon as possible */
    struct td_str unknown;
};
struct session {
    struct td_str agent, session, process;
    struct td_str unknown;
};
struct account { /* fields that are empty stay as they are; `set` names the lists to replace */
    struct td_str id, name, email, role, profile, password, extension;
    struct td_strs queues, skills /* "billing:3" */, teams, set;
    struct td_str unknown;
};
struct start {
    struct td_str channel, queue, text, subject;
    struct td_address peer;
    struct td_str unknown;
};
struct media_in { /* an attachment that was fetched, or could not be */
    struct td_str channel;
    uint64_t conv, seq;
    uint32_t index;            /* of the message's attachments */
    uint64_t term;             /* of the channel's holder */
    struct td_str sha256;      /* "": it failed */
    struct td_str type, error; /* as sniffed; why it failed, for people */
    uint64_t bytes;
    bool temporary; /* it may be tried again */
    struct td_str unknown;
};
struct contact_edit {
    uint64_t contact, other;
    struct td_str name, note, language;
    struct td_address identity;
    struct td_strs fields;
    struct td_str unknown;
};

extern const struct record rec_command, rec_act, rec_inbound, rec_receipt_in, rec_verdict_in,
    rec_channel_state, rec_voice, rec_visitor, rec_session, rec_account, rec_start,
    rec_contact_edit, rec_media_in;

struct command_row {
    const char *name;
    const struct record *body;
    uint32_t who;
    const char *required;
};
/* Indexed by enum command_kind; name NULL where there is none. */
extern const struct command_row command_rows[CMD_MAX];

/* 0 when there is none of that name. */
uint32_t command_by_name(struct td_str name);

/* Checks kind, actor, required fields and limits; decodes the body into *body (of the row's size,
 * from the arena). TD_EINVAL, TD_ELIMIT, TD_EFORBIDDEN, TD_EPARSE with the field's name;
 * TD_EVERSION when the kind, or the version of the body, is one that this build does not know: the
 * command is then fine and this build too old. */
int command_open(struct td_arena *a, const struct command *c, void **body, struct td_error *err);

#endif
