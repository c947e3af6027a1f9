/* social.h: what the parts of the connector to comments and mentions share (private to this
 * folder).
 *
 * A reply_ref is what is answered and how: "fb:<comment or post>", "ig:<comment>", or
 * "mention:<media>:<comment>" of Instagram ("" for a mention in a caption). */
#ifndef SOCIAL_META_H
#define SOCIAL_META_H

#include "meta_graph/graph.h"

int social_decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_incoming *out, struct td_error *err);
int social_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                 const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                 struct td_request *out, struct td_error *err);
int social_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                 struct td_verdict *out);

#endif
