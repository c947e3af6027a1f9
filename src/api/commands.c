/* Writes. Happy path: JSON by the command's table → its check → inbox → durable → 202, and the
 * result for whoever asks or waits. Failures: 400 with the field, 403, 413, 429 over the budget,
 * 503 when it could not be kept; the same command with the same Idempotency-Key is applied once.
 *
 * GET /v1/commands/:id tells the result of one's own commands for ten minutes. */
#include "api/budget.h"
#include "api/resources.h"
#include "api/results.h"
#include "codec/json_in.h"
#include "edge/uploads.h"

enum { WAITING_MAX = 1000, ID_MAX = 64 };

/* ---- answers ---- */

static void answer(struct call *c, int status, struct td_str result) {
    struct buf b;
    struct json_out j;
    buf_init(&b, RESULTS_JSON_MAX + 1024);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "command", c->id);
    if (c->position.n)
        json_key_str(&j, "after", c->position);
    if (result.n) {
        json_put_key(&j, "result");
        json_put_raw(&j, result);
    }
    json_obj_end(&j);
    call_json(c, status, &b);
    buf_fini(&b);
}

static void on_wait_over(struct loop_timer *t) {
    struct call *c = CONTAINER_OF(t, struct call, timer);
    call_unpark(c);
    answer(c, 202, (struct td_str){NULL, 0});
}

/* The result when it is there; else waits for it if the peer said so. */
static void answer_or_wait(struct call *c) {
    struct api *api = c->api;
    struct td_str result;
    if (results_get(api->results, c->sender, c->id, loop_boot_ms(), &result) == RESULTS_DONE) {
        answer(c, 200, result);
        return;
    }
    bool reads = !strcmp(c->route->method, "GET") && c->route->command; /* what else is it for */
    bool waits = reads || td_str_eqz(call_query(c, "wait"), "1");
    if (!waits || api->n_waiting >= WAITING_MAX) {
        answer(c, 202, (struct td_str){NULL, 0});
        return;
    }
    call_park(c, API_WAIT_MS, on_wait_over);
    list_push(&api->waiting, &c->waiting);
    api->n_waiting++;
}

void commands_take_result(struct api *api, const struct event *ev) {
    struct td_arena *a = td_arena_new();
    struct result r;
    struct buf b;
    buf_init(&b, RESULTS_JSON_MAX);
    if (!record_unpack(a, &rec_result, ev->body, &r, NULL)) {
        json_out_record(&b, &rec_result, &r, JSON_FOR_STAFF);
        if (!buf_rc(&b))
            results_put(api->results, ev->sender, r.id, buf_str(&b), loop_boot_ms());
        LIST_EACH_SAFE(at, next, &api->waiting) {
            struct call *c = CONTAINER_OF(at, struct call, waiting);
            if (!td_str_eq(c->id, r.id) || !td_str_eq(c->sender, ev->sender))
                continue;
            call_unpark(c);
            answer(c, 200, buf_str(&b));
        }
    }
    buf_fini(&b);
    td_arena_free(&a);
}

/* ---- sending ---- */

static void on_appended(void *arg, int rc, struct td_str inbox_id) {
    struct call *c = arg;
    if (!call_alive(c))
        return;
    if (rc) {
        call_error(c, 503, "unavailable", NULL,
                   "It is not known to be stored. Send it again with the same Idempotency-Key.");
        return;
    }
    c->position = td_arena_dup(c->a, inbox_id);
    results_expect(c->api->results, c->sender, c->id, loop_boot_ms());
    answer_or_wait(c);
}

