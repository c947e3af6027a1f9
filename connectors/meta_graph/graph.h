/* graph.h: what the connectors to Meta's products share (private to them): hooks signed by the
 * app's secret, requests to the Graph API, and its errors as verdicts.
 *
 * The facts are those of developers.facebook.com/docs: "Webhooks, Getting started" (handshake,
 * signature), "Securing Graph API Requests" (appsecret_proof), "Graph API, Error handling", and the
 * pages of each product, which the connectors name. */
#ifndef META_GRAPH_H
#define META_GRAPH_H

#include "http_provider/document.h"
#include "http_provider/json_writer.h"

#include <tandem/connector.h>

#define GRAPH_SIGNATURE_HEADER "x-hub-signature-256"

/* Rows for a settings table; `api` is the API's address. */
#define GRAPH_SETTINGS(api)                                                                        \
    {.name = "app_secret",                                                                         \
     .type = TD_S_TEXT,                                                                            \
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,                                                     \
     .help = "The app's secret (App settings, Basic): hooks are signed with it."},                 \
        {.name = "app_secret_2",                                                                   \
         .type = TD_S_TEXT,                                                                        \
         .flags = TD_SET_SECRET,                                                                   \
         .help = "A second secret that hooks may be signed with, while one replaces the other."},  \
        {.name = "verify_token",                                                                   \
         .type = TD_S_TEXT,                                                                        \
         .flags = TD_SET_REQUIRED | TD_SET_SECRET,                                                 \
         .help = "A word of your own that is given with the callback URL at Meta."},               \
        {.name = "access_token",                                                                   \
         .type = TD_S_TEXT,                                                                        \
         .flags = TD_SET_REQUIRED | TD_SET_SECRET,                                                 \
         .help = "The token that requests are made with; one that does not expire."},              \
        {.name = "api_url",                                                                        \
         .type = TD_S_URL,                                                                         \
         .fallback = api,                                                                          \
         .help = "The Graph API's address."},                                                      \
        {.name = "version",                                                                        \
         .type = TD_S_TEXT,                                                                        \
         .fallback = "v23.0",                                                                      \
         .help = "The Graph API's version."},                                                      \
        TD_SETTING_TIMEOUT, TD_SETTING_ALLOW_PRIVATE, TD_SETTING_VERIFY

/* `id_settings` (NULL at the end) name settings that must be numbers where they are set. */
int graph_check(const struct td_settings *s, const char *const *id_settings, struct td_error *err);
bool graph_is_id(struct td_str s); /* digits and "_", 64 at most: fit for a path */

/* As in td_provider. A GET is the handshake. */
size_t graph_hook_headers(const struct td_settings *s, struct td_str *out, size_t max);
int graph_verify(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                 int64_t now_ms, struct td_error *err);

/* ---- reading a hook ---- */

struct graph_reading {
    struct td_arena *a;
    const struct td_settings *s;
    struct td_incoming *out;
    struct td_error *err;
    struct document doc; /* the entry is selected */
    struct td_str entry_id;
    int64_t entry_at_ms;
    const char *at;   /* what is read: "/changes/0/value" */
    const void *user; /* graph_walk's */
    size_t messages_room, receipts_room;
};
/* Walks entry[].<list>[] of a hook whose object is one of `objects` ('|' separated); each with `at`
 * set. A handshake is answered, and nothing walked. TD_EPARSE. */
int graph_walk(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
               const char *objects, const char *list, int (*each)(struct graph_reading *r),
               const void *user, struct td_incoming *out, struct td_error *err);
/* Below `at`; "" when absent. */
struct td_str graph_get(const struct graph_reading *r, const char *pointer);
struct td_str graph_get_at(const struct graph_reading *r, const char *list, unsigned i,
                           const char *pointer); /* <list>/<i><pointer> */
bool graph_has(const struct graph_reading *r, const char *pointer);
/* TD_EPARSE with the place when it is absent. */
int graph_need(const struct graph_reading *r, const char *pointer, struct td_str *out);
/* Unix seconds or milliseconds; 0: none. */
int64_t graph_time(struct td_str s);
/* A new one at the end of out's. */
struct td_message *graph_add_message(struct graph_reading *r, uint32_t kind);
struct td_receipt *graph_add_receipt(struct graph_reading *r);

/* ---- requests and answers ---- */

/* "<api>/<version>/<path>?appsecret_proof=…" */
struct td_str graph_url(struct td_arena *a, const struct td_settings *s, struct td_str path);
/* With the bearer token; body "" for GET and DELETE. Its headers have room for one more. */
void graph_request(struct td_arena *a, const struct td_settings *s, const char *method,
                   struct td_str path, struct td_str body, struct td_request *out);
/* A multipart upload to the path, with the bearer token. */
struct multipart_file;
void graph_upload(struct td_arena *a, const struct td_settings *s, struct td_str path,
                  const struct td_pair *fields, size_t n, const struct multipart_file *file,
                  struct td_request *out);
/* As submit_parse; `id` is a pointer to the id of what was made; "" where the answer has none, and
 * then {"success":true} is expected. */
int graph_parse(struct td_arena *a, const struct td_response *r, const char *id,
                struct td_verdict *out);
/* The text at the pointer of an answer, for media and uploads. TD_EPARSE with the API's own error.
 */
int graph_field(struct td_arena *a, const struct td_response *r, const char *pointer,
                struct td_str *out, struct td_error *err);

#endif
