/* upload.h: makes the files of an outbound message reachable for its provider before the message is
 * submitted: each gets its url, by upload_build and upload_parse where the provider wants them
 * first, else by td_host_media_url.
 *
 * Nothing of this reaches the customer, so every failure means that the message was not sent. A
 * file that is taken and not ready (TD_EBUSY) is asked about again with growing pauses, within the
 * time for all. */
#ifndef HTTP_PROVIDER_UPLOAD_H
#define HTTP_PROVIDER_UPLOAD_H

#include <tandem/connector.h>

#define UPLOAD_TOTAL_MS 120000
#define UPLOAD_FILE_MAX ((size_t)64 * 1024 * 1024)

struct upload {
    struct td_host *host;
    const struct td_connector *connector;
    const struct td_settings *settings;
    struct td_arena *arena; /* of the send */
    int64_t timeout_ms;     /* of one request */
    /* Does the answer say that the session is over? Then done says so in `over`. */
    bool (*is_over)(struct upload *u, const struct td_response *r);
    /* v NULL: every file has its url, in `message`. Fires once, never inside upload_start. */
    void (*done)(struct upload *u, const struct td_verdict *v);
    struct td_message message; /* set by upload_start; its files are copies */
    bool busy, over;           /* to be read: until done; the session is over */
    /* private */
    struct td_http http;
    struct td_timer timer;
    struct td_verdict verdict;
    size_t i; /* the file */
    int64_t until_ms, pause_ms;
    bool reading, cancelled;
};
/* Whether upload_start is needed at all. */
bool upload_needed(const struct td_connector *c, const struct td_message *m);
/* The fields above "private" but `message` are set. m lives until done. */
void upload_start(struct upload *u, const struct td_message *m);
void upload_cancel(struct upload *u); /* done follows soon, with a verdict */

#endif
