/* covered.h: which history was imported already: per folder its UIDVALIDITY, the last UID and since
 * when. Dedupe keys are kept for some days only; this is kept for ever, so that the same time
 * imported again, however much later, brings only what is new in the folder. */
#ifndef EMAIL_COVERED_H
#define EMAIL_COVERED_H

#include <tandem/arena.h>

enum { COVERED_FOLDERS_MAX = 50 }; /* the one that was imported longest ago is forgotten */

struct covered {
    uint64_t validity, uid; /* all up to it that reached the folder … */
    int64_t since_s;        /* … from here on is taken */
};
/* text: as covered_put made it, "" at first; false: nothing of that folder is known. */
bool covered_find(struct td_str text, struct td_str folder, struct covered *out);
/* The text with this finished import in it. */
struct td_str covered_put(struct td_arena *a, struct td_str text, struct td_str folder,
                          const struct covered *x);
/* validity: the folder's now. */
bool covered_has(const struct covered *x, uint64_t validity, uint64_t uid, int64_t at_s);

#endif
