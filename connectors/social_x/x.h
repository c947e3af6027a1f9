/* x.h: what the files of the X provider share (private to this folder). X's API v2, docs.x.com:
 * users/:id/mentions, tweets/search/recent, tweets, users/:id/likes, media/upload, oauth2/token. */
#ifndef SOCIAL_X_H
#define SOCIAL_X_H

#include "http_provider/document.h"
#include "http_provider/text.h"

#include <tandem/provider.h>

enum {
    X_WEIGHT_MAX = 280,
    X_IMAGES_MAX = 4,
    X_IMAGE_BYTES_MAX = 5000000,
    X_REQUEST_MAX = 65536,
    X_PAGE_MAX = 100
};

/* An id as X writes it: 1 to 19 digits, a "snowflake" for posts. */
bool x_is_id(struct td_str s);
/* Later than the other; "" is older than any. */
bool x_newer(struct td_str id, struct td_str than);
/* When a post of that id was made, from the id itself. */
int64_t x_time_ms(struct td_str id);

/* ---- session.c: tokens; the value is JSON of our own ---- */

struct x_session {
    struct td_str access, refresh;
    int64_t at_ms; /* when it was handed out; 0: there is none */
};
/* false: none, or one that was made with other settings. The strings live in the arena. */
bool x_session(struct td_arena *a, const struct td_settings *s, struct x_session *out);
int x_session_build(struct td_arena *a, const struct td_settings *s, int64_t now_ms,
                    struct td_request *out, struct td_error *err);
int x_session_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                    int64_t now_ms, struct td_session *out, struct td_error *err);

/* A call with the session's token: `path` begins with "/2/"; the body is JSON, "": none. */
void x_call(struct td_arena *a, const struct td_settings *s, const char *method, struct td_str path,
            struct td_str body, struct td_request *out);

/* ---- inbound.c: polls. 0: the mentions; then one per search of the setting `listen` ---- */

unsigned x_poll_count(const struct td_settings *s);
int x_poll_build(struct td_arena *a, const struct td_settings *s, unsigned poll,
                 struct td_str cursor, struct td_request *out, struct td_error *err);
int x_poll_parse(struct td_arena *a, const struct td_settings *s, unsigned poll,
                 struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                 struct td_error *err);

/* ---- post.c: a post as a message ---- */

struct x_user {
    struct td_str id, username, name;
    uint64_t followers;
};
struct x_users {
    struct x_user *v;
    size_t n;
};
/* Of "includes"; TD_EPARSE. */
int x_read_users(struct document *d, struct x_users *out, struct td_error *err);
/* The selected post. false: it cannot be read, is ours or a repost, or was only found by a search
 * (`listened`) although the mentions bring it as well. */
bool x_read_post(const struct document *d, const struct td_settings *s, const struct x_users *users,
                 bool listened, struct td_message *out);

/* What answering a post takes; the text of td_message.reply_ref: "<id> <summoned|heard>". */
struct x_ref {
    struct td_str id;
    bool summoned; /* the post mentions us, quotes us or answers us */
};
bool x_ref_parse(struct td_str text, struct x_ref *out);

/* ---- length.c ---- */

/* The weighted length of a text as X counts it, of which X_WEIGHT_MAX are allowed. */
size_t x_weight(struct td_arena *a, struct td_str text);

/* ---- outbound.c ---- */

int x_submit_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                   const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                   struct td_request *out, struct td_error *err);
int x_submit_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                   struct td_verdict *out);
int x_upload_build(struct td_arena *a, const struct td_settings *s,
                   const struct td_attachment *file, struct td_str bytes, struct td_request *out,
                   struct td_error *err);
int x_upload_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                   struct td_str *ref, struct td_error *err);

#endif
