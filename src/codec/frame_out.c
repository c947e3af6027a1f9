#include "codec/frame_out.h"

#include "codec/json_out.h"

/* What clients know. Credentials, dedupe and indices are not among them. */
static const char *const entity_names[EK_N] = {
    [EK_CONV] = "conv", [EK_WORK] = "work",     [EK_AGENT] = "agent", [EK_CONTACT] = "contact",
    [EK_CHAN] = "chan", [EK_POLICY] = "policy", [EK_MEDIA] = "media"};

const char *entity_name(uint32_t entity) {
    return entity < EK_N ? entity_names[entity] : NULL;
}

static void frame_begin(struct json_out *j, struct buf *out, const char *t) {
    json_begin(j, out);
    json_obj_begin(j);
    json_key_str(j, "t", td_str_of(t));
}

static int put_data(struct td_arena *a, struct json_out *j, const struct record *r,
                    struct td_str bytes) {
    void *obj = td_arena_alloc(a, r->size);
    int rc = record_unpack(a, r, bytes, obj, NULL);
    if (rc)
        return rc;
    json_put_key(j, "data");
    json_put_record(j, r, obj, JSON_FOR_STAFF);
    return TD_OK;
}

static int put_entity(struct td_arena *a, struct json_out *j, uint32_t entity, struct td_str key,
                      struct td_str bytes) {
    const struct record *r = entity_records[entity];
    void *obj = td_arena_alloc(a, r->size);
    int rc = record_unpack(a, r, bytes, obj, NULL);
    if (rc)
        return rc;
    json_key_str(j, "entity", td_str_of(entity_names[entity]));
    json_key_str(j, "key", key);
    for (size_t i = 0; i < r->n_fields; i++) /* each entity has a version; its place differs */
        if (!strcmp(r->fields[i].name, "version")) {
            uint64_t version;
            memcpy(&version, (char *)obj + r->fields[i].offset, sizeof version);
            json_key_u64(j, "version", version);
        }
    json_put_key(j, "data");
    json_put_record(j, r, obj, JSON_FOR_STAFF);
    return TD_OK;
}

int frame_item(struct td_arena *a, struct buf *out, uint32_t entity, struct td_str key,
               struct td_str bytes) {
    if (!entity_name(entity))
        return TD_EUNSUPPORTED;
    struct json_out j;
    json_begin(&j, out);
    json_obj_begin(&j);
    int rc = put_entity(a, &j, entity, key, bytes);
    json_obj_end(&j);
    return rc ? rc : buf_rc(out);
}

/* Events whose body is one record shown as "data". */
static const struct {
    const char *t;
    const struct record *body;
} plain[] = {[EV_MESSAGE] = {"message", &rec_message},
             [EV_DELIVERY] = {"delivery", &rec_delivery},
             [EV_FACT] = {NULL, NULL},
             [EV_ALARM] = {"alarm", &rec_fact}};

int frame_staff(struct td_arena *a, struct buf *out, struct td_str id, const struct event *ev) {
    struct json_out j;
    int rc;
    if (ev->kind == EV_ENTITY || ev->kind == EV_POLICY) {
        uint32_t entity = ev->kind == EV_POLICY ? (uint32_t)EK_POLICY : ev->entity;
        if (!entity_name(entity))
            return TD_EUNSUPPORTED;
        frame_begin(&j, out, "entity");
        json_key_str(&j, "event", id);
        rc = put_entity(a, &j, entity, ev->key, ev->body);
    } else {
        if (ev->kind >= sizeof plain / sizeof plain[0] || !plain[ev->kind].t)
            return TD_EUNSUPPORTED;
        frame_begin(&j, out, plain[ev->kind].t);
        json_key_str(&j, "event", id);
        if (ev->conv)
            json_key_u64(&j, "conv", ev->conv);
        if (ev->seq)
            json_key_u64(&j, "seq", ev->seq);
        rc = put_data(a, &j, plain[ev->kind].body, ev->body);
    }
    json_obj_end(&j);
    return rc ? rc : buf_rc(out);
}

