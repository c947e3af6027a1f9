/* GET /v1/openapi.json: for everybody, as it says nothing about this installation. */
#include "api/openapi.h"
#include "api/resources.h"

void openapi_get(struct call *c) {
    struct buf b;
    buf_init(&b, openapi_json_bytes);
    buf_put(&b, openapi_json, openapi_json_bytes);
    call_json(c, 200, &b);
    buf_fini(&b);
}
