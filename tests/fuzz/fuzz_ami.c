/* Bytes of the Asterisk Manager Interface: the first says how large the pieces are in which the
 * rest comes. However it is cut, the same messages come out. */
#include <stdlib.h>
#include <string.h>

#include "../../connectors/voice_asterisk/ami.h"

struct sum {
    uint64_t hash;
    size_t messages;
};

static void mix(struct sum *s, struct td_str t) {
    for (size_t i = 0; i < t.n; i++)
        s->hash = (s->hash ^ (uint8_t)t.p[i]) * UINT64_C(1099511628211);
    s->hash = (s->hash ^ t.n) * UINT64_C(1099511628211);
}

static void on_greeting(void *arg, struct td_str line) {
    if (line.n > AMI_LINE_MAX)
        abort();
    mix(arg, line);
}

static void on_message(void *arg, const struct ami_message *m) {
    struct sum *s = arg;
    if (m->n == 0 || m->n > AMI_HEADERS_MAX)
        abort();
    for (size_t i = 0; i < m->n; i++) {
        mix(s, m->v[i].name);
        mix(s, m->v[i].value);
    }
    mix(s, ami_get(m, "Event"));
    s->messages++;
}

static struct sum run(const uint8_t *data, size_t size, size_t piece) {
    static struct ami a;
    struct sum s = {0};
    a.greeting = on_greeting;
    a.message = on_message;
    a.arg = &s;
    ami_reset(&a);
    for (size_t at = 0; at < size;) {
        size_t n = size - at < piece ? size - at : piece;
        ami_feed(&a, (struct td_str){(const char *)data + at, n});
        at += n;
    }
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2)
        return 0;
    struct sum whole = run(data + 1, size - 1, size);
    struct sum pieces = run(data + 1, size - 1, (size_t)data[0] % 64 + 1);
    if (whole.hash != pieces.hash || whole.messages != pieces.messages)
        abort();
    return 0;
}
