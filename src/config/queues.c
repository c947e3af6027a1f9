/* The tables of queues. */
#include "config/tables.h"

#include <stdio.h>

#define AT(struct_, member_) .at = offsetof(struct_, member_)
#define DURATION(...) .rule = {.type = V_DURATION, __VA_ARGS__}
#define NUMBER(...) .rule = {.type = V_NUMBER, __VA_ARGS__}
#define CHOICE(names_) .rule = {.type = V_CHOICE, .names = (names_)}

#define DAY INT64_C(86400000)

static const struct row relax_rows[] = {
    {.key = "after",
     AT(struct relax_step, after_ms),
     DURATION(.min = 1000, .max = 7 * DAY),
     .required = true,
     .help = "How long the work has waited when this step begins."},
    {.key = "level_minus",
     AT(struct relax_step, level_minus),
     NUMBER(.min = 0, .max = 10),
     .fallback = "0",
     .help = "Every required level is lowered by so much."},
    {.key = "any_skill",
     AT(struct relax_step, any_skill),
     .rule = {.type = V_BOOL},
     .fallback = "false",
     .help = "No skill is required any more."},
    {.key = "queue",
     AT(struct relax_step, queue),
     .rule = {.type = V_ID},
     .help = "Agents of this queue may take it too."},
};
static const struct table table_relax = {.title = "a step",
                                         .help = "In order of `after`; a step only widens the "
                                                 "choice of agents.",
                                         .size = sizeof(struct relax_step),
                                         TABLE_ROWS(relax_rows)};

/* 0 leaves it to the profile; see struct queue_policy. */
static const char *const queue_accept_names[] = {"profile", "offer", "auto", "pull", NULL};

static const struct row queue_rows[] = {
    {.key = "name", AT(struct queue_policy, name), .shown = "the id", .help = "What people see."},
    {.key = "target",
     AT(struct queue_policy, target_ms),
     DURATION(.min = 1000, .max = 90 * DAY),
     .shown = "the strictest of its channels",
     .help = "Service target, in open hours: voice 20s, chat 45s, sms 5m, social 1h, mail 4h."},
    {.key = "priority",
     AT(struct queue_policy, priority),
     NUMBER(.min = 0, .max = 9),
     .shown = "0 with voice or chat, else 1",
     .help = "Band: a lower number is always served before a higher one."},
    {.key = "weight",
     AT(struct queue_policy, weight),
     NUMBER(.min = 1, .max = 10000),
     .fallback = "100",
     .help = "Within a band, how fast waiting grows more urgent; 100 is 1."},
    {.key = "strategy",
     AT(struct queue_policy, strategy),
     CHOICE(strategy_names),
     .fallback = "longest-idle",
     .help = "Whom of several free agents to choose."},
    {.key = "accept",
     AT(struct queue_policy, accept),
     CHOICE(queue_accept_names),
     .fallback = "profile",
     .help = "Offer, assign without asking, or leave it to be picked."},
    {.key = "offer",
     AT(struct queue_policy, offer_ms),
     DURATION(.max = DAY / 24),
     .fallback = "0",
     .shown = "the profile's",
     .help = "An agent has so long to accept."},
    {.key = "hours",
     AT(struct queue_policy, hours),
     .rule = {.type = V_ID},
     .shown = "always open",
     .help = "Business hours, one of `hours`."},
    {.key = "prefer_within",
     AT(struct queue_policy, prefer_within_ms),
     DURATION(.max = 365 * DAY),
     .fallback = "24h",
     .help = "The customer's last agent is preferred when they spoke so recently; 0: never."},
    {.key = "prefer_wait",
     AT(struct queue_policy, prefer_wait_ms),
     DURATION(.max = DAY),
     .fallback = "30s",
     .help = "How long to wait for that agent."},
    {.key = "max_wait",
     AT(struct queue_policy, max_wait_ms),
     DURATION(.max = 90 * DAY),
     .fallback = "0",
     .help = "After so long the work goes to `overflow`, or the customer may leave a message; "
             "0: it waits on."},
    {.key = "overflow",
     AT(struct queue_policy, overflow),
     .rule = {.type = V_ID},
     .help = "The queue that takes over."},
    {.key = "reserve",
     AT(struct queue_policy, reserve),
     NUMBER(.min = 0, .max = 1000),
     .fallback = "0",
     .help = "Work that can wait starts only while more than so many voice agents are free; 0: "
             "off. It binds agents whose work does not give way to a call, and no work past its "
             "target."},
    {.key = "exclude",
     AT(struct queue_policy, exclude_ms),
     DURATION(.max = DAY),
     .fallback = "60s",
     .help = "Who declined or missed an offer is not asked again for so long."},
    {.key = "promote",
     AT(struct queue_policy, promote),
     .rule = {.type = V_BOOL},
     .fallback = "false",
     .help = "Work past its target stands one band higher, among live work or among what can wait: "
             "never across."},
    {.key = "language",
     AT(struct queue_policy, language),
     .rule = {.type = V_BOOL},
     .fallback = "false",
     .help =
         "The customer's language is a required skill where `skills` has it, such as lang-de; a "
         "step with any_skill drops it, too."},
    {.key = "callback",
     AT(struct queue_policy, callback),
     .rule = {.type = V_BOOL},
     .fallback = "false",
     .help = "Who waits in the chat may ask to be called or written back instead."},
    {.key = "short_abandon",
     AT(struct queue_policy, short_ms),
     DURATION(.max = DAY / 24),
     .fallback = "5s",
     .help = "Customers who leave sooner are counted apart: they left at once."},
    {.key = "skills",
     .cell = CELL_READ,
     AT(struct queue_policy, skills),
     .read = lists_read_skills,
     .form = "`{ billing: 3 }`",
     .help = "Required skills, each with its lowest level of 1 to 10."},
    {.key = "relax",
     .cell = CELL_TABLES,
     AT(struct queue_policy, relax),
     .table = &table_relax,
     .help = "Requirements that are lowered while the work waits."},
};

