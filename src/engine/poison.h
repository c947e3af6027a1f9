/* poison.h: what crashes its leader is tried alone, and then not at all (protocol.md §8).
 *
 * Pure bookkeeping: {t}:trying is "<id> <count>", the count of times that this id was begun in
 * single mode. After the third crash on it, it is not begun again. (A process that is killed from
 * outside looks the same: hence three, in a row, on one id.)
 */
#ifndef ENGINE_POISON_H
#define ENGINE_POISON_H

#include <stddef.h>
#include <stdint.h>
#include <tandem/str.h>

#define POISON_STRIKES 2 /* takeovers without a commit, from which single mode begins */
#define POISON_TRIES 3

struct poison {
    bool single;
    size_t left;  /* single batches still to come */
    char id[128]; /* tried last */
    unsigned count;
    bool timers_held; /* a timer is the poison: none fires any more under this leader */
};
/* window: how many commands the batch that crashed can have had. */
void poison_lead(struct poison *p, uint64_t strikes, struct td_str trying, size_t window);
/* true: it has crashed often enough, do not try it. Else `text` is what to write to {t}:trying
 * first. */
bool poison_try(struct poison *p, const char *id, char text[160]);
/* One single batch went well; idle: there is nothing more to try. true: single mode is over. */
bool poison_passed(struct poison *p, bool idle);

#endif
