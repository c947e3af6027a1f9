/* json_text.h: the texts inside JSON: string escapes (RFC 8259 §7) and base64 (RFC 4648 §4). */
#ifndef CODEC_JSON_TEXT_H
#define CODEC_JSON_TEXT_H

#include "base/buf.h"
#include <tandem/arena.h>

/* Appends "…" with its quotes; each maximal broken part of a UTF-8 sequence becomes one U+FFFD. */
void json_text_put(struct buf *out, struct td_str s);

/* Appends "…" with its quotes, padded. */
void json_base64_put(struct buf *out, struct td_str bytes);

/* Decodes padded base64 into the arena. false: a foreign character, a wrong length, or bits set in
 * the part that the padding cuts off (so that each value has one spelling). */
bool json_base64_get(struct td_arena *a, struct td_str text, struct td_str *bytes);

#endif
