/* connector.h: the contract between Tandem and a connector. The numbered rules are what the suite
 * in tests/contract holds every registered connector to.
 *
 *  1. A descriptor is const; its strings live for ever; `name` is lower case with underscores.
 *  2. check tells what is wrong with settings that the table cannot check. create does so too and
 *     makes the instance, without I/O; it may fail with a sentence, then nothing is left behind.
 *  3. start begins (polls, sockets); it is called at most once; nothing is sent or taken before it.
 *     When it fails, destroy follows.
 *  4. send is called for one message at a time per conversation, at most `max_in_flight` times per
 *     channel. It returns TD_OK and then calls `done` exactly once, never inside send; or an error,
 *     and done never fires.
 *  5. done tells a verdict that is true: TD_V_UNKNOWN whenever the peer may have taken the message.
 *     Its strings live for the call.
 *  6. cancel makes the pending done fire soon, not inside cancel (unknown or temporary, whichever
 *     is true).
 *  7. stop ends polls and sockets and calls `stopped` once, never inside stop, after every pending
 *     send is done; it does not cut sends short (the host cancels what it will not wait for).
 *  8. destroy frees all; it is called after stopped, or right after create. NULL is fine.
 *  9. A hook is answered only after td_host_take's done; verify runs on the raw body before decode.
 * 10. Bad input from a peer is an error for that input only; it never ends the instance.
 * 11. No secret reaches a log, an error text or a verdict text.
 * 12. The same hook twice yields the same dedupe keys.
 * 13. gate is called once at a time for an agent, for at most 16 agents at once; otherwise it keeps
 *     rules 4, 6 and 7 as send does. Its answer is true for the moment of the answer: TD_GATE_DONE
 *     to a closing means that no ring can come any more. The host asks again after the link was
 *     down. It never touches a pause that somebody else has set. */
#ifndef TANDEM_CONNECTOR_H
#define TANDEM_CONNECTOR_H

#include <tandem/host.h>
#include <tandem/oauth.h>

enum td_capability {
    TD_CAN_SEND = 1,
    TD_CAN_HOOK = 2,
    TD_CAN_POLL = 4,
    TD_CAN_RECEIPTS = 8,
    TD_CAN_MEDIA = 16,
    TD_CAN_VOICE = 32,       /* brings voice states, no messages */
    TD_CAN_LIVE = 64,        /* the customer's own socket: messages go by events, never by send */
    TD_CAN_IDEMPOTENT = 128, /* a repeated send with the same key sends once */
    TD_CAN_GATE = 256,       /* can keep calls from an agent */
    TD_CAN_OPT_OUT = 512,    /* the provider itself answers STOP, START and HELP */
    TD_CAN_REACT = 1024,     /* sends likes: a message of kind TD_MSG_REACTION */
    TD_CAN_START = 2048,     /* a conversation may begin with us */
    TD_CAN_IMPORT = 4096     /* fetches history on request: TD_IMPORT_WISH (<tandem/import.h>) */
};
enum td_length_unit { TD_LEN_NONE, TD_LEN_GSM, TD_LEN_UTF16, TD_LEN_GRAPHEMES, TD_LEN_BYTES };

struct td_send {
    struct td_message *message; /* owned by the caller until done */
    const struct td_address *to;
    struct td_str key;
    unsigned attempt;
    void *impl; /* the connector's own */
    void (*done)(struct td_send *s, const struct td_verdict *v);
};

/* An agent's gate (voice phones): closed, the phone system gives him no calls. */
enum td_gate_answer {
    TD_GATE_DONE,    /* as wished, and it holds: closed and no ring under way, or open */
    TD_GATE_RINGING, /* closing came too late: a call rings or talks; the gate is open as before */
    TD_GATE_FAILED,  /* unknown how it stands: no link, refused, no answer in time */
    TD_GATE_UNKNOWN_AGENT /* the phone system knows no such extension */
};
struct td_gate {
    struct td_str agent; /* his extension; owned by the caller until done */
    bool close;
    void *impl; /* the connector's own */
    void (*done)(struct td_gate *g, enum td_gate_answer answer, struct td_str text);
};

struct td_connector {
    const char *name, *title, *help;
    const char *kind;         /* channel kind: "chat" "sms" "social" "mail" "voice" */
    const char *address_type; /* of customers: "sms", "visitor", … */
    unsigned capabilities;
    enum td_length_unit length_unit;
    unsigned max_length; /* in that unit; 0: none */
    unsigned max_in_flight;
    const struct td_setting *settings; /* ends with name NULL */
    /* What the table cannot check: called when the configuration is read and by create. NULL: there
     * is nothing. TD_EINVAL with a sentence that begins with the setting's name. */
    int (*check)(const struct td_settings *s, struct td_error *err);
    /* How a channel with these settings logs in by OAuth 2: fills *out in the arena and says true.
     * NULL, or false: it does not. */
    bool (*oauth)(struct td_arena *a, const struct td_settings *s, struct td_oauth *out);
    /* Not NULL: the HTTP driver implements the rest, and all below is NULL. Both NULL
     * (TD_CAN_LIVE): there is nothing to run, an edge serves the channel. */
    const struct td_provider *provider;
    int (*create)(struct td_host *h, const struct td_settings *s, void **self,
                  struct td_error *err);
    int (*start)(void *self, struct td_error *err);
    int (*send)(void *self, struct td_send *s);
    void (*cancel)(void *self, struct td_send *s);
    int (*gate)(void *self, struct td_gate *g); /* NULL without TD_CAN_GATE */
    void (*gate_cancel)(void *self, struct td_gate *g);
    void (*stop)(void *self, void (*stopped)(void *arg), void *arg);
    void (*destroy)(void **self);
};

/* connectors/registry.c: all of them, NULL at the end. */
extern const struct td_connector *const td_connectors[];
const struct td_connector *td_connector_find(struct td_str name);
/* What runs an instance of it: the HTTP driver for a provider, itself, or NULL when there is
 * nothing to run. */
const struct td_connector *td_connector_runner(const struct td_connector *c);
/* The row of its settings table, NULL when it has none of that name. */
const struct td_setting *td_connector_setting(const struct td_connector *c, const char *name);
/* Its check; TD_OK when it has none. */
int td_connector_check(const struct td_connector *c, const struct td_settings *s,
                       struct td_error *err);

#endif