int frame_gone(struct buf *out, struct td_str id, const struct event *ev) {
    if (ev->kind != EV_ENTITY || !entity_name(ev->entity))
        return TD_EUNSUPPORTED;
    struct json_out j;
    frame_begin(&j, out, "gone");
    json_key_str(&j, "event", id);
    json_key_str(&j, "entity", td_str_of(entity_name(ev->entity)));
    json_key_str(&j, "key", ev->key);
    json_key_u64(&j, "version", ev->version);
    json_obj_end(&j);
    return buf_rc(out);
}

int frame_result(struct td_arena *a, struct buf *out, const struct event *ev, size_t strip) {
    struct result r;
    int rc = record_unpack(a, &rec_result, ev->body, &r, NULL);
    if (rc)
        return rc;
    if (r.id.n >= strip)
        r.id = (struct td_str){r.id.p + strip, r.id.n - strip};
    struct json_out j;
    frame_begin(&j, out, "result");
    json_put_members(&j, &rec_result, &r, JSON_FOR_STAFF);
    json_obj_end(&j);
    return buf_rc(out);
}

static void put_files(struct td_arena *a, struct json_out *j, const struct td_message *m,
                      const struct frame_links *links) {
    bool any = false;
    for (size_t i = 0; links && i < m->attachments.n; i++) {
        const struct td_attachment *x = &m->attachments.v[i];
        if (!x->sha256.n)
            continue;
        if (!any) {
            json_put_key(j, "files");
            json_arr_begin(j);
        }
        any = true;
        json_obj_begin(j);
        json_key_str(j, "name", x->name);
        json_key_str(j, "type", x->type);
        json_key_u64(j, "bytes", x->bytes);
        json_key_str(j, "url", links->link(links, a, x));
        json_obj_end(j);
    }
    if (any)
        json_arr_end(j);
}

/* Only text between the two; notes, events and whatever is private have no line. */
int frame_visitor_line(struct td_arena *a, struct buf *out, struct td_str bytes,
                       const struct frame_links *links) {
    struct td_message m;
    int rc = record_unpack(a, &rec_message, bytes, &m, NULL);
    if (rc)
        return rc;
    if (m.is_private || m.kind != TD_MSG_TEXT || m.direction == TD_INTERNAL)
        return TD_EUNSUPPORTED;
    struct json_out j;
    json_begin(&j, out);
    json_obj_begin(&j);
    json_key_u64(&j, "seq", m.seq);
    json_key_str(&j, "direction", m.direction == TD_IN ? TD_STR("in") : TD_STR("out"));
    json_key_str(&j, "text", m.text);
    json_key_i64(&j, "at", m.at);
    if (m.direction == TD_OUT && m.from.name.n)
        json_key_str(&j, "name", m.from.name);
    if (m.direction == TD_IN && m.client_ref.n)
        json_key_str(&j, "id", m.client_ref);
    put_files(a, &j, &m, links);
    json_obj_end(&j);
    return buf_rc(out);
}

int frame_visitor_event(struct td_arena *a, struct buf *out, const struct event *ev,
                        const struct frame_links *links) {
    struct json_out j;
    int rc = TD_OK;
    if (ev->kind == EV_MESSAGE) {
        buf_puts(out, "{\"t\":\"messages\",\"items\":[");
        rc = frame_visitor_line(a, out, ev->body, links);
        buf_printf(out, "],\"conv\":%llu,\"last\":%llu,\"more\":false}",
                   (unsigned long long)ev->conv, (unsigned long long)ev->seq);
    } else if (ev->kind == EV_VISIT) {
        struct visit v;
        rc = record_unpack(a, &rec_visit, ev->body, &v, NULL);
        frame_begin(&j, out, "visit");
        if (!rc)
            json_put_members(&j, &rec_visit, &v, JSON_FOR_VISITOR);
        json_obj_end(&j);
    } else {
        return TD_EUNSUPPORTED;
    }
    return rc ? rc : buf_rc(out);
}

void frame_ack(struct buf *out, struct td_str id) {
    struct json_out j;
    frame_begin(&j, out, "ack");
    json_key_str(&j, "id", id);
    json_obj_end(&j);
}

void frame_refused(struct buf *out, struct td_str id, const char *error, const char *text) {
    struct json_out j;
    frame_begin(&j, out, "refused");
    json_key_str(&j, "id", id);
    json_key_str(&j, "error", td_str_of(error));
    json_key_str(&j, "text", td_str_of(text));
    json_obj_end(&j);
}
