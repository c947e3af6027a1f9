/* byo_http.h: the channel to an app of one's own, both ways over HTTP (private to chat_http and
 * social_http, which differ in their kind alone). byo_http/README.md is the protocol. */
#ifndef BYO_HTTP_H
#define BYO_HTTP_H

#include <tandem/connector.h>

#define BYO_TIME_HEADER "x-tandem-timestamp"
#define BYO_SIGNATURE_HEADER "x-tandem-signature"

extern const struct td_setting byo_settings[];
extern const struct td_provider byo_provider;
int byo_check(const struct td_settings *s, struct td_error *err);

/* signed.c: HMAC-SHA256 over "timestamp.body", for both directions. Two secrets may be active. */
size_t byo_hook_headers(const struct td_settings *s, struct td_str *out, size_t max);
int byo_verify(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
               int64_t now_ms, struct td_error *err);
int byo_sign(struct td_arena *a, const struct td_settings *s, int64_t now_ms,
             struct td_request *out, struct td_error *err);

/* inbound.c */
int byo_decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
               int64_t now_ms, struct td_incoming *out, struct td_error *err);

/* outbound.c */
int byo_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
              const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
              struct td_request *out, struct td_error *err);
int byo_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
              struct td_verdict *out);

#define BYO_CAPABILITIES                                                                           \
    (TD_CAN_SEND | TD_CAN_HOOK | TD_CAN_RECEIPTS | TD_CAN_MEDIA | TD_CAN_IDEMPOTENT |              \
     TD_CAN_REACT | TD_CAN_START)

#endif
