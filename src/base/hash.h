/* hash.h: SipHash-2-4 (Aumasson, Bernstein 2012), 64 bits out, key = (seed, seed ^ a constant).
 * Stable for ever: dedupe rings store its values. */
#ifndef BASE_HASH_H
#define BASE_HASH_H
#include <tandem/str.h>
/* The function itself, key first, as its paper has it. */
uint64_t hash_siphash(const uint8_t key[16], const void *p, size_t n);
uint64_t hash_bytes(uint64_t seed, const void *p, size_t n);
#define HASH_SEED_STORED UINT64_C(0x74616e64656d3031) /* for hashes that are written to disk */
static inline uint64_t hash_str(struct td_str s) {
    return hash_bytes(HASH_SEED_STORED, s.p, s.n);
}
#endif
