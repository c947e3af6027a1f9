#include "knobs.h"

const struct knob_row knob_rows[KNOB_N] = {
#define X(name, values) {#name, values},
    KNOB_LIST(X)
#undef X
};

/* Every hour from its 10th to its 50th minute. */
static void set_hours(struct sim_policy *out) {
    static struct open_span spans[24 * 7];
    for (uint32_t i = 0; i < 24 * 7; i++)
        spans[i] = (struct open_span){i * 60 + 10, i * 60 + 50};
    out->hours[0] = (struct hours){.id = S("day"), .zone = S("UTC"), .open = {spans, 24 * 7}};
    out->f.p.hours.v = out->hours;
    out->f.p.hours.n = 1;
}

static void set_matrix(struct sim_policy *out, uint32_t variant) {
    memcpy(out->matrix, fix_matrix, sizeof out->matrix);
    for (size_t active = 0; active < CK_N; active++)
        for (size_t newer = 0; newer < CK_N; newer++)
            if (variant == 1 && out->matrix[active][newer] == IM_INTERRUPT)
                out->matrix[active][newer] = newer == CK_VOICE ? IM_BLOCK : IM_ALLOW;
    if (variant == 2)
        out->matrix[CK_SMS][CK_CHAT] = IM_INTERRUPT;
    if (variant == 3)
        out->matrix[CK_SMS][CK_VOICE] = out->matrix[CK_MAIL][CK_VOICE] = IM_BLOCK;
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < CK_N; k++)
            out->f.profiles[i].kinds[k].interrupts = (struct td_u64s){out->matrix[k], CK_N};
}

static void set_profiles(struct sim_policy *out, const struct knobs *k) {
    struct profile *p = out->f.profiles;
    p[1] = fix_profile("calm");
    p[1].capacity = k->v[KNOB_calm] ? 60 : 100;
    p[1].kinds[CK_CHAT].maximum = 1;
    p[1].kinds[CK_MAIL].maximum = 2;
    if (k->v[KNOB_mails])
        p[0].kinds[CK_MAIL].maximum = 2;
    for (size_t i = 0; i < 2 && k->v[KNOB_quick]; i++) {
        p[i].kinds[CK_CHAT].wrap_ms = 0;
        p[i].kinds[CK_CHAT].park_after_ms = p[i].kinds[CK_SMS].park_after_ms = -1;
    }
    out->f.p.profiles.n = 2;
    set_matrix(out, k->v[KNOB_matrix]);
}

static void set_support(struct queue_policy *q, const struct knobs *k) {
    static struct relax_step relax[3] = {{.after_ms = 30000, .level_minus = 2},
                                         {.after_ms = 60000, .any_skill = true},
                                         {.after_ms = 120000, .queue = {"second", 6}}};
    static struct skill_need skills[1] = {{.skill = {"billing", 7}, .level = 4}};
    q->strategy = k->v[KNOB_strategy];
    q->relax.v = relax;
    q->relax.n = k->v[KNOB_relax];
    q->skills.v = skills;
    q->skills.n = k->v[KNOB_skills];
    q->max_wait_ms = k->v[KNOB_max_wait] ? 300000 : 0;
    q->overflow = k->v[KNOB_overflow] ? S("second") : S("");
    q->hours = k->v[KNOB_hours] == 1 ? S("day") : S("");
}

struct policy *knobs_policy(struct sim_policy *out, const struct knobs *k) {
    static const uint32_t weights[] = {100, 50, 300};
    struct policy *p = fix_policy(&out->f);
    struct queue_policy *texts = &out->f.queues[1], *mail = &out->f.queues[2];
    set_profiles(out, k);
    set_hours(out);
    set_support(&out->f.queues[0], k);
    texts->strategy = k->v[KNOB_texts_strategy];
    texts->accept = k->v[KNOB_accept];
    texts->weight = weights[k->v[KNOB_weight]];
    if (k->v[KNOB_no_exclude])
        texts->exclude_ms = 0;
    if (k->v[KNOB_prefer]) {
        mail->prefer_within_ms = texts->prefer_within_ms = 3600000;
        texts->prefer_wait_ms = 20000;
    }
    mail->hours = k->v[KNOB_hours] == 2 ? S("day") : S("");
    for (size_t i = 0; i < 3; i++)
        out->f.queues[i].reserve = k->v[KNOB_reserve];
    texts->promote = k->v[KNOB_promote];
    out->f.queues[4].priority = k->v[KNOB_priority];
    out->f.channels[1].max_attempts = 2;
    p->channels.n = k->v[KNOB_phones] ? 5 : 4;
    out->f.channels[4].gate = k->v[KNOB_phones] == 2;
    out->f.channels[3].spike_per_minute = k->v[KNOB_spikes] ? 3 : 0;
    out->f.queues[0].callback = k->v[KNOB_callback];
    out->f.queues[0].language = texts->language = k->v[KNOB_language];
    out->languages[0] = S("lang-de");
    p->skills = (struct td_strs){out->languages, 1};
    p->login_ramp_ms = k->v[KNOB_ramp] ? 20000 : 0;
    p->parked_overbook = k->v[KNOB_overbook];
    return p;
}
