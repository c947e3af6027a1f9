/* quote.h: what is new in a plain text, and what it quotes. For display only: the raw mail is kept.
 */
#ifndef EMAIL_QUOTE_H
#define EMAIL_QUOTE_H

#include <tandem/arena.h>

/* Borrowed parts of `text`. A quote that is answered between its lines stays where it is. */
void quote_split(struct td_str text, struct td_str *fresh, struct td_str *quoted);
/* format=flowed (RFC 3676 §4): soft line ends removed. */
struct td_str quote_unflow(struct td_arena *a, struct td_str text, bool delsp);

#endif
