/* whatsapp.h: what the parts of the WhatsApp connector share (private to this folder). The facts
 * are those of "WhatsApp Business Platform, Cloud API". */
#ifndef WHATSAPP_H
#define WHATSAPP_H

#include "meta_graph/graph.h"

#define WHATSAPP_MEDIA "whatsapp:" /* before a media id, in an attachment's url */

/* inbound.c */
int whatsapp_decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                    int64_t now_ms, struct td_incoming *out, struct td_error *err);

/* outbound.c */
int whatsapp_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                   const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                   struct td_request *out, struct td_error *err);
int whatsapp_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                   struct td_verdict *out);
int whatsapp_check_templates(const struct td_settings *s, struct td_error *err);

/* media.c */
int whatsapp_media_build(struct td_arena *a, const struct td_settings *s, struct td_str url,
                         struct td_request *out, struct td_error *err);
int whatsapp_media_parse(struct td_arena *a, const struct td_settings *s, struct td_str url,
                         const struct td_response *r, struct td_str *next, struct td_error *err);
int whatsapp_upload_build(struct td_arena *a, const struct td_settings *s,
                          const struct td_attachment *file, struct td_str bytes,
                          struct td_request *out, struct td_error *err);
int whatsapp_upload_parse(struct td_arena *a, const struct td_settings *s,
                          const struct td_response *r, struct td_str *ref, struct td_error *err);

#endif
