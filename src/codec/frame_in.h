/* frame_in.h: what browsers send over a socket, JSON → structs. The frames stand in
 * src/edge/README.md and connectors/webchat/README.md. All strings are copied into the arena. */
#ifndef CODEC_FRAME_IN_H
#define CODEC_FRAME_IN_H

#include "model/command.h"

struct agent_frame {
    struct td_str t;  /* "hello" "cmd" "typing" "viewing" "ping" */
    struct td_str id; /* cmd: the tab's own number, kept even when the rest is wrong */
    struct td_str tab, term, event; /* hello */
    uint64_t conv;                  /* typing, viewing */
    uint32_t kind;                  /* cmd: enum command_kind */
    void *body;                     /* cmd: its body by command_rows[kind].body */
};
/* TD_EPARSE, TD_EINVAL: err names the field. out->id and out->t are filled as far as they could be
 * read. */
int frame_agent(struct td_arena *a, struct td_str text, struct agent_frame *out,
                struct td_error *err);

struct visitor_frame {
    struct td_str t; /* "hello" "open" "send" "seen" "typing" "end" "rate" "callback" "ping" */
    struct td_str id, channel, tab, token, identity, text;
    struct td_str file; /* send: the token of an upload */
    uint64_t have, conv, delivered, read,
        rating,            /* conv: the one that `have` counts in; 0: unknown */
        at;                /* Unix ms; 0: none */
    struct td_strs fields; /* key, value, key, value … at most 20 pairs */
};
int frame_visitor(struct td_arena *a, struct td_str text, struct visitor_frame *out,
                  struct td_error *err);

/* Typing and viewing, told between processes. */
struct hint {
    struct td_str t; /* "typing" "viewing" */
    uint64_t conv;
    struct td_str who; /* "agent" "visitor" */
    struct td_str agent, name;
    struct td_str visitor; /* thread key of the conversation */
    struct td_str from;    /* session that said it: it is not told back */
};
int frame_hint(struct td_arena *a, struct td_str text, struct hint *out, struct td_error *err);

/* {"user":…,"password":…} */
int frame_login(struct td_arena *a, struct td_str text, struct td_str *user,
                struct td_str *password, struct td_error *err);

#endif
