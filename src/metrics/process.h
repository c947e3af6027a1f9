/* process.h: what is measured when somebody asks: this process and its modules. */
#ifndef METRICS_PROCESS_H
#define METRICS_PROCESS_H

#include "engine/engine.h"
#include "io/web.h"
#include "metrics/metrics.h"

/* Borrowed; those that are NULL are left out. */
struct process_sources {
    struct loop *loop;
    const struct store *store;
    const struct inbox *inbox;
    const struct engine *engine;
    const struct web *web;
};
/* For metrics_sampler; arg is the sources. */
void process_sample(struct metrics *m, void *sources);

#endif
