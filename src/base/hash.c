#include "base/hash.h"

/* Part of the stored format, like the seed: never to change. */
#define SECOND_KEY UINT64_C(0x9e3779b97f4a7c15)

static uint64_t rotl(uint64_t x, unsigned b) {
    return (x << b) | (x >> (64 - b));
}

static uint64_t load_le(const uint8_t *p, size_t n) {
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static void rounds(uint64_t v[4], int n) {
    while (n--) {
        v[0] += v[1];
        v[1] = rotl(v[1], 13) ^ v[0];
        v[0] = rotl(v[0], 32);
        v[2] += v[3];
        v[3] = rotl(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotl(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotl(v[1], 17) ^ v[2];
        v[2] = rotl(v[2], 32);
    }
}

static uint64_t siphash(uint64_t k0, uint64_t k1, const uint8_t *p, size_t n) {
    uint64_t v[4] = {k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
                     k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573)};
    uint64_t last = (uint64_t)n << 56;
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t m = load_le(p, 8);
        v[3] ^= m;
        rounds(v, 2);
        v[0] ^= m;
    }
    last |= load_le(p, n);
    v[3] ^= last;
    rounds(v, 2);
    v[0] ^= last;
    v[2] ^= 0xff;
    rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hash_siphash(const uint8_t key[16], const void *p, size_t n) {
    return siphash(load_le(key, 8), load_le(key + 8, 8), p, n);
}

uint64_t hash_bytes(uint64_t seed, const void *p, size_t n) {
    return siphash(seed, seed ^ SECOND_KEY, p, n);
}
