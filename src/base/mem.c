#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No stdio: it may want memory itself. */
static _Noreturn void out_of_memory(void) {
    static const char text[] = "tandem: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    abort();
}

void *mem_alloc(size_t n) {
    void *p = calloc(1, n ? n : 1);
    if (!p)
        out_of_memory();
    return p;
}

void *mem_realloc(void *p, size_t n) {
    /* realloc(p, 0) may free p and give NULL, which would look like a shortage. */
    void *q = realloc(p, n ? n : 1);
    if (!q)
        out_of_memory();
    return q;
}

char *mem_dup(const void *p, size_t n) {
    if (n == SIZE_MAX)
        out_of_memory();
    char *q = malloc(n + 1);
    if (!q)
        out_of_memory();
    if (n)
        memcpy(q, p, n);
    q[n] = '\0';
    return q;
}

void mem_free(void *p) {
    free(p);
}
