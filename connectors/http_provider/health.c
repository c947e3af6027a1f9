#include "http_provider/health.h"

#include <stdio.h>

static unsigned rank(const char *state) {
    static const char *const order[] = {"up", "down", "auth", "misconfigured"};
    unsigned i = 0;
    while (i < 3 && strcmp(order[i], state) != 0)
        i++;
    return i;
}

void health_tell(struct health *h, size_t part, const char *state, struct td_str text) {
    size_t worst = part;
    text = td_str_cut(text, sizeof h->parts[part].text - 1);
    h->parts[part].state = state;
    snprintf(h->parts[part].text, sizeof h->parts[part].text, "%.*s", TD_FMT(text));
    for (size_t i = 0; i < h->n; i++)
        if (h->parts[i].state && rank(h->parts[i].state) > rank(h->parts[worst].state))
            worst = i;
    const struct health_part *w = &h->parts[worst];
    bool same = h->told && strcmp(h->told, w->state) == 0 &&
                (rank(w->state) == 0 || h->told_part == worst);
    if (same || h->silent)
        return;
    h->told = w->state;
    h->told_part = worst;
    td_host_state(h->host, w->state, td_str_of(w->text));
}
