/* Happy path: budget → command with the agent as actor → append → ack when durable; the result
 * comes later by the events. Failure: refused with the reason; the browser sends it again or shows
 * it. */
#include "base/mem.h"
#include "codec/frame_out.h"
#include "edge/agent_conn.h"
#include "edge/say.h"
#include "edge/uploads.h"

#include <stdio.h>

enum { BUDGET_PER_S = 20, BUDGET_MAX = 80 };

struct sending {
    struct agent_conn *c;
    char id[65];
};

void conn_refuse(struct agent_conn *c, struct td_str id, const char *error, const char *text) {
    struct buf b;
    buf_init(&b, 4096);
    frame_refused(&b, id, error, text);
    conn_send(c, buf_str(&b));
    buf_fini(&b);
}

static bool within_budget(struct agent_conn *c) {
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

static void on_appended(void *arg, int rc, struct td_str inbox_id) {
    struct sending *s = arg;
    struct agent_conn *c = s->c;
    (void)inbox_id;
    if (c->socket) {
        if (rc) {
            /* it may or may not stand in the inbox: its id makes a second one harmless */
            conn_refuse(c, td_str_of(s->id), "unavailable", "not stored yet; send it again");
        } else {
            struct buf b;
            buf_init(&b, 256);
            frame_ack(&b, td_str_of(s->id));
            conn_send(c, buf_str(&b));
            buf_fini(&b);
        }
    }
    mem_free(s);
    conn_unref(c);
}

/* A person's own password comes in clear and must be hashed before it is stored; that is the REST
 * API's job, so the socket takes no account commands. */
static bool by_socket(uint32_t kind) {
    return command_rows[kind].body == &rec_act || command_rows[kind].body == &rec_start ||
           command_rows[kind].body == &rec_contact_edit;
}

void conn_command(struct agent_conn *c, struct td_arena *a, const struct agent_frame *f) {
    if (!f->id.n) {
        conn_refuse(c, f->id, "invalid", "id: a command needs one");
        return;
    }
    if (!by_socket(f->kind) || !(command_rows[f->kind].who & c->actor_kind)) {
        conn_refuse(c, f->id, "forbidden", "your role may not do that here");
        return;
    }
    if (!within_budget(c)) {
        conn_refuse(c, f->id, "busy", "too many commands; slow down");
        return;
    }
    struct command cmd = {.actor_kind = c->actor_kind,
                          .actor = td_str_of(c->viewer.id),
                          .sender = td_str_of(c->session),
                          .received_at = loop_wall_ms()};
    struct td_error err = {0};
    void *checked;
    cmd.id = td_arena_printf(a, "%s-%.*s", c->tab, TD_FMT(f->id));
    cmd.message_id = say_ulid(a);
    int rc = command_rows[f->kind].body == &rec_act
                 ? uploads_claim(c->e, a, cmd.actor, f->body, &err)
                 : TD_OK;
    if (!rc)
        rc = command_make(a, &cmd, f->kind, f->body);
    if (!rc)
        rc = command_open(a, &cmd, &checked, &err);
    if (rc) {
        conn_refuse(c, f->id, "invalid", err.text[0] ? err.text : td_rc_text(rc));
        return;
    }
    struct sending *s = MEM_NEW(struct sending);
    s->c = c;
    snprintf(s->id, sizeof s->id, "%.*s", TD_FMT(f->id));
    c->refs++;
    rc = inbox_append(c->e->inbox, &cmd, on_appended, s);
    if (rc) {
        c->refs--;
        mem_free(s);
        conn_refuse(c, f->id, rc == TD_ELIMIT ? "invalid" : "unavailable",
                    rc == TD_ELIMIT ? "too large" : "cannot be stored now; send it again");
    }
}
