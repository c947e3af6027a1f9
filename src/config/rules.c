/* A channel's `rules`: what is done with a post that fits, and the checks of each. */
#include "config/tables.h"

#define AT(member_) .at = offsetof(struct rule_policy, member_)
enum { CHANNEL_RULES_MAX = 32 };

static const struct row rule_rows[] = {
    {.key = "keyword",
     AT(keyword),
     .rule = {.type = V_TEXT},
     .help = "Words that stand in the text, whole and in this order; case, punctuation and the # "
             "of a tag do not matter."},
    {.key = "language",
     AT(language),
     .rule = {.type = V_TEXT},
     .help = "The language that the network says, such as de; it means de-AT, too."},
    {.key = "reach",
     AT(reach),
     .cell = CELL_READ,
     .read = rules_read_reach,
     .form = "a number",
     .help = "Its author has at least so many followers."},
    {.key = "authors",
     .cell = CELL_TEXTS,
     AT(authors),
     .rule = {.type = V_TEXT},
     .help = "It is by one of these addresses."},
    {.key = "tags",
     .cell = CELL_TEXTS,
     AT(tags),
     .rule = {.type = V_TEXT},
     .help = "The conversation is given these tags."},
    {.key = "priority",
     AT(priority),
     .rule = {.type = V_NUMBER, .min = 0, .max = 9},
     .shown = "the queue's",
     .help = "Its band; a lower number is served first."},
    {.key = "queue",
     AT(queue),
     .rule = {.type = V_ID},
     .shown = "the channel's",
     .help = "Where it waits."},
    {.key = "alert",
     AT(alert),
     .rule = {.type = V_BOOL},
     .fallback = "false",
     .help = "Supervisors are told at once."},
};

void rules_read_reach(struct reader *r, const struct place *at, const struct yaml_node *node,
                      void *field) {
    static const struct value_rule rule = {.type = V_NUMBER, .min = 1, .max = 1000000000000};
    int64_t n;
    if (node->type != YAML_SCALAR || !value_parse(&rule, node->text, &n))
        reader_expected(r, at, node, "a number from 1");
    else
        *(uint64_t *)field = (uint64_t)n;
}

static void rule_init(struct reader *r, void *obj, struct td_str id) {
    (void)r, (void)id;
    ((struct rule_policy *)obj)->priority = UINT32_MAX;
}

/* In the policy it is stored plus one. */
static void rule_done(struct reader *r, const struct place *at, const struct yaml_node *node,
                      void *obj) {
    struct rule_policy *p = obj;
    p->priority = p->priority == UINT32_MAX ? 0 : p->priority + 1;
    if (!p->keyword.n && !p->language.n && !p->reach && !p->authors.n)
        reader_fail(r, at, node->line,
                    "fits everything: expected keyword, language, reach or authors");
    if (!p->tags.n && !p->priority && !p->queue.n && !p->alert)
        reader_fail(r, at, node->line, "does nothing: expected tags, priority, queue or alert");
}

const struct table table_rule = {
    .title = "a rule",
    .help = "A post that has all of `keyword`, `language`, `reach` and `authors` that the rule "
            "names. Every rule that fits applies; of queues and priorities the first.",
    .size = sizeof(struct rule_policy),
    TABLE_ROWS(rule_rows),
    .init = rule_init,
    .done = rule_done,
};

void check_social(struct reader *r, const struct place *channel, unsigned line,
                  const struct channel_policy *p) {
    struct place rules = {channel, TD_STR("rules"), 0};
    struct place spike = {channel, TD_STR("spike_per_minute"), 0};
    struct place listen = {channel, TD_STR("listen_queue"), 0};
    check_queue_name(r, &listen, &p->listen_queue);
    for (size_t i = 0; i < p->rules.n; i++) {
        struct place one = {channel, TD_STR("rules"), i + 1};
        struct place queue = {&one, TD_STR("queue"), 0};
        check_queue_name(r, &queue, &p->rules.v[i].queue);
    }
    if (p->rules.n > CHANNEL_RULES_MAX)
        reader_fail(r, &rules, line, "found %zu rules, expected at most %d", p->rules.n,
                    CHANNEL_RULES_MAX);
    if (p->spike_per_minute && p->kind != CK_SOCIAL)
        reader_fail(r, &spike, reader_line(r, &p->spike_per_minute),
                    "only posts are gathered: expected a social channel");
}
