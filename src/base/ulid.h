/* ulid.h: ULIDs (github.com/ulid/spec): 48 bits of Unix milliseconds, 80 of randomness, as 26
 * characters of Crockford's base 32. Pure: the caller brings time and randomness. */
#ifndef BASE_ULID_H
#define BASE_ULID_H
#include <tandem/str.h>
#define ULID_LEN 26
void ulid_format(char out[ULID_LEN + 1], uint64_t unix_ms, const uint8_t random[10]);
/* Upper case only: ids are compared bytewise, so each has one form. */
bool ulid_valid(struct td_str s);
#endif
