#include "voice_link/cpaas.h"

#include "http_provider/form.h"

struct td_str cpaas_agent(struct td_arena *a, const struct td_settings *s,
                          const struct td_request *hook, struct td_str address, bool trust_query) {
    const struct td_str *pairs;
    struct form query;
    struct td_str agent;
    size_t n = td_settings_map(s, "agents", &pairs);
    for (size_t i = 0; i < n; i++)
        if (td_str_eq(pairs[2 * i], address))
            return pairs[2 * i + 1];
    if (trust_query && form_parse(a, form_query_of(hook->url), &query) &&
        form_get(&query, TD_STR("agent"), &agent))
        return agent;
    return TD_STR("");
}

const char *cpaas_state(const struct cpaas_state *rows, size_t n, struct td_str status) {
    for (size_t i = 0; i < n; i++)
        if (td_str_eqz(status, rows[i].status))
            return rows[i].state;
    return NULL;
}
