/* What depends on other parts of the file, once all of it was read. */
#include "config/settings.h"
#include "config/tables.h"

#include <stdio.h>
#include <unistd.h>

static const struct code default_dispositions[] = {
    {{"resolved", 8}, {"Resolved", 8}},
    {{"follow-up", 9}, {"Follow-up needed", 16}},
    {{"no-action", 9}, {"No action needed", 16}},
};
static const struct code default_reasons[] = {
    {{"break", 5}, {"Break", 5}},
    {{"lunch", 5}, {"Lunch", 5}},
    {{"meeting", 7}, {"Meeting", 7}},
    {{"training", 8}, {"Training", 8}},
};

static struct code *copy_codes(struct reader *r, const struct code *v, size_t n) {
    return memcpy(TD_ARENA_ARRAY(r->arena, struct code, n), v, n * sizeof(*v));
}

/* The kinds of work that a queue gets, as bits: those of its channels; where it has none, those of
 * the queues that overflow into it. */
static void fill_queues(struct reader *r, struct policy *p) {
    unsigned *kinds = TD_ARENA_ARRAY(r->arena, unsigned, p->queues.n);
    for (size_t q = 0; q < p->queues.n; q++)
        for (size_t c = 0; c < p->channels.n; c++)
            if (td_str_eq(p->channels.v[c].queue, p->queues.v[q].id))
                kinds[q] |= 1u << p->channels.v[c].kind;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t from = 0; from < p->queues.n; from++)
            for (size_t q = 0; q < p->queues.n; q++)
                if (kinds[from] && !kinds[q] &&
                    td_str_eq(p->queues.v[from].overflow, p->queues.v[q].id)) {
                    kinds[q] = kinds[from];
                    changed = true;
                }
    }
    for (size_t q = 0; q < p->queues.n; q++) {
        struct queue_policy *queue = &p->queues.v[q];
        const unsigned of = kinds[q] ? kinds[q] : 1u << CK_SMS;
        int64_t target_ms = INT64_MAX;
        uint32_t priority = UINT32_MAX;
        for (unsigned k = 0; k < CK_N; k++) {
            if (!(of & 1u << k))
                continue;
            if (defaults_of_kind[k].target_ms < target_ms)
                target_ms = defaults_of_kind[k].target_ms;
            if (defaults_of_kind[k].priority < priority)
                priority = defaults_of_kind[k].priority;
        }
        if (!queue->target_ms)
            queue->target_ms = target_ms;
        if (queue->priority == UINT32_MAX)
            queue->priority = priority;
    }
}

static void fill_profiles(struct reader *r, struct policy *p) {
    if (p->profiles.n)
        return;
    p->profiles.v = TD_ARENA_NEW(r->arena, struct profile);
    p->profiles.n = 1;
    settings_table_init(r, &table_profile, TD_STR("default"), p->profiles.v);
}

void fill_policy(struct reader *r) {
    struct policy *p = &r->config->policy;
    p->name = r->config->name;
    fill_profiles(r, p);
    fill_queues(r, p);
    if (!p->dispositions.n) {
        p->dispositions.n = sizeof(default_dispositions) / sizeof(default_dispositions[0]);
        p->dispositions.v = copy_codes(r, default_dispositions, p->dispositions.n);
    }
    if (!p->reasons.n) {
        p->reasons.n = sizeof(default_reasons) / sizeof(default_reasons[0]);
        p->reasons.v = copy_codes(r, default_reasons, p->reasons.n);
    }
}

/* The pages stand beside the binary, in its installation or in the build folder. */
static struct td_str find_pages(struct reader *r) {
    static const char *const places[] = {"pages", "../pages", "../share/tandem"};
    char exe[1000];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    while (n > 0 && exe[n - 1] != '/')
        n--;
    for (size_t i = 0; n > 0 && i < sizeof(places) / sizeof(places[0]); i++) {
        struct td_str dir = td_arena_printf(r->arena, "%.*s%s", (int)n, exe, places[i]);
        struct td_str desktop = td_arena_printf(r->arena, "%.*s/desktop", TD_FMT(dir));
        if (access(desktop.p, R_OK | X_OK) == 0)
            return dir;
    }
    return (struct td_str){NULL, 0};
}

/* Connectors that name their hooks' URL to the provider with each send know it by this setting. */
static void fill_hook_url(struct reader *r, const struct config_channel *channel) {
    static const char name[] = "hook_url";
    if (!settings_find(channel->connector->settings, td_str_of(name)) || !channel->public_url.n ||
        td_settings_has(channel->settings, name))
        return;
    for (size_t i = 0; i < r->n_settings; i++) /* the reader owns them, the channel only reads */
        if (r->settings[i] == channel->settings)
            settings_set(r->settings[i], name, channel->public_url, NULL);
}

void fill_server(struct reader *r) {
    struct config *c = r->config;
    for (size_t i = 0; i < c->policy.channels.n; i++)
        keywords_name(r, &c->policy.channels.v[i], c->name);
    if (!c->listeners.n) {
        c->listeners.v = TD_ARENA_NEW(r->arena, struct config_listener);
        c->listeners.n = 1;
        c->listeners.v[0] = (struct config_listener){TD_STR("127.0.0.1"), 8480, false};
    }
    if (!c->static_dir.n)
        c->static_dir = find_pages(r);
    while (c->public_url.n && c->public_url.p[c->public_url.n - 1] == '/')
        c->public_url.n--;
    for (size_t i = 0; i < c->channels.n; i++) {
        struct config_channel *channel = &c->channels.v[i];
        if (!channel->public_url.n && c->public_url.n)
            channel->public_url = td_arena_printf(r->arena, "%.*s/hooks/%.*s",
                                                  TD_FMT(c->public_url), TD_FMT(channel->id));
        fill_hook_url(r, channel);
    }
}
