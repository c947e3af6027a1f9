/* results.h: what became of commands sent over REST, for a while.
 *
 * Results come by the events stream to every process, so any of them can be asked. At most
 * RESULTS_MAX are kept, each for RESULTS_KEEP_MS; the oldest go first. Pure: the caller brings the
 * time. */
#ifndef API_RESULTS_H
#define API_RESULTS_H

#include <tandem/str.h>

enum { RESULTS_MAX = 10000, RESULTS_KEEP_MS = 600000, RESULTS_JSON_MAX = 4096 };

struct results;
struct results *results_new(void);
void results_free(struct results **r);

/* A command of that sender is durable. No change when its result is known already. */
void results_expect(struct results *r, struct td_str sender, struct td_str id, int64_t now_ms);
/* Its result, as a JSON object; a second one replaces the first. */
void results_put(struct results *r, struct td_str sender, struct td_str id, struct td_str json,
                 int64_t now_ms);
enum results_state { RESULTS_NONE, RESULTS_PENDING, RESULTS_DONE };
/* json borrows until the next put. */
enum results_state results_get(struct results *r, struct td_str sender, struct td_str id,
                               int64_t now_ms, struct td_str *json);
size_t results_count(const struct results *r);

#endif
