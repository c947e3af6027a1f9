#include "core/rules.h"

#include "core/effects.h"
#include "core/life.h"
#include "core/router.h"
#include "core/table.h"
#include "core/words.h"

enum { TAGS_MAX = 100, ALERT_TEXT_MAX = 200 };

static bool is_author(const struct rule_policy *r, struct td_str addr) {
    for (size_t i = 0; i < r->authors.n; i++)
        if (td_str_eq(r->authors.v[i], addr))
            return true;
    return !r->authors.n;
}

/* "de" means "de-AT", too. */
static bool is_language(struct td_str rule, struct td_str language) {
    return !rule.n || td_str_eq(rule, language) ||
           (td_str_starts(language, rule) && language.p[rule.n] == '-');
}

static bool fits(const struct rule_policy *r, const struct td_message *m, const uint32_t *words,
                 size_t n) {
    return m->reach >= r->reach && is_language(r->language, m->language) &&
           is_author(r, m->from.addr) && (!r->keyword.n || words_contain(words, n, r->keyword));
}

void rules_judge(const struct channel_policy *p, const struct td_message *m, struct ruling *out) {
    uint32_t words[WORDS_MAX];
    *out = (struct ruling){.n = 0};
    if (m->flags & TD_LISTENED) {
        out->queue = p->listen_queue;
        out->priority = PRIORITY_LISTENED;
        out->has_priority = true;
    }
    if (!p->rules.n || m->kind != TD_MSG_TEXT)
        return;
    size_t n = words_of(m->text, words);
    bool queue = false, priority = false;
    for (size_t i = 0; i < p->rules.n && out->n < RULES_MAX; i++) {
        const struct rule_policy *r = &p->rules.v[i];
        if (!fits(r, m, words, n))
            continue;
        out->hit[out->n++] = r;
        out->alert |= r->alert;
        if (r->queue.n && !queue)
            out->queue = r->queue;
        if (r->priority && !priority) {
            out->priority = r->priority - 1;
            out->has_priority = true;
        }
        queue |= r->queue.n > 0;
        priority |= r->priority > 0;
    }
}

static void tag(struct core *c, struct target *t, struct td_str tag) {
    struct conv *conv = t->conv;
    for (size_t i = 0; i < conv->tags.n; i++)
        if (td_str_eq(conv->tags.v[i], tag))
            return;
    if (conv->tags.n >= TAGS_MAX)
        return;
    act_edit(c, t);
    struct td_str *at = cell_append(t->cell, &conv->tags, sizeof *at);
    cell_set(t->cell, at, tag);
}

void rules_place(struct core *c, const struct ruling *r, struct target *t) {
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->hit[i]->tags.n; k++)
            tag(c, t, r->hit[i]->tags.v[k]);
    struct work_rt *rt = act_work(c, t);
    if (!r->queue.n || !policy_queue(c->policy, r->queue) || !life_is_over(rt->w))
        return;
    cell_edit(c, rt->cell);
    cell_set(rt->cell, &rt->w->queue, r->queue);
}

void rules_rank(struct core *c, const struct ruling *r, struct target *t,
                const struct td_message *m) {
    struct work_rt *rt = act_work(c, t);
    if (r->has_priority && rt->w->state == WS_QUEUED && rt->w->priority != r->priority) {
        cell_edit(c, rt->cell);
        router_set_priority(c, rt, r->priority);
    }
    if (r->alert)
        effects_fact(
            c, &(struct fact_args){
                   .name = "mention.alert",
                   .work = rt->w,
                   .text = td_arena_printf(c->batch, "%.*s: %.*s",
                                           TD_FMT(m->from.name.n ? m->from.name : m->from.addr),
                                           TD_FMT(td_str_cut(m->text, ALERT_TEXT_MAX))),
                   .alarm = true});
}
