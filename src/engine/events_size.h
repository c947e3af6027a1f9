/* events_size.h: keeps the events stream below a size. Pure.
 *
 * Marks every few megabytes which entry stood there; when the stream has grown by the maximum since
 * a mark, what is older may go. What earlier leaders wrote goes by age. */
#ifndef ENGINE_EVENTS_SIZE_H
#define ENGINE_EVENTS_SIZE_H

#include <stdint.h>
#include <tandem/str.h>

#define EVENTS_MAX_BYTES ((uint64_t)256 * 1024 * 1024)
#define EVENTS_MARKS 32

struct events_size {
    struct {
        char id[48];
        uint64_t at; /* bytes before it */
    } marks[EVENTS_MARKS];
    unsigned first, n;
    uint64_t bytes;
    char below[48];
};
void events_size_init(struct events_size *e);
/* One entry was added; its id may be unknown (""). Returns the id below which entries may go, ""
 * none. */
struct td_str events_size_add(struct events_size *e, struct td_str id, uint64_t bytes);

#endif
