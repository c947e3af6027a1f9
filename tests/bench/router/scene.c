#include "scene.h"

#include <stdlib.h>

const struct scene_queue scene_queues[QUEUES] = {
    {100, 300000}, {200, 600000}, {50, 45000}, {100, 3600000}};

uint64_t scene_draw(struct scene *s, uint64_t below) { /* splitmix64 */
    uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % below;
}

void scene_init(struct scene *s, uint64_t seed, size_t agents) {
    *s = (struct scene){.random = seed, .n = agents};
    s->agents = calloc(agents, sizeof *s->agents);
    if (!s->agents)
        abort();
    for (size_t i = 0; i < agents; i++) {
        struct scene_agent *a = &s->agents[i];
        a->serves[scene_draw(s, QUEUES)] = true;
        a->serves[scene_draw(s, QUEUES)] = true;
        for (int k = 0; k < HAS; k++)
            a->level[scene_draw(s, SKILLS)] = (uint8_t)(1 + scene_draw(s, LEVELS));
    }
}

void scene_fini(struct scene *s) {
    free(s->agents);
}

void scene_arrival(struct scene *s, uint64_t item, struct happening *out) {
    *out = (struct happening){.arrives = true, .item = item};
    out->queue = (uint32_t)scene_draw(s, QUEUES);
    out->skill = (uint32_t)scene_draw(s, SKILLS);
    out->level = (uint32_t)(1 + scene_draw(s, LEVELS));
}
