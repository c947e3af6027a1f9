/* messaging.h: direct messages as Messenger and Instagram have them alike ("Messenger Platform,
 * Webhook events" and "Send API"; "Instagram Platform, Messaging"). */
#ifndef META_MESSAGING_H
#define META_MESSAGING_H

#include "meta_graph/graph.h"

struct messaging_flavour {
    const char *object;       /* of hooks: "page", "instagram" */
    const char *address_type; /* of people: ids of this product, of this account */
    bool text_in_bytes;       /* the unit of text_max */
    size_t text_max;
    bool types; /* "messaging_type" in a send */
};

/* hook_, submit_ and upload_ functions of td_provider, each with the flavour first. The setting
 * account_id is the page or the professional account. */
int messaging_decode(const struct messaging_flavour *f, struct td_arena *a,
                     const struct td_settings *s, const struct td_request *hook,
                     struct td_incoming *out, struct td_error *err);
int messaging_build(const struct messaging_flavour *f, struct td_arena *a,
                    const struct td_settings *s, const struct td_message *m,
                    const struct td_address *to, unsigned part, unsigned *parts,
                    struct td_request *out, struct td_error *err);
int messaging_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                    struct td_verdict *out);
/* "image" "video" "audio" "file", by the media type */
const char *messaging_kind(struct td_str type);
#define MESSAGING_UPLOADED "meta:" /* before an attachment_id */

#endif
