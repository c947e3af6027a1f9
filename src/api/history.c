/* POST, GET /v1/channels/:id/import: history on request (<tandem/import.h>). The wish is sealed for
 * the channel; whoever holds it carries it out, and tells how far it has come. */
#include "api/resources.h"
#include "codec/json_in.h"
#include "config/seal.h"
#include "store/secrets.h"

#include <sodium.h>
#include <tandem/import.h>
#include <tandem/log.h>

struct import_in {
    int64_t since; /* Unix ms */
    struct td_str folder;
};
static const struct field import_fields[] = {
    FIELD(1, F_I64, struct import_in, since),
    FIELD(2, F_STR, struct import_in, folder, .max = 200),
};
static const struct record rec_import_in = {
    .name = "import", .version = 1, RECORD_FIELDS(struct import_in, import_fields)};

struct history { /* in the call's arena */
    struct call *c;
    struct td_str channel;
    struct td_import wish;
    bool wished;
};

static const struct config_channel *importing(struct call *c) {
    const struct config *config = c->api->e->config;
    struct td_str id = call_param(c, "id");
    for (size_t i = 0; i < config->channels.n; i++) {
        const struct config_channel *ch = &config->channels.v[i];
        if (!td_str_eq(ch->id, id))
            continue;
        if (ch->connector->capabilities & TD_CAN_IMPORT)
            return ch;
        call_error(c, 409, "refused", NULL, "This channel has no history to import.");
        return NULL;
    }
    call_not_found(c);
    return NULL;
}

static void answer(struct call *c, int status, const struct td_import *x) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "id", x->id);
    json_key_i64(&j, "since", x->since_s * 1000);
    json_key_str(&j, "folder", x->folder);
    json_key_u64(&j, "done", x->done);
    json_key_bool(&j, "finished", x->finished);
    json_obj_end(&j);
    call_json(c, status, &b);
    buf_fini(&b);
}

static void key_of(const struct history *x, const char *name, uint8_t out[32]) {
    seal_channel_key(x->c->api->e->key, x->channel, td_str_of(name), out);
}

/* ---- asking for it ---- */

static void on_wished(void *arg, int rc) {
    struct history *x = arg;
    if (!call_read_ok(x->c, rc))
        return;
    td_log(TD_INFO, "channel", "history is asked for", "channel=\"%.*s\" by=\"%.*s\"",
           TD_FMT(x->channel), TD_FMT(x->c->actor));
    answer(x->c, 202, &x->wish);
}

static bool is_folder(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || (unsigned char)s.p[i] > '~')
            return false;
    return true;
}

void history_begin(struct call *c) {
    struct import_in in;
    struct td_error err = {0};
    const struct config_channel *ch = importing(c);
    if (!ch)
        return;
    if (json_in_text(c->a, &rec_import_in, web_request_td(c->r)->body, 0, &in, &err)) {
        call_invalid(c, &err);
    } else if (in.since < 0 || in.since > loop_wall_ms()) {
        call_error(c, 400, "invalid", "since", "since: expected a time in the past, in Unix ms");
    } else if (!is_folder(in.folder)) {
        call_error(c, 400, "invalid", "folder", "folder: expected printable ASCII");
    } else {
        struct history *x = TD_ARENA_NEW(c->a, struct history);
        uint64_t random;
        uint8_t key[32];
        loop_random(&random, sizeof random);
        x->c = c;
        x->channel = td_arena_dup(c->a, ch->id);
        x->wish = (struct td_import){
            .id = td_arena_printf(c->a, "%016llx", (unsigned long long)random),
            .since_s = in.since / 1000,
            .folder = in.folder};
        key_of(x, TD_IMPORT_WISH, key);
        struct td_str sealed = seal(c->a, key, td_import_pack(c->a, &x->wish));
        sodium_memzero(key, sizeof key);
        call_started(c, secret_put(c->api->e->store, x->channel, 0, TD_STR(TD_IMPORT_WISH), sealed,
                                   on_wished, x));
    }
}

/* ---- how far it has come ---- */

static bool open_import(struct history *x, const char *name, struct td_str sealed,
                        struct td_import *out) {
    struct td_str plain;
    uint8_t key[32];
    key_of(x, name, key);
    bool fine = sealed.n && seal_open(x->c->a, key, sealed, &plain, NULL) == TD_OK &&
                td_import_unpack(x->c->a, plain, out) == TD_OK;
    sodium_memzero(key, sizeof key);
    return fine;
}

static void on_progress(void *arg, int rc, struct td_str sealed) {
    struct history *x = arg;
    struct td_import p;
    if (!call_read_ok(x->c, rc))
        return;
    if (!x->wished)
        call_not_found(x->c);
    else if (open_import(x, TD_IMPORT_PROGRESS, sealed, &p) && td_str_eq(p.id, x->wish.id))
        answer(x->c, 200, &p);
    else
        answer(x->c, 200, &x->wish); /* not begun */
}

static void on_wish(void *arg, int rc, struct td_str sealed) {
    struct history *x = arg;
    if (!call_read_ok(x->c, rc))
        return;
    x->wished = open_import(x, TD_IMPORT_WISH, sealed, &x->wish);
    call_started(x->c, secret_get(x->c->api->e->store, x->channel, TD_STR(TD_IMPORT_PROGRESS),
                                  on_progress, x));
}

void history_get(struct call *c) {
    const struct config_channel *ch = importing(c);
    if (!ch)
        return;
    struct history *x = TD_ARENA_NEW(c->a, struct history);
    x->c = c;
    x->channel = td_arena_dup(c->a, ch->id);
    call_started(c, secret_get(c->api->e->store, x->channel, TD_STR(TD_IMPORT_WISH), on_wish, x));
}
