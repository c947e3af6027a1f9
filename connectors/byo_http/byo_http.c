#include "byo_http/byo_http.h"

#define SECRET_MIN 16

const struct td_setting byo_settings[] = {
    {.name = "url",
     .type = TD_S_URL,
     .help = "Where your app takes what agents write, by POST. Empty: the channel only receives."},
    {.name = "secret",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,
     .help = "Signs both directions: 16 bytes at least, such as openssl rand -hex 32 makes."},
    {.name = "secret_2",
     .type = TD_S_TEXT,
     .flags = TD_SET_SECRET,
     .help = "A second secret while one replaces the other: either is taken, both sign."},
    {.name = "window",
     .type = TD_S_DURATION,
     .fallback = "5m",
     .min = 1000,
     .max = 86400000,
     .help = "How far a hook's X-Tandem-Timestamp may be from our clock."},
    TD_SETTING_RATE("50"),
    TD_SETTING_TIMEOUT,
    TD_SETTING_ALLOW_PRIVATE,
    TD_SETTING_VERIFY,
    {0}};

int byo_check(const struct td_settings *s, struct td_error *err) {
    static const char *const names[] = {"secret", "secret_2"};
    for (size_t i = 0; i < 2; i++) {
        const struct td_secret *x = td_settings_secret(s, names[i]);
        size_t n = x ? td_secret_reveal(x).n : 0;
        if ((i == 0 || n) && n < SECRET_MIN)
            return td_error_set(err, TD_EINVAL, "%s: shorter than %d bytes", names[i], SECRET_MIN);
    }
    return TD_OK;
}

const struct td_provider byo_provider = {.hook_headers = byo_hook_headers,
                                         .verify = byo_verify,
                                         .decode_hook = byo_decode,
                                         .submit_build = byo_build,
                                         .submit_sign = byo_sign,
                                         .submit_parse = byo_parse};
