/* scene.h: a contact centre drawn from a seed, and what happens in it; the same for everybody who
 * decides. Four queues of unlike weight and target, fifty skills; an agent serves one or two queues
 * and has five skills of levels 1 to 3; an item asks for one skill at a level. One item at a time.
 */
#ifndef ROUTER_BENCH_SCENE_H
#define ROUTER_BENCH_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUEUES = 4, SKILLS = 50, HAS = 5, LEVELS = 3 };

extern const struct scene_queue {
    uint32_t weight;
    int64_t target_ms;
} scene_queues[QUEUES];

struct scene_agent {
    bool serves[QUEUES];
    uint8_t level[SKILLS]; /* 0: has it not */
};
struct scene {
    uint64_t random;
    size_t n; /* agents */
    struct scene_agent *agents;
};
void scene_init(struct scene *s, uint64_t seed, size_t agents);
void scene_fini(struct scene *s);
uint64_t scene_draw(struct scene *s, uint64_t below);

/* An item arrives, or an agent ends his. */
struct happening {
    bool arrives;
    uint32_t agent; /* who ends: from 0 */
    uint64_t item;  /* what arrives: from 1 */
    uint32_t queue, skill, level;
};
void scene_arrival(struct scene *s, uint64_t item, struct happening *out);
#endif
