#include "codec/token_in.h"

#include "codec/json_in.h"

#include <jansson.h>

static uint32_t scope_of(struct td_str s) {
    static const char *const names[] = {"read", "write", "admin"};
    for (uint32_t i = 0; i < 3; i++)
        if (td_str_eqz(s, names[i]))
            return 1U << i;
    return 0;
}

static int take_scope(struct td_str s, uint32_t *scopes, struct td_error *err) {
    uint32_t one = scope_of(s);
    if (!one)
        return td_error_set(err, TD_EINVAL, "scopes: \"%.*s\" is none of read, write, admin",
                            TD_FMT(s));
    *scopes |= one;
    return TD_OK;
}

static int take_text(struct td_str text, uint32_t *scopes, struct td_error *err) {
    int rc = TD_OK;
    while (!rc && text.n) {
        size_t n = 0;
        while (n < text.n && text.p[n] != ',')
            n++;
        rc = take_scope((struct td_str){text.p, n}, scopes, err);
        n = n < text.n ? n + 1 : n;
        text = (struct td_str){text.p + n, text.n - n};
    }
    return rc;
}

int token_parse(struct td_arena *a, struct td_str text, struct td_str *name, uint32_t *scopes,
                struct td_error *err) {
    json_t *tree = json_in_parse(text, err);
    if (!tree)
        return TD_EPARSE;
    json_t *n = json_object_get(tree, "name"), *list = json_object_get(tree, "scopes");
    int rc = json_is_string(n) ? TD_OK : td_error_set(err, TD_EINVAL, "name: expected a string");
    *scopes = 0;
    if (!rc)
        *name = td_arena_dup(a, (struct td_str){json_string_value(n), json_string_length(n)});
    if (json_is_string(list))
        rc = rc ? rc
                : take_text((struct td_str){json_string_value(list), json_string_length(list)},
                            scopes, err);
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v) {
        if (!rc)
            rc = json_is_string(v)
                     ? take_scope((struct td_str){json_string_value(v), json_string_length(v)},
                                  scopes, err)
                     : td_error_set(err, TD_EINVAL, "scopes: expected texts");
    }
    json_decref(tree);
    return rc;
}
