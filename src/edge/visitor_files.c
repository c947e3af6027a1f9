/* POST /chat/files?channel=web&name=a.png: a visitor's file, from the page that the widget stands
 * in.
 *
 * Happy path: his token, the page's origin, the budgets (before the body is taken in) → he has a
 * conversation → sniffed → stored → a token (uploads.h), which a `send` of his socket names. The
 * page is another site: answers carry CORS headers for origins of the channel (WHATWG Fetch, "CORS
 * protocol"), and its preflight is answered; no cookie is read. */
#include "base/hash.h"
#include "base/mem.h"
#include "codec/json_out.h"
#include "edge/auth.h"
#include "edge/http_util.h"
#include "edge/uploads.h"
#include "edge/visitor_conn.h"
#include "store/blobs.h"

#include <tandem/sniff.h>

#define MIB ((uint64_t)1024 * 1024)

/* ---- budgets: bytes, each file at least 1 MiB ---- */

static const struct {
    double most, per_s;
} budgets[] = {{100 * MIB, 32 * 1024.0}, {400 * MIB, 128 * 1024.0}}; /* a visitor, an address */

static struct visitor_budget *budget_of(struct edge *e, size_t kind, struct td_str who) {
    uint64_t hash = hash_str(who) * 2 + kind;
    struct visitor_budget *b = &e->visitor_budgets[hash % VISITOR_BUDGETS];
    int64_t now = loop_boot_ms();
    if (b->who != hash)
        *b = (struct visitor_budget){.who = hash, .at_ms = now, .left = budgets[kind].most};
    b->left += (double)(now - b->at_ms) * budgets[kind].per_s / 1000.0;
    if (b->left > budgets[kind].most)
        b->left = budgets[kind].most;
    b->at_ms = now;
    return b;
}

static bool take(struct edge *e, struct td_str visitor, struct td_str address, uint64_t bytes) {
    double cost = (double)(bytes > MIB ? bytes : MIB);
    struct visitor_budget *a = budget_of(e, 0, visitor);
    if (a->left < cost)
        return false;
    struct visitor_budget *b = budget_of(e, 1, address);
    if (b->left < cost)
        return false;
    b->left -= cost;
    if (a != b)
        a->left -= cost;
    return true;
}

/* ---- who asks ---- */

static bool origin_ok(const struct edge *e, struct web_request *r) {
    return visitor_origin_ok(e->config, web_query(r, "channel"), web_header(r, "origin"));
}

static int visitor_of(struct edge *e, struct web_request *r, struct td_str *visitor) {
    static const char bearer[] = "Bearer ";
    struct td_str said = web_header(r, "authorization");
    if (!td_str_starts(said, td_str_of(bearer)))
        return TD_EAUTH;
    struct td_str token = {said.p + sizeof bearer - 1, said.n - (sizeof bearer - 1)};
    return auth_visitor_check(e, web_query(r, "channel"), token, visitor);
}

uint64_t visitor_file_max(const struct config *c, struct td_str channel) {
    const struct channel_policy *p = policy_channel(&c->policy, channel);
    return !p || !p->live ? 0 : p->media_max < VISITOR_FILE_MAX ? p->media_max : VISITOR_FILE_MAX;
}

static int on_admit(struct web_request *r, void *arg) {
    struct edge *e = arg;
    struct td_str visitor;
    uint64_t n = 0;
    td_str_to_u64(web_header(r, "content-length"), &n);
    if (!origin_ok(e, r))
        return 403;
    if (visitor_of(e, r, &visitor) != TD_OK)
        return 401;
    if (n > visitor_file_max(e->config, web_query(r, "channel")))
        return 413;
    return take(e, visitor, web_peer(r), n) ? 0 : 429;
}

/* ---- answers ---- */

static void reply(struct web_request *r, int status, const char *type, struct td_str body) {
    const char *origin = td_arena_dup(web_arena(r), web_header(r, "origin")).p;
    const char *const headers[] = {"Cache-Control",
                                   "no-store",
                                   "Access-Control-Allow-Origin",
                                   origin,
                                   "Access-Control-Allow-Methods",
                                   "POST",
                                   "Access-Control-Allow-Headers",
                                   "authorization, content-type",
                                   "Access-Control-Max-Age",
                                   "600",
                                   "Vary",
                                   "Origin",
                                   NULL};
    web_reply(r, status, type, body, headers);
}

static void refuse(struct web_request *r, int status, const char *text) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 1024);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "text", td_str_of(text));
    json_obj_end(&j);
    reply(r, status, "application/json", buf_str(&b));
    buf_fini(&b);
}

