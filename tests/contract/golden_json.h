/* golden_json.h: golden files' JSON ⇄ the structs of <tandem/provider.h>. Fields that are empty or
 * zero are left out both ways. */
#ifndef CONTRACT_GOLDEN_JSON_H
#define CONTRACT_GOLDEN_JSON_H

#include "fake_host.h"

#include <jansson.h>

struct td_str golden_str(json_t *v); /* of a string, "" else; borrows */
/* {"method","url","headers":{},"body"} ("json" instead of "body": any value, written compactly) */
struct td_request golden_request(struct td_arena *a, json_t *v);
/* {"status","headers":{},"body" or "json"} or {"failure","sent"} */
struct fake_answer golden_answer(struct td_arena *a, json_t *v);
/* Of a send:
 * {"text","key","kind","in_reply_to","reply_ref","subject","author","name","at","language",
 * "attachments":[]} */
void golden_message(struct td_arena *a, json_t *v, struct td_message *m);
json_t *golden_of_request(const struct td_request *r);
json_t *golden_incoming(const struct td_incoming *in);
json_t *golden_verdict(const struct td_verdict *v);

#endif