/* Visible ASCII: it stands in URLs and logs. */
static bool command_id(struct call *c, struct td_str *id) {
    *id = td_arena_dup(c->a, web_header(c->r, "idempotency-key"));
    bool ok = id->n <= ID_MAX;
    for (size_t i = 0; ok && i < id->n; i++) {
        char x = id->p[i];
        ok = (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9') ||
             x == '-' || x == '_' || x == '.' || x == ':';
    }
    if (!ok)
        call_error(c, 400, "invalid", "Idempotency-Key",
                   "Idempotency-Key: expected at most 64 letters, digits, \"-\", \"_\", \".\", "
                   "\":\"");
    return ok;
}

static void append(struct call *c, const struct command *cmd) {
    int rc = inbox_append(c->api->e->inbox, cmd, on_appended, c);
    if (rc == TD_ELIMIT)
        call_error(c, 413, "invalid", NULL, "It is too large.");
    else if (rc)
        call_error(c, 503, "unavailable", NULL, "Nothing was stored. Send it again later.");
}

void call_send(struct call *c, enum command_kind kind, const void *body) {
    struct command cmd = {.actor_kind = c->actor_kind,
                          .actor = c->actor,
                          .sender = c->sender,
                          .received_at = loop_wall_ms()};
    struct td_error err = {0};
    void *checked;
    if (!budget_take(c->api->budgets, c->actor, loop_boot_ms())) {
        call_error(c, 429, "busy", NULL, "Too many writes; slow down.");
        return;
    }
    if (!(command_rows[kind].who & c->actor_kind)) {
        call_error(c, 403, "forbidden", NULL, "Your role or the token's scopes do not allow it.");
        return;
    }
    if (!command_id(c, &cmd.id))
        return;
    int rc = command_make(c->a, &cmd, kind, body);
    if (!rc)
        rc = command_open(c->a, &cmd, &checked, &err);
    if (rc == TD_ELIMIT && !err.text[0]) {
        call_error(c, 413, "invalid", NULL, "It is too large.");
    } else if (rc) {
        call_invalid(c, &err);
    } else {
        c->id = cmd.id;
        append(c, &cmd);
    }
}

/* ---- the rows ---- */

/* What the path names goes before what the body may say. */
static bool put_id(struct call *c, const struct record *r, const char *id_field, void *body) {
    for (size_t i = 0; id_field && i < r->n_fields; i++) {
        const struct field *f = &r->fields[i];
        if (strcmp(f->name, id_field) != 0)
            continue;
        struct td_str id = call_param(c, "id");
        void *at = (char *)body + f->offset;
        if (f->type == F_STR)
            *(struct td_str *)at = id;
        else if (!td_str_to_u64(id, at))
            return false;
    }
    return true;
}

static void send_body(struct call *c, enum command_kind kind, const char *id_field) {
    const struct record *r = command_rows[kind].body;
    struct td_str text = web_request_td(c->r)->body;
    void *body = td_arena_alloc(c->a, r->size);
    struct td_error err = {0};
    if (text.n && json_in_text(c->a, r, text, FF_INTERNAL | FF_SECRET, body, &err))
        call_invalid(c, &err);
    else if (!put_id(c, r, id_field, body))
        call_not_found(c);
    else if (r == &rec_act && uploads_claim(c->api->e, c->a, c->actor, body, &err))
        call_invalid(c, &err);
    else
        call_send(c, kind, body);
}

void api_command(struct call *c) {
    send_body(c, c->route->command, c->route->id_field);
}

/* Accounts carry passwords: their own routes hash them. */
static bool is_general(enum command_kind kind) {
    return command_rows[kind].body == &rec_act || command_rows[kind].body == &rec_start ||
           command_rows[kind].body == &rec_contact_edit;
}

void commands_post(struct call *c) {
    uint32_t kind = command_by_name(call_param(c, "id"));
    if (kind && is_general((enum command_kind)kind))
        send_body(c, (enum command_kind)kind, NULL);
    else
        call_error(c, 404, "not-found", NULL,
                   "There is no such command, or it has a route of its own.");
}

void commands_get(struct call *c) {
    struct td_str result;
    c->id = call_param(c, "id");
    if (results_get(c->api->results, c->sender, c->id, loop_boot_ms(), &result) == RESULTS_NONE)
        call_error(c, 404, "not-found", NULL,
                   "No command of yours with this id; results are kept for ten minutes.");
    else
        answer_or_wait(c);
}
