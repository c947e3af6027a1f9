/* sms_http.h: what the two halves of the generic HTTP SMS provider share (private to this folder).
 */
#ifndef SMS_HTTP_H
#define SMS_HTTP_H

#include <tandem/provider.h>

/* inbound.c */
int sms_decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
               int64_t now_ms, struct td_incoming *out, struct td_error *err);
int sms_check_inbound(const struct td_settings *s, struct td_error *err);

/* outbound.c */
int sms_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
              const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
              struct td_request *out, struct td_error *err);
int sms_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
              struct td_verdict *out);
int sms_check_outbound(const struct td_settings *s, struct td_error *err);

/* A MAP setting's value for a key, `otherwise` when the map does not name it. */
struct td_str sms_mapped(const struct td_settings *s, const char *map, struct td_str key,
                         struct td_str otherwise);

#endif
