/* GET /v1/agents, /v1/agents/:id: accounts and what they are doing now. All of the staff see all of
 * the staff, as on the desktop. */
#include "api/resources.h"

static void on_agents(void *arg, int rc, const struct read_item *v, size_t n) {
    struct call *c = arg;
    struct buf b;
    struct json_out j;
    if (!call_read_ok(c, rc))
        return;
    buf_init(&b, 32 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_put_key(&j, "agents");
    json_arr_begin(&j);
    for (size_t i = 0; i < n; i++)
        call_put_stored(c, &j, &rec_agent, v[i].bytes, NULL);
    json_arr_end(&j);
    json_obj_end(&j);
    call_json(c, 200, &b);
    buf_fini(&b);
}

void agents_list(struct call *c) {
    call_started(c, read_all(c->api->e->store, EK_AGENT, on_agents, c));
}

static void on_agent(void *arg, int rc, const struct read_item *v, size_t n) {
    struct call *c = arg;
    struct buf b;
    struct json_out j;
    if (!call_read_ok(c, rc))
        return;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_put_key(&j, "agent");
    if (n && call_put_stored(c, &j, &rec_agent, v[0].bytes, NULL)) {
        json_obj_end(&j);
        call_json(c, 200, &b);
    } else {
        call_not_found(c);
    }
    buf_fini(&b);
}

void agents_get(struct call *c) {
    struct td_str id = call_param(c, "id");
    call_started(c, read_entities(c->api->e->store, EK_AGENT, &id, 1, on_agent, c));
}
