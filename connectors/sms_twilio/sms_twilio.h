/* sms_twilio.h: what the two halves of the Twilio provider share (private to this folder). */
#ifndef SMS_TWILIO_H
#define SMS_TWILIO_H

#include <tandem/provider.h>

/* The field of the status callback's URL that carries our own id. */
#define TWILIO_OUR_ID "tandem_id"

/* inbound.c */
int twilio_decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_incoming *out, struct td_error *err);

/* outbound.c */
int twilio_media_build(struct td_arena *a, const struct td_settings *s, struct td_str url,
                       struct td_request *out, struct td_error *err);
int twilio_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                 const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                 struct td_request *out, struct td_error *err);
int twilio_probe_build(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                       struct td_error *err);
int twilio_probe_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                       struct td_error *err);
int twilio_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                 struct td_verdict *out);

#endif
