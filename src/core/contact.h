/* contact.h: customers and their addresses. */
#ifndef CORE_CONTACT_H
#define CORE_CONTACT_H

#include "core/state.h"

/* The contact of the address, made with its identity when nobody has it. `known`: the id found by
 * threading_contact, 0: none. */
struct cell *contact_of(struct core *c, uint64_t known, const struct td_address *a,
                        struct td_str source, bool verified);
void contact_add_conversation(struct core *c, struct cell *contact, uint64_t conv);
/* Sets or replaces a field by key. */
void contact_set_field(struct cell *cell, void *fields, struct td_str key, struct td_str value);

#endif
