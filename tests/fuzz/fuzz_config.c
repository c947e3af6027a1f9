/* The settings as text, and zone files: any bytes give a config or errors, and all is freed. */
#include "../unit/config/fake_registry.h"

#include "config/config.h"
#include "config/seal.h"
#include "config/zone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_settings(struct td_str text) {
    struct config *c;
    const struct config_error *errors;
    size_t n;
    int rc = config_parse(text, "/nowhere/t.yaml", INT64_C(1764000000000), &c, &errors, &n);
    if ((rc == TD_OK) != (n == 0))
        abort();
    for (size_t i = 0; i < n; i++) /* an error is one line that names its place */
        if (!errors[i].line || memchr(errors[i].text.p, '\n', errors[i].text.n))
            abort();
    struct td_error err;
    if (!rc && record_check(&rec_policy, &c->policy, &err))
        abort();
    config_free(&c);
}

static void fuzz_rest(struct td_str bytes) {
    static const uint8_t key[32];
    struct td_arena *a = td_arena_new();
    struct zone_shifts shifts;
    struct td_str plain;
    if (zone_parse(a, bytes, 0, INT64_C(1) << 42, &shifts, NULL) == TD_OK)
        for (size_t i = 1; i < shifts.n; i++)
            if (shifts.v[i].at <= shifts.v[i - 1].at)
                abort();
    seal_open(a, key, bytes, &plain, NULL);
    td_arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct td_str bytes = {(const char *)data, size};
    fuzz_settings(bytes);
    fuzz_rest(bytes);
    return 0;
}