static void on_preflight(struct web_request *r, void *arg) {
    if (origin_ok(arg, r))
        reply(r, 204, NULL, (struct td_str){0});
    else
        http_error(r, 403, "forbidden", NULL, "This page may not use this channel.");
}

/* ---- one file ---- */

struct taking {
    struct edge *e;
    struct web_request *r; /* NULL: the peer went away */
    struct td_arena *arena;
    struct td_str thread;
    struct td_attachment file;
};

static void on_gone(struct web_request *r, void *user) {
    struct taking *t = user;
    (void)r;
    t->r = NULL;
}

static void end(struct taking *t, int status, const char *text) {
    struct td_arena *a = t->arena;
    if (t->r) {
        web_set_user(t->r, NULL, NULL);
        refuse(t->r, status, text);
    }
    td_arena_free(&a);
}

static void on_stored(void *arg, int rc, const char *name) {
    struct taking *t = arg;
    struct td_arena *a = t->arena;
    struct buf b;
    struct json_out j;
    if (rc != TD_OK || !t->r) {
        end(t, 503, "The file could not be stored. Try again.");
        return;
    }
    t->file.sha256 = td_str_of(name);
    buf_init(&b, 16384);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "file", uploads_token(t->e, a, t->thread, &t->file, loop_wall_ms()));
    json_key_str(&j, "name", t->file.name);
    json_obj_end(&j);
    web_set_user(t->r, NULL, NULL);
    reply(t->r, 201, "application/json", buf_str(&b));
    buf_fini(&b);
    td_arena_free(&a);
}

static void on_thread(void *arg, int rc, const struct read_item *v, size_t n) {
    struct taking *t = arg;
    struct thread thread = {0};
    if (!t->r || rc != TD_OK) {
        end(t, 503, "Try again.");
        return;
    }
    if (n != 1 || !v[0].bytes.n ||
        record_unpack(t->arena, &rec_thread, v[0].bytes, &thread, NULL) != TD_OK || !thread.conv) {
        end(t, 409, "There is no conversation yet.");
        return;
    }
    struct td_str body = web_request_td(t->r)->body;
    struct td_str said = web_header(t->r, "content-type");
    for (size_t i = 0; i < said.n; i++)
        if (said.p[i] == ';')
            said.n = i;
    t->file.bytes = body.n;
    t->file.type = td_arena_dup(t->arena, td_sniff_type(body, said));
    t->file.name = td_sniff_name(t->arena, web_query(t->r, "name"), t->file.type, 1);
    if (blobs_put(t->e->blobs, body, on_stored, t) != TD_OK)
        end(t, 503, "Too many files are being stored. Try again.");
}

static void on_file(struct web_request *r, void *arg) {
    struct edge *e = arg;
    struct td_str visitor;
    if (web_request_td(r)->body.n == 0) {
        refuse(r, 400, "The file is empty.");
        return;
    }
    if (visitor_of(e, r, &visitor) != TD_OK) {
        refuse(r, 401, "The token is not valid.");
        return;
    }
    struct td_arena *a = td_arena_new();
    struct taking *t = TD_ARENA_NEW(a, struct taking);
    *t = (struct taking){.e = e, .r = r, .arena = a};
    t->thread = td_arena_printf(a, "%.*s|visitor:%.*s", TD_FMT(web_query(r, "channel")),
                                TD_FMT(visitor));
    web_set_user(r, t, on_gone);
    if (read_entities(e->store, EK_THREAD, &t->thread, 1, on_thread, t) != TD_OK)
        end(t, 503, "Try again.");
}

int visitor_file_claim(struct visitor_conn *c, struct td_arena *a, struct td_str token,
                       struct td_message *m) {
    struct td_attachment *file = TD_ARENA_NEW(a, struct td_attachment);
    int rc = uploads_read(c->e, a, td_str_of(c->thread), token, loop_wall_ms(), file);
    if (rc == TD_OK) {
        m->attachments.v = file;
        m->attachments.n = 1;
    }
    return rc;
}

size_t visitor_files_routes(struct edge *e, struct web_route *out, size_t max) {
    if (max < 2)
        return 0;
    out[0] = (struct web_route){.method = "POST",
                                .pattern = "/chat/files",
                                .max_body = VISITOR_FILE_MAX,
                                .admit = on_admit,
                                .handle = on_file,
                                .arg = e};
    out[1] = (struct web_route){
        .method = "OPTIONS", .pattern = "/chat/files", .handle = on_preflight, .arg = e};
    return 2;
}
