/* GET /v1/contacts/:id. An agent sees a contact when he sees one of its conversations. */
#include "api/listing.h"
#include "api/resources.h"

static void on_contact(void *arg, int rc, const struct read_item *v, size_t n) {
    struct call *c = arg;
    struct buf b;
    struct json_out j;
    if (!call_read_ok(c, rc))
        return;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_put_key(&j, "contact");
    if (n && call_put_stored(c, &j, &rec_contact, v[0].bytes, NULL)) {
        json_obj_end(&j);
        call_json(c, 200, &b);
    } else {
        call_not_found(c);
    }
    buf_fini(&b);
}

static void read_contact(struct call *c) {
    struct td_str id = call_param(c, "id");
    call_started(c, read_entities(c->api->e->store, EK_CONTACT, &id, 1, on_contact, c));
}

static void listed(struct listing *l) {
    struct call *c = l->c;
    bool sees = l->n > 0;
    buf_fini(&l->rows);
    if (sees)
        read_contact(c);
    else
        call_not_found(c);
}

void contacts_get(struct call *c) {
    uint64_t id;
    if (!td_str_to_u64(call_param(c, "id"), &id)) {
        call_not_found(c);
        return;
    }
    if (c->viewer.role != ROLE_AGENT) {
        read_contact(c);
        return;
    }
    struct listing *l = TD_ARENA_NEW(c->a, struct listing);
    *l = (struct listing){.c = c,
                          .index = td_arena_printf(c->a, "contact:%llu", (unsigned long long)id),
                          .limit = 1,
                          .done = listed};
    listing_start(l);
}
