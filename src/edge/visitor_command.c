/* Happy path: frame → command with the visitor as actor → append → ack. A table says which frame
 * makes which command. Failure: refused with the reason; the widget keeps the message and sends it
 * again. */
#include "base/mem.h"
#include "codec/frame_out.h"
#include "edge/say.h"
#include "edge/visitor_conn.h"

#include <stdio.h>

enum { BUDGET_PER_S = 2, BUDGET_MAX = 20, TEXT_MAX = 8000 };

struct visitor_sending {
    struct visitor_conn *c;
    char id[65];
};

static struct td_address peer_of(struct visitor_conn *c) {
    return (struct td_address){TD_STR("visitor"), td_str_of(c->visitor), td_str_of(c->name)};
}

static int make_send(struct visitor_conn *c, struct td_arena *a, const struct visitor_frame *f,
                     struct command *cmd) {
    struct inbound in = {0};
    if ((!f->text.n && !f->file.n) || f->text.n > TEXT_MAX)
        return TD_ELIMIT;
    if (f->file.n && visitor_file_claim(c, a, f->file, &in.message) != TD_OK)
        return TD_EAUTH;
    in.message.id = cmd->message_id;
    in.message.channel = td_str_of(c->channel);
    in.message.direction = TD_IN;
    in.message.kind = TD_MSG_TEXT;
    in.message.dedupe = f->id;
    in.message.client_ref = f->id;
    in.message.from = peer_of(c);
    in.message.text = f->text;
    in.message.received_at = cmd->received_at;
    return command_make(a, cmd, CMD_MESSAGE_IN, &in);
}

static int make_visitor(struct visitor_conn *c, struct td_arena *a, const struct visitor_frame *f,
                        struct command *cmd, uint32_t kind) {
    struct visitor v = {.channel = td_str_of(c->channel),
                        .text = f->text,
                        .peer = peer_of(c),
                        .fields = f->fields,
                        .delivered_seq = f->delivered,
                        .read_seq = f->read,
                        .rating = f->rating <= 5 ? (uint32_t)f->rating
                                                 : 0, /* 0: refused as missing */
                        .session = td_str_of(c->session),
                        .at = f->at <= INT64_MAX ? (int64_t)f->at : -1};
    for (size_t i = 0; i + 1 < f->fields.n; i += 2)
        if (td_str_eqz(f->fields.v[i], "name")) {
            v.name = td_str_cut(f->fields.v[i + 1], 200);
            snprintf(c->name, sizeof c->name, "%.*s", TD_FMT(v.name));
            v.peer.name = v.name;
        }
    return command_make(a, cmd, kind, &v);
}

static const struct {
    const char *t;
    uint32_t kind;
    bool needs_id, acts;
} frames[] = {
    {"open", CMD_VISITOR_OPEN, true, true},   {"send", CMD_MESSAGE_IN, true, true},
    {"seen", CMD_VISITOR_SEEN, false, false}, {"end", CMD_VISITOR_END, true, false},
    {"rate", CMD_VISITOR_RATE, true, false},  {"callback", CMD_VISITOR_CALLBACK, true, true}};

static void on_appended(void *arg, int rc, struct td_str inbox_id) {
    struct visitor_sending *s = arg;
    (void)inbox_id;
    if (s->c->socket && s->id[0]) {
        if (rc) {
            visitor_refuse(s->c, td_str_of(s->id), "unavailable", "not stored yet; send it again");
        } else {
            struct buf b;
            buf_init(&b, 256);
            frame_ack(&b, td_str_of(s->id));
            visitor_send(s->c, buf_str(&b));
            buf_fini(&b);
        }
    }
    visitor_unref(s->c);
    mem_free(s);
}

static bool within_budget(struct visitor_conn *c) {
    int64_t now = loop_boot_ms();
    c->budget += (double)(now - c->budget_at) * BUDGET_PER_S / 1000.0;
    c->budget_at = now;
    if (c->budget > BUDGET_MAX)
        c->budget = BUDGET_MAX;
    if (c->budget < 1)
        return false;
    c->budget -= 1;
    return true;
}

static void append(struct visitor_conn *c, const struct command *cmd, struct td_str id) {
    struct visitor_sending *s = MEM_NEW(struct visitor_sending);
    s->c = c;
    snprintf(s->id, sizeof s->id, "%.*s", TD_FMT(id));
    c->refs++;
    if (inbox_append(c->e->inbox, cmd, on_appended, s)) {
        c->refs--;
        mem_free(s);
        if (id.n)
            visitor_refuse(c, id, "unavailable", "cannot be stored now; send it again");
    }
}

void visitor_command(struct visitor_conn *c, struct td_arena *a, const struct visitor_frame *f) {
    size_t i = 0, n = sizeof frames / sizeof frames[0];
    while (i < n && !td_str_eqz(f->t, frames[i].t))
        i++;
    if (i == n || (frames[i].needs_id && !f->id.n)) {
        visitor_refuse(c, f->id, "invalid",
                       i == n ? "t: no such frame" : "id: this frame needs one");
        return;
    }
    if (!within_budget(c)) {
        visitor_refuse(c, f->id, "busy", "too fast; slow down");
        return;
    }
    struct command cmd = {.actor_kind = A_VISITOR,
                          .actor = td_str_of(c->thread),
                          .received_at = loop_wall_ms(),
                          .message_id = say_ulid(a)};
    cmd.id = f->id;
    if (frames[i].needs_id)
        cmd.sender = td_str_of(c->session);
    struct td_error err = {0};
    void *checked;
    int rc = frames[i].kind == CMD_MESSAGE_IN ? make_send(c, a, f, &cmd)
                                              : make_visitor(c, a, f, &cmd, frames[i].kind);
    if (!rc)
        rc = command_open(a, &cmd, &checked, &err);
    if (rc) {
        const char *why = rc == TD_EAUTH ? "file: no upload of yours, or older than a day"
                          : err.text[0]  ? err.text
                                         : "text: 1 to 8000 bytes";
        visitor_refuse(c, f->id, "invalid", why);
        return;
    }
    c->acted = c->acted || frames[i].acts;
    append(c, &cmd, frames[i].needs_id ? f->id : (struct td_str){0});
}

void visitor_presence(struct visitor_conn *c, bool back) {
    char id[64];
    struct visitor v = {
        .channel = td_str_of(c->channel), .peer = peer_of(c), .session = td_str_of(c->session)};
    snprintf(id, sizeof id, "%s-%s", c->session, back ? "back" : "gone");
    say_command(c->e->say, back ? CMD_VISITOR_BACK : CMD_VISITOR_GONE, &v, td_str_of(id));
}
