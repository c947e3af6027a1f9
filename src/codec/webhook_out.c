#include "codec/webhook_out.h"

#include "codec/json_out.h"

#include <stdio.h>
#include <time.h>

/* ---- types ---- */

static struct td_str of_entity(const struct event *ev) {
    switch (ev->entity) {
    case EK_CONV:
        return ev->version == 1 ? TD_STR("conversation.opened") : TD_STR("conversation.changed");
    case EK_WORK:
        return TD_STR("work.changed");
    case EK_AGENT:
        return TD_STR("agent.changed");
    case EK_CONTACT:
        return ev->version == 1 ? TD_STR("contact.created") : TD_STR("contact.changed");
    case EK_CHAN:
        return TD_STR("channel.changed");
    default:
        return (struct td_str){NULL, 0};
    }
}

static struct td_str of_message(struct td_arena *a, const struct event *ev) {
    struct td_message m;
    if (record_unpack(a, &rec_message, ev->body, &m, NULL))
        return (struct td_str){NULL, 0};
    if (m.is_private || m.direction == TD_INTERNAL)
        return TD_STR("message.noted");
    return m.direction == TD_IN ? TD_STR("message.received") : TD_STR("message.sent");
}

static struct td_str of_delivery(struct td_arena *a, const struct event *ev) {
    struct delivery d;
    size_t n = 0;
    while (delivery_names[n])
        n++;
    if (record_unpack(a, &rec_delivery, ev->body, &d, NULL) || d.state >= n)
        return (struct td_str){NULL, 0};
    return td_arena_printf(a, "delivery.%s", delivery_names[d.state]);
}

/* What was counted of a piece of work ("resolved", "accepted") is news of that work. */
static struct td_str of_fact(struct td_arena *a, const struct event *ev) {
    struct fact f;
    if (record_unpack(a, &rec_fact, ev->body, &f, NULL) || !f.name.n)
        return (struct td_str){NULL, 0};
    const char *family = ev->kind == EV_ALARM ? "alarm" : f.work ? "work" : "fact";
    return td_arena_printf(a, "%s.%.*s", family, TD_FMT(f.name));
}

struct td_str webhook_type(struct td_arena *a, const struct event *ev) {
    switch (ev->kind) {
    case EV_ENTITY:
        return of_entity(ev);
    case EV_MESSAGE:
        return of_message(a, ev);
    case EV_DELIVERY:
        return of_delivery(a, ev);
    case EV_FACT:
    case EV_ALARM:
        return of_fact(a, ev);
    case EV_POLICY:
        return TD_STR("policy.changed");
    default:
        return (struct td_str){NULL, 0};
    }
}

static bool covers(struct td_str pattern, struct td_str type) {
    if (pattern.n && pattern.p[pattern.n - 1] == '*')
        return td_str_starts(type, (struct td_str){pattern.p, pattern.n - 1});
    return td_str_eq(pattern, type);
}

bool webhook_wants(const struct td_strs *patterns, struct td_str type) {
    bool wants = patterns->n == 0 || td_str_eqz(type, "gap");
    for (size_t i = 0; i < patterns->n && !wants; i++)
        wants = covers(patterns->v[i], type);
    return wants;
}

/* ---- bodies ---- */

/* RFC 3339 in UTC with milliseconds. */
static void put_time(struct json_out *j, int64_t at_ms) {
    char date[32], text[48];
    time_t s = (time_t)(at_ms / 1000);
    struct tm tm;
    if (!gmtime_r(&s, &tm) || !strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm))
        date[0] = 0;
    snprintf(text, sizeof text, "%s.%03dZ", date, (int)(at_ms % 1000));
    json_key_str(j, "timestamp", td_str_of(text));
}

static void begin(struct json_out *j, struct buf *out, const char *tenant, struct td_str id,
                  struct td_str type, int64_t at_ms) {
    json_begin(j, out);
    json_obj_begin(j);
    json_key_str(j, "type", type);
    put_time(j, at_ms);
    json_key_str(j, "id", id);
    json_key_str(j, "tenant", td_str_of(tenant));
}

static const struct record *record_of(const struct event *ev) {
    switch (ev->kind) {
    case EV_ENTITY:
        return ev->entity < EK_N ? entity_records[ev->entity] : NULL;
    case EV_MESSAGE:
        return &rec_message;
    case EV_DELIVERY:
        return &rec_delivery;
    case EV_POLICY:
        return &rec_policy;
    default:
        return &rec_fact;
    }
}

int webhook_body(struct td_arena *a, struct buf *out, const char *tenant, struct td_str id,
                 struct td_str type, const struct event *ev) {
    const struct record *r = record_of(ev);
    struct json_out j;
    if (!r)
        return TD_EPARSE;
    void *obj = td_arena_alloc(a, r->size);
    int rc = record_unpack(a, r, ev->body, obj, NULL);
    if (rc)
        return rc;
    begin(&j, out, tenant, id, type, ev->at);
    if (ev->conv)
        json_key_u64(&j, "conversation", ev->conv);
    if (ev->seq)
        json_key_u64(&j, "seq", ev->seq);
    if (ev->kind == EV_ENTITY) {
        json_key_str(&j, "key", ev->key);
        json_key_u64(&j, "version", ev->version);
    }
    json_put_key(&j, "data");
    json_put_record(&j, r, obj, JSON_FOR_STAFF);
    json_obj_end(&j);
    return buf_rc(out);
}

int webhook_gap_body(struct buf *out, const char *tenant, struct td_str id, int64_t now_ms,
                     struct td_str after, struct td_str before, uint64_t batches) {
    struct json_out j;
    begin(&j, out, tenant, id, TD_STR("gap"), now_ms);
    json_put_key(&j, "data");
    json_obj_begin(&j);
    json_key_str(&j, "after", after);
    json_key_str(&j, "before", before);
    json_key_u64(&j, "batches", batches);
    json_obj_end(&j);
    json_obj_end(&j);
    return buf_rc(out);
}
