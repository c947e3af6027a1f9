/* failpoint.h: places where a test makes the process die.
 *
 * TANDEM_FAILPOINT="commit.before_exec:3" kills the process (SIGKILL) at the third pass of that
 * place; "commit.lose_answer:1" is asked by its place and acted upon there. Costs one branch when
 * the variable is not set, which is read once. */
#ifndef STORE_FAILPOINT_H
#define STORE_FAILPOINT_H

#include <stdbool.h>

/* true at the pass that the variable names. */
bool failpoint_hit(const char *name);
/* Dies at that pass. */
void failpoint(const char *name);

#endif
