/* Which steps a channel has, in order. */
#include "doctor/doctor.h"

#include "doctor/steps.h"

#include <time.h>

const char *const doctor_state_names[] = {"ok", "failed", "skipped", NULL};

/* ---- the report ---- */

void doctor_tell(struct doctor *d, const char *name, enum doctor_state state, struct td_str found,
                 struct td_str fix) {
    if (d->out->n == DOCTOR_STEPS_MAX)
        return;
    d->out->v[d->out->n++] = (struct doctor_step){.name = td_arena_dup(d->a, td_str_of(name)).p,
                                                  .state = state,
                                                  .found = td_arena_dup(d->a, found),
                                                  .fix = td_arena_dup(d->a, fix)};
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool doctor_late(struct doctor *d) {
    return now_ms() >= d->until_ms;
}

const char *doctor_step_name(struct doctor *d, const char *group, const char *what) {
    return td_arena_printf(d->a, "%s %s", group, what).p;
}

/* As td_connector_setting, without the registry of all connectors behind it. */
const struct td_setting *doctor_row(struct doctor *d, const char *name) {
    const struct td_setting *row = d->in->channel->connector->settings;
    while (row && row->name && strcmp(row->name, name) != 0)
        row++;
    return row && row->name ? row : NULL;
}

const char *doctor_setting(struct doctor *d, const char *name) {
    const struct td_setting *row = doctor_row(d, name);
    bool text = row &&
                (row->type == TD_S_TEXT || row->type == TD_S_URL || row->type == TD_S_CHOICE) &&
                !(row->flags & TD_SET_SECRET);
    return text ? td_arena_dup(d->a, td_settings_text(d->s, name)).p : "";
}

static int64_t number(struct doctor *d, const char *name) {
    return doctor_row(d, name) ? td_settings_number(d->s, name) : 0;
}

/* ---- phones ---- */

void doctor_phone(struct doctor *d) {
    const char *host = doctor_setting(d, "host");
    const struct chan *chan = d->in->chan;
    if (host[0] && number(d, "port")) {
        struct peer *w = peer_connect(d, "phone", host, (unsigned)number(d, "port"), "host");
        peer_close(&w);
    }
    if (!(d->in->channel->connector->capabilities & TD_CAN_GATE))
        doctor_tell(d, "gate", DOCTOR_SKIPPED,
                    TD_STR("this phone system cannot keep calls from an agent"), NO_FIX);
    else if (chan && td_str_eqz(chan->state, "up"))
        doctor_tell(d, "gate", DOCTOR_OK, TD_STR("the link is up: agents' phones can be closed"),
                    NO_FIX);
    else
        STEP(d, "gate", DOCTOR_FAILED, TD_STR("there is no link: no phone can be closed"),
             "Mend what failed above; until then exclusive work is held back from gated agents.");
}

/* ---- what is committed ---- */

static void committed(struct doctor *d) {
    const struct chan *chan = d->in->chan;
    bool runs = d->in->channel->connector->provider || d->in->channel->connector->create;
    struct td_str none = {NULL, 0};
    if (!chan || !chan->state.n) {
        doctor_tell(d, "state", DOCTOR_SKIPPED,
                    runs ? TD_STR("no process runs it yet") : TD_STR("it needs none to run it"),
                    runs ? TD_STR("Start tandemd with these settings.") : none);
        return;
    }
    struct td_str found = chan->error.n ? td_arena_printf(d->a, "%.*s: %.*s", TD_FMT(chan->state),
                                                          TD_FMT(chan->error))
                                        : chan->state;
    if (td_str_eqz(chan->state, "auth"))
        STEP(d, "state", DOCTOR_FAILED, found,
             "Give it a login that holds: correct the credentials, or connect the account again on "
             "the page of channels; then resume it.");
    else if (chan->paused && td_str_eqz(chan->state, "paused"))
        STEP(d, "state", DOCTOR_FAILED, found, "Resume the channel when it shall send again.");
    else if (!td_str_eqz(chan->state, "up"))
        STEP(d, "state", DOCTOR_FAILED, found,
             "Mend what failed; it goes on by itself, or resume it.");
    else
        doctor_tell(d, "state", DOCTOR_OK, found, none);
}

/* ---- the order ---- */

static void urls_and_hook(struct doctor *d) {
    doctor_urls(d);
    if (!doctor_late(d))
        doctor_hook(d);
}

static const struct {
    const char *when; /* this setting is there and not empty; NULL: by capability */
    unsigned capability;
    bool at_home; /* mail servers and phone systems stand in one's own network: allow_private is of
                     HTTP */
    void (*run)(struct doctor *d);
} parts[] = {
    {"imap_host", 0, true, doctor_imap},          {"smtp_host", 0, true, doctor_smtp},
    {"smtp_host", 0, false, doctor_mail_records}, {NULL, ~0U, false, urls_and_hook},
    {NULL, TD_CAN_VOICE, true, doctor_phone},     {NULL, ~0U, false, committed},
};

void doctor_run(const struct doctor_input *in, struct doctor_report *out) {
    struct doctor d = {.in = in,
                       .out = out,
                       .a = out->arena,
                       .s = in->channel->settings,
                       .until_ms = now_ms() + DOCTOR_TOTAL_MS};
    /* Where a connector has no such setting, its servers may stand in one's own network. */
    bool allowed = !doctor_row(&d, "allow_private") || number(&d, "allow_private");
    const char *ca = doctor_setting(&d, "ca_file");
    d.ca_file = ca[0] ? ca : NULL;
    out->n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        bool due = parts[i].when
                       ? doctor_setting(&d, parts[i].when)[0] != 0
                       : (in->channel->connector->capabilities & parts[i].capability) != 0;
        d.allow_private = allowed || parts[i].at_home;
        if (due && !doctor_late(&d))
            parts[i].run(&d);
    }
    if (doctor_late(&d))
        doctor_tell(&d, "time", DOCTOR_SKIPPED,
                    TD_STR("a minute is over: what is left was not looked at"),
                    TD_STR("Mend what failed, and ask again."));
}
