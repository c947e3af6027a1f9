/* Files. POST /v1/uploads takes one in and answers with the token that a message names;
 * GET …/messages/:seq/attachments/:index gives one to whoever sees the conversation. */
#include "edge/media.h"
#include "api/resources.h"
#include "edge/uploads.h"
#include "store/blobs.h"

#include <tandem/sniff.h>

/* ---- in ---- */

static size_t upload_max(const struct config *config) {
    size_t max = 0;
    for (size_t i = 0; i < config->policy.channels.n; i++)
        if (config->policy.channels.v[i].media_max > max)
            max = config->policy.channels.v[i].media_max;
    return max;
}

/* Who has nothing to show sends nothing large; what it is worth is looked at later. */
int uploads_admit(struct web_request *r, void *arg) {
    const struct api_entry *entry = arg;
    uint64_t n = 0;
    if (!web_header(r, "cookie").n && !web_header(r, "authorization").n)
        return 401;
    td_str_to_u64(web_header(r, "content-length"), &n);
    return n > upload_max(entry->api->e->config) ? 413 : 0;
}

struct upload {
    struct call *c;
    struct td_attachment file;
};

static void on_stored(void *arg, int rc, const char *name) {
    struct upload *u = arg;
    struct call *c = u->c;
    struct buf b;
    struct json_out j;
    if (!call_alive(c))
        return;
    if (rc != TD_OK) {
        call_error(c, 503, "unavailable", NULL, "The file could not be stored. Try again.");
        return;
    }
    u->file.sha256 = td_arena_dup(c->a, td_str_of(name));
    struct td_str token = uploads_token(c->api->e, c->a, c->actor, &u->file, loop_wall_ms());
    buf_init(&b, 16384);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "file", token);
    json_put_key(&j, "attachment");
    json_put_record(&j, &rec_attachment, &u->file, JSON_FOR_STAFF);
    json_obj_end(&j);
    call_json(c, 201, &b);
    buf_fini(&b);
}

void uploads_add(struct call *c) {
    struct td_str body = web_request_td(c->r)->body;
    struct td_str said = web_header(c->r, "content-type");
    struct upload *u = TD_ARENA_NEW(c->a, struct upload);
    if (body.n == 0) {
        call_error(c, 400, "invalid", NULL, "The file is empty.");
        return;
    }
    if (body.n > upload_max(c->api->e->config)) {
        call_error(c, 413, "invalid", NULL, "No channel takes so large a file.");
        return;
    }
    for (size_t i = 0; i < said.n; i++)
        if (said.p[i] == ';')
            said.n = i;
    u->c = c;
    u->file.bytes = body.n;
    u->file.type = td_arena_dup(c->a, td_sniff_type(body, said));
    u->file.name = td_sniff_name(c->a, call_query(c, "name"), u->file.type, 1);
    int rc = blobs_put(c->api->e->blobs, body, on_stored, u);
    if (rc != TD_OK)
        call_error(c, 503, "unavailable", NULL, "Too many files are being stored. Try again.");
}

/* ---- out ---- */

struct reading {
    struct call *c;
    uint64_t conv, seq, index;
    struct td_str key; /* of its EK_MEDIA */
    struct media_file file;
};

/* Ends the call: what the answer needs must outlive its arena. */
static void answer(struct reading *x, int rc, struct td_str bytes, bool unchanged) {
    struct td_arena *a = td_arena_new();
    struct media_file file = x->file;
    file.sha256 = td_arena_dup(a, file.sha256);
    file.name = td_arena_dup(a, file.name);
    file.type = td_arena_dup(a, file.type);
    struct web_request *r = call_take(x->c, unchanged ? 304 : rc == TD_OK ? 200 : 503);
    if (unchanged)
        media_unchanged(r, &file);
    else if (rc == TD_OK)
        media_reply(r, &file, bytes);
    else
        media_missing(r, rc);
    td_arena_free(&a);
}

static void on_bytes(void *arg, int rc, struct td_str bytes) {
    struct reading *x = arg;
    if (call_alive(x->c))
        answer(x, rc, bytes, false);
}

/* For frames that have no login of their own. */
static void give_link(struct reading *x) {
    struct td_attachment named = {
        .sha256 = x->file.sha256, .name = x->file.name, .type = x->file.type};
    struct buf b;
    struct json_out j;
    buf_init(&b, 16384);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "link", media_link_for(x->c->api->e, x->c->a, &named));
    json_obj_end(&j);
    call_json(x->c, 200, &b);
    buf_fini(&b);
}

static void give(struct reading *x) {
    struct call *c = x->c;
    if (!x->file.sha256.n)
        call_error(c, 404, "not-found", NULL, "The file was not fetched.");
    else if (td_str_eqz(call_query(c, "link"), "1"))
        give_link(x);
    else if (media_is_known(c->r, &x->file))
        answer(x, TD_OK, (struct td_str){NULL, 0}, true);
    else
        call_started(c, blobs_get(c->api->e->blobs, x->file.sha256, BLOBS_MAX_BYTES, on_bytes, x));
}

static void on_media(void *arg, int rc, const struct read_item *v, size_t n) {
    struct reading *x = arg;
    void *obj = NULL;
    if (!call_read_ok(x->c, rc))
        return;
    if (n && call_put_stored(x->c, NULL, &rec_media, td_arena_dup(x->c->a, v[0].bytes), &obj)) {
        const struct media *m = obj;
        for (size_t i = 0; i < m->items.n; i++)
            if (m->items.v[i].index == x->index) {
                x->file.sha256 = m->items.v[i].sha256;
                x->file.type = m->items.v[i].type;
            }
    }
    give(x);
}

static void on_line(void *arg, int rc, const struct read_item *v, size_t n) {
    struct reading *x = arg;
    void *obj = NULL;
    if (!call_read_ok(x->c, rc))
        return;
    if (n != 1 ||
        !call_put_stored(x->c, NULL, &rec_message, td_arena_dup(x->c->a, v[0].bytes), &obj) ||
        x->index >= ((struct td_message *)obj)->attachments.n) {
        call_not_found(x->c);
        return;
    }
    const struct td_attachment *file = &((struct td_message *)obj)->attachments.v[x->index];
    x->file = (struct media_file){.sha256 = file->sha256, .name = file->name, .type = file->type};
    if (x->file.sha256.n) {
        give(x);
        return;
    }
    x->key = td_arena_printf(x->c->a, "%llu/%llu", (unsigned long long)x->conv,
                             (unsigned long long)x->seq);
    call_started(x->c, read_entities(x->c->api->e->store, EK_MEDIA, &x->key, 1, on_media, x));
}

static void found(struct call *c, const struct conv *conv, const struct work *work) {
    struct reading *x = TD_ARENA_NEW(c->a, struct reading);
    (void)work;
    x->c = c;
    x->conv = conv->id;
    if (!td_str_to_u64(call_param(c, "seq"), &x->seq) ||
        !td_str_to_u64(call_param(c, "index"), &x->index) || x->seq == 0 || x->seq > conv->seq)
        call_not_found(c);
    else
        call_started(c, read_log(c->api->e->store, x->conv, x->seq, x->seq, on_line, x));
}

void attachments_get(struct call *c) {
    conversation_find(c, found);
}
