/* form.h: application/x-www-form-urlencoded, in bodies and in queries. */
#ifndef HTTP_PROVIDER_FORM_H
#define HTTP_PROVIDER_FORM_H

#include <tandem/provider.h>

#define FORM_FIELDS_MAX 500

struct form {
    struct td_pair *v; /* decoded, in order; names may repeat */
    size_t n;
};
/* false: a broken escape, a NUL, not UTF-8, or more than FORM_FIELDS_MAX fields. */
bool form_parse(struct td_arena *a, struct td_str text, struct form *out);
/* The first of that name. false: absent. */
bool form_get(const struct form *f, struct td_str name, struct td_str *value);
/* What stands after "?" and before "#" in a URL. */
struct td_str form_query_of(struct td_str url);

#endif
