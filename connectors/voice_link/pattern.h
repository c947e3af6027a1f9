/* pattern.h: how a phone system names an agent: "PJSIP/{extension}", "{extension}@default". */
#ifndef VOICE_LINK_PATTERN_H
#define VOICE_LINK_PATTERN_H

#include <tandem/arena.h>

/* {extension} once, no blanks or controls, at most 100 bytes. */
bool pattern_is_good(struct td_str pattern);
/* The extension in a name; "" when the name does not fit, or the extension is over `max`. */
struct td_str pattern_match(struct td_str pattern, struct td_str name, size_t max);
struct td_str pattern_fill(struct td_arena *a, struct td_str pattern, struct td_str extension);

#endif
