/* tandemctl simulate POLICY DAY: a day that has not been yet, on the real core. */
#include "cli/simulate.h"
#include "cli/commands.h"

#include <stdlib.h>
#include <tandem/log.h>

enum { DAYS_DEFAULT = 20 };

static int load_policy(struct scenario *s) {
    const struct config_error *errors = NULL;
    size_t n = 0;
    struct td_error err;
    int rc = config_load(s->policy_path, &s->config, &errors, &n, &err);
    if (rc && !s->config)
        return cli_fail("%s: %s", s->policy_path, err.text);
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "%s:%u: %.*s\n", s->policy_path, errors[i].line, TD_FMT(errors[i].text));
    return rc ? CLI_FAILED : CLI_OK;
}

static int load(struct cli *c, struct scenario *s, const char *day) {
    const char *recording = cli_option(c, "replay");
    if (load_policy(s) || day_load(c, day, &s->day))
        return CLI_FAILED;
    if (recording && day_load_recording(c, s->day, recording))
        return CLI_FAILED;
    if (!recording && s->day->arrivals.n && day_load_csv(c, s->day))
        return CLI_FAILED;
    return scenario_plan(c, s);
}

static bool number_option(const struct cli *c, const char *name, uint64_t min, uint64_t max,
                          uint64_t *out) {
    const char *text = cli_option(c, name);
    if (!text || (td_str_to_u64(td_str_of(text), out) && *out >= min && *out <= max))
        return true;
    cli_fail("--%s: found \"%s\", expected a number from %llu to %llu", name, text,
             (unsigned long long)min, (unsigned long long)max);
    return false;
}

/* "80/20": 80 % within 20 s. */
static bool target_of(const char *text, struct staffing *out) {
    const char *slash = strchr(text, '/');
    uint64_t share, seconds;
    if (!slash || !td_str_to_u64((struct td_str){text, (size_t)(slash - text)}, &share) ||
        !td_str_to_u64(td_str_of(slash + 1), &seconds) || share < 1 || share > 99 || !seconds ||
        seconds > 86400)
        return cli_fail("--staff: found \"%s\", expected such as 80/20: 80 %% within 20 s", text),
               false;
    out->share = (double)share / 100;
    out->seconds = (double)seconds;
    return true;
}

static int staff(struct cli *c, struct scenario *s, const char *target, uint64_t days,
                 uint64_t seed) {
    struct staffing want = {.days = days, .seed = seed, .csv = cli_option(c, "csv")};
    const char *group = cli_option(c, "group");
    if (!target_of(target, &want))
        return CLI_USAGE;
    while (group && want.group < s->plan.n_groups &&
           !td_str_eqz(s->plan.groups[want.group].id, group))
        want.group++;
    if (want.group == s->plan.n_groups)
        return cli_fail("--group: %s has no agents \"%s\"", s->day->path, group);
    want.alone = !group;
    return simulate_staff(c, s, &want);
}

static int run(struct cli *c, struct scenario *v, size_t n) {
    uint64_t days = DAYS_DEFAULT, seed = 1;
    const char *target = cli_option(c, "staff");
    if (!number_option(c, "days", 2, DAYS_MAX, &days) ||
        !number_option(c, "seed", 0, UINT32_MAX, &seed))
        return CLI_USAGE;
    if (target && n > 1)
        return cli_fail("--staff and --compare do not go together"), CLI_USAGE;
    if (target)
        return staff(c, v, target, days, seed);
    for (size_t k = 0; k < n; k++)
        if (scenario_run(c, &v[k], days, seed, false))
            return CLI_FAILED;
    if (cli_option(c, "csv"))
        simulate_csv(v, n);
    else if (c->json)
        simulate_json(v, n);
    else
        simulate_print(c, v, n);
    return CLI_OK;
}

int cmd_simulate(struct cli *c) {
    const char *policy = cli_option(c, "compare"), *day = cli_option(c, "compare-day");
    struct scenario v[2] = {{.name = "today", .policy_path = c->args[0]},
                            {.name = "changed", .policy_path = policy ? policy : c->args[0]}};
    size_t n = policy || day ? 2 : 1;
    int code = load(c, &v[0], c->args[1]);
    if (!code && n > 1)
        code = load(c, &v[1], day ? day : c->args[1]);
    if (!code)
        code = run(c, v, n);
    for (size_t k = 0; k < n; k++) {
        scenario_forget(&v[k]);
        config_free(&v[k].config);
    }
    return code;
}
