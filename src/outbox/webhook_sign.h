/* webhook_sign.h: the headers of an outgoing webhook, by Standard Webhooks 1.0
 * (github.com/standard-webhooks, spec, "Signature scheme"), which official libraries in a dozen
 * languages verify.
 *
 * webhook-signature is "v1," and the base64 of HMAC-SHA256 over "<id>.<timestamp>.<body>", once per
 * key, blank-separated: while keys change the receiver may verify with either. */
#ifndef OUTBOX_WEBHOOK_SIGN_H
#define OUTBOX_WEBHOOK_SIGN_H

#include <tandem/arena.h>

struct webhook_key {
    uint8_t bytes[64];
    size_t n; /* 0: none */
};
enum { WEBHOOK_KEYS_MAX = 2 };

struct td_str webhook_signature(struct td_arena *a, const struct webhook_key keys[WEBHOOK_KEYS_MAX],
                                struct td_str id, int64_t at_s, struct td_str body);

#endif
