/* uploads.h: files that people have handed in and not sent yet.
 *
 * An upload is answered with a token: "u1.<what it is>.<HMAC>", good for a day and for whoever
 * uploaded it. A message names tokens, never hashes, so nobody can send what he has not handed in
 * himself. Nothing is kept besides the file, which the sweeper deletes when no message names it for
 * 7 days. */
#ifndef EDGE_UPLOADS_H
#define EDGE_UPLOADS_H

#include "edge/edge.h"

/* actor: an agent's id, a token's name. */
struct td_str uploads_token(const struct edge *e, struct td_arena *a, struct td_str actor,
                            const struct td_attachment *file, int64_t now_ms);
/* The file that a token stands for. TD_EAUTH: not his, not ours, or over. */
int uploads_read(const struct edge *e, struct td_arena *a, struct td_str actor, struct td_str token,
                 int64_t now_ms, struct td_attachment *out);
/* A command's `files` become its attachments. TD_EINVAL with a sentence. */
int uploads_claim(const struct edge *e, struct td_arena *a, struct td_str actor, struct act *act,
                  struct td_error *err);

#endif
