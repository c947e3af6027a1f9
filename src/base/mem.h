/* mem.h: allocation that never fails (see arena.h for why), and nothing else. */
#ifndef BASE_MEM_H
#define BASE_MEM_H
#include <stddef.h>
void *mem_alloc(size_t n); /* zeroed */
void *mem_realloc(void *p, size_t n);
char *mem_dup(const void *p, size_t n); /* followed by a NUL */
void mem_free(void *p);                 /* NULL is fine */
#define MEM_NEW(type) ((type *)mem_alloc(sizeof(type)))
#endif
