/* number.h: telephone numbers as gateways write them. */
#ifndef HTTP_PROVIDER_NUMBER_H
#define HTTP_PROVIDER_NUMBER_H

#include <tandem/arena.h>

/* "441234567890" → "+441234567890": 8 to 15 digits are an international number (E.164) without its
 * plus. Blanks at the ends go; short codes, names and what has a plus stay as they are. */
struct td_str number_international(struct td_arena *a, struct td_str s);
/* 3 to 15 digits, a plus before them or not: what a message may be sent to. Anything else could
 * mean something to a gateway (a list of receivers, a parameter). */
bool number_is_sendable(struct td_str s);
/* Without the plus. */
struct td_str number_digits(struct td_str s);

#endif
