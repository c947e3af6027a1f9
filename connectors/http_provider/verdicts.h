/* verdicts.h: what an answer by HTTP means, where the provider's own codes do not say it better.
 * connectors/README.md "Verdicts" is the table in words. */
#ifndef HTTP_PROVIDER_VERDICTS_H
#define HTTP_PROVIDER_VERDICTS_H

#include <tandem/provider.h>

/* Kind, until_ms, code ("HTTP 503") and text by status and headers; text quotes the beginning of
 * the body. */
void verdict_by_status(struct td_arena *a, const struct td_response *r, int64_t now_ms,
                       struct td_verdict *out);
/* No answer came: unknown when the request may have arrived, else temporary. */
void verdict_no_answer(bool sent, const char *failure, struct td_verdict *out);
/* When a rate limit ends, by the headers that providers use; 0: none says. */
int64_t verdict_until(const struct td_response *r, int64_t now_ms);
/* "temporary", "rate-limited", "opted-out"…; false: no such verdict. */
bool verdict_kind_of(struct td_str name, uint32_t *kind);
/* "accepted|delivered|…": for help texts and errors. */
extern const char verdict_names_text[];
/* The first line of a text from a peer, at most 200 bytes, printable: for errors shown to people.
 */
struct td_str verdict_excerpt(struct td_arena *a, struct td_str body);

#endif
