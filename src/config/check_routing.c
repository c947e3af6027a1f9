/* What no single value shows, of queues: names that lead nowhere, loops, what nobody can serve. */
#include "config/tables.h"

bool check_queue_name(struct reader *r, const struct place *at, const struct td_str *field) {
    const struct policy *p = &r->config->policy;
    if (!field->n || policy_queue(p, *field))
        return true;
    struct nearest near = {.key = *field};
    for (size_t i = 0; i < p->queues.n; i++)
        nearest_try(&near, p->queues.v[i].id.p);
    bool close = near.best && near.distance * 3 <= field->n + 1;
    reader_fail(r, at, reader_line(r, field), "no queue \"%.*s\" in `queues`%s%s%s", TD_FMT(*field),
                close ? "; did you mean \"" : "", close ? near.best : "", close ? "\"?" : "");
    return false;
}

/* Each queue has at most one overflow, so following it either ends or comes round. */
static void check_loop(struct reader *r, const struct place *at, const struct queue_policy *q) {
    const struct policy *p = &r->config->policy;
    const struct queue_policy *next = policy_queue(p, q->overflow);
    for (size_t i = 0; next && i <= p->queues.n; i++) {
        if (next == q) {
            reader_fail(r, at, reader_line(r, &q->overflow),
                        "the overflow comes back to this queue: work would go round for ever");
            return;
        }
        next = policy_queue(p, next->overflow);
    }
}

/* A queue that offers, without a time of its own, needs one in every profile for what it gets. */
static void check_offer(struct reader *r, const struct place *queue, const struct queue_policy *q) {
    const struct policy *p = &r->config->policy;
    struct place at = {queue, TD_STR("offer"), 0};
    if (q->accept != AM_OFFER + 1 || q->offer_ms)
        return;
    for (size_t i = 0; i < p->channels.n; i++)
        for (size_t k = 0; k < p->profiles.n && td_str_eq(p->channels.v[i].queue, q->id); k++)
            if (p->profiles.v[k].kinds[p->channels.v[i].kind].offer_ms <= 0) {
                reader_fail(r, &at, reader_line(r, &q->accept),
                            "missing: the profile \"%.*s\" has no time to answer an offer of %s",
                            TD_FMT(p->profiles.v[k].id), channel_kind_names[p->channels.v[i].kind]);
                return;
            }
}

/* ---- what can never be served, or never works ---- */

static bool takes(const struct profile *p, uint32_t kind) {
    return p->kinds[kind].maximum > 0;
}

void check_queue_of_channel(struct reader *r, const struct place *at,
                            const struct channel_policy *channel) {
    const struct policy *p = &r->config->policy;
    bool somebody = false;
    if (!check_queue_name(r, at, &channel->queue))
        return;
    for (size_t i = 0; i < p->profiles.n; i++)
        somebody |= takes(&p->profiles.v[i], channel->kind);
    if (!somebody)
        reader_fail(r, at, reader_line(r, &channel->queue),
                    "nobody can serve \"%.*s\": found maximum 0 for %s in every profile, expected "
                    "one that takes it",
                    TD_FMT(channel->queue), channel_kind_names[channel->kind]);
}

/* Whether an agent of this profile, who answers calls, could take work of the queue that does not
 * give way to one. */
static bool reserve_binds(const struct policy *p, const struct queue_policy *q,
                          const struct profile *of) {
    for (size_t i = 0; i < p->channels.n && takes(of, CK_VOICE); i++) {
        uint32_t kind = p->channels.v[i].kind;
        bool live = kind == CK_VOICE || kind == CK_CHAT;
        if (td_str_eq(p->channels.v[i].queue, q->id) && !live && takes(of, kind) &&
            of->kinds[kind].interrupts.v[CK_VOICE] != IM_INTERRUPT)
            return true;
    }
    return false;
}

static bool packs_chats(const struct policy *p, const struct queue_policy *q) {
    for (size_t i = 0; i < p->channels.n && q->strategy == ST_LONGEST_IDLE; i++)
        if (td_str_eq(p->channels.v[i].queue, q->id) && p->channels.v[i].kind == CK_CHAT)
            return true;
    return false;
}

static void check_reserve(struct reader *r, const struct place *queue,
                          const struct queue_policy *q) {
    const struct policy *p = &r->config->policy;
    struct place at = {queue, TD_STR("reserve"), 0};
    bool binds = !q->reserve || packs_chats(p, q);
    for (size_t i = 0; i < p->profiles.n; i++)
        binds |= reserve_binds(p, q, &p->profiles.v[i]);
    if (!binds)
        reader_warn(r, &at, reader_line(r, &q->reserve),
                    "holds nothing back: the work that can wait gives way to calls in every "
                    "profile, or none takes calls");
}

static void check_language(struct reader *r, const struct place *queue,
                           const struct queue_policy *q) {
    const struct policy *p = &r->config->policy;
    struct place at = {queue, TD_STR("language"), 0};
    bool some = !q->language;
    for (size_t i = 0; i < p->skills.n; i++)
        some |= td_str_starts(p->skills.v[i], TD_STR("lang-"));
    if (!some)
        reader_fail(r, &at, reader_line(r, &q->language),
                    "found true, expected languages in `skills`, such as lang-en");
}

static void check_skills(struct reader *r, const struct place *queue,
                         const struct queue_policy *q) {
    const struct policy *p = &r->config->policy;
    struct place skills = {queue, TD_STR("skills"), 0};
    for (size_t i = 0; i < q->skills.n; i++) {
        struct place at = {&skills, q->skills.v[i].skill, 0};
        bool known = false;
        for (size_t k = 0; k < p->skills.n; k++)
            known |= td_str_eq(p->skills.v[k], q->skills.v[i].skill);
        if (!known)
            reader_fail(r, &at, reader_line(r, &q->skills.v[i]), "no such skill in `skills`");
    }
}

static void check_one_queue(struct reader *r, const struct queue_policy *q) {
    const struct policy *p = &r->config->policy;
    struct place queues = {NULL, TD_STR("queues"), 0};
    struct place queue = {&queues, q->id, 0};
    struct place overflow = {&queue, TD_STR("overflow"), 0};
    if (check_queue_name(r, &overflow, &q->overflow))
        check_loop(r, &overflow, q);
    check_offer(r, &queue, q);
    for (size_t i = 0; i < q->relax.n; i++) {
        struct place step = {&queue, TD_STR("relax"), i + 1};
        struct place at = {&step, TD_STR("queue"), 0};
        check_queue_name(r, &at, &q->relax.v[i].queue);
    }
    if (q->hours.n && !policy_hours(p, q->hours)) {
        struct place at = {&queue, TD_STR("hours"), 0};
        reader_fail(r, &at, reader_line(r, &q->hours), "no hours \"%.*s\" in `hours`",
                    TD_FMT(q->hours));
    }
    check_skills(r, &queue, q);
    check_language(r, &queue, q);
    check_reserve(r, &queue, q);
}

void check_routing(struct reader *r) {
    for (size_t i = 0; i < r->config->policy.queues.n; i++)
        check_one_queue(r, &r->config->policy.queues.v[i]);
}
