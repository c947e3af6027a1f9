/* unicode.h: what social networks ask of a text: how long it is for a reader, what ends a word.
 *
 * The one file that includes utf8proc (MIT, no dependency of its own; libunistring would do, at ten
 * times the size and with a licence to mind). Debian 12's 2.8.0 knows Unicode 15.0: Indic
 * conjuncts, which 15.1 joins, count as two there, so a text is never taken for shorter than it is.
 */
#ifndef HTTP_PROVIDER_UNICODE_H
#define HTTP_PROVIDER_UNICODE_H

#include <tandem/arena.h>

/* Takes one code point off *s (not empty). A byte that is not UTF-8 is U+FFFD by itself. */
uint32_t unicode_next(struct td_str *s);
/* Takes one extended grapheme cluster (UAX #29) off *s: what a reader sees as one character; "" at
 * the end. */
struct td_str unicode_grapheme(struct td_str *s);
size_t unicode_graphemes(struct td_str s);

bool unicode_is_space(uint32_t c); /* line ends too */
bool unicode_is_punctuation(uint32_t c);
bool unicode_is_word(uint32_t c);       /* a letter, mark or digit, or "_" */
bool unicode_is_pictograph(uint32_t c); /* an emoji, or what may become one with U+FE0F */

/* Composed (NFC); as it is when it is not UTF-8 or over 64 KiB. */
struct td_str unicode_composed(struct td_arena *a, struct td_str s);

#endif
