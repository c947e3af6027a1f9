/* sniff.h: what a file is by its first bytes, and a name that is safe to show and to save. */
#ifndef TANDEM_SNIFF_H
#define TANDEM_SNIFF_H

#include <tandem/arena.h>

/* `said` counts only where the bytes do not tell, and never for what a browser would run. */
struct td_str td_sniff_type(struct td_str bytes, struct td_str said);
/* No path, no control or direction characters, at most 150 bytes; "file-3.pdf" when there is none.
 */
struct td_str td_sniff_name(struct td_arena *a, struct td_str name, struct td_str type,
                            size_t number);

/* Whether a page may show it inline: pictures, sound and film, which no browser runs. Anything
 * else is only ever saved. */
bool td_sniff_is_passive(struct td_str type);

#endif
