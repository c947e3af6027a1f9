/* media.h: stored files to browsers and providers, with the headers that keep them harmless.
 *
 * Pictures, sound and film are shown where they stand; everything else is only ever saved. Nothing
 * of it may be sniffed, may run, or may load anything. A file never changes: its SHA-256 is its
 * entity tag. One range of bytes is served, for players. */
#ifndef EDGE_MEDIA_H
#define EDGE_MEDIA_H

#include "codec/frame_out.h"
#include "edge/edge.h"
#include <tandem/message.h>

struct media_file {
    struct td_str sha256, name, type; /* type: as sniffed when it was stored */
    bool anywhere; /* a signed link: other sites may embed it; else the page's own only */
};
/* Answers with the bytes of a file, or with 304, 416. */
void media_reply(struct web_request *r, const struct media_file *f, struct td_str bytes);
/* What the client has is current: If-None-Match names it. */
bool media_is_known(const struct web_request *r, const struct media_file *f);
/* Answers so, without the bytes. */
void media_unchanged(struct web_request *r, const struct media_file *f);
/* 404, 503: why blobs_get did not give it. */
void media_missing(struct web_request *r, int rc);

/* A link for whoever may see the file now; path and query, in the arena. */
struct td_str media_link_for(const struct edge *e, struct td_arena *a,
                             const struct td_attachment *x);

/* The same for a visitor's lines. */
struct frame_links media_links(const struct edge *e);

#endif
