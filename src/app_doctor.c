#include "app_doctor.h"

#include "doctor/doctor.h"

int app_examine(const char *path, struct td_str channel, const struct chan *chan,
                const uint8_t key[32], struct doctor_report *out, struct td_error *err) {
    struct config *config = NULL;
    const struct config_error *errors = NULL;
    size_t n_errors = 0;
    int rc = config_load(path, &config, &errors, &n_errors, err);
    for (size_t i = 0; !rc && i < config->channels.n; i++) {
        struct doctor_input in = {.channel = &config->channels.v[i], .chan = chan, .key = key};
        if (td_str_eq(in.channel->id, channel))
            doctor_run(&in, out);
    }
    config_free(&config);
    return rc;
}
