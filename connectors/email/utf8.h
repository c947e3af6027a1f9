/* utf8.h: bytes of any charset → clean UTF-8. */
#ifndef EMAIL_UTF8_H
#define EMAIL_UTF8_H

#include <tandem/arena.h>

/* Valid UTF-8: what is not becomes U+FFFD; control characters become blanks, but for line feeds and
 * tabs where `lines`; CR LF becomes LF. */
struct td_str utf8_clean(struct td_arena *a, struct td_str s, bool lines);
/* From a charset by iconv(3); unknown or none: UTF-8 if it is, else Windows-1252. Cleaned. */
struct td_str utf8_from(struct td_arena *a, struct td_str s, const char *charset);

#endif
