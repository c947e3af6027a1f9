/* GET /v1/policy: the committed settings that decide, as the engine works by them. */
#include "api/resources.h"

static void on_policy(void *arg, int rc, const struct read_item *v, size_t n) {
    struct call *c = arg;
    struct buf b;
    struct json_out j;
    if (!call_read_ok(c, rc))
        return;
    buf_init(&b, 8 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_put_key(&j, "policy");
    if (n && call_put_stored(c, &j, &rec_policy, v[0].bytes, NULL)) {
        json_obj_end(&j);
        call_json(c, 200, &b);
    } else {
        call_error(c, 503, "unavailable", NULL, "The settings are not committed yet.");
    }
    buf_fini(&b);
}

void policy_get(struct call *c) {
    call_started(c, read_all(c->api->e->store, EK_POLICY, on_policy, c));
}
