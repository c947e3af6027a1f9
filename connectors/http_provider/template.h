/* template.h: requests from templates: "{to}" stands for a value, escaped for where it stands.
 *
 * A placeholder is "{" a name of a–z and "_" "}"; a brace that begins none is itself, so JSON needs
 * no doubling. Which names there are is the caller's; an unknown one is an error of the template.
 */
#ifndef HTTP_PROVIDER_TEMPLATE_H
#define HTTP_PROVIDER_TEMPLATE_H

#include <tandem/arena.h>
#include <tandem/error.h>

enum template_escape {
    TEMPLATE_PLAIN,
    TEMPLATE_QUERY, /* in a URL: percent-encoded */
    TEMPLATE_FORM,  /* application/x-www-form-urlencoded */
    TEMPLATE_JSON,  /* inside a JSON string */
    TEMPLATE_HEADER /* as it is; a control character is TD_EINVAL */
};
struct template_value {
    const char *name;
    struct td_str value;
};

/* At most `max` bytes, else TD_ELIMIT. TD_EINVAL: an unknown name, which the error tells. */
int template_fill(struct td_arena *a, struct td_str text, enum template_escape escape,
                  const struct template_value *values, size_t n, size_t max, struct td_str *out,
                  struct td_error *err);
/* Whether the placeholder stands in it. */
bool template_has(struct td_str text, const char *name);

#endif
