/* The tables of agents' profiles. */
#include "config/tables.h"

#define AT(struct_, member_) .at = offsetof(struct_, member_)
#define DURATION(...) .rule = {.type = V_DURATION, __VA_ARGS__}
#define NUMBER(...) .rule = {.type = V_NUMBER, __VA_ARGS__}
#define CHOICE(names_) .rule = {.type = V_CHOICE, .names = (names_)}

#define DAY INT64_C(86400000)

static void read_while_active(struct reader *r, const struct place *at, const struct yaml_node *map,
                              void *field) {
    struct td_u64s *row = field;
    const struct value_rule rule = {.type = V_CHOICE, .names = interrupt_names};
    if (!table_expect_map(r, at, map))
        return;
    for (size_t i = 0; i < map->n; i++) {
        const struct yaml_entry *entry = &map->entries[i];
        struct place here = {at, entry->key, 0};
        struct nearest near = {.key = entry->key};
        size_t kind = 0;
        while (kind < CK_N && !td_str_eqz(entry->key, channel_kind_names[kind]))
            nearest_try(&near, channel_kind_names[kind++]);
        int64_t choice;
        char expected[160];
        value_expected(&rule, expected, sizeof(expected));
        if (kind == CK_N)
            reader_unknown_key(r, at, entry->line, &near);
        else if (value_parse(&rule, entry->value->text, &choice))
            row->v[kind] = (uint64_t)choice;
        else
            reader_expected(r, &here, entry->value, expected);
    }
}

#define KIND(member_) AT(struct kind_policy, member_)
static const struct row kind_rows[] = {
    {.key = "cost",
     KIND(cost),
     NUMBER(.min = 0, .max = 1000),
     .help = "Units of the agent's capacity that one such item takes."},
    {.key = "maximum",
     KIND(maximum),
     NUMBER(.min = 0, .max = 1000),
     .help = "Items of this kind at once; 0: none at all."},
    {.key = "accept",
     KIND(accept),
     CHOICE(accept_mode_names),
     .help = "Offer, assign without asking, or leave it to be picked."},
    {.key = "offer",
     KIND(offer_ms),
     DURATION(.max = DAY / 24),
     .help = "An agent has so long to accept."},
    {.key = "misses",
     KIND(misses),
     NUMBER(.min = 0, .max = 100),
     .help = "Offers missed in a row until the agent counts as not responding; 0: never."},
    {.key = "wrap",
     KIND(wrap_ms),
     DURATION(.max = DAY / 24),
     .help = "Wrap-up time after the end; 0: none."},
    {.key = "wrap_max",
     KIND(wrap_max_ms),
     DURATION(.max = DAY / 24),
     .help = "As far as the agent may extend it."},
    {.key = "park_after",
     KIND(park_after_ms),
     DURATION(.max = 30 * DAY, .never = true),
     .help = "The customer's silence until the item frees its units; 0: as soon as the agent has "
             "replied."},
    {.key = "nudge",
     KIND(nudge_ms),
     DURATION(.max = DAY),
     .help = "The customer waits so long for an answer: the agent is reminded; 0: never."},
    {.key = "escalate",
     KIND(escalate_ms),
     DURATION(.max = DAY),
     .help = "… the supervisor is told; 0: never."},
    {.key = "silent_requeue",
     KIND(silent_requeue_ms),
     DURATION(.max = DAY),
     .help = "… another agent gets it; 0: never."},
    {.key = "while_active",
     .cell = CELL_READ,
     KIND(interrupts),
     .read = read_while_active,
     .form = "`{ voice: interrupt, chat: block }`",
     .help = "What new work of each kind may do while this is active: block, allow, interrupt."},
};
static const struct table table_kind = {.title = "a kind of work",
                                        .help = "One of voice, chat, sms, social, mail.",
                                        .size = sizeof(struct kind_policy),
                                        TABLE_ROWS(kind_rows)};

#define KIND_ROW(name_, kind_)                                                                     \
    {                                                                                              \
        .key = (name_), .cell = CELL_TABLE, AT(struct profile, kinds[kind_]),                      \
        .table = &table_kind, .help = "How this kind of work is handled; see below."               \
    }
static const struct row profile_rows[] = {
    {.key = "capacity",
     AT(struct profile, capacity),
     NUMBER(.min = 1, .max = 10000),
     .fallback = "100",
     .help = "Units that an agent has."},
    KIND_ROW("voice", CK_VOICE),
    KIND_ROW("chat", CK_CHAT),
    KIND_ROW("sms", CK_SMS),
    KIND_ROW("social", CK_SOCIAL),
    KIND_ROW("mail", CK_MAIL),
};

static void profile_init(struct reader *r, void *obj, struct td_str id) {
    struct profile *p = obj;
    p->id = id;
    for (size_t k = 0; k < CK_N; k++) {
        p->kinds[k] = defaults_kind[k];
        p->kinds[k].interrupts = (struct td_u64s){TD_ARENA_ARRAY(r->arena, uint64_t, CK_N), CK_N};
        memcpy(p->kinds[k].interrupts.v, defaults_interrupts[k], sizeof(defaults_interrupts[k]));
    }
}

static void profile_done(struct reader *r, const struct place *at, const struct yaml_node *node,
                         void *obj) {
    const struct profile *p = obj;
    for (size_t k = 0; k < CK_N; k++) {
        const struct kind_policy *kind = &p->kinds[k];
        struct place of = {at, td_str_of(channel_kind_names[k]), 0};
        if (kind->cost > p->capacity && kind->maximum) {
            struct place here = {&of, TD_STR("cost"), 0};
            unsigned line = reader_line(r, &kind->cost);
            reader_fail(r, &here, line > 1 ? line : node->line,
                        "%u is more than the profile's capacity of %u: no agent could ever take "
                        "one",
                        kind->cost, p->capacity);
        }
        if (kind->wrap_max_ms < kind->wrap_ms) {
            struct place here = {&of, TD_STR("wrap_max"), 0};
            reader_fail(r, &here, node->line, "is less than wrap");
        }
        if (kind->accept == AM_OFFER && kind->offer_ms <= 0) {
            struct place here = {&of, TD_STR("offer"), 0};
            reader_fail(r, &here, node->line, "an offer needs a time to answer it");
        }
    }
}

const struct table table_profile = {
    .title = "a profile",
    .help = "How much of what an agent takes on. Without any there is one, `default`; the first is "
            "that of agents who name none.",
    .size = sizeof(struct profile),
    TABLE_ROWS(profile_rows),
    .init = profile_init,
    .done = profile_done,
};
