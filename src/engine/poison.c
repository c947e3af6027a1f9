#include "engine/poison.h"

#include <stdio.h>

void poison_lead(struct poison *p, uint64_t strikes, struct td_str trying, size_t window) {
    *p = (struct poison){.single = strikes >= POISON_STRIKES, .left = window};
    const char *blank = trying.p ? memchr(trying.p, ' ', trying.n) : NULL;
    uint64_t count;
    if (!p->single || !blank || (size_t)(blank - trying.p) >= sizeof p->id)
        return;
    struct td_str digits = {blank + 1, trying.n - (size_t)(blank + 1 - trying.p)};
    if (!td_str_to_u64(digits, &count))
        return;
    memcpy(p->id, trying.p, (size_t)(blank - trying.p));
    p->count = (unsigned)(count < 1000 ? count : 1000);
}

bool poison_try(struct poison *p, const char *id, char text[160]) {
    unsigned count = strcmp(id, p->id) == 0 ? p->count : 0;
    if (count >= POISON_TRIES)
        return true;
    snprintf(p->id, sizeof p->id, "%s", id);
    p->count = count + 1;
    snprintf(text, 160, "%s %u", p->id, p->count);
    return false;
}

bool poison_passed(struct poison *p, bool idle) {
    p->id[0] = '\0';
    p->count = 0;
    if (p->left > 0)
        p->left--;
    if (p->left > 0 && !idle)
        return false;
    p->single = false;
    return true;
}
