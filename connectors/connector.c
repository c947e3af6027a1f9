/* What every connector and its host share: looking things up in a descriptor. */
#include <tandem/connector.h>

struct td_str td_header(const struct td_pair *v, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (td_str_eqz(v[i].name, name))
            return v[i].value;
    return TD_STR("");
}

const struct td_setting *td_connector_setting(const struct td_connector *c, const char *name) {
    for (const struct td_setting *row = c->settings; row && row->name; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

int td_connector_check(const struct td_connector *c, const struct td_settings *s,
                       struct td_error *err) {
    return c->check ? c->check(s, err) : TD_OK;
}