static void queue_init(struct reader *r, void *obj, struct td_str id) {
    (void)r;
    struct queue_policy *q = obj;
    q->name = id;
    q->priority = UINT32_MAX; /* fill_policy replaces it */
}

/* ---- relaxation only widens ---- */

enum { RELAX_MAX = 16 };

struct step_at {
    struct reader *r;
    const struct place *step;
    const struct yaml_node *node;
    const struct relax_step *v; /* all of the queue's */
    size_t i;
};

static void refuse(const struct step_at *x, const char *key, const char *why) {
    const struct yaml_node *at = *key ? yaml_get(x->node, key) : NULL;
    struct place here = {x->step, td_str_of(key), 0};
    reader_fail(x->r, *key ? &here : x->step, at ? at->line : x->node->line, "%s", why);
}

static void check_levels(const struct step_at *x) {
    uint32_t lowered = 0;
    bool any = false;
    for (size_t k = 0; k < x->i; k++) {
        any |= x->v[k].any_skill;
        lowered = x->v[k].level_minus > lowered ? x->v[k].level_minus : lowered;
    }
    char text[120];
    const struct relax_step *s = &x->v[x->i];
    snprintf(text, sizeof text, "found %u, expected at least %u: a step only widens",
             s->level_minus, lowered);
    if (yaml_get(x->node, "level_minus") && any)
        refuse(x, "level_minus", "an earlier step asks for no skill at all: a step only widens");
    else if (yaml_get(x->node, "level_minus") && s->level_minus < lowered)
        refuse(x, "level_minus", text);
    if (yaml_get(x->node, "any_skill") && any && !s->any_skill)
        refuse(x, "any_skill",
               "found false, expected true as in an earlier step: a step only widens");
}

static void check_step(const struct step_at *x, struct td_str own) {
    const struct relax_step *s = &x->v[x->i];
    bool known = td_str_eq(s->queue, own);
    check_levels(x);
    for (size_t k = 0; k < x->i; k++)
        known |= td_str_eq(s->queue, x->v[k].queue);
    if (s->queue.n && known)
        refuse(x, "queue", "its agents may take it already: a step widens");
    if (!s->queue.n && !s->any_skill && !s->level_minus && !yaml_get(x->node, "level_minus") &&
        !yaml_get(x->node, "any_skill"))
        refuse(x, "", "changes nothing: expected level_minus, any_skill or queue");
    if (x->i && s->after_ms < x->v[x->i - 1].after_ms)
        refuse(x, "after", "comes before the step above it; steps stand in order of time");
}

static void queue_done(struct reader *r, const struct place *at, const struct yaml_node *node,
                       void *obj) {
    struct queue_policy *q = obj;
    const struct yaml_node *relax = yaml_get(node, "relax");
    for (size_t i = 0; i < q->relax.n; i++) {
        struct place step = {at, TD_STR("relax"), i + 1};
        struct step_at x = {r, &step, relax->items[i], q->relax.v, i};
        check_step(&x, at->name);
    }
    struct place all = {at, TD_STR("relax"), 0};
    if (q->relax.n > RELAX_MAX)
        reader_fail(r, &all, relax->line, "found %zu steps, expected at most %d", q->relax.n,
                    RELAX_MAX);
}

const struct table table_queue = {
    .title = "a queue",
    .help = "Where work waits. The key is the queue's id.",
    .size = sizeof(struct queue_policy),
    TABLE_ROWS(queue_rows),
    .init = queue_init,
    .done = queue_done,
};
