/* split.h: long texts for networks that limit a message's length. */
#ifndef HTTP_PROVIDER_SPLIT_H
#define HTTP_PROVIDER_SPLIT_H

#include <tandem/str.h>

enum split_unit { SPLIT_UTF16, SPLIT_BYTES };

/* How long a UTF-8 text is in that unit. */
size_t split_length(struct td_str s, enum split_unit unit);
/* The next piece of *rest, at most `max` (4 at least) long, and *rest becomes what follows. It ends
 * after a paragraph, else a line, else a sentence, else a word, each if that is in the piece's
 * second half; else where it must, never inside a character. Blanks at the cut go. */
struct td_str split_next(struct td_str *rest, enum split_unit unit, size_t max);
/* Piece `part` of all; *parts is how many there are, 1 for an empty text. */
struct td_str split_part(struct td_str s, enum split_unit unit, size_t max, unsigned part,
                         unsigned *parts);

#endif
