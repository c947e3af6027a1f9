/* frame_out.h: events → the JSON frames of the two sockets (src/edge/README.md,
 * connectors/webchat/README.md). Each is appended to `out`; scratch memory comes from the arena.
 * TD_EUNSUPPORTED: this event makes no frame for that audience. TD_EPARSE: its body does not
 * decode. */
#ifndef CODEC_FRAME_OUT_H
#define CODEC_FRAME_OUT_H

#include "base/buf.h"
#include "model/event.h"

int frame_staff(struct td_arena *a, struct buf *out, struct td_str id, const struct event *ev);
/* For one who could see the entity before and may not any more. */
int frame_gone(struct buf *out, struct td_str id, const struct event *ev);
/* Where a visitor may read a stored file, as a path; NULL: files are not shown. */
struct frame_links {
    struct td_str (*link)(const struct frame_links *l, struct td_arena *a,
                          const struct td_attachment *file);
    const void *arg;
};
int frame_visitor_event(struct td_arena *a, struct buf *out, const struct event *ev,
                        const struct frame_links *links);
/* A result; `strip` bytes are cut from the front of the command's id (the tab's name that was put
 * there). */
int frame_result(struct td_arena *a, struct buf *out, const struct event *ev, size_t strip);

/* One item of a snapshot: {"entity":…,"key":…,"version":…,"data":{…}}. */
int frame_item(struct td_arena *a, struct buf *out, uint32_t entity, struct td_str key,
               struct td_str bytes);
/* One line of a visitor's conversation. TD_EUNSUPPORTED: not for visitors. */
int frame_visitor_line(struct td_arena *a, struct buf *out, struct td_str message_bytes,
                       const struct frame_links *links);

/* {"t":"ack","id":…}; {"t":"refused","id":…,"error":…,"text":…} */
void frame_ack(struct buf *out, struct td_str id);
void frame_refused(struct buf *out, struct td_str id, const char *error, const char *text);

const char *entity_name(uint32_t entity); /* "work"; NULL: not for clients */

#endif
