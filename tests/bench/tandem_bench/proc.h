/* proc.h: what the processes under test use, from /proc. */
#ifndef BENCH_PROC_H
#define BENCH_PROC_H

#include <stdint.h>

enum { PROC_MAX = 8 };
struct proc {
    char name[32];
    int pid;
};
/* "name=pid" */
struct proc proc_parse(const char *text);
/* Processor time so far, all threads, user and system. */
int64_t proc_cpu_us(int pid);
int64_t proc_rss_bytes(int pid);

#endif
