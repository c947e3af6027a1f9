/* tid.h: record keys of our own making (atproto.com/specs/tid): 13 characters for 53 bits of
 * microseconds since 1970 and 10 bits that keep makers apart. They are derived, so that writing the
 * same thing twice writes the same record. */
#ifndef SOCIAL_BLUESKY_TID_H
#define SOCIAL_BLUESKY_TID_H

#include <tandem/str.h>

#define TID_CHARS 13

/* Within the second of at_ms; the rest (30 bits) from `name`. */
void tid_make(int64_t at_ms, struct td_str name, char out[TID_CHARS + 1]);
/* The time in it. false: not a TID. */
bool tid_time(struct td_str s, int64_t *at_ms);
/* The time in the first ten characters of a ULID; false: not one. */
bool ulid_time(struct td_str s, int64_t *at_ms);

#endif
