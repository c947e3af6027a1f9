/* call.h: how calls begin, and the parts of it that can be tested alone. Private to api/. */
#ifndef API_CALL_H
#define API_CALL_H

#include "api/api.h"
#include "edge/auth.h"

/* The server's handler of every row; arg is its struct api_entry. */
void call_handle(struct web_request *r, void *arg);
/* The API ends and the server has ended before: what is under way comes back to nobody. */
void call_abandon(struct call *c);

/* 0, or the status that refuses. Pure. */
int call_refusal(const struct auth_who *who, enum need need);
/* Both are inbox ids ("<entry>:<index>"); false as well when one of them is none. Pure. */
bool call_position_reached(struct td_str position, struct td_str wanted);

#endif
