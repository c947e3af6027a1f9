/* charset.h: the character sets in which Kannel hands a message over (private to this folder). */
#ifndef SMS_KANNEL_CHARSET_H
#define SMS_KANNEL_CHARSET_H

#include <tandem/arena.h>

/* To UTF-8. Knows UTF-8, ISO-8859-1, WINDOWS-1252, UTF-16BE (and UCS-2, ISO-10646-UCS-2), "" for
 * UTF-8. What is no character becomes U+FFFD. false: an unknown character set. */
bool charset_decode(struct td_arena *a, struct td_str charset, struct td_str bytes,
                    struct td_str *out);

#endif
