/* child.h: an engine in a process of its own, which a test may kill or let die at a fail point.
 *
 * The test binary starts itself again: main begins with child_main. */
#ifndef CHILD_H
#define CHILD_H

#include "stand.h"

#include <signal.h>
#include <sys/wait.h>

/* Returns only in the parent. A child leads until it dies; it kills itself where a message says
 * "poison". */
void child_main(int argc, char **argv);
/* failpoint: as TANDEM_FAILPOINT, NULL none. */
pid_t child_start(const struct redis_server *server, const char *failpoint);
/* With the defaults of the engine, and no poison. */
pid_t child_start_plain(const struct redis_server *server);
bool child_ended(pid_t pid); /* reaps it */
void child_kill(pid_t pid);

#endif
