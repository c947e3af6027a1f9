/* words.h: text as people mean it: folded letters, single blanks between words. */
#ifndef CORE_WORDS_H
#define CORE_WORDS_H

#include <tandem/str.h>

/* Lower case of the scripts that SMS are written in: Latin, Greek, Cyrillic. */
uint32_t words_fold(uint32_t c);
/* The next code point of *s, not folded; a sequence that is cut short is U+FFFD. s->n > 0. */
uint32_t words_next(struct td_str *s);

enum { WORDS_MAX = 1200 };
/* Words without punctuation, a blank between two; "#tag" as "tag"; without @names and addresses of
 * the web. At most WORDS_MAX code points, the rest is left out. Gives how many. */
size_t words_of(struct td_str s, uint32_t out[WORDS_MAX]);
/* Whether `what`, itself such words, stands in the text as whole words. Where a script has no
 * blanks, anywhere. */
bool words_contain(const uint32_t *text, size_t n, struct td_str what);
/* 64 bits that texts with the same runs of four letters share for the most part (Charikar 2002,
 * "simhash"). 0: the text is too short to say anything. */
uint64_t words_sketch(const uint32_t *text, size_t n);

#endif
