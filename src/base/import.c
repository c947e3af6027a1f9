/* The text of <tandem/import.h>: "v1", id, since, done, finished, folder, a line each. */
#include <tandem/import.h>

static bool line(struct td_str *rest, struct td_str *out) {
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    if (!end)
        return false;
    *out = (struct td_str){rest->p, (size_t)(end - rest->p)};
    *rest = (struct td_str){end + 1, rest->n - out->n - 1};
    return true;
}

struct td_str td_import_pack(struct td_arena *a, const struct td_import *x) {
    return td_arena_printf(a, "v1\n%.*s\n%lld\n%llu\n%d\n%.*s\n", TD_FMT(x->id),
                           (long long)x->since_s, (unsigned long long)x->done, x->finished,
                           TD_FMT(x->folder));
}

int td_import_unpack(struct td_arena *a, struct td_str s, struct td_import *out) {
    struct td_str version, id, since, done, finished, folder;
    uint64_t since_s;
    *out = (struct td_import){0};
    if (!line(&s, &version) || !td_str_eqz(version, "v1") || !line(&s, &id) || !id.n ||
        !line(&s, &since) || !line(&s, &done) || !line(&s, &finished) || !line(&s, &folder) ||
        s.n || !td_str_to_u64(since, &since_s) || since_s > INT64_MAX / 1000 ||
        !td_str_to_u64(done, &out->done))
        return TD_EPARSE;
    out->id = td_arena_dup(a, id);
    out->folder = td_arena_dup(a, folder);
    out->since_s = (int64_t)since_s;
    out->finished = td_str_eqz(finished, "1");
    return TD_OK;
}
