/* bluesky.h: what the halves of the Bluesky provider share (private to this folder). Names of
 * methods and records are those of the lexicons of the AT Protocol ("com.atproto.server…",
 * "app.bsky.feed…"). */
#ifndef SOCIAL_BLUESKY_H
#define SOCIAL_BLUESKY_H

#include "http_provider/document.h"
#include "http_provider/text.h"

#include <tandem/provider.h>

#define BLUESKY_POST "app.bsky.feed.post"
#define BLUESKY_LIKE "app.bsky.feed.like"
enum {
    BLUESKY_GRAPHEMES_MAX = 300, /* app.bsky.feed.post#text */
    BLUESKY_BYTES_MAX = 3000,
    BLUESKY_IMAGES_MAX = 4,
    BLUESKY_IMAGE_BYTES_MAX = 2000000,
    BLUESKY_REQUEST_MAX = 65536
};

/* ---- session.c: tokens; the value is JSON of our own ---- */

struct bluesky_session {
    struct td_str access, refresh, did, pds; /* pds: without a slash at its end */
};
/* false: none, or one that was made with other settings; then requests go to the service without a
 * token, which answers 401, and that leads to a session. The strings live in the arena. */
bool bluesky_session(struct td_arena *a, const struct td_settings *s, struct bluesky_session *out);
int bluesky_session_build(struct td_arena *a, const struct td_settings *s, int64_t now_ms,
                          struct td_request *out, struct td_error *err);
int bluesky_session_parse(struct td_arena *a, const struct td_settings *s,
                          const struct td_response *r, int64_t now_ms, struct td_session *out,
                          struct td_error *err);
bool bluesky_session_over(const struct td_settings *s, const struct td_response *r);

/* A call of a method at the account's server: method "GET" or "POST"; `type` of the body, NULL:
 * none.
 */
void bluesky_call(struct td_arena *a, const struct bluesky_session *session, const char *method,
                  struct td_str name_and_query, const char *type, struct td_str body,
                  struct td_request *out);

/* ---- inbound.c: polls. 0: what happened to us; then one per search of the setting `listen` ----
 */

unsigned bluesky_poll_count(const struct td_settings *s);
int bluesky_poll_build(struct td_arena *a, const struct td_settings *s, unsigned poll,
                       struct td_str cursor, struct td_request *out, struct td_error *err);
int bluesky_poll_parse(struct td_arena *a, const struct td_settings *s, unsigned poll,
                       struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                       struct td_error *err);

/* ---- post.c: a post as a message ---- */

/* The selected item of a list of notifications or of posts. false: it is no post that can be read
 * (the item is left out; the rest goes on). */
bool bluesky_read_post(const struct document *d, const struct td_settings *s,
                       struct td_message *out);

/* What answering a post takes; the text of td_message.reply_ref. */
struct bluesky_ref {
    struct td_str uri, cid, root_uri, root_cid, did, handle;
};
struct td_str bluesky_ref_text(struct td_arena *a, const struct bluesky_ref *ref);
bool bluesky_ref_parse(struct td_str text, struct bluesky_ref *out);

struct td_str bluesky_time(struct td_arena *a, int64_t at_ms); /* RFC 3339, with milliseconds */

/* at://authority/collection/rkey */
struct bluesky_uri {
    struct td_str authority, collection, rkey;
};
bool bluesky_uri_parse(struct td_str uri, struct bluesky_uri *out);

/* ---- outbound.c ---- */

int bluesky_submit_build(struct td_arena *a, const struct td_settings *s,
                         const struct td_message *m, const struct td_address *to, struct td_str key,
                         unsigned part, unsigned *parts, struct td_request *out,
                         struct td_error *err);
int bluesky_submit_parse(struct td_arena *a, const struct td_settings *s,
                         const struct td_response *r, struct td_verdict *out);
int bluesky_upload_build(struct td_arena *a, const struct td_settings *s,
                         const struct td_attachment *file, struct td_str bytes,
                         struct td_request *out, struct td_error *err);
int bluesky_upload_parse(struct td_arena *a, const struct td_settings *s,
                         const struct td_response *r, struct td_str *ref, struct td_error *err);

#endif
